/** `blend`: two pictures as one, sample by sample, by a mode or an expression, at the depth of their samples. */
import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { commonTimeBase, dualInputs, FrameSync, SYNC_OPTIONS } from '../graph/frame-sync.ts';
import type { Expression } from '../language/expression.ts';
import { BLEND_NAMES } from '../pixels/blend-modes.ts';
import { Blender } from '../pixels/blender.ts';
import {
  type Component,
  componentsOf,
  copyComponent,
  picture,
  secondsOf,
  videoLink,
} from '../pixels/picture-work.ts';

const PIX_FMTS = ALL_PIX_FMTS.filter((name) => {
  const info = pixFmtInfo(name);
  return !info.bigEndian && info.order === undefined && info.samplesPerPixel.length !== 2;
});

const VARIABLES = ['X', 'Y', 'W', 'H', 'SW', 'SH', 'T', 'N', 'A', 'B', 'TOP', 'BOTTOM'];

const perComponent = (option: (c: number) => OptionDefinition): OptionDefinition[] =>
  [0, 1, 2, 3].map(option);

/** The work on one component. */
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
    const inputs = dualInputs(options);
    const timeBase = commonTimeBase([top.timeBase, bottom.timeBase], inputs);
    const output = { ...top, timeBase };
    const v = new Float64Array(VARIABLES.length);
    const blender = new Blender();
    // Options count planes: those of planar RGB are G, B, R, A.
    const planes = pixFmtInfo(top.pixFmt).model === 'rgb' ? [2, 0, 1, 3] : [0, 1, 2, 3];
    const { bitDepth } = pixFmtInfo(top.pixFmt);
    const mixers = planes.map((c) => mixerOf(options, c, v, blender, bitDepth));
    let n = 0;
    const mix = (first: VideoFrame, second: VideoFrame, pts: number): VideoFrame => {
      const out = setup.takePicture(top.pixFmt, top.width, top.height, pts);
      const [a, b] = [componentsOf(first), componentsOf(second)];
      componentsOf(out).forEach((component, c) => {
        mixers[c]!(a[c]!, b[c]!, component);
      });
      return out;
    };
    const sync = new FrameSync(setup, inputs, timeBase, ([first, second], pts) => {
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

function mixerOf(
  options: OptionValues,
  c: number,
  v: Float64Array,
  blender: Blender,
  bitDepth: number,
): Mixer {
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
  const name = Object.keys(BLEND_NAMES)[mode]!;
  if (opacity === 0) return name === 'normal' ? copyFrom(1) : copyFrom(0);
  if (name === 'normal' && opacity === 1) return copyFrom(0);
  return (a, b, out) => blender.blend(name, opacity, a, b, out, bitDepth);
}

const copyFrom =
  (which: 0 | 1): Mixer =>
  (a, b, out) =>
    copyComponent(which === 0 ? a : b, out);

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
        out.data[out.offset + y * out.stride + x] = Math.trunc(expression.evaluate(v));
      }
    }
  };
}
