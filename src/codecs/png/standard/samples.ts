/** Samples in rows: PNG (third edition) clause 7.2. In memory each sample has an element of its own. */

/** One element a sample: bytes up to 8 bits, 16-bit elements for 16. */
export type Samples = Uint8Array | Uint16Array;

/**
 * Takes `count` samples out of a row, clause 7.2: several in a byte, the leftmost in its highest bits.
 * @param out result from `outAt` on, every `step` elements
 */
export function unpackSamples(
  row: Uint8Array,
  at: number,
  count: number,
  bitDepth: 1 | 2 | 4 | 8,
  out: Uint8Array,
  outAt: number,
  step: number,
): void {
  if (bitDepth === 8) {
    for (let i = 0, j = outAt; i < count; i++, j += step) out[j] = row[at + i]!;
    return;
  }
  const mask = (1 << bitDepth) - 1;
  for (let i = 0, j = outAt, bit = 0; i < count; i++, j += step, bit += bitDepth) {
    out[j] = (row[at + (bit >> 3)]! >> (8 - bitDepth - (bit & 7))) & mask;
  }
}

/** Puts `count` samples into a row, clause 7.2; bits behind the last one are 0. Samples fit into the depth. */
export function packSamples(
  samples: Uint8Array,
  at: number,
  step: number,
  count: number,
  bitDepth: 1 | 2 | 4 | 8,
  row: Uint8Array,
  rowAt: number,
): void {
  if (bitDepth === 8) {
    for (let i = 0, j = at; i < count; i++, j += step) row[rowAt + i] = samples[j]!;
    return;
  }
  const perByte = 8 / bitDepth;
  for (let i = 0, to = rowAt; i < count; i += perByte, to++) {
    let byte = 0;
    for (let k = 0; k < perByte; k++) {
      byte = (byte << bitDepth) | (i + k < count ? samples[at + (i + k) * step]! : 0);
    }
    row[to] = byte;
  }
}
