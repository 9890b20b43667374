/**
 * Modified discrete cosine transform: 2M samples to M coefficients. The 2M samples are folded to M (the aliasing that
 * the overlap of two blocks cancels), and a DCT of type IV of length M is done by one complex FFT of length M/2.
 */
import { ConfigError } from '../base/errors.ts';
import { Fft } from './fft.ts';

/**
 * X[k] = 2 · sum over n of z[n]·cos(2π/N·(n + n0)·(k + 1/2)), N = 2M, n0 = (N/2 + 1)/2: the analysis equation of AAC
 * clause 4.6.11.3.1.
 */
export class Mdct {
  /** M, the number of coefficients. */
  readonly size: number;
  private readonly fft: Fft;
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  private readonly folded: Float64Array;
  /** cos and sin of π(8n+1)/(8M), n = 0..M/2-1, interleaved. */
  private readonly twiddles: Float64Array;

  /** @param size M, a power of two from 8 */
  constructor(size: number) {
    if (size < 8 || (size & (size - 1)) !== 0) {
      throw new ConfigError('dsp.mdct.size', `got ${size}, allowed are powers of two from 8`);
    }
    this.size = size;
    const half = size / 2;
    this.fft = new Fft(half);
    this.re = new Float64Array(half);
    this.im = new Float64Array(half);
    this.folded = new Float64Array(size);
    this.twiddles = new Float64Array(size);
    for (let n = 0; n < half; n++) {
      const angle = (Math.PI * (8 * n + 1)) / (8 * size);
      this.twiddles[2 * n] = Math.fround(Math.cos(angle));
      this.twiddles[2 * n + 1] = Math.fround(Math.sin(angle));
    }
  }

  /**
   * Transforms the 2M windowed samples `input[inputPos ..]` to M coefficients `output[outputPos ..]`. The two may be the
   * same array.
   */
  forward(input: Float64Array, inputPos: number, output: Float64Array, outputPos: number): void {
    const size = this.size;
    const half = size >> 1;
    const folded = this.folded;
    // Quarters a, b, c, d of the input fold to (-c reversed - d, a - b reversed).
    const c = inputPos + size;
    const d = c + half;
    for (let n = 0; n < half; n++) {
      folded[n] = -input[d - 1 - n] - input[d + n];
      folded[half + n] = input[inputPos + n] - input[c - 1 - n];
    }
    this.transformFolded(output, outputPos);
  }

  /** As `forward`, of the products of 2M samples with the 2M values of `window`. */
  forwardWindowed(
    input: Float64Array,
    inputPos: number,
    window: Float64Array,
    output: Float64Array,
    outputPos: number,
  ): void {
    const size = this.size;
    const half = size >> 1;
    const folded = this.folded;
    const c = inputPos + size;
    const d = c + half;
    const windowC = size;
    const windowD = size + half;
    for (let n = 0; n < half; n++) {
      folded[n] = -input[d - 1 - n] * window[windowD - 1 - n] - input[d + n] * window[windowD + n];
      folded[half + n] =
        input[inputPos + n] * window[n] - input[c - 1 - n] * window[windowC - 1 - n];
    }
    this.transformFolded(output, outputPos);
  }

  /** The DCT of type IV of `folded`, times two. */
  private transformFolded(output: Float64Array, outputPos: number): void {
    const { size, folded, re, im, twiddles } = this;
    const half = size >> 1;
    const reversal = this.fft.reversal;
    for (let n = 0; n < half; n++) {
      const at = reversal[n];
      const x = folded[2 * n];
      const y = folded[size - 1 - 2 * n];
      const cos = twiddles[2 * n];
      const sin = twiddles[2 * n + 1];
      re[at] = x * cos + y * sin;
      im[at] = y * cos - x * sin;
    }
    this.fft.forwardReversed(re, im);
    for (let k = 0; k < half; k++) {
      const cos = twiddles[2 * k];
      const sin = twiddles[2 * k + 1];
      output[outputPos + 2 * k] = 2 * (re[k] * cos + im[k] * sin);
      output[outputPos + size - 1 - 2 * k] = 2 * (re[k] * sin - im[k] * cos);
    }
  }
}
