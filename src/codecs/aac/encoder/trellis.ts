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
  type ChannelStream,
  MAX_BANDS,
  MAX_SCALE_FACTOR_DELTA,
} from '../standard/channel-stream.ts';
import { SCALE_FACTOR_LENGTHS } from '../standard/huffman-tables.ts';
import { type ChannelSearch, measureBand, predictScaleFactor } from './band-cost.ts';
import { quantizeBand } from './quantizer.ts';
import type { Tuning } from './tuning.ts';

/**
 * Scale factors tried around the one that a formula predicts: at most this many below and above. The formula holds at high
 * resolution; where most lines are 0 or 1, the best is up to 18 dB above it.
 */
const CANDIDATES_BELOW = 4;
const CANDIDATES_ABOVE = 12;
const NUM_CANDIDATES = CANDIDATES_BELOW + CANDIDATES_ABOVE + 1;
/** Further above than this, every other scale factor is tried. */
const FINE_ABOVE = 4;
/**
 * A candidate that is worse than the band's best by this many bits is not tried further: a smoother path of scale factors
 * saves less. With 6 (and 9 below) grades are 0.01 better and encoding takes 4 % longer; with 10 and 20, 0.015 and 10 %.
 */
const PRUNE_BITS = 4;
/** States that are worse than the best by this many bits are dropped: later steps seldom make up for it. */
const DROP_BITS = 6;
/** States that reach across bands left out; the cheapest are kept. */
const MAX_CARRIED = 6;
const MAX_STATES = NUM_CANDIDATES + MAX_CARRIED;
/** A scale factor no path has: before the first coded band. */
const NO_SCALE_FACTOR = -512;
/** Differences -255..255 of scale factors, and those to `NO_SCALE_FACTOR`. */
const DELTA_ORIGIN = 255;
const NUM_DELTAS = DELTA_ORIGIN + 256 - NO_SCALE_FACTOR;
/** Bits for what the search does not see: a share of the section headers for each band that is coded. */
const SECTION_SHARE = 0.8;

/** Scratch of the search, shared by all channels. */
export class TrellisScratch {
  readonly sf = new Int16Array(MAX_STATES);
  readonly cost = new Float64Array(MAX_STATES);
  readonly node = new Int32Array(MAX_STATES);
  readonly nextSf = new Int16Array(MAX_STATES);
  readonly nextCost = new Float64Array(MAX_STATES);
  readonly nextNode = new Int32Array(MAX_STATES);
  /** Difference of scale factors + `DELTA_ORIGIN` => lambda times its bits; infinite if it cannot be sent. */
  readonly deltaCost = new Float64Array(NUM_DELTAS).fill(Number.POSITIVE_INFINITY);
  /** The lambda that `deltaCost` holds. */
  lambda = -1;
  readonly candidateSf = new Int16Array(NUM_CANDIDATES);
  readonly candidateCost = new Float64Array(NUM_CANDIDATES);
  /** All nodes of the paths: their scale factor and the node before. */
  readonly nodeSf = new Int16Array(MAX_BANDS * NUM_CANDIDATES + 1);
  readonly nodeBand = new Uint8Array(MAX_BANDS * NUM_CANDIDATES + 1);
  readonly nodeBefore = new Int32Array(MAX_BANDS * NUM_CANDIDATES + 1);
}

/**
 * Chooses for each band a scale factor or silence, for noise that is worth `lambda` a bit. Sets `stream.scaleFactor`,
 * `stream.quantized`, and `stream.codebook` to 0 or 1 (silent or not).
 */
export function chooseScaleFactors(
  search: ChannelSearch,
  stream: ChannelStream,
  lambda: number,
  tuning: Tuning,
  scratch: TrellisScratch,
): void {
  let { sf, cost, node } = scratch;
  let { nextSf, nextCost, nextNode } = scratch;
  const { nodeSf, nodeBefore, nodeBand, deltaCost } = scratch;
  if (scratch.lambda !== lambda) setLambda(scratch, lambda);
  const margin = lambda * DROP_BITS;
  const log2Lambda = fastLog2(lambda);
  let numStates = 1;
  let least = 0;
  sf[0] = NO_SCALE_FACTOR;
  cost[0] = 0;
  node[0] = -1;
  let numNodes = 0;
  for (let band = 0; band < stream.numBands; band++) {
    const silent = search.silentNoise[band];
    const leastSilent = least + silent;
    // A band whose energy is worth less than the bits of any code for it is left out without trying.
    if (silent <= 2 * lambda) {
      for (let s = 0; s < numStates; s++) cost[s] += silent;
      least = leastSilent;
      continue;
    }
    const center = predictScaleFactor(search, band, log2Lambda);
    const numCandidates = collectCandidates(search, stream, band, center, lambda, tuning, scratch);
    least = leastSilent;
    let count = 0;
    for (let c = 0; c < numCandidates; c++) {
      const candidate = scratch.candidateSf[c];
      const origin = candidate + DELTA_ORIGIN;
      let best = Number.POSITIVE_INFINITY;
      let bestState = 0;
      for (let s = 0; s < numStates; s++) {
        const total = cost[s] + deltaCost[origin - sf[s]];
        if (total < best) {
          best = total;
          bestState = s;
        }
      }
      best += scratch.candidateCost[c];
      if (best > least + margin) continue;
      if (best < least) least = best;
      nodeSf[numNodes] = candidate;
      nodeBand[numNodes] = band;
      nodeBefore[numNodes] = node[bestState];
      nextSf[count] = candidate;
      nextCost[count] = best;
      nextNode[count++] = numNodes++;
    }
    count = dropExpensive(nextSf, nextCost, nextNode, count, least + margin);
    if (leastSilent <= least + margin) {
      // Silence: states go on, the cheapest if there are many.
      if (numStates > MAX_CARRIED) numStates = keepCheapest(sf, cost, node, numStates);
      for (let s = 0; s < numStates; s++) {
        const total = cost[s] + silent;
        if (total > least + margin) continue;
        nextSf[count] = sf[s];
        nextCost[count] = total;
        nextNode[count++] = node[s];
      }
    }
    numStates = count;
    const oldSf = sf;
    const oldCost = cost;
    const oldNode = node;
    sf = nextSf;
    cost = nextCost;
    node = nextNode;
    nextSf = oldSf;
    nextCost = oldCost;
    nextNode = oldNode;
  }
  let best = 0;
  for (let s = 1; s < numStates; s++) if (cost[s] < cost[best]) best = s;
  applyPath(search, stream, node[best], tuning, scratch);
}

/** Fills `scratch.deltaCost`: once for all channels of a frame. */
function setLambda(scratch: TrellisScratch, lambda: number): void {
  const { deltaCost } = scratch;
  scratch.lambda = lambda;
  for (let delta = -MAX_SCALE_FACTOR_DELTA; delta <= MAX_SCALE_FACTOR_DELTA; delta++) {
    deltaCost[DELTA_ORIGIN + delta] = lambda * SCALE_FACTOR_LENGTHS[MAX_SCALE_FACTOR_DELTA + delta];
  }
  // The first scale factor is global_gain; its own difference is 0.
  deltaCost.fill(
    lambda * SCALE_FACTOR_LENGTHS[MAX_SCALE_FACTOR_DELTA],
    DELTA_ORIGIN - NO_SCALE_FACTOR,
  );
}

/**
 * Tries scale factors from `center` upwards and downwards, until they are too bad; those that are worth a place in the
 * search go to `scratch.candidateSf` and `scratch.candidateCost`. Returns their number.
 */
function collectCandidates(
  search: ChannelSearch,
  stream: ChannelStream,
  band: number,
  center: number,
  lambda: number,
  tuning: Tuning,
  scratch: TrellisScratch,
): number {
  const { candidateSf, candidateCost } = scratch;
  const smallest = search.smallest[band];
  const start = center < smallest ? smallest : center;
  const highest = Math.min(255, start + CANDIDATES_ABOVE);
  const lowest = Math.max(smallest, start - CANDIDATES_BELOW);
  const margin = lambda * PRUNE_BITS;
  let least = Number.POSITIVE_INFINITY;
  let count = 0;
  for (let sf = start; sf <= highest; sf += sf < start + FINE_ABOVE ? 1 : 2) {
    const at = measureBand(search, stream, band, sf, tuning);
    const bits = search.cachedBits[at];
    if (bits === 0) break;
    const cost = search.cachedNoise[at] + lambda * (bits + SECTION_SHARE);
    if (cost > least + margin) break;
    if (cost < least) least = cost;
    candidateSf[count] = sf;
    candidateCost[count++] = cost;
  }
  for (let sf = start - 1; sf >= lowest; sf--) {
    const at = measureBand(search, stream, band, sf, tuning);
    const bits = search.cachedBits[at];
    if (bits === 0) continue;
    const cost = search.cachedNoise[at] + lambda * (bits + SECTION_SHARE);
    if (cost > least + margin) break;
    if (cost < least) least = cost;
    candidateSf[count] = sf;
    candidateCost[count++] = cost;
  }
  let kept = 0;
  for (let c = 0; c < count; c++) {
    if (candidateCost[c] > least + margin) continue;
    candidateSf[kept] = candidateSf[c];
    candidateCost[kept++] = candidateCost[c];
  }
  return kept;
}

/** Keeps those of `count` states that cost at most `limit`, in their order. Returns their number. */
function dropExpensive(
  sf: Int16Array,
  cost: Float64Array,
  node: Int32Array,
  count: number,
  limit: number,
): number {
  let kept = 0;
  for (let s = 0; s < count; s++) {
    if (cost[s] > limit) continue;
    sf[kept] = sf[s];
    cost[kept] = cost[s];
    node[kept++] = node[s];
  }
  return kept;
}

/** Keeps the `MAX_CARRIED` cheapest of `count` states, in any order. */
function keepCheapest(sf: Int16Array, cost: Float64Array, node: Int32Array, count: number): number {
  for (let kept = 0; kept < MAX_CARRIED; kept++) {
    let best = kept;
    for (let s = kept + 1; s < count; s++) if (cost[s] < cost[best]) best = s;
    const bestSf = sf[best];
    const bestCost = cost[best];
    const bestNode = node[best];
    sf[best] = sf[kept];
    cost[best] = cost[kept];
    node[best] = node[kept];
    sf[kept] = bestSf;
    cost[kept] = bestCost;
    node[kept] = bestNode;
  }
  return MAX_CARRIED;
}

/** Quantizes along the path that ends at `node`; bands that it does not touch are silent. */
function applyPath(
  search: ChannelSearch,
  stream: ChannelStream,
  node: number,
  tuning: Tuning,
  scratch: TrellisScratch,
): void {
  for (let band = stream.numBands - 1; band >= 0; band--) {
    const start = stream.bandOffset[band];
    const end = stream.bandOffset[band + 1];
    if (node >= 0 && scratch.nodeBand[node] === band) {
      const sf = scratch.nodeSf[node];
      stream.scaleFactor[band] = sf;
      stream.codebook[band] = 1;
      quantizeBand(
        search.spectrum,
        search.power34,
        start,
        end - start,
        sf,
        tuning.roundingFirst,
        tuning.roundingRest,
        stream.quantized,
      );
      node = scratch.nodeBefore[node];
    } else {
      stream.codebook[band] = 0;
      stream.scaleFactor[band] = 0;
      stream.quantized.fill(0, start, end);
    }
  }
}
