/** Where the lines of an element end, and from which bands on they may be told in fewer bits. */
import { SWB_OFFSET_LONG_WINDOW, SWB_OFFSET_SHORT_WINDOW } from '../standard/scalefactor-bands.ts';
import { FRAME_LENGTH, SHORT_LENGTH } from '../standard/window-sequence.ts';
import type { EncoderSettings } from './options.ts';

/** Only this many lines of an LFE may be other than zero, AAC clause 4.5.2.1.1. */
const LFE_LINES = 12;

/** Lines and scale factor bands at which things begin and end, in long windows and in short ones. */
export interface BandLimits {
  /** First line that is not coded. */
  readonly longCutoff: number;
  readonly shortCutoff: number;
  /** Bands that have lines. */
  readonly longMaxSfb: number;
  readonly shortMaxSfb: number;
  /** First band of long windows that may be substituted by noise. */
  readonly firstNoiseSfb: number;
  /** Bands of long windows that have lines or may be noise. */
  readonly noiseMaxSfb: number;
  /** First band that may be coded with an intensity. */
  readonly longIntensitySfb: number;
  readonly shortIntensitySfb: number;
}

/** The limits of an element, an LFE or another. */
export function bandLimits(settings: EncoderSettings, isLfe: boolean): BandLimits {
  const { samplingFrequencyIndex: index, sampleRate, tuning } = settings;
  const longBands = SWB_OFFSET_LONG_WINDOW[index];
  const shortBands = SWB_OFFSET_SHORT_WINDOW[index];
  const shareOf = (hertz: number) => Math.min(1, hertz / (sampleRate / 2));
  const share = shareOf(settings.bandwidth);
  const longCutoff = isLfe ? LFE_LINES : Math.max(4, Math.round(share * FRAME_LENGTH));
  const shortCutoff = Math.max(4, Math.round(share * SHORT_LENGTH));
  const longMaxSfb = countBandsBelow(longBands, longCutoff);
  const longBandsBelow = (hertz: number) =>
    countBandsBelow(longBands, shareOf(hertz) * FRAME_LENGTH);
  return {
    longCutoff,
    shortCutoff,
    longMaxSfb,
    shortMaxSfb: countBandsBelow(shortBands, shortCutoff),
    firstNoiseSfb: isLfe ? longBands.length : longBandsBelow(tuning.noiseFrom),
    noiseMaxSfb: isLfe ? longMaxSfb : Math.max(longMaxSfb, longBandsBelow(tuning.noiseUpTo)),
    longIntensitySfb: longBandsBelow(tuning.intensityFrom),
    shortIntensitySfb: countBandsBelow(shortBands, shareOf(tuning.intensityFrom) * SHORT_LENGTH),
  };
}

/** Number of bands that begin below `cutoff`. */
function countBandsBelow(offsets: Uint16Array, cutoff: number): number {
  let count = 0;
  while (count < offsets.length - 1 && offsets[count] < cutoff) count++;
  return count;
}
