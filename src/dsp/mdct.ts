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
  readonly fft: Fft;
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  private readonly folded: Float64Array;
  /** cos and sin of π(8n+1)/(8M), n = 0..M/2-1, interleaved. */
  readonly twiddles: Float64Array;

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

  /**
   * As `forward`, of the products of 2M samples with the 2M values of `window`, and the same to the last bit. Folding and
   * the first rotation of the DCT are one pass: two points a turn, which are neighbors on both ends of what is folded.
   */
  forwardWindowed(
    input: Float64Array,
    inputPos: number,
    window: Float64Array,
    output: Float64Array,
    outputPos: number,
  ): void {
    const { size, re, im, twiddles } = this;
    foldWindowed(input, inputPos, window, size, twiddles, this.fft.reversal, re, im);
    this.finish(output, outputPos);
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
    this.finish(output, outputPos);
  }

  /** The FFT and the second rotation of the DCT. */
  private finish(output: Float64Array, outputPos: number): void {
    this.fft.forwardReversed(this.re, this.im);
    rotateBack(this.re, this.im, this.twiddles, this.size, output, outputPos);
  }
}

/*
 * Loops are functions of their own: an engine that compiles a loop while it runs has not seen what comes after it, and
 * would have to compile the whole again.
 */

/** Products of samples and window, folded, rotated, and put where the FFT expects them; see `Mdct.forwardWindowed`. */
function foldWindowed(
  input: Float64Array,
  inputPos: number,
  window: Float64Array,
  size: number,
  twiddles: Float64Array,
  reversal: Uint16Array,
  re: Float64Array,
  im: Float64Array,
): void {
  const half = size >> 1;
  // Pairs of samples walk outwards from the middle of the second half (c, d), and inwards through the first (a, b).
  let wd = size + half;
  let wc = wd - 1;
  let wa = half - 1;
  let wb = half;
  let d = inputPos + wd;
  let c = inputPos + wc;
  let a = inputPos + wa;
  let b = inputPos + wb;
  for (let n = 0, mirror = half - 1; n < mirror; n++, mirror--) {
    const x = -input[c] * window[wc] - input[d] * window[wd];
    const y = input[a] * window[wa] - input[b] * window[wb];
    const mirrorY = -input[c - 1] * window[wc - 1] - input[d + 1] * window[wd + 1];
    const mirrorX = input[a - 1] * window[wa - 1] - input[b + 1] * window[wb + 1];
    a -= 2;
    b += 2;
    c -= 2;
    d += 2;
    wa -= 2;
    wb += 2;
    wc -= 2;
    wd += 2;
    const cos = twiddles[2 * n];
    const sin = twiddles[2 * n + 1];
    const at = reversal[n];
    re[at] = x * cos + y * sin;
    im[at] = y * cos - x * sin;
    const mirrorCos = twiddles[2 * mirror];
    const mirrorSin = twiddles[2 * mirror + 1];
    const mirrorAt = reversal[mirror];
    re[mirrorAt] = mirrorX * mirrorCos + mirrorY * mirrorSin;
    im[mirrorAt] = mirrorY * mirrorCos - mirrorX * mirrorSin;
  }
}

/** The second rotation of the DCT, times two. */
function rotateBack(
  re: Float64Array,
  im: Float64Array,
  twiddles: Float64Array,
  size: number,
  output: Float64Array,
  outputPos: number,
): void {
  const half = size >> 1;
  for (let k = 0; k < half; k++) {
    const cos = twiddles[2 * k];
    const sin = twiddles[2 * k + 1];
    output[outputPos + 2 * k] = 2 * (re[k] * cos + im[k] * sin);
    output[outputPos + size - 1 - 2 * k] = 2 * (re[k] * sin - im[k] * cos);
  }
}
