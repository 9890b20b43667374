/** Where the syntax elements of H.264 are defined: the clause of the syntax table of each. */

/** Clause by path of a header: the syntax table that its elements stand in. */
const CLAUSES_OF_HEADERS: Readonly<Record<string, string>> = {
  'h264.nal_unit': '7.3.1',
  'h264.sps': '7.3.2.1.1',
  'h264.pps': '7.3.2.2',
  'h264.sei': '7.3.2.3',
  'h264.slice_header': '7.3.3',
  'h264.slice_data': '7.3.5',
  'h264.vui': 'E.1.1',
  'h264.hrd': 'E.1.2',
};

/** Elements of SEI messages: each kind of payload has a table of its own. */
const CLAUSES_IN_SEI: Readonly<Record<string, string>> = {
  ff_byte: '7.3.2.3.1',
  last_payload_type_byte: '7.3.2.3.1',
  last_payload_size_byte: '7.3.2.3.1',
  bit_equal_to_one: 'D.1.1',
  bit_equal_to_zero: 'D.1.1',
  sei_payload: 'D.1.1',
  seq_parameter_set_id: 'D.1.2',
  initial_cpb_removal_delay: 'D.1.2',
  initial_cpb_removal_delay_offset: 'D.1.2',
  cpb_removal_delay: 'D.1.3',
  dpb_output_delay: 'D.1.3',
  pic_struct: 'D.1.3',
  clock_timestamp_flag: 'D.1.3',
  uuid_iso_iec_11578: 'D.1.7',
  user_data_payload_byte: 'D.1.7',
  recovery_frame_cnt: 'D.1.8',
  exact_match_flag: 'D.1.8',
  broken_link_flag: 'D.1.8',
  changing_slice_group_idc: 'D.1.8',
};

/** Elements that stand in another table than their surroundings. */
const CLAUSES_OF_ELEMENTS: Readonly<Record<string, string>> = {
  ref_pic_list_modification_flag_l0: '7.3.3.1',
  ref_pic_list_modification_flag_l1: '7.3.3.1',
  modification_of_pic_nums_idc: '7.3.3.1',
  abs_diff_pic_num_minus1: '7.3.3.1',
  // In lists and in marking.
  long_term_pic_num: '7.3.3.1, 7.3.3.3',
  no_output_of_prior_pics_flag: '7.3.3.3',
  long_term_reference_flag: '7.3.3.3',
  adaptive_ref_pic_marking_mode_flag: '7.3.3.3',
  memory_management_control_operation: '7.3.3.3',
  difference_of_pic_nums_minus1: '7.3.3.3',
  long_term_frame_idx: '7.3.3.3',
  max_long_term_frame_idx_plus1: '7.3.3.3',
  nal_unit_length: 'NALFF 5.3.4.2',
  primary_pic_type: '7.3.2.4',
  ff_byte: '7.3.2.7',
  rbsp_stop_one_bit: '7.3.2.11',
  rbsp_alignment_zero_bit: '7.3.2.11',
  delta_scale: '7.3.2.1.1.1',
  mb_skip_run: '7.3.4',
  mb_skip_flag: '7.3.4',
  end_of_slice_flag: '7.3.4',
  cabac_alignment_one_bit: '7.3.4',
  slice_data_end: '7.3.4',
  prev_intra4x4_pred_mode_flag: '7.3.5.1',
  rem_intra4x4_pred_mode: '7.3.5.1',
  intra_chroma_pred_mode: '7.3.5.1',
  ref_idx_l0: '7.3.5.1',
  ref_idx_l1: '7.3.5.1',
  mvd_l0: '7.3.5.1',
  mvd_l1: '7.3.5.1',
  sub_mb_type: '7.3.5.2',
  Intra16x16DCLevel: '7.3.5.3',
  Intra16x16ACLevel: '7.3.5.3',
  LumaLevel4x4: '7.3.5.3',
  LumaLevel8x8: '7.3.5.3',
  ChromaDCLevel: '7.3.5.3',
  ChromaACLevel: '7.3.5.3',
};

/** Elements of pred_weight_table( ). */
const WEIGHTS = /^(luma|chroma)_(log2_weight|weight|offset)/;

/** Clause of the syntax table of an element; empty if it is not known. */
export function clauseOf(where: string, name: string): string {
  const own = where === 'h264.sei' ? CLAUSES_IN_SEI[name] : undefined;
  if (WEIGHTS.test(name)) return '7.3.3.2';
  return own ?? CLAUSES_OF_ELEMENTS[name] ?? CLAUSES_OF_HEADERS[where] ?? '';
}
