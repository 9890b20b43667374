/** The least and the most of many numbers: as arguments of a function they would fill its stack. */

/** Both; infinite, and the wrong way round, where there is no number. */
export function extremesOf(values: Iterable<number>): {
  readonly least: number;
  readonly most: number;
} {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}
