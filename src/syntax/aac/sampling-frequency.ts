/** Sampling frequencies by index, AAC clause 1.6.3.4. */
import type { BitSyntax } from '../../bits/bit-syntax.ts';

/** Table 1.18 (AAC clause 1.6.3.4): samplingFrequencyIndex => Hz. */
// biome-ignore format: as in the table
export const SAMPLING_FREQUENCIES: Uint32Array = /* @__PURE__ */ Uint32Array.of(
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350);

/** samplingFrequencyIndex that says that the frequency is written out, AAC clause 1.6.2.1. */
const ESCAPE_INDEX = 15;

/**
 * samplingFrequencyIndex and, where no index has it, samplingFrequency, AAC clause 1.6.2.1: writes `frequency`, or returns
 * the one read. A reserved index is a fault.
 * @param prefix text before the names of the elements: nothing, or `extension`
 */
export function samplingFrequency(
  s: BitSyntax,
  prefix: '' | 'extension',
  frequency: number,
): number {
  const name = prefix === '' ? 'samplingFrequency' : 'extensionSamplingFrequency';
  const known = SAMPLING_FREQUENCIES.indexOf(frequency);
  const index = s.u(`${name}Index`, 4, known < 0 ? ESCAPE_INDEX : known);
  if (index === ESCAPE_INDEX) return s.u(name, 24, frequency);
  const found = SAMPLING_FREQUENCIES[index];
  if (found === undefined) throw s.fault(`${name}Index`, `got ${index}, which is reserved`);
  return found;
}
