/** The initial reference picture lists of B slices of frames, clause 8.2.4.2.3: by output order, the nearest first. */

/** A short-term reference frame and its time. */
export interface OrderedFrame {
  /** PicOrderCnt. */
  readonly poc: number;
}

/** The two lists of one slice. */
export interface ReferenceLists<T> {
  readonly list0: T[];
  readonly list1: T[];
}

/**
 * RefPicList0 and RefPicList1 before any modification, clause 8.2.4.2.3, not yet cut to their active length.
 * @param shortTerm in any order
 * @param longTerm by ascending LongTermPicNum
 * @param poc PicOrderCnt of the current picture, which no frame has
 */
export function initialListsB<T extends OrderedFrame>(
  shortTerm: readonly T[],
  longTerm: readonly T[],
  poc: number,
): ReferenceLists<T> {
  const before = shortTerm.filter((frame) => frame.poc < poc).sort((a, b) => b.poc - a.poc);
  const after = shortTerm.filter((frame) => frame.poc > poc).sort((a, b) => a.poc - b.poc);
  const list0 = [...before, ...after, ...longTerm];
  const list1 = [...after, ...before, ...longTerm];
  // Two equal lists would waste the second: its first two entries change places.
  if (list1.length > 1 && list1.every((frame, i) => frame === list0[i])) {
    [list1[0], list1[1]] = [list1[1], list1[0]];
  }
  return { list0, list1 };
}
