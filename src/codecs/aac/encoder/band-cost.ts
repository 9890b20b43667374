/**
 * The bands of a frame as the search of scale factors sees them: energy, weight, the scale factor that a formula predicts,
 * and their cost as they were chosen. Quantizing, its noise and its bits are kernels (kernels/contract.ts).
 */
import { fastLog2 } from '../../../dsp/logarithm.ts';
import { CACHE_SIZE } from '../kernels/contract.ts';
import type { ChannelMemory, SearchMemory } from '../kernels/search-memory.ts';
import { type ChannelStream, MAX_BANDS } from '../standard/channel-stream.ts';
import { ESC_HCB } from '../standard/spectrum-coding.ts';
import { smallestScaleFactor } from './quantizer.ts';
import type { Tuning } from './tuning.ts';

/** Bits that a difference of scale factors takes on average. */
const SCALE_FACTOR_BITS = 3;
/** log2(2 ln 2). */
const LOG2_2LN2 = 0.4712;

/** One channel's lines and weights, and what the search remembers of them. */
export class ChannelSearch {
  /** The memory that kernels work on, and the channel's part of it. */
  readonly shared: SearchMemory;
  readonly memory: ChannelMemory;
  /** Lines in transmission order; 32768 is full scale. */
  readonly spectrum: Float64Array;
  /** Band => weight of the squared error of its lines. */
  readonly weight = new Float64Array(MAX_BANDS);
  /** Band => weighted energy: the noise if the band is left out. */
  readonly silentNoise = new Float64Array(MAX_BANDS);
  /** Band => the part of `predictScaleFactor` that does not depend on the rate. */
  readonly predicted = new Float64Array(MAX_BANDS);
  /** Band => smallest scale factor that can be coded. */
  readonly smallest = new Uint8Array(MAX_BANDS);

  constructor(shared: SearchMemory) {
    this.shared = shared;
    this.memory = shared.channel();
    this.spectrum = this.memory.spectrum;
  }
}

/** Prepares a frame: sums over each band. `search.spectrum` and `search.weight` are set. */
export function prepareSearch(search: ChannelSearch, stream: ChannelStream, tuning: Tuning): void {
  const { memory, weight, silentNoise, predicted, smallest } = search;
  const { kernels } = search.shared;
  const { bandOffset, numBands } = stream;
  const { position, energy, rootSum, largest34 } = memory;
  for (let band = 0; band < numBands; band++) {
    const start = bandOffset[band];
    const count = bandOffset[band + 1] - start;
    const bandWeight = weight[band];
    kernels.prepareBand(position, band, start, count);
    memory.weight[band] = bandWeight;
    silentNoise[band] = energy[band] * bandWeight * tuning.silencePenalty;
    predicted[band] = fastLog2((count * 6.75) / (bandWeight * (rootSum[band] + 1e-9)));
    smallest[band] = smallestScaleFactor(largest34[band]);
  }
}

/**
 * The scale factor whose noise should be optimal. At high resolution a bit more for a line quarters its noise, so the best
 * noise of each line is lambda / (2 ln 2) over its weight. The quantizer's local step is 4/3·step^(3/4)·|x|^(1/4), its
 * noise a twelfth of that squared: a band has 4/27·step^(3/2)·sum(sqrt|x|).
 * @param log2Lambda log2 of what a bit is worth
 */
export function predictScaleFactor(
  search: ChannelSearch,
  band: number,
  log2Lambda: number,
): number {
  // log2(step) = 2/3 log, sf = 100 + 4·log2(step).
  const sf = Math.round(100 + (8 / 3) * (log2Lambda - LOG2_2LN2 + search.predicted[band]));
  return sf < 0 ? 0 : sf > 255 ? 255 : sf;
}

/**
 * About how many bits the lines of a channel take with the weighted noise `noise` each: log2(1 + signal/noise)/2 a line, from the
 * energies of the bands. After `prepareSearch`.
 */
export function estimateSpectrumBits(
  search: ChannelSearch,
  stream: ChannelStream,
  noise: number,
): number {
  let bits = 0;
  for (let band = 0; band < stream.numBands; band++) {
    const width = stream.bandOffset[band + 1] - stream.bandOffset[band];
    bits += width * fastLog2(1 + search.silentNoise[band] / (width * noise));
  }
  return 0.5 * bits;
}

/** What `band` costs as it was chosen: weighted noise + lambda · bits. */
export function costOfBand(
  search: ChannelSearch,
  stream: ChannelStream,
  band: number,
  lambda: number,
): number {
  const book = stream.codebook[band];
  if (book === 0) return search.silentNoise[band];
  // The right channel's part of intensity stereo: nothing but a position.
  if (book > ESC_HCB) return search.silentNoise[band] + lambda * SCALE_FACTOR_BITS;
  const at = band * CACHE_SIZE + (stream.scaleFactor[band] & (CACHE_SIZE - 1));
  const { cachedNoise, cachedBits } = search.memory;
  return cachedNoise[at] + lambda * (cachedBits[at] + SCALE_FACTOR_BITS);
}
