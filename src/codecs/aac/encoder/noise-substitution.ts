/**
 * Perceptual noise substitution (AAC clause 4.6.13 fixes what the decoder does): a band that sounds like noise is sent as
 * its energy alone, and the decoder fills it with noise of its own.
 *
 * Choice: whether that is better is asked like everything else here, by weighted noise + lambda · bits. The ear does not
 * compare waveforms of noise but magnitudes. Against lines of magnitude |x| the substitute has the mean error
 *
 *     E · (1 + g² - 2 g c),   c² = (π/4) · flatness,   flatness = (mean |X|)² / mean |X|²
 *
 * with E the band's energy, g its gain: 0.43 E for Gaussian noise, much more for tones, where a silent band has E, and one
 * of which only the largest lines survive not much less. So substitution wins where few bits are left for a band; it
 * also keeps holes from opening and closing in the spectrum, which are heard as warbling.
 */
import { clip3 } from '../../../base/math.ts';
import { fastLog2 } from '../../../dsp/logarithm.ts';
import {
  type ChannelStream,
  MAX_BANDS,
  MAX_SCALE_FACTOR_DELTA,
} from '../standard/channel-stream.ts';
import { NOISE_HCB } from '../standard/spectrum-coding.ts';

import { type ChannelSearch, costOfBand } from './band-cost.ts';
import { NoiseLevels } from './noise-levels.ts';
import type { Tuning } from './tuning.ts';

/** Bits of a difference of noise energies, on average. */
const ENERGY_BITS = 3;
/** Bits of the section headers that one more run of noise bands costs. */
const RUN_BITS = 14;
/** Flatness of MDCT lines of Gaussian noise is 2/π, that of magnitudes of a Fourier transform π/4. */
const FLATNESS_TO_C2 = (Math.PI / 4) * (Math.PI / 4 / (2 / Math.PI));
/** The largest c² that is believed: a few lines may be flatter than noise ever is on average. */
const LARGEST_C2 = 0.65;

/** The bands of one channel's frame that may be substituted. */
export class NoiseCandidates {
  /** Band => noise_nrg of a substitute with the band's energy; valid if `error` is finite. */
  readonly level = new Int16Array(MAX_BANDS);
  /** Band => weighted error of the substitute; infinite if the band may not be substituted. */
  readonly error = new Float64Array(MAX_BANDS);
  /** Band => what it costs to leave out lines that are not coded in any case. */
  readonly missing = new Float64Array(MAX_BANDS);
  /** Band => gain in cost of substituting it, in the first channel of an element; `substituteNoise` fills it. */
  readonly gains = new Float64Array(MAX_BANDS);
  /** The energies that are sent. */
  readonly levels = new NoiseLevels();
}

/**
 * Looks at the bands of a frame, before middle and side.
 * @param search `spectrum` and `weight` of the channel itself
 * @param firstSfb scale factor bands below are never substituted
 * @param endSfb scale factor bands from here on are substituted or empty
 */
export function prepareNoise(
  search: ChannelSearch,
  stream: ChannelStream,
  firstSfb: number,
  endSfb: number,
  tuning: Tuning,
  candidates: NoiseCandidates,
): void {
  const { spectrum, weight } = search;
  const gain = tuning.noiseGain;
  const { max_sfb, windowGroupLength } = stream.info;
  for (let band = 0; band < stream.numBands; band++) {
    const start = stream.bandOffset[band];
    const end = stream.bandOffset[band + 1];
    candidates.error[band] = Number.POSITIVE_INFINITY;
    candidates.missing[band] = 0;
    if (band % max_sfb < firstSfb) continue;
    let energy = 0;
    let sum = 0;
    for (let i = start; i < end; i++) {
      const x = spectrum[i];
      energy += x * x;
      sum += Math.abs(x);
    }
    if (energy < 1) continue;
    const flatness = (sum * sum) / ((end - start) * energy);
    const c = Math.sqrt(Math.min(LARGEST_C2, FLATNESS_TO_C2 * flatness));
    candidates.error[band] =
      tuning.noisePenalty * weight[band] * energy * (1 + gain * gain - 2 * gain * c);
    if (band >= endSfb) candidates.missing[band] = tuning.missingPenalty * weight[band] * energy;
    // Each window of a group gets the energy that is sent.
    const windows = windowGroupLength[Math.floor(band / max_sfb)];
    const level = 2 * fastLog2((energy * gain * gain) / windows);
    candidates.level[band] = Math.round(level);
    candidates.levels.measured[band] = level;
    candidates.levels.worth[band] = tuning.noiseLevelPenalty * weight[band] * energy;
  }
}

/** A channel as the substitution needs it. */
export interface NoiseChannel {
  readonly search: ChannelSearch;
  readonly stream: ChannelStream;
  readonly noise: NoiseCandidates;
}

/**
 * Substitutes bands of all channels of an element where that lowers noise + lambda · bits: a band in all of them or none.
 * Middle and side do not concern such a band: it has the energies of left and right, and `ms_used` only says whether both
 * get the same noise (clause 4.6.13.3). To be called when scale factors are chosen and codebooks are not.
 */
export function substituteNoise(channels: readonly NoiseChannel[], lambda: number): void {
  const { numBands } = channels[0].stream;
  const { gains } = channels[0].noise;
  for (let band = 0; band < numBands; band++) {
    let gain = 0;
    for (let c = 0; c < channels.length; c++) {
      const channel = channels[c];
      gain += costOfBand(channel.search, channel.stream, band, lambda);
      gain += channel.noise.missing[band];
      gain -= channel.noise.error[band] + lambda * ENERGY_BITS;
    }
    gains[band] = gain;
  }
  const runCost = lambda * RUN_BITS * channels.length;
  for (let band = 0; band < numBands; ) {
    if (!(gains[band] > 0)) {
      band++;
      continue;
    }
    let end = band;
    let total = 0;
    while (end < numBands && gains[end] > 0) total += gains[end++];
    if (total > runCost) {
      for (let c = 0; c < channels.length; c++) substituteRun(channels[c], band, end);
    }
    band = end;
  }
  for (let c = 0; c < channels.length; c++) {
    channels[c].noise.levels.choose(channels[c].stream, lambda);
  }
}

/** Turns the bands `first` to `end` - 1 of one channel to noise. */
function substituteRun(channel: NoiseChannel, first: number, end: number): void {
  const { noise } = channel;
  const { bandOffset, codebook, scaleFactor, quantized } = channel.stream;
  let before = first - 1;
  while (before >= 0 && codebook[before] !== NOISE_HCB) before--;
  for (let band = first; band < end; band++) {
    let level = noise.level[band];
    if (before >= 0) {
      const last = scaleFactor[before];
      level = clip3(last - MAX_SCALE_FACTOR_DELTA, last + MAX_SCALE_FACTOR_DELTA, level);
    }
    codebook[band] = NOISE_HCB;
    scaleFactor[band] = level;
    before = band;
  }
  quantized.fill(0, bandOffset[first], bandOffset[end]);
}
