/** `showfreqs`: the spectrum of the moment as a curve, bars or dots. */
import { rescale } from '../../base/rational.ts';
import { gainToDecibels } from '../../dsp/biquad.ts';
import { AUDIO_PAD, type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import { absent, type OptionValues } from '../definition/options.ts';
import {
  Canvas,
  colorsOf,
  pictureLink,
  rateOption,
  requireSize,
  sizeOption,
  soundToPicture,
} from './canvas.ts';
import { choice, integer, number, text } from './option-kinds.ts';
import { WAVE_COLORS } from './showwaves.ts';
import { newDoubles, readDoubles, SoundQueue, soundInput, soundOf } from './sound.ts';
import { Spectrum, WINDOW_NAMES, windowValues } from './spectrum.ts';

const MODES = ['line', 'bar', 'dot'] as const;
const SCALES = ['lin', 'sqrt', 'cbrt', 'log'] as const;
const FREQUENCY_SCALES = ['lin', 'log', 'rlog'] as const;

/** Height of a magnitude, 0 to 1. */
function heightOf(options: OptionValues): (magnitude: number) => number {
  const least = options.number('minamp');
  switch (SCALES[options.number('ascale')]) {
    case 'lin':
      return (x) => x;
    case 'sqrt':
      return Math.sqrt;
    case 'cbrt':
      return Math.cbrt;
    case 'log':
      return (x) => 1 - gainToDecibels(Math.max(least, x)) / gainToDecibels(least);
  }
}

/** Column of bin `k` of `bins`, 0 to 1. */
function columnOf(scale: (typeof FREQUENCY_SCALES)[number], k: number, bins: number): number {
  if (scale === 'log') return Math.log2(k + 1) / Math.log2(bins + 1);
  if (scale === 'rlog') return 1 - Math.log2(bins - k) / Math.log2(bins + 1);
  return k / bins;
}

/** Draws spectra. */
export const SHOWFREQS: FilterDefinition = {
  name: 'showfreqs',
  description: 'draws the spectrum of the moment',
  options: [
    sizeOption('1024x512'),
    rateOption,
    choice('mode', MODES, 'how it is drawn', { default: 'bar' }),
    choice('ascale', SCALES, 'scale of the magnitudes', { default: 'log' }),
    choice('fscale', FREQUENCY_SCALES, 'scale of the frequencies', { default: 'lin' }),
    integer('win_size', 16, 65536, 'samples of a spectrum', { default: '2048' }),
    choice('win_func', WINDOW_NAMES, 'window', { default: 'hann' }),
    number('overlap', 0, 1, 'part that one spectrum shares with the next; 1 is the usual', {
      default: '1',
    }),
    integer('averaging', 0, 0x7fffffff, 'spectra that are averaged; 0 is all', { default: '1' }),
    text('colors', 'colors of the channels, with | between', { default: WAVE_COLORS }),
    choice('cmode', ['combined', 'separate'], 'whether channels share the picture', {
      default: 'combined',
    }),
    number('minamp', 1e-38, 1e-6, 'magnitude that is drawn as 0', { default: '1e-6' }),
    absent('data', 'magnitude'),
    absent('channels', 'all'),
  ],
  inputs: AUDIO_PAD,
  outputs: VIDEO_PAD,
  formats: () => soundToPicture(['fltp', 'dblp'], 'rgba'),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const size = requireSize(options);
    const rate = options.pair('rate')!;
    const timeBase = [rate[1], rate[0]] as const;
    const analyzer = new Analyzer(options, link.layout.numChannels);
    const canvas = new Canvas(size[0], size[1]);
    const draw = spectrumPen(options, canvas, link.layout.numChannels);
    const queue = new SoundQueue(link);
    let lastPts = Number.NaN;
    const give = (count: number) => {
      const pts = rescale(queue.pts, link.timeBase, timeBase);
      analyzer.add(queue, count);
      // Several spectra can fall on one picture; the first is drawn.
      if (pts === lastPts) return;
      lastPts = pts;
      canvas.clear();
      draw(analyzer.levels);
      setup.emit(0, canvas.toFrame(pts));
    };
    return {
      outputs: [pictureLink('rgba', size, timeBase, rate)],
      push(_, frame) {
        queue.push(soundOf(frame));
        while (queue.length >= analyzer.hop) give(analyzer.hop);
      },
      end() {
        if (queue.length > 0) give(queue.length);
        setup.finish(0, lastPts + 1);
      },
    };
  },
};

/** Magnitudes of the last window of each channel; a sine of full scale is 1. */
class Analyzer {
  readonly hop: number;
  /** By channel and bin, averaged. */
  readonly levels: readonly Float64Array[];
  private readonly size: number;
  private readonly spectrum: Spectrum;
  private readonly window: Float64Array;
  private readonly scale: number;
  private readonly past: readonly Float64Array[];
  private readonly input: Float64Array;
  private readonly output: Float64Array;
  private readonly averaging: number;
  private count = 0;

  constructor(options: OptionValues, channels: number) {
    const size = options.number('win_size');
    const overlap = options.number('overlap');
    this.size = size;
    this.hop = Math.max(1, Math.floor(size * (1 - (overlap === 1 ? 0.5 : overlap))));
    this.spectrum = new Spectrum(size);
    this.window = windowValues(WINDOW_NAMES[options.number('win_func')], size);
    this.scale = 2 / this.window.reduce((sum, value) => sum + value, 0);
    this.past = newDoubles(channels, size);
    this.levels = newDoubles(channels, size >> 1);
    this.input = new Float64Array(size);
    this.output = new Float64Array(2 * size);
    this.averaging = options.number('averaging');
  }

  /** Takes the next `count` samples, at most `hop`; where there are fewer, silence follows. */
  add(queue: SoundQueue, count: number): void {
    const { size, hop, window, input, output, levels } = this;
    const bins = size >> 1;
    for (const samples of this.past) {
      samples.copyWithin(0, hop);
      samples.fill(0, size - hop);
    }
    readDoubles(queue.take(count), 0, count, this.past, size - hop);
    this.count++;
    const weight = 1 / (this.averaging === 0 ? this.count : Math.min(this.averaging, this.count));
    for (const [c, samples] of this.past.entries()) {
      for (let i = 0; i < size; i++) input[i] = samples[i] * window[i];
      this.spectrum.transform(input, output, bins);
      for (let k = 0; k < bins; k++) {
        const magnitude = Math.hypot(output[2 * k], output[2 * k + 1]) * this.scale;
        levels[c][k] += (magnitude - levels[c][k]) * weight;
      }
    }
  }
}

function spectrumPen(
  options: OptionValues,
  canvas: Canvas,
  channels: number,
): (levels: readonly Float64Array[]) => void {
  const { width, height } = canvas;
  const mode = MODES[options.number('mode')];
  const scale = FREQUENCY_SCALES[options.number('fscale')];
  const toHeight = heightOf(options);
  const colors = colorsOf(options, 'colors', channels);
  const isSeparate = options.number('cmode') === 1;
  const rows = isSeparate ? Math.floor(height / channels) : height;
  return (levels) => {
    for (const [c, { r, g, b }] of colors.entries()) {
      const bins = levels[c].length;
      const bottom = isSeparate ? (c + 1) * rows - 1 : height - 1;
      let last = bottom;
      for (let k = 0; k < bins; k++) {
        const from = Math.floor(columnOf(scale, k, bins) * width);
        const to = Math.max(from + 1, Math.floor(columnOf(scale, k + 1, bins) * width));
        const part = Math.min(1, Math.max(0, toHeight(levels[c][k])));
        const y = bottom - Math.round(part * (rows - 1));
        const [top, end] =
          mode === 'dot'
            ? [y, y]
            : mode === 'bar'
              ? [y, bottom]
              : [Math.min(y, last), Math.max(y, last)];
        for (let x = from; x < Math.min(to, width); x++) {
          for (let row = top; row <= end; row++) canvas.add(x, row, r, g, b, 255);
        }
        last = y;
      }
    }
  };
}
