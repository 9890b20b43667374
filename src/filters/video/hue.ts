/** `hue`: chroma turned by an angle and stretched, luma shifted. */
import { type PixFmt, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import type { Expression } from '../language/expression.ts';
import {
  type Component,
  componentsOf,
  copyOf,
  picture,
  secondsOf,
  videoLink,
} from '../pixels/picture-work.ts';

const PIX_FMTS: readonly PixFmt[] = [
  'yuv444p',
  'yuv422p',
  'yuv420p',
  'yuva444p',
  'yuva422p',
  'yuva420p',
  'yuv444p10le',
  'yuv422p10le',
  'yuv420p10le',
];
const VARIABLES = ['n', 'pts', 'r', 't', 'tb'];

/** Turns hues. */
export const HUE: FilterDefinition = {
  name: 'hue',
  description: 'turns hues and adjusts saturation and brightness',
  options: [
    { name: 'h', kind: 'expression', description: 'angle in degrees' },
    { name: 's', kind: 'expression', default: '1', description: 'saturation, -10..10' },
    { name: 'H', kind: 'expression', description: 'angle in radians' },
    { name: 'b', kind: 'expression', default: '0', description: 'brightness, -10..10' },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(PIX_FMTS),
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const { bitDepth } = pixFmtInfo(link.pixFmt);
    const codes = 2 ** bitDepth;
    // As in ffmpeg, a tenth of the range: of 255 in 8 bits, of 1024 in 10.
    const tenth = bitDepth === 8 ? 25.5 : codes / 10;
    if (options.isSet('h') && options.isSet('H')) {
      throw options.error('H', 'the angle is given twice: in degrees (h) and radians (H)');
    }
    const compile = (name: string): Expression =>
      options.expression(name, { variables: VARIABLES });
    const degrees = options.isSet('h') ? compile('h') : undefined;
    const radians = options.isSet('H') ? compile('H') : undefined;
    const [saturation, brightness] = [compile('s'), compile('b')];
    const rate = link.frameRate[0] > 0 ? link.frameRate[0] / link.frameRate[1] : Number.NaN;
    const v = Float64Array.of(0, 0, rate, 0, link.timeBase[0] / link.timeBase[1]);
    let n = 0;
    return {
      letsGo: true,
      passBy: () => void n++,
      push(_, frame) {
        v[0] = n++;
        v[1] = frame.pts;
        v[3] = secondsOf(frame.pts, link);
        const angle = radians?.evaluate(v) ?? ((degrees?.evaluate(v) ?? 0) * Math.PI) / 180;
        const clip = (value: number) => Math.min(Math.max(value, -10), 10);
        const s = clip(saturation.evaluate(v));
        const shift = clip(brightness.evaluate(v));
        const out = copyOf(picture(frame), setup.takePicture);
        const [luma, cb, cr] = componentsOf(out) as [Component, Component, Component];
        if (shift !== 0) shiftLuma(luma, Math.trunc(shift * tenth), codes - 1);
        turn(
          cb,
          cr,
          Math.round(Math.sin(angle) * 65536 * s),
          Math.round(Math.cos(angle) * 65536 * s),
          codes,
        );
        setup.emit(0, out);
      },
    };
  },
};

function shiftLuma(
  { data, offset, stride, width, height }: Component,
  amount: number,
  largest: number,
): void {
  for (let y = 0; y < height; y++) {
    for (let p = offset + y * stride, end = p + width; p < end; p++) {
      data[p] = Math.min(Math.max(data[p]! + amount, 0), largest);
    }
  }
}

/** Rotates chroma about its zero; `sin` and `cos` are times 65536 and the saturation, `codes` how many values a sample has. */
function turn(cb: Component, cr: Component, sin: number, cos: number, codes: number): void {
  const zero = codes / 2;
  for (let y = 0; y < cb.height; y++) {
    let p = cb.offset + y * cb.stride;
    let q = cr.offset + y * cr.stride;
    for (let x = 0; x < cb.width; x++, p++, q++) {
      const u = cb.data[p]! - zero;
      const v = cr.data[q]! - zero;
      const turnedU = (cos * u - sin * v + 32768 + zero * 65536) / 65536;
      const turnedV = (sin * u + cos * v + 32768 + zero * 65536) / 65536;
      cb.data[p] = Math.min(Math.max(Math.floor(turnedU), 0), codes - 1);
      cr.data[q] = Math.min(Math.max(Math.floor(turnedV), 0), codes - 1);
    }
  }
}
