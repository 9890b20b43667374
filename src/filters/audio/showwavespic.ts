/**
 * `showwavespic`: all of a sound as one picture of waves. Samples are summed up in cells, of which there are never more than some for each column:
 * when they run out, two and two become one, so that memory does not grow with the sound.
 */
import { AUDIO_PAD, type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import { amplitudeScale } from './amplitude-scale.ts';
import {
  Canvas,
  colorsOf,
  pictureLink,
  requireSize,
  sizeOption,
  soundToPicture,
} from './canvas.ts';
import { choice, flag, text } from './option-kinds.ts';
import { WAVE_COLORS } from './showwaves.ts';
import { newDoubles, readDoubles, soundInput, soundOf } from './sound.ts';

const CHUNK = 4096;
const CELLS_PER_COLUMN = 64;
const SCALES = ['lin', 'log', 'sqrt', 'cbrt'] as const;
const LOG_RANGE = 60;

/** Magnitudes of one channel in cells of equal length. */
class Cells {
  private readonly sums: Float64Array;
  private readonly peaks: Float64Array;
  private cellLength = 1;
  private samples = 0;

  constructor(count: number) {
    this.sums = new Float64Array(count);
    this.peaks = new Float64Array(count);
  }

  add(values: Float64Array, count: number): void {
    for (let i = 0; i < count; i++) {
      let cell = Math.floor(this.samples / this.cellLength);
      if (cell === this.sums.length) {
        this.halve();
        cell = Math.floor(this.samples / this.cellLength);
      }
      const magnitude = Math.abs(values[i]);
      this.sums[cell] += magnitude;
      if (magnitude > this.peaks[cell]) this.peaks[cell] = magnitude;
      this.samples++;
    }
  }

  private halve(): void {
    const { sums, peaks } = this;
    const half = sums.length >> 1;
    for (let i = 0; i < half; i++) {
      sums[i] = sums[2 * i] + sums[2 * i + 1];
      peaks[i] = Math.max(peaks[2 * i], peaks[2 * i + 1]);
    }
    sums.fill(0, half);
    peaks.fill(0, half);
    this.cellLength *= 2;
  }

  /** Mean magnitude, or peak, of the part `column` of `columns` of the whole. */
  level(column: number, columns: number, isPeak: boolean): number {
    const used = Math.ceil(this.samples / this.cellLength);
    const from = Math.floor((column * used) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * used) / columns));
    let sum = 0;
    let peak = 0;
    for (let i = from; i < Math.min(to, used); i++) {
      sum += this.sums[i];
      peak = Math.max(peak, this.peaks[i]);
    }
    return isPeak ? peak : sum / ((to - from) * this.cellLength);
  }
}

/** Draws a whole sound. */
export const SHOWWAVESPIC: FilterDefinition = {
  name: 'showwavespic',
  description: 'draws a whole sound as one picture',
  options: [
    sizeOption('600x240'),
    flag('split_channels', 'whether each channel has rows of its own', { default: '0' }),
    text('colors', 'colors of the channels, with | between', { default: WAVE_COLORS }),
    choice('scale', SCALES, 'scale of the heights', { default: 'lin' }),
    choice('draw', ['scale', 'full'], 'whether channels add up, or each has its full color', {
      default: 'scale',
    }),
    choice('filter', ['average', 'peak'], 'what of the samples of a column is drawn', {
      default: 'average',
    }),
  ],
  inputs: AUDIO_PAD,
  outputs: VIDEO_PAD,
  formats: () => soundToPicture(['s16', 'flt', 'fltp', 'dbl', 'dblp'], 'rgba'),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const size = requireSize(options);
    const [width, height] = size;
    const channels = link.layout.numChannels;
    const cells = Array.from({ length: channels }, () => new Cells(width * CELLS_PER_COLUMN));
    const colors = colorsOf(options, 'colors', channels);
    const samples = newDoubles(channels, CHUNK);
    return {
      outputs: [pictureLink('rgba', size, [1, link.sampleRate], [0, 1])],
      push(_, given) {
        const frame = soundOf(given);
        for (let at = 0; at < frame.numSamples; at += CHUNK) {
          const count = Math.min(CHUNK, frame.numSamples - at);
          readDoubles(frame, at, count, samples, 0);
          for (const [c, cell] of cells.entries()) cell.add(samples[c], count);
        }
      },
      end() {
        const canvas = new Canvas(width, height);
        const splits = options.boolean('split_channels');
        const rows = splits ? Math.floor(height / channels) : height;
        const scale = amplitudeScale(SCALES[options.number('scale')], LOG_RANGE);
        const isPeak = options.number('filter') === 1;
        const part = options.number('draw') === 1 || splits ? 1 : 1 / channels;
        for (const [c, { r, g, b }] of colors.entries()) {
          const middle = (splits ? c * rows : 0) + (rows >> 1);
          for (let x = 0; x < width; x++) {
            const reach = Math.round((scale(cells[c].level(x, width, isPeak)) * rows) / 2);
            for (let y = middle - reach; y < middle + reach; y++) {
              canvas.add(x, y, r * part, g * part, b * part, 255 * part);
            }
          }
        }
        setup.emit(0, canvas.toFrame(0));
        setup.finish(0, 0);
      },
    };
  },
};
