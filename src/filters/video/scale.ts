/** `scale`: another size, another pixel format. Sizes are expressions; -n keeps the shape, with a size that n divides. */
import { type Rational, reduced } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, VIDEO_PAD, type VideoLink } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { approximate } from '../language/values.ts';
import { picture, videoLink } from '../pixels/picture-work.ts';
import {
  createPictureScaler,
  type PictureScaler,
  type PictureSide,
  type ScaleMethod,
} from '../scale/picture-scaler.ts';
import { canSharePlanes, withSharedPlanes } from '../scale/share-planes.ts';
import { FLAGS, matrixOf, methodOf, RANGES, rangeOf, siteOf, sizeOf } from './scale-options.ts';

/** Scales and converts. */
export const SCALE: FilterDefinition = {
  name: 'scale',
  description: 'scales pictures and converts their pixel format',
  options: [
    {
      name: 'w',
      aliases: ['width'],
      kind: 'string',
      default: '',
      description: 'width; 0 as the input, -n by the shape',
    },
    {
      name: 'h',
      aliases: ['height'],
      kind: 'string',
      default: '',
      description: 'height, likewise',
    },
    {
      name: 'flags',
      aliases: ['sws_flags'],
      kind: 'flags',
      choices: FLAGS,
      description: 'kernel and ways of rounding',
    },
    {
      name: 'interl',
      kind: 'boolean',
      default: '0',
      choices: { '-1': -1 },
      description: 'scale the rows of the two fields apart',
    },
    { name: 'size', aliases: ['s'], kind: 'string', default: '', description: 'width and height' },
    {
      name: 'in_color_matrix',
      kind: 'string',
      default: 'auto',
      description: 'matrix of the input',
    },
    { name: 'out_color_matrix', kind: 'string', default: '', description: 'matrix of the output' },
    {
      name: 'in_range',
      aliases: ['src_range'],
      kind: 'choice',
      default: 'auto',
      choices: RANGES,
      description: 'range of the input',
    },
    {
      name: 'out_range',
      aliases: ['dst_range'],
      kind: 'choice',
      default: 'auto',
      choices: RANGES,
      description: 'range of the output',
    },
    ...['in_v_chr_pos', 'in_h_chr_pos', 'out_v_chr_pos', 'out_h_chr_pos'].map(
      (name): OptionDefinition => ({
        name,
        kind: 'integer',
        default: '-513',
        min: -513,
        max: 512,
        description: 'place of chroma in 1/256 of a luma sample; -513 in the middle',
      }),
    ),
    {
      name: 'force_original_aspect_ratio',
      kind: 'choice',
      default: 'disable',
      choices: { disable: 0, decrease: 1, increase: 2 },
      description: 'keep the shape by a smaller or larger picture than asked for',
    },
    {
      name: 'force_divisible_by',
      kind: 'integer',
      default: '1',
      min: 1,
      max: 256,
      description: 'with that, sizes are multiples of this',
    },
    {
      name: 'sws_dither',
      kind: 'choice',
      default: 'auto',
      choices: { auto: 1, bayer: 2, ed: 3, a_dither: 4, x_dither: 5 },
      description: 'has no effect: nothing is dithered',
      namedOnly: true,
    },
    {
      name: 'threads',
      kind: 'integer',
      default: '1',
      min: 0,
      max: 0x7fffffff,
      description: 'has no effect: there is one',
      namedOnly: true,
    },
    { name: 'param0', kind: 'number', description: 'first parameter of the kernel' },
    { name: 'param1', kind: 'number', description: 'second parameter of the kernel' },
    {
      name: 'eval',
      kind: 'choice',
      default: 'init',
      choices: { init: 0, frame: 1 },
      description: 'has no effect: sizes of links are fixed',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  formats: () => ({
    inputs: [{ kind: 'video', pixFmts: { allowed: ALL_PIX_FMTS } }],
    outputs: [{ kind: 'video', pixFmts: { allowed: ALL_PIX_FMTS } }],
  }),
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const { pixFmt } = setup.outputs[0]! as { pixFmt: VideoLink['pixFmt'] };
    const [width, height] = sizeOf(options, link, pixFmt);
    const [from, to] = sidesOf(options, link, { pixFmt, width, height });
    const scalers = new Scalers(from, to, methodOf(options, setup.scaleFlags));
    const interlaced = options.boolean('interl');
    const sameSize = width === link.width && height === link.height;
    // As in swscale, where neither size nor format changes, places of chroma move nothing.
    const isYuv = pixFmtInfo(link.pixFmt).model === 'yuv' && pixFmtInfo(pixFmt).model === 'yuv';
    const sameMatrix = !isYuv || (from.matrix ?? 6) === (to.matrix ?? 6);
    const sameCodes = sameMatrix && from.fullRange === to.fullRange;
    const isSame = sameSize && pixFmt === link.pixFmt && sameCodes;
    const sharing = sameSize && sameMatrix && canSharePlanes(from, to);
    return {
      outputs: [outputLink(link, to)],
      letsGo: !isSame && !sharing,
      push(_, frame) {
        const source = picture(frame);
        if (isSame || sharing) {
          setup.emit(0, isSame ? source : withSharedPlanes(source, pixFmt));
          return;
        }
        const target = setup.takePicture(pixFmt, width, height, source.pts);
        if (interlaced) {
          for (const parity of [0, 1]) {
            scalers.scale(fieldOf(source, parity), fieldOf(target, parity));
          }
        } else scalers.scale(source, target);
        setup.emit(0, target);
      },
    };
  },
};

/** What comes in and what is asked for. */
function sidesOf(
  options: OptionValues,
  link: VideoLink,
  target: Pick<VideoLink, 'pixFmt' | 'width' | 'height'>,
): readonly [from: PictureSide, to: PictureSide] {
  const { pixFmt, width, height } = link;
  const matrix = matrixOf(options, 'in_color_matrix') ?? link.matrix;
  const fullRange = rangeOf(options, 'in_range') ?? link.fullRange;
  const sameRange = pixFmt === target.pixFmt ? fullRange : undefined;
  return [
    { pixFmt, width, height, matrix, fullRange, chromaSite: siteOf(options, 'in', pixFmt) },
    {
      ...target,
      matrix: matrixOf(options, 'out_color_matrix') ?? matrix,
      fullRange: rangeOf(options, 'out_range') ?? sameRange,
      chromaSite: siteOf(options, 'out', target.pixFmt),
    },
  ];
}

/** The link out: pixels have another shape where the sides change by different factors. */
function outputLink(link: VideoLink, to: PictureSide): VideoLink {
  const [num, den] = link.sampleAspectRatio;
  const { pixFmt, width, height } = to;
  const sampleAspectRatio: Rational =
    num === 0
      ? link.sampleAspectRatio
      : approximate(num * link.width * height, den * link.height * width, 0x7fffffff);
  const isYuv = pixFmtInfo(pixFmt).model === 'yuv';
  return {
    ...link,
    pixFmt,
    width,
    height,
    sampleAspectRatio: reduced(sampleAspectRatio),
    matrix: isYuv ? to.matrix : undefined,
    fullRange: isYuv ? to.fullRange : undefined,
  };
}

/** A scaler for each pair of sizes that occurs: two where fields have different heights. */
class Scalers {
  private readonly from: PictureSide;
  private readonly to: PictureSide;
  private readonly method: ScaleMethod;
  private readonly bySize = new Map<string, PictureScaler>();

  constructor(from: PictureSide, to: PictureSide, method: ScaleMethod) {
    this.from = from;
    this.to = to;
    this.method = method;
  }

  scale(source: VideoFrame, target: VideoFrame): void {
    const [{ width, height }, { height: toHeight }] = [source, target];
    if (height === 0 || toHeight === 0) return;
    const key = `${width}x${height}:${toHeight}`;
    let scaler = this.bySize.get(key);
    if (scaler === undefined) {
      const from = { ...this.from, width, height };
      scaler = createPictureScaler(from, { ...this.to, height: toHeight }, this.method);
      this.bySize.set(key, scaler);
    }
    scaler(source, target);
  }
}

/** Every second row of a picture, from row 0 or 1 on, as a view. */
function fieldOf(frame: VideoFrame, parity: number): VideoFrame {
  const planes = frame.planes.map((plane) => ({
    ...plane,
    offset: plane.offset + parity * plane.stride,
    stride: plane.stride * 2,
  }));
  return { ...frame, planes, height: (frame.height + 1 - parity) >> 1 };
}
