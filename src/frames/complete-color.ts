/**
 * Completes color tags of which only a part was said. Players take a part for nothing: Chromium passes over all of it where one of
 * primaries, transfer and matrix is unspecified, and guesses by the height of the picture.
 */
import type { ColorTags } from '../base/packet.ts';
import { UNSPECIFIED } from './color-names.ts';

/**
 * The matrix for RGB when none is asked for: BT.601 for the sizes of standard definition and BT.709 above, as players assume it of
 * streams without tags.
 */
export function defaultMatrix(height: number): number {
  return height <= 576 ? 6 : 1;
}

/** Code points that go together: those of one standard, by H.273 Tables 2 to 4. */
interface Family {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
}

const BT709: Family = { primaries: 1, transfer: 1, matrix: 1 };
const BT470M: Family = { primaries: 4, transfer: 4, matrix: 4 };
const BT470BG: Family = { primaries: 5, transfer: 6, matrix: 5 };
const SMPTE170M: Family = { primaries: 6, transfer: 6, matrix: 6 };
const SMPTE240M: Family = { primaries: 7, transfer: 7, matrix: 7 };
const BT2020: Family = { primaries: 9, transfer: 14, matrix: 9 };

/** Table: one code point => the family that it speaks for; those that are not here speak for none. */
const BY_PRIMARIES = new Map<number, Family>([
  ...([
    [1, BT709],
    [4, BT470M],
    [5, BT470BG],
    [6, SMPTE170M],
    [7, SMPTE240M],
  ] as const),
  [9, BT2020],
]);
const BY_MATRIX = new Map<number, Family>([
  ...([
    [1, BT709],
    [4, BT470M],
    [5, BT470BG],
    [6, SMPTE170M],
    [7, SMPTE240M],
  ] as const),
  ...([
    [9, BT2020],
    [10, BT2020],
    [13, BT2020],
    [14, BT2020],
  ] as const),
]);
const BY_TRANSFER = new Map<number, Family>([
  ...([
    [1, BT709],
    [4, BT470M],
    [5, BT470BG],
    [6, SMPTE170M],
    [7, SMPTE240M],
  ] as const),
  // The two of high dynamic range (BT.2100) have the primaries of BT.2020.
  ...([
    [14, BT2020],
    [15, BT2020],
    [16, BT2020],
    [18, BT2020],
  ] as const),
]);

/** What RGB in memory is, if nobody says otherwise: sRGB, with the primaries of BT.709 and a transfer of its own. */
const SRGB = { primaries: 1, transfer: 13 };

/** What was said, and what it speaks for. */
function familyOf(color: ColorTags): Family | undefined {
  return (
    BY_PRIMARIES.get(color.colour_primaries) ??
    BY_TRANSFER.get(color.transfer_characteristics) ??
    BY_MATRIX.get(color.matrix_coefficients)
  );
}

/** Whether nothing was said at all. */
export function isUntagged(color: ColorTags): boolean {
  const { colour_primaries, transfer_characteristics, matrix_coefficients } = color;
  const isSaid = (code: number): boolean => code !== UNSPECIFIED;
  const isAny = [colour_primaries, transfer_characteristics, matrix_coefficients].some(isSaid);
  return !isAny && color.video_full_range_flag === 0;
}

/**
 * The tags of a stream. What was said stays; the rest follows from it.
 *
 * RGB that is converted to Y'CbCr here is sRGB unless its primaries or transfer are said, whatever the matrix; BT.2020's matrix alone
 * speaks for its primaries too. Y'CbCr keeps its silence if nothing is said; a part speaks for its family; and where that is only the
 * range, it is the family that players assume for the height.
 */
export function completeColor(color: ColorTags, height: number, isFromRgb: boolean): ColorTags {
  if (!isFromRgb && isUntagged(color)) return color;
  const said = (code: number, otherwise: number): number =>
    code === UNSPECIFIED ? otherwise : code;
  const assumed = defaultMatrix(height) === 1 ? BT709 : SMPTE170M;
  const family = familyOf(color);
  const isPlainRgb =
    isFromRgb &&
    color.colour_primaries === UNSPECIFIED &&
    color.transfer_characteristics === UNSPECIFIED &&
    family !== BT2020;
  const { primaries, transfer } = isPlainRgb ? SRGB : (family ?? assumed);
  return {
    colour_primaries: said(color.colour_primaries, primaries),
    transfer_characteristics: said(color.transfer_characteristics, transfer),
    matrix_coefficients: said(color.matrix_coefficients, (family ?? assumed).matrix),
    video_full_range_flag: color.video_full_range_flag,
  };
}
