/** `fade`: from a color to the picture, or from the picture to a color. */
import { hasAlpha, type PixFmt, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { ARGB_FIRST } from '../definition/pixel-formats.ts';
import {
  type Component,
  colorSamples,
  componentsOf,
  copyOf,
  picture,
  videoLink,
} from '../pixels/picture-work.ts';

const TAKEN = ARGB_FIRST.filter((name) => {
  const info = pixFmtInfo(name);
  return info.model !== 'gray' && info.samplesPerPixel.length !== 2;
});
const RGB = TAKEN.filter((name) => pixFmtInfo(name).model === 'rgb');

const isBlack = (options: OptionValues): boolean => {
  const { r, g, b } = options.color('color');
  return r === 0 && g === 0 && b === 0;
};

function formatsFor(options: OptionValues): readonly PixFmt[] {
  const base = options.boolean('alpha') || isBlack(options) ? TAKEN : RGB;
  return options.boolean('alpha') ? base.filter((name) => hasAlpha(pixFmtInfo(name))) : base;
}

/** Fades in or out. */
export const FADE: FilterDefinition = {
  name: 'fade',
  description: 'fades pictures in from a color, or out to it',
  options: [
    {
      name: 'type',
      aliases: ['t'],
      kind: 'choice',
      default: 'in',
      choices: { in: 0, out: 1 },
      description: 'in or out',
    },
    {
      name: 'start_frame',
      aliases: ['s'],
      kind: 'integer',
      default: '0',
      min: 0,
      max: 0x7fffffff,
      description: 'first picture of the fade',
    },
    {
      name: 'nb_frames',
      aliases: ['n'],
      kind: 'integer',
      default: '25',
      min: 1,
      max: 0x7fffffff,
      description: 'pictures of the fade',
    },
    { name: 'alpha', kind: 'boolean', default: '0', description: 'fade opacity only' },
    {
      name: 'start_time',
      aliases: ['st'],
      kind: 'duration',
      default: '0',
      min: 0,
      description: 'time of its beginning',
    },
    {
      name: 'duration',
      aliases: ['d'],
      kind: 'duration',
      default: '0',
      min: 0,
      description: 'how long it lasts, instead of nb_frames',
    },
    { name: 'color', aliases: ['c'], kind: 'color', default: 'black', description: 'the color' },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: (options) => samePixFmt(formatsFor(options)),
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const info = pixFmtInfo(link.pixFmt);
    const levelOf = fadeLevel(options, link.timeBase);
    const alphaOnly = options.boolean('alpha');
    const given = options.color('color');
    const color = colorSamples({ ...given, a: alphaOnly ? 0 : 255 }, info);
    const isBlack = given.r + given.g + given.b === 0;
    const isClear = isBlack && hasAlpha(info) && !alphaOnly;
    // As in ffmpeg, black is 0 beside opacity, and fades the opacity of packed pixels too.
    if (isClear && info.model === 'yuv') color[0] = 0;
    // More than 8 bits fade to the codes of 8 bits with zeros behind them.
    const deepBlack = isBlack && info.bitDepth > 8 && info.model === 'yuv';
    if (deepBlack)
      colorSamples(given, { ...info, bitDepth: 8 }).forEach((code, c) => {
        color[c] = code << (info.bitDepth - 8);
      });
    const isChroma = (c: number) =>
      info.model === 'yuv' && info.bitDepth === 8 && (c === 1 || c === 2);
    const fadesAll = isClear && info.order !== undefined;
    if (fadesAll) color[3] = 0;
    let n = 0;
    return {
      passBy: () => void n++,
      push(_, frame) {
        const level = levelOf(n++, frame.pts);
        if (level >= 65535) {
          setup.emit(0, frame);
          return;
        }
        const out = copyOf(picture(frame), setup.takePicture);
        componentsOf(out).forEach((component, c) => {
          if (fadesAll || (c === 3) === alphaOnly)
            mix(component, color[c]!, level, isChroma(c) ? CHROMA_HALF : HALF);
        });
        setup.emit(0, out);
      },
    };
  },
};

/** How much of the picture is left at a frame, 0..65535. */
function fadeLevel(options: OptionValues, timeBase: readonly [number, number]) {
  const startFrame = options.number('start_frame');
  const frames = options.number('nb_frames');
  // As in ffmpeg, times are the nearest ticks.
  const ticks = (name: string): number =>
    Math.round((options.number(name) * timeBase[1]) / (timeBase[0] * 1e6));
  const startTime = ticks('start_time');
  const byTime = options.number('duration') > 0;
  const duration = ticks('duration');
  let done = false;
  /** Frame and tick at which the fade began; each, where not asked for, is that of the first frame that the other allows. */
  let first = -1;
  let beginning = startTime;
  const clip = (value: number): number => Math.min(Math.max(Math.trunc(value), 0), 65535);
  return (n: number, pts: number): number => {
    if (first < 0 && pts >= startTime && n >= startFrame) {
      first = startFrame === 0 && startTime !== 0 ? n : startFrame;
      if (startTime === 0 && startFrame !== 0) beginning = pts;
    }
    let level = 0;
    if (first >= 0 && !done) {
      if (!byTime) {
        level = clip(((n - first) * 65536) / frames);
        done = n > first + frames;
      } else {
        level = pts === beginning ? 0 : clip(((pts - beginning) * 65536) / duration);
        done = pts > beginning + duration;
      }
    }
    if (done) level = 65535;
    return options.number('type') === 1 ? 65535 - level : level;
  };
}

/** What is added before the fraction of 16 bits is dropped; ffmpeg rounds halves of chroma of 8 bits down. */
const HALF = 32768;
const CHROMA_HALF = 32759;

/** value · level + color · (1 - level), level in 1/65536. */
function mix(
  { data, offset, stride, step, width, height }: Component,
  color: number,
  level: number,
  half: number,
): void {
  const constant = color * (65536 - level) + half;
  for (let y = 0; y < height; y++) {
    let p = offset + y * stride;
    for (let x = 0; x < width; x++, p += step) data[p] = (data[p]! * level + constant) >> 16;
  }
}
