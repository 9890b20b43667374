/**
 * Where temporal noise shaping is used (tns-decision.ts finds the filters).
 *
 * Long windows: one filter for the pulses of a voice. Short windows: a filter for each window within which the sound begins
 * or dies away; an attack lies in one window of 5 ms, and without a filter its noise begins up to 5 ms before it. Both
 * channels of a pair have the same filters, so that middle and side stay what they are.
 */
import { fastExp2, fastLog2 } from '../../../dsp/logarithm.ts';
import type { ChannelStream } from '../standard/channel-stream.ts';
import { TNS_MAX_BANDS_LONG, TNS_MAX_BANDS_SHORT } from '../standard/sampling-frequency.ts';
import { SWB_OFFSET_LONG_WINDOW, SWB_OFFSET_SHORT_WINDOW } from '../standard/scalefactor-bands.ts';
import { TNS_MAX_ORDER_LONG, TNS_MAX_ORDER_SHORT } from '../standard/tns.ts';
import { NUM_SHORT_WINDOWS, SHORT_LENGTH } from '../standard/window-sequence.ts';
import type { ChannelSearch } from './band-cost.ts';
import type { EncoderSettings } from './options.ts';
import { TnsAnalysis } from './tns-decision.ts';

/** Below this, a long block resolves single harmonics, and their envelope says nothing of a pulse. */
const LONG_START_HZ = 1300;
/** Below this, short blocks have no more than a few lines, and a filter would follow single partials. */
const SHORT_START_HZ = 1400;
/** Fewer lines than this are not worth a filter. */
const LEAST_LINES = 32;

/** A channel as it is shaped. */
export interface ShapedChannel {
  readonly stream: ChannelStream;
  readonly search: ChannelSearch;
  /** Lines as the filter bank gives them. */
  readonly spectrum: Float64Array;
  /** Weights of the bands of eight short windows. */
  readonly shortWeights: Float64Array;
  /** Prediction gain of the filter of each window of the frame, in the first channel; 0 where none was looked for. */
  readonly filterGains: Float64Array;
}

/** Shapes the noise of one element. */
export class NoiseShaper {
  private readonly settings: EncoderSettings;
  private readonly longBands: Uint16Array;
  private readonly shortBands: Uint16Array;
  /** The bands that a filter covers: from this band to the one that ends with line `longEnd` - 1. */
  private readonly longStartBand: number;
  private readonly longEnd: number;
  private readonly shortStartBand: number;
  private readonly shortEnd: number;
  private readonly tns = new TnsAnalysis();

  /** @param longMaxSfb, shortMaxSfb bands that are coded, in long and in short windows */
  constructor(settings: EncoderSettings, longMaxSfb: number, shortMaxSfb: number) {
    this.settings = settings;
    const { samplingFrequencyIndex: index, sampleRate } = settings;
    this.longBands = SWB_OFFSET_LONG_WINDOW[index];
    this.shortBands = SWB_OFFSET_SHORT_WINDOW[index];
    this.longStartBand = firstBandFrom(this.longBands, LONG_START_HZ, sampleRate);
    this.longEnd = this.longBands[Math.min(TNS_MAX_BANDS_LONG[index], longMaxSfb)];
    this.shortStartBand = firstBandFrom(this.shortBands, SHORT_START_HZ, sampleRate);
    this.shortEnd = this.shortBands[Math.min(TNS_MAX_BANDS_SHORT[index], shortMaxSfb)];
  }

  /** Filters the lines of `search.spectrum` of all channels, and raises their weights, if it pays. */
  shapeLong(channels: readonly ShapedChannel[]): void {
    const { longBands, longStartBand, longEnd, tns } = this;
    const { tuning } = this.settings;
    const start = longBands[longStartBand];
    if (longEnd - start < LEAST_LINES) return;
    tns.start(TNS_MAX_ORDER_LONG);
    for (let c = 0; c < channels.length; c++) {
      const { search } = channels[c];
      tns.add(search.spectrum, 0, search.weight, 0, longBands, longStartBand, longEnd);
    }
    const gain = tns.solve();
    channels[0].filterGains[0] = gain;
    if (gain < tuning.tnsGain) return;
    const factor = fastExp2(tuning.tnsWeight * fastLog2(gain));
    for (let c = 0; c < channels.length; c++) {
      const { search, stream } = channels[c];
      tns.apply(search.spectrum, start, longEnd);
      tns.describe(stream.tns, 0, longBands.length - 1 - longStartBand);
      for (let band = longStartBand; longBands[band] < longEnd; band++) {
        search.weight[band] *= factor;
      }
    }
  }

  /** Filters the lines of those windows of `spectrum` of all channels where it pays, and raises `shortWeights`. */
  shapeShort(channels: readonly ShapedChannel[]): void {
    const { shortBands, shortStartBand, shortEnd, tns } = this;
    const { tuning } = this.settings;
    const start = shortBands[shortStartBand];
    if (shortEnd - start < LEAST_LINES) return;
    const numBands = shortBands.length - 1;
    for (let w = 0; w < NUM_SHORT_WINDOWS; w++) {
      const line = w * SHORT_LENGTH;
      const row = w * numBands;
      tns.start(TNS_MAX_ORDER_SHORT);
      for (let c = 0; c < channels.length; c++) {
        const { spectrum, shortWeights } = channels[c];
        tns.add(spectrum, line, shortWeights, row, shortBands, shortStartBand, shortEnd);
      }
      const gain = tns.solve();
      channels[0].filterGains[w] = gain;
      if (gain < tuning.tnsShortGain) continue;
      const factor = fastExp2(tuning.tnsShortWeight * fastLog2(gain));
      for (let c = 0; c < channels.length; c++) {
        const { spectrum, shortWeights, stream } = channels[c];
        tns.apply(spectrum, line + start, line + shortEnd);
        tns.describe(stream.tns, w, numBands - shortStartBand);
        for (let band = shortStartBand; shortBands[band] < shortEnd; band++) {
          shortWeights[row + band] *= factor;
        }
      }
    }
  }
}

/** The first band that begins at `hertz` or above; `offsets` are of a window whose lines reach half of `sampleRate`. */
function firstBandFrom(offsets: Uint16Array, hertz: number, sampleRate: number): number {
  const lines = offsets[offsets.length - 1];
  let band = 0;
  while (band < offsets.length - 1 && offsets[band] * sampleRate < hertz * 2 * lines) band++;
  return band;
}
