/**
 * The 8x8 transform of the High profiles: its scan, the scaling of its levels (clauses 8.5.9, 8.5.13.1) and its inverse (clause
 * 8.5.13.2), added to the prediction and clipped as clause 8.5.14 says.
 *
 * Coefficients lie column after column here, coefficient (row, column) at 8·column + row: that spares vector instructions one
 * transposition each way.
 */

/** Table 8-14 (clause 8.5.7), 8x8 zig-zag scan of frame macroblocks: scan index => 8·row + column. */
// biome-ignore format: 16 entries a row
export const ZIGZAG_8X8: Uint8Array = /* @__PURE__ */ Uint8Array.of(
   0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
  58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63);

/** The same scan by columns: scan index => 8·column + row (clause 8.5.7). */
export const ZIGZAG_8X8_BY_COLUMN: Uint8Array = /* @__PURE__ */ ZIGZAG_8X8.map(
  (position) => 8 * (position & 7) + (position >> 3),
);

/** normAdjust8x8 (clause 8.5.9, equation 8-318): row qP % 6; columns as `normAdjustColumn8x8` numbers them. */
// biome-ignore format: laid out as in the standard
const NORM_ADJUST_8X8: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  20, 18, 32, 19, 25, 24,
  22, 19, 35, 21, 28, 26,
  26, 23, 42, 24, 33, 31,
  28, 25, 45, 26, 35, 33,
  32, 28, 51, 30, 40, 38,
  36, 32, 58, 34, 46, 43);

/** Column of normAdjust8x8 (clause 8.5.9, equation 8-317) for the coefficient at 8·row + column. */
export function normAdjustColumn8x8(position: number): number {
  const i = (position >> 3) & 3;
  const j = position & 3;
  if (i === 0 && j === 0) return 0;
  if ((i & j & 1) === 1) return 1;
  if (i === 2 && j === 2) return 2;
  if (((i | j) & 1) === 1 && (i === 0 || j === 0)) return 3;
  return ((i | j) & 1) === 0 ? 4 : 5;
}

/** normAdjust8x8( m, i, j ), clause 8.5.9, which is the same for ( m, j, i ). `position` is 8·i + j. */
export function normAdjust8x8(m: number, position: number): number {
  return NORM_ADJUST_8X8[6 * m + normAdjustColumn8x8(position)];
}

/**
 * Scales the levels of an 8x8 block, clause 8.5.13.1.
 * @param levels 64 levels in scan order from `start`
 * @param levelScale LevelScale8x8( qP % 6, i, j ) of 64 positions by column from `scaleAt`: weightScale times normAdjust8x8
 * @param d receives 64 scaled coefficients by column from `out`
 */
export function scaleLevels8x8(
  levels: Int16Array,
  start: number,
  levelScale: Int32Array,
  scaleAt: number,
  qP: number,
  d: Int16Array,
  out: number,
): void {
  const per = (qP / 6) | 0;
  const down = 6 - per;
  const round = per < 6 ? 1 << (5 - per) : 0;
  for (let i = 0; i < 64; i++) {
    const position = ZIGZAG_8X8_BY_COLUMN[i];
    const product = levels[start + i] * levelScale[scaleAt + position];
    d[out + position] = per < 6 ? (product + round) >> down : product << -down;
  }
}

/**
 * Inverse 8x8 transform of clause 8.5.13.2, added to the block at `pos`.
 * @param clamped the samples; stores into a Uint8ClampedArray clip as Clip1 does
 * @param d 64 scaled coefficients from `start`, by column; overwritten with what the transform of the rows gives
 */
export function addInverse8x8(
  clamped: Uint8ClampedArray,
  pos: number,
  stride: number,
  d: Int16Array,
  start: number,
): void {
  for (let row = 0; row < 8; row++) transformRow(d, start + row);
  for (let column = 0; column < 8; column++) {
    addColumn(clamped, pos + column, stride, d, start + 8 * column);
  }
}

/** The first, horizontal half for one row, in place. Rows of streams that conform stay within 16 bits (clause 8.5.13.2). */
function transformRow(d: Int16Array, at: number): void {
  const d1 = d[at + 8];
  const d3 = d[at + 24];
  const d5 = d[at + 40];
  const d7 = d[at + 56];
  const e0 = d[at] + d[at + 32];
  const e1 = -d3 + d5 - d7 - (d7 >> 1);
  const e2 = d[at] - d[at + 32];
  const e3 = d1 + d7 - d3 - (d3 >> 1);
  const e4 = (d[at + 16] >> 1) - d[at + 48];
  const e5 = -d1 + d7 + d5 + (d5 >> 1);
  const e6 = d[at + 16] + (d[at + 48] >> 1);
  const e7 = d3 + d5 + d1 + (d1 >> 1);
  const f0 = e0 + e6;
  const f1 = e1 + (e7 >> 2);
  const f2 = e2 + e4;
  const f3 = e3 + (e5 >> 2);
  const f4 = e2 - e4;
  const f5 = (e3 >> 2) - e5;
  const f6 = e0 - e6;
  const f7 = e7 - (e1 >> 2);
  d[at] = f0 + f7;
  d[at + 8] = f2 + f5;
  d[at + 16] = f4 + f3;
  d[at + 24] = f6 + f1;
  d[at + 32] = f6 - f1;
  d[at + 40] = f4 - f3;
  d[at + 48] = f2 - f5;
  d[at + 56] = f0 - f7;
}

/** The second, vertical half for one column, with the rounding and the sum with the prediction. */
function addColumn(
  clamped: Uint8ClampedArray,
  pos: number,
  stride: number,
  g: Int16Array,
  at: number,
): void {
  const g1 = g[at + 1];
  const g3 = g[at + 3];
  const g5 = g[at + 5];
  const g7 = g[at + 7];
  const h0 = g[at] + g[at + 4] + 32;
  const h1 = -g3 + g5 - g7 - (g7 >> 1);
  const h2 = g[at] - g[at + 4] + 32;
  const h3 = g1 + g7 - g3 - (g3 >> 1);
  const h4 = (g[at + 2] >> 1) - g[at + 6];
  const h5 = -g1 + g7 + g5 + (g5 >> 1);
  const h6 = g[at + 2] + (g[at + 6] >> 1);
  const h7 = g3 + g5 + g1 + (g1 >> 1);
  const k0 = h0 + h6;
  const k1 = h1 + (h7 >> 2);
  const k2 = h2 + h4;
  const k3 = h3 + (h5 >> 2);
  const k4 = h2 - h4;
  const k5 = (h3 >> 2) - h5;
  const k6 = h0 - h6;
  const k7 = h7 - (h1 >> 2);
  clamped[pos] += (k0 + k7) >> 6;
  clamped[pos + stride] += (k2 + k5) >> 6;
  clamped[pos + 2 * stride] += (k4 + k3) >> 6;
  clamped[pos + 3 * stride] += (k6 + k1) >> 6;
  clamped[pos + 4 * stride] += (k6 - k1) >> 6;
  clamped[pos + 5 * stride] += (k4 - k3) >> 6;
  clamped[pos + 6 * stride] += (k2 - k5) >> 6;
  clamped[pos + 7 * stride] += (k0 - k7) >> 6;
}

/**
 * Whether the inverse transform of scaled coefficients leaves 16 bits anywhere, which no stream may bring about (clause 8.5.13.2:
 * no d, g, h, k or m beyond -2^15..2^15 - 1 for samples of eight bits). Decoders that count on it would show something else.
 * @param d 64 scaled coefficients from `start`, by column; left as they are
 * @param scratch 64 places
 */
export function exceeds16Bits8x8(d: Int16Array, start: number, scratch: Int32Array): boolean {
  for (let i = 0; i < 64; i++) scratch[i] = d[start + i];
  for (let row = 0; row < 8; row++) if (passExceeds(scratch, row, 8)) return true;
  for (let column = 0; column < 8; column++) if (passExceeds(scratch, 8 * column, 1)) return true;
  return false;
}

/** One pass of eight values, `step` apart, in place; whether any value that it computes leaves 16 bits. */
function passExceeds(d: Int32Array, at: number, step: number): boolean {
  const at2 = at + 2 * step;
  const at4 = at + 4 * step;
  const at6 = at + 6 * step;
  const d1 = d[at + step];
  const d3 = d[at2 + step];
  const d5 = d[at4 + step];
  const d7 = d[at6 + step];
  const e0 = d[at] + d[at4];
  const e1 = -d3 + d5 - d7 - (d7 >> 1);
  const e2 = d[at] - d[at4];
  const e3 = d1 + d7 - d3 - (d3 >> 1);
  const e4 = (d[at2] >> 1) - d[at6];
  const e5 = -d1 + d7 + d5 + (d5 >> 1);
  const e6 = d[at2] + (d[at6] >> 1);
  const e7 = d3 + d5 + d1 + (d1 >> 1);
  const f0 = e0 + e6;
  const f1 = e1 + (e7 >> 2);
  const f2 = e2 + e4;
  const f3 = e3 + (e5 >> 2);
  const f4 = e2 - e4;
  const f5 = (e3 >> 2) - e5;
  const f6 = e0 - e6;
  const f7 = e7 - (e1 >> 2);
  d[at] = f0 + f7;
  d[at + step] = f2 + f5;
  d[at2] = f4 + f3;
  d[at2 + step] = f6 + f1;
  d[at4] = f6 - f1;
  d[at4 + step] = f4 - f3;
  d[at6] = f2 - f5;
  d[at6 + step] = f0 - f7;
  let beyond = beyond16Bits(e0) | beyond16Bits(e1) | beyond16Bits(e2) | beyond16Bits(e3);
  beyond |= beyond16Bits(e4) | beyond16Bits(e5) | beyond16Bits(e6) | beyond16Bits(e7);
  beyond |= beyond16Bits(f0) | beyond16Bits(f1) | beyond16Bits(f2) | beyond16Bits(f3);
  beyond |= beyond16Bits(f4) | beyond16Bits(f5) | beyond16Bits(f6) | beyond16Bits(f7);
  for (let i = at; i <= at6 + step; i += step) beyond |= beyond16Bits(d[i] + ROUNDING);
  for (let i = at; i <= at6 + step; i += step) beyond |= beyond16Bits(d[i]);
  return beyond !== 0;
}

/** The rounding term that is added before the last shift (clause 8.5.13.2). */
const ROUNDING = 32;

/** 0 if and only if `value` fits into 16 bits. */
function beyond16Bits(value: number): number {
  return value ^ ((value << 16) >> 16);
}
