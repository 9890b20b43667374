/**
 * `atempo`: faster or slower at the same pitch, by overlapping windows of the sound (WSOLA: W. Verhelst, M. Roelands, "An overlap-add technique based on
 * waveform similarity", ICASSP 1993). Each window is taken near where the tempo says, at the place where it is most like what would have
 * followed the one before it. There are as many samples as the tempo says, to the nearest.
 */
import { scaleByFraction } from '../../base/rational.ts';
import { AUDIO_PAD, type FilterDefinition } from '../definition/filter.ts';
import { number } from './option-kinds.ts';
import {
  formatOfLink,
  newDoubles,
  readDoubles,
  soundInput,
  soundOf,
  soundOfDoubles,
} from './sound.ts';
import { TimeStretcher } from './time-stretcher.ts';

const CHUNK = 4096;
/** The tempo is taken as a fraction with this denominator. */
const TEMPO_SCALE = 1 << 20;

/** Changes the tempo. */
export const ATEMPO: FilterDefinition = {
  name: 'atempo',
  description: 'makes sound faster or slower at the same pitch',
  options: [number('tempo', 0.5, 100, 'how many times faster', { default: '1' })],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  open(setup) {
    const link = soundInput(setup);
    const tempo = setup.options.number('tempo');
    const format = formatOfLink(link);
    const stretcher = new TimeStretcher(tempo, link.sampleRate, format.numChannels);
    const channels = newDoubles(format.numChannels, CHUNK);
    let firstPts = Number.NaN;
    let received = 0;
    let given = 0;
    const totalOf = (samples: number) =>
      scaleByFraction(samples, TEMPO_SCALE, Math.round(tempo * TEMPO_SCALE));
    const drain = (limit: number) => {
      for (;;) {
        const count = stretcher.read(channels, Math.min(CHUNK, limit - given));
        if (count === 0) return;
        setup.emit(0, soundOfDoubles(channels, 0, count, format, firstPts + given));
        given += count;
      }
    };
    return {
      outputs: [{ ...link, timeBase: [1, link.sampleRate] }],
      push(_, input) {
        const frame = soundOf(input);
        if (Number.isNaN(firstPts)) {
          const seconds = (frame.pts * link.timeBase[0]) / link.timeBase[1];
          firstPts = Math.round((seconds * link.sampleRate) / tempo);
        }
        for (let at = 0; at < frame.numSamples; at += CHUNK) {
          const count = Math.min(CHUNK, frame.numSamples - at);
          readDoubles(frame, at, count, channels, 0);
          stretcher.write(channels, count);
          received += count;
          drain(totalOf(received));
        }
      },
      end() {
        const total = totalOf(received);
        stretcher.finish(total);
        drain(total);
        setup.finish(0, firstPts + given);
      },
    };
  },
};
