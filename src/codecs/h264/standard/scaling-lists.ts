/**
 * Scaling lists (clauses 7.4.2.1.1.1 and 8.5.9): the default lists of the standard, and the weights of each place from the
 * entries of a list, which are in the order of the scan.
 */
import { ZIGZAG } from './macroblock.ts';
import { ZIGZAG_8X8_BY_COLUMN } from './transform-8x8.ts';

/** Table 7-3 (clause 7.4.2.1.1.1), Default_4x4_Intra and Default_4x4_Inter: scan index => entry. */
// biome-ignore format: in the order of the table
const DEFAULT_4X4_INTRA: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  6, 13, 13, 20, 20, 20, 28, 28, 28, 28, 32, 32, 32, 37, 37, 42);
// biome-ignore format: in the order of the table
const DEFAULT_4X4_INTER: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  10, 14, 14, 20, 20, 20, 24, 24, 24, 24, 27, 27, 27, 30, 30, 34);

/** Table 7-4 (clause 7.4.2.1.1.1), Default_8x8_Intra and Default_8x8_Inter: scan index => entry. */
// biome-ignore format: 16 entries a row
const DEFAULT_8X8_INTRA: Uint8Array = /* @__PURE__ */ Uint8Array.of(
   6, 10, 10, 13, 11, 13, 16, 16, 16, 16, 18, 18, 18, 18, 18, 23,
  23, 23, 23, 23, 23, 25, 25, 25, 25, 25, 25, 25, 27, 27, 27, 27,
  27, 27, 27, 27, 29, 29, 29, 29, 29, 29, 29, 31, 31, 31, 31, 31,
  31, 33, 33, 33, 33, 33, 36, 36, 36, 36, 38, 38, 38, 40, 40, 42);
// biome-ignore format: 16 entries a row
const DEFAULT_8X8_INTER: Uint8Array = /* @__PURE__ */ Uint8Array.of(
   9, 13, 13, 15, 13, 15, 17, 17, 17, 17, 19, 19, 19, 19, 19, 21,
  21, 21, 21, 21, 21, 22, 22, 22, 22, 22, 22, 22, 24, 24, 24, 24,
  24, 24, 24, 24, 25, 25, 25, 25, 25, 25, 25, 27, 27, 27, 27, 27,
  27, 28, 28, 28, 28, 28, 30, 30, 30, 30, 32, 32, 32, 33, 33, 35);

/** The standard's lists in the order of the syntax (Table 7-2): intra Y, Cb, Cr, inter Y, Cb, Cr of 4x4 blocks, intra and inter of 8x8. */
export const DEFAULT_SCALING_LISTS: readonly Uint8Array[] = [
  ...[DEFAULT_4X4_INTRA, DEFAULT_4X4_INTRA, DEFAULT_4X4_INTRA],
  ...[DEFAULT_4X4_INTER, DEFAULT_4X4_INTER, DEFAULT_4X4_INTER],
  ...[DEFAULT_8X8_INTRA, DEFAULT_8X8_INTER],
];

/** weightScale4x4 in raster order from a list, clause 8.5.9. */
export function weightScale4x4(list: Uint8Array): Uint8Array {
  const weights = new Uint8Array(16);
  for (let i = 0; i < 16; i++) weights[ZIGZAG[i]] = list[i];
  return weights;
}

/** weightScale8x8 column after column from a list, clause 8.5.9. */
export function weightScale8x8(list: Uint8Array): Uint8Array {
  const weights = new Uint8Array(64);
  for (let i = 0; i < 64; i++) weights[ZIGZAG_8X8_BY_COLUMN[i]] = list[i];
  return weights;
}
