/**
 * Two passes: the first writes down what each picture cost, the second spreads the bits over the whole stream with that
 * knowledge. Statistics are plain data, to be kept as JSON between the passes.
 */
import { ConfigError } from '../../../base/errors.ts';
import { exp2, log2 } from '../../../base/exp-log.ts';
import { SLOPE_I, SLOPE_P, stepOfQp } from './size-model.ts';

/** What the first pass saw of one picture. */
export interface PictureStatistics {
  readonly isIntra: boolean;
  /** Whether it was of B slices; false where nothing is said. */
  readonly isB?: boolean;
  /** Mean QP at which it was coded, offsets included. */
  readonly qp: number;
  /** Bits that it took. */
  readonly bits: number;
}

/** What the first pass hands to the second. */
export interface PassStatistics {
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly PictureStatistics[];
}

/** A picture's place in the plan of the second pass. */
export interface PlannedPicture {
  readonly qp: number;
  /** Bits that it is expected to take at that QP. */
  readonly bits: number;
}

/** Costs are smoothed over this many pictures to each side: quality should not jump with every picture. */
const SMOOTHING_RADIUS = 20;

/** How much quality follows complexity: 0 gives every picture the same bits, 1 the same QP. */
const COMPLEXITY_COMPRESSION = 0.6;

const MIN_QP = 1;
const MAX_QP = 51;

/** Throws `ConfigError` unless `statistics` are of a stream of this size, with sane numbers. */
export function checkStatistics(statistics: PassStatistics, width: number, height: number): void {
  const where = 'h264.options.statistics';
  if (statistics.width !== width || statistics.height !== height) {
    throw new ConfigError(
      where,
      `got those of a ${statistics.width}x${statistics.height} stream, allowed are those of ${width}x${height}`,
    );
  }
  if (!Array.isArray(statistics.pictures) || statistics.pictures.length === 0) {
    throw new ConfigError(where, 'got no pictures, allowed are the statistics of a first pass');
  }
  for (const [number, { qp, bits }] of statistics.pictures.entries()) {
    if (!(qp >= 0 && qp <= 51 && bits > 0 && Number.isFinite(bits))) {
      throw new ConfigError(
        `${where}.pictures[${number}]`,
        `got QP ${qp} and ${bits} bits, allowed are QP 0..51 and positive bits`,
      );
    }
  }
}

/**
 * Spreads `totalBits` over the pictures of the first pass. Bits are taken to fall with the step, as in size-model.ts; the
 * step grows with the power 1 - COMPLEXITY_COMPRESSION of the smoothed cost.
 * @param ipOffset QP that intra pictures are below the pictures around them
 * @param pbOffset QP that B pictures are above them
 */
export function planSecondPass(
  pictures: readonly PictureStatistics[],
  totalBits: number,
  ipOffset: number,
  pbOffset: number,
): PlannedPicture[] {
  const slope = pictures.map((picture) => (picture.isIntra ? SLOPE_I : SLOPE_P));
  const cost = pictures.map((picture, i) => picture.bits * stepOfQp(slope[i] * picture.qp));
  const smoothed = smoothCosts(pictures, cost);
  const relativeQp = smoothed.map(
    (value, i) =>
      6 * (1 - COMPLEXITY_COMPRESSION) * log2(Math.max(value, 1)) -
      (pictures[i].isIntra ? ipOffset : 0) +
      (pictures[i].isB === true ? pbOffset : 0),
  );
  // More QP for all means fewer bits: bisect for the shift that meets the total.
  let low = -200;
  let high = 200;
  for (let step = 0; step < 50; step++) {
    const shift = (low + high) / 2;
    let bits = 0;
    for (let i = 0; i < cost.length; i++) {
      bits += cost[i] / stepOfQp(slope[i] * clipQp(relativeQp[i] + shift));
    }
    if (bits > totalBits) low = shift;
    else high = shift;
  }
  return relativeQp.map((relative, i) => {
    const qp = clipQp(relative + high);
    return { qp, bits: cost[i] / stepOfQp(slope[i] * qp) };
  });
}

function clipQp(qp: number): number {
  return Math.min(Math.max(qp, MIN_QP), MAX_QP);
}

/** Weighted mean of the costs around each picture, of intra and other pictures alike as if all were P pictures. */
function smoothCosts(pictures: readonly PictureStatistics[], cost: readonly number[]): number[] {
  return cost.map((own, center) => {
    let sum = 0;
    let weights = 0;
    for (let distance = -SMOOTHING_RADIUS; distance <= SMOOTHING_RADIUS; distance++) {
      const i = center + distance;
      if (i < 0 || i >= cost.length || pictures[i].isIntra) continue;
      const weight = exp2(-(distance * distance) / SMOOTHING_RADIUS);
      sum += weight * cost[i];
      weights += weight;
    }
    return weights > 0 ? sum / weights : own;
  });
}
