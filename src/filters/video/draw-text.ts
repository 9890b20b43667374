/**
 * `drawtext`: text on pictures, in the built-in font or in a TrueType font that the graph's owner gave as bytes. No file is ever opened:
 * `fontfile` names one of those fonts, and where there is none of that name the built-in one is used and that is reported.
 */
import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import {
  type FilterDefinition,
  type FilterSetup,
  samePixFmt,
  VIDEO_PAD,
  type VideoLink,
} from '../definition/filter.ts';
import { absent, type OptionDefinition, type OptionValues } from '../definition/options.ts';
import { type Color, parseColor } from '../language/values.ts';
import {
  colorSamples,
  componentsOf,
  copyOf,
  picture,
  pixelAspect,
  secondsOf,
  videoLink,
} from '../pixels/picture-work.ts';
import { BUILT_IN_FONT } from './bitmap-font.ts';
import { BASETIME } from './clock-text.ts';
import { EXPANSIONS, expandText, shownText } from './expand-text.ts';
import { TIMECODE_OPTIONS, timecodeOf } from './timecode.ts';
import { parseTrueType } from './truetype.ts';
import type { Glyph, Typeface } from './typeface.ts';

const PIX_FMTS = ALL_PIX_FMTS.filter((name) => !pixFmtInfo(name).bigEndian);

// biome-ignore format: the order of the values below
const VARIABLES = [
  'dar', 'hsub', 'vsub', 'line_h', 'lh', 'main_h', 'h', 'H', 'main_w', 'w', 'W', 'max_glyph_a', 'ascent', 'max_glyph_d', 'descent',
  'max_glyph_h', 'max_glyph_w', 'n', 'sar', 't', 'text_h', 'th', 'text_w', 'tw', 'x', 'y', 'pict_type', 'pkt_pos', 'pkt_duration', 'pkt_size',
];
const at = (name: string): number => VARIABLES.indexOf(name);

const integer = (name: string, min: number, description: string): OptionDefinition => ({
  name,
  kind: 'integer',
  default: '0',
  min,
  max: 4096,
  description,
});
const expression = (name: string, value: string, description: string): OptionDefinition => ({
  name,
  kind: 'expression',
  default: value,
  description,
});

/** Draws text. */
export const DRAWTEXT: FilterDefinition = {
  name: 'drawtext',
  description: 'draws text on pictures',
  options: [
    {
      name: 'fontfile',
      kind: 'string',
      default: '',
      description: 'name of a font that was given to the graph',
    },
    { name: 'text', kind: 'string', default: '', description: 'the text, with %{…} expanded' },
    { name: 'textfile', kind: 'string', default: '', description: 'refused: no file is opened' },
    { name: 'fontcolor', kind: 'color', default: 'black', description: 'color of the text' },
    {
      name: 'fontcolor_expr',
      kind: 'string',
      default: '',
      description: 'color of the text for each picture, with %{…} expanded',
    },
    { name: 'boxcolor', kind: 'color', default: 'white', description: 'color of the box' },
    { name: 'bordercolor', kind: 'color', default: 'black', description: 'color of the border' },
    { name: 'shadowcolor', kind: 'color', default: 'black', description: 'color of the shadow' },
    { name: 'box', kind: 'boolean', default: '0', description: 'draw a box behind the text' },
    integer('boxborderw', 0, 'width of the box around the text'),
    integer('line_spacing', -4096, 'pixels between lines, besides their height'),
    expression('fontsize', '16', 'size of the font in pixels'),
    expression('x', '0', 'left column of the text'),
    expression('y', '0', 'top row of the text'),
    integer('shadowx', -4096, 'columns from the text to its shadow'),
    integer('shadowy', -4096, 'rows from the text to its shadow'),
    integer('borderw', 0, 'width of the border'),
    {
      name: 'tabsize',
      kind: 'integer',
      default: '4',
      min: 0,
      max: 256,
      description: 'spaces for a tab',
    },
    { name: 'font', kind: 'string', default: '', description: 'as fontfile' },
    {
      name: 'expansion',
      kind: 'choice',
      default: 'normal',
      choices: EXPANSIONS,
      description: 'whether %{…} is expanded, or %H and its like (strftime)',
    },
    {
      name: 'start_number',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 0x7fffffff,
      description: 'first number of pictures',
    },
    expression('alpha', '1', 'opacity of all'),
    BASETIME,
    ...TIMECODE_OPTIONS,
    {
      name: 'fix_bounds',
      kind: 'boolean',
      default: '0',
      description: 'move the text into the picture',
    },
    {
      name: 'text_shaping',
      kind: 'boolean',
      default: '1',
      description: 'has no effect: characters stand in their order',
    },
    ...['reload', 'ft_load_flags'].map((name) => absent(name, '0', { namedOnly: true })),
    absent('text_source', '', { namedOnly: true }),
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(PIX_FMTS),
  open(setup) {
    const { options } = setup;
    if (options.isSet('textfile')) {
      throw options.error('textfile', 'no filter opens a file; give the text itself as text');
    }
    const link = videoLink(setup.inputs[0]);
    const font = fontOf(setup);
    const drawing = prepare(options, font, setup);
    let n = options.number('start_number');
    return {
      passBy: () => void n++,
      push(_, frame) {
        const out = copyOf(picture(frame));
        drawing(out, n++, secondsOf(frame.pts, link));
        setup.emit(0, out);
      },
    };
  },
};

function fontOf(setup: FilterSetup): Typeface {
  const { options } = setup;
  const name = options.text('fontfile') || options.text('font');
  if (name === '') return BUILT_IN_FONT;
  const bytes = setup.fonts[name];
  if (bytes === undefined) {
    setup.report(`no font called ${name} was given to the graph; the built-in one is used`, {
      font: name,
    });
    return BUILT_IN_FONT;
  }
  return parseTrueType(bytes);
}

/** A character with its place in the text. */
interface Placed {
  readonly glyph: Glyph;
  readonly x: number;
  readonly y: number;
}

interface Layout {
  readonly placed: readonly Placed[];
  readonly width: number;
  readonly height: number;
}

function layOut(text: string, font: Typeface, size: number, spacing: number, tab: number): Layout {
  const placed: Placed[] = [];
  const ascent = font.ascent(size);
  const lineHeight = ascent + font.descent(size);
  let width = 0;
  const lines = text.split(/\r\n|\n|\r/);
  lines.forEach((line, index) => {
    let pen = 0;
    const y = index * (lineHeight + spacing) + ascent;
    for (const character of line.replaceAll('\t', ' '.repeat(tab))) {
      const glyph = font.glyph(character.codePointAt(0)!, size);
      placed.push({ glyph, x: Math.round(pen) + glyph.left, y: y - glyph.top });
      pen += glyph.advance;
    }
    width = Math.max(width, Math.ceil(pen));
  });
  return { placed, width, height: lines.length * (lineHeight + spacing) - spacing };
}

/** The variables before the first picture. */
function startValues(link: VideoLink): Float64Array {
  const { chromaShiftX, chromaShiftY } = pixFmtInfo(link.pixFmt);
  const sar = pixelAspect(link);
  const v = new Float64Array(VARIABLES.length).fill(Number.NaN);
  for (const name of ['main_w', 'w', 'W']) v[at(name)] = link.width;
  for (const name of ['main_h', 'h', 'H']) v[at(name)] = link.height;
  v[at('hsub')] = 1 << chromaShiftX;
  v[at('vsub')] = 1 << chromaShiftY;
  v[at('sar')] = sar;
  v[at('dar')] = (link.width / link.height) * sar;
  return v;
}

type Draw = (out: VideoFrame, n: number, t: number) => void;

function prepare(options: OptionValues, font: Typeface, setup: FilterSetup): Draw {
  const link = videoLink(setup.inputs[0]);
  const v = startValues(link);
  const set = (names: readonly string[], value: number): void => {
    for (const name of names) v[at(name)] = value;
  };
  const random = generator();
  const functions = {
    rand: { arity: 2, call: ([low, high]: readonly number[]) => low! + (high! - low!) * random() },
  };
  const scope = { variables: VARIABLES, functions };
  const [size, x, y, alpha] = ['fontsize', 'x', 'y', 'alpha'].map((name) =>
    options.expression(name, scope),
  );
  const text = options.text('text');
  const colorText = options.text('fontcolor_expr');
  const timecode = timecodeOf(options);
  const colors = ['fontcolor', 'boxcolor', 'bordercolor', 'shadowcolor'].map((name) =>
    options.color(name),
  );
  return (out, n, t) => {
    set(['n'], n);
    set(['t'], t);
    const pixels = Math.trunc(size!.evaluate(v));
    if (!(pixels >= 1 && pixels <= 2048))
      throw options.error('fontsize', `the size is ${pixels}, allowed are 1..2048`);
    const context = { n, t, options, scope, v };
    const shown = shownText(text, context) + timecode(n);
    if (colorText !== '') colors[0] = colorOf(expandText(colorText, context), options);
    const layout = layOut(
      shown,
      font,
      pixels,
      options.number('line_spacing'),
      options.number('tabsize'),
    );
    set(['text_w', 'tw'], layout.width);
    set(['text_h', 'th'], layout.height);
    set(['line_h', 'lh', 'max_glyph_h'], font.ascent(pixels) + font.descent(pixels));
    set(['max_glyph_a', 'ascent'], font.ascent(pixels));
    set(['max_glyph_d', 'descent'], -font.descent(pixels));
    set(['max_glyph_w'], Math.max(0, ...layout.placed.map(({ glyph }) => glyph.width)));
    set(['x'], x!.evaluate(v));
    set(['y'], y!.evaluate(v));
    set(['x'], x!.evaluate(v));
    const opacity = Math.min(Math.max(alpha!.evaluate(v), 0), 1) || 0;
    let [left, top] = [Math.trunc(v[at('x')]!) || 0, Math.trunc(v[at('y')]!) || 0];
    if (options.boolean('fix_bounds')) {
      left = Math.max(0, Math.min(left, link.width - layout.width));
      top = Math.max(0, Math.min(top, link.height - layout.height));
    }
    drawAll(out, layout, left, top, options, colors, opacity);
  };
}

function colorOf(text: string, options: OptionValues): Color {
  const color = parseColor(text);
  if (color !== undefined) return color;
  throw options.error('fontcolor_expr', `it gives ${JSON.stringify(text)}, which is no color`);
}

function drawAll(
  out: VideoFrame,
  layout: Layout,
  left: number,
  top: number,
  options: OptionValues,
  colors: readonly Color[],
  opacity: number,
): void {
  const [fontColor, boxColor, borderColor, shadowColor] = colors as [Color, Color, Color, Color];
  const mask = new Uint8Array(out.width * out.height);
  const paint = (color: Color): void => {
    mixMask(out, mask, { ...color, a: Math.round(color.a * opacity) });
    mask.fill(0);
  };
  if (options.boolean('box')) {
    const border = options.number('boxborderw');
    fillMask(
      mask,
      out,
      left - border,
      top - border,
      layout.width + 2 * border,
      layout.height + 2 * border,
    );
    paint(boxColor);
  }
  const [shadowX, shadowY] = [options.number('shadowx'), options.number('shadowy')];
  if (shadowX !== 0 || shadowY !== 0) {
    stamp(mask, out, layout, left + shadowX, top + shadowY);
    paint(shadowColor);
  }
  const border = options.number('borderw');
  if (border > 0) {
    for (let dy = -border; dy <= border; dy++) {
      for (let dx = -border; dx <= border; dx++) {
        if (dx * dx + dy * dy <= border * border) stamp(mask, out, layout, left + dx, top + dy);
      }
    }
    paint(borderColor);
  }
  stamp(mask, out, layout, left, top);
  paint(fontColor);
}

function fillMask(
  mask: Uint8Array,
  out: VideoFrame,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const [x0, x1] = [Math.max(0, x), Math.min(out.width, x + width)];
  for (let row = Math.max(0, y); row < Math.min(out.height, y + height); row++) {
    if (x0 < x1) mask.fill(255, row * out.width + x0, row * out.width + x1);
  }
}

/** Lays the coverage of all characters into the mask; where they overlap, the larger one counts. */
function stamp(mask: Uint8Array, out: VideoFrame, layout: Layout, left: number, top: number): void {
  for (const { glyph, x, y } of layout.placed) {
    for (let row = 0; row < glyph.height; row++) {
      const line = top + y + row;
      if (line < 0 || line >= out.height) continue;
      for (let column = 0; column < glyph.width; column++) {
        const place = left + x + column;
        if (place < 0 || place >= out.width) continue;
        const p = line * out.width + place;
        mask[p] = Math.max(mask[p]!, glyph.coverage[row * glyph.width + column]!);
      }
    }
  }
}

/** Mixes a color in by the mask; chroma by the mean of the mask over its block. */
function mixMask(out: VideoFrame, mask: Uint8Array, color: Color): void {
  const samples = colorSamples({ ...color, a: 255 }, pixFmtInfo(out.pixFmt));
  for (const [c, component] of componentsOf(out).entries()) {
    const { data, offset, stride, step, width, height, shiftX, shiftY } = component;
    const value = samples[c]!;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const covered = meanOfBlock(mask, out, x, y, shiftX, shiftY);
        if (covered === 0) continue;
        const p = offset + y * stride + x * step;
        const share = (covered * color.a) / 65025;
        data[p] = Math.round(data[p]! + (value - data[p]!) * share);
      }
    }
  }
}

function meanOfBlock(
  mask: Uint8Array,
  out: VideoFrame,
  x: number,
  y: number,
  shiftX: number,
  shiftY: number,
): number {
  if (shiftX === 0 && shiftY === 0) return mask[y * out.width + x]!;
  let sum = 0;
  for (let dy = 0; dy < 1 << shiftY; dy++) {
    const row = Math.min((y << shiftY) + dy, out.height - 1);
    for (let dx = 0; dx < 1 << shiftX; dx++) {
      sum += mask[row * out.width + Math.min((x << shiftX) + dx, out.width - 1)]!;
    }
  }
  return sum >> (shiftX + shiftY);
}

/** Numbers of 0..1 that are the same in every run: a linear congruential generator. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
