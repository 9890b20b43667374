/** `showspectrum`: a spectrogram, a column (or row) of pixels for each stretch of sound. */

import { reduced } from '../../base/rational.ts';
import { decibelsToGain } from '../../dsp/biquad.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { AUDIO_PAD, type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { amplitudeScale } from './amplitude-scale.ts';
import { Canvas, pictureLink, requireSize, sizeOption, soundToPicture } from './canvas.ts';
import { choice, number } from './option-kinds.ts';
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
    const drawing = new Spectrogram(options, size, link.layout.numChannels);
    const { hop, columns } = drawing;
    const slide = SLIDES[options.number('slide')];
    const ticks = slide === 'fullframe' ? hop * columns : hop;
    const timeBase = [ticks, link.sampleRate] as const;
    const frameRate = reduced([link.sampleRate, ticks]);
    const queue = new SoundQueue(link);
    let column = 0;
    let frames = 0;
    const give = () => {
      setup.emit(0, toYuv444p(drawing.canvas, frames));
      frames++;
    };
    const step = (count: number) => {
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
      if (slide !== 'fullframe') give();
      else if (column === 0) {
        give();
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
        if (slide === 'fullframe' && column > 0) give();
        setup.finish(0, frames);
      },
    };
  },
};

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
  private readonly spectrum: Spectrum;
  private readonly window: Float64Array;
  private readonly gain: number;
  private readonly scale: (x: number) => number;
  private readonly colors: readonly Float64Array[];
  private readonly past: readonly Float64Array[];
  private readonly input: Float64Array;
  private readonly output: Float64Array;

  constructor(options: OptionValues, [width, height]: readonly [number, number], channels: number) {
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
    this.spectrum = new Spectrum(this.size);
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
    this.input = new Float64Array(this.size);
    this.output = new Float64Array(this.size + 2);
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
      this.spectrum.transform(input, output, rows);
      const part = isSeparate || past.length === 1 ? 1 : 1 / Math.sqrt(past.length);
      for (let k = 0; k < rows; k++) {
        const color = 3 * Math.round(255 * this.levelOf(k));
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
