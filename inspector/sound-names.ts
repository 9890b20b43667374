/** Words, numbers and colors of sound. */
import type { SoundBand } from './sound-record.ts';

/** Window sequences by number. */
export const SEQUENCE_NAMES = ['long', 'start', 'eight short', 'stop'];
/** Variables of the style sheet with their colors. */
export const SEQUENCE_COLORS = ['P', 'inter816', 'I', 'inter8'];

/** What is sent of a band. */
export type BandKind = 'lines' | 'nothing' | 'noise' | 'intensity';

export const KIND_TEXTS: Readonly<Record<BandKind, string>> = {
  lines: 'lines',
  nothing: 'nothing: it is not heard',
  noise: 'its energy alone: noise takes its place',
  intensity: 'a level alone: the left channel takes its place',
};

/** Variables of the style sheet. */
export const KIND_COLORS: Readonly<Record<BandKind, string>> = {
  lines: 'P',
  nothing: 'skip',
  noise: 'B',
  intensity: 'inter8',
};

/** How a band of a pair is coded. */
export const CHOICE_NAMES = ['left and right', 'middle and side', 'intensity'];

/** Codebooks from this one on mean something else than lines. */
const [NOISE, INTENSITY2] = [13, 14];

export function bandKind({ codebook }: SoundBand): BandKind {
  if (codebook === 0) return 'nothing';
  if (codebook >= INTENSITY2) return 'intensity';
  return codebook === NOISE ? 'noise' : 'lines';
}

/** Whether the noise of a band is the error of its lines: of lines that are sent, or left away. */
export function hasLines(band: SoundBand): boolean {
  return ['lines', 'nothing'].includes(bandKind(band));
}

/** Energy of the line of a sine at full scale: 2 / π of all that 1024 new samples of 16 bits can add up to. */
const FULL_SCALE = ((32768 * 1024 * 2) / Math.PI) ** 2;

/** The energy of a line in decibels below a sine at full scale. */
export function decibels(energy: number): number {
  return 10 * Math.log10(Math.max(energy, 1e-3) / FULL_SCALE);
}
