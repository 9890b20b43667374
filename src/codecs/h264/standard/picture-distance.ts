/**
 * What follows from the distances of pictures in output order: the scale of vectors in temporal direct mode (clause 8.4.1.2.3)
 * and the weights of implicit prediction (clause 8.4.2.3.1).
 */
import { clip3 } from '../../../base/math.ts';

/** DistScaleFactor that stands for a vector as it is: of long-term pictures, or of two pictures at one time. */
export const NO_SCALE = 256;

/**
 * DistScaleFactor of frames, equations 8-195 to 8-200 (clause 8.4.1.2.3).
 * @param poc PicOrderCnt of the current picture; `poc0`, `poc1` of those that are referred to
 * @param isLongTerm whether the picture at `poc0` is a long-term reference
 * @returns -1024..1023; NO_SCALE where the clause leaves the vector as it is
 */
export function distScaleFactor(
  poc: number,
  poc0: number,
  poc1: number,
  isLongTerm: boolean,
): number {
  const td = clip3(-128, 127, poc1 - poc0);
  if (isLongTerm || td === 0) return NO_SCALE;
  const tb = clip3(-128, 127, poc - poc0);
  // Both divisions are those of clause 5.7: toward zero.
  const tx = Math.trunc((16384 + Math.abs(Math.trunc(td / 2))) / td);
  return clip3(-1024, 1023, (tb * tx + 32) >> 6);
}

/** One component of mvL0 in temporal direct mode, equation 8-200 (clause 8.4.1.2.3); mvL1 is this less `mvCol`. */
export function scaleVector(distScaleFactor: number, mvCol: number): number {
  return distScaleFactor === NO_SCALE ? mvCol : (distScaleFactor * mvCol + 128) >> 8;
}

/** Denominator of implicit weights, logWD of clause 8.4.2.3.1, and the weight of the plain mean. */
export const IMPLICIT_LOG_WD = 5;
export const EVEN_WEIGHT = 32;

/**
 * implicit weight w1 of the picture in list 1; w0 is 64 less this (clause 8.4.2.3.1).
 * @param hasLongTerm whether either picture is a long-term reference
 */
export function implicitWeight(
  poc: number,
  poc0: number,
  poc1: number,
  hasLongTerm: boolean,
): number {
  if (hasLongTerm || poc1 === poc0) return EVEN_WEIGHT;
  const weight = distScaleFactor(poc, poc0, poc1, false) >> 2;
  return weight < -64 || weight > 128 ? EVEN_WEIGHT : weight;
}
