/**
 * Intra_4x4 prediction (clause 8.3.1.2). The neighbors of the block at position `from` are read where the macroblock is
 * reconstructed: A..D above, E..H above right, I..L to the left, M in the corner (Figure 8-1 of the clause). If the block
 * above right is not available, D stands in for E..H, as clause 8.3.1.2 says.
 */

/** Intra4x4PredMode, Table 8-2. */
export const INTRA_4X4_VERTICAL = 0;
export const INTRA_4X4_HORIZONTAL = 1;
export const INTRA_4X4_DC = 2;
export const INTRA_4X4_DIAGONAL_DOWN_LEFT = 3;
export const INTRA_4X4_DIAGONAL_DOWN_RIGHT = 4;
export const INTRA_4X4_VERTICAL_RIGHT = 5;
export const INTRA_4X4_HORIZONTAL_DOWN = 6;
export const INTRA_4X4_VERTICAL_LEFT = 7;
export const INTRA_4X4_HORIZONTAL_UP = 8;

/** Neighbors that a mode needs (bit 0 left, bit 1 above, bit 2 the corner), by mode; DC needs none. */
// biome-ignore format: one entry per mode
export const INTRA_4X4_NEEDS: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  2, 1, 0, 2, 7, 7, 7, 2, 1);

/** (a + 2b + c + 2) >> 2, the three-tap filter of clause 8.3.1.2. */
function filter3(a: number, b: number, c: number): number {
  return (a + 2 * b + c + 2) >> 2;
}

/** Four samples of a row as one word, the first lowest. */
function row(a: number, b: number, c: number, d: number): number {
  return a | (b << 8) | (c << 16) | (d << 24);
}

/** A sample times this factor is a word of four equal samples. */
const REPEATED = 0x01010101;

/** Words of one predicted block: four rows. */
export const INTRA_4X4_WORDS = 4;

/** Writes the rows of a block. */
function put(words: Int32Array, at: number, r0: number, r1: number, r2: number, r3: number): void {
  words[at] = r0;
  words[at + 1] = r1;
  words[at + 2] = r2;
  words[at + 3] = r3;
}

/**
 * Predicts one 4x4 block in every mode whose neighbors are available, clause 8.3.1.2.
 * @param bytes, words the same memory; the block is at byte `from`
 * @param to position of the results in `words`: INTRA_4X4_WORDS words by mode, one word a row
 * @param available neighbors that may be read, bits as in INTRA_4X4_NEEDS; modes that need others are left out
 * @param hasAboveRight whether E..H may be read
 */
export function predictIntra4x4(
  bytes: Uint8Array,
  words: Int32Array,
  from: number,
  stride: number,
  to: number,
  available: number,
  hasAboveRight: boolean,
): void {
  const hasLeft = (available & 1) !== 0;
  const hasAbove = (available & 2) !== 0;
  let sum = 0;
  if (hasLeft) sum += predictFromLeft(bytes, words, from - 1, stride, to);
  if (hasAbove) sum += predictFromAbove(bytes, words, from - stride, to, hasAboveRight);
  let dc = 128;
  if (hasLeft && hasAbove) dc = (sum + 4) >> 3;
  else if (hasLeft || hasAbove) dc = (sum + 2) >> 2;
  dc = Math.imul(dc, REPEATED);
  put(words, to + INTRA_4X4_WORDS * INTRA_4X4_DC, dc, dc, dc, dc);
  if (available === 7) predictFromCorner(bytes, words, from, stride, to);
}

/** The modes that need I..L alone. Returns the sum of the four. */
function predictFromLeft(
  bytes: Uint8Array,
  words: Int32Array,
  left: number,
  stride: number,
  to: number,
): number {
  const i = bytes[left];
  const j = bytes[left + stride];
  const k = bytes[left + 2 * stride];
  const l = bytes[left + 3 * stride];
  const last = Math.imul(l, REPEATED);
  put(
    words,
    to + INTRA_4X4_WORDS * INTRA_4X4_HORIZONTAL,
    Math.imul(i, REPEATED),
    Math.imul(j, REPEATED),
    Math.imul(k, REPEATED),
    last,
  );
  // Horizontal_Up: each row starts two samples further along one line.
  const r0 = row((i + j + 1) >> 1, filter3(i, j, k), (j + k + 1) >> 1, filter3(j, k, l));
  const r1 = (r0 >>> 16) | (((k + l + 1) >> 1) << 16) | (filter3(k, l, l) << 24);
  const r2 = (r1 >>> 16) | (last << 16);
  put(words, to + INTRA_4X4_WORDS * INTRA_4X4_HORIZONTAL_UP, r0, r1, r2, last);
  return i + j + k + l;
}

/** The modes that need A..H alone. Returns the sum of A..D. */
function predictFromAbove(
  bytes: Uint8Array,
  words: Int32Array,
  above: number,
  to: number,
  hasAboveRight: boolean,
): number {
  const a = bytes[above];
  const b = bytes[above + 1];
  const c = bytes[above + 2];
  const d = bytes[above + 3];
  const top = row(a, b, c, d);
  put(words, to + INTRA_4X4_WORDS * INTRA_4X4_VERTICAL, top, top, top, top);
  const e = hasAboveRight ? bytes[above + 4] : d;
  const f = hasAboveRight ? bytes[above + 5] : d;
  const g = hasAboveRight ? bytes[above + 6] : d;
  const h = hasAboveRight ? bytes[above + 7] : d;
  // Diagonal_Down_Left and Vertical_Left: rows one sample further along a filtered line.
  const l0 = row(filter3(a, b, c), filter3(b, c, d), filter3(c, d, e), filter3(d, e, f));
  const l1 = (l0 >>> 8) | (filter3(e, f, g) << 24);
  const l2 = (l1 >>> 8) | (filter3(f, g, h) << 24);
  const l3 = (l2 >>> 8) | (filter3(g, h, h) << 24);
  put(words, to + INTRA_4X4_WORDS * INTRA_4X4_DIAGONAL_DOWN_LEFT, l0, l1, l2, l3);
  const v0 = row((a + b + 1) >> 1, (b + c + 1) >> 1, (c + d + 1) >> 1, (d + e + 1) >> 1);
  const v2 = (v0 >>> 8) | (((e + f + 1) >> 1) << 24);
  put(words, to + INTRA_4X4_WORDS * INTRA_4X4_VERTICAL_LEFT, v0, l0, v2, l1);
  return a + b + c + d;
}

/** The modes that need A..D, I..L and the corner M. */
function predictFromCorner(
  bytes: Uint8Array,
  words: Int32Array,
  from: number,
  stride: number,
  to: number,
): void {
  const above = from - stride;
  const m = bytes[above - 1];
  const a = bytes[above];
  const b = bytes[above + 1];
  const c = bytes[above + 2];
  const d = bytes[above + 3];
  const i = bytes[from - 1];
  const j = bytes[from - 1 + stride];
  const k = bytes[from - 1 + 2 * stride];
  const l = bytes[from - 1 + 3 * stride];
  const abc = filter3(a, b, c);
  const ima = filter3(i, m, a);
  const mab = filter3(m, a, b);
  const mij = filter3(m, i, j);
  const ijk = filter3(i, j, k);
  const jkl = filter3(j, k, l);
  // Diagonal_Down_Right: rows one sample back along the line from the left column to the row above.
  const d3 = row(jkl, ijk, mij, ima);
  const d2 = (d3 >>> 8) | (mab << 24);
  const d1 = (d2 >>> 8) | (abc << 24);
  const d0 = (d1 >>> 8) | (filter3(b, c, d) << 24);
  put(words, to + INTRA_4X4_WORDS * INTRA_4X4_DIAGONAL_DOWN_RIGHT, d0, d1, d2, d3);
  const r0 = row((m + a + 1) >> 1, (a + b + 1) >> 1, (b + c + 1) >> 1, (c + d + 1) >> 1);
  const r2 = (r0 << 8) | mij;
  put(words, to + INTRA_4X4_WORDS * INTRA_4X4_VERTICAL_RIGHT, r0, d0, r2, (d0 << 8) | ijk);
  // Horizontal_Down: each row starts two samples back along a line.
  const h3 = row((k + l + 1) >> 1, jkl, (j + k + 1) >> 1, ijk);
  const h2 = (h3 >>> 16) | (((i + j + 1) >> 1) << 16) | (mij << 24);
  const h1 = (h2 >>> 16) | (((m + i + 1) >> 1) << 16) | (ima << 24);
  const h0 = (h1 >>> 16) | (mab << 16) | (abc << 24);
  put(words, to + INTRA_4X4_WORDS * INTRA_4X4_HORIZONTAL_DOWN, h0, h1, h2, h3);
}
