/**
 * `aecho`: the sound and its echoes, y[n] = out_gain · (in_gain · x[n] + sum over e of decay[e] · x[n - delay[e]]). The echoes go on after the
 * end of the sound. As in ffmpeg, floats are clamped to full scale too.
 */
import type { AudioFrame } from '../../frames/frame.ts';
import type { SampleFmt } from '../../frames/sample-format.ts';
import { AUDIO_PAD, type FilterDefinition, sameAudio } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { number, text } from './option-kinds.ts';
import {
  addScaled,
  cutToFormat,
  formatOfLink,
  newDoubles,
  newSound,
  readDoubles,
  soundInput,
  soundOf,
  ticksOfSamples,
  writeDoubles,
} from './sound.ts';

const FORMATS: readonly SampleFmt[] = ['s16p', 's32p', 'fltp', 'dblp'];
const CHUNK = 4096;
/** Samples of a frame after the end. */
const TAIL = 2048;

/** A list of numbers with `|` between, each above 0 and at most `max`. */
function numbersOf(options: OptionValues, name: string, max: number): number[] {
  let offset = 0;
  return options
    .text(name)
    .split('|')
    .map((part) => {
      const value = Number(part);
      if (part.trim() === '' || !(value > 0 && value <= max)) {
        const detail = `got ${JSON.stringify(part)}, allowed are numbers above 0, at most ${max}`;
        throw options.error(name, detail, offset);
      }
      offset += part.length + 1;
      return value;
    });
}

/** Adds echoes. */
export const AECHO: FilterDefinition = {
  name: 'aecho',
  description: 'adds echoes',
  options: [
    number('in_gain', 0, 1, 'gain of the sound', { default: '0.6' }),
    number('out_gain', 0, 1, 'gain of all together', { default: '0.3' }),
    text('delays', 'milliseconds of each echo, with | between', { default: '1000' }),
    text('decays', 'gain of each echo, with | between', { default: '0.5' }),
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  formats: () => sameAudio({ sampleFmts: FORMATS }),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const format = formatOfLink(link);
    const delays = numbersOf(options, 'delays', 90000).map((ms) =>
      Math.trunc((ms * link.sampleRate) / 1000),
    );
    const decays = numbersOf(options, 'decays', 1);
    if (delays.length !== decays.length) {
      const detail = `there are ${decays.length}, but ${delays.length} delays`;
      throw options.error('decays', detail);
    }
    const longest = Math.max(...delays);
    const inGain = options.number('in_gain');
    const outGain = options.number('out_gain');
    /** Samples up to `end`, of which the last `longest` count, and room for more: so they are moved to the front now and then only. */
    const past = newDoubles(format.numChannels, 2 * longest + CHUNK);
    let end = longest;
    const sums = newDoubles(format.numChannels, CHUNK);
    let nextPts = 0;
    const echoed = (frame: AudioFrame): AudioFrame => {
      const out = newSound(format, frame.numSamples, frame.pts);
      for (let at = 0; at < frame.numSamples; at += CHUNK) {
        const count = Math.min(CHUNK, frame.numSamples - at);
        if (end + count > 2 * longest + CHUNK) {
          for (const samples of past) samples.copyWithin(0, end - longest, end);
          end = longest;
        }
        readDoubles(frame, at, count, past, end);
        for (const [c, samples] of past.entries()) {
          const sum = sums[c].fill(0, 0, count);
          addScaled(sum, 0, samples, end, inGain * outGain, count);
          for (const [e, delay] of delays.entries()) {
            addScaled(sum, 0, samples, end - delay, decays[e] * outGain, count);
          }
          for (let i = 0; i < count; i++) sum[i] = Math.min(1, Math.max(-1, sum[i]));
          cutToFormat(sum, 0, count, format.sampleFmt);
        }
        end += count;
        writeDoubles(sums, 0, count, out, at);
      }
      return out;
    };
    return {
      push(_, given) {
        const frame = soundOf(given);
        nextPts = frame.pts + ticksOfSamples(frame.numSamples, link);
        setup.emit(0, echoed(frame));
      },
      end() {
        for (let done = 0; done < longest; done += TAIL) {
          const count = Math.min(TAIL, longest - done);
          setup.emit(0, echoed(newSound(format, count, nextPts)));
          nextPts += ticksOfSamples(count, link);
        }
        setup.finish(0, nextPts);
      },
    };
  },
};
