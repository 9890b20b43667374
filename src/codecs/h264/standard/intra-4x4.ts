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

/** Writes four samples of a row. */
function put4(mem: Uint8Array, at: number, a: number, b: number, c: number, d: number): void {
  mem[at] = a;
  mem[at + 1] = b;
  mem[at + 2] = c;
  mem[at + 3] = d;
}

/** (a + 2b + c + 2) >> 2, the three-tap filter of clause 8.3.1.2. */
function filter3(a: number, b: number, c: number): number {
  return (a + 2 * b + c + 2) >> 2;
}

/**
 * Predicts one 4x4 block, clause 8.3.1.2.
 * @param mode Intra4x4PredMode; the neighbors that it needs (INTRA_4X4_NEEDS) are available
 * @param hasLeft, hasAbove availability, which DC depends on
 * @param hasAboveRight whether E..H may be read
 */
export function predictIntra4x4(
  mem: Uint8Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  mode: number,
  hasLeft: boolean,
  hasAbove: boolean,
  hasAboveRight: boolean,
): void {
  const above = from - fromStride;
  const row1 = to + toStride;
  const row2 = row1 + toStride;
  const row3 = row2 + toStride;
  switch (mode) {
    case INTRA_4X4_VERTICAL: {
      const a = mem[above];
      const b = mem[above + 1];
      const c = mem[above + 2];
      const d = mem[above + 3];
      put4(mem, to, a, b, c, d);
      put4(mem, row1, a, b, c, d);
      put4(mem, row2, a, b, c, d);
      put4(mem, row3, a, b, c, d);
      return;
    }
    case INTRA_4X4_HORIZONTAL: {
      const i = mem[from - 1];
      const j = mem[from + fromStride - 1];
      const k = mem[from + 2 * fromStride - 1];
      const l = mem[from + 3 * fromStride - 1];
      put4(mem, to, i, i, i, i);
      put4(mem, row1, j, j, j, j);
      put4(mem, row2, k, k, k, k);
      put4(mem, row3, l, l, l, l);
      return;
    }
    case INTRA_4X4_DC: {
      let dc = 128;
      const sumAbove = hasAbove ? mem[above] + mem[above + 1] + mem[above + 2] + mem[above + 3] : 0;
      const sumLeft = hasLeft
        ? mem[from - 1] +
          mem[from + fromStride - 1] +
          mem[from + 2 * fromStride - 1] +
          mem[from + 3 * fromStride - 1]
        : 0;
      if (hasLeft && hasAbove) dc = (sumAbove + sumLeft + 4) >> 3;
      else if (hasAbove) dc = (sumAbove + 2) >> 2;
      else if (hasLeft) dc = (sumLeft + 2) >> 2;
      put4(mem, to, dc, dc, dc, dc);
      put4(mem, row1, dc, dc, dc, dc);
      put4(mem, row2, dc, dc, dc, dc);
      put4(mem, row3, dc, dc, dc, dc);
      return;
    }
    case INTRA_4X4_DIAGONAL_DOWN_LEFT:
    case INTRA_4X4_VERTICAL_LEFT: {
      const a = mem[above];
      const b = mem[above + 1];
      const c = mem[above + 2];
      const d = mem[above + 3];
      const e = hasAboveRight ? mem[above + 4] : d;
      const f = hasAboveRight ? mem[above + 5] : d;
      const g = hasAboveRight ? mem[above + 6] : d;
      const abc = filter3(a, b, c);
      const bcd = filter3(b, c, d);
      const cde = filter3(c, d, e);
      const def = filter3(d, e, f);
      const efg = filter3(e, f, g);
      if (mode === INTRA_4X4_DIAGONAL_DOWN_LEFT) {
        const h = hasAboveRight ? mem[above + 7] : d;
        const fgh = filter3(f, g, h);
        put4(mem, to, abc, bcd, cde, def);
        put4(mem, row1, bcd, cde, def, efg);
        put4(mem, row2, cde, def, efg, fgh);
        put4(mem, row3, def, efg, fgh, filter3(g, h, h));
      } else {
        const bc = (b + c + 1) >> 1;
        const cd = (c + d + 1) >> 1;
        const de = (d + e + 1) >> 1;
        put4(mem, to, (a + b + 1) >> 1, bc, cd, de);
        put4(mem, row1, abc, bcd, cde, def);
        put4(mem, row2, bc, cd, de, (e + f + 1) >> 1);
        put4(mem, row3, bcd, cde, def, efg);
      }
      return;
    }
    case INTRA_4X4_DIAGONAL_DOWN_RIGHT:
    case INTRA_4X4_VERTICAL_RIGHT:
    case INTRA_4X4_HORIZONTAL_DOWN: {
      const m = mem[above - 1];
      const a = mem[above];
      const b = mem[above + 1];
      const c = mem[above + 2];
      const i = mem[from - 1];
      const j = mem[from + fromStride - 1];
      const k = mem[from + 2 * fromStride - 1];
      const ima = filter3(i, m, a);
      const mab = filter3(m, a, b);
      const mij = filter3(m, i, j);
      const ijk = filter3(i, j, k);
      const abc = filter3(a, b, c);
      if (mode === INTRA_4X4_DIAGONAL_DOWN_RIGHT) {
        const l = mem[from + 3 * fromStride - 1];
        put4(mem, to, ima, mab, abc, filter3(b, c, mem[above + 3]));
        put4(mem, row1, mij, ima, mab, abc);
        put4(mem, row2, ijk, mij, ima, mab);
        put4(mem, row3, filter3(j, k, l), ijk, mij, ima);
      } else if (mode === INTRA_4X4_VERTICAL_RIGHT) {
        const d = mem[above + 3];
        const ma = (m + a + 1) >> 1;
        const ab = (a + b + 1) >> 1;
        const bc = (b + c + 1) >> 1;
        put4(mem, to, ma, ab, bc, (c + d + 1) >> 1);
        put4(mem, row1, ima, mab, abc, filter3(b, c, d));
        put4(mem, row2, mij, ma, ab, bc);
        put4(mem, row3, ijk, ima, mab, abc);
      } else {
        const l = mem[from + 3 * fromStride - 1];
        const mi = (m + i + 1) >> 1;
        const ij = (i + j + 1) >> 1;
        const jk = (j + k + 1) >> 1;
        put4(mem, to, mi, ima, mab, abc);
        put4(mem, row1, ij, mij, mi, ima);
        put4(mem, row2, jk, ijk, ij, mij);
        put4(mem, row3, (k + l + 1) >> 1, filter3(j, k, l), jk, ijk);
      }
      return;
    }
    default: {
      const i = mem[from - 1];
      const j = mem[from + fromStride - 1];
      const k = mem[from + 2 * fromStride - 1];
      const l = mem[from + 3 * fromStride - 1];
      const jk = (j + k + 1) >> 1;
      const jkl = filter3(j, k, l);
      const kl = (k + l + 1) >> 1;
      const kll = filter3(k, l, l);
      put4(mem, to, (i + j + 1) >> 1, filter3(i, j, k), jk, jkl);
      put4(mem, row1, jk, jkl, kl, kll);
      put4(mem, row2, kl, kll, l, l);
      put4(mem, row3, l, l, l, l);
    }
  }
}
