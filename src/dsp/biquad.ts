/**
 * Filters of second order ("biquads"): the recipes of R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter
 * coefficients" (W3C Working Group Note, 2021), which ffmpeg, SoX and the Web Audio API follow, and the filter itself.
 */
import { exp2, log2 } from '../base/exp-log.ts';
import { cosine, sine } from './circle.ts';

/** y[n] = b0·x[n] + b1·x[n-1] + b2·x[n-2] - a1·y[n-1] - a2·y[n-2]. */
export interface Biquad {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/** What passes. The shelves raise or lower one end of the spectrum, `peak` a band. */
export type BiquadKind = 'highpass' | 'lowpass' | 'bandpass' | 'peak' | 'lowshelf' | 'highshelf';

/**
 * How wide a band or a slope is: the quality factor, bandwidth in octaves, in Hz or in kHz, or the slope of a shelf. ffmpeg's letters.
 */
export type WidthType = 'q' | 'o' | 'h' | 'k' | 's';

/** What a filter is made from. */
export interface BiquadDesign {
  readonly kind: BiquadKind;
  /** Samples per second. */
  readonly sampleRate: number;
  /** Corner or middle in Hz, above 0 and below half the rate. */
  readonly frequency: number;
  readonly width: number;
  readonly widthType: WidthType;
  /** In dB; of shelves and peaks. */
  readonly gain?: number;
  /** `bandpass`: the gain at the middle is the quality factor instead of 1. */
  readonly constantSkirt?: boolean;
  /** The cookbook's alpha is multiplied by it; default 1. */
  readonly alphaFactor?: number;
}

const normalized = ([b0, b1, b2]: readonly number[], [a0, a1, a2]: readonly number[]): Biquad => ({
  b0: b0 / a0,
  b1: b1 / a0,
  b2: b2 / a0,
  a1: a1 / a0,
  a2: a2 / a0,
});

/** "alpha" of the cookbook. */
function alphaOf(design: BiquadDesign, w0: number, amplitude: number): number {
  const { width, widthType, frequency } = design;
  const sinW0 = sine(w0);
  switch (widthType) {
    case 'h':
      return sinW0 / (2 * (frequency / width));
    case 'k':
      return sinW0 / (2 * (frequency / (width * 1000)));
    case 'o': {
      // sinh(ln(2)/2 · width · w0 / sin w0).
      const growth = exp2(((width / 2) * w0) / sinW0);
      return (sinW0 * (growth - 1 / growth)) / 2;
    }
    case 'q':
      return sinW0 / (2 * width);
    case 's':
      return (sinW0 / 2) * Math.sqrt((amplitude + 1 / amplitude) * (1 / width - 1) + 2);
  }
}

/** The coefficients of a filter with two poles. */
export function designBiquad(design: BiquadDesign): Biquad {
  const w0 = (2 * Math.PI * design.frequency) / design.sampleRate;
  const amplitude = decibelsToGain((design.gain ?? 0) / 2);
  const alpha = alphaOf(design, w0, amplitude) * (design.alphaFactor ?? 1);
  const c = cosine(w0);
  const passDenominator = [1 + alpha, -2 * c, 1 - alpha];
  switch (design.kind) {
    case 'lowpass':
      return normalized([(1 - c) / 2, 1 - c, (1 - c) / 2], passDenominator);
    case 'highpass':
      return normalized([(1 + c) / 2, -(1 + c), (1 + c) / 2], passDenominator);
    case 'bandpass': {
      const top = design.constantSkirt === true ? sine(w0) / 2 : alpha;
      return normalized([top, 0, -top], passDenominator);
    }
    case 'peak':
      return normalized(
        [1 + alpha * amplitude, -2 * c, 1 - alpha * amplitude],
        [1 + alpha / amplitude, -2 * c, 1 - alpha / amplitude],
      );
    case 'lowshelf':
      return shelf(amplitude, alpha, c, 1);
    case 'highshelf':
      return shelf(amplitude, alpha, c, -1);
  }
}

/** The shelves of the cookbook; `side` is 1 for the low one and -1 for the high one. */
function shelf(a: number, alpha: number, c: number, side: 1 | -1): Biquad {
  const beta = 2 * Math.sqrt(a) * alpha;
  const plus = a + 1 + side * (a - 1) * c;
  const minus = a + 1 - side * (a - 1) * c;
  return normalized(
    [a * (minus + beta), side * 2 * a * (a - 1 - side * (a + 1) * c), a * (minus - beta)],
    [plus + beta, -side * 2 * (a - 1 + side * (a + 1) * c), plus - beta],
  );
}

/** A filter with one pole, which falls by 6 dB an octave: of kinds `highpass` and `lowpass`. */
export function designOnePole(
  kind: 'highpass' | 'lowpass',
  frequency: number,
  sampleRate: number,
): Biquad {
  const w0 = (2 * Math.PI * frequency) / sampleRate;
  const a1 = -exp2(-w0 / Math.LN2);
  return kind === 'lowpass'
    ? { b0: 1 + a1, b1: 0, b2: 0, a1, a2: 0 }
    : { b0: (1 - a1) / 2, b1: -(1 - a1) / 2, b2: 0, a1, a2: 0 };
}

/** Factor of amplitude for that many decibels. */
export function decibelsToGain(decibels: number): number {
  return exp2((decibels / 20) * log2(10));
}

/** Decibels for a factor of amplitude; minus infinity for 0. */
export function gainToDecibels(gain: number): number {
  return gain > 0 ? (20 * log2(gain)) / log2(10) : Number.NEGATIVE_INFINITY;
}

/** What a filter remembers of one channel. */
export class BiquadState {
  x1 = 0;
  x2 = 0;
  y1 = 0;
  y2 = 0;
}

/** Filters `count` samples of `input` from `at` on into `output` from `to` on, which may be the same. */
export function runBiquad(
  { b0, b1, b2, a1, a2 }: Biquad,
  state: BiquadState,
  input: Float64Array,
  at: number,
  output: Float64Array,
  to: number,
  count: number,
): void {
  let { x1, x2, y1, y2 } = state;
  for (let i = 0; i < count; i++) {
    const x = input[at + i];
    const y = x2 * b2 + x1 * b1 + x * b0 - y2 * a2 - y1 * a1;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    output[to + i] = y;
  }
  // What has died away to denormal numbers makes processors slow.
  state.x1 = x1;
  state.x2 = x2;
  state.y1 = Math.abs(y1) < 1e-300 ? 0 : y1;
  state.y2 = Math.abs(y2) < 1e-300 ? 0 : y2;
}
