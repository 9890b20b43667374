/** `afade`: sound that comes out of silence, or goes into it, along a curve (fade-curves.ts). */
import type { AudioFrame } from '../../frames/frame.ts';
import type { SampleFmt } from '../../frames/sample-format.ts';
import { AUDIO_PAD, type FilterDefinition, sameAudio } from '../definition/filter.ts';
import { FADE_CURVES, fadeGain } from './fade-curves.ts';
import { duration, integer } from './option-kinds.ts';
import {
  cutToFormat,
  formatOfLink,
  newDoubles,
  newSound,
  readDoubles,
  samplesOfMicroseconds,
  samplesOfTicks,
  soundInput,
  soundOf,
  writeDoubles,
} from './sound.ts';

const CHUNK = 4096;

/** Formats that fades work in. */
export const FADE_FMTS: readonly SampleFmt[] = [
  ...(['s16', 's16p', 's32', 's32p', 'flt', 'fltp', 'dbl', 'dblp'] as const),
];

/** Fades in or out. */
export const AFADE: FilterDefinition = {
  name: 'afade',
  description: 'fades sound in or out',
  options: [
    {
      name: 'type',
      aliases: ['t'],
      kind: 'choice',
      choices: { in: 0, out: 1 },
      default: 'in',
      description: 'in or out',
    },
    integer('start_sample', 0, Number.MAX_SAFE_INTEGER, 'first sample of the fade', {
      aliases: ['ss'],
      default: '0',
    }),
    integer('nb_samples', 1, Number.MAX_SAFE_INTEGER, 'length of the fade in samples', {
      aliases: ['ns'],
      default: '44100',
    }),
    duration('start_time', 'when the fade begins', { aliases: ['st'], default: '0', min: 0 }),
    duration('duration', 'how long it is', { aliases: ['d'], default: '0', min: 0 }),
    {
      name: 'curve',
      aliases: ['c'],
      kind: 'choice',
      choices: FADE_CURVES,
      default: 'tri',
      description: 'its curve',
    },
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  timeline: true,
  formats: () => sameAudio({ sampleFmts: FADE_FMTS }),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const inSamples = (time: string, samples: string) =>
      options.number(time) > 0
        ? samplesOfMicroseconds(options.number(time), link.sampleRate)
        : options.number(samples);
    const start = inSamples('start_time', 'start_sample');
    const length = inSamples('duration', 'nb_samples');
    const fadesIn = options.number('type') === 0;
    const curve = options.number('curve');
    const channels = newDoubles(link.layout.numChannels, CHUNK);
    const gains = new Float64Array(CHUNK);
    const faded = (frame: AudioFrame, first: number): AudioFrame => {
      const out = newSound(formatOfLink(link), frame.numSamples, frame.pts);
      for (let at = 0; at < frame.numSamples; at += CHUNK) {
        const count = Math.min(CHUNK, frame.numSamples - at);
        for (let i = 0; i < count; i++) {
          const index = first + at + i - start;
          gains[i] = fadeGain(curve, fadesIn ? index : length - index, length);
        }
        readDoubles(frame, at, count, channels, 0);
        for (const samples of channels) {
          multiply(samples, gains, count);
          cutToFormat(samples, 0, count, link.sampleFmt);
        }
        writeDoubles(channels, 0, count, out, at);
      }
      return out;
    };
    return {
      push(_, given) {
        const frame = soundOf(given);
        const first = samplesOfTicks(frame.pts, link);
        const end = first + frame.numSamples;
        const isLoud = fadesIn ? start + length < first : end < start;
        const isSilent = fadesIn ? end < start : start + length < first;
        if (isLoud) setup.emit(0, frame);
        else if (isSilent) setup.emit(0, newSound(formatOfLink(link), frame.numSamples, frame.pts));
        else setup.emit(0, faded(frame, first));
      },
    };
  },
};

function multiply(samples: Float64Array, gains: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) samples[i] *= gains[i];
}
