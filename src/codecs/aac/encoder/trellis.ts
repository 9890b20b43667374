/**
 * Scale factors by rate and distortion. For each band a few scale factors are tried, and each has its noise (weighted by
 * the ear) and its bits. The best path through the bands, where every step from one scale factor to the next costs bits
 * too, is found by dynamic programming: the least sum of
 *
 *     weighted noise + lambda · bits
 *
 * A band may also be left out altogether: then its noise is its energy, it has no scale factor, and the path goes on from
 * the scale factor before. This is why a state is a scale factor, not a candidate.
 */
import { fastLog2 } from '../../../dsp/logarithm.ts';
import type { ChannelStream } from '../standard/channel-stream.ts';
import { type ChannelSearch, predictScaleFactor } from './band-cost.ts';

/**
 * Scale factors tried around the one that a formula predicts: at most this many below and above. The formula holds at high
 * resolution; where only a few lines are not 0, the best may be 30 dB above it.
 */
const CANDIDATES_BELOW = 4;
const CANDIDATES_ABOVE = 22;
/**
 * Beyond a candidate that is worse than the band's best by this many bits no other is tried: a smoother path of scale factors saves
 * less. Cost is not convex, so that less than this stops before some better ones.
 */
const PRUNE_BITS = 20;
/** States that are worse than the best by this many bits are dropped: later steps seldom make up for it. */
const DROP_BITS = 16;
/** Bits for what the search does not see: a share of the section headers for each band that is coded. */
const SECTION_SHARE = 0.8;

/**
 * Chooses for each band a scale factor or silence, for noise that is worth `lambda` a bit. Sets `stream.scaleFactor`,
 * `stream.quantized`, and `stream.codebook` to 0 or 1 (silent or not).
 */
export function chooseScaleFactors(
  search: ChannelSearch,
  stream: ChannelStream,
  lambda: number,
): void {
  const { shared, silentNoise, smallest } = search;
  const { numBands } = stream;
  const { start, highest, lowest, silent } = shared;
  shared.setLambda(lambda, PRUNE_BITS, DROP_BITS, SECTION_SHARE);
  const log2Lambda = fastLog2(lambda);
  for (let band = 0; band < numBands; band++) {
    const center = predictScaleFactor(search, band, log2Lambda);
    const least = smallest[band];
    const from = center < least ? least : center;
    start[band] = from;
    highest[band] = Math.min(255, from + CANDIDATES_ABOVE);
    lowest[band] = Math.max(least, from - CANDIDATES_BELOW);
    silent[band] = silentNoise[band];
  }
  shared.kernels.searchPaths(search.memory.position, numBands);
  shared.kernels.followPath(search.memory.position, numBands);
}
