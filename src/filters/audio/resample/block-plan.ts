/** How long the blocks of a resampler are: the lengths of its two transforms, and what of a block the filter spoils. */
import { type Radix, radicesOf } from '../../../dsp/mixed-fft.ts';

/** Lengths are in samples. */
export interface BlockPlan {
  /** Length of the forward transform, a multiple of `down`, and of the inverse one, as many times `up`. */
  readonly inLength: number;
  readonly outLength: number;
  /** The overlap of a block with its neighbors at either end, in input samples and as many output samples. */
  readonly inPad: number;
  readonly outPad: number;
  /** How far one block lies from the next. */
  readonly inHop: number;
  readonly outHop: number;
}

/** Transforms longer than this leave the second-level cache; they are taken only where the ratio asks for it. */
const USUAL_LENGTH = 12288;
const MAX_LENGTH = 1 << 17;

/** Nanoseconds that one point takes in a stage of that radix with vectors, measured over the lengths of common ratios. */
const COSTS: Readonly<Record<Radix, number>> = { 2: 0.8, 3: 1.4, 4: 1.1, 5: 1.9, 7: 2 };

/**
 * The cheapest blocks for the ratio `up` / `down`, which is in lowest terms.
 * @param halfLength of the filter, in input samples
 * @returns undefined if no transform has such a length: a prime factor above 7, or a ratio of too large numbers
 */
export function planBlocks(up: number, down: number, halfLength: number): BlockPlan | undefined {
  if (radicesOf(up) === undefined || radicesOf(down) === undefined) return undefined;
  const pad = Math.ceil(halfLength / down);
  const largest = Math.max(up, down);
  let best: BlockPlan | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let count = 2 * pad + 1; count * largest <= MAX_LENGTH; count++) {
    if (best !== undefined && count * largest > USUAL_LENGTH) break;
    if (radicesOf(count) === undefined) continue;
    const hop = count - 2 * pad;
    const cost = (transformCost(count * up) + transformCost(count * down)) / hop;
    if (cost >= least) continue;
    least = cost;
    best = {
      inLength: count * down,
      outLength: count * up,
      inPad: pad * down,
      outPad: pad * up,
      inHop: hop * down,
      outHop: hop * up,
    };
  }
  return best;
}

function transformCost(length: number): number {
  return length * radicesOf(length)!.reduce((sum, radix) => sum + COSTS[radix], 0);
}
