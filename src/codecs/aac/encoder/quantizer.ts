/** Bounds of the quantizer, whose loops are kernels (kernels/contract.ts). */

import { fastLog2 } from '../../../dsp/logarithm.ts';
import { SF_OFFSET } from '../standard/channel-stream.ts';
import { INVERSE_STEP_34 } from '../standard/quantization.ts';
import { MAX_QUANTIZED } from '../standard/spectrum-coding.ts';

/** A step of 2^-10 of a 16-bit sample's unit: finer ones are never worth trying. */
const FINEST = 60;

/**
 * The smallest scale factor worth trying whose quantized values stay within 8191, for magnitudes to the power 3/4 up to
 * `largest34`.
 */
export function smallestScaleFactor(largest34: number): number {
  // One less than largest34 · 2^(-3/16·(sf - 100)) = 2^13 asks for, then exactly.
  const estimate = Math.floor((16 / 3) * (fastLog2(largest34) - 13)) + SF_OFFSET - 1;
  let sf = estimate < FINEST ? FINEST : estimate;
  while (sf < 255 && largest34 * INVERSE_STEP_34[sf] > MAX_QUANTIZED) sf++;
  return sf;
}
