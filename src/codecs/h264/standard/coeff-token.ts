/** Where coeff_token lies in its table, clause 9.2.1: by column, TrailingOnes and TotalCoeff. */

/** Column of Table 9-5 for nC = 0..16 (clause 9.2.1). */
// biome-ignore format: one entry per nC
export const COEFF_TOKEN_COLUMN: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3);

/** Column of Table 9-5 for chroma DC, nC = -1. */
export const COEFF_TOKEN_COLUMN_CHROMA_DC = 4;

/** Index into COEFF_TOKEN (Table 9-5, clause 9.2.1): `column` 0..4 as printed, TrailingOnes 0..3, TotalCoeff 0..16. */
export function coeffTokenIndex(column: number, trailingOnes: number, totalCoeff: number): number {
  return (column * 4 + trailingOnes) * 17 + totalCoeff;
}
