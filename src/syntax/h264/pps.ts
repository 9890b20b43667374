/**
 * Picture parameter set, clauses 7.3.2.2 and 7.4.2.2: the facts of the pictures that refer to it. One description writes
 * a set, reads it, and shows it to a trace.
 */
import type { BitSyntax, Draft, Flag } from '../../bits/bit-syntax.ts';
import { SyntaxReader } from '../../bits/syntax-reader.ts';
import type { SyntaxWriter } from '../../bits/syntax-writer.ts';
import { rbspOf } from './nal.ts';
import { type ScalingMatrix, scalingMatrix } from './scaling-matrix.ts';
import { type SliceGroups, sliceGroups } from './slice-groups.ts';

/** pic_parameter_set_rbsp( ), clause 7.3.2.2. */
export interface PictureParameterSet {
  /** 0..255. */
  readonly pic_parameter_set_id: number;
  /** 0..31. */
  readonly seq_parameter_set_id: number;
  /** 0 CAVLC, 1 CABAC. */
  readonly entropy_coding_mode_flag: Flag;
  readonly bottom_field_pic_order_in_frame_present_flag: Flag;
  /** Null: num_slice_groups_minus1 is 0. */
  readonly slice_groups: SliceGroups | null;
  /** Length of list 0 less one where the slice header does not say, 0..31. */
  readonly num_ref_idx_l0_default_active_minus1: number;
  readonly num_ref_idx_l1_default_active_minus1: number;
  readonly weighted_pred_flag: Flag;
  /** 0 default, 1 explicit, 2 implicit weights in B slices. */
  readonly weighted_bipred_idc: number;
  /** -26..25; SliceQPY = 26 + this + slice_qp_delta (clause 7.4.3). Lower where samples have more than 8 bits. */
  readonly pic_init_qp_minus26: number;
  readonly pic_init_qs_minus26: number;
  /** -12..12. */
  readonly chroma_qp_index_offset: number;
  readonly deblocking_filter_control_present_flag: Flag;
  readonly constrained_intra_pred_flag: Flag;
  readonly redundant_pic_cnt_present_flag: Flag;
  /** The elements that only High profiles write, or null. */
  readonly high: HighPictureParameters | null;
}

/** The end of pic_parameter_set_rbsp( ) that High profiles add, clause 7.3.2.2. */
export interface HighPictureParameters {
  readonly transform_8x8_mode_flag: Flag;
  /** Null: pic_scaling_matrix_present_flag is 0, the lists of the sequence parameter set hold. */
  readonly pic_scaling_matrix: ScalingMatrix | null;
  /** -12..12, for Cr; chroma_qp_index_offset is then for Cb alone. */
  readonly second_chroma_qp_index_offset: number;
}

/** The simplest set: CAVLC, one reference, QP 26, no deblocking controls (clause 7.4.2.2). */
export const PLAIN_PPS: PictureParameterSet = {
  pic_parameter_set_id: 0,
  seq_parameter_set_id: 0,
  entropy_coding_mode_flag: 0,
  bottom_field_pic_order_in_frame_present_flag: 0,
  slice_groups: null,
  num_ref_idx_l0_default_active_minus1: 0,
  num_ref_idx_l1_default_active_minus1: 0,
  weighted_pred_flag: 0,
  weighted_bipred_idc: 0,
  pic_init_qp_minus26: 0,
  pic_init_qs_minus26: 0,
  chroma_qp_index_offset: 0,
  deblocking_filter_control_present_flag: 0,
  constrained_intra_pred_flag: 0,
  redundant_pic_cnt_present_flag: 0,
  high: null,
};

/** Lowest pic_init_qp_minus26, with samples of 14 bits: -(26 + QpBdOffsetY), clause 7.4.2.2. */
const MIN_PIC_INIT_QP_MINUS26 = -62;

/**
 * Writes pic_parameter_set_rbsp( ), clause 7.3.2.2. The writer must be byte aligned; it is again afterwards. Throws
 * `ConfigError` for values out of range.
 * @param chroma_format_idc of the sequence parameter set: it decides how many scaling lists there are
 */
export function writePictureParameterSet(
  w: SyntaxWriter,
  pps: PictureParameterSet,
  chroma_format_idc = 1,
): void {
  describePictureParameterSet(w, { ...pps }, () => chroma_format_idc);
}

/**
 * Reads a picture parameter set, clause 7.3.2.2. Throws `FormatError`.
 * @param nalUnit with its header byte
 * @param offset where it lies in the file, for messages
 * @param chromaFormatOf chroma_format_idc of a sequence parameter set; 4:2:0 is assumed if it is not given
 */
export function readPictureParameterSet(
  nalUnit: Uint8Array,
  offset = -1,
  chromaFormatOf: (seq_parameter_set_id: number) => number = () => 1,
): PictureParameterSet {
  const pps: Draft<PictureParameterSet> = { ...PLAIN_PPS };
  const r = new SyntaxReader(rbspOf(nalUnit), 'h264.pps', offset);
  describePictureParameterSet(r, pps, chromaFormatOf);
  return pps;
}

/** pic_parameter_set_rbsp( ), clause 7.3.2.2: writes `pps`, or fills it from what is read. */
export function describePictureParameterSet(
  s: BitSyntax,
  pps: Draft<PictureParameterSet>,
  chromaFormatOf: (seq_parameter_set_id: number) => number,
): void {
  s.where = 'h264.pps';
  pps.pic_parameter_set_id = s.ueMax('pic_parameter_set_id', pps.pic_parameter_set_id, 255);
  pps.seq_parameter_set_id = s.ueMax('seq_parameter_set_id', pps.seq_parameter_set_id, 31);
  pps.entropy_coding_mode_flag = s.flag('entropy_coding_mode_flag', pps.entropy_coding_mode_flag);
  pps.bottom_field_pic_order_in_frame_present_flag = s.flag(
    'bottom_field_pic_order_in_frame_present_flag',
    pps.bottom_field_pic_order_in_frame_present_flag,
  );
  pps.slice_groups = sliceGroups(s, pps.slice_groups);
  pps.num_ref_idx_l0_default_active_minus1 = s.ueMax(
    'num_ref_idx_l0_default_active_minus1',
    pps.num_ref_idx_l0_default_active_minus1,
    31,
  );
  pps.num_ref_idx_l1_default_active_minus1 = s.ueMax(
    'num_ref_idx_l1_default_active_minus1',
    pps.num_ref_idx_l1_default_active_minus1,
    31,
  );
  pps.weighted_pred_flag = s.flag('weighted_pred_flag', pps.weighted_pred_flag);
  pps.weighted_bipred_idc = s.u('weighted_bipred_idc', 2, pps.weighted_bipred_idc);
  if (pps.weighted_bipred_idc > 2) {
    throw s.fault('weighted_bipred_idc', 'got 3, allowed are 0..2 (clause 7.4.2.2)');
  }
  const initial: [number, number] = [MIN_PIC_INIT_QP_MINUS26, 25];
  pps.pic_init_qp_minus26 = s.seWithin('pic_init_qp_minus26', pps.pic_init_qp_minus26, ...initial);
  pps.pic_init_qs_minus26 = s.seWithin('pic_init_qs_minus26', pps.pic_init_qs_minus26, -26, 25);
  pps.chroma_qp_index_offset = s.seWithin(
    'chroma_qp_index_offset',
    pps.chroma_qp_index_offset,
    -12,
    12,
  );
  pps.deblocking_filter_control_present_flag = s.flag(
    'deblocking_filter_control_present_flag',
    pps.deblocking_filter_control_present_flag,
  );
  pps.constrained_intra_pred_flag = s.flag(
    'constrained_intra_pred_flag',
    pps.constrained_intra_pred_flag,
  );
  pps.redundant_pic_cnt_present_flag = s.flag(
    'redundant_pic_cnt_present_flag',
    pps.redundant_pic_cnt_present_flag,
  );
  pps.high = s.moreData(pps.high !== null)
    ? highParameters(s, pps.high, chromaFormatOf(pps.seq_parameter_set_id))
    : null;
  s.trailingBits();
}

/** The end of the set in High profiles, clause 7.3.2.2. */
function highParameters(
  s: BitSyntax,
  high: HighPictureParameters | null,
  chroma_format_idc: number,
): HighPictureParameters {
  const transform_8x8_mode_flag = s.flag(
    'transform_8x8_mode_flag',
    high?.transform_8x8_mode_flag ?? 0,
  );
  const matrix = high?.pic_scaling_matrix ?? null;
  const hasMatrix = s.flag('pic_scaling_matrix_present_flag', matrix === null ? 0 : 1) === 1;
  const count = 6 + (chroma_format_idc !== 3 ? 2 : 6) * transform_8x8_mode_flag;
  const pic_scaling_matrix = hasMatrix ? scalingMatrix(s, 'pic', count, matrix ?? []) : null;
  const second_chroma_qp_index_offset = s.seWithin(
    'second_chroma_qp_index_offset',
    high?.second_chroma_qp_index_offset ?? 0,
    -12,
    12,
  );
  return { transform_8x8_mode_flag, pic_scaling_matrix, second_chroma_qp_index_offset };
}
