/**
 * Several inputs in step. Frames of all inputs are put in the order of their times; at each time every input has a current frame,
 * the last one that began by then. Inputs of the highest level make events: whenever one of them gets a new current frame,
 * the filter is called with the current frames of all.
 */

import { gcd } from '../../base/math.ts';
import type { Rational } from '../../base/rational.ts';
import type { FilterInstance, FilterSetup, Frame } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { rescaleTime } from './run.ts';

/** The rule where an input has no frame at a time: no output at all, no frame, or its nearest frame. */
type Beyond = 'stop' | 'null' | 'nearest';

/** How one input takes part. */
export interface SyncInput {
  /** Level: inputs of the highest level that has not ended make events; 0 never does. */
  readonly level: number;
  /** Before its first frame, and after its end. */
  readonly before: Beyond;
  readonly after: Beyond;
}

/** The options that filters with a main and a second input share. */
export const SYNC_OPTIONS: readonly OptionDefinition[] = [
  {
    name: 'eof_action',
    kind: 'choice',
    default: 'repeat',
    choices: { repeat: 0, endall: 1, pass: 2 },
    description:
      'when the second input has ended: repeat its last frame, end, or pass the first on',
    namedOnly: true,
  },
  {
    name: 'shortest',
    kind: 'boolean',
    default: '0',
    description: 'end when the shorter input does',
    namedOnly: true,
  },
  {
    name: 'repeatlast',
    kind: 'boolean',
    default: '1',
    description: 'repeat the last frame of the second input after its end',
    namedOnly: true,
  },
];

/** A main input and a second one, by the options above. */
export function dualInputs(options: OptionValues): readonly SyncInput[] {
  const action = options.number('eof_action');
  const ends = options.boolean('shortest') || action === 1;
  const repeats = options.boolean('repeatlast') && action !== 2;
  return [
    { level: 2, before: 'stop', after: ends ? 'stop' : 'nearest' },
    {
      level: repeats || ends ? 1 : 0,
      before: 'null',
      after: ends ? 'stop' : repeats ? 'nearest' : 'null',
    },
  ];
}

/** Inputs that all make events: stacked pictures. */
export function equalInputs(count: number, shortest: boolean): readonly SyncInput[] {
  return Array.from({ length: count }, () => ({
    level: 1,
    before: 'stop',
    after: shortest ? 'stop' : 'nearest',
  }));
}

/**
 * The time base in which the ticks of all inputs that make events are whole, or microseconds if that is too fine.
 * @param bases of all inputs
 */
export function commonTimeBase(bases: readonly Rational[], inputs: readonly SyncInput[]): Rational {
  const [first, ...others] = bases.filter((_, i) => inputs[i]!.level > 0);
  let [num, den] = first!;
  for (const base of others) {
    const multiple = (den / gcd(den, base[1])) * base[1];
    if (multiple >= 500_000) return [1, 1_000_000];
    num = gcd(num, base[0]);
    den = multiple;
  }
  return [num, den];
}

interface InputState {
  level: number;
  readonly config: SyncInput;
  readonly queue: Frame[];
  ended: boolean;
  endPts: number;
  /** Whether the end was taken in. */
  over: boolean;
  started: boolean;
  current: Frame | undefined;
}

/** Steps several inputs; what a filter with several inputs returns from `open`. */
export class FrameSync implements FilterInstance {
  private readonly setup: FilterSetup;
  private readonly timeBase: Rational;
  private readonly outputBase: Rational;
  private readonly states: InputState[];
  private readonly onEvent: (frames: readonly (Frame | undefined)[], pts: number) => void;
  private level = 0;
  private lastPts = Number.NaN;
  private done = false;

  /** @param outputBase time base of the output, and so of the times that `onEvent` is given */
  constructor(
    setup: FilterSetup,
    inputs: readonly SyncInput[],
    outputBase: Rational,
    onEvent: (frames: readonly (Frame | undefined)[], pts: number) => void,
  ) {
    this.setup = setup;
    this.timeBase = commonTimeBase(
      setup.inputs.map((link) => link.timeBase),
      inputs,
    );
    this.outputBase = outputBase;
    this.onEvent = onEvent;
    this.states = inputs.map((config) => ({
      level: config.level,
      config,
      queue: [],
      ended: false,
      endPts: Number.NaN,
      over: false,
      started: false,
      current: undefined,
    }));
    this.level = Math.max(...this.states.map((state) => state.level));
  }

  push(input: number, frame: Frame): void {
    if (this.done) return;
    const state = this.states[input]!;
    const known = rescaleTime(frame.pts, this.setup.inputs[input]!.timeBase, this.timeBase);
    // A frame without a time follows the one before it.
    const pts = Number.isNaN(known)
      ? (state.queue.at(-1) ?? state.current ?? { pts: -1 }).pts + 1
      : known;
    state.queue.push({ ...frame, pts });
    this.advance();
  }

  end(input: number, pts: number): void {
    const state = this.states[input]!;
    state.ended = true;
    state.endPts = rescaleTime(pts, this.setup.inputs[input]!.timeBase, this.timeBase);
    if (!this.done) this.advance();
  }

  wants(): readonly number[] {
    return [...this.states.keys()].filter((i) => this.lacks(this.states[i]!));
  }

  private lacks(state: InputState): boolean {
    return state.queue.length === 0 && !state.ended;
  }

  private advance(): void {
    while (!this.done && !this.states.some((state) => this.lacks(state))) this.step();
  }

  /** When the next frame, or the end, of an input takes effect: as in ffmpeg, the end does a tick after the last frame. */
  private nextTime(state: InputState): number {
    if (state.queue.length > 0) return state.queue[0]!.pts;
    if (state.over || !state.started || state.config.after === 'nearest') return Infinity;
    return state.current!.pts + 1;
  }

  private step(): void {
    let changed = false;
    for (const state of this.states) {
      if (state.queue.length === 0 && state.ended && state.level > 0) {
        state.level = 0;
        changed = true;
      }
    }
    if (changed && !this.settleLevel()) return;
    const pts = Math.min(...this.states.map((state) => this.nextTime(state)));
    if (pts === Infinity) {
      this.finish();
      return;
    }
    let ready = false;
    for (const state of this.states) {
      const early = state.config.before === 'nearest' && state.queue.length > 0 && !state.started;
      if (this.nextTime(state) !== pts && !early) continue;
      const frame = state.queue.shift();
      if (frame === undefined) {
        state.over = true;
        state.current = undefined;
        if (state.config.after === 'stop') {
          this.finish();
          return;
        }
        continue;
      }
      state.current = frame;
      state.started = true;
      if (state.level === this.level) ready = true;
    }
    if (this.states.some((state) => !state.started && state.config.before === 'stop'))
      ready = false;
    this.lastPts = pts;
    if (ready)
      this.onEvent(
        this.states.map((state) => state.current),
        rescaleTime(pts, this.timeBase, this.outputBase),
      );
  }

  /** The level of what has not ended; without any, all is over. */
  private settleLevel(): boolean {
    const level = Math.max(...this.states.map((state) => state.level));
    if (level === 0) {
      this.finish();
      return false;
    }
    this.level = level;
    return true;
  }

  private finish(): void {
    this.done = true;
    const ends = this.states.map((state) => state.endPts).filter((pts) => !Number.isNaN(pts));
    const end = Math.max(...ends, this.lastPts);
    for (const output of this.setup.outputs.keys()) {
      const pts = Number.isFinite(end) ? end : Number.NaN;
      this.setup.finish(output, rescaleTime(pts, this.timeBase, this.outputBase));
    }
    for (const input of this.states.keys()) this.setup.stopInput(input);
  }
}
