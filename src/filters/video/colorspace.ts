/**
 * `colorspace`: Y'CbCr of one color space as that of another: to RGB by one matrix, to linear light, to other primaries (with the white adapted
 * by Bradford's transform), back through a transfer characteristic and another matrix. The numbers are those of H.273 Tables 2 to 4.
 */
import { codeRange, lumaWeights } from '../../frames/color-matrix.ts';
import { colorNames, requireColorCode } from '../../frames/color-names.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { type PixFmt, type PixFmtInfo, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, VIDEO_PAD, type VideoLink } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import {
  type Component,
  componentsOf,
  newPicture,
  picture,
  videoLink,
} from '../pixels/picture-work.ts';
import { primariesMatrix, samePrimaries, sameTransfer, transferOf } from './color-science.ts';

const PIX_FMTS: readonly PixFmt[] = [
  'yuv420p',
  'yuv422p',
  'yuv444p',
  'yuvj420p',
  'yuvj422p',
  'yuvj444p',
  'yuv420p10le',
  'yuv422p10le',
  'yuv444p10le',
  'yuv420p12le',
  'yuv422p12le',
  'yuv444p12le',
];

interface Space {
  readonly matrix: number;
  readonly primaries: number;
  readonly transfer: number;
}

/** Table: name of a whole system => its codes in H.273: matrix, primaries, transfer. */
// biome-ignore format: a table
const SYSTEMS: Readonly<Record<string, Space>> = {
  'bt470m': { matrix: 6, primaries: 4, transfer: 4 },
  'bt470bg': { matrix: 5, primaries: 5, transfer: 5 },
  'bt601-6-525': { matrix: 6, primaries: 6, transfer: 6 },
  'bt601-6-625': { matrix: 5, primaries: 5, transfer: 6 },
  'bt709': { matrix: 1, primaries: 1, transfer: 1 },
  'smpte170m': { matrix: 6, primaries: 6, transfer: 6 },
  'smpte240m': { matrix: 7, primaries: 7, transfer: 7 },
  'bt2020': { matrix: 9, primaries: 9, transfer: 14 },
};

const systemChoices = Object.fromEntries(Object.keys(SYSTEMS).map((name, i) => [name, i]));
const text = (
  name: string,
  description: string,
  aliases: readonly string[] = [],
): OptionDefinition => ({
  name,
  aliases,
  kind: 'string',
  default: '',
  description,
});
const RANGES = { tv: 0, mpeg: 0, pc: 1, jpeg: 1 } as const;

/** Converts between color spaces. */
export const COLORSPACE: FilterDefinition = {
  name: 'colorspace',
  description: "converts Y'CbCr between color spaces",
  options: [
    { name: 'all', kind: 'choice', choices: systemChoices, description: 'all of the output' },
    text('space', 'matrix of the output'),
    { name: 'range', kind: 'choice', choices: RANGES, description: 'range of the output' },
    text('primaries', 'primaries of the output'),
    text('trc', 'transfer characteristic of the output'),
    { name: 'format', kind: 'pixFmt', description: 'pixel format of the output' },
    {
      name: 'fast',
      kind: 'boolean',
      default: '0',
      description: 'leave transfer and primaries alone',
    },
    {
      name: 'dither',
      kind: 'choice',
      default: 'none',
      choices: { none: 0 },
      description: 'how values are rounded',
    },
    {
      name: 'wpadapt',
      kind: 'choice',
      default: 'bradford',
      choices: { bradford: 0, vonkries: 1, identity: 2 },
      description: 'how white is adapted',
    },
    { name: 'iall', kind: 'choice', choices: systemChoices, description: 'all of the input' },
    text('ispace', 'matrix of the input'),
    { name: 'irange', kind: 'choice', choices: RANGES, description: 'range of the input' },
    text('iprimaries', 'primaries of the input'),
    text('itrc', 'transfer characteristic of the input'),
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  formats(options) {
    const format = options.pixFmt('format');
    const input = { allowed: PIX_FMTS };
    const output = format === undefined ? input : { allowed: [format] };
    return {
      inputs: [{ kind: 'video', pixFmts: input }],
      outputs: [{ kind: 'video', pixFmts: output }],
    };
  },
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const { pixFmt } = setup.outputs[0]! as { pixFmt: PixFmt };
    const from = spaceOf(options, 'i', link);
    const to = spaceOf(options, '', undefined);
    const ranges = [rangeOf(options, 'irange'), rangeOf(options, 'range')];
    const fromInfo = withRange(pixFmtInfo(link.pixFmt), ranges[0] ?? link.fullRange);
    const toInfo = withRange(
      pixFmtInfo(pixFmt),
      ranges[1] ?? (pixFmt === link.pixFmt ? fromInfo.fullRange : undefined),
    );
    const convert = converter(from, to, fromInfo, toInfo, options);
    return {
      outputs: [{ ...link, pixFmt, matrix: to.matrix, fullRange: toInfo.fullRange }],
      push(_, frame) {
        const out = newPicture(pixFmt, link.width, link.height, frame.pts);
        convert(picture(frame), out);
        setup.emit(0, out);
      },
    };
  },
};

function withRange(info: PixFmtInfo, fullRange: boolean | undefined): PixFmtInfo {
  return fullRange === undefined ? info : { ...info, fullRange };
}

function rangeOf(options: OptionValues, name: string): boolean | undefined {
  const value = options.optionalNumber(name);
  return value === undefined ? undefined : value === 1;
}

function spaceOf(options: OptionValues, prefix: 'i' | '', link: VideoLink | undefined): Space {
  const all = options.optionalNumber(`${prefix}all`);
  const system = all === undefined ? undefined : Object.values(SYSTEMS)[all];
  const code = (
    name: string,
    property: 'matrix' | 'primaries' | 'transfer',
    otherwise: number | undefined,
  ): number => {
    const option = `${prefix}${name}`;
    const given = options.text(option);
    if (given !== '') {
      try {
        return requireColorCode(option, property, given);
      } catch {
        throw options.error(
          option,
          `got ${JSON.stringify(given)}, allowed are ${colorNames(property).join(', ')}`,
        );
      }
    }
    if (otherwise !== undefined) return otherwise;
    throw options.filterError(
      prefix === 'i'
        ? 'the color space of the input is not known'
        : 'the color space of the output is not said',
      prefix === 'i'
        ? 'give iall, or ispace, iprimaries and itrc'
        : 'give all, or space, primaries and trc',
    );
  };
  const matrix = code('space', 'matrix', system?.matrix ?? link?.matrix);
  const primaries = code('primaries', 'primaries', system?.primaries);
  const transfer = code('trc', 'transfer', system?.transfer);
  return { matrix, primaries, transfer };
}

type Convert = (source: VideoFrame, target: VideoFrame) => void;

function converter(
  from: Space,
  to: Space,
  a: PixFmtInfo,
  b: PixFmtInfo,
  options: OptionValues,
): Convert {
  const [krIn, kbIn] = lumaWeights('colorspace.matrix', from.matrix);
  const [krOut, kbOut] = lumaWeights('colorspace.matrix', to.matrix);
  const wpadapt = options.number('wpadapt');
  const sameLight =
    options.boolean('fast') ||
    (samePrimaries(from.primaries, to.primaries) && sameTransfer(from.transfer, to.transfer));
  const light = sameLight ? undefined : lightConverter(from, to, wpadapt, options);
  const rgb = new Float64Array(3);
  return (source, target) => {
    const inputs = componentsOf(source) as [Component, Component, Component];
    const outputs = componentsOf(target) as [Component, Component, Component];
    const { width, height } = target;
    const [, cb] = outputs;
    const sums = [
      new Float64Array(cb.width * cb.height),
      new Float64Array(cb.width * cb.height),
    ] as const;
    const counts = new Float64Array(cb.width * cb.height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        toRgb(inputs, a, x, y, krIn, kbIn, rgb);
        light?.(rgb);
        const [r, g, blue] = [rgb[0]!, rgb[1]!, rgb[2]!];
        const luma = krOut * r + (1 - krOut - kbOut) * g + kbOut * blue;
        store(outputs[0], b, 0, x, y, luma);
        const block = (y >> cb.shiftY) * cb.width + (x >> cb.shiftX);
        sums[0][block]! += (blue - luma) / (2 * (1 - kbOut));
        sums[1][block]! += (r - luma) / (2 * (1 - krOut));
        counts[block]!++;
      }
    }
    for (let y = 0; y < cb.height; y++) {
      for (let x = 0; x < cb.width; x++) {
        const block = y * cb.width + x;
        store(outputs[1], b, 1, x, y, sums[0][block]! / counts[block]!);
        store(outputs[2], b, 2, x, y, sums[1][block]! / counts[block]!);
      }
    }
  };
}

/** Through linear light to other primaries and back. */
function lightConverter(
  from: Space,
  to: Space,
  wpadapt: number,
  options: OptionValues,
): (rgb: Float64Array) => void {
  const [linearize, compress] = [transferOf(from.transfer), transferOf(to.transfer)];
  const matrix = primariesMatrix(from.primaries, to.primaries, wpadapt);
  if (linearize === undefined || compress === undefined || matrix === undefined) {
    throw options.filterError(
      'there is no conversion for these primaries or this transfer characteristic',
    );
  }
  // As in ffmpeg, colors beyond black and white are kept for a fourteenth of the range only.
  const clip = (value: number): number => Math.min(Math.max(value, -1 / 14), 15 / 14);
  return (rgb) => {
    const [r, g, b] = [
      linearize.toLinear(clip(rgb[0]!)),
      linearize.toLinear(clip(rgb[1]!)),
      linearize.toLinear(clip(rgb[2]!)),
    ];
    for (let i = 0; i < 3; i++) {
      rgb[i] = compress.fromLinear(
        clip(matrix[i * 3]! * r + matrix[i * 3 + 1]! * g + matrix[i * 3 + 2]! * b),
      );
    }
  };
}

function toRgb(
  inputs: readonly [Component, Component, Component],
  info: PixFmtInfo,
  x: number,
  y: number,
  kr: number,
  kb: number,
  rgb: Float64Array,
): void {
  const luma = load(inputs[0], info, 0, x, y);
  const cb = load(inputs[1], info, 1, x, y);
  const cr = load(inputs[2], info, 2, x, y);
  rgb[0] = luma + 2 * (1 - kr) * cr;
  rgb[1] = luma - (2 * kb * (1 - kb) * cb + 2 * kr * (1 - kr) * cr) / (1 - kr - kb);
  rgb[2] = luma + 2 * (1 - kb) * cb;
}

function load(component: Component, info: PixFmtInfo, c: number, x: number, y: number): number {
  const { data, offset, stride, shiftX, shiftY } = component;
  const value = data[offset + (y >> shiftY) * stride + (x >> shiftX)]! / 2 ** (info.bitDepth - 8);
  const range = codeRange(info.fullRange);
  return c === 0 ? (value - range.lumaOffset) / range.lumaScale : (value - 128) / range.chromaScale;
}

function store(
  component: Component,
  info: PixFmtInfo,
  c: number,
  x: number,
  y: number,
  value: number,
): void {
  const range = codeRange(info.fullRange);
  const code =
    c === 0 ? value * range.lumaScale + range.lumaOffset : value * range.chromaScale + 128;
  const scaled = Math.round(code * 2 ** (info.bitDepth - 8));
  component.data[component.offset + y * component.stride + x] = Math.min(
    Math.max(scaled, 0),
    2 ** info.bitDepth - 1,
  );
}
