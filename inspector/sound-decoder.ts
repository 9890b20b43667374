/**
 * What a decoder makes of the frames that our encoder has just written, from their values instead of their bits (AAC clauses 4.6.1 to
 * 4.6.13): so that one hears what was lost, in a browser that knows no AAC as well.
 */
import type { ChannelStream } from '../src/codecs/aac/standard/channel-stream.ts';
import {
  TNS_MAX_BANDS_LONG,
  TNS_MAX_BANDS_SHORT,
} from '../src/codecs/aac/standard/sampling-frequency.ts';
import {
  SWB_OFFSET_LONG_WINDOW,
  SWB_OFFSET_SHORT_WINDOW,
} from '../src/codecs/aac/standard/scalefactor-bands.ts';
import {
  INTENSITY_HCB,
  INTENSITY_HCB2,
  NOISE_HCB,
} from '../src/codecs/aac/standard/spectrum-coding.ts';
import { predictionPolynomial, TNS_MAX_ORDER_LONG } from '../src/codecs/aac/standard/tns.ts';
import {
  EIGHT_SHORT_SEQUENCE,
  FRAME_LENGTH,
  longWindow,
  NUM_SHORT_WINDOWS,
  SHORT_LENGTH,
  SHORT_OFFSET,
  shortSlope,
} from '../src/codecs/aac/standard/window-sequence.ts';
import { Mdct } from '../src/dsp/mdct.ts';

/** Scale factor of a step of 1, clause 4.6.2.3.3. */
const SF_OFFSET = 100;
const FULL_SCALE = 32768;

/** What is kept of a channel from frame to frame. */
interface Memory {
  readonly overlap: Float64Array;
  shape: number;
}

/** Decodes one stream. */
export class SoundDecoder {
  private readonly index: number;
  private readonly memories: Memory[];
  private readonly long = new Mdct(FRAME_LENGTH);
  private readonly short = new Mdct(SHORT_LENGTH);
  private readonly block = new Float64Array(2 * FRAME_LENGTH);
  private readonly window = new Float64Array(2 * FRAME_LENGTH);
  private readonly input = new Float64Array(2 * FRAME_LENGTH);
  private readonly folded = new Float64Array(FRAME_LENGTH);
  private random = 1;

  constructor(samplingFrequencyIndex: number, numChannels: number) {
    this.index = samplingFrequencyIndex;
    this.memories = Array.from({ length: numChannels }, () => ({
      overlap: new Float64Array(FRAME_LENGTH),
      shape: 0,
    }));
  }

  /**
   * The 1024 samples of a channel, or of a pair, that a frame completes; full scale is 1.
   * @param channels index of each channel
   * @param isMidSide band => whether it is coded as middle and side
   */
  decode(
    channels: readonly number[],
    streams: readonly ChannelStream[],
    isMidSide: (band: number) => boolean,
  ): Float32Array[] {
    const lines = streams.map((stream) => this.dequantized(stream));
    if (streams.length === 2) joinPair(streams, lines, isMidSide);
    return streams.map((stream, i) => {
      const spectrum = this.laidOut(stream, lines[i]);
      this.unshape(stream, spectrum);
      return this.synthesized(this.memories[channels[i]], stream, spectrum);
    });
  }

  /** Lines in transmission order, clauses 4.6.1.3, 4.6.2.3.3 and 4.6.13.3. */
  private dequantized(stream: ChannelStream): Float64Array {
    const { bandOffset, codebook, scaleFactor, quantized, numBands, info } = stream;
    const out = new Float64Array(FRAME_LENGTH);
    for (let band = 0; band < numBands; band++) {
      const [start, end] = [bandOffset[band], bandOffset[band + 1]];
      const book = codebook[band];
      if (book === NOISE_HCB) {
        const windows = info.windowGroupLength[Math.floor(band / info.max_sfb)];
        const width = (end - start) / windows;
        for (let at = start; at < end; at += width) {
          this.fillNoise(out, at, at + width, scaleFactor[band]);
        }
      } else if (book !== 0 && book < INTENSITY_HCB2) {
        const step = 2 ** ((scaleFactor[band] - SF_OFFSET) / 4);
        for (let i = start; i < end; i++) {
          out[i] = Math.sign(quantized[i]) * Math.abs(quantized[i]) ** (4 / 3) * step;
        }
      }
    }
    return out;
  }

  private fillNoise(out: Float64Array, start: number, end: number, level: number): void {
    let energy = 0;
    for (let i = start; i < end; i++) {
      this.random = (Math.imul(this.random, 1664525) + 1013904223) | 0;
      out[i] = this.random / 2 ** 31;
      energy += out[i] ** 2;
    }
    const gain = 2 ** (level / 4) / Math.sqrt(energy);
    for (let i = start; i < end; i++) out[i] *= gain;
  }

  /** Lines of short windows one window after the other, clause 4.5.2.3.5. */
  private laidOut({ info, bandOffset }: ChannelStream, lines: Float64Array): Float64Array {
    if (info.window_sequence !== EIGHT_SHORT_SEQUENCE) return lines;
    const out = new Float64Array(FRAME_LENGTH);
    const offsets = SWB_OFFSET_SHORT_WINDOW[this.index];
    let window = 0;
    for (let g = 0; g < info.numWindowGroups; g++) {
      for (let sfb = 0; sfb < info.max_sfb; sfb++) {
        let at = bandOffset[g * info.max_sfb + sfb];
        for (let w = window; w < window + info.windowGroupLength[g]; w++) {
          for (let k = offsets[sfb]; k < offsets[sfb + 1]; k++) {
            out[w * SHORT_LENGTH + k] = lines[at++];
          }
        }
      }
      window += info.windowGroupLength[g];
    }
    return out;
  }

  /** The filters of temporal noise shaping, clause 4.6.9.3. */
  private unshape({ tns, info }: ChannelStream, spectrum: Float64Array): void {
    if (!tns.isPresent) return;
    const isShort = info.window_sequence === EIGHT_SHORT_SEQUENCE;
    const offsets = (isShort ? SWB_OFFSET_SHORT_WINDOW : SWB_OFFSET_LONG_WINDOW)[this.index];
    const most = (isShort ? TNS_MAX_BANDS_SHORT : TNS_MAX_BANDS_LONG)[this.index];
    const lpc = new Float64Array(TNS_MAX_ORDER_LONG + 1);
    const line = (band: number): number => offsets[Math.min(band, most, info.max_sfb)];
    for (let w = 0; w < (isShort ? NUM_SHORT_WINDOWS : 1); w++) {
      if (tns.n_filt[w] === 0) continue;
      const top = offsets.length - 1;
      const [start, end] = [line(Math.max(0, top - tns.length[w])), line(top)];
      predictionPolynomial(tns.coef, w * TNS_MAX_ORDER_LONG, tns.order[w], lpc);
      const base = w * SHORT_LENGTH;
      for (let k = base + start; k < base + end; k++) {
        const reach = Math.min(tns.order[w], k - base - start);
        for (let i = 1; i <= reach; i++) spectrum[k] -= lpc[i] * spectrum[k - i];
      }
    }
  }

  /** The filter bank, clause 4.6.11.3: transform, window, overlap. */
  private synthesized(
    memory: Memory,
    { info }: ChannelStream,
    spectrum: Float64Array,
  ): Float32Array {
    const { block, window } = this;
    block.fill(0);
    if (info.window_sequence === EIGHT_SHORT_SEQUENCE) {
      for (let w = 0; w < NUM_SHORT_WINDOWS; w++) {
        const rise = shortSlope(w === 0 ? memory.shape : info.window_shape);
        const fall = shortSlope(info.window_shape);
        const samples = this.inverse(this.short, spectrum, w * SHORT_LENGTH);
        const at = SHORT_OFFSET + w * SHORT_LENGTH;
        for (let n = 0; n < SHORT_LENGTH; n++) {
          block[at + n] += samples[n] * rise[n];
          block[at + SHORT_LENGTH + n] += samples[SHORT_LENGTH + n] * fall[SHORT_LENGTH - 1 - n];
        }
      }
    } else {
      longWindow(info.window_sequence, memory.shape, info.window_shape, window);
      const samples = this.inverse(this.long, spectrum, 0);
      for (let n = 0; n < block.length; n++) block[n] = samples[n] * window[n];
    }
    const out = new Float32Array(FRAME_LENGTH);
    for (let n = 0; n < FRAME_LENGTH; n++) out[n] = (memory.overlap[n] + block[n]) / FULL_SCALE;
    memory.overlap.set(block.subarray(FRAME_LENGTH));
    memory.shape = info.window_shape;
    return out;
  }

  /**
   * The inverse transform by the forward one: a block whose folding is the spectrum itself is transformed to the inverse's quarters,
   * since a DCT of type IV is its own inverse. Valid until the next call.
   */
  private inverse(mdct: Mdct, spectrum: Float64Array, at: number): Float64Array {
    const { input, folded } = this;
    const size = mdct.size;
    const half = size / 2;
    // Quarters a, b, c, d fold to (-c reversed - d, a - b reversed): b and c are zero.
    for (let n = 0; n < half; n++) {
      input[n] = spectrum[at + half + n];
      input[size + half + n] = -spectrum[at + n];
      input[half + n] = 0;
      input[size + n] = 0;
    }
    mdct.forward(input, 0, folded, 0);
    const scale = 1 / (2 * size);
    for (let n = 0; n < half; n++) {
      input[n] = scale * folded[half + n];
      input[size - 1 - n] = -scale * folded[half + n];
      input[size + half - 1 - n] = -scale * folded[n];
      input[size + half + n] = -scale * folded[n];
    }
    return input;
  }
}

/** Middle and side, and intensities, clauses 4.6.8.1.3 and 4.6.8.2.3. */
function joinPair(
  [left, right]: readonly ChannelStream[],
  [l, r]: readonly Float64Array[],
  isMidSide: (band: number) => boolean,
): void {
  for (let band = 0; band < left.numBands; band++) {
    const [start, end] = [left.bandOffset[band], left.bandOffset[band + 1]];
    const book = right.codebook[band];
    if (book === INTENSITY_HCB || book === INTENSITY_HCB2) {
      const gain = (book === INTENSITY_HCB ? 1 : -1) * 2 ** (-right.scaleFactor[band] / 4);
      for (let i = start; i < end; i++) r[i] = gain * l[i];
    } else if (book !== NOISE_HCB && left.codebook[band] !== NOISE_HCB && isMidSide(band)) {
      for (let i = start; i < end; i++) [l[i], r[i]] = [l[i] + r[i], l[i] - r[i]];
    }
  }
}
