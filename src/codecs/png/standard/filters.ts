/** Filters of rows: PNG (third edition) clause 9. */

/** Filter types, clause 9.2. */
export const FILTER_NONE = 0;
export const FILTER_SUB = 1;
export const FILTER_UP = 2;
export const FILTER_AVERAGE = 3;
export const FILTER_PAETH = 4;
/** How many there are. */
export const FILTER_TYPES = 5;

/** PaethPredictor of clause 9.4: whichever of left, above and upper left is nearest to left + above - upper left. */
function paeth(a: number, b: number, c: number): number {
  const pa = Math.abs(b - c);
  const pb = Math.abs(a - c);
  const pc = Math.abs(a + b - c - c);
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/**
 * Takes the filter off a row in place, clause 9.2.
 * @param row bytes of the row at `at`, `length` of them
 * @param above the row above it, without its filter, at `aboveAt`; zeros for the first one
 * @param distance `filterDistance`
 * @returns false if there is no such filter type
 */
export function unfilterRow(
  type: number,
  row: Uint8Array,
  at: number,
  length: number,
  above: Uint8Array,
  aboveAt: number,
  distance: number,
): boolean {
  const end = at + length;
  const first = Math.min(end, at + distance);
  switch (type) {
    case FILTER_NONE:
      return true;
    case FILTER_SUB:
      for (let i = at + distance; i < end; i++) row[i] = row[i]! + row[i - distance]!;
      return true;
    case FILTER_UP:
      for (let i = at, j = aboveAt; i < end; i++, j++) row[i] = row[i]! + above[j]!;
      return true;
    case FILTER_AVERAGE:
      for (let i = at, j = aboveAt; i < first; i++, j++) row[i] = row[i]! + (above[j]! >> 1);
      for (let i = first, j = aboveAt + distance; i < end; i++, j++) {
        row[i] = row[i]! + ((row[i - distance]! + above[j]!) >> 1);
      }
      return true;
    case FILTER_PAETH:
      for (let i = at, j = aboveAt; i < first; i++, j++) row[i] = row[i]! + above[j]!;
      for (let i = first, j = aboveAt + distance; i < end; i++, j++) {
        row[i] = row[i]! + paeth(row[i - distance]!, above[j]!, above[j - distance]!);
      }
      return true;
    default:
      return false;
  }
}

/**
 * Filters a row, clause 9.2. All bytes lie in one array, as those of the kernel of the same name do.
 * @param at the row, `length` bytes of it; `aboveAt` the row above it
 * @param out where the result goes, over neither of the rows
 */
export function filterRow(
  type: number,
  bytes: Uint8Array,
  at: number,
  aboveAt: number,
  length: number,
  distance: number,
  out: number,
): void {
  const first = Math.min(length, distance);
  switch (type) {
    case FILTER_SUB:
      for (let i = 0; i < first; i++) bytes[out + i] = bytes[at + i]!;
      for (let i = first; i < length; i++) {
        bytes[out + i] = bytes[at + i]! - bytes[at + i - distance]!;
      }
      return;
    case FILTER_UP:
      for (let i = 0; i < length; i++) bytes[out + i] = bytes[at + i]! - bytes[aboveAt + i]!;
      return;
    case FILTER_AVERAGE:
      for (let i = 0; i < first; i++) {
        bytes[out + i] = bytes[at + i]! - (bytes[aboveAt + i]! >> 1);
      }
      for (let i = first; i < length; i++) {
        const sum = bytes[at + i - distance]! + bytes[aboveAt + i]!;
        bytes[out + i] = bytes[at + i]! - (sum >> 1);
      }
      return;
    case FILTER_PAETH:
      for (let i = 0; i < first; i++) bytes[out + i] = bytes[at + i]! - bytes[aboveAt + i]!;
      for (let i = first; i < length; i++) {
        const above = bytes[aboveAt + i]!;
        const predictor = paeth(bytes[at + i - distance]!, above, bytes[aboveAt + i - distance]!);
        bytes[out + i] = bytes[at + i]! - predictor;
      }
      return;
    default:
      for (let i = 0; i < length; i++) bytes[out + i] = bytes[at + i]!;
  }
}
