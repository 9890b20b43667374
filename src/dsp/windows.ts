/** Window shapes for overlapped transforms. Values are rounded to float32, so that they are the same on every engine. */
import { besselI0 } from './kaiser.ts';

/** The rising half of a sine window of length 2·`size`: sin(π/(2·size)·(n + 1/2)), AAC clause 4.6.11.3.2. */
export function risingSineWindow(size: number): Float64Array {
  const window = new Float64Array(size);
  for (let n = 0; n < size; n++) {
    window[n] = Math.fround(Math.sin((Math.PI * (n + 0.5)) / (2 * size)));
  }
  return window;
}

/**
 * The rising half of a Kaiser-Bessel derived window of length 2·`size`, AAC clause 4.6.11.3.2: square roots of the running
 * sum of a Kaiser window with `size` + 1 points and shape `alpha`.
 */
export function risingKaiserBesselWindow(size: number, alpha: number): Float64Array {
  const kaiser = new Float64Array(size + 1);
  let total = 0;
  for (let n = 0; n <= size; n++) {
    const x = (2 * n) / size - 1;
    kaiser[n] = besselI0(Math.PI * alpha * Math.sqrt(1 - x * x));
    total += kaiser[n];
  }
  const window = new Float64Array(size);
  let sum = 0;
  for (let n = 0; n < size; n++) {
    sum += kaiser[n];
    window[n] = Math.fround(Math.sqrt(sum / total));
  }
  return window;
}

/** A whole Hann window, sin²(π(n + 1/2)/size): periodic, symmetric, adds up to 1 at half overlap. */
export function hannWindow(size: number): Float64Array {
  const window = new Float64Array(size);
  for (let n = 0; n < size; n++) {
    const s = Math.sin((Math.PI * (n + 0.5)) / size);
    window[n] = Math.fround(s * s);
  }
  return window;
}
