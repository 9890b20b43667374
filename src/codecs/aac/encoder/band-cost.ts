/**
 * What a band costs with a scale factor: its weighted noise and its bits. The search of scale factors asks this some 600
 * times a channel and frame, so it is most of the encoder's time, and arranged for speed:
 *
 *   - lines are magnitudes; their signs change no noise, and hardly a bit;
 *   - the largest value is known before a line is quantized, and with it the codebooks, so that quantizing, noise and bits
 *     are one pass without a store;
 *   - no branch depends on a line;
 *   - no fraction is an argument: a call that is not inlined would put it on the heap.
 *
 * Quantizing again with signs, along the path that was chosen, gives the same values (`quantizeBand`).
 */
import { fastLog2 } from '../../../dsp/logarithm.ts';
import { type ChannelStream, MAX_BANDS } from '../standard/channel-stream.ts';
import {
  ESC_HCB,
  ESCAPE_LENGTHS,
  lowestBook,
  MAGNITUDE_LENGTHS,
} from '../standard/spectrum-coding.ts';
import { FRAME_LENGTH } from '../standard/window-sequence.ts';
import {
  INVERSE_STEP_34,
  POWER_43,
  roundMagnitude,
  STEP,
  smallestScaleFactor,
} from './quantizer.ts';
import type { Tuning } from './tuning.ts';

/** Results are remembered for this many scale factors of a band; a power of two above the candidates' spread. */
const CACHE_SIZE = 32;
/** Bits that a difference of scale factors takes on average. */
const SCALE_FACTOR_BITS = 3;
/** log2(2 ln 2). */
const LOG2_2LN2 = 0.4712;

/** One channel's lines and weights, and what the search remembers of them. */
export class ChannelSearch {
  /** Lines in transmission order; 32768 is full scale. */
  readonly spectrum = new Float64Array(FRAME_LENGTH);
  /** Magnitudes of `spectrum`. */
  readonly magnitude = new Float64Array(FRAME_LENGTH);
  /** Magnitudes of `spectrum` to the power 3/4. */
  readonly power34 = new Float64Array(FRAME_LENGTH);
  /** Band => weight of the squared error of its lines. */
  readonly weight = new Float64Array(MAX_BANDS);
  /** Band => weighted energy: the noise if the band is left out. */
  readonly silentNoise = new Float64Array(MAX_BANDS);
  /** Band => the part of `predictScaleFactor` that does not depend on the rate. */
  readonly predicted = new Float64Array(MAX_BANDS);
  /** Band => largest of `power34`. */
  readonly largest34 = new Float64Array(MAX_BANDS);
  /** Band => smallest scale factor that can be coded. */
  readonly smallest = new Uint8Array(MAX_BANDS);
  /** Band and scale factor => weighted noise and bits, valid if the stamp is this frame's. */
  readonly cachedNoise = new Float64Array(MAX_BANDS * CACHE_SIZE);
  readonly cachedBits = new Int32Array(MAX_BANDS * CACHE_SIZE);
  readonly cacheStamp = new Int32Array(MAX_BANDS * CACHE_SIZE);
  stamp = 0;
  /** Squared error of the band that was measured last. */
  readonly squaredError = new Float64Array(1);
}

/** Prepares a frame: sums over each band. `search.spectrum` and `search.weight` are set. */
export function prepareSearch(search: ChannelSearch, stream: ChannelStream, tuning: Tuning): void {
  const { spectrum, magnitude, power34 } = search;
  search.stamp = (search.stamp + 256) & 0x3fffffff;
  for (let band = 0; band < stream.numBands; band++) {
    let energy = 0;
    let rootSum = 0;
    let largest = 0;
    const start = stream.bandOffset[band];
    const end = stream.bandOffset[band + 1];
    for (let i = start; i < end; i++) {
      const x = Math.abs(spectrum[i]);
      const root = Math.sqrt(x);
      const power = Math.sqrt(x * root);
      energy += x * x;
      rootSum += root;
      magnitude[i] = x;
      power34[i] = power;
      if (power > largest) largest = power;
    }
    const weight = search.weight[band];
    search.silentNoise[band] = energy * weight * tuning.silencePenalty;
    search.predicted[band] = fastLog2(((end - start) * 6.75) / (weight * (rootSum + 1e-9)));
    search.largest34[band] = largest;
    search.smallest[band] = smallestScaleFactor(largest);
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
  return search.cachedNoise[at] + lambda * (search.cachedBits[at] + SCALE_FACTOR_BITS);
}

/**
 * Weighted noise and bits of `band` with scale factor `sf`: the position of both in the cache. Bits are those of the
 * cheaper book of the lowest pair that can code the band, 0 if all of it becomes zero.
 */
export function measureBand(
  search: ChannelSearch,
  stream: ChannelStream,
  band: number,
  sf: number,
  tuning: Tuning,
): number {
  const at = band * CACHE_SIZE + (sf & (CACHE_SIZE - 1));
  const stamp = search.stamp + sf;
  if (search.cacheStamp[at] === stamp) return at;
  search.cacheStamp[at] = stamp;
  const largest = search.largest34[band] * INVERSE_STEP_34[sf];
  if (largest < 1 - tuning.roundingFirst) {
    search.cachedBits[at] = 0;
    search.cachedNoise[at] = search.silentNoise[band];
    return at;
  }
  const start = stream.bandOffset[band];
  const end = stream.bandOffset[band + 1];
  const book = largest < 1.5 ? 1 : lowestBook((largest + tuning.roundingRest) | 0);
  let bits: number;
  if (book <= 3) {
    bits = measureQuads(search, start, end, sf, tuning, book);
  } else if (book < ESC_HCB) {
    bits = measurePairs(search, start, end, sf, tuning, book);
  } else {
    bits = measureEscapes(search, start, end, sf, tuning);
  }
  // One book of the pair in the low half, the other in the high half.
  const low = bits & 0xffff;
  const high = bits >>> 16;
  search.cachedBits[at] = low < high ? low : high;
  search.cachedNoise[at] = search.squaredError[0] * search.weight[band];
  return at;
}

/** Lines `pos` to `end` - 1 that become 0 to 1 or 2: bits in `book` and the one above, `book` 1 or 3. */
function measureQuads(
  search: ChannelSearch,
  pos: number,
  end: number,
  sf: number,
  tuning: Tuning,
  book: number,
): number {
  const { magnitude, power34 } = search;
  const first = tuning.roundingFirst;
  const rest = tuning.roundingRest;
  const inverse = INVERSE_STEP_34[sf];
  const step = STEP[sf];
  const lengths = MAGNITUDE_LENGTHS[book];
  let error = 0;
  let bits = 0;
  for (let i = pos; i < end; i += 4) {
    const w = roundMagnitude(power34[i] * inverse, first, rest);
    const x = roundMagnitude(power34[i + 1] * inverse, first, rest);
    const y = roundMagnitude(power34[i + 2] * inverse, first, rest);
    const z = roundMagnitude(power34[i + 3] * inverse, first, rest);
    const wError = magnitude[i] - POWER_43[w] * step;
    const xError = magnitude[i + 1] - POWER_43[x] * step;
    const yError = magnitude[i + 2] - POWER_43[y] * step;
    const zError = magnitude[i + 3] - POWER_43[z] * step;
    error += wError * wError + xError * xError + (yError * yError + zError * zError);
    bits += lengths[27 * w + 9 * x + 3 * y + z];
  }
  search.squaredError[0] = error;
  return bits;
}

/** Lines `pos` to `end` - 1 that become 0 to 4, 7 or 12: bits in `book` and the one above, `book` 5, 7 or 9. */
function measurePairs(
  search: ChannelSearch,
  pos: number,
  end: number,
  sf: number,
  tuning: Tuning,
  book: number,
): number {
  const { magnitude, power34 } = search;
  const first = tuning.roundingFirst;
  const rest = tuning.roundingRest;
  const inverse = INVERSE_STEP_34[sf];
  const step = STEP[sf];
  const lengths = MAGNITUDE_LENGTHS[book];
  const modulus = book === 5 ? 5 : book === 7 ? 8 : 13;
  let error = 0;
  let bits = 0;
  for (let i = pos; i < end; i += 4) {
    const w = roundMagnitude(power34[i] * inverse, first, rest);
    const x = roundMagnitude(power34[i + 1] * inverse, first, rest);
    const y = roundMagnitude(power34[i + 2] * inverse, first, rest);
    const z = roundMagnitude(power34[i + 3] * inverse, first, rest);
    const wError = magnitude[i] - POWER_43[w] * step;
    const xError = magnitude[i + 1] - POWER_43[x] * step;
    const yError = magnitude[i + 2] - POWER_43[y] * step;
    const zError = magnitude[i + 3] - POWER_43[z] * step;
    error += wError * wError + xError * xError;
    error += yError * yError + zError * zError;
    bits += lengths[modulus * w + x] + lengths[modulus * y + z];
  }
  search.squaredError[0] = error;
  return bits;
}

/** Lines `pos` to `end` - 1 of which one becomes 13 or more: bits in book 11, in both halves. */
function measureEscapes(
  search: ChannelSearch,
  pos: number,
  end: number,
  sf: number,
  tuning: Tuning,
): number {
  const { magnitude, power34 } = search;
  const first = tuning.roundingFirst;
  const rest = tuning.roundingRest;
  const inverse = INVERSE_STEP_34[sf];
  const step = STEP[sf];
  const lengths = MAGNITUDE_LENGTHS[ESC_HCB];
  let error = 0;
  let bits = 0;
  for (let i = pos; i < end; i += 4) {
    const w = roundMagnitude(power34[i] * inverse, first, rest);
    const x = roundMagnitude(power34[i + 1] * inverse, first, rest);
    const y = roundMagnitude(power34[i + 2] * inverse, first, rest);
    const z = roundMagnitude(power34[i + 3] * inverse, first, rest);
    const wError = magnitude[i] - POWER_43[w] * step;
    const xError = magnitude[i + 1] - POWER_43[x] * step;
    const yError = magnitude[i + 2] - POWER_43[y] * step;
    const zError = magnitude[i + 3] - POWER_43[z] * step;
    error += wError * wError + xError * xError;
    error += yError * yError + zError * zError;
    bits += ESCAPE_LENGTHS[32 - Math.clz32(w)] + ESCAPE_LENGTHS[32 - Math.clz32(x)];
    bits += ESCAPE_LENGTHS[32 - Math.clz32(y)] + ESCAPE_LENGTHS[32 - Math.clz32(z)];
    bits += lengths[17 * Math.min(w, 16) + Math.min(x, 16)];
    bits += lengths[17 * Math.min(y, 16) + Math.min(z, 16)];
  }
  search.squaredError[0] = error;
  return bits | (bits << 16);
}
