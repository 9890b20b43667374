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
import type { SearchMemory } from '../kernels/search-memory.ts';
import {
  type ChannelStream,
  MAX_BANDS,
  MAX_SCALE_FACTOR_DELTA,
} from '../standard/channel-stream.ts';
import { SCALE_FACTOR_LENGTHS } from '../standard/huffman-tables.ts';
import { type ChannelSearch, predictScaleFactor } from './band-cost.ts';

/**
 * Scale factors tried around the one that a formula predicts: at most this many below and above. The formula holds at high
 * resolution; where most lines are 0 or 1, the best is up to 18 dB above it.
 */
const CANDIDATES_BELOW = 4;
const CANDIDATES_ABOVE = 12;
const NUM_CANDIDATES = CANDIDATES_BELOW + CANDIDATES_ABOVE + 1;
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

/** Where paths are after a band: state => its scale factor, the least cost of a path to it, and that path's last node. */
class States {
  count = 0;
  readonly sf = new Int16Array(MAX_STATES);
  readonly cost = new Float64Array(MAX_STATES);
  readonly node = new Int32Array(MAX_STATES);
}

/** Scratch of the search, shared by all channels. */
export class TrellisScratch {
  /** The states before a band and after it; they change places from band to band. */
  readonly states = [new States(), new States()] as const;
  /** Least cost of the states before a band; within it, of those found so far. */
  least = 0;
  /** Difference of scale factors + `DELTA_ORIGIN` => lambda times its bits; infinite if it cannot be sent. */
  readonly deltaCost = new Float64Array(NUM_DELTAS).fill(Number.POSITIVE_INFINITY);
  /** The lambda that `deltaCost` holds. */
  lambda = -1;
  /** How many scale factors may be chosen for the band. */
  numCandidates = 0;
  /** All nodes of the paths: their scale factor and the node before. */
  numNodes = 0;
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
  scratch: TrellisScratch,
): void {
  if (scratch.lambda !== lambda) setLambda(scratch, lambda);
  search.shared.setLambda(lambda, lambda * PRUNE_BITS, SECTION_SHARE);
  const log2Lambda = fastLog2(lambda);
  let [before, after] = scratch.states;
  before.count = 1;
  before.sf[0] = NO_SCALE_FACTOR;
  before.cost[0] = 0;
  before.node[0] = -1;
  scratch.least = 0;
  scratch.numNodes = 0;
  for (let band = 0; band < stream.numBands; band++) {
    const silent = search.silentNoise[band];
    const leastSilent = scratch.least + silent;
    // A band whose energy is worth less than the bits of any code for it is left out without trying.
    if (silent <= 2 * lambda) {
      for (let s = 0; s < before.count; s++) before.cost[s] += silent;
      scratch.least = leastSilent;
      continue;
    }
    const center = predictScaleFactor(search, band, log2Lambda);
    collectCandidates(search, stream, band, center, scratch);
    scratch.least = leastSilent;
    extendPaths(search.shared, scratch, before, after, band);
    if (leastSilent <= scratch.least + lambda * DROP_BITS) {
      carryStates(before, after, silent, scratch.least + lambda * DROP_BITS);
    }
    [before, after] = [after, before];
  }
  const { cost } = before;
  let best = 0;
  for (let s = 1; s < before.count; s++) if (cost[s] < cost[best]) best = s;
  applyPath(search, stream, before.node[best], scratch);
}

/** Makes states of the candidates of `band`, each at the end of its best path; lowers `scratch.least` to the best of all. */
function extendPaths(
  { candidateSf, candidateCost }: SearchMemory,
  scratch: TrellisScratch,
  before: States,
  after: States,
  band: number,
): void {
  const { numCandidates, deltaCost, nodeSf, nodeBand } = scratch;
  const { count: numStates, sf, cost } = before;
  const margin = scratch.lambda * DROP_BITS;
  let { least, numNodes } = scratch;
  let count = 0;
  for (let c = 0; c < numCandidates; c++) {
    const candidate = candidateSf[c];
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
    best += candidateCost[c];
    if (best > least + margin) continue;
    if (best < least) least = best;
    nodeSf[numNodes] = candidate;
    nodeBand[numNodes] = band;
    scratch.nodeBefore[numNodes] = before.node[bestState];
    after.sf[count] = candidate;
    after.cost[count] = best;
    after.node[count++] = numNodes++;
  }
  after.count = count;
  scratch.least = least;
  scratch.numNodes = numNodes;
  dropExpensive(after, least + margin);
}

/** The states that go on where a band is silent, the cheapest if there are many, as far as they cost at most `limit`. */
function carryStates(before: States, after: States, silent: number, limit: number): void {
  if (before.count > MAX_CARRIED) keepCheapest(before);
  const { count: numStates, sf, cost, node } = before;
  let { count } = after;
  for (let s = 0; s < numStates; s++) {
    const total = cost[s] + silent;
    if (total > limit) continue;
    after.sf[count] = sf[s];
    after.cost[count] = total;
    after.node[count++] = node[s];
  }
  after.count = count;
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

/** Has the kernel try scale factors from `center` on; the candidates are in the memory of `search` then. */
function collectCandidates(
  search: ChannelSearch,
  stream: ChannelStream,
  band: number,
  center: number,
  scratch: TrellisScratch,
): void {
  const smallest = search.smallest[band];
  const start = center < smallest ? smallest : center;
  const first = stream.bandOffset[band];
  scratch.numCandidates = search.shared.kernels.tryScaleFactors(
    search.memory.position,
    band,
    first,
    stream.bandOffset[band + 1] - first,
    start,
    Math.min(255, start + CANDIDATES_ABOVE),
    Math.max(smallest, start - CANDIDATES_BELOW),
  );
}

/** Keeps the states that cost at most `limit`, in their order. */
function dropExpensive(states: States, limit: number): void {
  const { count, sf, cost, node } = states;
  let kept = 0;
  for (let s = 0; s < count; s++) {
    if (cost[s] > limit) continue;
    sf[kept] = sf[s];
    cost[kept] = cost[s];
    node[kept++] = node[s];
  }
  states.count = kept;
}

/** Keeps the `MAX_CARRIED` cheapest states, in any order. */
function keepCheapest(states: States): void {
  const { count, sf, cost, node } = states;
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
  states.count = MAX_CARRIED;
}

/** Quantizes along the path that ends at `node`; bands that it does not touch are silent. */
function applyPath(
  search: ChannelSearch,
  stream: ChannelStream,
  node: number,
  scratch: TrellisScratch,
): void {
  const { kernels } = search.shared;
  for (let band = stream.numBands - 1; band >= 0; band--) {
    const start = stream.bandOffset[band];
    const end = stream.bandOffset[band + 1];
    if (node >= 0 && scratch.nodeBand[node] === band) {
      const sf = scratch.nodeSf[node];
      stream.scaleFactor[band] = sf;
      stream.codebook[band] = 1;
      kernels.quantizeBand(search.memory.position, start, end - start, sf);
      node = scratch.nodeBefore[node];
    } else {
      stream.codebook[band] = 0;
      stream.scaleFactor[band] = 0;
      stream.quantized.fill(0, start, end);
    }
  }
}
