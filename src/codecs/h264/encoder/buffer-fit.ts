/** Fits the QP of a picture to the decoder's buffer (vbv.ts), from the sizes that it and the pictures after it are expected to have. */
import { clip3 } from '../../../base/math.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { QP_UNIT } from './importance.ts';
import { MAX_QP, MIN_QP, type PictureForecast, type QpOffsets, typeOffset } from './rate-target.ts';
import type { SizeModels } from './size-model.ts';
import type { Vbv } from './vbv.ts';

/** Share of the buffer that is kept for surprises, and how exactly QP is fitted to it. */
const RESERVE = 0.1;
const QP_STEP = 0.25;
/** Pictures beyond the known ones for which the usual complexity is taken to go on. */
const HORIZON = 8;

/** Chooses QP for which a buffer neither runs dry nor, with a constant rate, needs filler. */
export class BufferFit {
  private readonly vbv: Vbv;
  private readonly sizes: SizeModels;
  private readonly offsets: QpOffsets;

  /** `vbv` and `sizes` are kept up by the caller. */
  constructor(vbv: Vbv, sizes: SizeModels, offsets: QpOffsets) {
    this.vbv = vbv;
    this.sizes = sizes;
    this.offsets = offsets;
  }

  /**
   * Raises QP until the buffer survives this and the following pictures, lowers it where constant rate would need filler.
   * @param usual complexity of the P pictures after those that are known
   */
  fit(asked: number, forecast: PictureForecast, usual: number): number {
    const { vbv } = this;
    let qp = clip3(MIN_QP, MAX_QP, asked);
    if (this.lowestFullness(qp, forecast, usual) < RESERVE) {
      let low = qp;
      let high = MAX_QP;
      while (high - low > QP_STEP) {
        const middle = (low + high) / 2;
        if (this.lowestFullness(middle, forecast, usual) < RESERVE) low = middle;
        else high = middle;
      }
      qp = high;
    }
    if (vbv.options.isConstant) {
      const { type, complexity, meanQpOffset } = forecast;
      while (qp > MIN_QP && this.bitsOf(type, complexity, qp, meanQpOffset) < vbv.minBits) {
        qp -= QP_STEP;
      }
    }
    return qp;
  }

  /** Lowest fullness, as a share of the buffer, that this and the following pictures are expected to leave at `qp`. */
  private lowestFullness(qp: number, forecast: PictureForecast, usual: number): number {
    const { vbv } = this;
    const { bufferSize } = vbv.options;
    const { ipOffset, pbOffset } = this.offsets;
    const { upcoming, meanQpOffset } = forecast;
    const qpP = qp - typeOffset(forecast, this.offsets);
    let level = vbv.fullness - this.bitsOf(forecast.type, forecast.complexity, qp, meanQpOffset);
    // This picture may take what is there; the reserve is wanted when the next one comes.
    let lowest = level < 0 ? level : Number.POSITIVE_INFINITY;
    for (let i = 0; i < upcoming.count + HORIZON; i++) {
      level = Math.min(level + vbv.bitsPerFrame, bufferSize);
      const known = i < upcoming.count;
      const type = known ? upcoming.type[i] : SliceType.P;
      const complexity = known ? upcoming.complexity[i] : usual;
      let own = qpP;
      if (type === SliceType.I) own -= ipOffset;
      else if (type === SliceType.B) own += pbOffset;
      level -= this.bitsOf(type, complexity, own, meanQpOffset);
      if (level < lowest) lowest = level;
    }
    return lowest / bufferSize;
  }

  /** `meanQpOffset`: mean of the offsets of macroblocks, in 1/256. */
  private bitsOf(type: number, complexity: number, qp: number, meanQpOffset: number): number {
    return this.sizes.of(type).predict(complexity, qp + meanQpOffset / QP_UNIT);
  }
}
