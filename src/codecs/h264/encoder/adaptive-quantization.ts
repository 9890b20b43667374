/**
 * Adaptive quantization by variance: flat macroblocks, where the eye sees errors, get a finer quantizer, busy ones, where
 * texture masks them, a coarser one. The mean QP of the picture stays. It costs PSNR; defaults.ts says where it is on.
 *
 * Choice: offset = strength · (log2 of the variance - its mean over the picture) / 2, so that at strength 1 the step grows with
 * the sixth root of the standard deviation. Option `aqStrength`.
 *
 * Choice: a floor is added to each variance (option `aqFloor`), so that macroblocks whose variance is far below it count as
 * equally flat. The eye sees errors in the flattest places. SSIM sees none below its constant for contrast, 58.5 over two
 * variances, so tune `ssim` has a floor of 30.
 */
import { log2 } from '../../../base/exp-log.ts';
import type { Kernels } from '../kernels/contract.ts';
import { QP_UNIT } from './importance.ts';

/** How much variance counts. */
export interface Adaptation {
  /** QP for each fourfold variance. */
  readonly strength: number;
  /** Added to the variance of each macroblock's 256 samples. */
  readonly floor: number;
}

/** No macroblock is moved by more QP. */
const MAX_OFFSET = 6 * QP_UNIT;

/**
 * Offsets by macroblock in 1/256 QP; their mean is 0 but for rounding and limits.
 * @param variance16 as the kernel of that name
 * @param position byte position of the first sample of luma, whole macroblocks
 * @param logVariance scratch, one entry for each macroblock
 */
export function adaptiveOffsets(
  variance16: Kernels['variance16'],
  position: number,
  stride: number,
  widthInMbs: number,
  heightInMbs: number,
  { strength, floor }: Adaptation,
  logVariance: Float64Array,
  offsets: Int16Array,
): void {
  const count = widthInMbs * heightInMbs;
  let sum = 0;
  for (let mbAddr = 0; mbAddr < count; mbAddr++) {
    const mbY = Math.floor(mbAddr / widthInMbs);
    const mbX = mbAddr - mbY * widthInMbs;
    const variance = variance16(position + 16 * (mbY * stride + mbX), stride) / 65536;
    logVariance[mbAddr] = log2(variance + floor);
    sum += logVariance[mbAddr];
  }
  const mean = sum / count;
  for (let mbAddr = 0; mbAddr < count; mbAddr++) {
    const offset = Math.round((strength * QP_UNIT * (logVariance[mbAddr] - mean)) / 2);
    offsets[mbAddr] =
      offset > MAX_OFFSET ? MAX_OFFSET : offset < -MAX_OFFSET ? -MAX_OFFSET : offset;
  }
}

/** Adaptive quantization of the pictures of one encoder. */
export class AdaptiveOffsets {
  private readonly widthInMbs: number;
  private readonly heightInMbs: number;
  private readonly adaptation: Adaptation;
  private readonly adaptive: Int16Array;
  private readonly sum: Int16Array;
  private readonly logVariance: Float64Array;

  constructor(options: {
    readonly widthInMbs: number;
    readonly heightInMbs: number;
    readonly rate: { readonly aqStrength: number; readonly aqFloor: number };
  }) {
    const { widthInMbs, heightInMbs, rate } = options;
    const mbs = widthInMbs * heightInMbs;
    this.widthInMbs = widthInMbs;
    this.heightInMbs = heightInMbs;
    this.adaptation = { strength: rate.aqStrength, floor: rate.aqFloor };
    this.adaptive = new Int16Array(mbs);
    this.sum = new Int16Array(mbs);
    this.logVariance = new Float64Array(mbs);
  }

  /** Offsets by variance added to `offsets` (null: all 0); the result is valid until the next call. */
  addTo(
    offsets: Int16Array | null,
    variance16: Kernels['variance16'],
    position: number,
    stride: number,
  ): Int16Array {
    const { widthInMbs, heightInMbs, adaptation, logVariance, adaptive, sum } = this;
    const size = [widthInMbs, heightInMbs] as const;
    adaptiveOffsets(variance16, position, stride, ...size, adaptation, logVariance, adaptive);
    for (let mbAddr = 0; mbAddr < sum.length; mbAddr++) {
      sum[mbAddr] = adaptive[mbAddr] + (offsets === null ? 0 : offsets[mbAddr]);
    }
    return sum;
  }
}
