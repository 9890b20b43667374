/** Picture parameter set, clauses 7.3.2.2 and 7.4.2.2: what holds for the pictures that refer to it. */
import { ConfigError, UnsupportedError } from '../../../base/errors.ts';
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { rbspTrailingBits } from './nal.ts';
import type { Flag } from './vui.ts';

/** pic_parameter_set_rbsp( ) with one slice group, clause 7.3.2.2. */
export interface PictureParameterSet {
  /** 0..255. */
  readonly pic_parameter_set_id: number;
  /** 0..31. */
  readonly seq_parameter_set_id: number;
  /** 0 CAVLC, 1 CABAC. */
  readonly entropy_coding_mode_flag: Flag;
  readonly bottom_field_pic_order_in_frame_present_flag: Flag;
  /** Length of list 0 less one where the slice header does not say, 0..31. */
  readonly num_ref_idx_l0_default_active_minus1: number;
  readonly num_ref_idx_l1_default_active_minus1: number;
  readonly weighted_pred_flag: Flag;
  readonly weighted_bipred_idc: number;
  /** -26..25; SliceQPY = 26 + this + slice_qp_delta (clause 7.4.3). */
  readonly pic_init_qp_minus26: number;
  readonly pic_init_qs_minus26: number;
  /** -12..12. */
  readonly chroma_qp_index_offset: number;
  readonly deblocking_filter_control_present_flag: Flag;
  readonly constrained_intra_pred_flag: Flag;
  readonly redundant_pic_cnt_present_flag: Flag;
  /** The three elements that only High profiles write, or null. */
  readonly high: HighPictureParameters | null;
}

/** The end of pic_parameter_set_rbsp( ) that High profiles add, clause 7.3.2.2. */
export interface HighPictureParameters {
  readonly transform_8x8_mode_flag: Flag;
  /** -12..12, for Cr; chroma_qp_index_offset is then for Cb alone. */
  readonly second_chroma_qp_index_offset: number;
}

/**
 * Writes pic_parameter_set_rbsp( ), clause 7.3.2.2, with num_slice_groups_minus1 equal to 0. The writer must be byte
 * aligned; it is again afterwards. Throws `ConfigError` for values out of range.
 */
export function writePictureParameterSet(w: SyntaxWriter, pps: PictureParameterSet): void {
  checkPictureParameterSet(pps);
  w.ue('pic_parameter_set_id', pps.pic_parameter_set_id);
  w.ue('seq_parameter_set_id', pps.seq_parameter_set_id);
  w.u('entropy_coding_mode_flag', 1, pps.entropy_coding_mode_flag);
  w.u(
    'bottom_field_pic_order_in_frame_present_flag',
    1,
    pps.bottom_field_pic_order_in_frame_present_flag,
  );
  w.ue('num_slice_groups_minus1', 0);
  w.ue('num_ref_idx_l0_default_active_minus1', pps.num_ref_idx_l0_default_active_minus1);
  w.ue('num_ref_idx_l1_default_active_minus1', pps.num_ref_idx_l1_default_active_minus1);
  w.u('weighted_pred_flag', 1, pps.weighted_pred_flag);
  w.u('weighted_bipred_idc', 2, pps.weighted_bipred_idc);
  w.se('pic_init_qp_minus26', pps.pic_init_qp_minus26);
  w.se('pic_init_qs_minus26', pps.pic_init_qs_minus26);
  w.se('chroma_qp_index_offset', pps.chroma_qp_index_offset);
  w.u('deblocking_filter_control_present_flag', 1, pps.deblocking_filter_control_present_flag);
  w.u('constrained_intra_pred_flag', 1, pps.constrained_intra_pred_flag);
  w.u('redundant_pic_cnt_present_flag', 1, pps.redundant_pic_cnt_present_flag);
  if (pps.high !== null) {
    w.u('transform_8x8_mode_flag', 1, pps.high.transform_8x8_mode_flag);
    w.u('pic_scaling_matrix_present_flag', 1, 0);
    w.se('second_chroma_qp_index_offset', pps.high.second_chroma_qp_index_offset);
  }
  rbspTrailingBits(w);
}

function checkPictureParameterSet(pps: PictureParameterSet): void {
  if (pps.weighted_pred_flag !== 0 || pps.weighted_bipred_idc === 1) {
    throw new UnsupportedError(
      'h264.pps.weighted_pred_flag',
      'explicit weighted prediction is not implemented (clause 7.3.3.2)',
    );
  }
  checkRange('pic_parameter_set_id', pps.pic_parameter_set_id, 0, 255);
  checkRange('seq_parameter_set_id', pps.seq_parameter_set_id, 0, 31);
  checkRange(
    'num_ref_idx_l0_default_active_minus1',
    pps.num_ref_idx_l0_default_active_minus1,
    0,
    31,
  );
  checkRange(
    'num_ref_idx_l1_default_active_minus1',
    pps.num_ref_idx_l1_default_active_minus1,
    0,
    31,
  );
  checkRange('weighted_bipred_idc', pps.weighted_bipred_idc, 0, 2);
  checkRange('pic_init_qp_minus26', pps.pic_init_qp_minus26, -26, 25);
  checkRange('pic_init_qs_minus26', pps.pic_init_qs_minus26, -26, 25);
  checkRange('chroma_qp_index_offset', pps.chroma_qp_index_offset, -12, 12);
  if (pps.high !== null) {
    checkRange('second_chroma_qp_index_offset', pps.high.second_chroma_qp_index_offset, -12, 12);
  }
}

function checkRange(element: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ConfigError(
      `h264.pps.${element}`,
      `got ${value}, allowed ${min}..${max} (clause 7.4.2.2)`,
    );
  }
}
