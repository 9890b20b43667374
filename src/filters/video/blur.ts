/**
 * `gblur` and `boxblur`. The first is the recursive filter of Alvarez and Mazorra ("Signal and image restoration using shock filters and
 * anisotropic diffusion", 1994; Getreuer, "A survey of Gaussian convolution algorithms", IPOL 2013, section 2.3): a pole run forward
 * and backward along rows, then along columns, `steps` times. The second is the mean of 2r + 1 samples, `power` times, the
 * picture mirrored at its edges.
 */
import { ALL_PIX_FMTS, hasAlpha, pixFmtInfo } from '../../frames/pixel-format.ts';
import {
  type FilterDefinition,
  samePixFmt,
  VIDEO_PAD,
  type VideoLink,
} from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { BoxPlanes } from '../pixels/box-planes.ts';
import { GaussPlanes } from '../pixels/gauss-planes.ts';
import { componentsOf, copyComponent, picture, videoLink } from '../pixels/picture-work.ts';

const PLANAR = ALL_PIX_FMTS.filter((name) => {
  const info = pixFmtInfo(name);
  return !info.bigEndian && info.order === undefined && info.samplesPerPixel.length !== 2;
});

/** Planes in the order of memory that a mask means: bit 0 is the first plane, G of planar RGB. */
function planeOf(c: number, link: VideoLink): number {
  return pixFmtInfo(link.pixFmt).model === 'rgb' && c < 3 ? [2, 0, 1][c]! : c;
}

/** Gaussian blur. */
export const GBLUR: FilterDefinition = {
  name: 'gblur',
  description: 'blurs pictures by a Gaussian',
  options: [
    {
      name: 'sigma',
      kind: 'number',
      default: '0.5',
      min: 0,
      max: 1024,
      description: 'standard deviation across',
    },
    {
      name: 'steps',
      kind: 'integer',
      default: '1',
      min: 1,
      max: 6,
      description: 'passes; more are nearer to a Gaussian',
    },
    {
      name: 'planes',
      kind: 'integer',
      default: '15',
      min: 0,
      max: 15,
      description: 'mask of the planes',
    },
    {
      name: 'sigmaV',
      kind: 'number',
      default: '-1',
      min: -1,
      max: 1024,
      description: 'standard deviation down; -1 as across',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(PLANAR),
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const across = options.number('sigma');
    const down = options.number('sigmaV') < 0 ? across : options.number('sigmaV');
    const mask = options.number('planes');
    const planes = new GaussPlanes(across, down, options.number('steps'));
    return {
      letsGo: true,
      push(_, frame) {
        const source = picture(frame);
        const out = setup.takePicture(source.pixFmt, source.width, source.height, source.pts);
        const inputs = componentsOf(source);
        componentsOf(out).forEach((component, c) => {
          if (((mask >> planeOf(c, link)) & 1) === 1) planes.blur(inputs[c]!, component);
          else copyComponent(inputs[c]!, component);
        });
        setup.emit(0, out);
      },
    };
  },
};

const VARIABLES = ['w', 'h', 'cw', 'ch', 'hsub', 'vsub'];

const radius = (
  name: string,
  alias: string,
  value: string | undefined,
  what: string,
): OptionDefinition => ({
  name,
  aliases: [alias],
  kind: 'expression',
  ...(value === undefined ? {} : { default: value }),
  description: `radius of ${what}`,
});
const power = (name: string, alias: string, value: string, what: string): OptionDefinition => ({
  name,
  aliases: [alias],
  kind: 'integer',
  default: value,
  min: value === '2' ? 0 : -1,
  max: 0x7fffffff,
  description: `passes over ${what}`,
});

/** Box blur. */
export const BOXBLUR: FilterDefinition = {
  name: 'boxblur',
  description: 'blurs pictures by the mean of a box',
  options: [
    radius('luma_radius', 'lr', '2', 'luma'),
    power('luma_power', 'lp', '2', 'luma'),
    radius('chroma_radius', 'cr', undefined, 'chroma; as luma by default'),
    power('chroma_power', 'cp', '-1', 'chroma; as luma by default'),
    radius('alpha_radius', 'ar', undefined, 'opacity; as luma by default'),
    power('alpha_power', 'ap', '-1', 'opacity; as luma by default'),
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(PLANAR),
  open(setup) {
    const link = videoLink(setup.inputs[0]);
    const boxes = ['luma', 'chroma', 'alpha'].map((name) => boxOf(setup.options, name, link));
    const isYuv = pixFmtInfo(link.pixFmt).model === 'yuv';
    const planes = new BoxPlanes();
    return {
      letsGo: true,
      push(_, frame) {
        const source = picture(frame);
        const out = setup.takePicture(source.pixFmt, source.width, source.height, source.pts);
        const inputs = componentsOf(source);
        componentsOf(out).forEach((component, c) => {
          const { radius, power } = boxes[c === 3 ? 2 : isYuv && c > 0 ? 1 : 0]!;
          if (radius === 0 || power === 0) copyComponent(inputs[c]!, component);
          else planes.blur(inputs[c]!, component, radius, power);
        });
        setup.emit(0, out);
      },
    };
  },
};

function boxOf(options: OptionValues, name: string, link: VideoLink) {
  const info = pixFmtInfo(link.pixFmt);
  const { width: w, height: h } = link;
  const [cw, ch] = [-(-w >> info.chromaShiftX), -(-h >> info.chromaShiftY)];
  const v = Float64Array.of(w, h, cw, ch, 1 << info.chromaShiftX, 1 << info.chromaShiftY);
  const option = options.isSet(`${name}_radius`) ? `${name}_radius` : 'luma_radius';
  const value = Math.trunc(options.expression(option, { variables: VARIABLES }).evaluate(v));
  const [width, height] = name === 'chroma' ? [cw, ch] : [w, h];
  const largest = Math.min(width, height) >> 1;
  const used = name === 'luma' || (name === 'chroma' ? info.model === 'yuv' : hasAlpha(info));
  if (used && !(value >= 0 && value <= largest)) {
    throw options.error(option, `the radius of ${name} is ${value}, allowed are 0..${largest}`);
  }
  const passes = options.number(`${name}_power`);
  return { radius: value, power: passes < 0 ? options.number('luma_power') : passes };
}
