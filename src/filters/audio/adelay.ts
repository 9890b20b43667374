/**
 * `adelay`: each channel later by its own time; silence comes before it, and after those that end first. What all channels are delayed by
 * comes as frames of silence, and moves the times of all others, as in ffmpeg.
 */
import type { AudioFrame } from '../../frames/frame.ts';
import type { SampleFmt } from '../../frames/sample-format.ts';
import { AUDIO_PAD, type FilterDefinition, sameAudio } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { flag, text } from './option-kinds.ts';
import {
  copySound,
  formatOfLink,
  MOST_SAMPLES,
  newSound,
  soundInput,
  soundOf,
  ticksOfSamples,
} from './sound.ts';

const FORMATS: readonly SampleFmt[] = ['u8p', 's16p', 's32p', 'fltp', 'dblp'];
/** Samples of a frame before the first one and after the end. */
const CHUNK = 2048;

/** Delays in samples: milliseconds, or samples with `S`, or seconds with `s` behind the number. */
function delaysOf(options: OptionValues, sampleRate: number, channels: number): number[] {
  const whole = options.text('delays');
  let offset = 0;
  const delays =
    whole === ''
      ? []
      : whole.split('|').map((part) => {
          const match = /^\s*(\d+(?:\.\d*)?|\.\d+)([sS]?)\s*$/.exec(part);
          if (match === null) {
            const detail = `got ${JSON.stringify(part)}, allowed are milliseconds, 500S or 1.5s`;
            throw options.error('delays', detail, offset);
          }
          offset += part.length + 1;
          const value = Number(match[1]);
          if (match[2] === 'S') return Math.trunc(value);
          return Math.trunc((value * sampleRate) / (match[2] === 's' ? 1 : 1000));
        });
  if (delays.some((delay) => delay > MOST_SAMPLES)) {
    throw options.error('delays', `a delay is longer than ${MOST_SAMPLES} samples`);
  }
  const rest = options.boolean('all') ? (delays.at(-1) ?? 0) : 0;
  return Array.from({ length: channels }, (_, c) => delays[c] ?? rest);
}

/** Delays channels. */
export const ADELAY: FilterDefinition = {
  name: 'adelay',
  description: 'delays channels',
  options: [
    text('delays', 'delay of each channel in ms (or 500S samples, 1.5s seconds), with | between', {
      default: '',
    }),
    flag('all', 'whether the last delay is that of all further channels', { default: '0' }),
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  timeline: true,
  formats: () => sameAudio({ sampleFmts: FORMATS }),
  open(setup) {
    const link = soundInput(setup);
    const format = formatOfLink(link);
    const single = { ...format, numChannels: 1 };
    const given = delaysOf(setup.options, link.sampleRate, format.numChannels);
    const common = Math.min(...given);
    const delays = given.map((delay) => delay - common);
    const longest = Math.max(...delays);
    /** The samples that each channel still has to give, as many as its delay. */
    const held = delays.map((delay) => newSound(single, delay, 0));
    let nextPts = Number.NaN;
    const silence = (length: number, make: (count: number) => AudioFrame): void => {
      for (let done = 0; done < length; done += CHUNK) {
        const count = Math.min(CHUNK, length - done);
        setup.emit(0, make(count));
        nextPts += ticksOfSamples(count, link);
      }
    };
    const begin = (pts: number): void => {
      if (!Number.isNaN(nextPts)) return;
      nextPts = pts;
      silence(common, (count) => newSound(format, count, nextPts));
    };
    const delayed = (frame: AudioFrame): AudioFrame => {
      const out = newSound(format, frame.numSamples, frame.pts);
      for (const [c, delay] of delays.entries()) {
        const input = { ...frame, numChannels: 1, planes: [frame.planes[c]] };
        const target = { ...out, numChannels: 1, planes: [out.planes[c]] };
        const early = Math.min(delay, frame.numSamples);
        copySound(held[c], 0, early, target, 0);
        copySound(input, 0, frame.numSamples - early, target, early);
        const rest = newSound(single, delay, 0);
        copySound(held[c], early, delay - early, rest, 0);
        copySound(input, frame.numSamples - early, early, rest, delay - early);
        held[c] = rest;
      }
      return out;
    };
    return {
      push(_, given) {
        const frame = soundOf(given);
        begin(frame.pts);
        const out = delayed(frame);
        const pts = frame.pts + ticksOfSamples(common, link);
        nextPts = pts + ticksOfSamples(frame.numSamples, link);
        setup.emit(0, { ...out, pts });
      },
      end() {
        begin(0);
        silence(longest, (count) => delayed(newSound(format, count, nextPts)));
        setup.finish(0, nextPts);
      },
    };
  },
};
