/** Peak signal-to-noise ratio of what a decoder will show against what was coded. */
import type { VideoFrame } from '../frames/frame.ts';
import { pixFmtInfo, planeHeight, planeRowLength } from '../frames/pixel-format.ts';

/** Decibels; null where the pictures are equal. `average` weighs every sample of every plane alike. */
export interface Psnr {
  readonly y: number | null;
  readonly u: number | null;
  readonly v: number | null;
  readonly average: number | null;
}

/** Sums squared errors over pictures of 8 bits. */
export class PsnrMeter {
  private readonly errors = new Float64Array(3);
  private readonly samples = new Float64Array(3);

  /** Both are of one planar 8-bit format and size. */
  add(source: VideoFrame, decoded: VideoFrame): void {
    const info = pixFmtInfo(source.pixFmt);
    for (let p = 0; p < source.planes.length; p++) {
      const rowLength = planeRowLength(info, p, source.width);
      const rows = planeHeight(info, p, source.height);
      const a = source.planes[p]!;
      const b = decoded.planes[p]!;
      for (let row = 0; row < rows; row++) {
        const atA = a.offset + row * a.stride;
        const atB = b.offset + row * b.stride;
        this.errors[p]! += squaredError(
          a.data as Uint8Array,
          atA,
          b.data as Uint8Array,
          atB,
          rowLength,
        );
      }
      this.samples[p]! += rowLength * rows;
    }
  }

  /** Over all pictures so far. */
  result(): Psnr {
    const [y, u, v] = [0, 1, 2].map((p) => decibels(this.errors[p]!, this.samples[p]!));
    const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
    return { y: y!, u: u!, v: v!, average: decibels(sum(this.errors), sum(this.samples)) };
  }
}

/** Sum of (a - b)² over `count` samples. */
function squaredError(a: Uint8Array, atA: number, b: Uint8Array, atB: number, count: number) {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const difference = a[atA + i]! - b[atB + i]!;
    sum += difference * difference;
  }
  return sum;
}

function decibels(error: number, samples: number): number | null {
  return error === 0 ? null : 10 * Math.log10((255 * 255 * samples) / error);
}
