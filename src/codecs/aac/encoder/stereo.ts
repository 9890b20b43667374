/**
 * How a band of a pair is coded: left and right, middle and side, or as one channel with an intensity (AAC clauses 4.6.8.1
 * and 4.6.8.2 fix what a decoder does).
 *
 * - Middle and side, (L + R)/2 and (L - R)/2: noise of either goes to both loudspeakers, so its weight is the sum of theirs.
 * - Intensity: the left channel has L ± R with the energy of L, the right one only says how much louder or softer it is. Its
 *   bits are saved; what is lost is whatever differs between the two but for their level.
 *
 * Choice: the least of weighted noise + lambda · bits, all estimated from energies. A line with weighted energy s takes
 * log2(1 + s / noise)/2 bits for the noise. What intensity loses is counted as noise substitution counts it, since the ear does
 * not hear phase at high frequencies: a channel of energy E whose correlation with the sum is r has the error
 * 0.43 · E · (1 - r²), that of independent noise at r = 0.
 *
 * Gain and cost: docs/aac/05-measurements.md.
 */
import { fastLog2 } from '../../../dsp/logarithm.ts';
import type { Tuning } from './tuning.ts';

/** Result of `StereoBand.choose`: two channels as they are. */
export const LEFT_RIGHT = 0;
/** Middle and side. */
export const MID_SIDE = 1;
/** One channel and an intensity. */
export const INTENSITY = 2;

/** Error of independent noise of the same energy, by magnitudes (noise-substitution.ts). */
const INDEPENDENT_ERROR = 0.43;
/** Bits of a difference of positions, on average, and of section headers for the band. */
const POSITION_BITS = 4;
/** Positions are held within this, so that any two differ by no more than a difference can say. */
const MAX_POSITION = 30;

/** A channel's lines in transmission order, and band => the weight of the squared error of a line. */
export interface WeightedSpectrum {
  readonly spectrum: Float64Array;
  readonly weight: Float64Array;
}

/** The settings that the decisions on all bands of a frame share. */
export interface StereoRules {
  /** Weighted noise that a line is expected to have. */
  readonly noise: number;
  /** The worth of a bit in weighted noise. */
  readonly lambda: number;
  /** Whether `MID_SIDE` is allowed. */
  readonly midSide: boolean;
  readonly tuning: Tuning;
}

/** One band of a pair: its decision, and what comes of it. */
export class StereoBand {
  /** is_position of clause 4.6.8.2.3: the right channel has the left's amplitude times 2^(-position/4). */
  position = 0;
  /** Whether the right channel has the opposite sign (INTENSITY_HCB2). */
  isOpposite = false;
  /** Weight of squared errors of the one channel that `INTENSITY` leaves. */
  weight = 0;
  /** Weighted error that remains with `INTENSITY`, however fine the quantizer. */
  error = 0;
  // The estimates behind the decision, for an inspector: bits of the lines as left and right, and as middle and side; the
  // cost of the better of both, and the cost of an intensity, infinite where none is allowed.
  separateBits = 0;
  jointBits = 0;
  costAsChannels = 0;
  costAsIntensity: number = Number.POSITIVE_INFINITY;
  /** Energies of the band's lines as they came, and the sum of products left times right. */
  private leftEnergy = 0;
  private rightEnergy = 0;
  private cross = 0;

  /**
   * Decides on the lines `start` to `end` - 1 of `band`. Those of `INTENSITY` are turned to one channel and zeros; those of `MID_SIDE`
   * stay for `turnToMidSide`. The weights stay: the caller gives the coded channels the band's `weight`.
   * @param mayBeIntensity whether `INTENSITY` is allowed
   */
  choose(
    left: WeightedSpectrum,
    right: WeightedSpectrum,
    band: number,
    start: number,
    end: number,
    mayBeIntensity: boolean,
    rules: StereoRules,
  ): number {
    this.measure(left.spectrum, right.spectrum, start, end);
    const { leftEnergy, rightEnergy, cross } = this;
    const leftWeight = left.weight[band];
    const rightWeight = right.weight[band];
    const width = end - start;
    const bandNoise = rules.noise * width;
    const bitWorth = 0.5 * width * rules.lambda;
    const sumWeight = leftWeight + rightWeight;
    const leftSignal = leftEnergy * leftWeight;
    const rightSignal = rightEnergy * rightWeight;
    const both = leftEnergy + rightEnergy;
    const middleSignal = 0.25 * Math.max(0, both + 2 * cross) * sumWeight;
    const sideSignal = 0.25 * Math.max(0, both - 2 * cross) * sumWeight;
    const separateLog = fastLog2((1 + leftSignal / bandNoise) * (1 + rightSignal / bandNoise));
    const jointLog = fastLog2((1 + middleSignal / bandNoise) * (1 + sideSignal / bandNoise));
    const isJoint = rules.midSide && jointLog < separateLog;
    this.separateBits = 0.5 * width * separateLog;
    this.jointBits = 0.5 * width * jointLog;
    this.costAsChannels = 0;
    this.costAsIntensity = Number.POSITIVE_INFINITY;
    if (mayBeIntensity && leftEnergy > 1 && rightEnergy > 1) {
      const codedCost = isJoint
        ? bitWorth * jointLog + Math.min(bandNoise, middleSignal) + Math.min(bandNoise, sideSignal)
        : bitWorth * separateLog +
          Math.min(bandNoise, leftSignal) +
          Math.min(bandNoise, rightSignal);
      const cost = this.intensityCost(leftSignal, rightSignal, bandNoise, bitWorth, rules);
      this.costAsChannels = codedCost;
      this.costAsIntensity = cost;
      if (cost < codedCost && Math.abs(this.position) <= MAX_POSITION) {
        this.weight = leftWeight + (rightWeight * rightEnergy) / leftEnergy;
        this.turnToIntensity(left.spectrum, right.spectrum, start, end);
        return INTENSITY;
      }
    }
    return isJoint ? MID_SIDE : LEFT_RIGHT;
  }

  /** Sets `leftEnergy`, `rightEnergy` and `cross`. */
  private measure(left: Float64Array, right: Float64Array, start: number, end: number): void {
    let leftEnergy = 0;
    let rightEnergy = 0;
    let cross = 0;
    for (let i = start; i < end; i++) {
      const l = left[i];
      const r = right[i];
      leftEnergy += l * l;
      rightEnergy += r * r;
      cross += l * r;
    }
    this.leftEnergy = leftEnergy;
    this.rightEnergy = rightEnergy;
    this.cross = cross;
  }

  /** The cost of the band as one channel and an intensity. Sets `position`, `isOpposite` and `error`. */
  private intensityCost(
    leftSignal: number,
    rightSignal: number,
    bandNoise: number,
    bitWorth: number,
    { lambda, tuning }: StereoRules,
  ): number {
    const { leftEnergy, rightEnergy } = this;
    const magnitude = Math.abs(this.cross);
    const sumEnergy = leftEnergy + rightEnergy + 2 * magnitude;
    // Squared correlations of left and right with the sum.
    const leftLike = leftEnergy + magnitude;
    const rightLike = rightEnergy + magnitude;
    const leftLoss = 1 - (leftLike * leftLike) / (leftEnergy * sumEnergy);
    const rightLoss = 1 - (rightLike * rightLike) / (rightEnergy * sumEnergy);
    this.error =
      INDEPENDENT_ERROR *
      tuning.intensityPenalty *
      (leftSignal * Math.max(0, leftLoss) + rightSignal * Math.max(0, rightLoss));
    this.position = Math.round(2 * fastLog2(leftEnergy / rightEnergy)) | 0;
    this.isOpposite = this.cross < 0;
    // The coded lines have the energy of the left; their noise is heard on the right in proportion.
    const signal = leftSignal + rightSignal;
    return (
      this.error +
      bitWorth * fastLog2(1 + signal / bandNoise) +
      Math.min(bandNoise, signal) +
      lambda * POSITION_BITS
    );
  }

  /** L ± R with the energy of L on the left, nothing on the right. */
  private turnToIntensity(
    left: Float64Array,
    right: Float64Array,
    start: number,
    end: number,
  ): void {
    const { leftEnergy, rightEnergy } = this;
    const sign = this.isOpposite ? -1 : 1;
    const gain = Math.sqrt(leftEnergy / (leftEnergy + rightEnergy + 2 * Math.abs(this.cross)));
    for (let i = start; i < end; i++) {
      left[i] = gain * (left[i] + sign * right[i]);
      right[i] = 0;
    }
  }
}

/** (L + R)/2 on the left, (L - R)/2 on the right. */
export function turnToMidSide(
  left: Float64Array,
  right: Float64Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    const l = left[i];
    const r = right[i];
    left[i] = 0.5 * (l + r);
    right[i] = 0.5 * (l - r);
  }
}
