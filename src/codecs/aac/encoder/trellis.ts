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
import {
  CACHE_SIZE,
  DELTA_ORIGIN,
  DELTAS,
  ROW_HIGH,
  ROW_LOW,
  ROWS,
  START_COST,
} from '../kernels/contract.ts';
import type { SearchMemory } from '../kernels/search-memory.ts';
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
/** Instead of a scale factor: no band was coded yet. */
const NONE = -1;

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
  const { bandOffset, numBands } = stream;
  const { first, count, start, highest, lowest, silent } = shared;
  shared.setLambda(lambda, PRUNE_BITS, DROP_BITS, SECTION_SHARE);
  const log2Lambda = fastLog2(lambda);
  for (let band = 0; band < numBands; band++) {
    const center = predictScaleFactor(search, band, log2Lambda);
    const least = smallest[band];
    const from = center < least ? least : center;
    first[band] = bandOffset[band];
    count[band] = bandOffset[band + 1] - bandOffset[band];
    start[band] = from;
    highest[band] = Math.min(255, from + CANDIDATES_ABOVE);
    lowest[band] = Math.max(least, from - CANDIDATES_BELOW);
    silent[band] = silentNoise[band];
  }
  shared.kernels.searchPaths(search.memory.position, numBands);
  applyBestPath(search, stream, lambda);
}

/** Follows the cheapest path from its end, and quantizes along it; bands that it does not touch are silent. */
function applyBestPath(search: ChannelSearch, stream: ChannelStream, lambda: number): void {
  const { shared, memory } = search;
  const { bandOffset, numBands } = stream;
  const lambda2 = Math.fround(2 * lambda);
  let sf = endOfBestPath(shared, numBands);
  for (let band = numBands - 1; band >= 0; band--) {
    const from = bandOffset[band];
    const end = bandOffset[band + 1];
    const noise = shared.silent[band];
    if (sf === NONE || noise <= lambda2 || isCarried(shared, band, sf, noise)) {
      stream.codebook[band] = 0;
      stream.scaleFactor[band] = 0;
      stream.quantized.fill(0, from, end);
      continue;
    }
    stream.codebook[band] = 1;
    stream.scaleFactor[band] = sf;
    shared.kernels.quantizeBand(memory.position, from, end - from, sf);
    sf = scaleFactorBefore(search, band, sf, lambda);
  }
}

/** The last scale factor of the cheapest path, or `NONE`. */
function endOfBestPath({ floats, words }: SearchMemory, numBands: number): number {
  const row = ROWS / 4 + 256 * numBands;
  const high = words[ROW_HIGH / 4 + numBands];
  let best = floats[START_COST / 4 + numBands];
  let end = NONE;
  for (let s = words[ROW_LOW / 4 + numBands]; s <= high; s++) {
    if (floats[row + s] >= best) continue;
    best = floats[row + s];
    end = s;
  }
  return end;
}

/** Whether the path that ends with `sf` after `band` left `band` out, which costs `noise`. */
function isCarried({ floats, words }: SearchMemory, band: number, sf: number, noise: number) {
  if (sf < (words[ROW_LOW / 4 + band] & ~3) || sf > (words[ROW_HIGH / 4 + band] | 3)) return false;
  const row = ROWS / 4 + 256 * band;
  return Math.fround(floats[row + sf] + noise) === floats[row + 256 + sf];
}

/** The scale factor before that of `band`, which is `sf`: the one whose path gives the cost of that after the band. */
function scaleFactorBefore(
  { shared, memory }: ChannelSearch,
  band: number,
  sf: number,
  lambda: number,
): number {
  const { floats, words } = shared;
  const cached = band * CACHE_SIZE + (sf & (CACHE_SIZE - 1));
  const bits = Math.fround(memory.cachedBits[cached] + Math.fround(SECTION_SHARE));
  const rate = Math.fround(Math.fround(lambda) * bits);
  const cost = Math.fround(memory.cachedNoise[cached] + rate);
  const row = ROWS / 4 + 256 * band;
  const total = floats[row + 256 + sf];
  const deltas = DELTAS / 4 + DELTA_ORIGIN - sf;
  const high = words[ROW_HIGH / 4 + band];
  for (let s = words[ROW_LOW / 4 + band] & ~3; s <= high || (s & 3) !== 0; s++) {
    const before = Math.fround(floats[row + s] + floats[deltas + s]);
    if (Math.fround(before + cost) === total) return s;
  }
  return NONE;
}
