/** `apad`: silence after the end of sound, as long as is asked for, or without an end. */
import { AUDIO_PAD, type FilterDefinition, type FilterSetup } from '../definition/filter.ts';
import { duration, integer } from './option-kinds.ts';
import {
  formatOfLink,
  MOST_SAMPLES,
  newSound,
  samplesOfMicroseconds,
  soundInput,
  soundOf,
  ticksOfSamples,
} from './sound.ts';

/** Samples of silence after `seen` samples of sound; infinite if nothing limits them. */
function paddingAfter(seen: number, setup: FilterSetup): number {
  const { options } = setup;
  const rate = soundInput(setup).sampleRate;
  const inSamples = (name: string) => samplesOfMicroseconds(options.number(name), rate);
  const byName = (samples: string, time: string) =>
    options.number(time) >= 0 ? inSamples(time) : options.number(samples);
  const padding = byName('pad_len', 'pad_dur');
  const whole = byName('whole_len', 'whole_dur');
  if (whole >= 0) return Math.max(0, whole - seen);
  return padding >= 0 ? padding : Number.POSITIVE_INFINITY;
}

/** Adds silence. */
export const APAD: FilterDefinition = {
  name: 'apad',
  description: 'adds silence after the end',
  options: [
    integer('packet_size', 0, MOST_SAMPLES, 'samples of silence in a frame', { default: '4096' }),
    integer('pad_len', -1, Number.MAX_SAFE_INTEGER, 'samples that are added', { default: '-1' }),
    integer('whole_len', -1, Number.MAX_SAFE_INTEGER, 'samples that there are at least', {
      default: '-1',
    }),
    duration('pad_dur', 'how much is added', { default: '-0.000001', min: -1 }),
    duration('whole_dur', 'how long it is at least', { default: '-0.000001', min: -1 }),
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    for (const [a, b] of [
      ['whole_len', 'pad_len'],
      ['whole_dur', 'pad_dur'],
    ] as const) {
      if (options.number(a) >= 0 && options.number(b) >= 0) {
        throw options.error(a, `it cannot be given together with ${b}`);
      }
    }
    const packet = options.number('packet_size') || 4096;
    let seen = 0;
    let left = -1;
    let nextPts = 0;
    return {
      push(_, given) {
        const frame = soundOf(given);
        seen += frame.numSamples;
        nextPts = frame.pts + ticksOfSamples(frame.numSamples, link);
        setup.emit(0, frame);
      },
      end(_, pts) {
        // Silence follows the last sample, wherever the end is said to be.
        if (seen === 0 && !Number.isNaN(pts)) nextPts = pts;
        left = paddingAfter(seen, setup);
        // A stretch comes at once; what has no end, or is very long, only on demand.
        if (left <= MOST_SAMPLES) while (left >= 0) padOnce();
      },
      pull() {
        if (left < 0) return false;
        padOnce();
        return true;
      },
    };
    function padOnce(): void {
      const count = Math.min(packet, left);
      if (count <= 0) {
        left = -1;
        setup.finish(0, nextPts);
        return;
      }
      setup.emit(0, newSound(formatOfLink(link), count, nextPts));
      nextPts += ticksOfSamples(count, link);
      left -= count;
    }
  },
};
