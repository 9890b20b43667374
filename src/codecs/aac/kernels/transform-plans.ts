/** Tables of the vector transforms: those of dsp/fft.ts and dsp/mdct.ts, two numbers side by side, and positions in bytes. */
import type { Fft } from '../../../dsp/fft.ts';
import type { Mdct } from '../../../dsp/mdct.ts';
import type { BandPlan } from './transforms.ts';

/** Takes room for float64 in the memory. */
type Take = (length: number) => Float64Array;

/** Positions of the tables of an MDCT. */
export interface MdctPlan {
  /** Lines. */
  readonly size: number;
  /** Length of the transforms of the first stage: 4 or 8. */
  readonly run: number;
  readonly fold: number;
  readonly rotate: number;
  readonly stages: readonly number[];
}

/** Positions of the tables of the ear. */
export interface EarPlan {
  readonly numBands: number;
  readonly places: number;
  readonly stages: readonly number[];
  readonly counts: number;
  readonly noise: number;
  readonly gains: number;
}

/** Twiddle factors of the radix-4 stages from length `h` on: each six numbers of two neighbors j, lane by lane. */
function writeStages({ size, twiddles }: Fft, firstLength: number, take: Take): number[] {
  const stages: number[] = [];
  let stage = 0;
  for (let h = firstLength; h < size; h *= 4) {
    const table = take(6 * h);
    for (let j = 0; j < h; j += 2) {
      for (let n = 0; n < 6; n++) {
        table[6 * j + 2 * n] = twiddles[stage + 6 * j + n];
        table[6 * j + 2 * n + 1] = twiddles[stage + 6 * j + 6 + n];
      }
    }
    stages.push(table.byteOffset);
    stage += 6 * h;
  }
  return stages;
}

/** Tables for `mdct`. */
export function writeMdctPlan({ size, fft, twiddles }: Mdct, take: Take): MdctPlan {
  const half = size / 2;
  const run = (31 - Math.clz32(half)) & 1 ? 8 : 4;
  const fold = take((5 * half) / 2);
  const words = new Int32Array(fold.buffer, fold.byteOffset, 2 * fold.length);
  /** Number e of run g of the first stage lies among the numbers e of all runs. */
  const place = (n: number) => {
    const at = fft.reversal[n];
    return 8 * ((at % run) * (half / run) + Math.floor(at / run));
  };
  for (let n = 0, mirror = half - 1; n < mirror; n++, mirror--) {
    fold[5 * n] = twiddles[2 * n];
    fold[5 * n + 1] = twiddles[2 * mirror];
    fold[5 * n + 2] = twiddles[2 * n + 1];
    fold[5 * n + 3] = twiddles[2 * mirror + 1];
    words[10 * n + 8] = place(n);
    words[10 * n + 9] = place(mirror);
  }
  const rotate = take(size);
  for (let k = 0; k < half; k += 2) {
    rotate[2 * k] = twiddles[2 * k];
    rotate[2 * k + 1] = twiddles[2 * k + 2];
    rotate[2 * k + 2] = twiddles[2 * k + 1];
    rotate[2 * k + 3] = twiddles[2 * k + 3];
  }
  return {
    size,
    run,
    fold: fold.byteOffset,
    rotate: rotate.byteOffset,
    stages: writeStages(fft, run, take),
  };
}

/** Tables for the transform of the ear and its bands. */
export function writeEarPlan(fft: Fft, bands: BandPlan, take: Take): EarPlan {
  const { numBands, firstLine, lineGain } = bands;
  const run = fft.size >> 3;
  const places = take(run / 2);
  const counts = take((numBands + 1) >> 1);
  const noise = take(numBands);
  const gains = take(lineGain.length);
  const placeWords = new Int32Array(places.buffer, places.byteOffset, run);
  for (let n = 0; n < run; n++) placeWords[n] = 8 * fft.reversal[n];
  const countWords = new Int32Array(counts.buffer, counts.byteOffset, numBands);
  for (let b = 0; b < numBands; b++) countWords[b] = firstLine[b + 1] - firstLine[b];
  noise.set(bands.noise);
  for (let k = 0; k < lineGain.length; k++) gains[k] = 0.25 * lineGain[k];
  return {
    numBands,
    places: places.byteOffset,
    stages: writeStages(fft, 8, take),
    counts: counts.byteOffset,
    noise: noise.byteOffset,
    gains: gains.byteOffset,
  };
}
