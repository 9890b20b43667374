/** `xfade`: one stream of pictures turns into another, by one of many transitions or an expression. */
import { type Rational, rescale } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import {
  type FilterDefinition,
  type FilterInstance,
  type FilterSetup,
  type Frame,
  type Link,
  samePixFmt,
  VIDEO_PAD,
  type VideoLink,
} from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { rescaleTime } from '../graph/run.ts';
import type { ExpressionFunction } from '../language/expression.ts';
import {
  type Component,
  componentsOf,
  newPicture,
  picture,
  videoLink,
} from '../pixels/picture-work.ts';
import { TRANSITIONS, type Transition, type TransitionState } from './transitions.ts';

const PIX_FMTS = ALL_PIX_FMTS.filter((name) => {
  const info = pixFmtInfo(name);
  const isPlanar = info.order === undefined && info.samplesPerPixel.length !== 2;
  return isPlanar && !info.bigEndian && info.chromaShiftX + info.chromaShiftY === 0;
});
const MICROSECONDS: Rational = [1, 1_000_000];
const NAMES = Object.keys(TRANSITIONS);

/** Crosses from one input to the other. */
export const XFADE: FilterDefinition = {
  name: 'xfade',
  description: 'turns one stream of pictures into another',
  options: [
    {
      name: 'transition',
      kind: 'choice',
      default: 'fade',
      choices: { custom: -1, ...Object.fromEntries(NAMES.map((name, i) => [name, i])) },
      description: 'how',
    },
    {
      name: 'duration',
      kind: 'duration',
      default: '1',
      min: 0,
      max: 60e6,
      description: 'how long it takes',
    },
    {
      name: 'offset',
      kind: 'duration',
      default: '0',
      description: 'when it begins, from the start of the first input',
    },
    { name: 'expr', kind: 'expression', default: '', description: 'for transition=custom' },
  ],
  inputs: [
    { name: 'main', kind: 'video' },
    { name: 'xfade', kind: 'video' },
  ],
  outputs: VIDEO_PAD,
  formats: () => samePixFmt(PIX_FMTS, 2),
  open: (setup) => new Crossing(setup),
};

/** The pictures of both inputs, and where in the transition they are. */
class Crossing implements FilterInstance {
  readonly outputs: readonly Link[];
  private readonly setup: FilterSetup;
  private readonly main: VideoLink;
  private readonly mixPictures: MixPictures;
  private readonly duration: number;
  private readonly offset: number;
  private readonly going: VideoFrame[] = [];
  private readonly coming: VideoFrame[] = [];
  private readonly ended = [false, false];
  private readonly ends = [Number.NaN, Number.NaN];
  private firstPts = Number.NaN;
  /** The shift of the times of the second input. */
  private shift = Number.NaN;
  private over = false;
  private done = false;

  constructor(setup: FilterSetup) {
    this.setup = setup;
    const [main, second] = setup.inputs.map(videoLink) as [VideoLink, VideoLink];
    requireAlike(setup.options, main, second);
    this.main = main;
    this.outputs = [main];
    this.mixPictures = mixer(setup, main);
    this.duration = rescale(setup.options.number('duration'), MICROSECONDS, main.timeBase);
    this.offset = rescale(setup.options.number('offset'), MICROSECONDS, main.timeBase);
  }

  push(input: number, frame: Frame): void {
    if (this.done) return;
    (input === 0 ? this.going : this.coming).push(picture(frame));
    this.advance();
  }

  end(input: number, pts: number): void {
    this.ended[input] = true;
    this.ends[input] = rescaleTime(pts, this.setup.inputs[input]!.timeBase, this.main.timeBase);
    if (!this.done) this.advance();
  }

  wants(): readonly number[] {
    if (this.over) return [1];
    return this.going.length === 0 ? [0] : [1];
  }

  private advance(): void {
    const { going, coming, ended, ends } = this;
    while (!this.over && going.length > 0) if (!this.step(going[0]!)) return;
    if (!this.over && ended[0] && going.length === 0) {
      if (Number.isNaN(this.shift))
        this.shift = coming.length > 0 && !Number.isNaN(ends[0]!) ? ends[0]! - coming[0]!.pts : 0;
      this.over = true;
    }
    if (this.over) {
      this.setup.stopInput(0);
      this.passSecond();
    }
  }

  /** Gives out what the next picture of the first input becomes; false if the second input has to come first. */
  private step(frame: VideoFrame): boolean {
    const { setup, going, coming, duration } = this;
    if (Number.isNaN(this.firstPts)) this.firstPts = frame.pts;
    const start = this.firstPts + this.offset;
    if (frame.pts < start || coming.length === 0) {
      // Without a second picture the first goes on alone.
      if (frame.pts >= start && !this.ended[1]) return false;
      setup.emit(0, frame);
    } else {
      if (Number.isNaN(this.shift)) this.shift = frame.pts - coming[0]!.pts;
      const share = Math.fround((frame.pts - start) / duration);
      const p = Math.min(Math.max(Math.fround(1 - share), 0), 1) || 0;
      // As in ffmpeg, the first picture after the end still is one of the transition.
      this.over = frame.pts - start > duration;
      setup.emit(0, this.mixPictures(frame, coming.shift()!, p, frame.pts));
    }
    going.shift();
    return true;
  }

  private passSecond(): void {
    const { setup, coming, shift, ends } = this;
    for (const frame of coming.splice(0)) setup.emit(0, { ...frame, pts: frame.pts + shift });
    if (!this.ended[1]) return;
    this.done = true;
    setup.finish(0, Number.isNaN(ends[1]!) ? Number.NaN : ends[1]! + shift);
  }
}

function requireAlike(options: OptionValues, main: VideoLink, second: VideoLink): void {
  if (main.width !== second.width || main.height !== second.height) {
    throw options.filterError(
      `its inputs are ${main.width}x${main.height} and ${second.width}x${second.height}: they must be of one size`,
    );
  }
  if (main.timeBase.join() !== second.timeBase.join()) {
    throw options.filterError(
      `its inputs have the time bases ${main.timeBase.join('/')} and ${second.timeBase.join('/')}`,
      'set both with settb or fps',
    );
  }
}

type MixPictures = (a: VideoFrame, b: VideoFrame, p: number, pts: number) => VideoFrame;

function mixer(setup: FilterSetup, link: VideoLink): MixPictures {
  const { options } = setup;
  const info = pixFmtInfo(link.pixFmt);
  const largest = 2 ** info.bitDepth - 1;
  // As in ffmpeg, black and white of luma are the ends of all codes whatever the range, and the middle of chroma is 127 of 255.
  const middle = largest >> 1;
  const samples = (luma: number): number[] => {
    const color = info.model === 'yuv' ? [luma, middle, middle] : [luma, luma, luma];
    return [...color.slice(0, info.samplesPerPixel.length), largest];
  };
  let inputs: readonly [readonly Component[], readonly Component[]] = [[], []];
  const read =
    (side: 0 | 1) =>
    (c: number, x: number, y: number): number => {
      const { data, offset, stride } = inputs[side][c]!;
      return data[offset + y * stride + x]!;
    };
  const state: TransitionState = {
    width: link.width,
    height: link.height,
    p: 1,
    a: read(0),
    b: read(1),
    components: info.samplesPerPixel.length,
    largest,
    black: samples(0),
    white: samples(largest),
    isYuv: info.model === 'yuv',
  };
  const number = options.number('transition');
  const transition = number === -1 ? customTransition(setup, state) : TRANSITIONS[NAMES[number]!]!;
  return (a, b, p, pts) => {
    const out = newPicture(link.pixFmt, link.width, link.height, pts);
    inputs = [componentsOf(a), componentsOf(b)];
    state.p = p;
    for (const [c, { data, offset, stride }] of componentsOf(out).entries()) {
      for (let y = 0; y < link.height; y++) {
        for (let x = 0; x < link.width; x++)
          data[offset + y * stride + x] = transition(state, c, x, y);
      }
    }
    return out;
  };
}

const VARIABLES = ['X', 'Y', 'W', 'H', 'A', 'B', 'PLANE', 'P'];

/** A transition given as an expression; a0(x, y) to b3(x, y) read samples. */
function customTransition(setup: FilterSetup, s: TransitionState): Transition {
  const functions: Record<string, ExpressionFunction> = {};
  const clamp = (value: number, size: number) =>
    Math.min(Math.max(Math.trunc(value) || 0, 0), size - 1);
  for (let c = 0; c < s.components; c++) {
    for (const side of ['a', 'b'] as const) {
      functions[`${side}${c}`] = {
        arity: 2,
        call: ([x, y]) => s[side](c, clamp(x!, s.width), clamp(y!, s.height)),
      };
    }
  }
  if (!setup.options.isSet('expr')) throw setup.options.filterError('transition=custom needs expr');
  const expression = setup.options.expression('expr', { variables: VARIABLES, functions });
  const v = new Float64Array(VARIABLES.length);
  return (state, c, x, y) => {
    v.set([x, y, state.width, state.height, state.a(c, x, y), state.b(c, x, y), c, state.p]);
    return Math.trunc(expression.evaluate(v));
  };
}
