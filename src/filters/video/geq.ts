/** `geq`: every sample by an expression over places and samples of the picture. */
import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, hasAlpha, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import type { Expression, ExpressionFunction } from '../language/expression.ts';
import {
  type Component,
  componentsOf,
  newPicture,
  picture,
  secondsOf,
  videoLink,
} from '../pixels/picture-work.ts';

const VARIABLES = ['X', 'Y', 'W', 'H', 'N', 'SW', 'SH', 'T'];

const planar = ALL_PIX_FMTS.filter((name) => {
  const info = pixFmtInfo(name);
  return !info.bigEndian && info.order === undefined && info.samplesPerPixel.length !== 2;
});
const YUV = planar.filter((name) => {
  const { model, fullRange } = pixFmtInfo(name);
  return model === 'gray' || (model === 'yuv' && !fullRange);
});
const RGB = planar.filter((name) => pixFmtInfo(name).model === 'rgb');

const expressionOption = (name: string, alias: string, what: string): OptionDefinition => ({
  name,
  aliases: [alias],
  kind: 'expression',
  description: what,
});

const isRgb = (options: OptionValues): boolean =>
  ['red_expr', 'green_expr', 'blue_expr'].some((name) => options.isSet(name));

/** Computes samples. */
export const GEQ: FilterDefinition = {
  name: 'geq',
  description: 'computes every sample by an expression',
  options: [
    expressionOption('lum_expr', 'lum', 'luma'),
    expressionOption('cb_expr', 'cb', 'blue difference'),
    expressionOption('cr_expr', 'cr', 'red difference'),
    expressionOption('alpha_expr', 'a', 'opacity'),
    expressionOption('red_expr', 'r', 'red'),
    expressionOption('green_expr', 'g', 'green'),
    expressionOption('blue_expr', 'b', 'blue'),
    {
      name: 'interpolation',
      aliases: ['i'],
      kind: 'choice',
      default: 'bilinear',
      choices: { nearest: 0, n: 0, bilinear: 1, b: 1 },
      description: 'how samples between places are read',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: (options) => samePixFmt(isRgb(options) ? RGB : YUV),
  open(setup) {
    const { options } = setup;
    const link = videoLink(setup.inputs[0]);
    const rgb = isRgb(options);
    if (!rgb && !options.isSet('lum_expr')) {
      throw options.filterError('there is no expression', 'give lum, or r, g, b');
    }
    if (rgb && options.isSet('lum_expr')) {
      throw options.error('lum_expr', 'expressions for luma and for RGB cannot be mixed');
    }
    const info = pixFmtInfo(link.pixFmt);
    const state: State = { inputs: [], bilinear: options.number('interpolation') === 1 };
    const expressions = compileAll(options, rgb, state);
    const v = new Float64Array(VARIABLES.length);
    const largest = 2 ** info.bitDepth - 1;
    let n = 0;
    return {
      passBy: () => void n++,
      push(_, frame) {
        const source = picture(frame);
        const out = newPicture(link.pixFmt, link.width, link.height, source.pts);
        state.inputs = componentsOf(source);
        v[4] = n++;
        v[7] = secondsOf(source.pts, link);
        draw(out, expressions, v, hasAlpha(info), largest);
        setup.emit(0, out);
      },
    };
  },
};

interface State {
  inputs: Component[];
  readonly bilinear: boolean;
}

function compileAll(options: OptionValues, rgb: boolean, state: State): (Expression | undefined)[] {
  const names = rgb
    ? ['red_expr', 'green_expr', 'blue_expr', 'alpha_expr']
    : ['lum_expr', 'cb_expr', 'cr_expr', 'alpha_expr'];
  const reader = (c: number): ExpressionFunction => ({
    arity: 2,
    call: ([x, y]) =>
      state.inputs[c] === undefined ? 0 : sampleAt(state.inputs[c]!, x!, y!, state.bilinear),
  });
  const byName: Record<string, ExpressionFunction> = rgb
    ? { r: reader(0), g: reader(1), b: reader(2), alpha: reader(3) }
    : { lum: reader(0), cb: reader(1), cr: reader(2), alpha: reader(3) };
  // A chroma expression that is missing is the other one's; without both, luma's.
  const fallback = (c: number): string | undefined => {
    if (options.isSet(names[c]!)) return names[c];
    if (rgb || c === 3) return undefined;
    return options.isSet(names[3 - c]!) ? names[3 - c] : names[0];
  };
  return names.map((_, c) => {
    const name = c === 0 ? (options.isSet(names[0]!) ? names[0] : undefined) : fallback(c);
    if (name === undefined) return undefined;
    return options.expression(name, {
      variables: VARIABLES,
      functions: { ...byName, p: reader(c) },
    });
  });
}

function sampleAt(component: Component, x: number, y: number, bilinear: boolean): number {
  const { data, offset, stride, width, height } = component;
  if (Number.isNaN(x) || Number.isNaN(y)) return 0;
  // Between samples there must be a next one: ffmpeg stops one column and one row before the last.
  const spare = bilinear ? 2 : 1;
  const atX = Math.min(Math.max(x, 0), Math.max(width - spare, 0));
  const atY = Math.min(Math.max(y, 0), Math.max(height - spare, 0));
  const column = Math.trunc(atX);
  const row = Math.trunc(atY);
  const p = offset + row * stride + column;
  if (!bilinear) return data[p]!;
  const right = column + 1 < width ? 1 : 0;
  const below = row + 1 < height ? stride : 0;
  const fx = atX - column;
  const fy = atY - row;
  const upper = data[p]! * (1 - fx) + data[p + right]! * fx;
  const lower = data[p + below]! * (1 - fx) + data[p + below + right]! * fx;
  return upper * (1 - fy) + lower * fy;
}

function draw(
  out: VideoFrame,
  expressions: readonly (Expression | undefined)[],
  v: Float64Array,
  alpha: boolean,
  largest: number,
): void {
  for (const [c, component] of componentsOf(out).entries()) {
    const { data, offset, stride, width, height } = component;
    const expression = expressions[c];
    v[2] = width;
    v[3] = height;
    v[5] = 2 ** -component.shiftX;
    v[6] = 2 ** -component.shiftY;
    for (let y = 0; y < height; y++) {
      v[1] = y;
      for (let x = 0; x < width; x++) {
        v[0] = x;
        const value =
          expression === undefined ? (c === 3 && alpha ? largest : 0) : expression.evaluate(v);
        // The value is cut to an integer and its upper bits are dropped, as in ffmpeg.
        data[offset + y * stride + x] = Math.trunc(value) & largest;
      }
    }
  }
}
