/** Kaiser's window, and low-pass filters that are made with it. */
import { sinTurns } from './circle.ts';

/** Modified Bessel function of the first kind, order 0: sum over k of ((x/2)^k / k!)^2. */
export function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    const factor = x / (2 * k);
    term *= factor * factor;
    sum += term;
  }
  return sum;
}

/** What a low-pass filter needs to let through `pass` and stop `stop` (see `designLowPass`). */
export interface LowPass {
  /** Where the response is 1/2, in cycles per sample. */
  readonly cutoff: number;
  /** Kaiser's parameter of shape. */
  readonly beta: number;
  /** The impulse response is 0 from this many samples on, on either side of its middle. */
  readonly halfLength: number;
}

/**
 * Kaiser's rules (Oppenheim, Schafer, "Discrete-Time Signal Processing", 3rd edition, equations 7.75 and 7.76), for an
 * attenuation above 50 dB.
 * @param pass highest frequency that passes, in cycles per sample
 * @param stop lowest frequency that is stopped, above `pass`
 * @param attenuation of the stop band in dB; the ripple of the pass band is as small
 */
export function designLowPass(pass: number, stop: number, attenuation: number): LowPass {
  return {
    cutoff: (pass + stop) / 2,
    beta: 0.1102 * (attenuation - 8.7),
    halfLength: (attenuation - 7.95) / (2.285 * 2 * Math.PI * (stop - pass)) / 2,
  };
}

/** The impulse response of `filter` at `time` samples from its middle, which need not be whole; the gain at frequency 0 is nearly 1. */
export function impulseResponse(filter: LowPass, time: number): number {
  const { cutoff, beta, halfLength } = filter;
  const place = time / halfLength;
  if (!(place > -1 && place < 1)) return 0;
  const window = besselI0(beta * Math.sqrt(1 - place * place)) / besselI0(beta);
  const sinc = time === 0 ? 2 * cutoff : sinTurns(cutoff * time) / (Math.PI * time);
  return sinc * window;
}
