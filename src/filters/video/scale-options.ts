/** The meaning of the options of `scale`: the size, the kernel, places of chroma, matrices and ranges. */
import { colorNames, requireColorCode } from '../../frames/color-names.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import type { VideoLink } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { MAX_SIZE } from '../ends/buffer.ts';
import { parseSize } from '../language/values.ts';
import { pixelAspect } from '../pixels/picture-work.ts';
import type { ScaleMethod } from '../scale/picture-scaler.ts';
import type { ScaleKernel } from '../scale/weights.ts';

// biome-ignore format: the order of the values below
const VARIABLES = ['in_w', 'iw', 'in_h', 'ih', 'out_w', 'ow', 'out_h', 'oh', 'a', 'sar', 'dar', 'hsub', 'vsub', 'ohsub', 'ovsub', 'n', 't', 'pos'];
const OUT_W = 4;
const OUT_H = 6;

/** Names of scaling flags; their numbers are ours. Kernels come first. */
export const FLAGS = {
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
  bt470: 'smpte170m',
  smpte240m: 'smpte240m',
  bt2020: 'bt2020nc',
};

/** Values of the options of ranges. */
export const RANGES = {
  auto: -1,
  unknown: -1,
  limited: 0,
  tv: 0,
  mpeg: 0,
  full: 1,
  pc: 1,
  jpeg: 1,
} as const;

/** Where chroma lies in its block. */
export function siteOf(
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

/** The texts of width and height, and the option that the width stands in. */
function sizeTexts(options: OptionValues): { w: string; h: string; widthOption: 'w' | 'size' } {
  const [w, h] = [options.text('w'), options.text('h')];
  const isWhole = (w !== '' && h === '' && parseSize(w) !== undefined) || /x$/.test(w);
  if (!options.isSet('size') && !isWhole) return { w, h, widthOption: 'w' };
  const widthOption = options.isSet('size') ? 'size' : 'w';
  const size = parseSize(options.text(widthOption));
  if (size === undefined) {
    throw options.error(
      widthOption,
      `got ${JSON.stringify(options.text(widthOption))}, allowed are WIDTHxHEIGHT or a name`,
    );
  }
  return { w: String(size[0]), h: String(size[1]), widthOption };
}

/** Values of the variables of sizes; those of the output are not known yet. */
function sizeVariables(link: VideoLink, outFmt: VideoLink['pixFmt']): Float64Array {
  const sar = pixelAspect(link);
  const a = link.width / link.height;
  const [from, to] = [pixFmtInfo(link.pixFmt), pixFmtInfo(outFmt)];
  const { width: iw, height: ih } = link;
  const steps = [from.chromaShiftX, from.chromaShiftY, to.chromaShiftX, to.chromaShiftY];
  return Float64Array.of(
    ...[iw, iw, ih, ih, NaN, NaN, NaN, NaN, a, sar, a * sar],
    ...steps.map((shift) => 1 << shift),
    ...[NaN, NaN, NaN],
  );
}

/** The size of the output. */
export function sizeOf(
  options: OptionValues,
  link: VideoLink,
  outFmt: VideoLink['pixFmt'],
): readonly [number, number] {
  const { w, h, widthOption } = sizeTexts(options);
  const v = sizeVariables(link, outFmt);
  const compile = (name: string, text: string, otherwise: string) =>
    options.compile(widthOption === 'size' ? 'size' : name, text === '' ? otherwise : text, 0, {
      variables: VARIABLES,
    });
  const [width, height] = [compile('w', w, 'iw'), compile('h', h, 'ih')];
  const set = (at: number, value: number) =>
    v.fill(value === 0 ? (at === OUT_W ? link.width : link.height) : value, at, at + 2);
  // The width may name the height, which may name the width.
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
  const fits = size.map((side) => side >= 1 && side <= MAX_SIZE);
  if (!fits[0] || !fits[1]) {
    throw options.error(
      options.isSet('size') ? 'size' : fits[0] ? 'h' : 'w',
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
  const byHeight = Math.round((h * link.width) / link.height);
  const byWidth = Math.round((w * link.height) / link.width);
  // Both sides become multiples of n, and stay within the size that was asked for, or around it.
  if (force === 1) {
    return [Math.min(byHeight, w), Math.min(byWidth, h)].map((v) => v - (v % n)) as [
      number,
      number,
    ];
  }
  return [Math.max(byHeight, w), Math.max(byWidth, h)].map((v) => Math.ceil(v / n) * n) as [
    number,
    number,
  ];
}

/** The kernel and the ways of converting that flags ask for. */
export function methodOf(options: OptionValues, graphFlags: string): ScaleMethod {
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

/** The matrix that an option names, if it does. */
export function matrixOf(options: OptionValues, name: string): number | undefined {
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

/** The range that an option names, if it does. */
export function rangeOf(options: OptionValues, name: string): boolean | undefined {
  const value = options.number(name);
  return value === -1 ? undefined : value === 1;
}
