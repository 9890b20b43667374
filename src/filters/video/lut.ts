/** `lut`, `lutyuv`, `lutrgb`: each component through a table that an expression fills. */
import {
  ALL_PIX_FMTS,
  type PixFmt,
  type PixFmtInfo,
  pixFmtInfo,
} from '../../frames/pixel-format.ts';
import {
  type FilterDefinition,
  type FilterSetup,
  samePixFmt,
  VIDEO_PAD,
} from '../definition/filter.ts';
import type { OptionDefinition } from '../definition/options.ts';
import { ARGB_FIRST } from '../definition/pixel-formats.ts';
import type { ExpressionFunction } from '../language/expression.ts';
import { componentsOf, copyOf, picture, type Samples, videoLink } from '../pixels/picture-work.ts';

const VARIABLES = ['w', 'h', 'val', 'maxval', 'minval', 'negval', 'clipval'];

const isPlain = (name: PixFmt): boolean => {
  const info = pixFmtInfo(name);
  return !info.bigEndian && info.samplesPerPixel.length !== 2;
};
const YUV = ALL_PIX_FMTS.filter((name) => isPlain(name) && pixFmtInfo(name).model === 'yuv');
const RGB = ARGB_FIRST.filter((name) => isPlain(name) && pixFmtInfo(name).model === 'rgb');
const GRAY: readonly PixFmt[] = ['gray', 'gray10le', 'gray16le'];

/** Least and largest value of component `c`. */
function rangeOf(info: PixFmtInfo, c: number): readonly [min: number, max: number] {
  const scale = 2 ** (info.bitDepth - 8);
  const largest = 2 ** info.bitDepth - 1;
  if (info.model !== 'yuv' || c === 3 || info.fullRange) return [0, largest];
  return [16 * scale, (c === 0 ? 235 : 240) * scale];
}

function tablesOf(setup: FilterSetup, names: readonly string[]): (Samples | undefined)[] {
  const link = videoLink(setup.inputs[0]);
  const info = pixFmtInfo(link.pixFmt);
  const length = 2 ** info.bitDepth;
  return names.map((name, c) => {
    const [min, max] = rangeOf(info, c);
    const clip = (value: number): number => Math.min(Math.max(value, min), max);
    const v = Float64Array.of(link.width, link.height, 0, max, min, 0, 0);
    const gamma = (exponent: number): number =>
      ((v[6]! - min) / (max - min)) ** exponent * (max - min) + min;
    const functions: Record<string, ExpressionFunction> = {
      gammaval: { arity: 1, call: ([exponent]) => gamma(exponent!) },
      // BT.709 clause 1.2, applied in reverse order of dark and bright parts.
      gammaval709: { arity: 1, call: ([exponent]) => gamma709(exponent!, v[6]!, min, max) },
    };
    const expression = setup.options.expression(name, { variables: VARIABLES, functions });
    const table = info.bytesPerSample === 1 ? new Uint8Array(length) : new Uint16Array(length);
    let changes = false;
    for (let value = 0; value < length; value++) {
      v[2] = value;
      v[6] = clip(value);
      v[5] = clip(min + max - value);
      const result = expression.evaluate(v);
      if (Number.isNaN(result)) {
        throw setup.options.error(name, `it is not a number where val is ${value}`);
      }
      table[value] = clipSample(Math.trunc(result), info);
      changes ||= table[value] !== value;
    }
    return changes ? table : undefined;
  });
}

function clipSample(value: number, info: PixFmtInfo): number {
  return Math.min(Math.max(value, 0), 2 ** info.bitDepth - 1);
}

function gamma709(exponent: number, value: number, min: number, max: number): number {
  const level = (value - min) / (max - min);
  const shaped = level < 0.018 ? 4.5 * level : 1.099 * level ** (1 / exponent) - 0.099;
  return shaped * (max - min) + min;
}

function lutOf(
  name: string,
  components: readonly (readonly [name: string, ...aliases: readonly string[]])[],
  pixFmts: readonly PixFmt[],
  description: string,
): FilterDefinition {
  const options: OptionDefinition[] = components.map(([option, ...aliases]) => ({
    name: option,
    aliases,
    kind: 'expression',
    default: 'clipval',
    description: `value of component ${option}`,
  }));
  return {
    name,
    description,
    options,
    inputs: VIDEO_PAD,
    outputs: VIDEO_PAD,
    timeline: true,
    formats: () => samePixFmt(pixFmts),
    open(setup) {
      const info = pixFmtInfo(videoLink(setup.inputs[0]).pixFmt);
      const count =
        info.model === 'gray'
          ? 1
          : info.order !== undefined
            ? info.samplesPerPixel[0]!
            : info.samplesPerPixel.length;
      const names = options.slice(0, count).map((option) => option.name);
      const tables = tablesOf(setup, names);
      return {
        letsGo: true,
        push(_, frame) {
          const out = copyOf(picture(frame), setup.takePicture);
          for (const [c, component] of componentsOf(out).entries()) {
            const table = tables[c];
            if (table === undefined) continue;
            const { data, offset, stride, step, width, height } = component;
            for (let y = 0; y < height; y++) mapRow(data, offset + y * stride, step, width, table);
          }
          setup.emit(0, out);
        },
      };
    },
  };
}

function mapRow(data: Samples, from: number, step: number, width: number, table: Samples): void {
  const end = from + width * step;
  for (let p = from; p < end; p += step) data[p] = table[data[p]!]!;
}

/** Components by their places. */
export const LUT: FilterDefinition = lutOf(
  'lut',
  [
    ['c0', 'y', 'r'],
    ['c1', 'u', 'g'],
    ['c2', 'v', 'b'],
    ['c3', 'a'],
  ],
  [...YUV, ...RGB, ...GRAY],
  'puts components through tables',
);

/** Y'CbCr. */
export const LUTYUV: FilterDefinition = lutOf(
  'lutyuv',
  [
    ['y', 'c0', 'r'],
    ['u', 'c1', 'g'],
    ['v', 'c2', 'b'],
    ['a', 'c3'],
  ],
  [...YUV, 'gray'],
  "puts components of Y'CbCr through tables",
);

/** RGB. */
export const LUTRGB: FilterDefinition = lutOf(
  'lutrgb',
  [
    ['r', 'c0', 'y'],
    ['g', 'c1', 'u'],
    ['b', 'c2', 'v'],
    ['a', 'c3'],
  ],
  RGB,
  'puts components of RGB through tables',
);
