/** Pictures of Y, Cb and Cr: TIFF clauses 20 (ReferenceBlackWhite) and 21 (YCbCr images). */
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import type { Layout } from './layout.ts';
import type { Directory } from './standard/directory.ts';
import { TAG } from './standard/tags.ts';

/** Pixels across and down that share Cb and Cr: 1, 2 or 4 each. */
export type Subsampling = readonly [across: number, down: number];

/** YCbCrSubSampling, clause 21; the default is 2 and 2. Throws `FormatError` for other numbers than 1, 2 and 4. */
export function readSubsampling(directory: Directory): Subsampling {
  const [across = 2, down = 2] = directory.numbers(TAG.YCbCrSubSampling) ?? [];
  if (![1, 2, 4].includes(across) || ![1, 2, 4].includes(down)) {
    throw new FormatError('tiff.YCbCrSubSampling', `got ${across} and ${down}; 1, 2 and 4 are`, 4);
  }
  return [across, down];
}

/** Checks that the samples lie as they are read. */
export function requireYcbcr({
  bits,
  samples,
  isPlanar,
  hasDifferences,
  subsampling,
}: Layout): void {
  const isShared = subsampling[0] * subsampling[1] > 1;
  if (bits === 8 && samples === 3 && !(isShared && (isPlanar || hasDifferences))) return;
  throw new UnsupportedError(
    'tiff.PhotometricInterpretation',
    'YCbCr is read with three samples of 8 bits; where pixels share Cb and Cr, not in planes and without a predictor',
  );
}

/** Bytes of a strip or tile whose pixels share Cb and Cr: data units of the Y of a rectangle, one Cb, one Cr (clause 21). */
export function unitBytes([across, down]: Subsampling, width: number, rows: number): number {
  return Math.ceil(width / across) * Math.ceil(rows / down) * (across * down + 2);
}

/** Puts one row of such a segment into a row of the picture, three samples a pixel, each pixel with the Cb and Cr of its unit. */
export function placeUnitRow(
  { subsampling, segmentWidth, width }: Layout,
  bytes: Uint8Array,
  row: number,
  x: number,
  stored: Uint8Array | Uint16Array,
): void {
  const [across, down] = subsampling;
  const size = across * down + 2;
  const units = Math.ceil(segmentWidth / across) * size;
  const first = Math.floor(row / down) * units;
  const line = (row % down) * across;
  const count = Math.min(segmentWidth, width - x);
  for (let i = 0, to = 3 * (row * width + x); i < count; i++, to += 3) {
    const unit = first + Math.floor(i / across) * size;
    stored[to] = bytes[unit + line + (i % across)]!;
    stored[to + 1] = bytes[unit + size - 2]!;
    stored[to + 2] = bytes[unit + size - 1]!;
  }
}

/** Y, Cb and Cr to RGB in place, by the file's YCbCrCoefficients (default: BT.601) and ReferenceBlackWhite (default: the full range). */
export function ycbcrToRgb(directory: Directory, data: Uint8Array | Uint16Array): void {
  const [red = 0.299, green = 0.587, blue = 0.114] = directory.numbers(TAG.YCbCrCoefficients) ?? [];
  const [blackY = 0, whiteY = 255, blackCb = 128, whiteCb = 255, blackCr = 128, whiteCr = 255] =
    directory.numbers(TAG.ReferenceBlackWhite) ?? [];
  const scales = [255 / (whiteY - blackY), 127 / (whiteCb - blackCb), 127 / (whiteCr - blackCr)];
  if (![...scales, red / green, blue / green].every(Number.isFinite)) {
    throw new FormatError('tiff.ReferenceBlackWhite', 'white is black, or green counts nothing', 4);
  }
  const clamped = new Uint8ClampedArray(3);
  for (let i = 0; i < data.length; i += 3) {
    const y = (data[i]! - blackY) * scales[0]!;
    const r = (data[i + 2]! - blackCr) * scales[2]! * (2 - 2 * red) + y;
    const b = (data[i + 1]! - blackCb) * scales[1]! * (2 - 2 * blue) + y;
    clamped[0] = r;
    clamped[1] = (y - blue * b - red * r) / green;
    clamped[2] = b;
    data.set(clamped, i);
  }
}
