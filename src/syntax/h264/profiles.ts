/** Profiles, clause A.2: their numbers, and what the syntax has for some of them only. */

/** profile_idc, clause A.2. Constrained Baseline is Baseline with constraint_set1_flag equal to 1. */
export const ProfileIdc = {
  BASELINE: 66,
  MAIN: 77,
  EXTENDED: 88,
  HIGH: 100,
  HIGH_10: 110,
  HIGH_422: 122,
  HIGH_444_PREDICTIVE: 244,
} as const;

/** Whether seq_parameter_set_data( ) of this profile has the chroma format and bit depths, clause 7.3.2.1.1. */
export function hasChromaFormat(profile_idc: number): boolean {
  // biome-ignore format: the list as in the syntax table
  return [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].includes(profile_idc);
}

/** Whether constraint_set3_flag of this profile says that all pictures are intra, clause E.2.1 (max_num_reorder_frames). */
export function hasIntraVariant(profile_idc: number): boolean {
  return [44, 86, 100, 110, 122, 244].includes(profile_idc);
}

/** Whether the configuration record of this profile repeats the chroma format and bit depths, NALFF clause 5.3.3.1.2. */
export function hasRecordExtension(profile_idc: number): boolean {
  return [100, 110, 122, 144].includes(profile_idc);
}
