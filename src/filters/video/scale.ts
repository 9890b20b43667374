/** `scale`: another size, another pixel format. Sizes are expressions; -n keeps the shape, with a size that n divides. */
import { type Rational, reduced } from '../../base/rational.ts';
import { colorNames, requireColorCode } from '../../frames/color-names.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import { MAX_SIZE } from '../ends/buffer.ts';
import { type FilterDefinition, VIDEO_PAD, type VideoLink } from '../filter.ts';
import { approximate, parseSize } from '../language/values.ts';
import type { OptionDefinition, OptionValues } from '../options.ts';
import {
  createPictureScaler,
  type PictureScaler,
  type ScaleMethod,
} from '../scale/picture-scaler.ts';
import type { ScaleKernel } from '../scale/weights.ts';
import { newPicture, picture, videoLink } from './picture-work.ts';

// biome-ignore format: the order of the values below
const VARIABLES = ['in_w', 'iw', 'in_h', 'ih', 'out_w', 'ow', 'out_h', 'oh', 'a', 'sar', 'dar', 'hsub', 'vsub', 'ohsub', 'ovsub', 'n', 't', 'pos'];
const OUT_W = 4;
const OUT_H = 6;

/** Names of scaling flags; their numbers are ours. Kernels come first. */
const FLAGS = {
  bicubic: 1,
  bilinear: 2,
  fast_bilinear: 4,
  area: 8,
  lanczos: 16,
  neighbor: 32,
  bicublin: 64,
  accurate_rnd: 256,
  full_chroma_int: 512,
  full_chroma_inp: 1024,
  bitexact: 2048,
  print_info: 4096,
} as const;

/** Table: names of matrices in ffmpeg's `in_color_matrix` => ours. */
const MATRIX_NAMES: Readonly<Record<string, string>> = {
  bt601: 'smpte170m',
  smpte240m: 'smpte240m',
  bt2020: 'bt2020nc',
};

const RANGES = {
  auto: -1,
  unknown: -1,
  limited: 0,
  tv: 0,
  mpeg: 0,
  full: 1,
  pc: 1,
  jpeg: 1,
} as const;

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
    { name: 'flags', kind: 'flags', choices: FLAGS, description: 'kernel and ways of rounding' },
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
      kind: 'choice',
      default: 'auto',
      choices: RANGES,
      description: 'range of the input',
    },
    {
      name: 'out_range',
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
    const method = methodOf(options, setup.scaleFlags);
    const inMatrix = matrixOf(options, 'in_color_matrix') ?? link.matrix;
    const outMatrix = matrixOf(options, 'out_color_matrix') ?? inMatrix;
    const inRange = rangeOf(options, 'in_range') ?? link.fullRange;
    const outRange =
      rangeOf(options, 'out_range') ?? (pixFmt === link.pixFmt ? inRange : undefined);
    const interlaced = options.boolean('interl');
    const chromaIn = siteOf(options, 'in', link.pixFmt);
    const to = {
      ...{ pixFmt, width, matrix: outMatrix, fullRange: outRange },
      chromaSite: siteOf(options, 'out', pixFmt),
    };
    const scalers = new Map<string, PictureScaler>();
    const scalerFor = (fromWidth: number, fromHeight: number, toHeight: number): PictureScaler => {
      const key = `${fromWidth}x${fromHeight}:${toHeight}`;
      let scaler = scalers.get(key);
      if (scaler === undefined) {
        const from = {
          ...{ pixFmt: link.pixFmt, width: fromWidth, height: fromHeight },
          ...{ matrix: inMatrix, fullRange: inRange, chromaSite: chromaIn },
        };
        scaler = createPictureScaler(from, { ...to, height: toHeight }, method);
        scalers.set(key, scaler);
      }
      return scaler;
    };
    const [num, den] = link.sampleAspectRatio;
    const sampleAspectRatio: Rational =
      num === 0
        ? link.sampleAspectRatio
        : approximate(num * link.width * height, den * link.height * width, 0x7fffffff);
    const model = pixFmtInfo(pixFmt).model;
    const color =
      model === 'yuv'
        ? { matrix: outMatrix, fullRange: outRange }
        : { matrix: undefined, fullRange: undefined };
    // As in swscale, where neither size nor format changes, places of chroma move nothing.
    const sameFormat = pixFmt === link.pixFmt && inRange === outRange;
    return {
      outputs: [
        { ...link, pixFmt, width, height, sampleAspectRatio: reduced(sampleAspectRatio), ...color },
      ],
      push(_, frame) {
        const source = picture(frame);
        if (sameFormat && source.width === width && source.height === height) {
          setup.emit(0, source);
          return;
        }
        const target = newPicture(pixFmt, width, height, source.pts);
        if (interlaced) {
          for (const parity of [0, 1]) {
            const [from, into] = [fieldOf(source, parity), fieldOf(target, parity)];
            if (from.height > 0 && into.height > 0)
              scalerFor(from.width, from.height, into.height)(from, into);
          }
        } else scalerFor(source.width, source.height, height)(source, target);
        setup.emit(0, target);
      },
    };
  },
};

/** Every second row of a picture, from row 0 or 1 on, as a view. */
function fieldOf(frame: VideoFrame, parity: number): VideoFrame {
  const planes = frame.planes.map((plane) => ({
    ...plane,
    offset: plane.offset + parity * plane.stride,
    stride: plane.stride * 2,
  }));
  return { ...frame, planes, height: (frame.height + 1 - parity) >> 1 };
}

/** Where chroma lies in its block. */
function siteOf(
  options: OptionValues,
  side: 'in' | 'out',
  pixFmt: VideoLink['pixFmt'],
): readonly [number, number] {
  const info = pixFmtInfo(pixFmt);
  const place = (name: string, shift: number): number => {
    const value = options.number(name);
    return value === -513 ? 0.5 : (value + 128) / 256 / (1 << shift);
  };
  return [
    place(`${side}_h_chr_pos`, info.chromaShiftX),
    place(`${side}_v_chr_pos`, info.chromaShiftY),
  ];
}

/** The size of the output. */
function sizeOf(
  options: OptionValues,
  link: VideoLink,
  outFmt: VideoLink['pixFmt'],
): readonly [number, number] {
  let [w, h] = [options.text('w'), options.text('h')];
  let sizeOption = 'w';
  if (
    options.isSet('size') ||
    (w !== '' && h === '' && parseSize(w) !== undefined) ||
    /x$/.test(w)
  ) {
    sizeOption = options.isSet('size') ? 'size' : 'w';
    const size = parseSize(options.text(sizeOption));
    if (size === undefined) {
      throw options.error(
        sizeOption,
        `got ${JSON.stringify(options.text(sizeOption))}, allowed are WIDTHxHEIGHT or a name`,
      );
    }
    [w, h] = [String(size[0]), String(size[1])];
  }
  const [num, den] = link.sampleAspectRatio;
  const sar = num > 0 ? num / den : 1;
  const a = link.width / link.height;
  const [from, to] = [pixFmtInfo(link.pixFmt), pixFmtInfo(outFmt)];
  const v = Float64Array.of(
    ...[link.width, link.width, link.height, link.height, NaN, NaN, NaN, NaN, a, sar, a * sar],
    ...[
      1 << from.chromaShiftX,
      1 << from.chromaShiftY,
      1 << to.chromaShiftX,
      1 << to.chromaShiftY,
      NaN,
      NaN,
      NaN,
    ],
  );
  const compile = (name: string, text: string, otherwise: string) =>
    options.compile(sizeOption === 'size' ? 'size' : name, text === '' ? otherwise : text, 0, {
      variables: VARIABLES,
    });
  const [width, height] = [compile('w', w, 'iw'), compile('h', h, 'ih')];
  const set = (at: number, value: number) =>
    v.fill(value === 0 ? (at === OUT_W ? link.width : link.height) : value, at, at + 2);
  set(OUT_W, Math.trunc(width.evaluate(v)));
  set(OUT_H, Math.trunc(height.evaluate(v)));
  set(OUT_W, Math.trunc(width.evaluate(v)));
  for (const [name, at] of [
    ['w', OUT_W],
    ['h', OUT_H],
  ] as const) {
    if (Number.isNaN(v[at]!)) throw options.error(name, 'the size is not a number');
  }
  const size = adjustSize(options, link, v[OUT_W]!, v[OUT_H]!);
  if (!(size[0] >= 1 && size[0] <= MAX_SIZE && size[1] >= 1 && size[1] <= MAX_SIZE)) {
    const bad = size[0] >= 1 && size[0] <= MAX_SIZE ? 'h' : 'w';
    throw options.error(
      options.isSet('size') ? 'size' : bad,
      `the size is ${size[0]}x${size[1]}, allowed are sides of 1..${MAX_SIZE}`,
    );
  }
  return size;
}

/** Negative sizes, and shapes that are kept. */
function adjustSize(
  options: OptionValues,
  link: VideoLink,
  width: number,
  height: number,
): readonly [number, number] {
  let [w, h] = [width, height];
  const multipleOf = (value: number, n: number) => Math.round(value / n) * n;
  if (w < 0 && h < 0) [w, h] = [link.width, link.height];
  else if (w < 0) w = multipleOf((h * link.width) / link.height, -w);
  else if (h < 0) h = multipleOf((w * link.height) / link.width, -h);
  const force = options.number('force_original_aspect_ratio');
  if (force === 0) return [w, h];
  const n = options.number('force_divisible_by');
  const byHeight = multipleOf((h * link.width) / link.height, n);
  const byWidth = multipleOf((w * link.height) / link.width, n);
  if (force === 1) return [Math.min(byHeight, w), Math.min(byWidth, h)];
  return [Math.max(byHeight, w), Math.max(byWidth, h)];
}

/** The kernel and the ways of converting that flags ask for. */
function methodOf(options: OptionValues, graphFlags: string): ScaleMethod {
  const fromGraph = graphFlags
    .split(/[+|]/)
    .map((name) => name.replace(/^flags=/, ''))
    .reduce((sum, name) => sum | (FLAGS[name as keyof typeof FLAGS] ?? 0), 0);
  const flags = options.optionalNumber('flags') ?? fromGraph;
  const has = (name: keyof typeof FLAGS): boolean => (flags & FLAGS[name]) !== 0;
  const bicubic: ScaleKernel = {
    kind: 'bicubic',
    b: options.optionalNumber('param0') ?? 0,
    c: options.optionalNumber('param1') ?? 0.6,
  };
  let kernel: ScaleKernel = bicubic;
  if (has('bilinear') || has('fast_bilinear')) kernel = { kind: 'bilinear' };
  else if (has('area')) kernel = { kind: 'area' };
  else if (has('neighbor')) kernel = { kind: 'neighbor' };
  else if (has('lanczos')) kernel = { kind: 'lanczos', lobes: lobesOf(options) };
  return {
    kernel,
    ...(has('bicublin') ? { chromaKernel: { kind: 'bilinear' } as const } : {}),
    fullChroma: has('full_chroma_int'),
    accurate: has('accurate_rnd'),
  };
}

function lobesOf(options: OptionValues): number {
  const lobes = options.optionalNumber('param0') ?? 3;
  if (!(Number.isInteger(lobes) && lobes >= 1 && lobes <= 16)) {
    throw options.error('param0', `got ${lobes}, allowed are 1 to 16 lobes`);
  }
  return lobes;
}

function matrixOf(options: OptionValues, name: string): number | undefined {
  const text = options.text(name);
  if (text === '' || text === 'auto') return undefined;
  const known = Object.hasOwn(MATRIX_NAMES, text) ? MATRIX_NAMES[text]! : text;
  try {
    return requireColorCode(name, 'matrix', known);
  } catch {
    throw options.error(
      name,
      `got ${JSON.stringify(text)}, allowed are bt601, ${colorNames('matrix').join(', ')}`,
    );
  }
}

function rangeOf(options: OptionValues, name: string): boolean | undefined {
  const value = options.number(name);
  return value === -1 ? undefined : value === 1;
}
