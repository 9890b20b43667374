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
import { FRAME_LENGTH } from '../standard/window-sequence.ts';
import { cheapestBits, INVERSE_STEP_34, quantizeBand, smallestScaleFactor } from './quantizer.ts';
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
 * saves less. Fewer lose quality, more lose time.
 */
const PRUNE_BITS = 10;
/** States that are worse than the best by this many bits are dropped: no later step can make up for it. */
const DROP_BITS = 20;
/** States that reach across bands left out; the cheapest are kept. */
const MAX_CARRIED = 6;
const MAX_STATES = NUM_CANDIDATES + MAX_CARRIED + 4;
/** Results are remembered for this many scale factors of a band; a power of two above the candidates' spread. */
const CACHE_SIZE = 64;
/** A scale factor no path has: before the first coded band. */
const NO_SCALE_FACTOR = -1000;
/** Bits for what the search does not see: a share of the section headers for each band that is coded. */
const SECTION_SHARE = 0.8;

/** log2(2 ln 2). */
const LOG2_2LN2 = 0.4712;

/** One channel's lines and weights, and what the search remembers of them. */
export class ChannelSearch {
  /** Lines in transmission order; 32768 is full scale. */
  readonly spectrum = new Float64Array(FRAME_LENGTH);
  /** Magnitudes of `spectrum` to the power 3/4. */
  readonly power34 = new Float64Array(FRAME_LENGTH);
  /** Band => weight of the squared error of its lines. */
  readonly weight = new Float64Array(MAX_BANDS);
  /** Band => weighted energy: the noise if the band is left out. */
  readonly silentNoise = new Float64Array(MAX_BANDS);
  /** Band => sum of square roots of magnitudes, for the prediction of noise. */
  readonly rootSum = new Float64Array(MAX_BANDS);
  /** Band => largest of `power34`. */
  readonly largest34 = new Float64Array(MAX_BANDS);
  /** Band => smallest scale factor that can be coded. */
  readonly smallest = new Uint8Array(MAX_BANDS);
  /** Band and scale factor => weighted noise and bits, valid if the stamp is this frame's. */
  readonly cachedNoise = new Float64Array(MAX_BANDS * CACHE_SIZE);
  readonly cachedBits = new Int32Array(MAX_BANDS * CACHE_SIZE);
  readonly cacheStamp = new Int32Array(MAX_BANDS * CACHE_SIZE);
  stamp = 0;
}

/** Scratch of the search, shared by all channels. */
export class TrellisScratch {
  readonly trial = new Int32Array(FRAME_LENGTH);
  readonly largest = new Int32Array(1);
  readonly sf = new Int16Array(2 * MAX_STATES);
  readonly cost = new Float64Array(2 * MAX_STATES);
  readonly node = new Int32Array(2 * MAX_STATES);
  readonly nextSf = new Int16Array(2 * MAX_STATES);
  readonly nextCost = new Float64Array(2 * MAX_STATES);
  readonly nextNode = new Int32Array(2 * MAX_STATES);
  /** Difference of scale factors + 60 => lambda times its bits. */
  readonly deltaCost = new Float64Array(2 * MAX_SCALE_FACTOR_DELTA + 1);
  readonly candidateSf = new Int16Array(NUM_CANDIDATES);
  readonly candidateCost = new Float64Array(NUM_CANDIDATES);
  /** All nodes of the paths: their scale factor and the node before. */
  readonly nodeSf = new Int16Array(MAX_BANDS * NUM_CANDIDATES + 1);
  readonly nodeBand = new Uint8Array(MAX_BANDS * NUM_CANDIDATES + 1);
  readonly nodeBefore = new Int32Array(MAX_BANDS * NUM_CANDIDATES + 1);
}

/** Prepares a frame: sums over each band. `search.spectrum` and `search.weight` are set. */
export function prepareSearch(search: ChannelSearch, stream: ChannelStream, tuning: Tuning): void {
  const { spectrum, power34 } = search;
  search.stamp = (search.stamp + 256) & 0x3fffffff;
  for (let band = 0; band < stream.numBands; band++) {
    let energy = 0;
    let rootSum = 0;
    let largest = 0;
    const end = stream.bandOffset[band + 1];
    for (let i = stream.bandOffset[band]; i < end; i++) {
      const x = spectrum[i];
      const magnitude = x < 0 ? -x : x;
      const root = Math.sqrt(magnitude);
      const power = Math.sqrt(magnitude * root);
      energy += x * x;
      rootSum += root;
      power34[i] = power;
      if (power > largest) largest = power;
    }
    search.silentNoise[band] = energy * search.weight[band] * tuning.silencePenalty;
    search.rootSum[band] = rootSum;
    search.largest34[band] = largest;
    search.smallest[band] = smallestScaleFactor(largest);
  }
}

/**
 * Chooses for each band a scale factor or silence, for noise that is worth `lambda` a bit. Sets `stream.scaleFactor`,
 * `stream.quantized`, and `stream.codebook` to 0 or 1 (silent or not). Returns the weighted noise.
 */
export function chooseScaleFactors(
  search: ChannelSearch,
  stream: ChannelStream,
  lambda: number,
  tuning: Tuning,
  scratch: TrellisScratch,
): number {
  let { sf, cost, node } = scratch;
  let { nextSf, nextCost, nextNode } = scratch;
  const { nodeSf, nodeBefore, nodeBand, deltaCost } = scratch;
  for (let i = 0; i < deltaCost.length; i++) deltaCost[i] = lambda * SCALE_FACTOR_LENGTHS[i];
  let numStates = 1;
  sf[0] = NO_SCALE_FACTOR;
  cost[0] = 0;
  node[0] = -1;
  let numNodes = 0;
  const targetNoise = fastLog2(lambda) - LOG2_2LN2;
  for (let band = 0; band < stream.numBands; band++) {
    const width = stream.bandOffset[band + 1] - stream.bandOffset[band];
    const silent = search.silentNoise[band];
    let count = 0;
    // Silence: every state goes on.
    for (let s = 0; s < numStates; s++) {
      nextSf[count] = sf[s];
      nextCost[count] = cost[s] + silent;
      nextNode[count] = node[s];
      count++;
    }
    // A band whose energy is worth less than the bits of any code for it is left out without trying.
    if (silent > 2 * lambda) {
      const center = predictScaleFactor(search, band, width, targetNoise);
      const numCandidates = collectCandidates(
        search,
        stream,
        band,
        center,
        lambda,
        tuning,
        scratch,
      );
      if (count > MAX_CARRIED + 4) count = keepCheapest(nextSf, nextCost, nextNode, count);
      for (let c = 0; c < numCandidates; c++) {
        const candidate = scratch.candidateSf[c];
        let best = Number.POSITIVE_INFINITY;
        let bestNode = -1;
        for (let s = 0; s < numStates; s++) {
          let index = candidate - sf[s] + MAX_SCALE_FACTOR_DELTA;
          if (index < 0 || index > 2 * MAX_SCALE_FACTOR_DELTA) {
            if (sf[s] !== NO_SCALE_FACTOR) continue;
            index = MAX_SCALE_FACTOR_DELTA;
          }
          const total = cost[s] + deltaCost[index];
          if (total < best) {
            best = total;
            bestNode = node[s];
          }
        }
        if (best === Number.POSITIVE_INFINITY) continue;
        nodeSf[numNodes] = candidate;
        nodeBand[numNodes] = band;
        nodeBefore[numNodes] = bestNode;
        nextSf[count] = candidate;
        nextCost[count] = best + scratch.candidateCost[c];
        nextNode[count] = numNodes;
        numNodes++;
        count++;
      }
    }
    numStates = dropExpensive(nextSf, nextCost, nextNode, count, lambda * DROP_BITS);
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
  return applyPath(search, stream, node[best], tuning, scratch);
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
    const at = evaluate(search, stream, band, sf, tuning, scratch);
    const bits = search.cachedBits[at];
    if (bits === 0) break;
    const cost = search.cachedNoise[at] + lambda * (bits + SECTION_SHARE);
    if (cost > least + margin) break;
    if (cost < least) least = cost;
    candidateSf[count] = sf;
    candidateCost[count++] = cost;
  }
  for (let sf = start - 1; sf >= lowest; sf--) {
    const at = evaluate(search, stream, band, sf, tuning, scratch);
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

/** Keeps those of `count` states that are within `margin` of the cheapest, in their order. Returns their number. */
function dropExpensive(
  sf: Int16Array,
  cost: Float64Array,
  node: Int32Array,
  count: number,
  margin: number,
): number {
  let limit = cost[0];
  for (let s = 1; s < count; s++) if (cost[s] < limit) limit = cost[s];
  limit += margin;
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

/**
 * The scale factor whose noise should be optimal. At high resolution a bit more for a line quarters its noise, so the best
 * noise of each line is lambda / (2 ln 2) over its weight. The quantizer's local step is 4/3·step^(3/4)·|x|^(1/4), its
 * noise a twelfth of that squared: a band has 4/27·step^(3/2)·sum(sqrt|x|).
 * @param targetNoise log2 of the weighted noise of one line
 */
function predictScaleFactor(
  search: ChannelSearch,
  band: number,
  width: number,
  targetNoise: number,
): number {
  const log =
    targetNoise +
    fastLog2(width * 6.75) -
    fastLog2(search.weight[band] * (search.rootSum[band] + 1e-9));
  // log2(step) = 2/3 log, sf = 100 + 4·log2(step).
  const sf = Math.round(100 + (8 / 3) * log);
  return sf < 0 ? 0 : sf > 255 ? 255 : sf;
}

/** Bits that a difference of scale factors takes on average. */
const SCALE_FACTOR_BITS = 3;

/** What `band` costs as it was chosen: weighted noise + lambda · bits. */
export function costOfBand(
  search: ChannelSearch,
  stream: ChannelStream,
  band: number,
  lambda: number,
): number {
  if (stream.codebook[band] === 0) return search.silentNoise[band];
  const at = band * CACHE_SIZE + (stream.scaleFactor[band] & (CACHE_SIZE - 1));
  return search.cachedNoise[at] + lambda * (search.cachedBits[at] + SCALE_FACTOR_BITS);
}

/** Weighted noise and bits of `band` with scale factor `sf`: the position in the cache where they are. */
function evaluate(
  search: ChannelSearch,
  stream: ChannelStream,
  band: number,
  sf: number,
  tuning: Tuning,
  scratch: TrellisScratch,
): number {
  const { trial, largest } = scratch;
  const at = band * CACHE_SIZE + (sf & (CACHE_SIZE - 1));
  const stamp = search.stamp + sf;
  if (search.cacheStamp[at] === stamp) return at;
  search.cacheStamp[at] = stamp;
  if (search.largest34[band] * INVERSE_STEP_34[sf] < 1 - tuning.roundingFirst) {
    search.cachedBits[at] = 0;
    search.cachedNoise[at] = search.silentNoise[band];
    return at;
  }
  const start = stream.bandOffset[band];
  const width = stream.bandOffset[band + 1] - start;
  const error = quantizeBand(
    search.spectrum,
    search.power34,
    start,
    width,
    sf,
    tuning.roundingFirst,
    tuning.roundingRest,
    trial,
    largest,
  );
  search.cachedNoise[at] = error * search.weight[band];
  search.cachedBits[at] = cheapestBits(trial, start, width, largest[0]);
  return at;
}

/** Quantizes along the path that ends at `node`; bands that it does not touch are silent. Returns the weighted noise. */
function applyPath(
  search: ChannelSearch,
  stream: ChannelStream,
  node: number,
  tuning: Tuning,
  scratch: TrellisScratch,
): number {
  let noise = 0;
  for (let band = stream.numBands - 1; band >= 0; band--) {
    const start = stream.bandOffset[band];
    const end = stream.bandOffset[band + 1];
    if (node >= 0 && scratch.nodeBand[node] === band) {
      const sf = scratch.nodeSf[node];
      stream.scaleFactor[band] = sf;
      stream.codebook[band] = 1;
      noise +=
        search.weight[band] *
        quantizeBand(
          search.spectrum,
          search.power34,
          start,
          end - start,
          sf,
          tuning.roundingFirst,
          tuning.roundingRest,
          stream.quantized,
          scratch.largest,
        );
      node = scratch.nodeBefore[node];
    } else {
      stream.codebook[band] = 0;
      stream.scaleFactor[band] = 0;
      stream.quantized.fill(0, start, end);
      noise += search.silentNoise[band];
    }
  }
  return noise;
}
