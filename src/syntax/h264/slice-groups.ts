/** Slice groups of a picture parameter set (flexible macroblock ordering), clauses 7.3.2.2 and 7.4.2.2. */
import type { BitSyntax } from '../../bits/bit-syntax.ts';

/** num_slice_groups_minus1 above 0 and what it guards, clause 7.3.2.2. */
export interface SliceGroups {
  /** 1..7. */
  readonly num_slice_groups_minus1: number;
  /** 0 interleaved, 1 dispersed, 2 foreground, 3..5 changing, 6 explicit. */
  readonly slice_group_map_type: number;
  /** Type 0: run_length_minus1 of each group. Type 2: top_left and bottom_right of each but the last. Type 6: slice_group_id. */
  readonly map: readonly number[];
  /** Types 3 to 5. */
  readonly slice_group_change_direction_flag: number;
  /** Types 3 to 5. */
  readonly slice_group_change_rate_minus1: number;
}

/** Map units of a picture of level 6.2, clause A.3.1: more slice_group_id there cannot be. */
const MAX_MAP_UNITS = 139264;

/** num_slice_groups_minus1 and what follows it, clause 7.3.2.2: writes `groups`, or returns those read. */
export function sliceGroups(s: BitSyntax, groups: SliceGroups | null): SliceGroups | null {
  const given = groups?.num_slice_groups_minus1 ?? 0;
  const num_slice_groups_minus1 = s.ueMax('num_slice_groups_minus1', given, 7);
  if (num_slice_groups_minus1 === 0) return null;
  const type = s.ueMax('slice_group_map_type', groups?.slice_group_map_type ?? 0, 6);
  const from = groups?.map ?? [];
  const map: number[] = [];
  let slice_group_change_direction_flag = groups?.slice_group_change_direction_flag ?? 0;
  let slice_group_change_rate_minus1 = groups?.slice_group_change_rate_minus1 ?? 0;
  if (type === 0) {
    for (let i = 0; i <= num_slice_groups_minus1; i++) {
      map.push(s.ue('run_length_minus1', from[i] ?? 0));
    }
  } else if (type === 2) {
    for (let i = 0; i < num_slice_groups_minus1; i++) {
      map.push(s.ue('top_left', from[2 * i] ?? 0));
      map.push(s.ue('bottom_right', from[2 * i + 1] ?? 0));
    }
  } else if (type >= 3 && type <= 5) {
    slice_group_change_direction_flag = s.flag(
      'slice_group_change_direction_flag',
      slice_group_change_direction_flag,
    );
    slice_group_change_rate_minus1 = s.ue(
      'slice_group_change_rate_minus1',
      slice_group_change_rate_minus1,
    );
  } else if (type === 6) {
    const count = 1 + s.ueMax('pic_size_in_map_units_minus1', from.length - 1, MAX_MAP_UNITS - 1);
    const bits = Math.ceil(Math.log2(num_slice_groups_minus1 + 1));
    for (let i = 0; i < count; i++) map.push(s.u('slice_group_id', bits, from[i] ?? 0));
  }
  return {
    num_slice_groups_minus1,
    slice_group_map_type: type,
    map,
    slice_group_change_direction_flag,
    slice_group_change_rate_minus1,
  };
}
