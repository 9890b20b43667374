/** Weighted sample prediction from one picture, clause 8.4.2.3. Prediction from two pictures is a kernel (kernels/plain/weight-blocks.ts). */

/**
 * A prediction from one picture with weight and offset, equations 8-274 and 8-275 (clause 8.4.2.3.2), in place.
 * @param weight -128..127; `offset` -128..127; `logWD` 0..7
 */
export function weightBlock(
  clamped: Uint8ClampedArray,
  at: number,
  stride: number,
  width: number,
  height: number,
  logWD: number,
  weight: number,
  offset: number,
): void {
  const round = logWD >= 1 ? 1 << (logWD - 1) : 0;
  for (let y = 0; y < height; y++) {
    for (let i = at + y * stride; i < at + y * stride + width; i++) {
      clamped[i] = ((clamped[i] * weight + round) >> logWD) + offset;
    }
  }
}

/** The result for each sample value by equations 8-274 and 8-275 (clause 8.4.2.3.2): 256 values. */
export function weightTable(logWD: number, weight: number, offset: number): Uint8Array {
  const table = new Uint8ClampedArray(256);
  for (let value = 0; value < 256; value++) table[value] = value;
  weightBlock(table, 0, 256, 256, 1, logWD, weight, offset);
  return new Uint8Array(table.buffer);
}

/** Replaces each sample of a block by what a table of `weightTable` says (clause 8.4.2.3.2). */
export function mapBlock(
  bytes: Uint8Array,
  at: number,
  stride: number,
  width: number,
  height: number,
  table: Uint8Array,
): void {
  for (let y = 0; y < height; y++) {
    const row = at + y * stride;
    for (let i = row; i < row + width; i++) bytes[i] = table[bytes[i]];
  }
}
