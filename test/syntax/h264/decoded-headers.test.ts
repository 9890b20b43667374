/**
 * Headers judged by ffmpeg: streams of flat I_PCM pictures and P pictures that skip every macroblock, so that what is decoded
 * shows which reference picture the headers chose.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/bits/byte-writer.ts';
import { SyntaxWriter } from '../../../src/bits/syntax-writer.ts';
import { accessUnitDelimiter, fillerData } from '../../../src/syntax/h264/aud.ts';
import { NalUnitType, writeNalUnit } from '../../../src/syntax/h264/nal.ts';
import {
  type PictureParameterSet,
  writePictureParameterSet,
} from '../../../src/syntax/h264/pps.ts';
import { type SeiMessage, writeSei } from '../../../src/syntax/h264/sei.ts';
import { type SliceHeader, writeSliceHeader } from '../../../src/syntax/h264/slice-header.ts';
import {
  type SequenceParameterSet,
  writeSequenceParameterSet,
} from '../../../src/syntax/h264/sps.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import { toAnnexB } from './header-reader.ts';
import { plainPps, plainSliceHeader, plainSps } from './plain-headers.ts';

/** Writes streams of one-macroblock pictures. */
class TinyStream {
  readonly out = new ByteWriter();
  readonly sps: SequenceParameterSet;
  readonly pps: PictureParameterSet;

  constructor(sps: SequenceParameterSet, pps: PictureParameterSet) {
    this.sps = sps;
    this.pps = pps;
    this.unit(3, NalUnitType.SPS, (w) => writeSequenceParameterSet(w, sps));
    this.unit(3, NalUnitType.PPS, (w) => writePictureParameterSet(w, pps));
  }

  unit(ref: number, type: number, write: (w: SyntaxWriter) => void): void {
    const w = new SyntaxWriter();
    write(w);
    writeNalUnit(this.out, ref, type, w.bits.view());
  }

  sei(messages: readonly SeiMessage[]): void {
    this.unit(0, NalUnitType.SEI, (w) => writeSei(w, messages, this.sps));
  }

  /** A picture of one I_PCM macroblock, all samples `value`. mb_type in an I slice is 25, in a P slice 5 more. */
  flat(value: number, isIdr: boolean, header: Partial<SliceHeader>): void {
    const nal = { nal_ref_idc: 2, nal_unit_type: isIdr ? NalUnitType.IDR_SLICE : 1 };
    this.unit(2, nal.nal_unit_type, (w) => {
      writeSliceHeader(w, plainSliceHeader(header), this.sps, this.pps, nal);
      w.ue('mb_type', 25);
      w.bits.alignZero();
      for (let i = 0; i < 384; i++) w.u('pcm_sample', 8, value);
      w.trailingBits();
    });
  }

  /** A P picture that repeats the first picture of its list. */
  skip(nal_ref_idc: number, header: Partial<SliceHeader>): void {
    const nal = { nal_ref_idc, nal_unit_type: NalUnitType.NON_IDR_SLICE };
    this.unit(nal_ref_idc, nal.nal_unit_type, (w) => {
      writeSliceHeader(w, plainSliceHeader({ slice_type: 5, ...header }), this.sps, this.pps, nal);
      w.ue('mb_skip_run', 1);
      w.trailingBits();
    });
  }

  /** First luma sample of each picture that ffmpeg decodes; every warning is an error. */
  decode(): number[] {
    const raw = runFfmpeg(
      ['-f', 'h264', '-i', '-', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'],
      toAnnexB(this.out.toBytes()),
    );
    return Array.from({ length: raw.length / 384 }, (_, i) => raw[i * 384]);
  }
}

describe('reference lists and marking, decoded by ffmpeg', () => {
  const sps = plainSps({ max_num_ref_frames: 3 });

  it('reorders by picture number, down and up', () => {
    const stream = new TinyStream(sps, plainPps({}));
    stream.flat(50, true, {});
    stream.flat(100, false, { frame_num: 1 });
    stream.flat(150, false, { frame_num: 2 });
    stream.skip(0, { frame_num: 3 });
    stream.skip(0, {
      frame_num: 3,
      ref_pic_list_modification_l0: [
        { modification_of_pic_nums_idc: 0, abs_diff_pic_num_minus1: 2 },
      ],
    });
    stream.skip(0, {
      frame_num: 3,
      num_ref_idx_l0_active_minus1: 1,
      ref_pic_list_modification_l0: [
        { modification_of_pic_nums_idc: 0, abs_diff_pic_num_minus1: 1 },
        { modification_of_pic_nums_idc: 1, abs_diff_pic_num_minus1: 0 },
      ],
    });
    expect(stream.decode()).toEqual([50, 100, 150, 150, 50, 100]);
  });

  it('marks long-term pictures and drops short-term ones', () => {
    const stream = new TinyStream(sps, plainPps({}));
    stream.flat(50, true, { long_term_reference_flag: 1 });
    stream.flat(100, false, { frame_num: 1 });
    stream.flat(150, false, { frame_num: 2 });
    stream.skip(0, {
      frame_num: 3,
      ref_pic_list_modification_l0: [{ modification_of_pic_nums_idc: 2, long_term_pic_num: 0 }],
    });
    // Drops the picture of value 150, and makes that of 100 the long-term picture 1.
    stream.skip(1, {
      frame_num: 3,
      memory_management_control: [
        { memory_management_control_operation: 4, max_long_term_frame_idx_plus1: 2 },
        { memory_management_control_operation: 1, difference_of_pic_nums_minus1: 0 },
        {
          memory_management_control_operation: 3,
          difference_of_pic_nums_minus1: 1,
          long_term_frame_idx: 1,
        },
      ],
    });
    stream.skip(0, {
      frame_num: 4,
      ref_pic_list_modification_l0: [{ modification_of_pic_nums_idc: 2, long_term_pic_num: 1 }],
    });
    // The current picture (value 150, by skip) becomes long-term picture 0 in place of the first.
    stream.skip(1, {
      frame_num: 4,
      memory_management_control: [
        { memory_management_control_operation: 6, long_term_frame_idx: 0 },
      ],
    });
    stream.skip(0, {
      frame_num: 5,
      ref_pic_list_modification_l0: [{ modification_of_pic_nums_idc: 2, long_term_pic_num: 0 }],
    });
    expect(stream.decode()).toEqual([50, 100, 150, 50, 150, 100, 150, 150]);
  });

  it('counts pictures by pic_order_cnt_type 0 and starts again at an IDR picture', () => {
    const stream = new TinyStream(
      plainSps({ pic_order_cnt_type: 0, log2_max_pic_order_cnt_lsb_minus4: 0 }),
      plainPps({}),
    );
    for (let i = 0; i < 40; i++) {
      const isIdr = i % 20 === 0;
      const since = i % 20;
      stream.flat(40 + i, isIdr, {
        frame_num: since % 16,
        pic_order_cnt_lsb: (2 * since) % 16,
        idr_pic_id: i === 20 ? 1 : 0,
      });
    }
    expect(stream.decode()).toEqual(Array.from({ length: 40 }, (_, i) => 40 + i));
  });
});

describe('parameter sets and SEI, probed by ffprobe', () => {
  it('gives size, profile, level, colors, frame rate and aspect ratio', () => {
    const sps = plainSps({
      level_idc: 31,
      pic_width_in_mbs_minus1: 0,
      frame_crop_right_offset: 1,
      frame_crop_bottom_offset: 2,
      aspect_ratio_info: { aspect_ratio_idc: 14, sar_width: 4, sar_height: 3 },
      video_signal_type: {
        video_format: 5,
        video_full_range_flag: 1,
        colour_description: {
          colour_primaries: 9,
          transfer_characteristics: 1,
          matrix_coefficients: 5,
        },
      },
      timing_info: { num_units_in_tick: 1001, time_scale: 60000, fixed_frame_rate_flag: 1 },
      nal_hrd_parameters: {
        bit_rate_scale: 0,
        cpb_size_scale: 0,
        schedules: [{ bit_rate_value_minus1: 999, cpb_size_value_minus1: 999, cbr_flag: 1 }],
        initial_cpb_removal_delay_length_minus1: 23,
        cpb_removal_delay_length_minus1: 23,
        dpb_output_delay_length_minus1: 23,
        time_offset_length: 0,
      },
      pic_struct_present_flag: 1,
      bitstream_restriction: {
        motion_vectors_over_pic_boundaries_flag: 1,
        max_bytes_per_pic_denom: 0,
        max_bits_per_mb_denom: 0,
        log2_max_mv_length_horizontal: 11,
        log2_max_mv_length_vertical: 11,
        max_num_reorder_frames: 0,
        max_dec_frame_buffering: 1,
      },
    });
    const stream = new TinyStream(sps, plainPps({}));
    stream.unit(0, NalUnitType.AUD, (w) => accessUnitDelimiter(w, 0));
    stream.sei([
      {
        kind: 'buffering_period',
        nal: [{ initial_cpb_removal_delay: 45000, initial_cpb_removal_delay_offset: 0 }],
        vcl: [],
      },
      { kind: 'pic_timing', cpb_removal_delay: 0, dpb_output_delay: 0, pic_struct: 0 },
      {
        kind: 'user_data_unregistered',
        uuid_iso_iec_11578: new Uint8Array(16).fill(7),
        user_data_payload: new TextEncoder().encode('settings'),
      },
    ]);
    stream.flat(80, true, {});
    stream.unit(0, NalUnitType.FILLER, (w) => fillerData(w, 100));
    stream.unit(0, NalUnitType.AUD, (w) => accessUnitDelimiter(w, 1));
    stream.sei([{ kind: 'pic_timing', cpb_removal_delay: 2, dpb_output_delay: 0, pic_struct: 0 }]);
    stream.skip(1, { frame_num: 1 });

    const folder = mkdtempSync(join(tmpdir(), 'vitrine-'));
    try {
      const path = join(folder, 'headers.h264');
      const annexB = toAnnexB(stream.out.toBytes());
      writeFileSync(path, annexB);
      const video = probeFile(path).streams[0];
      expect(video).toMatchObject({
        profile: 'Constrained Baseline',
        level: 31,
        width: 14,
        height: 12,
        sample_aspect_ratio: '4:3',
        color_range: 'pc',
        color_primaries: 'bt2020',
        color_transfer: 'bt709',
        color_space: 'bt470bg',
        r_frame_rate: '30000/1001',
        has_b_frames: 0,
      });
      const raw = runFfmpeg(['-i', path, '-f', 'rawvideo', '-pix_fmt', 'yuvj420p', '-']);
      expect(raw.length).toBe(2 * (14 * 12 + 2 * 7 * 6));
      expect(new Set(raw)).toEqual(new Set([80]));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
