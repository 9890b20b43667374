/** All measures of a coded clip together. */
import { measureLevels } from '../quality/level-distortion.ts';
import { measureOnsets } from '../quality/onset-error.ts';
import { measurePeaq } from '../quality/peaq.ts';
import { measurePeaqAdvanced } from '../quality/peaq-advanced.ts';
import { measureTonalMasking } from '../quality/tonal-masking.ts';
import type { CodedClip } from './aac-encoders.ts';
import type { AudioClip } from './clips.ts';

/**
 * Names of the figures. `basic`, `advanced`: grades of BS.1387. `maskLow`, `maskHigh`: noise to mask below and above 4 kHz, dB.
 * `levelLow`, `levelMid`, `levelHigh`: distortion of levels below 4 kHz, 4 to 10, 10 to 16, dB rms; `warble...` its fluctuation; `gainHigh`:
 * mean difference of levels from 10 kHz on, dB. `onset`: error before onsets, dB; `onsetLast`: in the last 5 ms before.
 */
export const EAR_NAMES = [
  'basic',
  'advanced',
  'maskLow',
  'maskHigh',
  'levelLow',
  'warbleLow',
  'levelMid',
  'warbleMid',
  'levelHigh',
  'gainHigh',
  'onset',
  'onsetLast',
  'kbps',
  'speed',
] as const;

export type EarFigures = Readonly<Record<(typeof EAR_NAMES)[number], number>>;

const mean = (values: readonly number[]) => {
  const known = values.filter((value) => !Number.isNaN(value ?? Number.NaN));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** Means by figure; what is not a number somewhere is left out there. */
export function meanFigures(all: readonly EarFigures[]): EarFigures {
  return Object.fromEntries(
    EAR_NAMES.map((name) => [name, mean(all.map((figures) => figures[name]))]),
  ) as unknown as EarFigures;
}

/** Measures a clip; NaN for grades if `withGrades` is false, and for what the clip does not have. */
export function hearClip(clip: AudioClip, coded: CodedClip, withGrades: boolean): EarFigures {
  const reference = clip.channels.map((samples) => Float64Array.from(samples));
  const test = coded.channels;
  const masking = reference.map((samples, c) => measureTonalMasking(samples, test[c]!));
  const levels = reference.map((samples, c) => measureLevels(samples, test[c]!));
  const onsets = measureOnsets(reference, test);
  const level = (range: number) => mean(levels.map((l) => l.distortion[range]!));
  const warble = (range: number) => mean(levels.map((l) => l.fluctuation[range]!));
  return {
    basic: withGrades ? measurePeaq(reference, test).odg : Number.NaN,
    advanced: withGrades ? measurePeaqAdvanced(clip.channels, test).odg : Number.NaN,
    maskLow: mean(masking.map((m) => m.low)),
    maskHigh: mean(masking.map((m) => m.high)),
    levelLow: level(0),
    warbleLow: warble(0),
    levelMid: level(1),
    warbleMid: warble(1),
    levelHigh: level(2),
    gainHigh: mean(levels.map((l) => l.gain[2]!)),
    onset: onsets.mean,
    onsetLast: onsets.spans[2]!,
    kbps: coded.bits / clip.seconds / 1000,
    speed: clip.seconds / coded.cpuSeconds,
  };
}
