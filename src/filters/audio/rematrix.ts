/**
 * How the channels of one layout become those of another. Channels that both have stay. A channel that is missing goes to those
 * nearest to it at -3 dB each: the rules of ITU-R BS.775-3 (table 2, downward mixing) carried on to the other layouts, as ffmpeg does by default.
 */
import type { ChannelLayout } from '../definition/channel-layout.ts';
import { addScaled } from './sound.ts';

const HALF_POWER = Math.SQRT1_2;

/** Gains of the channels that are mixed to others, beside the -3 dB of the rules. */
export interface MixLevels {
  /** Levels of the center and of the surround channels in front channels. */
  readonly center: number;
  readonly surround: number;
  /** Level of low frequency effects in other channels; 0 leaves them out. */
  readonly lfe: number;
}

/** ffmpeg's defaults. */
export const DEFAULT_MIX_LEVELS: MixLevels = {
  center: HALF_POWER,
  surround: HALF_POWER,
  lfe: 0,
};

/** Gains by output channel and input channel. */
export type ChannelMatrix = readonly Float64Array[];

/** Adds `gain` of a missing channel to one that the output has. */
type AddTo = (output: string, gain: number) => void;

/** The input of the rules: the channels of both layouts. */
interface Layouts {
  readonly input: ReadonlySet<string>;
  readonly output: ReadonlySet<string>;
  readonly levels: MixLevels;
}

const hasStereo = (names: ReadonlySet<string>): boolean => names.has('FL') && names.has('FR');

function mixCenter({ input, output, levels }: Layouts, add: AddTo): void {
  if (!hasStereo(output)) return;
  const gain = hasStereo(input) ? levels.center : HALF_POWER;
  add('FL', gain);
  add('FR', gain);
}

function mixFront({ output }: Layouts, add: AddTo): void {
  if (!output.has('FC')) return;
  add('FC', HALF_POWER);
}

function mixBackCenter({ output, levels }: Layouts, add: AddTo): void {
  if (output.has('BL')) {
    add('BL', HALF_POWER);
    add('BR', HALF_POWER);
  } else if (output.has('SL')) {
    add('SL', HALF_POWER);
    add('SR', HALF_POWER);
  } else if (output.has('FL')) {
    add('FL', levels.surround * HALF_POWER);
    add('FR', levels.surround * HALF_POWER);
  } else if (output.has('FC')) {
    add('FC', levels.surround * HALF_POWER);
  }
}

/** Back channels (`B`) and side channels (`S`) stand in for each other; `side` is `L` or `R`. */
function mixSurround(
  { input, output, levels }: Layouts,
  own: 'B' | 'S',
  side: 'L' | 'R',
  add: AddTo,
): void {
  const other = own === 'B' ? 'S' : 'B';
  if (own === 'B' && output.has('BC')) add('BC', HALF_POWER);
  else if (output.has(`${other}L`)) add(`${other}${side}`, input.has(`${other}L`) ? HALF_POWER : 1);
  else if (own === 'S' && output.has('BC')) add('BC', HALF_POWER);
  else if (output.has('FL')) add(`F${side}`, levels.surround);
  else if (output.has('FC')) add('FC', levels.surround * HALF_POWER);
}

function mixFrontOfCenter({ output }: Layouts, side: 'L' | 'R', add: AddTo): void {
  if (output.has('FL')) add(`F${side}`, 1);
  else if (output.has('FC')) add('FC', HALF_POWER);
}

function mixLfe({ output, levels }: Layouts, add: AddTo): void {
  if (levels.lfe === 0) return;
  if (output.has('FC')) add('FC', levels.lfe);
  else if (output.has('FL')) {
    add('FL', levels.lfe * HALF_POWER);
    add('FR', levels.lfe * HALF_POWER);
  }
}

/** Table: a channel that the output lacks => where it goes. */
const RULES: Readonly<Record<string, (layouts: Layouts, add: AddTo) => void>> = {
  FC: mixCenter,
  FL: mixFront,
  FR: mixFront,
  BC: mixBackCenter,
  BL: (layouts, add) => mixSurround(layouts, 'B', 'L', add),
  BR: (layouts, add) => mixSurround(layouts, 'B', 'R', add),
  SL: (layouts, add) => mixSurround(layouts, 'S', 'L', add),
  SR: (layouts, add) => mixSurround(layouts, 'S', 'R', add),
  FLC: (layouts, add) => mixFrontOfCenter(layouts, 'L', add),
  FRC: (layouts, add) => mixFrontOfCenter(layouts, 'R', add),
  LFE: mixLfe,
};

/**
 * The gains from the channels of `from` to those of `to`. Layouts whose channels are not known are matched by number.
 * @param maxSum the gains of all are lowered until none of the outputs can exceed full scale by more than this factor
 */
export function channelMatrix(
  from: ChannelLayout,
  to: ChannelLayout,
  levels: MixLevels,
  maxSum: number,
): ChannelMatrix {
  const matrix = Array.from({ length: to.numChannels }, () => new Float64Array(from.numChannels));
  if (from.channels.length === 0 || to.channels.length === 0) {
    for (let c = 0; c < Math.min(from.numChannels, to.numChannels); c++) matrix[c][c] = 1;
    return matrix;
  }
  const layouts = { input: new Set(from.channels), output: new Set(to.channels), levels };
  from.channels.forEach((name, c) => {
    const row = to.channels.indexOf(name);
    if (row >= 0) matrix[row][c] = 1;
  });
  from.channels.forEach((name, c) => {
    if (layouts.output.has(name)) return;
    RULES[name]?.(layouts, (output, gain) => {
      const row = to.channels.indexOf(output);
      if (row >= 0) matrix[row][c] += gain;
    });
    // Where left and right become the center, the center keeps its place between them.
    const [row, center] = [to.channels.indexOf('FC'), from.channels.indexOf('FC')];
    if (name === 'FL' && row >= 0 && center >= 0) matrix[row][center] = levels.center * Math.SQRT2;
  });
  lowerTo(matrix, maxSum);
  return matrix;
}

function lowerTo(matrix: ChannelMatrix, maxSum: number): void {
  let highest = 0;
  for (const row of matrix) {
    highest = Math.max(
      highest,
      row.reduce((sum, gain) => sum + Math.abs(gain), 0),
    );
  }
  if (highest <= maxSum) return;
  for (const row of matrix) for (let c = 0; c < row.length; c++) row[c] *= maxSum / highest;
}

/** output[o][to + i] = sum over c of matrix[o][c] · input[c][i], for `count` samples. */
export function applyMatrix(
  matrix: ChannelMatrix,
  input: readonly Float64Array[],
  output: readonly Float64Array[],
  count: number,
  to = 0,
): void {
  for (let o = 0; o < matrix.length; o++) {
    const target = output[o];
    target.fill(0, to, to + count);
    for (let c = 0; c < input.length; c++) {
      const gain = matrix[o][c];
      if (gain !== 0) addScaled(target, to, input[c], 0, gain, count);
    }
  }
}
