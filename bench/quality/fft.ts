/**
 * The discrete Fourier transform of real data, in double precision, for the measures of this folder. The real sequence
 * of N samples is folded into a complex one of N/2, transformed by an iterative radix-2 algorithm, and unfolded.
 */
import { ConfigError } from '../../src/base/errors.ts';

/** The spectrum of `size` real samples: bins 0..size/2 in `re` and `im`, valid until the next call. */
export class RealFft {
  readonly size: number;
  /** Real parts of bins 0..size/2. */
  readonly re: Float64Array;
  /** Imaginary parts of bins 0..size/2. */
  readonly im: Float64Array;
  private readonly half: number;
  private readonly workRe: Float64Array;
  private readonly workIm: Float64Array;
  /** cos and -sin of 2πk/size for k = 0..size/2; every second one serves the complex transform of size/2. */
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  private readonly reversed: Uint32Array;

  /** @param size a power of two, 4 or more */
  constructor(size: number) {
    if (size < 4 || (size & (size - 1)) !== 0) {
      throw new ConfigError('fft.size', `got ${size}, allowed powers of two from 4`);
    }
    this.size = size;
    this.half = size >> 1;
    this.re = new Float64Array(this.half + 1);
    this.im = new Float64Array(this.half + 1);
    this.workRe = new Float64Array(this.half);
    this.workIm = new Float64Array(this.half);
    this.cos = new Float64Array(this.half + 1);
    this.sin = new Float64Array(this.half + 1);
    for (let k = 0; k <= this.half; k++) {
      this.cos[k] = Math.cos((2 * Math.PI * k) / size);
      this.sin[k] = -Math.sin((2 * Math.PI * k) / size);
    }
    this.reversed = new Uint32Array(this.half);
    for (let i = 1; i < this.half; i++) {
      this.reversed[i] = (this.reversed[i >> 1]! >> 1) | (i & 1 ? this.half >> 1 : 0);
    }
  }

  /**
   * Forward transform X[k] = Σ x[n] exp(-2πi nk/size) of `size` samples from `position`; fills `re` and `im`.
   * @param samples not changed, and not kept
   */
  forward(samples: Float64Array, position = 0): void {
    const { half, workRe, workIm, reversed } = this;
    for (let i = 0; i < half; i++) {
      const from = position + 2 * reversed[i]!;
      workRe[i] = samples[from]!;
      workIm[i] = samples[from + 1]!;
    }
    this.complexInPlace();
    this.unfold();
  }

  /** Decimation in time over the bit-reversed work arrays. */
  private complexInPlace(): void {
    const { half, workRe, workIm, cos, sin } = this;
    for (let span = 1; span < half; span <<= 1) {
      const step = this.size / (2 * span);
      for (let start = 0; start < half; start += 2 * span) {
        let twiddle = 0;
        for (let a = start; a < start + span; a++) {
          const b = a + span;
          const wr = cos[twiddle]!;
          const wi = sin[twiddle]!;
          const br = workRe[b]! * wr - workIm[b]! * wi;
          const bi = workRe[b]! * wi + workIm[b]! * wr;
          const ar = workRe[a]!;
          const ai = workIm[a]!;
          workRe[a] = ar + br;
          workIm[a] = ai + bi;
          workRe[b] = ar - br;
          workIm[b] = ai - bi;
          twiddle += step;
        }
      }
    }
  }

  /** Splits the transform of even samples + i · odd samples into the two, and joins them into the real spectrum. */
  private unfold(): void {
    const { half, workRe, workIm, re, im, cos, sin } = this;
    for (let k = 0; k <= half; k++) {
      const a = k === half ? 0 : k;
      const b = k === 0 ? 0 : half - k;
      const evenRe = (workRe[a]! + workRe[b]!) / 2;
      const evenIm = (workIm[a]! - workIm[b]!) / 2;
      const oddRe = (workIm[a]! + workIm[b]!) / 2;
      const oddIm = (workRe[b]! - workRe[a]!) / 2;
      re[k] = evenRe + cos[k]! * oddRe - sin[k]! * oddIm;
      im[k] = evenIm + cos[k]! * oddIm + sin[k]! * oddRe;
    }
  }
}
