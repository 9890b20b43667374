/**
 * Reads parameter sets, slice headers and SEI back, for tests: an interpreter of the syntax tables as text, so that it shares
 * nothing with the writers. Each line is `name descriptor`, or a condition on what was read with an indented body.
 */
import { BitReader } from '../../../src/bits/bit-reader.ts';

/** What was read: element names to values; an element met several times has a list. */
export type Elements = Record<string, number | number[]>;

/** Removes the emulation prevention of a NAL unit (clause 7.3.1), by the letter of the syntax table. */
export function rbspOf(nal: Uint8Array): Uint8Array {
  const rbsp: number[] = [];
  for (let i = 1; i < nal.length; i++) {
    if (i + 2 < nal.length && nal[i] === 0 && nal[i + 1] === 0 && nal[i + 2] === 3) {
      rbsp.push(0, 0);
      i += 2;
    } else rbsp.push(nal[i]);
  }
  // The last three bytes 0, 0, 3 follow a payload that ends in zeros.
  if (nal.length >= 4 && nal.at(-1) === 3 && nal.at(-2) === 0 && nal.at(-3) === 0) {
    if (rbsp.at(-1) === 3) rbsp.pop();
  }
  return Uint8Array.from(rbsp);
}

/** Splits a run of NAL units, each behind a 4-byte length. */
export function splitNalUnits(packet: Uint8Array): Uint8Array[] {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const units: Uint8Array[] = [];
  for (let at = 0; at < packet.length; ) {
    const length = view.getUint32(at);
    units.push(packet.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return units;
}

/** The same as an Annex B byte stream. */
export function toAnnexB(packet: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  for (const nal of splitNalUnits(packet)) bytes.push(0, 0, 0, 1, ...nal);
  return Uint8Array.from(bytes);
}

/** Reads elements one by one and remembers them. */
export class ElementReader {
  readonly bits: BitReader;
  readonly elements: Elements = {};

  constructor(rbsp: Uint8Array) {
    this.bits = new BitReader(rbsp, 'test');
  }

  /** Reads `name` by `descriptor`: `u<n>`, `ue` or `se`. */
  read(name: string, descriptor: string): number {
    const value =
      descriptor === 'ue'
        ? this.bits.ue()
        : descriptor === 'se'
          ? this.bits.se()
          : this.bits.u(Number(descriptor.slice(1)));
    const before = this.elements[name];
    if (before === undefined) this.elements[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else this.elements[name] = [before, value];
    return value;
  }

  /** Reads a list of `name descriptor` lines. */
  readAll(lines: string): void {
    for (const line of lines.trim().split('\n')) {
      const [name, descriptor] = line.trim().split(/\s+/);
      this.read(name, descriptor);
    }
  }

  /** rbsp_trailing_bits( ), and then nothing more. Throws if that is not what follows. */
  readTrailingBits(): void {
    if (this.bits.u(1) !== 1) throw new Error('rbsp_stop_one_bit is 0');
    while (this.bits.bitsLeft > 0) {
      if (this.bits.u(1) !== 0) throw new Error('rbsp_alignment_zero_bit is 1');
      if (this.bits.bitPosition % 8 === 0) break;
    }
    if (this.bits.bitsLeft !== 0) throw new Error(`${this.bits.bitsLeft} bits after the end`);
  }
}

/** seq_parameter_set_rbsp( ) as far as profiles up to High with 4:2:0 need it. */
export function readSps(rbsp: Uint8Array): Elements {
  const r = new ElementReader(rbsp);
  r.readAll(`profile_idc u8
    constraint_set0_flag u1
    constraint_set1_flag u1
    constraint_set2_flag u1
    constraint_set3_flag u1
    constraint_set4_flag u1
    constraint_set5_flag u1
    reserved_zero_2bits u2
    level_idc u8
    seq_parameter_set_id ue`);
  if (r.elements.profile_idc === 100) {
    r.readAll(`chroma_format_idc ue
      bit_depth_luma_minus8 ue
      bit_depth_chroma_minus8 ue
      qpprime_y_zero_transform_bypass_flag u1
      seq_scaling_matrix_present_flag u1`);
  }
  r.read('log2_max_frame_num_minus4', 'ue');
  if (r.read('pic_order_cnt_type', 'ue') === 0) r.read('log2_max_pic_order_cnt_lsb_minus4', 'ue');
  r.readAll(`max_num_ref_frames ue
    gaps_in_frame_num_value_allowed_flag u1
    pic_width_in_mbs_minus1 ue
    pic_height_in_map_units_minus1 ue
    frame_mbs_only_flag u1
    direct_8x8_inference_flag u1`);
  if (r.read('frame_cropping_flag', 'u1')) {
    r.readAll(`frame_crop_left_offset ue
      frame_crop_right_offset ue
      frame_crop_top_offset ue
      frame_crop_bottom_offset ue`);
  }
  if (r.read('vui_parameters_present_flag', 'u1')) readVui(r);
  r.readTrailingBits();
  return r.elements;
}

function readVui(r: ElementReader): void {
  if (r.read('aspect_ratio_info_present_flag', 'u1')) {
    if (r.read('aspect_ratio_idc', 'u8') === 255) r.readAll('sar_width u16\nsar_height u16');
  }
  if (r.read('overscan_info_present_flag', 'u1')) r.read('overscan_appropriate_flag', 'u1');
  if (r.read('video_signal_type_present_flag', 'u1')) {
    r.readAll('video_format u3\nvideo_full_range_flag u1');
    if (r.read('colour_description_present_flag', 'u1')) {
      r.readAll('colour_primaries u8\ntransfer_characteristics u8\nmatrix_coefficients u8');
    }
  }
  if (r.read('chroma_loc_info_present_flag', 'u1')) {
    r.readAll('chroma_sample_loc_type_top_field ue\nchroma_sample_loc_type_bottom_field ue');
  }
  if (r.read('timing_info_present_flag', 'u1')) {
    r.readAll('num_units_in_tick u32\ntime_scale u32\nfixed_frame_rate_flag u1');
  }
  const nal = r.read('nal_hrd_parameters_present_flag', 'u1');
  if (nal) readHrd(r);
  const vcl = r.read('vcl_hrd_parameters_present_flag', 'u1');
  if (vcl) readHrd(r);
  if (nal || vcl) r.read('low_delay_hrd_flag', 'u1');
  r.read('pic_struct_present_flag', 'u1');
  if (r.read('bitstream_restriction_flag', 'u1')) {
    r.readAll(`motion_vectors_over_pic_boundaries_flag u1
      max_bytes_per_pic_denom ue
      max_bits_per_mb_denom ue
      log2_max_mv_length_horizontal ue
      log2_max_mv_length_vertical ue
      max_num_reorder_frames ue
      max_dec_frame_buffering ue`);
  }
}

function readHrd(r: ElementReader): void {
  const count = r.read('cpb_cnt_minus1', 'ue') + 1;
  r.readAll('bit_rate_scale u4\ncpb_size_scale u4');
  for (let i = 0; i < count; i++) {
    r.readAll('bit_rate_value_minus1 ue\ncpb_size_value_minus1 ue\ncbr_flag u1');
  }
  r.readAll(`initial_cpb_removal_delay_length_minus1 u5
    cpb_removal_delay_length_minus1 u5
    dpb_output_delay_length_minus1 u5
    time_offset_length u5`);
}

/** pic_parameter_set_rbsp( ) with one slice group. */
export function readPps(rbsp: Uint8Array, hasHighElements = false): Elements {
  const r = new ElementReader(rbsp);
  r.readAll(`pic_parameter_set_id ue
    seq_parameter_set_id ue
    entropy_coding_mode_flag u1
    bottom_field_pic_order_in_frame_present_flag u1
    num_slice_groups_minus1 ue
    num_ref_idx_l0_default_active_minus1 ue
    num_ref_idx_l1_default_active_minus1 ue
    weighted_pred_flag u1
    weighted_bipred_idc u2
    pic_init_qp_minus26 se
    pic_init_qs_minus26 se
    chroma_qp_index_offset se
    deblocking_filter_control_present_flag u1
    constrained_intra_pred_flag u1
    redundant_pic_cnt_present_flag u1`);
  if (hasHighElements) {
    r.readAll(`transform_8x8_mode_flag u1
      pic_scaling_matrix_present_flag u1
      second_chroma_qp_index_offset se`);
  }
  r.readTrailingBits();
  return r.elements;
}

/** slice_header( ) of a frame; `sps` and `pps` are what `readSps` and `readPps` gave. */
export function readSliceHeader(
  rbsp: Uint8Array,
  sps: Elements,
  pps: Elements,
  nal_ref_idc: number,
  isIdr: boolean,
): { elements: Elements; bitPosition: number } {
  const r = new ElementReader(rbsp);
  r.readAll('first_mb_in_slice ue\nslice_type ue\npic_parameter_set_id ue');
  const type = (r.elements.slice_type as number) % 5;
  r.read('frame_num', `u${(sps.log2_max_frame_num_minus4 as number) + 4}`);
  if (isIdr) r.read('idr_pic_id', 'ue');
  if (sps.pic_order_cnt_type === 0) {
    r.read('pic_order_cnt_lsb', `u${(sps.log2_max_pic_order_cnt_lsb_minus4 as number) + 4}`);
    if (pps.bottom_field_pic_order_in_frame_present_flag)
      r.read('delta_pic_order_cnt_bottom', 'se');
  }
  if (pps.redundant_pic_cnt_present_flag) r.read('redundant_pic_cnt', 'ue');
  if (type === 1) r.read('direct_spatial_mv_pred_flag', 'u1');
  if (type === 0 || type === 1) {
    if (r.read('num_ref_idx_active_override_flag', 'u1')) {
      r.read('num_ref_idx_l0_active_minus1', 'ue');
      if (type === 1) r.read('num_ref_idx_l1_active_minus1', 'ue');
    }
    readListModification(r, 'l0');
    if (type === 1) readListModification(r, 'l1');
  }
  if (nal_ref_idc !== 0) {
    if (isIdr) r.readAll('no_output_of_prior_pics_flag u1\nlong_term_reference_flag u1');
    else if (r.read('adaptive_ref_pic_marking_mode_flag', 'u1')) readMarking(r);
  }
  if (pps.entropy_coding_mode_flag && type !== 2) r.read('cabac_init_idc', 'ue');
  r.read('slice_qp_delta', 'se');
  if (pps.deblocking_filter_control_present_flag) {
    if (r.read('disable_deblocking_filter_idc', 'ue') !== 1) {
      r.readAll('slice_alpha_c0_offset_div2 se\nslice_beta_offset_div2 se');
    }
  }
  return { elements: r.elements, bitPosition: r.bits.bitPosition };
}

function readListModification(r: ElementReader, list: string): void {
  if (!r.read(`ref_pic_list_modification_flag_${list}`, 'u1')) return;
  for (;;) {
    const idc = r.read('modification_of_pic_nums_idc', 'ue');
    if (idc === 3) return;
    r.read(idc === 2 ? 'long_term_pic_num' : 'abs_diff_pic_num_minus1', 'ue');
  }
}

function readMarking(r: ElementReader): void {
  for (;;) {
    const operation = r.read('memory_management_control_operation', 'ue');
    if (operation === 0) return;
    if (operation === 1 || operation === 3) r.read('difference_of_pic_nums_minus1', 'ue');
    if (operation === 2) r.read('long_term_pic_num', 'ue');
    if (operation === 3 || operation === 6) r.read('long_term_frame_idx', 'ue');
    if (operation === 4) r.read('max_long_term_frame_idx_plus1', 'ue');
  }
}
