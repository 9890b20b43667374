/**
 * `amix`: the sum of several inputs, each weighted. With `normalize` the weights of those that go on sum to 1; when an input ends
 * the others rise to that within `dropout_transition` seconds.
 */
import {
  AUDIO_PAD,
  type FilterDefinition,
  type FilterSetup,
  sameAudio,
} from '../definition/filter.ts';
import { choice, flag, integer, number, text } from './option-kinds.ts';
import {
  addScaled,
  formatOfLink,
  newDoubles,
  readDoubles,
  type SoundQueue,
  soundInput,
  soundOf,
  soundOfDoubles,
} from './sound.ts';
import { lacking, soundQueues } from './sound-inputs.ts';

/** Samples that are mixed at a time at most. */
const CHUNK = 8192;
const DURATIONS = ['longest', 'shortest', 'first'] as const;

function weightsOf(setup: FilterSetup): number[] {
  const { options, inputs } = setup;
  const given = options.text('weights').trim().split(/\s+/).map(Number);
  if (given.some(Number.isNaN))
    throw options.error('weights', 'allowed are numbers with spaces between');
  // The last weight is that of all inputs that have none.
  return inputs.map((_, i) => given[Math.min(i, given.length - 1)]);
}

/** Gains of the inputs while some of them end. */
class Gains {
  private readonly weights: readonly number[];
  private readonly normalize: boolean;
  /** Sum of the weights over that of each, on its way to what it is to become. */
  private readonly norms: Float64Array;
  /** How much the norms of all inputs together may fall in one sample, as a part of what they are at first. */
  private readonly step: number;
  private readonly total: number;

  constructor(setup: FilterSetup) {
    this.weights = weightsOf(setup);
    this.normalize = setup.options.boolean('normalize');
    this.total = this.sum(() => true);
    this.norms = Float64Array.from(this.weights, (weight) => this.total / Math.abs(weight));
    const seconds = setup.options.number('dropout_transition');
    this.step = 1 / (seconds * soundInput(setup).sampleRate * this.weights.length);
  }

  private sum(isOn: (input: number) => boolean): number {
    return this.weights.reduce((sum, weight, i) => sum + (isOn(i) ? Math.abs(weight) : 0), 0);
  }

  /** The gain of each input over the next `count` samples; 0 for those that are over. */
  next(count: number, isOn: (input: number) => boolean): Float64Array {
    const total = this.sum(isOn);
    return Float64Array.from(this.weights, (weight, i) => {
      if (!isOn(i) || weight === 0) return 0;
      const wanted = total / Math.abs(weight);
      if (this.norms[i] > wanted) {
        const fall = (this.total / Math.abs(weight)) * this.step * count;
        this.norms[i] = Math.max(wanted, this.norms[i] - fall);
      }
      // As in ffmpeg, a weight below 0 turns the sound over only where weights are normalized.
      return this.normalize ? Math.sign(weight) / this.norms[i] : Math.abs(weight);
    });
  }
}

/** Mixes inputs. */
export const AMIX: FilterDefinition = {
  name: 'amix',
  description: 'mixes several inputs',
  options: [
    integer('inputs', 1, 1024, 'how many inputs there are', { default: '2' }),
    choice('duration', DURATIONS, 'with which input the sound ends', { default: 'longest' }),
    number(
      'dropout_transition',
      0,
      0x7fffffff,
      'seconds in which others take the place of an input',
      {
        default: '2',
      },
    ),
    text('weights', 'weights of the inputs, with spaces between', { default: '1 1' }),
    flag('normalize', 'whether the weights are scaled to sum to 1', { default: '1' }),
  ],
  inputs: (options) =>
    Array.from({ length: options.number('inputs') }, (_, i) => ({
      name: `input${i}`,
      kind: 'audio' as const,
    })),
  outputs: AUDIO_PAD,
  formats: (options) =>
    sameAudio({ sampleFmts: ['flt', 'fltp', 'dbl', 'dblp'] }, options.number('inputs'), 1),
  open(setup) {
    const link = soundInput(setup);
    const queues = soundQueues(setup);
    const gains = new Gains(setup);
    const mode = DURATIONS[setup.options.number('duration')];
    const channels = link.layout.numChannels;
    const sums = newDoubles(channels, CHUNK);
    const part = newDoubles(channels, CHUNK);
    const isOn = (i: number) => queues[i].length > 0 || !queues[i].ended;
    let nextPts = 0;
    let isOver = false;
    const advance = () => {
      for (;;) {
        if (isOver) return;
        if (
          isEnd(
            mode,
            queues.map((_, i) => isOn(i)),
          )
        ) {
          isOver = true;
          setup.finish(0, nextPts);
          for (const [input, { ended }] of queues.entries()) if (!ended) setup.stopInput(input);
          return;
        }
        const count = Math.min(CHUNK, mixable(queues));
        if (count === 0) return;
        if (queues[0].length > 0) nextPts = queues[0].pts;
        const scales = gains.next(count, isOn);
        for (const sum of sums) sum.fill(0, 0, count);
        for (const [i, queue] of queues.entries()) {
          if (queue.length === 0) continue;
          readDoubles(queue.take(count), 0, count, part, 0);
          part.forEach((samples, c) => {
            addScaled(sums[c], 0, samples, 0, scales[i], count);
          });
        }
        setup.emit(0, soundOfDoubles(sums, 0, count, formatOfLink(link), nextPts));
        nextPts += count;
      }
    };
    return {
      push(input, frame) {
        queues[input].push(soundOf(frame));
        advance();
      },
      end(input) {
        queues[input].ended = true;
        advance();
      },
      // Frames of the first input are mixed whole: others are asked for as much.
      wants: () => lacking(queues, queues[0].firstLength),
    };
  },
};

function isEnd(mode: (typeof DURATIONS)[number], on: readonly boolean[]): boolean {
  if (mode === 'first') return !on[0];
  return mode === 'shortest' ? on.includes(false) : !on.includes(true);
}

/** Samples that all inputs have that are not over; frames of the first input stay whole if they can. */
function mixable(queues: readonly SoundQueue[]): number {
  let count = queues[0].length > 0 ? queues[0].firstLength : Number.POSITIVE_INFINITY;
  for (const { length, ended } of queues) {
    if (length === 0 && ended) continue;
    if (length < count && !ended && queues[0].length > 0) return 0;
    count = Math.min(count, length);
  }
  return Number.isFinite(count) ? count : 0;
}
