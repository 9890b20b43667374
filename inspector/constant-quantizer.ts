/** What stands in the page for the rate control of the encoder (rate-control.ts): a QP that is given, moved by the types of pictures alone. */
import { clip3 } from '../src/base/math.ts';
import { QP_UNIT } from '../src/codecs/h264/encoder/importance.ts';
import {
  MAX_QP,
  type PictureForecast,
  type RateControlOptions,
  typeOffset,
} from '../src/codecs/h264/encoder/rate-target.ts';

export const ACCEPT = -1;
export const WITHOUT_RESIDUAL = -2;

/** The part of that class that a target of a constant QP needs. */
export class RateControl {
  readonly vbv = null;
  private readonly options: RateControlOptions;
  private readonly targetQp: number;
  private qp = 0;

  constructor(options: RateControlOptions) {
    this.options = options;
    this.targetQp = options.target.kind === 'qp' ? options.target.qp : 0;
  }

  get expectedQp(): number {
    return this.targetQp;
  }

  startFrame(forecast: PictureForecast): number {
    this.qp = clip3(0, MAX_QP, this.targetQp + typeOffset(forecast, this.options));
    return Math.round(this.qp * QP_UNIT);
  }

  /** A picture that is larger than its level allows is coded again, more coarsely. */
  review(bits: number, levelBits: number): number {
    if (bits <= levelBits) return ACCEPT;
    if (this.qp >= MAX_QP) return WITHOUT_RESIDUAL;
    this.qp = Math.min(MAX_QP, this.qp + 1);
    return Math.round(this.qp * QP_UNIT);
  }

  endFrame(): number {
    return 0;
  }

  statistics(): null {
    return null;
  }
}
