/** Scaling lists as parameter sets carry them, clauses 7.3.2.1.1.1 and 7.4.2.1.1.1. */
import type { BitSyntax } from '../../bits/bit-syntax.ts';

/**
 * One list: null is scaling_list_present_flag 0 (a fall-back rule of Table 7-2 gives it), `default` the list of the
 * standard, otherwise 16 or 64 entries of 1..255 in the order of the scan, clause 8.5.6.
 */
export type ScalingList = Uint8Array | 'default' | null;

/** The lists in the order of the syntax: six of 16 entries, then those of 64 entries that there are. */
export type ScalingMatrix = readonly ScalingList[];

/** Entries of list `index`, clause 7.3.2.1.1. */
function scalingListSize(index: number): number {
  return index < 6 ? 16 : 64;
}

/**
 * The lists of a parameter set, each behind its present flag: the end of seq_scaling_matrix in clause 7.3.2.1.1 and of
 * pic_scaling_matrix in clause 7.3.2.2. Writes `lists`, or returns those read.
 * @param owner `seq` or `pic`, as the elements are named
 * @param count lists that the syntax has here
 */
export function scalingMatrix(
  s: BitSyntax,
  owner: 'seq' | 'pic',
  count: number,
  lists: ScalingMatrix,
): ScalingMatrix {
  const out: ScalingList[] = [];
  for (let i = 0; i < count; i++) {
    const list = lists[i] ?? null;
    const flag = s.flag(`${owner}_scaling_list_present_flag`, list === null ? 0 : 1);
    out.push(flag === 0 ? null : scalingList(s, list, scalingListSize(i)));
  }
  return out;
}

/** scaling_list( ), clause 7.3.2.1.1.1. A run of equal entries up to the end is cut short by nextScale 0. */
function scalingList(s: BitSyntax, list: ScalingList, size: number): ScalingList {
  const out = new Uint8Array(size);
  let lastScale = 8;
  let nextScale = 8;
  for (let j = 0; j < size; j++) {
    if (nextScale !== 0) {
      const delta_scale = s.seWithin('delta_scale', deltaTo(list, j, lastScale), -128, 127);
      nextScale = (lastScale + delta_scale + 256) & 255;
      if (j === 0 && nextScale === 0) return 'default'; // useDefaultScalingMatrixFlag
    }
    out[j] = nextScale === 0 ? lastScale : nextScale;
    lastScale = out[j]!;
  }
  return out;
}

/** delta_scale that takes entry `j` of a list being written from `lastScale`: to 0 where all that follow are equal. */
function deltaTo(list: ScalingList, j: number, lastScale: number): number {
  if (list === null) return 0;
  let target = 0;
  if (list !== 'default') {
    let isRun = j > 0;
    for (let k = j; k < list.length && isRun; k++) isRun = list[k] === lastScale;
    if (!isRun) target = list[j]!;
  }
  const delta = target - lastScale;
  return delta > 127 ? delta - 256 : delta < -128 ? delta + 256 : delta;
}
