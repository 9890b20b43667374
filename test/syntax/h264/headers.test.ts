/** Parameter sets, slice headers, SEI and the configuration record, read back element by element. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/base/errors.ts';
import { SyntaxWriter } from '../../../src/bits/syntax-writer.ts';
import { avcDecoderConfigurationRecord } from '../../../src/syntax/h264/configuration-record.ts';
import type { HrdParameters } from '../../../src/syntax/h264/hrd.ts';
import { PLAIN_PPS, writePictureParameterSet } from '../../../src/syntax/h264/pps.ts';
import type {
  MemoryManagementControl,
  RefPicListModification,
} from '../../../src/syntax/h264/reference-syntax.ts';
import { writeSei } from '../../../src/syntax/h264/sei.ts';
import { PLAIN_SLICE_HEADER, writeSliceHeader } from '../../../src/syntax/h264/slice-header.ts';
import { PLAIN_SPS, writeSequenceParameterSet } from '../../../src/syntax/h264/sps.ts';
import { aspectRatioInfo, EXTENDED_SAR, type VuiParameters } from '../../../src/syntax/h264/vui.ts';
import {
  ElementReader,
  type Elements,
  readPps,
  readSliceHeader,
  readSps,
} from './header-reader.ts';
import { plainPps, plainSliceHeader, plainSps } from './plain-headers.ts';

const flag = fc.constantFrom(0 as const, 1 as const);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

/** Records with the fields that `record` makes, and all others plain. */
function completed<T extends object>(plain: T, record: fc.Arbitrary<Partial<T>>): fc.Arbitrary<T> {
  return record.map((fields) => ({ ...plain, ...fields }));
}

const hrd: fc.Arbitrary<HrdParameters> = fc.record({
  bit_rate_scale: fc.nat(15),
  cpb_size_scale: fc.nat(15),
  schedules: fc.array(
    fc.record({
      bit_rate_value_minus1: fc.nat(2 ** 32 - 2),
      cpb_size_value_minus1: fc.nat(2 ** 32 - 2),
      cbr_flag: flag,
    }),
    { minLength: 1, maxLength: 4 },
  ),
  initial_cpb_removal_delay_length_minus1: fc.nat(31),
  cpb_removal_delay_length_minus1: fc.nat(31),
  dpb_output_delay_length_minus1: fc.nat(31),
  time_offset_length: fc.nat(31),
});

const vui: fc.Arbitrary<VuiParameters> = fc.record({
  aspect_ratio_info: orNull(
    fc.record({
      aspect_ratio_idc: fc.constantFrom(0, 1, 16, EXTENDED_SAR),
      sar_width: fc.nat(65535),
      sar_height: fc.nat(65535),
    }),
  ),
  overscan_appropriate_flag: orNull(flag),
  video_signal_type: orNull(
    fc.record({
      video_format: fc.nat(5),
      video_full_range_flag: flag,
      colour_description: orNull(
        fc.record({
          colour_primaries: fc.nat(22),
          transfer_characteristics: fc.nat(18),
          matrix_coefficients: fc.nat(14),
        }),
      ),
    }),
  ),
  chroma_loc_info: orNull(
    fc.record({
      chroma_sample_loc_type_top_field: fc.nat(5),
      chroma_sample_loc_type_bottom_field: fc.nat(5),
    }),
  ),
  timing_info: orNull(
    fc.record({
      num_units_in_tick: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      time_scale: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      fixed_frame_rate_flag: flag,
    }),
  ),
  nal_hrd_parameters: orNull(hrd),
  vcl_hrd_parameters: orNull(hrd),
  low_delay_hrd_flag: flag,
  pic_struct_present_flag: flag,
  bitstream_restriction: orNull(
    fc.record({
      motion_vectors_over_pic_boundaries_flag: flag,
      max_bytes_per_pic_denom: fc.nat(16),
      max_bits_per_mb_denom: fc.nat(16),
      log2_max_mv_length_horizontal: fc.nat(16),
      log2_max_mv_length_vertical: fc.nat(16),
      max_num_reorder_frames: fc.nat(16),
      max_dec_frame_buffering: fc.nat(16),
    }),
  ),
});

const sps = completed(
  PLAIN_SPS,
  fc.record({
    profile_idc: fc.constantFrom(66, 77, 100),
    constraint_set0_flag: flag,
    constraint_set1_flag: flag,
    constraint_set2_flag: flag,
    constraint_set3_flag: flag,
    constraint_set4_flag: flag,
    constraint_set5_flag: flag,
    level_idc: fc.constantFrom(9, 10, 31, 62),
    seq_parameter_set_id: fc.nat(31),
    chroma_format_idc: fc.constant(1),
    bit_depth_luma_minus8: fc.constant(0),
    bit_depth_chroma_minus8: fc.constant(0),
    qpprime_y_zero_transform_bypass_flag: fc.constant(0 as const),
    log2_max_frame_num_minus4: fc.nat(12),
    pic_order_cnt_type: fc.constantFrom(0, 2),
    log2_max_pic_order_cnt_lsb_minus4: fc.nat(12),
    max_num_ref_frames: fc.nat(16),
    gaps_in_frame_num_value_allowed_flag: flag,
    pic_width_in_mbs_minus1: fc.nat(1054),
    pic_height_in_map_units_minus1: fc.nat(1054),
    frame_mbs_only_flag: fc.constant(1 as const),
    direct_8x8_inference_flag: flag,
    frame_crop_left_offset: fc.nat(3),
    frame_crop_right_offset: fc.nat(4),
    frame_crop_top_offset: fc.nat(3),
    frame_crop_bottom_offset: fc.nat(4),
    vui_parameters: orNull(vui),
  }),
);

const pps = completed(
  PLAIN_PPS,
  fc.record({
    pic_parameter_set_id: fc.nat(255),
    seq_parameter_set_id: fc.nat(31),
    entropy_coding_mode_flag: flag,
    bottom_field_pic_order_in_frame_present_flag: flag,
    num_ref_idx_l0_default_active_minus1: fc.nat(31),
    num_ref_idx_l1_default_active_minus1: fc.nat(31),
    weighted_pred_flag: fc.constant(0 as const),
    weighted_bipred_idc: fc.constantFrom(0, 2),
    pic_init_qp_minus26: fc.integer({ min: -26, max: 25 }),
    pic_init_qs_minus26: fc.integer({ min: -26, max: 25 }),
    chroma_qp_index_offset: fc.integer({ min: -12, max: 12 }),
    deblocking_filter_control_present_flag: flag,
    constrained_intra_pred_flag: flag,
    redundant_pic_cnt_present_flag: flag,
    high: orNull(
      fc.record({
        transform_8x8_mode_flag: flag,
        pic_scaling_matrix: fc.constant(null),
        second_chroma_qp_index_offset: fc.integer({ min: -12, max: 12 }),
      }),
    ),
  }),
);

const modification: fc.Arbitrary<RefPicListModification> = fc.oneof(
  fc.record({
    modification_of_pic_nums_idc: fc.constantFrom(0 as const, 1 as const),
    abs_diff_pic_num_minus1: fc.nat(65535),
  }),
  fc.record({
    modification_of_pic_nums_idc: fc.constant(2 as const),
    long_term_pic_num: fc.nat(15),
  }),
);

const marking: fc.Arbitrary<MemoryManagementControl> = fc.oneof(
  fc.record({
    memory_management_control_operation: fc.constant(1 as const),
    difference_of_pic_nums_minus1: fc.nat(65535),
  }),
  fc.record({
    memory_management_control_operation: fc.constant(2 as const),
    long_term_pic_num: fc.nat(15),
  }),
  fc.record({
    memory_management_control_operation: fc.constant(3 as const),
    difference_of_pic_nums_minus1: fc.nat(65535),
    long_term_frame_idx: fc.nat(15),
  }),
  fc.record({
    memory_management_control_operation: fc.constant(4 as const),
    max_long_term_frame_idx_plus1: fc.nat(16),
  }),
  fc.record({ memory_management_control_operation: fc.constant(5 as const) }),
  fc.record({
    memory_management_control_operation: fc.constant(6 as const),
    long_term_frame_idx: fc.nat(15),
  }),
);

const sliceHeader = completed(
  PLAIN_SLICE_HEADER,
  fc.record({
    first_mb_in_slice: fc.nat(139263),
    slice_type: fc.constantFrom(0, 1, 2, 5, 6, 7),
    frame_num: fc.nat(15),
    idr_pic_id: fc.nat(65535),
    pic_order_cnt_lsb: fc.nat(15),
    direct_spatial_mv_pred_flag: flag,
    num_ref_idx_l0_active_minus1: fc.nat(31),
    num_ref_idx_l1_active_minus1: fc.nat(31),
    ref_pic_list_modification_l0: fc.array(modification, { maxLength: 3 }),
    ref_pic_list_modification_l1: fc.array(modification, { maxLength: 3 }),
    no_output_of_prior_pics_flag: flag,
    long_term_reference_flag: flag,
    memory_management_control: fc.array(marking, { maxLength: 4 }),
    cabac_init_idc: fc.nat(2),
    slice_qp_delta: fc.integer({ min: -51, max: 51 }),
    disable_deblocking_filter_idc: fc.nat(2),
    slice_alpha_c0_offset_div2: fc.integer({ min: -6, max: 6 }),
    slice_beta_offset_div2: fc.integer({ min: -6, max: 6 }),
  }),
);

/** All numbers in a nest of objects and lists, by name, in order, as `ElementReader` gathers them. */
function flatten(value: object, into: Record<string, number[]> = {}): Record<string, number[]> {
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === 'number') {
      into[name] ??= [];
      into[name].push(inner);
    } else if (Array.isArray(inner)) {
      for (const element of inner) flatten(element, into);
    } else if (inner !== null) flatten(inner, into);
  }
  return into;
}

/** Checks that every element read has the value written, where the object written has one of that name. */
function expectWritten(read: Elements, written: object): void {
  const values = flatten(written);
  for (const [name, value] of Object.entries(read)) {
    if (values[name] !== undefined) expect([name, [value].flat()]).toEqual([name, values[name]]);
  }
}

function rbsp(write: (w: SyntaxWriter) => void): Uint8Array {
  const w = new SyntaxWriter();
  write(w);
  return w.bits.toBytes();
}

describe('writeSequenceParameterSet', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(sps, (set) => {
        const read = readSps(rbsp((w) => writeSequenceParameterSet(w, set)));
        expectWritten(read, set);
        expect(read.profile_idc).toBe(set.profile_idc);
        expect(read.vui_parameters_present_flag).toBe(set.vui_parameters ? 1 : 0);
        expect(read.timing_info_present_flag ?? 0).toBe(set.vui_parameters?.timing_info ? 1 : 0);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses values out of range', () => {
    const refused = [
      { chroma_format_idc: 4, profile_idc: 100 },
      { pic_order_cnt_type: 3 },
      { max_num_ref_frames: 17 },
      { frame_crop: 0, frame_crop_right_offset: 8 },
    ];
    for (const change of refused) {
      const write = () => writeSequenceParameterSet(new SyntaxWriter(), plainSps(change));
      expect(write).toThrow(ConfigError);
      expect(write).toThrow(`h264.sps.${Object.keys(change)[0]}`);
    }
  });
});

describe('writePictureParameterSet', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(pps, (set) => {
        const read = readPps(
          rbsp((w) => writePictureParameterSet(w, set)),
          set.high !== null,
        );
        expectWritten(read, set);
        expect(read.num_slice_groups_minus1).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses values out of range', () => {
    const write = (change: object) => () =>
      writePictureParameterSet(new SyntaxWriter(), plainPps(change));
    expect(write({ weighted_bipred_idc: 3 })).toThrow(ConfigError);
    expect(write({ chroma_qp_index_offset: 13 })).toThrow(/chroma_qp_index_offset: got 13/);
  });
});

describe('writeSliceHeader', () => {
  it('is read back as it was written, to the bit', () => {
    fc.assert(
      fc.property(sliceHeader, sps, pps, fc.nat(3), fc.boolean(), (header, s, p, ref, isIdr) => {
        fc.pre(p.deblocking_filter_control_present_flag === 1);
        const nal_ref_idc = isIdr ? Math.max(ref, 1) : ref;
        const w = new SyntaxWriter();
        writeSliceHeader(w, header, s, p, { nal_ref_idc, nal_unit_type: isIdr ? 5 : 1 });
        const written = w.bits.bitPosition;
        w.bits.alignZero();
        const read = readSliceHeader(
          w.bits.toBytes(),
          { ...s } as unknown as Elements,
          { ...p } as unknown as Elements,
          nal_ref_idc,
          isIdr,
        );
        expect(read.bitPosition).toBe(written);
        const elements = read.elements;
        expect(elements.slice_type).toBe(header.slice_type);
        expect(elements.slice_qp_delta).toBe(header.slice_qp_delta);
        expect(elements.disable_deblocking_filter_idc).toBe(header.disable_deblocking_filter_idc);
        if (header.slice_type % 5 === 0) {
          const idcs = header.ref_pic_list_modification_l0.map(
            (m) => m.modification_of_pic_nums_idc,
          );
          if (idcs.length > 0) {
            expect(elements.modification_of_pic_nums_idc).toEqual([...idcs, 3]);
          }
          expect(
            elements.num_ref_idx_l0_active_minus1 ?? p.num_ref_idx_l0_default_active_minus1,
          ).toBe(header.num_ref_idx_l0_active_minus1);
        }
        if (nal_ref_idc > 0 && !isIdr && header.memory_management_control.length > 0) {
          expectWritten(
            {
              ...pick(elements, 'difference_of_pic_nums_minus1'),
              ...pick(elements, 'max_long_term_frame_idx_plus1'),
              ...pick(elements, 'long_term_frame_idx'),
            },
            { list: header.memory_management_control },
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuses deblocking controls that the parameter set does not carry', () => {
    const set = plainPps({ deblocking_filter_control_present_flag: 0 });
    const header = plainSliceHeader({ disable_deblocking_filter_idc: 1 });
    expect(() =>
      writeSliceHeader(new SyntaxWriter(), header, plainSps({}), set, {
        nal_ref_idc: 1,
        nal_unit_type: 5,
      }),
    ).toThrow(ConfigError);
  });
});

function pick(elements: Elements, name: string): Elements {
  return elements[name] === undefined ? {} : { [name]: elements[name] };
}

describe('aspectRatioInfo', () => {
  it('uses Table E-1 where it can', () => {
    expect(aspectRatioInfo(1, 1).aspect_ratio_idc).toBe(1);
    expect(aspectRatioInfo(40, 33).aspect_ratio_idc).toBe(5);
    expect(aspectRatioInfo(4, 3).aspect_ratio_idc).toBe(14);
    expect(aspectRatioInfo(2, 1).aspect_ratio_idc).toBe(16);
    expect(aspectRatioInfo(7, 5)).toEqual({
      aspect_ratio_idc: EXTENDED_SAR,
      sar_width: 7,
      sar_height: 5,
    });
    expect(() => aspectRatioInfo(65536, 1)).toThrow(ConfigError);
  });
});

describe('writeSei', () => {
  const hrdParameters: HrdParameters = {
    bit_rate_scale: 0,
    cpb_size_scale: 0,
    schedules: [{ bit_rate_value_minus1: 1, cpb_size_value_minus1: 2, cbr_flag: 1 }],
    initial_cpb_removal_delay_length_minus1: 23,
    cpb_removal_delay_length_minus1: 15,
    dpb_output_delay_length_minus1: 7,
    time_offset_length: 0,
  };
  const set = plainSps({ nal_hrd_parameters: hrdParameters, pic_struct_present_flag: 1 });

  it('writes each message with its type, its size in bytes and its elements', () => {
    const uuid = Uint8Array.from({ length: 16 }, (_, i) => i);
    const text = new Uint8Array(300).fill(0x41);
    const bytes = rbsp((w) =>
      writeSei(
        w,
        [
          {
            kind: 'buffering_period',
            nal: [{ initial_cpb_removal_delay: 90000, initial_cpb_removal_delay_offset: 5 }],
            vcl: [],
          },
          { kind: 'pic_timing', cpb_removal_delay: 2, dpb_output_delay: 4, pic_struct: 0 },
          {
            kind: 'recovery_point',
            recovery_frame_cnt: 0,
            exact_match_flag: 1,
            broken_link_flag: 0,
            changing_slice_group_idc: 0,
          },
          {
            kind: 'user_data_unregistered',
            uuid_iso_iec_11578: uuid,
            user_data_payload: text,
          },
        ],
        set,
      ),
    );
    const r = new ElementReader(bytes);
    // seq_parameter_set_id takes 1 bit, the delays 24 each: 49 bits, 7 bytes.
    expect([r.bits.u(8), r.bits.u(8)]).toEqual([0, 7]);
    expect([r.bits.ue(), r.bits.u(24), r.bits.u(24)]).toEqual([0, 90000, 5]);
    expect(r.bits.u(7)).toBe(0b1000000);
    expect([r.bits.u(8), r.bits.u(8)]).toEqual([1, 4]);
    expect([r.bits.u(16), r.bits.u(8), r.bits.u(4), r.bits.u(1)]).toEqual([2, 4, 0, 0]);
    expect(r.bits.u(3)).toBe(0b100);
    expect([r.bits.u(8), r.bits.u(8)]).toEqual([6, 1]);
    expect(r.bits.u(8)).toBe(0b11000100);
    expect([r.bits.u(8), r.bits.u(8), r.bits.u(8)]).toEqual([5, 255, 61]);
    for (let i = 0; i < 16; i++) expect(r.bits.u(8)).toBe(i);
    for (let i = 0; i < 300; i++) expect(r.bits.u(8)).toBe(0x41);
    r.readTrailingBits();
  });

  it('refuses a wrong number of delays and a short UUID', () => {
    const write = (message: Parameters<typeof writeSei>[1][number]) => () =>
      writeSei(new SyntaxWriter(), [message], set);
    expect(write({ kind: 'buffering_period', nal: [], vcl: [] })).toThrow(ConfigError);
    expect(
      write({
        kind: 'user_data_unregistered',
        uuid_iso_iec_11578: new Uint8Array(15),
        user_data_payload: new Uint8Array(0),
      }),
    ).toThrow(/16/);
  });
});

describe('avcDecoderConfigurationRecord', () => {
  const YUV420 = PLAIN_SPS;
  it('holds the sets behind the profile and the lengths', () => {
    const spsNal = Uint8Array.of(0x67, 66, 0xc0, 31, 1, 2, 3);
    const ppsNal = Uint8Array.of(0x68, 9, 8);
    // biome-ignore format: one field group a line
    expect([...avcDecoderConfigurationRecord(spsNal, [ppsNal], YUV420)]).toEqual([
      1, 66, 0xc0, 31, 0xff,
      0xe1, 0, 7, 0x67, 66, 0xc0, 31, 1, 2, 3,
      1, 0, 3, 0x68, 9, 8,
    ]);
  });

  it('adds the chroma format in High profile', () => {
    const record = avcDecoderConfigurationRecord(
      Uint8Array.of(0x67, 100, 0, 31, 1),
      [Uint8Array.of(0x68, 9)],
      YUV420,
    );
    expect([...record.subarray(-4)]).toEqual([0xfd, 0xf8, 0xf8, 0]);
  });

  it('refuses other NAL units', () => {
    const idr = Uint8Array.of(0x65, 1, 2, 3);
    expect(() => avcDecoderConfigurationRecord(idr, [Uint8Array.of(0x68, 9)], YUV420)).toThrow(
      ConfigError,
    );
  });
});
