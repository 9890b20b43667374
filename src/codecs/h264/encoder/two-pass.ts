/**
 * Two passes: the first records what each picture cost, and the second spreads the bits over the whole stream by these records.
 * Statistics are plain data, to be kept as JSON between the passes.
 */
import { ConfigError } from '../../../base/errors.ts';
import { exp2, log2 } from '../../../base/exp-log.ts';
import { clip3 } from '../../../base/math.ts';
import { MAX_QP, MIN_QP, type QpOffsets } from './rate-target.ts';
import { qpOfComplexity, SLOPE_I, SLOPE_P, stepOfQp } from './size-model.ts';
import type { Zones } from './zones.ts';

/** Size and QP of one picture in the first pass. */
export interface PictureStatistics {
  readonly isIntra: boolean;
  /** Whether it was of B slices; false where nothing is said. */
  readonly isB?: boolean;
  /** Mean QP at which it was coded, offsets included. */
  readonly qp: number;
  /** Bits that it took. */
  readonly bits: number;
}

/** The statistics that the first pass hands to the second. */
export interface PassStatistics {
  readonly width: number;
  readonly height: number;
  readonly pictures: readonly PictureStatistics[];
}

/** A picture's place in the plan of the second pass. */
export interface PlannedPicture {
  /** The QP without zones, and the QP with the zones' changes. */
  readonly qp: number;
  readonly zonedQp: number;
  /** Bits that it is expected to take at that QP. */
  readonly bits: number;
}

/** Costs are smoothed over this many pictures to each side: quality should not jump with every picture. */
const SMOOTHING_RADIUS = 20;

/** How far QP may be shifted from the plan, down and up. */
const MAX_FALL = 4;
const MAX_RISE = 8;

/** The second of two passes as a tool of an encoder. */
export interface SecondPassTool {
  /** Throws `ConfigError` unless the statistics are of a stream of this size, with sane numbers. */
  check(statistics: PassStatistics, width: number, height: number): void;
  /** A pass that spends so many bits. */
  plan(
    pictures: readonly PictureStatistics[],
    totalBits: number,
    offsets: QpOffsets & { readonly zones?: Zones | null },
  ): SecondPass;
}

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
 * QP follows the smoothed cost (`qpOfComplexity`).
 * @param ipOffset QP that intra pictures are below the pictures around them
 * @param pbOffset QP that B pictures are above them
 * @param zones ranges of pictures with a QP or a share of bits of their own, here by the order of coding
 */
export function planSecondPass(
  pictures: readonly PictureStatistics[],
  totalBits: number,
  ipOffset: number,
  pbOffset: number,
  zones: Zones | null = null,
): PlannedPicture[] {
  const slope = pictures.map((picture) => (picture.isIntra ? SLOPE_I : SLOPE_P));
  const cost = pictures.map((picture, i) => picture.bits * stepOfQp(slope[i] * picture.qp));
  const smoothed = smoothCosts(pictures, cost);
  const typeQp = pictures.map(
    ({ isIntra, isB }) => (isB === true ? pbOffset : 0) - (isIntra ? ipOffset : 0),
  );
  const relativeQp = smoothed.map((value, i) => qpOfComplexity(Math.max(value, 1)) + typeQp[i]);
  const zonedQp = (i: number, qp: number): number => {
    const zone = zones?.rateZone(i) ?? null;
    if (zone === null) return clipQp(qp);
    const { qp: own, bitRateFactor = 1 } = zone;
    return clipQp(own === undefined ? qp - 6 * log2(bitRateFactor) : own + typeQp[i]);
  };
  // More QP for all means fewer bits: bisect for the shift that meets the total.
  let low = -200;
  let high = 200;
  for (let step = 0; step < 50; step++) {
    const shift = (low + high) / 2;
    let bits = 0;
    for (let i = 0; i < cost.length; i++) {
      bits += cost[i] / stepOfQp(slope[i] * zonedQp(i, relativeQp[i] + shift));
    }
    if (bits > totalBits) low = shift;
    else high = shift;
  }
  return relativeQp.map((relative, i) => {
    const zoned = zonedQp(i, relative + high);
    const bits = cost[i] / stepOfQp(slope[i] * zoned);
    return { qp: clipQp(relative + high), zonedQp: zoned, bits };
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

/** The state of a second pass: the plan, and how far the sizes of the coded pictures differ from it. */
export class SecondPass {
  private readonly plan: readonly PlannedPicture[];
  private readonly totalBits: number;
  /** Number of the next picture. */
  private next = 0;
  /** Bits that the pictures so far were to take by the plan. */
  private plannedBits = 0;
  /** Bits that pictures take at the plan's QP, as a multiple of the plan's; learned. */
  private cost = 1;

  constructor(plan: readonly PlannedPicture[]) {
    this.plan = plan;
    let totalBits = 0;
    for (const { bits } of plan) totalBits += bits;
    this.totalBits = totalBits;
  }

  /** Whether the plan has a next picture. */
  get hasNext(): boolean {
    return this.next < this.plan.length;
  }

  /** QP of the next picture by the plan, shifted so that the bits that are left suffice for the rest of the plan. */
  nextQp(spentBits: number): number {
    const left = this.totalBits - spentBits;
    const plannedLeft = (this.totalBits - this.plannedBits) * this.cost;
    const ratio = left > 0 ? plannedLeft / left : 4;
    const shift = (6 / SLOPE_P) * log2(Math.max(ratio, 1 / 16));
    return this.plan[this.next].qp + clip3(-MAX_FALL, MAX_RISE, shift);
  }

  /** Takes note that the next picture took `bits` at `qp`. */
  learn(isIntra: boolean, qp: number, bits: number): void {
    if (!this.hasNext) return;
    const planned = this.plan[this.next++];
    this.plannedBits += planned.bits;
    // The bits that the picture would have taken at the plan's QP are compared with those that the plan expected.
    const slope = isIntra ? SLOPE_I : SLOPE_P;
    const atPlan = bits * stepOfQp(slope * (qp - planned.zonedQp));
    this.cost += (clip3(0.25, 4, atPlan / planned.bits) - this.cost) * 0.1;
  }
}

/** The tool. */
export const SECOND_PASS: SecondPassTool = {
  check: checkStatistics,
  plan: (pictures, totalBits, { ipOffset, pbOffset, zones }) =>
    new SecondPass(planSecondPass(pictures, totalBits, ipOffset, pbOffset, zones)),
};
