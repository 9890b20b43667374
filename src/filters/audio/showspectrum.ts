/** `showspectrum`: a spectrogram, a column (or row) of pixels for each stretch of sound. */

import { type Rational, reduced, rescale } from '../../base/rational.ts';
import { decibelsToGain } from '../../dsp/biquad.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { AUDIO_PAD, type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { parseRate } from '../language/values.ts';
import { amplitudeScale } from './amplitude-scale.ts';
import { Canvas, pictureLink, requireSize, sizeOption, soundToPicture } from './canvas.ts';
import { choice, integer, number, text } from './option-kinds.ts';
import { hueColors, PALETTE_NAMES, paletteColors } from './palettes.ts';
import { newDoubles, readDoubles, SoundQueue, soundInput, soundOf } from './sound.ts';
import { Spectrum, WINDOW_NAMES, windowValues } from './spectrum.ts';

const SLIDES = ['replace', 'scroll', 'fullframe', 'rscroll', 'lreplace'] as const;
const SCALES = ['lin', 'sqrt', 'cbrt', 'log', '4thrt', '5thrt'] as const;
const COLORS = ['channel', ...PALETTE_NAMES];

/** Draws spectrograms. */
export const SHOWSPECTRUM: FilterDefinition = {
  name: 'showspectrum',
  description: 'draws a spectrogram',
  options: [
    sizeOption('640x512'),
    choice('slide', SLIDES, 'how new columns come in', { default: 'replace' }),
    choice('mode', ['combined', 'separate'], 'whether channels share the picture', {
      default: 'combined',
    }),
    choice('color', COLORS, 'colors: one for each channel, or a palette', { default: 'channel' }),
    choice('scale', SCALES, 'scale of the magnitudes', { default: 'sqrt' }),
    number('saturation', 0, 10, 'saturation of the colors of channels', { default: '1' }),
    choice('win_func', WINDOW_NAMES, 'window', { default: 'hann' }),
    choice('orientation', ['vertical', 'horizontal'], 'axis of the frequencies', {
      default: 'vertical',
    }),
    number('overlap', 0, 1, 'part that one spectrum shares with the next; 1 is the usual', {
      default: '0',
    }),
    number('gain', 0, 128, 'gain of the magnitudes', { default: '1' }),
    choice('data', ['magnitude', 'phase'], 'what is drawn', { default: 'magnitude' }),
    choice('fscale', ['lin', 'log'], 'scale of the frequencies', {
      default: 'lin',
      namedOnly: true,
    }),
    integer('start', 0, 0x7fffffff, 'lowest frequency in Hz', { default: '0', namedOnly: true }),
    integer('stop', 0, 0x7fffffff, 'highest frequency in Hz; 0 is half the sample rate', {
      default: '0',
      namedOnly: true,
    }),
    text('fps', 'pictures per second; auto is one for each spectrum', {
      default: 'auto',
      namedOnly: true,
    }),
    {
      name: 'legend',
      kind: 'choice',
      choices: { '0': 0, false: 0, no: 0, off: 0 },
      default: '0',
      namedOnly: true,
      description: 'there is no legend',
    },
    number('rotation', -1, 1, 'turn of the colors of channels', {
      default: '0',
      namedOnly: true,
    }),
    number('drange', 10, 200, 'decibels that scale=log shows', { default: '120', namedOnly: true }),
    number('limit', -100, 100, 'level of the brightest color, in dB', {
      default: '0',
      namedOnly: true,
    }),
    number('opacity', 0, 10, 'has no effect: the picture is opaque', {
      default: '1',
      namedOnly: true,
    }),
  ],
  inputs: AUDIO_PAD,
  outputs: VIDEO_PAD,
  formats: () => soundToPicture(['fltp', 'dblp'], 'yuv444p'),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const size = requireSize(options);
    const drawing = new Spectrogram(options, size, link.layout.numChannels, link.sampleRate);
    const { hop, columns } = drawing;
    const slide = SLIDES[options.number('slide')];
    const ticks = slide === 'fullframe' ? hop * columns : hop;
    const rate = rateOf(options);
    const timeBase = rate === undefined ? ([ticks, link.sampleRate] as const) : inverseOf(rate);
    const frameRate = rate ?? reduced([link.sampleRate, ticks]);
    const queue = new SoundQueue(link);
    let column = 0;
    let frames = 0;
    let lastPts = 0;
    const give = (pts: number) => {
      // At a rate of its own, a picture is given where its time is new.
      const time = rate === undefined ? frames : Math.max(0, rescale(pts, link.timeBase, timeBase));
      if (rate !== undefined && frames > 0 && time < frames) return;
      setup.emit(0, toYuv444p(drawing.canvas, time));
      frames = time + 1;
    };
    const step = (count: number) => {
      const { pts } = queue;
      lastPts = pts;
      drawing.add(queue, count);
      if (slide === 'scroll') drawing.shift(-1);
      else if (slide === 'rscroll') drawing.shift(1);
      const place =
        slide === 'scroll'
          ? columns - 1
          : slide === 'rscroll'
            ? 0
            : slide === 'lreplace'
              ? columns - 1 - column
              : column;
      drawing.draw(place);
      column = (column + 1) % columns;
      if (slide !== 'fullframe') give(pts);
      else if (column === 0) {
        give(pts);
        drawing.canvas.clear();
      }
    };
    return {
      outputs: [pictureLink('yuv444p', size, timeBase, frameRate)],
      push(_, frame) {
        queue.push(soundOf(frame));
        while (queue.length >= hop) step(hop);
      },
      end() {
        if (queue.length > 0) step(queue.length);
        if (slide === 'fullframe' && column > 0) give(lastPts);
        setup.finish(0, frames);
      },
    };
  },
};

/** The rate that is asked for; undefined if pictures come with the spectra. */
function rateOf(options: OptionValues): Rational | undefined {
  const given = options.text('fps');
  if (given === 'auto') return undefined;
  const rate = parseRate(given);
  if (rate !== undefined && rate[0] > 0) return rate;
  throw options.error('fps', `got ${JSON.stringify(given)}, allowed are auto and a rate`);
}

const inverseOf = ([num, den]: Rational): Rational => [den, num];

/** The largest transform that a band of frequencies is seen through. */
const MOST_BINS = 1 << 17;
/** The lowest frequency of a logarithmic scale, where no other is asked for. */
const LOWEST = 20;

/** Which bin of a transform each row shows, from the lowest frequency on; `length` is that of the transform, silence included. */
function binsOf(options: OptionValues, rows: number, size: number, sampleRate: number) {
  const isLog = options.number('fscale') === 1;
  const [start, stop] = [options.number('start'), options.number('stop')];
  const half = sampleRate / 2;
  if (!isLog && start === 0 && stop === 0) {
    return { length: size, bins: Uint32Array.from({ length: rows }, (_, k) => k) };
  }
  const high = stop === 0 ? half : Math.min(stop, half);
  const low = isLog && start === 0 ? Math.min(LOWEST, high / 2) : start;
  if (low >= high) {
    throw options.error('start', `got ${start} Hz, allowed is what lies below ${high} Hz`);
  }
  const zoom = half / (high - low);
  const length = Math.min(MOST_BINS, 2 ** Math.ceil(Math.log2(size * (isLog ? 8 : zoom))));
  const bins = Uint32Array.from({ length: rows }, (_, k) => {
    const part = k / rows;
    const frequency = isLog ? low * (high / low) ** part : low + (high - low) * part;
    return Math.round((frequency * length) / sampleRate);
  });
  return { length: Math.max(length, size), bins };
}

/** The picture, and the spectra that are drawn into it. */
class Spectrogram {
  readonly canvas: Canvas;
  /** Samples from one spectrum to the next, and how many spectra the picture has room for. */
  readonly hop: number;
  readonly columns: number;
  private readonly isVertical: boolean;
  private readonly isPhase: boolean;
  private readonly isSeparate: boolean;
  /** Rows of one channel. */
  private readonly rows: number;
  private readonly size: number;
  /** The bin that each row shows. */
  private readonly bins: Uint32Array;
  private readonly spectrum: Spectrum;
  private readonly window: Float64Array;
  private readonly gain: number;
  private readonly scale: (x: number) => number;
  private readonly colors: readonly Float64Array[];
  private readonly past: readonly Float64Array[];
  private readonly input: Float64Array;
  private readonly output: Float64Array;

  constructor(
    options: OptionValues,
    [width, height]: readonly [number, number],
    channels: number,
    sampleRate: number,
  ) {
    this.canvas = new Canvas(width, height);
    this.isVertical = options.number('orientation') === 0;
    this.isPhase = options.number('data') === 1;
    this.isSeparate = options.number('mode') === 1;
    const [along, across] = this.isVertical ? [width, height] : [height, width];
    this.columns = along;
    this.rows = Math.max(1, this.isSeparate ? Math.floor(across / channels) : across);
    this.size = 2 * this.rows;
    const overlap = options.number('overlap');
    this.hop = Math.max(1, Math.floor(this.size * (1 - (overlap === 1 ? 0.5 : overlap))));
    const { length, bins } = binsOf(options, this.rows, this.size, sampleRate);
    this.bins = bins;
    this.spectrum = new Spectrum(length);
    this.window = windowValues(WINDOW_NAMES[options.number('win_func')], this.size);
    // As in ffmpeg: noise of full scale is about 1, and tones are more.
    const energy = this.window.reduce((total, value) => total + value * value, 0);
    const limit = decibelsToGain(options.number('limit'));
    this.gain = options.number('gain') / (Math.sqrt(energy) * limit);
    this.scale = amplitudeScale(SCALES[options.number('scale')], options.number('drange'));
    const color = COLORS[options.number('color')];
    this.colors = Array.from({ length: channels }, (_, c) =>
      color === 'channel'
        ? hueColors(
            (1.33 + options.number('rotation') + c / channels) % 1,
            options.number('saturation'),
          )
        : paletteColors(color),
    );
    this.past = newDoubles(channels, this.size);
    this.input = new Float64Array(length);
    this.output = new Float64Array(length + 2);
  }

  /** Takes the next `count` samples, at most `hop`; where there are fewer, silence follows. */
  add(queue: SoundQueue, count: number): void {
    for (const samples of this.past) {
      samples.copyWithin(0, this.hop);
      samples.fill(0, this.size - this.hop);
    }
    readDoubles(queue.take(count), 0, count, this.past, this.size - this.hop);
  }

  /** Moves the picture by that many columns. */
  shift(columns: number): void {
    if (this.isVertical) this.canvas.shift(columns, 0);
    else this.canvas.shift(0, columns);
  }

  /** Draws the spectra of all channels into one column. */
  draw(column: number): void {
    const { canvas, rows, colors, past, input, output, window, isVertical, isSeparate } = this;
    for (let i = 0; i < canvas[isVertical ? 'height' : 'width']; i++) this.erase(column, i);
    for (const [c, samples] of past.entries()) {
      for (let i = 0; i < this.size; i++) input[i] = samples[i] * window[i];
      this.spectrum.transform(input, output, this.bins[rows - 1]! + 1);
      const part = isSeparate || past.length === 1 ? 1 : 1 / Math.sqrt(past.length);
      for (let k = 0; k < rows; k++) {
        const color = 3 * Math.round(255 * this.levelOf(this.bins[k]!));
        const place = (isSeparate ? c * rows : 0) + (isVertical ? rows - 1 - k : k);
        const [x, y] = isVertical ? [column, place] : [place, column];
        const palette = colors[c];
        canvas.add(
          x,
          y,
          palette[color] * part,
          palette[color + 1] * part,
          palette[color + 2] * part,
          255,
        );
      }
    }
  }

  private erase(column: number, place: number): void {
    const { canvas } = this;
    const [x, y] = this.isVertical ? [column, place] : [place, column];
    canvas.data.fill(0, 4 * (y * canvas.width + x), 4 * (y * canvas.width + x) + 4);
  }

  /** What is drawn of bin `k`, 0 to 1. */
  private levelOf(k: number): number {
    const [re, im] = [this.output[2 * k], this.output[2 * k + 1]];
    if (this.isPhase) return Math.atan2(im, re) / (2 * Math.PI) + 0.5;
    return Math.max(0, Math.min(1, this.scale(Math.hypot(re, im) * this.gain)));
  }
}

/** RGB as Y'CbCr of BT.601, 8 bits, limited range (ITU-R BT.601-7 clause 2.5). */
function toYuv444p({ data, width, height }: Canvas, pts: number): VideoFrame {
  const count = width * height;
  const out = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    const [r, g, b] = [data[4 * i], data[4 * i + 1], data[4 * i + 2]];
    out[i] = 16.5 + (65.481 * r + 128.553 * g + 24.966 * b) / 255;
    out[count + i] = 128.5 + (-37.797 * r - 74.203 * g + 112 * b) / 255;
    out[2 * count + i] = 128.5 + (112 * r - 93.786 * g - 18.214 * b) / 255;
  }
  const planes = [0, count, 2 * count].map((offset) => ({ data: out, offset, stride: width }));
  return { pixFmt: 'yuv444p', width, height, planes, pts };
}
