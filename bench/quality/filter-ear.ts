/**
 * The filter-bank ear model of ITU-R BS.1387-1, Annex 2, clause 2.2, of the advanced version: from samples to excitation patterns, 250
 * of 40 bands a second.
 *
 * samples at the listening level -> high pass -> 40 pairs of filters, every 32nd sample -> outer and middle ear -> spreading over
 * pitch -> energies -> smearing before -> every sixth -> internal noise -> smearing after.
 *
 * Finer in time than the FFT-based ear (4 ms instead of 21), coarser in pitch.
 */
import { hertzToBark, internalNoise, SAMPLE_RATE, smearingOf } from './ear-bands.ts';
import { LISTENING_LEVEL } from './ear-model.ts';
import type { PatternShape } from './pattern-processing.ts';

/** Samples from one output of the filters to the next, clause 2.2.5. */
const FILTER_STEP = 32;
/** Outputs of the filters for one pattern, clause 2.2.7. */
const PATTERN_STEP = 6;
/** Samples from pattern to pattern. */
export const PATTERN_HOP = FILTER_STEP * PATTERN_STEP;

/** Lengths of the filters' impulse responses, table 8 (clause 2.2.5). */
// biome-ignore format: laid out as in the recommendation
const LENGTH: Int32Array = Int32Array.of(
  1456, 1438, 1406, 1362, 1308, 1244, 1176, 1104, 1030, 956, 884, 814, 748, 686, 626, 570, 520, 472, 430, 390,
  354, 320, 290, 262, 238, 214, 194, 176, 158, 144, 130, 118, 106, 96, 86, 78, 70, 64, 58, 52);
const BANDS = LENGTH.length;
const LONGEST = LENGTH[0]!;

const LOWEST = hertzToBark(50);
const HIGHEST = hertzToBark(18000);
/** Distance of two bands, Bark. */
const SPACING = (HIGHEST - LOWEST) / (BANDS - 1);
/** Band => center frequency, Hz: evenly spaced in Bark from 50 Hz to 18 kHz, clause 2.2.5. */
export const FILTER_CENTER: Float64Array = Float64Array.from(
  { length: BANDS },
  (_, band) => 650 * Math.sinh((LOWEST + band * SPACING) / 7),
);
/** Band => internal noise as an energy, clause 2.2.8. */
export const FILTER_NOISE: Float64Array = FILTER_CENTER.map(internalNoise);

/** What the patterns of this ear look like: M = 3, clause 3.1; the scale of loudness of clause 3.3. */
export const FILTER_PATTERNS: PatternShape = {
  center: FILTER_CENTER,
  frameRate: SAMPLE_RATE / PATTERN_HOP,
  averagedBelow: 1,
  averagedAbove: 1,
  loudnessScale: 1.26539,
};

/** Band => gain of the outer and middle ear, an amplitude, clause 2.2.6. */
const EAR_GAIN = FILTER_CENTER.map((hertz) => {
  const kHz = hertz / 1000;
  const decibels =
    -0.6 * 3.64 * kHz ** -0.8 + 6.5 * Math.exp(-0.6 * (kHz - 3.3) ** 2) - 1e-3 * kHz ** 3.6;
  return 10 ** (decibels / 20);
});

/** A filter, from its middle outwards: both parts have (4/N) sin²(πn/N) as envelope, clause 2.2.5; the ear's gain is in them. */
interface Filter {
  readonly half: number;
  /** Distance from the middle => value of the even, real part; value 0 is the middle. */
  readonly even: Float64Array;
  /** Distance from the middle => value of the odd, imaginary part. */
  readonly odd: Float64Array;
}

const FILTERS: readonly Filter[] = Array.from(LENGTH, (length, band) => {
  const half = length / 2;
  const angle = (2 * Math.PI * FILTER_CENTER[band]!) / SAMPLE_RATE;
  const gain = (4 / length) * EAR_GAIN[band]!;
  const envelope = (n: number) => gain * Math.cos((Math.PI * n) / length) ** 2;
  const values = (wave: (x: number) => number) =>
    Float64Array.from({ length: half }, (_, n) => envelope(n) * wave(angle * n));
  return { half, even: values(Math.cos), odd: values(Math.sin) };
});

/** Taps on the energies for smearing before, clause 2.2.7: cos² over 8 ms, newest first. */
const BACKWARD = Float64Array.from(
  { length: 2 * PATTERN_STEP },
  (_, i) => (0.9761 / 6) * Math.cos((Math.PI * (i - 5)) / 12) ** 2,
);

/** What spreads downwards: 31 dB a Bark, as an amplitude a band, clause 2.2.6. */
const AMPLITUDE_A_DECIBEL = 10 ** (-SPACING / 20);
const LOWER = AMPLITUDE_A_DECIBEL ** 31;
/** What the slopes upwards are smoothed by from one output to the next: 100 ms, clause 2.2.6. */
const SLOPE_MEMORY = Math.exp(-FILTER_STEP / (SAMPLE_RATE * 0.1));
/** Energies below this have the level of this. */
const LEAST = 1e-20;

/** The patterns of one channel: `frames` times 40 energies each. */
export interface FilterPatterns {
  readonly frames: number;
  /** Before smearing after (E2). */
  readonly unsmeared: Float64Array;
  /** The excitation patterns (E). */
  readonly excitation: Float64Array;
}

/** The state of spreading over pitch, clause 2.2.6. */
class AmplitudeSpreading {
  private readonly slope = new Float64Array(BANDS);
  readonly re = new Float64Array(BANDS);
  readonly im = new Float64Array(BANDS);
  /** Energies after spreading. */
  readonly energy = new Float64Array(BANDS);

  /** Spreads the amplitudes `re`, `im`: upwards the flatter the louder, by slopes that follow slowly, and downwards. */
  spread(): void {
    const { slope, re, im, energy } = this;
    const upRe = new Float64Array(BANDS);
    const upIm = new Float64Array(BANDS);
    for (let band = 0; band < BANDS; band++) {
      const level = 10 * Math.log10(Math.max(re[band]! ** 2 + im[band]! ** 2, LEAST));
      const decibels = Math.max(4, 24 + 230 / FILTER_CENTER[band]! - 0.2 * level);
      const factor =
        SLOPE_MEMORY * slope[band]! + (1 - SLOPE_MEMORY) * AMPLITUDE_A_DECIBEL ** decibels;
      slope[band] = factor;
      let a = re[band]!;
      let b = im[band]!;
      for (let above = band; above < BANDS; above++) {
        upRe[above] = upRe[above]! + a;
        upIm[above] = upIm[above]! + b;
        a *= factor;
        b *= factor;
      }
    }
    let a = 0;
    let b = 0;
    for (let band = BANDS - 1; band >= 0; band--) {
      a = a * LOWER + upRe[band]!;
      b = b * LOWER + upIm[band]!;
      energy[band] = a * a + b * b;
    }
  }
}

/** Takes away what is below 20 Hz, by two Butterworth filters of second order, clause 2.2.4; and scales to the listening level. */
function highPassed(samples: Float64Array, lead: number): Float64Array {
  const out = new Float64Array(lead + samples.length + LONGEST);
  const gain = 10 ** (LISTENING_LEVEL / 20);
  for (let n = 0; n < samples.length; n++) out[lead + n] = gain * samples[n]!;
  for (const [b1, b2] of [
    [1.99517, -0.995174],
    [1.99799, -0.997998],
  ] as const) {
    let x1 = 0;
    let x2 = 0;
    let y1 = 0;
    let y2 = 0;
    for (let n = lead; n < out.length; n++) {
      const x = out[n]!;
      const y = x - 2 * x1 + x2 + b1 * y1 + b2 * y2;
      x2 = x1;
      x1 = x;
      y2 = y1;
      y1 = y;
      out[n] = y;
    }
  }
  return out;
}

/** Filters around the sample `middle` of `x`. */
function filterAt(x: Float64Array, middle: number, re: Float64Array, im: Float64Array): void {
  for (let band = 0; band < BANDS; band++) {
    const { half, even, odd } = FILTERS[band]!;
    let a = even[0]! * x[middle]!;
    let b = 0;
    for (let n = 1; n < half; n++) {
      const later = x[middle + n]!;
      const earlier = x[middle - n]!;
      a += even[n]! * (earlier + later);
      b += odd[n]! * (earlier - later);
    }
    re[band] = a;
    im[band] = b;
  }
}

/** The patterns of one channel at 48 kHz, full scale ±1; pattern i is of the samples up to 192·i. */
export function filterPatterns(samples: Float64Array): FilterPatterns {
  const lead = LONGEST;
  const x = highPassed(samples, lead);
  const frames = Math.floor(samples.length / PATTERN_HOP);
  const unsmeared = new Float64Array(frames * BANDS);
  const excitation = new Float64Array(frames * BANDS);
  const spreading = new AmplitudeSpreading();
  const smearing = smearingOf(FILTER_CENTER, FILTER_PATTERNS.frameRate, 0.02, 0.004);
  /** The last twelve energies of each band, newest last. */
  const memory = new Float64Array(BANDS * BACKWARD.length);
  for (let frame = 0; frame < frames; frame++) {
    for (let step = 0; step < PATTERN_STEP; step++) {
      const sample = frame * PATTERN_HOP + step * FILTER_STEP;
      // The longest filter ends at the present sample; the others have its middle, clause 2.2.5.
      filterAt(x, lead + sample - 1 - LONGEST / 2 + 1, spreading.re, spreading.im);
      spreading.spread();
      memory.copyWithin(0, BANDS);
      memory.set(spreading.energy, memory.length - BANDS);
    }
    for (let band = 0; band < BANDS; band++) {
      let sum = FILTER_NOISE[band]!;
      for (let i = 0; i < BACKWARD.length; i++) {
        sum += BACKWARD[i]! * memory[(BACKWARD.length - 1 - i) * BANDS + band]!;
      }
      const at = frame * BANDS + band;
      unsmeared[at] = sum;
      const a = smearing[band]!;
      excitation[at] = (1 - a) * sum + (frame > 0 ? a * excitation[at - BANDS]! : 0);
    }
  }
  return { frames, unsmeared, excitation };
}
