/**
 * Slice header, clauses 7.3.3 and 7.4.3, where the slice begins, which picture it is of, how its reference lists are
 * reordered, what happens to the reference pictures afterwards, its QP and its deblocking.
 */
import type { BitSyntax, Draft, Flag } from '../../bits/bit-syntax.ts';
import { SyntaxReader } from '../../bits/syntax-reader.ts';
import type { SyntaxWriter } from '../../bits/syntax-writer.ts';
import { type NalUnitHeader, NalUnitType, nalUnitHeader, rbspOf } from './nal.ts';
import type { PictureParameterSet } from './pps.ts';
import {
  type MemoryManagementControl,
  type RefPicListModification,
  referenceMarking,
  refPicListModification,
} from './reference-syntax.ts';
import { type SequenceParameterSet, sizeInMbs } from './sps.ts';
import { EMPTY_WEIGHTS, type PredWeightTable, predWeightTable } from './weight-table.ts';

/** slice_type modulo 5, Table 7-6. */
export const SliceType = { P: 0, B: 1, I: 2, SP: 3, SI: 4 } as const;

/** slice_type + 5 says that all slices of the picture have the same type, Table 7-6. */
export const ALL_SLICES_SAME_TYPE = 5;

/** slice_header( ), clause 7.3.3. Elements that the parameter sets or the slice type leave out are not written. */
export interface SliceHeader {
  readonly first_mb_in_slice: number;
  /** Table 7-6: `SliceType`, plus 5 if all slices of the picture agree. */
  readonly slice_type: number;
  /** 0..255: the picture parameter set. */
  readonly pic_parameter_set_id: number;
  /** separate_colour_plane_flag only: 0 Y, 1 Cb, 2 Cr. */
  readonly colour_plane_id: number;
  /** 0..MaxFrameNum-1; 0 in IDR pictures. */
  readonly frame_num: number;
  /** Unless frame_mbs_only_flag: the slice is of a field. */
  readonly field_pic_flag: Flag;
  readonly bottom_field_flag: Flag;
  /** 0..65535; differs between consecutive IDR pictures. IDR only. */
  readonly idr_pic_id: number;
  /** pic_order_cnt_type 0 only, as the next. */
  readonly pic_order_cnt_lsb: number;
  readonly delta_pic_order_cnt_bottom: number;
  /** pic_order_cnt_type 1 only: delta_pic_order_cnt[ 0 ] and [ 1 ]. */
  readonly delta_pic_order_cnt0: number;
  readonly delta_pic_order_cnt1: number;
  /** redundant_pic_cnt_present_flag only. */
  readonly redundant_pic_cnt: number;
  /** B only. */
  readonly direct_spatial_mv_pred_flag: Flag;
  /** Length of list 0 less one, 0..31. num_ref_idx_active_override_flag is 1 where it differs from the PPS. */
  readonly num_ref_idx_l0_active_minus1: number;
  /** B only. */
  readonly num_ref_idx_l1_active_minus1: number;
  /** Empty: ref_pic_list_modification_flag_l0 is 0. */
  readonly ref_pic_list_modification_l0: readonly RefPicListModification[];
  /** B only. */
  readonly ref_pic_list_modification_l1: readonly RefPicListModification[];
  /** Explicit weighted prediction only. */
  readonly pred_weight_table: PredWeightTable;
  /** IDR only. */
  readonly no_output_of_prior_pics_flag: Flag;
  /** IDR only: the picture is kept as a long-term one. */
  readonly long_term_reference_flag: Flag;
  /** Not IDR. Empty: adaptive_ref_pic_marking_mode_flag is 0, sliding window (clause 8.2.5.3). */
  readonly memory_management_control: readonly MemoryManagementControl[];
  /** CABAC only, 0..2. */
  readonly cabac_init_idc: number;
  /** SliceQPY - 26 - pic_init_qp_minus26 (clause 7.4.3). */
  readonly slice_qp_delta: number;
  /** SP slices only. */
  readonly sp_for_switch_flag: Flag;
  /** SP and SI slices only. */
  readonly slice_qs_delta: number;
  /** 0 on, 1 off, 2 on but not across slices. Needs deblocking_filter_control_present_flag unless it is 0. */
  readonly disable_deblocking_filter_idc: number;
  /** -6..6. */
  readonly slice_alpha_c0_offset_div2: number;
  /** -6..6. */
  readonly slice_beta_offset_div2: number;
  /** Slice groups of types 3 to 5 only. */
  readonly slice_group_change_cycle: number;
}

/** An I slice of a whole picture, QP 26 with the simplest parameter set, deblocked (clause 7.4.3). */
export const PLAIN_SLICE_HEADER: SliceHeader = {
  first_mb_in_slice: 0,
  slice_type: SliceType.I + ALL_SLICES_SAME_TYPE,
  pic_parameter_set_id: 0,
  colour_plane_id: 0,
  frame_num: 0,
  field_pic_flag: 0,
  bottom_field_flag: 0,
  idr_pic_id: 0,
  pic_order_cnt_lsb: 0,
  delta_pic_order_cnt_bottom: 0,
  delta_pic_order_cnt0: 0,
  delta_pic_order_cnt1: 0,
  redundant_pic_cnt: 0,
  direct_spatial_mv_pred_flag: 0,
  num_ref_idx_l0_active_minus1: 0,
  num_ref_idx_l1_active_minus1: 0,
  ref_pic_list_modification_l0: [],
  ref_pic_list_modification_l1: [],
  pred_weight_table: EMPTY_WEIGHTS,
  no_output_of_prior_pics_flag: 0,
  long_term_reference_flag: 0,
  memory_management_control: [],
  cabac_init_idc: 0,
  slice_qp_delta: 0,
  sp_for_switch_flag: 0,
  slice_qs_delta: 0,
  disable_deblocking_filter_idc: 0,
  slice_alpha_c0_offset_div2: 0,
  slice_beta_offset_div2: 0,
  slice_group_change_cycle: 0,
};

/** The parameter sets that a slice refers to. */
export interface SliceParameterSets {
  readonly sps: SequenceParameterSet;
  readonly pps: PictureParameterSet;
}

/** Finds the parameter sets for a pic_parameter_set_id; null if one of them has not come. */
export type FindParameterSets = (pic_parameter_set_id: number) => SliceParameterSets | null;

/**
 * Writes slice_header( ), clause 7.3.3; slice_data( ) follows at the writer's position. Throws `ConfigError` if the
 * header asks for something that the parameter sets do not carry.
 */
export function writeSliceHeader(
  w: SyntaxWriter,
  header: SliceHeader,
  sps: SequenceParameterSet,
  pps: PictureParameterSet,
  nal: NalUnitHeader,
): void {
  const { pic_parameter_set_id } = pps;
  describeSliceHeader(w, { ...header, pic_parameter_set_id }, nal, () => ({ sps, pps }));
}

/** A slice header that was read, with what it refers to. */
export interface ReadSlice extends SliceParameterSets {
  readonly nal: NalUnitHeader;
  readonly header: SliceHeader;
}

/**
 * Reads slice_header( ) of a NAL unit, clause 7.3.3, or its `start` alone: the elements up to delta_pic_order_cnt[ 1 ], which
 * tell pictures apart and place them (clauses 7.4.1.2.4 and 8.2.1).
 * @param offset where the NAL unit lies in the file, for messages
 * Returns null if the parameter sets are missing; throws `FormatError` if the header is broken or cut off.
 */
export function readSliceHeader(
  nalUnit: Uint8Array,
  findSets: FindParameterSets,
  part: 'whole' | 'start' = 'whole',
  offset = 0,
): ReadSlice | null {
  const nal = nalUnitHeader(nalUnit[0]!);
  const maxBytes = part === 'start' ? MAX_START_BYTES : MAX_HEADER_BYTES;
  const r = new SyntaxReader(rbspOf(nalUnit, maxBytes), 'h264.slice_header', offset);
  const header: Draft<SliceHeader> = { ...PLAIN_SLICE_HEADER };
  const sets = describeSliceHeader(r, header, nal, findSets, part);
  return sets === null ? null : { ...sets, nal, header };
}

/** Bytes of a slice that hold the start of its header: ten codes of at most 63 bits. */
const MAX_START_BYTES = 96;
/** Bytes that hold all of it: 2 · 32 steps of lists, 64 weights of 7 codes, 66 operations, at most 63 bits a code. */
const MAX_HEADER_BYTES = 8192;

/**
 * slice_header( ), clause 7.3.3: writes `header`, or fills it from what is read. Returns the parameter sets, or null where
 * `findSets` does not have them.
 */
export function describeSliceHeader(
  s: BitSyntax,
  header: Draft<SliceHeader>,
  nal: NalUnitHeader,
  findSets: FindParameterSets,
  part: 'whole' | 'start' = 'whole',
): SliceParameterSets | null {
  s.where = 'h264.slice_header';
  header.first_mb_in_slice = s.ue('first_mb_in_slice', header.first_mb_in_slice);
  header.slice_type = s.ueMax('slice_type', header.slice_type, 9);
  header.pic_parameter_set_id = s.ue('pic_parameter_set_id', header.pic_parameter_set_id);
  const sets = findSets(header.pic_parameter_set_id);
  if (sets === null) return null;
  pictureOfSlice(s, header, nal, sets);
  if (part === 'whole') decodingOfSlice(s, header, nal, sets);
  return sets;
}

/** From colour_plane_id to delta_pic_order_cnt[ 1 ], clause 7.3.3: which picture the slice is of, and its order. */
function pictureOfSlice(
  s: BitSyntax,
  header: Draft<SliceHeader>,
  nal: NalUnitHeader,
  { sps, pps }: SliceParameterSets,
): void {
  if (sps.separate_colour_plane_flag === 1) {
    header.colour_plane_id = s.u('colour_plane_id', 2, header.colour_plane_id);
  }
  header.frame_num = s.u('frame_num', sps.log2_max_frame_num_minus4 + 4, header.frame_num);
  // A flag that is not there is inferred to be 0, clause 7.4.3.
  if (sps.frame_mbs_only_flag === 1) header.field_pic_flag = 0;
  else {
    header.field_pic_flag = s.flag('field_pic_flag', header.field_pic_flag);
    if (header.field_pic_flag === 1) {
      header.bottom_field_flag = s.flag('bottom_field_flag', header.bottom_field_flag);
    }
  }
  if (nal.nal_unit_type === NalUnitType.IDR_SLICE) {
    header.idr_pic_id = s.ue('idr_pic_id', header.idr_pic_id);
  }
  const hasBottom =
    pps.bottom_field_pic_order_in_frame_present_flag === 1 && header.field_pic_flag === 0;
  if (sps.pic_order_cnt_type === 0) {
    const bits = sps.log2_max_pic_order_cnt_lsb_minus4 + 4;
    header.pic_order_cnt_lsb = s.u('pic_order_cnt_lsb', bits, header.pic_order_cnt_lsb);
    if (hasBottom) {
      header.delta_pic_order_cnt_bottom = s.se(
        'delta_pic_order_cnt_bottom',
        header.delta_pic_order_cnt_bottom,
      );
    }
  } else if (sps.pic_order_cnt_type === 1 && sps.delta_pic_order_always_zero_flag === 0) {
    header.delta_pic_order_cnt0 = s.se('delta_pic_order_cnt', header.delta_pic_order_cnt0);
    if (hasBottom) {
      header.delta_pic_order_cnt1 = s.se('delta_pic_order_cnt', header.delta_pic_order_cnt1);
    }
  }
}

/** From redundant_pic_cnt to the end, clause 7.3.3: how the slice is decoded, and what is kept for reference after it. */
function decodingOfSlice(
  s: BitSyntax,
  header: Draft<SliceHeader>,
  nal: NalUnitHeader,
  { sps, pps }: SliceParameterSets,
): void {
  const type = header.slice_type % 5;
  const isIntra = type === SliceType.I || type === SliceType.SI;
  if (pps.redundant_pic_cnt_present_flag === 1) {
    header.redundant_pic_cnt = s.ueMax('redundant_pic_cnt', header.redundant_pic_cnt, 127);
  }
  if (type === SliceType.B) {
    header.direct_spatial_mv_pred_flag = s.flag(
      'direct_spatial_mv_pred_flag',
      header.direct_spatial_mv_pred_flag,
    );
  }
  if (!isIntra) {
    listLengths(s, header, pps, type);
    listModifications(s, header, type);
  }
  const isWeighted =
    type === SliceType.B ? pps.weighted_bipred_idc === 1 : pps.weighted_pred_flag === 1;
  if (isWeighted && !isIntra) {
    header.pred_weight_table = predWeightTable(s, header.pred_weight_table, {
      hasChroma: sps.separate_colour_plane_flag === 0 && sps.chroma_format_idc !== 0,
      l0: header.num_ref_idx_l0_active_minus1 + 1,
      l1: type === SliceType.B ? header.num_ref_idx_l1_active_minus1 + 1 : 0,
    });
  }
  if (nal.nal_ref_idc !== 0) {
    referenceMarking(s, header, nal.nal_unit_type === NalUnitType.IDR_SLICE);
  }
  if (pps.entropy_coding_mode_flag === 1 && !isIntra) {
    header.cabac_init_idc = s.ueMax('cabac_init_idc', header.cabac_init_idc, 2);
  }
  header.slice_qp_delta = s.se('slice_qp_delta', header.slice_qp_delta);
  if (type === SliceType.SP) {
    header.sp_for_switch_flag = s.flag('sp_for_switch_flag', header.sp_for_switch_flag);
  }
  if (type === SliceType.SP || type === SliceType.SI) {
    header.slice_qs_delta = s.se('slice_qs_delta', header.slice_qs_delta);
  }
  deblockingControl(s, header, pps);
  const groupType = pps.slice_groups?.slice_group_map_type ?? 0;
  if (groupType >= 3 && groupType <= 5) {
    const bits = changeCycleBits(sps, pps);
    header.slice_group_change_cycle = s.u(
      'slice_group_change_cycle',
      bits,
      header.slice_group_change_cycle,
    );
  }
}

/** num_ref_idx_active_override_flag and what it guards, clause 7.3.3. */
function listLengths(
  s: BitSyntax,
  header: Draft<SliceHeader>,
  pps: PictureParameterSet,
  type: number,
): void {
  const isB = type === SliceType.B;
  const default0 = pps.num_ref_idx_l0_default_active_minus1;
  const default1 = pps.num_ref_idx_l1_default_active_minus1;
  const override =
    header.num_ref_idx_l0_active_minus1 !== default0 ||
    (isB && header.num_ref_idx_l1_active_minus1 !== default1);
  if (s.flag('num_ref_idx_active_override_flag', override ? 1 : 0) === 0) {
    header.num_ref_idx_l0_active_minus1 = default0;
    header.num_ref_idx_l1_active_minus1 = default1;
    return;
  }
  header.num_ref_idx_l0_active_minus1 = s.ueMax(
    'num_ref_idx_l0_active_minus1',
    header.num_ref_idx_l0_active_minus1,
    31,
  );
  if (isB) {
    header.num_ref_idx_l1_active_minus1 = s.ueMax(
      'num_ref_idx_l1_active_minus1',
      header.num_ref_idx_l1_active_minus1,
      31,
    );
  }
}

/** ref_pic_list_modification( ) of the lists that there are, clause 7.3.3.1. */
function listModifications(s: BitSyntax, header: Draft<SliceHeader>, type: number): void {
  const { ref_pic_list_modification_l0, ref_pic_list_modification_l1 } = header;
  header.ref_pic_list_modification_l0 = refPicListModification(
    s,
    'l0',
    ref_pic_list_modification_l0,
  );
  if (type !== SliceType.B) return;
  header.ref_pic_list_modification_l1 = refPicListModification(
    s,
    'l1',
    ref_pic_list_modification_l1,
  );
}

/** disable_deblocking_filter_idc and the offsets, clause 7.3.3. */
function deblockingControl(
  s: BitSyntax,
  header: Draft<SliceHeader>,
  pps: PictureParameterSet,
): void {
  if (pps.deblocking_filter_control_present_flag === 0) {
    const isPlain =
      header.disable_deblocking_filter_idc === 0 &&
      header.slice_alpha_c0_offset_div2 === 0 &&
      header.slice_beta_offset_div2 === 0;
    if (isPlain) return;
    throw s.fault(
      'disable_deblocking_filter_idc',
      'controls other than 0 need deblocking_filter_control_present_flag in the PPS (clause 7.3.3)',
    );
  }
  header.disable_deblocking_filter_idc = s.ueMax(
    'disable_deblocking_filter_idc',
    header.disable_deblocking_filter_idc,
    2,
  );
  if (header.disable_deblocking_filter_idc !== 1) {
    header.slice_alpha_c0_offset_div2 = s.seWithin(
      'slice_alpha_c0_offset_div2',
      header.slice_alpha_c0_offset_div2,
      -6,
      6,
    );
    header.slice_beta_offset_div2 = s.seWithin(
      'slice_beta_offset_div2',
      header.slice_beta_offset_div2,
      -6,
      6,
    );
  }
}

/** Bits of slice_group_change_cycle: Ceil( Log2( PicSizeInMapUnits ÷ SliceGroupChangeRate + 1 ) ), clause 7.4.3. */
function changeCycleBits(sps: SequenceParameterSet, pps: PictureParameterSet): number {
  const mapUnits = sizeInMbs(sps).PicWidthInMbs * (sps.pic_height_in_map_units_minus1 + 1);
  const rate = (pps.slice_groups?.slice_group_change_rate_minus1 ?? 0) + 1;
  return Math.ceil(Math.log2(Math.ceil(mapUnits / rate) + 1));
}

/** Whether the slice is of an IDR picture: IdrPicFlag, clause 7.4.1.2.4. */
export function isIdr({ nal }: { readonly nal: NalUnitHeader }): boolean {
  return nal.nal_unit_type === NalUnitType.IDR_SLICE;
}
