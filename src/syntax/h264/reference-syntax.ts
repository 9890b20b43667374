/** How a slice header reorders reference lists and marks reference pictures, clauses 7.3.3.1 and 7.3.3.3. */
import type { BitSyntax, Draft, Flag } from '../../bits/bit-syntax.ts';

/** One step of ref_pic_list_modification( ), clause 7.3.3.1. The end (value 3) is written by itself. */
export type RefPicListModification =
  | {
      /** 0: subtract from, 1: add to the picture number predicted (Table 7-7). */
      readonly modification_of_pic_nums_idc: 0 | 1;
      readonly abs_diff_pic_num_minus1: number;
    }
  | {
      /** 2: a long-term picture. */
      readonly modification_of_pic_nums_idc: 2;
      readonly long_term_pic_num: number;
    };

/** One memory_management_control_operation of dec_ref_pic_marking( ), clauses 7.3.3.3 and 8.2.5.4. */
export type MemoryManagementControl =
  | {
      /** 1: a short-term picture becomes unused for reference. */
      readonly memory_management_control_operation: 1;
      readonly difference_of_pic_nums_minus1: number;
    }
  | {
      /** 2: a long-term picture becomes unused for reference. */
      readonly memory_management_control_operation: 2;
      readonly long_term_pic_num: number;
    }
  | {
      /** 3: a short-term picture becomes a long-term one. */
      readonly memory_management_control_operation: 3;
      readonly difference_of_pic_nums_minus1: number;
      readonly long_term_frame_idx: number;
    }
  | {
      /** 4: sets the number of long-term frame indices. */
      readonly memory_management_control_operation: 4;
      readonly max_long_term_frame_idx_plus1: number;
    }
  | {
      /** 5: all reference pictures become unused. */
      readonly memory_management_control_operation: 5;
    }
  | {
      /** 6: the current picture becomes a long-term one. */
      readonly memory_management_control_operation: 6;
      readonly long_term_frame_idx: number;
    };

/** Steps of a list that a stream may have: more than num_ref_idx_active entries are named by nobody (clause 7.4.3.1). */
const MAX_MODIFICATIONS = 66;

/** One list of ref_pic_list_modification( ), clause 7.3.3.1: writes `steps`, or returns those read. */
export function refPicListModification(
  s: BitSyntax,
  list: 'l0' | 'l1',
  steps: readonly RefPicListModification[],
): readonly RefPicListModification[] {
  const flag = s.flag(`ref_pic_list_modification_flag_${list}`, steps.length > 0 ? 1 : 0);
  const out: RefPicListModification[] = [];
  if (flag === 0) return out;
  while (out.length <= MAX_MODIFICATIONS) {
    const step = steps[out.length];
    const idc = s.ueMax(
      'modification_of_pic_nums_idc',
      step?.modification_of_pic_nums_idc ?? END_OF_LIST,
      END_OF_LIST,
    );
    if (idc === END_OF_LIST) return out;
    if (idc === 2) {
      const given = step?.modification_of_pic_nums_idc === 2 ? step.long_term_pic_num : 0;
      out.push({
        modification_of_pic_nums_idc: idc,
        long_term_pic_num: s.ue('long_term_pic_num', given),
      });
    } else {
      const given =
        step?.modification_of_pic_nums_idc === 2 ? 0 : (step?.abs_diff_pic_num_minus1 ?? 0);
      out.push({
        modification_of_pic_nums_idc: idc as 0 | 1,
        abs_diff_pic_num_minus1: s.ue('abs_diff_pic_num_minus1', given),
      });
    }
  }
  throw s.fault('modification_of_pic_nums_idc', `more than ${MAX_MODIFICATIONS} steps`);
}

/** modification_of_pic_nums_idc that ends a list, Table 7-7. */
const END_OF_LIST = 3;

/** The elements of a slice header that dec_ref_pic_marking( ) reads and writes. */
interface Marking {
  readonly no_output_of_prior_pics_flag: Flag;
  readonly long_term_reference_flag: Flag;
  readonly memory_management_control: readonly MemoryManagementControl[];
}

/** dec_ref_pic_marking( ), clause 7.3.3.3. */
export function referenceMarking(s: BitSyntax, marking: Draft<Marking>, isIdr: boolean): void {
  if (isIdr) {
    marking.no_output_of_prior_pics_flag = s.flag(
      'no_output_of_prior_pics_flag',
      marking.no_output_of_prior_pics_flag,
    );
    marking.long_term_reference_flag = s.flag(
      'long_term_reference_flag',
      marking.long_term_reference_flag,
    );
    return;
  }
  const given = marking.memory_management_control;
  const flag = s.flag('adaptive_ref_pic_marking_mode_flag', given.length > 0 ? 1 : 0);
  const out: MemoryManagementControl[] = [];
  while (flag === 1) {
    const operation = memoryManagementControl(s, given[out.length] ?? null);
    if (operation === null) break;
    out.push(operation);
    if (out.length > MAX_MODIFICATIONS) {
      throw s.fault('memory_management_control_operation', `more than ${MAX_MODIFICATIONS} steps`);
    }
  }
  marking.memory_management_control = out;
}

/** One turn of the loop of dec_ref_pic_marking( ), clause 7.3.3.3; null is its end, operation 0. */
function memoryManagementControl(
  s: BitSyntax,
  given: MemoryManagementControl | null,
): MemoryManagementControl | null {
  const values: Readonly<Record<string, number>> = { ...given };
  const ue = (name: string): number => s.ue(name, values[name] ?? 0);
  const memory_management_control_operation = s.ueMax(
    'memory_management_control_operation',
    given?.memory_management_control_operation ?? 0,
    6,
  );
  switch (memory_management_control_operation) {
    case 1:
      return {
        memory_management_control_operation,
        difference_of_pic_nums_minus1: ue('difference_of_pic_nums_minus1'),
      };
    case 2:
      return { memory_management_control_operation, long_term_pic_num: ue('long_term_pic_num') };
    case 3:
      return {
        memory_management_control_operation,
        difference_of_pic_nums_minus1: ue('difference_of_pic_nums_minus1'),
        long_term_frame_idx: ue('long_term_frame_idx'),
      };
    case 4:
      return {
        memory_management_control_operation,
        max_long_term_frame_idx_plus1: ue('max_long_term_frame_idx_plus1'),
      };
    case 5:
      return { memory_management_control_operation };
    case 6:
      return {
        memory_management_control_operation,
        long_term_frame_idx: ue('long_term_frame_idx'),
      };
    default:
      return null;
  }
}
