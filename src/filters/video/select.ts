/** `select` and `aselect`: the frames that an expression picks, to one of several outputs. */
import type { AudioFrame, VideoFrame } from '../../frames/frame.ts';
import { pixFmtInfo, planeHeight, planeRowLength } from '../../frames/pixel-format.ts';
import type { FilterDefinition, Frame, Link, MediaKind } from '../definition/filter.ts';
import { rescaleTime } from '../graph/run.ts';
import type { Samples } from '../pixels/picture-work.ts';

// biome-ignore format: the order of the values below
const VARIABLES = [
  'n', 'selected_n', 'pts', 'prev_pts', 'prev_selected_pts', 'start_pts', 't', 'prev_t', 'prev_selected_t', 'start_t', 'TB',
  'prev_selected_n', 'consumed_samples_n', 'samples_n', 'sample_rate', 'scene', 'key', 'pict_type', 'interlace_type', 'pos',
  'concatdec_select',
];
const at = (name: string): number => VARIABLES.indexOf(name);

/** Names of kinds of pictures; a frame made of an array is whole in itself, as an I picture is. */
// biome-ignore format: a table
const CONSTANTS = {
  I: 1, P: 2, B: 3, S: 4, SI: 5, SP: 6, BI: 7,
  PICT_TYPE_I: 1, PICT_TYPE_P: 2, PICT_TYPE_B: 3, PICT_TYPE_S: 4, PICT_TYPE_SI: 5, PICT_TYPE_SP: 6, PICT_TYPE_BI: 7,
  PROGRESSIVE: 0, TOPFIRST: 1, BOTTOMFIRST: 2,
};

function selectOf(name: string, kind: MediaKind): FilterDefinition {
  return {
    name,
    description: `picks ${kind === 'video' ? 'pictures' : 'runs of sound'} by an expression`,
    options: [
      {
        name: 'expr',
        aliases: ['e'],
        kind: 'expression',
        default: '1',
        description: '0 drops the frame; n sends it to output n - 1; negative to the first',
      },
      {
        name: 'outputs',
        aliases: ['n'],
        kind: 'integer',
        default: '1',
        min: 1,
        max: 1024,
        description: 'how many outputs',
      },
    ],
    inputs: [{ name: 'default', kind }],
    outputs: (options) =>
      Array.from({ length: options.number('outputs') }, (_, i) => ({ name: `output${i}`, kind })),
    open(setup) {
      const link = setup.inputs[0]!;
      const outputs = setup.outputs.length;
      const expression = setup.options.expression('expr', {
        variables: VARIABLES,
        constants: CONSTANTS,
      });
      const scene = expression.uses.has('scene') ? new SceneScore() : undefined;
      const v = startValues(link);
      return {
        push(_, frame) {
          setVariables(v, frame, link);
          if (scene !== undefined) v[at('scene')] = scene.of(frame as VideoFrame);
          const result = expression.evaluate(v);
          const picked = result !== 0;
          if (picked) {
            const output =
              Number.isNaN(result) || result < 0 ? 0 : Math.min(Math.ceil(result) - 1, outputs - 1);
            noteSelected(v, frame);
            setup.emit(output, frame);
          }
          v[at('n')]!++;
          v[at('prev_pts')] = v[at('pts')]!;
          v[at('prev_t')] = v[at('t')]!;
        },
        end(_, pts) {
          for (const output of setup.outputs.keys()) {
            setup.finish(output, rescaleTime(pts, link.timeBase, link.timeBase));
          }
        },
        outputs: setup.outputs.map((format) => ({ ...link, ...format }) as Link),
      };
    },
  };
}

function startValues(link: Link): Float64Array {
  const v = new Float64Array(VARIABLES.length).fill(Number.NaN);
  v[at('n')] = 0;
  v[at('selected_n')] = 0;
  v[at('TB')] = link.timeBase[0] / link.timeBase[1];
  v[at('consumed_samples_n')] = 0;
  v[at('key')] = 1;
  v[at('pict_type')] = CONSTANTS.I;
  v[at('interlace_type')] = CONSTANTS.PROGRESSIVE;
  v[at('concatdec_select')] = -1;
  if (link.kind === 'audio') v[at('sample_rate')] = link.sampleRate;
  return v;
}

function setVariables(v: Float64Array, frame: Frame, link: Link): void {
  const { pts } = frame;
  const t = (pts * link.timeBase[0]) / link.timeBase[1];
  if (Number.isNaN(v[at('start_pts')]!)) {
    v[at('start_pts')] = pts;
    v[at('start_t')] = t;
  }
  v[at('pts')] = pts;
  v[at('t')] = t;
  if ('numSamples' in frame) v[at('samples_n')] = (frame as AudioFrame).numSamples;
}

/** The variables after a frame was picked. */
function noteSelected(v: Float64Array, frame: Frame): void {
  v[at('prev_selected_n')] = v[at('n')]!;
  v[at('prev_selected_pts')] = v[at('pts')]!;
  v[at('prev_selected_t')] = v[at('t')]!;
  v[at('selected_n')]!++;
  if ('numSamples' in frame) v[at('consumed_samples_n')]! += frame.numSamples;
}

/** How unlike the picture before a picture is, 0..1: from the mean difference of samples, and its change. */
class SceneScore {
  private before: VideoFrame | undefined;
  private meanBefore = 0;

  of(frame: VideoFrame): number {
    const before = this.before;
    this.before = frame;
    if (before === undefined) return 0;
    const info = pixFmtInfo(frame.pixFmt);
    let sum = 0;
    let count = 0;
    const planes = info.model === 'yuv' ? 1 : frame.planes.length;
    for (let p = 0; p < planes; p++) {
      const length = planeRowLength(info, p, frame.width);
      const rows = planeHeight(info, p, frame.height);
      const [a, b] = [before.planes[p]!, frame.planes[p]!];
      for (let row = 0; row < rows; row++) {
        const from = a.offset + row * a.stride;
        const to = b.offset + row * b.stride;
        sum += rowDifference(a.data as Samples, from, b.data as Samples, to, length);
      }
      count += length * rows;
    }
    const mean = sum / count / 2 ** (info.bitDepth - 8);
    const score = Math.min(mean, Math.abs(mean - this.meanBefore)) / 100;
    this.meanBefore = mean;
    return Math.min(Math.max(score, 0), 1);
  }
}

function rowDifference(a: Samples, i: number, b: Samples, j: number, length: number): number {
  let sum = 0;
  for (let x = 0; x < length; x++) sum += Math.abs(a[i + x]! - b[j + x]!);
  return sum;
}

/** Picks pictures. */
export const SELECT: FilterDefinition = selectOf('select', 'video');

/** Picks runs of sound. */
export const ASELECT: FilterDefinition = selectOf('aselect', 'audio');
