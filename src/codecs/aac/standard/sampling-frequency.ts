/** Sampling frequencies by index, and what depends on them, AAC clauses 1.6.2.4 and 4.5.1.1. */
import { UnsupportedError } from '../../../base/errors.ts';
import { SAMPLING_FREQUENCIES } from '../../../syntax/aac/sampling-frequency.ts';

/** samplingFrequencyIndex of `sampleRate`, clause 1.6.3.4; throws `UnsupportedError` for a rate that is not in the table. */
export function samplingFrequencyIndex(sampleRate: number): number {
  const index = SAMPLING_FREQUENCIES.indexOf(sampleRate);
  if (index < 0) {
    throw new UnsupportedError(
      'aac.options.sampleRate',
      `got ${sampleRate}, allowed are ${SAMPLING_FREQUENCIES.join(', ')} (clause 1.6.3.4)`,
    );
  }
  return index;
}

/** TNS_MAX_BANDS for AAC-LC by samplingFrequencyIndex, long windows, clause 4.6.9.4: bands that TNS may filter. */
// biome-ignore format: laid out as in the standard
export const TNS_MAX_BANDS_LONG: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  31, 31, 34, 40, 42, 51, 46, 46, 42, 42, 42, 39, 39);

/** TNS_MAX_BANDS for AAC-LC by samplingFrequencyIndex, short windows, clause 4.6.9.4. */
// biome-ignore format: laid out as in the standard
export const TNS_MAX_BANDS_SHORT: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  9, 9, 10, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14);
