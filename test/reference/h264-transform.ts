/** The transforms of H.264 as products of matrices and as the clauses say them, without a thought for speed. */

/** Rows of the forward core transform, the transpose of the inverse's with its halves doubled. */
const FORWARD = [
  [1, 1, 1, 1],
  [2, 1, -1, -2],
  [1, -1, -1, 1],
  [1, -2, 2, -1],
] as const;

/** The matrix of clause 8.5.10. */
const HADAMARD = [
  [1, 1, 1, 1],
  [1, 1, -1, -1],
  [1, -1, -1, 1],
  [1, -1, 1, -1],
] as const;

/** m · block · transpose of m; `block` is 4x4 in raster order. */
function bothSides(m: readonly (readonly number[])[], block: readonly number[]): number[] {
  return Array.from({ length: 16 }, (_, at) => {
    let sum = 0;
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 4; x++) sum += m[at >> 2][y] * m[at & 3][x] * block[4 * y + x];
    }
    return sum;
  });
}

/** The forward core transform of 16 residual samples in raster order. */
export function plainForward4x4(residual: readonly number[]): number[] {
  return bothSides(FORWARD, residual);
}

/** The transform of clauses 8.5.10 (equation 8-324), its own inverse but for a factor of 16. */
export function plainHadamard4x4(block: readonly number[]): number[] {
  return bothSides(HADAMARD, block);
}

/** One row or column of clause 8.5.12.2, equations 8-338 to 8-345. */
function inverseRow(d0: number, d1: number, d2: number, d3: number): number[] {
  const e0 = d0 + d2;
  const e1 = d0 - d2;
  const e2 = (d1 >> 1) - d3;
  const e3 = d1 + (d3 >> 1);
  return [e0 + e3, e1 + e2, e1 - e2, e0 - e3];
}

/** Residual samples of clause 8.5.12.2: rows, then columns, then (h + 32) >> 6. */
export function plainInverse4x4(d: readonly number[]): number[] {
  const rows = [0, 4, 8, 12].flatMap((at) => inverseRow(d[at], d[at + 1], d[at + 2], d[at + 3]));
  const out = new Array<number>(16);
  for (let x = 0; x < 4; x++) {
    const column = inverseRow(rows[x], rows[4 + x], rows[8 + x], rows[12 + x]);
    for (let y = 0; y < 4; y++) out[4 * y + x] = (column[y] + 32) >> 6;
  }
  return out;
}
