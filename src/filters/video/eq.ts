/**
 * `eq`: contrast about the middle, brightness, gamma and saturation of Y'CbCr. Of a value v of 0..1: contrast · (v - 0.5) + 0.5 + brightness,
 * then v^(1/gamma), mixed with what it was by gamma_weight. Chroma has saturation for contrast.
 */
import type { PixFmt } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionDefinition } from '../definition/options.ts';
import type { Expression } from '../language/expression.ts';
import {
  componentsOf,
  copyOf,
  picture,
  type Samples,
  secondsOf,
  videoLink,
} from '../pixels/picture-work.ts';

const PIX_FMTS: readonly PixFmt[] = [
  ...(['gray', 'yuv420p', 'yuv422p', 'yuv444p'] as const),
  ...(['yuva420p', 'yuva422p', 'yuva444p'] as const),
];
const VARIABLES = ['n', 'pos', 'r', 't'];

/** Table: option => default, least, largest. */
// biome-ignore format: a table
const SETTINGS: Readonly<Record<string, readonly [string, number, number, string]>> = {
  contrast: ['1', -1000, 1000, 'contrast'],
  brightness: ['0', -1, 1, 'brightness'],
  saturation: ['1', 0, 3, 'saturation'],
  gamma: ['1', 0.1, 10, 'gamma of all'],
  gamma_r: ['1', 0.1, 10, 'gamma of red'],
  gamma_g: ['1', 0.1, 10, 'gamma of green'],
  gamma_b: ['1', 0.1, 10, 'gamma of blue'],
  gamma_weight: ['1', 0, 1, 'how much gamma holds on bright parts'],
};

/** Brightness, contrast, gamma, saturation. */
export const EQ: FilterDefinition = {
  name: 'eq',
  description: 'adjusts brightness, contrast, gamma and saturation',
  options: [
    ...Object.entries(SETTINGS).map(
      ([name, [value, , , description]]): OptionDefinition => ({
        name,
        kind: 'expression',
        default: value,
        description,
      }),
    ),
    {
      name: 'eval',
      kind: 'choice',
      default: 'init',
      choices: { init: 0, frame: 1 },
      description: 'compute the settings once, or for every picture',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(PIX_FMTS),
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const names = Object.keys(SETTINGS);
    const expressions: Expression[] = names.map((name) =>
      options.expression(name, { variables: VARIABLES }),
    );
    const rate = link.frameRate[0] > 0 ? link.frameRate[0] / link.frameRate[1] : Number.NaN;
    const v = Float64Array.of(Number.NaN, Number.NaN, rate, Number.NaN);
    const evaluate = (): number[] =>
      expressions.map((expression, i) => {
        const [, min, max] = SETTINGS[names[i]!]!;
        const value = expression.evaluate(v);
        if (Number.isNaN(value)) throw options.error(names[i]!, 'it is not a number');
        // ffmpeg keeps settings in single precision, which decides how some of them are cut to integers.
        return Math.fround(Math.min(Math.max(value, min), max));
      });
    const everyFrame = options.number('eval') === 1;
    let tables = everyFrame ? [] : tablesOf(evaluate());
    let n = 0;
    return {
      letsGo: true,
      push(_, frame) {
        if (everyFrame) {
          v[0] = n++;
          v[3] = secondsOf(frame.pts, link);
          tables = tablesOf(evaluate());
        }
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

function mapRow(data: Samples, from: number, step: number, width: number, table: Uint8Array): void {
  const end = from + width * step;
  for (let p = from; p < end; p += step) data[p] = table[data[p]!]!;
}

function tablesOf(settings: readonly number[]): (Uint8Array | undefined)[] {
  const [contrast, brightness, saturation, gamma, r, g, b, weight] = settings as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [
    tableOf(contrast, brightness, gamma * g, weight),
    tableOf(saturation, 0, Math.sqrt(b / g), weight),
    tableOf(saturation, 0, Math.sqrt(r / g), weight),
  ];
}

function tableOf(
  contrast: number,
  brightness: number,
  gamma: number,
  weight: number,
): Uint8Array | undefined {
  if (gamma === 1)
    return contrast === 1 && brightness === 0 ? undefined : lineTable(contrast, brightness);
  return Uint8Array.from({ length: 256 }, (_, i) => {
    let value = contrast * (i / 255 - 0.5) + 0.5 + brightness;
    if (value <= 0) return 0;
    value = value * (1 - weight) + value ** (1 / gamma) * weight;
    return value >= 1 ? 255 : Math.trunc(256 * value);
  });
}

/** Without gamma the line is computed in integers: contrast in 1/4096, brightness in steps of a hundredth. */
function lineTable(contrast: number, brightness: number): Uint8Array {
  const slope = Math.trunc(contrast * 4096);
  const shift =
    Math.trunc((Math.trunc(100 * brightness + 100) * 511) / 200) - 128 - Math.trunc(slope / 32);
  return Uint8Array.from({ length: 256 }, (_, i) => {
    const value = ((i * slope) >> 12) + shift;
    return Math.min(Math.max(value, 0), 255);
  });
}
