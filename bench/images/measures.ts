/** How far a decoded picture is from its source: SSIMULACRA 2.1, and SSIM of luma as ffmpeg's filter `ssim` has it. */
import { Ssimulacra2 } from '../../src/codecs/jpeg/encoder/ssimulacra2.ts';
import type { SourcePicture } from './sources.ts';

/** One file of a curve. */
export interface ImagePoint {
  readonly q: number;
  readonly bytes: number;
  readonly ssim: number;
  readonly s2: number;
}

/** Measures pictures against one source. */
export class PictureMeasure {
  private readonly source: SourcePicture;
  private readonly luma: Uint8Array;
  private readonly similarity: Ssimulacra2;

  constructor(source: SourcePicture) {
    this.source = source;
    this.luma = lumaOf(source.data, source.channels);
    this.similarity = new Ssimulacra2(source);
  }

  /** SSIMULACRA2 and SSIM of a picture of the same size and channels. */
  measure(data: Uint8Array): { s2: number; ssim: number } {
    const { width, height, channels } = this.source;
    const ssim = ssimOf(this.luma, lumaOf(data, channels), width, height);
    return { s2: this.similarity.score({ width, height, channels, data }), ssim };
  }
}

function lumaOf(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return data;
  return Uint8Array.from({ length: data.length / 3 }, (_, i) =>
    Math.round(0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!),
  );
}

/** Constants of Wang et al. (IEEE Trans. Image Processing 13, 2004) for sums over 64 samples. */
const C1 = Math.floor(0.01 * 0.01 * 255 * 255 * 64 + 0.5);
const C2 = Math.floor(0.03 * 0.03 * 255 * 255 * 64 * 63 + 0.5);

/** Mean structural similarity over windows of 8x8 samples, four apart. */
function ssimOf(a: Uint8Array, b: Uint8Array, width: number, height: number): number {
  const columns = width >> 2;
  const rows = height >> 2;
  const sums = Array.from({ length: 4 }, () => new Int32Array(columns * rows));
  for (let y = 0; y < 4 * rows; y++) {
    for (let x = 0; x < 4 * columns; x++) {
      const [p, q] = [a[y * width + x]!, b[y * width + x]!];
      const at = (y >> 2) * columns + (x >> 2);
      sums[0]![at]! += p;
      sums[1]![at]! += q;
      sums[2]![at]! += p * p + q * q;
      sums[3]![at]! += p * q;
    }
  }
  let total = 0;
  for (let y = 0; y + 1 < rows; y++) {
    for (let x = 0; x + 1 < columns; x++) {
      const at = y * columns + x;
      const [s1, s2, squares, cross] = sums.map(
        (of) => of[at]! + of[at + 1]! + of[at + columns]! + of[at + columns + 1]!,
      ) as [number, number, number, number];
      const variances = squares * 64 - s1 * s1 - s2 * s2;
      const covariance = cross * 64 - s1 * s2;
      total +=
        ((2 * s1 * s2 + C1) * (2 * covariance + C2)) /
        ((s1 * s1 + s2 * s2 + C1) * (variances + C2));
    }
  }
  return total / ((rows - 1) * (columns - 1));
}
