/** `zoompan`: a window that moves and zooms over pictures; each input picture gives several output pictures. */
import { inverse, type Rational } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import { MAX_SIZE } from '../ends/buffer.ts';
import { rescaleTime } from '../graph/run.ts';
import { newPicture, picture, secondsOf, videoLink, viewOf } from '../pixels/picture-work.ts';
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
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const info = pixFmtInfo(link.pixFmt);
    const [width, height] = options.pair('s')!;
    if (width > MAX_SIZE || height > MAX_SIZE)
      throw options.error('s', `allowed are sides up to ${MAX_SIZE}`);
    const frameRate = options.pair('fps') as Rational;
    const timeBase = inverse(frameRate);
    const scope = { variables: VARIABLES };
    const [zoom, x, y, d] = ['zoom', 'x', 'y', 'd'].map((name) => options.expression(name, scope));
    const v = new Float64Array(VARIABLES.length).fill(0);
    const [num, den] = link.sampleAspectRatio;
    const sar = num > 0 ? num / den : 1;
    const a = link.width / link.height;
    v.set([link.width, link.width, link.height, link.height, width, width, height, height]);
    v.set([a, sar, a * sar, 1 << info.chromaShiftX, 1 << info.chromaShiftY], at('a'));
    v[at('zoom')] = 1;
    v[at('pzoom')] = 1;
    const waiting: VideoFrame[] = [];
    let current: VideoFrame | undefined;
    let remaining = 0;
    let index = 0;
    let inputs = 0;
    let outputs = 0;
    let ended = Number.NaN;
    let isEnded = false;
    const scalers = new Map<string, PictureScaler>();
    const scalerFor = (w: number, h: number): PictureScaler => {
      const key = `${w}x${h}`;
      let scaler = scalers.get(key);
      if (scaler === undefined) {
        if (scalers.size > 64) scalers.clear();
        const { pixFmt } = link;
        scaler = createPictureScaler(
          { pixFmt, width: w, height: h },
          { pixFmt, width, height },
          { kernel: { kind: 'bicubic', b: 0, c: 0.6 }, vectorKernels: false },
        );
        scalers.set(key, scaler);
      }
      return scaler;
    };
    const begin = (frame: VideoFrame): void => {
      current = frame;
      // What was computed for the picture before has names of its own; this one begins anew.
      for (const name of ['zoom', 'x', 'y']) v[at(name)] = name === 'zoom' ? 1 : 0;
      v[at('pduration')] = v[at('duration')]!;
      v.fill(inputs++, at('in'), at('in') + 1);
      v.fill(secondsOf(frame.pts, link), at('in_time'), at('in_time') + 2);
      v[at('on')] = outputs;
      remaining = Math.max(0, Math.trunc(d!.evaluate(v)));
      v[at('duration')] = remaining;
      index = 0;
    };
    const draw = (frame: VideoFrame): VideoFrame => {
      v.fill(outputs / (frameRate[0] / frameRate[1]), at('time'), at('time') + 3);
      v[at('frame')] = index;
      v[at('on')] = outputs;
      const level = Math.min(Math.max(zoom!.evaluate(v), 1), 10) || 1;
      v[at('zoom')] = level;
      const w = Math.trunc(link.width / level);
      const h = Math.trunc(link.height / level);
      const left = Math.min(Math.max(x!.evaluate(v) || 0, 0), Math.max(link.width - w, 0));
      v[at('x')] = left;
      const top = Math.min(Math.max(y!.evaluate(v) || 0, 0), Math.max(link.height - h, 0));
      v[at('y')] = top;
      const maskX = ~((1 << info.chromaShiftX) - 1);
      const maskY = ~((1 << info.chromaShiftY) - 1);
      const view = viewOf(
        frame,
        Math.trunc(left) & maskX,
        Math.trunc(top) & maskY,
        Math.max(1, w),
        Math.max(1, h),
      );
      const out = newPicture(link.pixFmt, width, height, outputs);
      scalerFor(view.width, view.height)(view, out);
      return out;
    };
    const next = (): void => {
      if (current !== undefined)
        for (const name of ['zoom', 'x', 'y']) v[at(`p${name}`)] = v[at(name)]!;
      current = undefined;
      const frame = waiting.shift();
      if (frame !== undefined) begin(frame);
      else if (isEnded) setup.finish(0, rescaleTime(ended, link.timeBase, timeBase));
    };
    return {
      outputs: [{ ...link, width, height, timeBase, frameRate }],
      push(_, frame) {
        waiting.push(picture(frame));
        if (current === undefined) next();
      },
      end(_, pts) {
        isEnded = true;
        ended = pts;
        if (current === undefined) next();
      },
      pull() {
        if (current === undefined) return false;
        if (index < remaining) {
          const out = draw(current);
          index++;
          outputs++;
          setup.emit(0, out);
        } else next();
        return true;
      },
    };
  },
};
