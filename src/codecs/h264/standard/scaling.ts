/**
 * Quantizer parameters and the scaling of levels (clauses 8.5.8, 8.5.9), for flat scaling matrices (all 16), the only
 * ones outside the High profiles.
 */

/** Table 8-15 (clause 8.5.8): qPI => QPc for qPI = 30..51; below 30, QPc = qPI. */
// biome-ignore format: laid out as in the standard
const QPC: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  29, 30, 31, 32, 32, 33, 34, 34, 35, 35, 36, 36, 37, 37, 37, 38, 38, 38, 39, 39, 39, 39);

/** QPc of a macroblock with QPY `qpY` (clause 8.5.8). */
export function chromaQp(qpY: number, chroma_qp_index_offset: number): number {
  const qPI = Math.min(51, Math.max(0, qpY + chroma_qp_index_offset));
  return qPI < 30 ? qPI : QPC[qPI - 30];
}

/** normAdjust4x4 (clause 8.5.9, equation 8-315): row qP % 6; columns: both indexes even, both odd, else. */
// biome-ignore format: laid out as in the standard
const NORM_ADJUST: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  10, 16, 13,
  11, 18, 14,
  13, 20, 16,
  14, 23, 18,
  16, 25, 20,
  18, 29, 23);

/** Column of normAdjust4x4 (clause 8.5.9) for the coefficient at 4·row + column. */
export function normAdjustColumn(position: number): 0 | 1 | 2 {
  const oddColumn = position & 1;
  const oddRow = (position >> 2) & 1;
  return oddColumn + oddRow === 0 ? 0 : oddColumn + oddRow === 2 ? 1 : 2;
}

function levelScaleTable(): Int32Array {
  const table = new Int32Array(6 * 16);
  for (let m = 0; m < 6; m++) {
    for (let position = 0; position < 16; position++) {
      table[m * 16 + position] = NORM_ADJUST[m * 3 + normAdjustColumn(position)];
    }
  }
  return table;
}

/**
 * LevelScale4x4 / 16 (clause 8.5.9): (qP % 6)·16 + 4·row + column. With the flat matrix, LevelScale4x4 is 16 times this,
 * and the standard's (c·LevelScale << (qP / 6)) >> 4 is c·(this << (qP / 6)), exactly, for every qP.
 */
export const LEVEL_SCALE: Int32Array = /* @__PURE__ */ levelScaleTable();
