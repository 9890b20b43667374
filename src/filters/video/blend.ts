/** `blend`: two pictures as one, sample by sample. Modes of 8 bits are tables of 256 x 256 where they are not normal. */
import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../filter.ts';
import { commonTimeBase, dualInputs, FrameSync, SYNC_OPTIONS } from '../graph/frame-sync.ts';
import type { Expression } from '../language/expression.ts';
import type { OptionDefinition, OptionValues } from '../options.ts';
import { BLEND_MODES, BLEND_NAMES } from './blend-modes.ts';
import {
  type Component,
  componentsOf,
  newPicture,
  picture,
  secondsOf,
  videoLink,
} from './picture-work.ts';

const PIX_FMTS = ALL_PIX_FMTS.filter((name) => {
  const info = pixFmtInfo(name);
  return info.bitDepth === 8 && info.order === undefined && info.samplesPerPixel.length !== 2;
});

const VARIABLES = ['X', 'Y', 'W', 'H', 'SW', 'SH', 'T', 'N', 'A', 'B', 'TOP', 'BOTTOM'];

const perComponent = (option: (c: number) => OptionDefinition): OptionDefinition[] =>
  [0, 1, 2, 3].map(option);

/** What happens to one component. */
type Mixer = (a: Component, b: Component, out: Component) => void;

/** Mixes two pictures. */
export const BLEND: FilterDefinition = {
  name: 'blend',
  description: 'mixes the pictures of two inputs',
  options: [
    ...perComponent((c) => ({
      name: `c${c}_mode`,
      kind: 'choice',
      default: 'normal',
      choices: BLEND_NAMES,
      description: `mode of component ${c}`,
    })),
    { name: 'all_mode', kind: 'choice', choices: BLEND_NAMES, description: 'mode of all' },
    ...perComponent((c) => ({
      name: `c${c}_expr`,
      kind: 'expression',
      description: `expression for component ${c}, instead of a mode`,
    })),
    { name: 'all_expr', kind: 'expression', description: 'expression for all' },
    ...perComponent((c) => ({
      name: `c${c}_opacity`,
      kind: 'number',
      default: '1',
      min: 0,
      max: 1,
      description: `how much of the mode shows in component ${c}`,
    })),
    {
      name: 'all_opacity',
      kind: 'number',
      default: '1',
      min: 0,
      max: 1,
      description: 'how much in all',
    },
    ...SYNC_OPTIONS,
  ],
  inputs: [
    { name: 'top', kind: 'video' },
    { name: 'bottom', kind: 'video' },
  ],
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(PIX_FMTS, 2),
  open(setup) {
    const { options } = setup;
    const [top, bottom] = setup.inputs.map(videoLink) as [
      ReturnType<typeof videoLink>,
      ReturnType<typeof videoLink>,
    ];
    if (top.width !== bottom.width || top.height !== bottom.height) {
      throw options.filterError(
        `its inputs are ${top.width}x${top.height} and ${bottom.width}x${bottom.height}: they must be of one size`,
      );
    }
    const timeBase = commonTimeBase([top.timeBase, bottom.timeBase]);
    const output = { ...top, timeBase };
    const v = new Float64Array(VARIABLES.length);
    const mixers = [0, 1, 2, 3].map((c) => mixerOf(options, c, v));
    let n = 0;
    const mix = (first: VideoFrame, second: VideoFrame, pts: number): VideoFrame => {
      const out = newPicture(top.pixFmt, top.width, top.height, pts);
      const [a, b] = [componentsOf(first), componentsOf(second)];
      componentsOf(out).forEach((component, c) => {
        mixers[c]!(a[c]!, b[c]!, component);
      });
      return out;
    };
    const sync = new FrameSync(setup, dualInputs(options), timeBase, ([first, second], pts) => {
      const base = { ...picture(first!), pts };
      v[6] = secondsOf(pts, output);
      // ffmpeg counts the picture that it works on.
      v[7] = n + 1;
      const enabled = setup.isEnabled(base, n++);
      setup.emit(0, second === undefined || !enabled ? base : mix(base, picture(second), pts));
    });
    return {
      outputs: [output],
      push: sync.push.bind(sync),
      end: sync.end.bind(sync),
      wants: sync.wants.bind(sync),
    };
  },
};

function mixerOf(options: OptionValues, c: number, v: Float64Array): Mixer {
  const own = options.isSet(`c${c}_expr`)
    ? `c${c}_expr`
    : options.isSet('all_expr')
      ? 'all_expr'
      : undefined;
  if (own !== undefined)
    return expressionMixer(options.expression(own, { variables: VARIABLES }), v);
  const mode = options.isSet('all_mode')
    ? options.number('all_mode')
    : options.number(`c${c}_mode`);
  const opacity = options.isSet('all_opacity')
    ? options.number('all_opacity')
    : options.number(`c${c}_opacity`);
  const name = Object.keys(BLEND_MODES)[mode]!;
  if (opacity === 0) return name === 'normal' ? copyFrom(1) : copyFrom(0);
  if (name === 'normal' && opacity === 1) return copyFrom(0);
  const table = modeTable(name, opacity);
  return (a, b, out) => {
    for (let y = 0; y < out.height; y++) {
      const [p, q, r] = [a, b, out].map((k) => k.offset + y * k.stride) as [number, number, number];
      lookUpRow(
        a.data as Uint8Array,
        p,
        b.data as Uint8Array,
        q,
        out.data as Uint8Array,
        r,
        table,
        out.width,
      );
    }
  };
}

const tables = new Map<string, Uint8Array>();

/** Table: 256 · a + b => the sample, opacity included. */
function modeTable(name: string, opacity: number): Uint8Array {
  const key = `${name}:${opacity}`;
  let table = tables.get(key);
  if (table !== undefined) return table;
  const mode = BLEND_MODES[name]!;
  table = new Uint8Array(65536);
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) {
      const value =
        name === 'normal'
          ? a * opacity + b * (1 - opacity)
          : a + ((mode(a, b) & 255) - a) * opacity;
      table[a * 256 + b] = Math.trunc(value);
    }
  }
  if (tables.size > 32) tables.clear();
  tables.set(key, table);
  return table;
}

function lookUpRow(
  a: Uint8Array,
  p: number,
  b: Uint8Array,
  q: number,
  out: Uint8Array,
  r: number,
  table: Uint8Array,
  count: number,
): void {
  for (let i = 0; i < count; i++) out[r + i] = table[(a[p + i]! << 8) | b[q + i]!]!;
}

function copyFrom(which: 0 | 1): Mixer {
  return (a, b, out) => {
    const from = which === 0 ? a : b;
    for (let y = 0; y < out.height; y++) {
      const p = from.offset + y * from.stride;
      (out.data as Uint8Array).set(
        from.data.subarray(p, p + out.width),
        out.offset + y * out.stride,
      );
    }
  };
}

function expressionMixer(expression: Expression, v: Float64Array): Mixer {
  return (a, b, out) => {
    v[2] = out.width;
    v[3] = out.height;
    v[4] = 2 ** -out.shiftX;
    v[5] = 2 ** -out.shiftY;
    for (let y = 0; y < out.height; y++) {
      v[1] = y;
      for (let x = 0; x < out.width; x++) {
        v[0] = x;
        const first = a.data[a.offset + y * a.stride + x]!;
        const second = b.data[b.offset + y * b.stride + x]!;
        v[8] = first;
        v[10] = first;
        v[9] = second;
        v[11] = second;
        out.data[out.offset + y * out.stride + x] = Math.trunc(expression.evaluate(v)) & 255;
      }
    }
  };
}
