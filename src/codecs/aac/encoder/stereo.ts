/**
 * Middle and side: per band, a pair is coded as (L + R)/2 and (L - R)/2 if that takes fewer bits for the same noise (AAC
 * clause 4.6.8.1 fixes the inverse). Noise of either goes to both loudspeakers, so its weight is the sum of theirs.
 *
 * The bits are estimated from energies: n/2·log2(1 + signal / noise) for each of the two.
 */
import { fastLog2 } from '../../../dsp/logarithm.ts';

/**
 * Estimated bits of n lines with weighted energy `signal` when each line may have the weighted noise `noise`; times 2/n.
 */
function logBits(signal: number, noise: number): number {
  return fastLog2(1 + signal / noise);
}

/**
 * Decides on one band, and turns it to middle and side if that pays. Returns whether it did.
 * @param left lines of the band from `start` to `end` - 1; become the middle
 * @param right likewise; become the side
 * @param leftWeight weight of squared errors of a line on the left, `rightWeight` on the right
 * @param noise weighted noise that a line is expected to have
 */
export function chooseMidSide(
  left: Float64Array,
  right: Float64Array,
  start: number,
  end: number,
  leftWeight: number,
  rightWeight: number,
  noise: number,
): boolean {
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
  const sumWeight = leftWeight + rightWeight;
  const bandNoise = noise * (end - start);
  const middleEnergy = 0.25 * (leftEnergy + rightEnergy + 2 * cross);
  const sideEnergy = 0.25 * (leftEnergy + rightEnergy - 2 * cross);
  const separate =
    logBits(leftEnergy * leftWeight, bandNoise) + logBits(rightEnergy * rightWeight, bandNoise);
  const joint =
    logBits(Math.max(0, middleEnergy) * sumWeight, bandNoise) +
    logBits(Math.max(0, sideEnergy) * sumWeight, bandNoise);
  if (joint >= separate) return false;
  for (let i = start; i < end; i++) {
    const l = left[i];
    const r = right[i];
    left[i] = 0.5 * (l + r);
    right[i] = 0.5 * (l - r);
  }
  return true;
}
