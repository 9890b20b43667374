/**
 * Every description of a header writes and reads: any header that the syntax allows comes back from its own bits, and the
 * trace of reading it is the trace of writing it, element by element and bit by bit.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../src/base/errors.ts';
import type { BitSyntax, SyntaxTrace } from '../../../src/bits/bit-syntax.ts';
import { ByteWriter } from '../../../src/bits/byte-writer.ts';
import { SyntaxReader } from '../../../src/bits/syntax-reader.ts';
import { SyntaxWriter } from '../../../src/bits/syntax-writer.ts';
import { appendNalUnit, NalUnitType } from '../../../src/syntax/h264/nal.ts';
import {
  describePictureParameterSet,
  type PictureParameterSet,
  PLAIN_PPS,
  readPictureParameterSet,
} from '../../../src/syntax/h264/pps.ts';
import { readSei, type SeiMessage, writeSei } from '../../../src/syntax/h264/sei.ts';
import {
  describeSliceHeader,
  PLAIN_SLICE_HEADER,
  readSliceHeader,
  type SliceHeader,
} from '../../../src/syntax/h264/slice-header.ts';
import {
  describeSequenceParameterSet,
  PLAIN_SPS,
  readSequenceParameterSet,
  type SequenceParameterSet,
} from '../../../src/syntax/h264/sps.ts';
import { plainPps, plainSps } from './plain-headers.ts';

const flag = fc.constantFrom(0 as const, 1 as const);
const list = (size: number) =>
  fc.oneof(
    fc.constant(null),
    fc.constant('default' as const),
    fc.uint8Array({ min: 1, max: 255, minLength: size, maxLength: size }),
    fc.integer({ min: 1, max: 255 }).map((value) => new Uint8Array(size).fill(value)),
  );
const matrix = (large: number) =>
  fc.tuple(...Array.from({ length: 6 + large }, (_, i) => list(i < 6 ? 16 : 64)));

const sps: fc.Arbitrary<SequenceParameterSet> = fc
  .record({
    profile_idc: fc.constantFrom(66, 77, 100, 122, 244),
    chroma_format_idc: fc.nat(3),
    separate_colour_plane_flag: flag,
    bit_depth_luma_minus8: fc.nat(6),
    bit_depth_chroma_minus8: fc.nat(6),
    qpprime_y_zero_transform_bypass_flag: flag,
    matrix: fc.option(matrix(6), { nil: null }),
    pic_order_cnt_type: fc.nat(2),
    log2_max_pic_order_cnt_lsb_minus4: fc.nat(12),
    delta_pic_order_always_zero_flag: flag,
    offset_for_non_ref_pic: fc.integer({ min: -1000, max: 1000 }),
    offset_for_top_to_bottom_field: fc.integer({ min: -1000, max: 1000 }),
    offset_for_ref_frame: fc.array(fc.integer({ min: -99, max: 99 }), { maxLength: 9 }),
    pic_width_in_mbs_minus1: fc.nat(99),
    pic_height_in_map_units_minus1: fc.nat(99),
    frame_mbs_only_flag: flag,
    mb_adaptive_frame_field_flag: flag,
    log2_max_frame_num_minus4: fc.nat(12),
  })
  .map(({ matrix: lists, ...fields }) => {
    const set = { ...PLAIN_SPS, ...fields };
    const isHigh = set.profile_idc >= 100;
    const count = set.chroma_format_idc === 3 ? 12 : 8;
    const cycle = set.pic_order_cnt_type === 1;
    return {
      ...set,
      // What the syntax leaves out is what a reader takes it to be.
      chroma_format_idc: isHigh ? set.chroma_format_idc : 1,
      separate_colour_plane_flag:
        isHigh && set.chroma_format_idc === 3 ? set.separate_colour_plane_flag : 0,
      bit_depth_luma_minus8: isHigh ? set.bit_depth_luma_minus8 : 0,
      bit_depth_chroma_minus8: isHigh ? set.bit_depth_chroma_minus8 : 0,
      qpprime_y_zero_transform_bypass_flag: isHigh ? set.qpprime_y_zero_transform_bypass_flag : 0,
      seq_scaling_matrix: isHigh && lists !== null ? lists.slice(0, count) : null,
      log2_max_pic_order_cnt_lsb_minus4:
        set.pic_order_cnt_type === 0 ? set.log2_max_pic_order_cnt_lsb_minus4 : 0,
      delta_pic_order_always_zero_flag: cycle ? set.delta_pic_order_always_zero_flag : 0,
      offset_for_non_ref_pic: cycle ? set.offset_for_non_ref_pic : 0,
      offset_for_top_to_bottom_field: cycle ? set.offset_for_top_to_bottom_field : 0,
      offset_for_ref_frame: cycle ? set.offset_for_ref_frame : [],
      mb_adaptive_frame_field_flag:
        set.frame_mbs_only_flag === 0 ? set.mb_adaptive_frame_field_flag : 0,
    } as SequenceParameterSet;
  });

const groups = fc
  .record({
    num_slice_groups_minus1: fc.integer({ min: 1, max: 7 }),
    slice_group_map_type: fc.nat(6),
    numbers: fc.array(fc.nat(1), { minLength: 14, maxLength: 40 }),
    slice_group_change_direction_flag: flag,
    slice_group_change_rate_minus1: fc.nat(40),
  })
  .map(({ numbers, ...fields }) => {
    const type = fields.slice_group_map_type;
    const count = fields.num_slice_groups_minus1;
    const isChanging = type >= 3 && type <= 5;
    const length = type === 0 ? count + 1 : type === 2 ? 2 * count : type === 6 ? 40 : 0;
    return {
      ...fields,
      map: numbers.slice(0, length),
      slice_group_change_direction_flag: isChanging ? fields.slice_group_change_direction_flag : 0,
      slice_group_change_rate_minus1: isChanging ? fields.slice_group_change_rate_minus1 : 0,
    };
  });

const pps: fc.Arbitrary<PictureParameterSet> = fc
  .record({
    entropy_coding_mode_flag: flag,
    bottom_field_pic_order_in_frame_present_flag: flag,
    slice_groups: fc.option(groups, { nil: null }),
    num_ref_idx_l0_default_active_minus1: fc.nat(31),
    num_ref_idx_l1_default_active_minus1: fc.nat(31),
    weighted_pred_flag: flag,
    weighted_bipred_idc: fc.nat(2),
    deblocking_filter_control_present_flag: flag,
    redundant_pic_cnt_present_flag: flag,
    transform_8x8_mode_flag: flag,
    lists: fc.option(matrix(2), { nil: null }),
    isHigh: fc.boolean(),
  })
  .map(({ transform_8x8_mode_flag, lists, isHigh, ...fields }) => ({
    ...PLAIN_PPS,
    ...fields,
    high: isHigh
      ? {
          transform_8x8_mode_flag,
          pic_scaling_matrix: lists?.slice(0, 6 + 2 * transform_8x8_mode_flag) ?? null,
          second_chroma_qp_index_offset: -3,
        }
      : null,
  }));

/** The elements that a description tells a trace of, one line each. */
function traced(describeHeader: (trace: SyntaxTrace) => void): string[] {
  const lines: string[] = [];
  describeHeader((name, descriptor, value, at, length) => {
    lines.push(`${at}+${length} ${name} ${descriptor} ${value}`);
  });
  return lines;
}

/** Writes by a description; returns the RBSP and its trace. */
function write(describeHeader: (s: BitSyntax) => void): { rbsp: Uint8Array; trace: string[] } {
  let rbsp: Uint8Array = new Uint8Array(0);
  const trace = traced((sink) => {
    const w = new SyntaxWriter(undefined, sink);
    describeHeader(w);
    w.bits.alignZero();
    rbsp = w.bits.toBytes();
  });
  return { rbsp, trace };
}

function nalUnitOf(type: number, rbsp: Uint8Array): Uint8Array {
  const out = new ByteWriter();
  appendNalUnit(out, 3, type, rbsp);
  return out.toBytes();
}

function expectSameTrace(
  rbsp: Uint8Array,
  written: string[],
  describeHeader: (s: BitSyntax) => void,
): void {
  const read = traced((sink) => describeHeader(new SyntaxReader(rbsp, 'test', 0, sink)));
  expect(read).toEqual(written);
  // No bit is told twice, and none is left out.
  let at = 0;
  for (const line of written) {
    const [position, length] = line.split(' ')[0]!.split('+').map(Number);
    expect(position).toBe(at);
    at += length!;
  }
}

describe('descriptions of H.264 headers', () => {
  it('sequence parameter set', () => {
    fc.assert(
      fc.property(sps, (set) => {
        const { rbsp, trace } = write((s) => describeSequenceParameterSet(s, { ...set }));
        expect(readSequenceParameterSet(nalUnitOf(NalUnitType.SPS, rbsp))).toEqual(set);
        expectSameTrace(rbsp, trace, (s) => describeSequenceParameterSet(s, { ...PLAIN_SPS }));
      }),
      { numRuns: 300 },
    );
  });

  it('picture parameter set', () => {
    fc.assert(
      fc.property(pps, (set) => {
        const { rbsp, trace } = write((s) => describePictureParameterSet(s, { ...set }, () => 1));
        expect(readPictureParameterSet(nalUnitOf(NalUnitType.PPS, rbsp))).toEqual(set);
        const describeRead = (s: BitSyntax) =>
          describePictureParameterSet(s, { ...PLAIN_PPS }, () => 1);
        expectSameTrace(rbsp, trace, describeRead);
      }),
      { numRuns: 300 },
    );
  });

  const weight = fc.integer({ min: -128, max: 127 });
  const weights = fc.record({ weight, offset: weight });
  const entry = fc.record({
    luma: fc.option(weights, { nil: null }),
    chroma: fc.option(fc.tuple(weights, weights), { nil: null }),
  });

  it('slice header, with fields, weights, slice groups and redundant pictures', () => {
    const parts = fc.record({
      slice_type: fc.nat(9),
      field_pic_flag: flag,
      bottom_field_flag: flag,
      num_ref_idx_l0_active_minus1: fc.nat(3),
      num_ref_idx_l1_active_minus1: fc.nat(3),
      redundant_pic_cnt: fc.nat(127),
      delta_pic_order_cnt_bottom: fc.integer({ min: -9, max: 9 }),
      delta_pic_order_cnt0: fc.integer({ min: -9, max: 9 }),
      delta_pic_order_cnt1: fc.integer({ min: -9, max: 9 }),
      cabac_init_idc: fc.nat(2),
      entries: fc.array(entry, { minLength: 8, maxLength: 8 }),
      type: fc.constantFrom(NalUnitType.IDR_SLICE, NalUnitType.NON_IDR_SLICE),
    });
    fc.assert(
      fc.property(parts, sps, pps, ({ entries, type, ...fields }, s, p) => {
        const nal = { nal_ref_idc: 3, nal_unit_type: type };
        const header: SliceHeader = {
          ...PLAIN_SLICE_HEADER,
          ...fields,
          pred_weight_table: {
            luma_log2_weight_denom: 5,
            chroma_log2_weight_denom: 2,
            l0: entries.slice(0, 4),
            l1: entries.slice(4),
          },
        };
        const sets = () => ({ sps: s, pps: p });
        const { rbsp, trace } = write((w) => describeSliceHeader(w, { ...header }, nal, sets));
        const last = trace.at(-1)!.split(' ')[0]!.split('+').map(Number);
        const end = last[0]! + last[1]!;
        const describeRead = (r: BitSyntax) =>
          describeSliceHeader(r, { ...PLAIN_SLICE_HEADER }, nal, sets);
        expectSameTrace(rbsp, trace, describeRead);
        const read = readSliceHeader(nalUnitOf(type, rbsp), sets)!.header;
        // Written again it is the same: the record holds all that the syntax says.
        const again = write((w) => describeSliceHeader(w, { ...read }, nal, sets));
        expect(again.trace).toEqual(trace);
        expect(Math.ceil(end / 8)).toBe(rbsp.length);
      }),
      { numRuns: 500 },
    );
  });

  it('a slice header without its parameter sets is none, and one that is cut off is a FormatError', () => {
    const slice = Uint8Array.of(0x65, 0xb8);
    expect(readSliceHeader(slice, () => null)).toBeNull();
    const sets = () => ({ sps: plainSps({}), pps: plainPps({}) });
    expect(() => readSliceHeader(slice, sets)).toThrow(FormatError);
  });

  it('SEI messages', () => {
    const set = plainSps({
      nal_hrd_parameters: {
        bit_rate_scale: 0,
        cpb_size_scale: 0,
        schedules: [{ bit_rate_value_minus1: 1, cpb_size_value_minus1: 2, cbr_flag: 0 }],
        initial_cpb_removal_delay_length_minus1: 23,
        cpb_removal_delay_length_minus1: 15,
        dpb_output_delay_length_minus1: 7,
        time_offset_length: 0,
      },
      pic_struct_present_flag: 1,
    });
    const messages: SeiMessage[] = [
      {
        kind: 'buffering_period',
        nal: [{ initial_cpb_removal_delay: 900, initial_cpb_removal_delay_offset: 77 }],
        vcl: [],
      },
      { kind: 'pic_timing', cpb_removal_delay: 6, dpb_output_delay: 4, pic_struct: 0 },
      {
        kind: 'recovery_point',
        recovery_frame_cnt: 3,
        exact_match_flag: 1,
        broken_link_flag: 0,
        changing_slice_group_idc: 0,
      },
      {
        kind: 'user_data_unregistered',
        uuid_iso_iec_11578: Uint8Array.from({ length: 16 }, (_, i) => i),
        user_data_payload: new Uint8Array(600).fill(9),
      },
      { kind: 'other', payloadType: 300, payload: Uint8Array.of(1, 2, 3) },
    ];
    const { rbsp } = write((w) => writeSei(w as SyntaxWriter, messages, set));
    const unit = nalUnitOf(NalUnitType.SEI, rbsp);
    expect(readSei(unit, set)).toEqual(messages);
    const kinds = readSei(unit, null).map(({ kind }) => kind);
    expect(kinds).toEqual([
      ...['other', 'other', 'recovery_point', 'user_data_unregistered', 'other'],
    ]);
  });
});
