/** The aim of rate control, its options, and the part of a picture's plan that it reads. */
import { clip3 } from '../../../base/math.ts';
import type { Rational } from '../../../base/rational.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { QP_UNIT } from './importance.ts';
import { isIntraPicture, type PicturePlan } from './picture-plan.ts';
import type { PassStatistics, SecondPassTool } from './two-pass.ts';
import type { VbvOptions } from './vbv.ts';
import type { Zones } from './zones.ts';

/** The aim that the QP of pictures is chosen for. */
export type RateTarget =
  /** The same QP for all P pictures. */
  | { readonly kind: 'qp'; readonly qp: number }
  /** The same quality, on the scale that libx264 made known as CRF: 0..51, fractions too. */
  | { readonly kind: 'crf'; readonly crf: number }
  /** Bits per second on average; with the statistics of a first pass, planned ahead. */
  | {
      readonly kind: 'bitRate';
      readonly bitRate: number;
      readonly statistics: PassStatistics | null;
    };

/** Range of the QP that rate control chooses; a constant QP may be 0. */
export const MIN_QP = 1;
export const MAX_QP = 51;
/** Largest change of QP from one P picture to the next, unless asked for otherwise or a buffer demands more. */
export const MAX_QP_STEP = 4;

/** QP of pictures of other types beside that of P pictures. */
export interface QpOffsets {
  /** QP that intra pictures are below P pictures. */
  readonly ipOffset: number;
  /**
   * Intra pictures are finer only as far as later pictures inherit from them; default false.
   *
   * Choice: grain is not inherited. Defaults, veryfast, CRF 20 to 33, 30 pictures: coffee with grain -2.8 % bits by SSIM, -3.4 % by PSNR, the mean of
   * foreman, mobile and traffic +0.4 %, -0.1 %.
   */
  readonly ipByWorth?: boolean;
  /** QP that B pictures are above the anchors around them; those that others refer to half as much. */
  readonly pbOffset: number;
}

/** How to control the rate of a stream. */
export interface RateControlOptions extends QpOffsets {
  /** Range of the QP that is chosen, beyond which only a buffer or a level drives it; default MIN_QP..MAX_QP. */
  readonly qpMin?: number;
  readonly qpMax?: number;
  /** Largest change from one P picture to the next with a bit rate; default MAX_QP_STEP. */
  readonly qpStep?: number;
  readonly target: RateTarget;
  readonly vbv: VbvOptions | null;
  readonly frameRate: Rational;
  /** Whether pictures may come at any time: bits are then reckoned by time, not by pictures. Default false. */
  readonly countsTime?: boolean;
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  /** The lookahead gives offsets by importance: they lower QP on average, and follow complexity by themselves. */
  readonly hasImportance: boolean;
  /** It flows through rows of B pictures; default false. */
  readonly hasRows?: boolean;
  /** Plans a second pass; null in an encoder without, whose target has no statistics. */
  readonly secondPass: SecondPassTool | null;
  /** Ranges of pictures with a QP or a share of bits of their own; default: none. */
  readonly zones?: Zones | null;
  /** Keep `statistics` for a second pass. */
  readonly collectStatistics: boolean;
}

/** The part of a picture's plan that rate control reads. */
export type PictureForecast = Pick<
  PicturePlan,
  'type' | 'isReference' | 'complexity' | 'meanQpOffset' | 'upcoming'
>;

/** QP of a picture above that of a P picture in its place, by its type. */
export function typeOffset(forecast: PictureForecast, offsets: QpOffsets): number {
  if (isIntraPicture(forecast)) {
    const { ipOffset, ipByWorth = false } = offsets;
    return ipByWorth ? clip3(-ipOffset, 0, forecast.meanQpOffset / QP_UNIT) : -ipOffset;
  }
  if (forecast.type !== SliceType.B) return 0;
  return forecast.isReference ? offsets.pbOffset / 2 : offsets.pbOffset;
}
