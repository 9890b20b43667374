/** `showwaves`: sound drawn as waves, `n` samples in a column of pixels. */
import { rescale } from '../../base/rational.ts';
import { AUDIO_PAD, type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import type { Color } from '../language/values.ts';
import { amplitudeScale } from './amplitude-scale.ts';
import {
  Canvas,
  colorsOf,
  pictureLink,
  rateOption,
  requireSize,
  sizeOption,
  soundToPicture,
} from './canvas.ts';
import { choice, flag, integer, text } from './option-kinds.ts';
import { newDoubles, readDoubles, soundInput, soundOf, ticksOfSamples } from './sound.ts';

const MODES = ['point', 'line', 'p2p', 'cline'] as const;
type Mode = (typeof MODES)[number];
const SCALES = ['lin', 'log', 'sqrt', 'cbrt'] as const;
/** Decibels that a logarithmic scale shows. */
const LOG_RANGE = 60;

/** Default colors of channels. */
export const WAVE_COLORS = 'red|green|blue|yellow|orange|lime|pink|magenta|brown';

/** Draws samples of one channel into columns of a canvas. */
class WavePen {
  private readonly canvas: Canvas;
  private readonly mode: Mode;
  private readonly color: Color;
  /** Part of the color that one sample adds. */
  private readonly part: number;
  /** Rows of this channel. */
  private readonly top: number;
  private readonly height: number;
  private readonly scale: (x: number) => number;
  private last = -1;

  constructor(
    canvas: Canvas,
    look: {
      readonly mode: Mode;
      readonly color: Color;
      readonly part: number;
      readonly top: number;
      readonly height: number;
      readonly scale: (x: number) => number;
    },
  ) {
    this.canvas = canvas;
    this.mode = look.mode;
    this.color = look.color;
    this.part = look.part;
    this.top = look.top;
    this.height = look.height;
    this.scale = look.scale;
  }

  /** Draws one sample into column `x`. */
  draw(x: number, sample: number): void {
    const { top, height, mode } = this;
    const value = Math.sign(sample) * this.scale(Math.min(1, Math.abs(sample)));
    const middle = top + (height >> 1);
    const y = Math.min(top + height - 1, Math.max(top, Math.round(middle - (value * height) / 2)));
    if (mode === 'point') this.column(x, y, y);
    else if (mode === 'line') this.column(x, Math.min(y, middle), Math.max(y, middle));
    else if (mode === 'cline') {
      const reach = Math.abs(y - middle);
      this.column(x, middle - reach, middle + reach);
    } else {
      const from = this.last < 0 ? y : this.last;
      this.column(x, Math.min(y, from), Math.max(y, from));
      this.last = y;
    }
  }

  private column(x: number, from: number, to: number): void {
    const { color, part, canvas } = this;
    for (let y = from; y <= to; y++) {
      canvas.add(x, y, color.r * part, color.g * part, color.b * part, 255 * part);
    }
  }
}

/** Draws waves. */
export const SHOWWAVES: FilterDefinition = {
  name: 'showwaves',
  description: 'draws sound as waves',
  options: [
    sizeOption('600x240'),
    choice('mode', MODES, 'how a sample is drawn', { default: 'point' }),
    integer('n', 0, 0x7fffffff, 'samples in a column; 0 follows from the rate', { default: '0' }),
    rateOption,
    flag('split_channels', 'whether each channel has rows of its own', { default: '0' }),
    text('colors', 'colors of the channels, with | between', { default: WAVE_COLORS }),
    choice('scale', SCALES, 'scale of the heights', { default: 'lin' }),
    choice(
      'draw',
      ['scale', 'full'],
      'whether samples of a column add up, or each has its full color',
      {
        default: 'scale',
      },
    ),
  ],
  inputs: AUDIO_PAD,
  outputs: VIDEO_PAD,
  formats: () => soundToPicture(['s16', 'flt', 'fltp', 'dbl', 'dblp'], 'rgba'),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const size = requireSize(options);
    const [width, height] = size;
    const rate = options.pair('rate')!;
    const perColumn =
      options.number('n') || Math.max(1, rescale(link.sampleRate, [rate[1], rate[0]], [width, 1]));
    const channels = link.layout.numChannels;
    const canvas = new Canvas(width, height);
    const pens = pensOf(options, canvas, height, channels, perColumn);
    const chunk = width * perColumn;
    const samples = newDoubles(channels, 1024);
    let drawn = 0;
    let pts = 0;
    const draw = (count: number) => {
      for (const [c, pen] of pens.entries()) {
        for (let i = 0; i < count; i++) {
          pen.draw(Math.floor((drawn + i) / perColumn), samples[c][i]);
        }
      }
      drawn += count;
    };
    const give = () => {
      setup.emit(0, canvas.toFrame(pts));
      canvas.clear();
      drawn = 0;
    };
    return {
      outputs: [pictureLink('rgba', size, [1, link.sampleRate], rate)],
      push(_, given) {
        const frame = soundOf(given);
        for (let at = 0; at < frame.numSamples; ) {
          const count = Math.min(1024, chunk - drawn, frame.numSamples - at);
          if (drawn === 0) {
            pts = rescale(frame.pts + ticksOfSamples(at, link), link.timeBase, [
              1,
              link.sampleRate,
            ]);
          }
          readDoubles(frame, at, count, samples, 0);
          draw(count);
          at += count;
          if (drawn === chunk) give();
        }
      },
      end() {
        const end = pts + drawn;
        if (drawn > 0) give();
        setup.finish(0, end);
      },
    };
  },
};

/** A pen for each channel, over all rows or over its own. */
function pensOf(
  options: OptionValues,
  canvas: Canvas,
  height: number,
  channels: number,
  perColumn: number,
): WavePen[] {
  const splits = options.boolean('split_channels');
  const isFull = options.number('draw') === 1;
  const rows = Math.floor(height / channels);
  return colorsOf(options, 'colors', channels).map(
    (color, c) =>
      new WavePen(canvas, {
        mode: MODES[options.number('mode')],
        color,
        part: isFull ? 1 : 1 / ((splits ? 1 : channels) * perColumn),
        top: splits ? c * rows : 0,
        height: splits ? rows : height,
        scale: amplitudeScale(SCALES[options.number('scale')], LOG_RANGE),
      }),
  );
}
