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

/** Elements that stand in another table than their surroundings. */
const CLAUSES_OF_ELEMENTS: Readonly<Record<string, string>> = {
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

/** Clause of the syntax table of an element; empty if it is not known. */
export function clauseOf(where: string, name: string): string {
  return CLAUSES_OF_ELEMENTS[name] ?? CLAUSES_OF_HEADERS[where] ?? '';
}
