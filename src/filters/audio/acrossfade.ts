/** `acrossfade`: the end of one sound fades into the beginning of another, along curves (fade-curves.ts). */
import { AUDIO_PAD, type FilterDefinition, sameAudio } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { FADE_FMTS } from './afade.ts';
import { FADE_CURVES, fadeGain } from './fade-curves.ts';
import { duration, flag, integer } from './option-kinds.ts';
import {
  cutToFormat,
  formatOfLink,
  MOST_SAMPLES,
  newDoubles,
  readDoubles,
  samplesOfMicroseconds,
  soundInput,
  soundOf,
  soundOfDoubles,
} from './sound.ts';
import { soundQueues } from './sound-inputs.ts';

const curve = (name: string, alias: string, description: string) =>
  ({
    name,
    aliases: [alias],
    kind: 'choice',
    choices: FADE_CURVES,
    default: 'tri',
    description,
  }) as const;

/** Crossfades two inputs. */
export const ACROSSFADE: FilterDefinition = {
  name: 'acrossfade',
  description: 'fades the end of one sound into the beginning of another',
  options: [
    integer('nb_samples', 1, MOST_SAMPLES, 'length in samples', {
      aliases: ['ns'],
      default: '44100',
    }),
    duration('duration', 'length', { aliases: ['d'], default: '0', min: 0, max: 60e6 }),
    flag('overlap', 'whether both sound at once', { aliases: ['o'], default: '1' }),
    curve('curve1', 'c1', 'curve of the first sound'),
    curve('curve2', 'c2', 'curve of the second sound'),
  ],
  inputs: [
    { name: 'crossfade0', kind: 'audio' },
    { name: 'crossfade1', kind: 'audio' },
  ],
  outputs: AUDIO_PAD,
  formats: () => sameAudio({ sampleFmts: FADE_FMTS }, 2, 1),
  open(setup) {
    const { options } = setup;
    const link = soundInput(setup);
    const format = formatOfLink(link);
    const micros = options.number('duration');
    const length =
      micros > 0 ? samplesOfMicroseconds(micros, link.sampleRate) : options.number('nb_samples');
    const [first, second] = soundQueues(setup);
    const ends = newDoubles(link.layout.numChannels, length);
    const begins = newDoubles(link.layout.numChannels, length);
    let nextPts = 0;
    let isFaded = false;
    let isOver = false;
    const emit = (frame: ReturnType<typeof first.take>) => {
      setup.emit(0, { ...frame, pts: nextPts });
      nextPts += frame.numSamples;
    };
    const emitDoubles = (arrays: readonly Float64Array[]) =>
      emit(soundOfDoubles(arrays, 0, length, format, nextPts));
    const crossfade = () => {
      readDoubles(first.take(length), 0, length, ends, 0);
      readDoubles(second.take(length), 0, length, begins, 0);
      fadeChannels(options, ends, begins, length);
      for (const samples of [...ends, ...begins]) cutToFormat(samples, 0, length, link.sampleFmt);
      emitDoubles(ends);
      if (!options.boolean('overlap')) emitDoubles(begins);
      isFaded = true;
    };
    const advance = () => {
      if (isOver) return;
      if (!isFaded) {
        while (first.length > length)
          emit(first.take(Math.min(first.firstLength, first.length - length)));
        if (first.ended && first.length === length && second.length >= length) crossfade();
      }
      if (isFaded) while (second.length > 0) emit(second.take(second.firstLength));
      // Sound that is shorter than the fade cannot fade: as in ffmpeg, nothing of it comes out.
      const isShort =
        (first.ended && first.length < length) || (second.ended && second.length < length);
      if (!second.ended || !first.ended || (!isFaded && !isShort)) return;
      isOver = true;
      if (!isFaded) setup.report('an input is shorter than the crossfade', { nb_samples: length });
      setup.finish(0, nextPts);
    };
    let hasPts = false;
    return {
      push(input, frame) {
        if (input === 0 && !hasPts) nextPts = frame.pts;
        hasPts = true;
        (input === 0 ? first : second).push(soundOf(frame));
        advance();
      },
      end(input) {
        (input === 0 ? first : second).ended = true;
        advance();
      },
      wants: () => (isFaded || first.ended ? [1] : [0]),
    };
  },
};

/** Fades out what ends, and in what begins; where both sound at once, their sum is what ends. */
function fadeChannels(
  options: OptionValues,
  ends: readonly Float64Array[],
  begins: readonly Float64Array[],
  length: number,
): void {
  const [c1, c2] = [options.number('curve1'), options.number('curve2')];
  const overlap = options.boolean('overlap');
  for (let c = 0; c < ends.length; c++) {
    for (let i = 0; i < length; i++) {
      ends[c][i] *= fadeGain(c1, length - 1 - i, length);
      begins[c][i] *= fadeGain(c2, i, length);
      if (overlap) ends[c][i] += begins[c][i];
    }
  }
}
