/** `avectorscope`: the two channels of stereo sound as the coordinates of dots, which fade away. */
import { rescale } from '../../base/rational.ts';
import { defaultChannelLayout } from '../definition/channel-layout.ts';
import { AUDIO_PAD, type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { amplitudeScale } from './amplitude-scale.ts';
import {
  Canvas,
  pictureLink,
  rateOption,
  requireSize,
  sizeOption,
  soundToPicture,
} from './canvas.ts';
import { choice, flag, integer, number } from './option-kinds.ts';
import { newDoubles, readDoubles, SoundQueue, soundInput, soundOf } from './sound.ts';

const MODES = ['lissajous', 'lissajous_xy', 'polar'] as const;
const SCALES = ['lin', 'sqrt', 'cbrt', 'log'] as const;
const LOG_RANGE = 60;

const byte = (name: string, value: string, description: string) =>
  integer(name, 0, 255, description, { default: value });

/** The place of a pair of samples in a picture of that size; not rounded. */
type Place = (left: number, right: number) => readonly [x: number, y: number];

function placeOf(mode: (typeof MODES)[number], width: number, height: number): Place {
  const [halfWidth, halfHeight] = [width / 2, height / 2];
  switch (mode) {
    // Turned by 45 degrees: what is equal in both channels stands upright.
    case 'lissajous':
      return (left, right) => [
        ((right - left) / 2 + 1) * halfWidth,
        (1 - (left + right) / 2) * halfHeight,
      ];
    case 'lissajous_xy':
      return (left, right) => [(right + 1) * halfWidth, (left + 1) * halfHeight];
    // The square of both channels bent to a disc (the elliptical grid mapping), turned, its lower half laid over the upper one.
    case 'polar':
      return (left, right) => {
        const cx = right * Math.sqrt(1 - 0.5 * left * left);
        const cy = left * Math.sqrt(1 - 0.5 * right * right);
        const side = Math.sign(cx + cy);
        return [
          halfWidth + halfWidth * side * (cx - cy) * 0.7,
          height - height * Math.abs(cx + cy) * 0.7,
        ];
      };
  }
}

/** Draws stereo as dots. */
export const AVECTORSCOPE: FilterDefinition = {
  name: 'avectorscope',
  description: 'draws how the two channels of stereo sound relate',
  options: [
    choice('mode', MODES, 'what the coordinates are', { aliases: ['m'], default: 'lissajous' }),
    rateOption,
    sizeOption('400x400'),
    byte('rc', '40', 'red of a dot'),
    byte('gc', '160', 'green of a dot'),
    byte('bc', '80', 'blue of a dot'),
    byte('ac', '255', 'opacity of a dot'),
    byte('rf', '15', 'red that fades from picture to picture'),
    byte('gf', '10', 'green that fades'),
    byte('bf', '5', 'blue that fades'),
    byte('af', '5', 'opacity that fades'),
    number('zoom', 0, 10, 'how many times larger it is drawn', { default: '1' }),
    choice('draw', ['dot', 'line'], 'dots, or lines from dot to dot', { default: 'dot' }),
    choice('scale', SCALES, 'scale of the samples', { default: 'lin' }),
    flag('swap', 'whether the channels change places', { default: '1' }),
    choice('mirror', ['none', 'x', 'y', 'xy'], 'which axes are turned over', { default: 'none' }),
  ],
  inputs: AUDIO_PAD,
  outputs: VIDEO_PAD,
  formats: () => soundToPicture(['s16', 'flt', 'dbl'], 'rgba', [defaultChannelLayout(2)]),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const size = requireSize(options);
    const rate = options.pair('rate')!;
    const count = Math.max(1, rescale(link.sampleRate, [rate[1], 1], [rate[0], 1]));
    const canvas = new Canvas(size[0], size[1]);
    const drawPair = pairPen(options, canvas);
    const fades = ['rf', 'gf', 'bf', 'af'].map((name) => options.number(name));
    const channels = newDoubles(2, count);
    const queue = new SoundQueue(link);
    const timeBase = [rate[1], rate[0]] as const;
    const draw = (length: number) => {
      const pts = rescale(queue.pts, link.timeBase, timeBase);
      readDoubles(queue.take(length), 0, length, channels, 0);
      fade(canvas.data, fades);
      for (let i = 0; i < length; i++) drawPair(channels[0][i], channels[1][i]);
      setup.emit(0, canvas.toFrame(pts));
      return pts + 1;
    };
    return {
      outputs: [pictureLink('rgba', size, timeBase, rate)],
      push(_, frame) {
        queue.push(soundOf(frame));
        while (queue.length >= count) draw(count);
      },
      end() {
        setup.finish(0, queue.length > 0 ? draw(queue.length) : Number.NaN);
      },
    };
  },
};

/** A function that draws one pair of samples. */
function pairPen(options: OptionValues, canvas: Canvas): (left: number, right: number) => void {
  const [r, g, b, a] = ['rc', 'gc', 'bc', 'ac'].map((name) => options.number(name));
  const place = placeOf(MODES[options.number('mode')], canvas.width, canvas.height);
  const zoom = options.number('zoom');
  const mirror = options.number('mirror');
  const signX = (mirror & 1) === 0 ? 1 : -1;
  const signY = (mirror & 2) === 0 ? 1 : -1;
  const swaps = !options.boolean('swap');
  const scaleOf = amplitudeScale(SCALES[options.number('scale')], LOG_RANGE);
  const scaled = (value: number) =>
    Math.max(-1, Math.min(1, Math.sign(value) * scaleOf(Math.abs(value)) * zoom));
  const dot = (x: number, y: number) => canvas.add(x, y, r, g, b, a);
  let last: readonly [number, number] | null = null;
  const isLine = options.number('draw') === 1;
  return (left, right) => {
    const [first, second] = swaps ? [right, left] : [left, right];
    const [px, py] = place(scaled(first) * signY, scaled(second) * signX);
    const x = Math.min(canvas.width - 1, Math.floor(px));
    const y = Math.min(canvas.height - 1, Math.floor(py));
    if (isLine && last !== null) drawLine(last[0], last[1], x, y, dot);
    else dot(x, y);
    last = [x, y];
  };
}

/** A straight line, each step along its longer side (J. Bresenham, "Algorithm for computer control of a digital plotter", 1965). */
function drawLine(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  dot: (x: number, y: number) => void,
): void {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  for (let i = 1; i <= steps; i++) {
    dot(Math.round(x0 + ((x1 - x0) * i) / steps), Math.round(y0 + ((y1 - y0) * i) / steps));
  }
}

function fade(data: Uint8Array, fades: readonly number[]): void {
  for (let i = 0; i < data.length; i++) data[i] = Math.max(0, data[i] - fades[i & 3]);
}
