/** `zoompan`: a window that moves and zooms over pictures; each input picture gives several output pictures. */
import { inverse, type Rational } from '../../base/rational.ts';
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
import { MAX_SIZE } from '../ends/buffer.ts';
import { rescaleTime } from '../graph/run.ts';
import type { Expression } from '../language/expression.ts';
import {
  newPicture,
  picture,
  pixelAspect,
  secondsOf,
  videoLink,
  viewOf,
} from '../pixels/picture-work.ts';
import { createPictureScaler, type PictureScaler } from '../scale/picture-scaler.ts';

const PIX_FMTS = ALL_PIX_FMTS.filter((name) => {
  const info = pixFmtInfo(name);
  return info.bitDepth === 8 && info.order === undefined && info.samplesPerPixel.length !== 2;
});

// biome-ignore format: the order of the values below
const VARIABLES = [
  'in_w', 'iw', 'in_h', 'ih', 'out_w', 'ow', 'out_h', 'oh', 'in', 'on', 'duration', 'pduration', 'in_time', 'it', 'time', 'out_time',
  'ot', 'frame', 'zoom', 'pzoom', 'x', 'px', 'y', 'py', 'a', 'sar', 'dar', 'hsub', 'vsub',
];
const at = (name: string): number => VARIABLES.indexOf(name);

/** Zooms and pans. */
export const ZOOMPAN: FilterDefinition = {
  name: 'zoompan',
  description: 'moves and zooms a window over pictures',
  options: [
    { name: 'zoom', aliases: ['z'], kind: 'expression', default: '1', description: 'zoom, 1..10' },
    { name: 'x', kind: 'expression', default: '0', description: 'left column of the window' },
    { name: 'y', kind: 'expression', default: '0', description: 'top row of the window' },
    {
      name: 'd',
      kind: 'expression',
      default: '90',
      description: 'output pictures for each input picture',
    },
    { name: 's', kind: 'size', default: 'hd720', description: 'size of the output' },
    { name: 'fps', kind: 'rate', default: '25', description: 'frames per second of the output' },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  formats: () => samePixFmt(PIX_FMTS),
  open: (setup) => new ZoomPan(setup),
};

/** Most scalers that are kept: one for each size of the window. */
const MAX_SCALERS = 64;

class ZoomPan implements FilterInstance {
  readonly outputs: readonly Link[];
  private readonly setup: FilterSetup;
  private readonly link: VideoLink;
  private readonly width: number;
  private readonly height: number;
  private readonly frameRate: Rational;
  private readonly expressions: Readonly<Record<'zoom' | 'x' | 'y' | 'd', Expression>>;
  private readonly v: Float64Array;
  private readonly waiting: VideoFrame[] = [];
  private readonly scalers = new Map<string, PictureScaler>();
  private current: VideoFrame | undefined;
  /** Pictures that the current one is to give, and how many it gave. */
  private count = 0;
  private index = 0;
  private inputCount = 0;
  private outputCount = 0;
  private isEnded = false;
  private endPts = Number.NaN;

  constructor(setup: FilterSetup) {
    this.setup = setup;
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    this.link = link;
    const [width, height] = options.pair('s')!;
    if (width > MAX_SIZE || height > MAX_SIZE)
      throw options.error('s', `allowed are sides up to ${MAX_SIZE}`);
    this.width = width;
    this.height = height;
    this.frameRate = options.pair('fps') as Rational;
    const compile = (name: string) => options.expression(name, { variables: VARIABLES });
    this.expressions = { zoom: compile('zoom'), x: compile('x'), y: compile('y'), d: compile('d') };
    this.v = startValues(link, width, height);
    const timeBase = inverse(this.frameRate);
    this.outputs = [{ ...link, width, height, timeBase, frameRate: this.frameRate }];
  }

  push(_: number, frame: Frame): void {
    this.waiting.push(picture(frame));
    if (this.current === undefined) this.next();
  }

  end(_: number, pts: number): void {
    this.isEnded = true;
    this.endPts = pts;
    if (this.current === undefined) this.next();
  }

  pull(): boolean {
    if (this.current === undefined) return false;
    if (this.index < this.count) {
      const out = this.draw(this.current);
      this.index++;
      this.outputCount++;
      this.setup.emit(0, out);
    } else this.next();
    return true;
  }

  /** Goes on to the picture that waits; without any, to the end. */
  private next(): void {
    const { v, link } = this;
    if (this.current !== undefined)
      for (const name of ['zoom', 'x', 'y']) v[at(`p${name}`)] = v[at(name)]!;
    this.current = this.waiting.shift();
    if (this.current !== undefined) this.begin(this.current);
    else if (this.isEnded) {
      this.setup.finish(0, rescaleTime(this.endPts, link.timeBase, inverse(this.frameRate)));
    }
  }

  private begin(frame: VideoFrame): void {
    const { v } = this;
    // What was computed for the picture before has names of its own; this one begins anew.
    for (const name of ['zoom', 'x', 'y']) v[at(name)] = name === 'zoom' ? 1 : 0;
    v[at('pduration')] = v[at('duration')]!;
    v.fill(this.inputCount++, at('in'), at('in') + 1);
    v.fill(secondsOf(frame.pts, this.link), at('in_time'), at('in_time') + 2);
    v[at('on')] = this.outputCount;
    this.count = Math.max(0, Math.trunc(this.expressions.d.evaluate(v)));
    v[at('duration')] = this.count;
    this.index = 0;
  }

  private draw(frame: VideoFrame): VideoFrame {
    const { v, link, width, height, outputCount } = this;
    const { zoom, x, y } = this.expressions;
    v.fill(outputCount / (this.frameRate[0] / this.frameRate[1]), at('time'), at('time') + 3);
    v[at('frame')] = this.index;
    v[at('on')] = outputCount;
    const level = Math.min(Math.max(zoom.evaluate(v), 1), 10) || 1;
    v[at('zoom')] = level;
    const w = Math.trunc(link.width / level);
    const h = Math.trunc(link.height / level);
    const left = Math.min(Math.max(x.evaluate(v) || 0, 0), Math.max(link.width - w, 0));
    v[at('x')] = left;
    const top = Math.min(Math.max(y.evaluate(v) || 0, 0), Math.max(link.height - h, 0));
    v[at('y')] = top;
    const { chromaShiftX, chromaShiftY } = pixFmtInfo(link.pixFmt);
    const whole = (value: number, shift: number) => Math.trunc(value) & ~((1 << shift) - 1);
    const [fromX, fromY] = [whole(left, chromaShiftX), whole(top, chromaShiftY)];
    const view = viewOf(frame, fromX, fromY, Math.max(1, w), Math.max(1, h));
    const out = newPicture(link.pixFmt, width, height, outputCount);
    this.scalerFor(view.width, view.height)(view, out);
    return out;
  }

  private scalerFor(w: number, h: number): PictureScaler {
    const { scalers, width, height } = this;
    const key = `${w}x${h}`;
    let scaler = scalers.get(key);
    if (scaler === undefined) {
      if (scalers.size > MAX_SCALERS) scalers.clear();
      const { pixFmt } = this.link;
      scaler = createPictureScaler(
        { pixFmt, width: w, height: h },
        { pixFmt, width, height },
        { kernel: { kind: 'bicubic', b: 0, c: 0.6 }, vectorKernels: false },
      );
      scalers.set(key, scaler);
    }
    return scaler;
  }
}

/** The variables before the first picture. */
function startValues(link: VideoLink, width: number, height: number): Float64Array {
  const v = new Float64Array(VARIABLES.length).fill(0);
  const { chromaShiftX, chromaShiftY } = pixFmtInfo(link.pixFmt);
  const sar = pixelAspect(link);
  const a = link.width / link.height;
  v.set([link.width, link.width, link.height, link.height, width, width, height, height]);
  v.set([a, sar, a * sar, 1 << chromaShiftX, 1 << chromaShiftY], at('a'));
  v[at('zoom')] = 1;
  v[at('pzoom')] = 1;
  return v;
}
