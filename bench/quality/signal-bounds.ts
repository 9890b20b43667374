/** Which parts of a signal both versions of ITU-R BS.1387-1 leave out, Annex 2, clauses 4.8 and 5.2.4. */
import { HOP_SIZE } from './ear-bands.ts';

/** Sum of five consecutive magnitudes above which a signal has begun, on the scale of full scale ±1, clause 5.2.4.4. */
const BOUNDARY_THRESHOLD = 200 / 32768;
const BOUNDARY_LENGTH = 5;
/** Energy of half a frame below which it has no error harmonics, on the scale of full scale ±1, clause 4.8. */
const HARMONICS_ENERGY = 8000 / 32768 ** 2;
/** Loudness that both signals must reach before noise loudness counts, sone, clause 5.2.4.2. */
export const LOUDNESS_THRESHOLD = 0.1;

/** First and last sample of the signal proper: the widest bounds over the channels, clause 5.2.4.4. */
export function dataBoundary(channels: readonly Float64Array[], length: number): [number, number] {
  let first = length;
  let last = -1;
  for (const samples of channels) {
    let sum = 0;
    for (let n = 0; n < length; n++) {
      sum = 0;
      for (let k = Math.max(0, n - BOUNDARY_LENGTH + 1); k <= n; k++) sum += Math.abs(samples[k]!);
      if (sum <= BOUNDARY_THRESHOLD) continue;
      first = Math.min(first, Math.max(0, n - BOUNDARY_LENGTH + 1));
      break;
    }
    for (let n = length - 1; n > last; n--) {
      sum = 0;
      for (let k = Math.max(0, n - BOUNDARY_LENGTH + 1); k <= n; k++) sum += Math.abs(samples[k]!);
      if (sum <= BOUNDARY_THRESHOLD) continue;
      last = n;
      break;
    }
  }
  return [first, last];
}

/** Whether the second half of the frame at `position` is too soft to have error harmonics, clause 4.8. */
export function isSilentHalf(samples: Float64Array, position: number): boolean {
  let sum = 0;
  const from = position + HOP_SIZE;
  for (let n = from; n < from + HOP_SIZE; n++) sum += samples[n]! * samples[n]!;
  return sum < HARMONICS_ENERGY;
}
