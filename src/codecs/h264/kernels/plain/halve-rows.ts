/**
 * Halves two rows of samples to one of half as many, each the rounded mean of four. Not normative; a kernel of the lookahead
 * (low-resolution.ts).
 * @param from position of the first of the two rows, `stride` bytes apart
 * @param to position of the new row; not within the others
 * @param count samples of the new row, a multiple of 8
 */
export function halveRows(
  bytes: Uint8Array,
  from: number,
  stride: number,
  to: number,
  count: number,
): void {
  for (const end = to + count; to < end; to++, from += 2) {
    const below = from + stride;
    bytes[to] = (bytes[from] + bytes[from + 1] + bytes[below] + bytes[below + 1] + 2) >> 2;
  }
}
