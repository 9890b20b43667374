/**
 * Complex fast Fourier transform of a power-of-two length, in place, on separate real and imaginary arrays.
 *
 * Decimation in time: the input is put in bit-reversed order, then the first three (or two) radix-2 stages are done
 * together, whose factors are simple, and after them pairs of radix-2 stages as one radix-4 stage (three complex
 * multiplications for four points). Twiddle factors are rounded to float32, so that a last-bit difference of `Math.cos` between
 * engines cannot reach the result.
 */
import { ConfigError } from '../base/errors.ts';
import { firstStage4, firstStage8, firstStage8Windowed, radix4Stage } from './fft-kernels.ts';

/** X[k] = sum over n of x[n]·exp(-2πi·nk/N), unscaled. */
export class Fft {
  readonly size: number;
  /** Position n of the input => where `forwardReversed` expects it: n with its bits reversed. */
  readonly reversal: Uint16Array;
  /** For each radix-4 stage in turn and each j: cos and -sin for 2j, j and 3j of 4h-th roots of unity. */
  readonly twiddles: Float64Array;

  /** @param size a power of two, 4..32768 */
  constructor(size: number) {
    const log2Size = 31 - Math.clz32(size);
    if (size !== 1 << log2Size || size < 4 || size > 32768) {
      throw new ConfigError('dsp.fft.size', `got ${size}, allowed are powers of two 4..32768`);
    }
    this.size = size;
    this.reversal = new Uint16Array(size);
    for (let n = 1; n < size; n++) {
      this.reversal[n] = (this.reversal[n >> 1] >> 1) | ((n & 1) << (log2Size - 1));
    }
    const twiddles: number[] = [];
    for (let h = log2Size & 1 ? 8 : 4; h < size; h *= 4) {
      for (let j = 0; j < h; j++) {
        for (const multiple of [2 * j, j, 3 * j]) {
          const angle = (2 * Math.PI * multiple) / (4 * h);
          twiddles.push(Math.fround(Math.cos(angle)), Math.fround(-Math.sin(angle)));
        }
      }
    }
    this.twiddles = Float64Array.from(twiddles);
  }

  /** Transforms `re` + i·`im` in place; both have at least `size` elements. */
  forward(re: Float64Array, im: Float64Array): void {
    const { size, reversal } = this;
    for (let a = 0; a < size; a++) {
      const b = reversal[a];
      if (b <= a) continue;
      const r = re[a];
      re[a] = re[b];
      re[b] = r;
      const m = im[a];
      im[a] = im[b];
      im[b] = m;
    }
    this.forwardReversed(re, im);
  }

  /** As `forward`, of input that is in bit-reversed order already: sample n at `reversal[n]`. */
  forwardReversed(re: Float64Array, im: Float64Array): void {
    const { size } = this;
    const h = (31 - Math.clz32(size)) & 1 ? 8 : 4;
    if (h === 8) firstStage8(re, im, size);
    else firstStage4(re, im, size);
    this.laterStages(re, im, h);
  }

  /**
   * As `forward`, of `size` samples (an odd power of two, 8 or more) times `window`, and the same to the last bit: bit reversal, window and
   * the first stage are one pass.
   * @param real samples of the real part from `realPos` on, `imaginary` of the imaginary one from `imaginaryPos` on
   * @param re receives the result, `im` likewise
   */
  forwardWindowed(
    real: Float64Array,
    realPos: number,
    imaginary: Float64Array,
    imaginaryPos: number,
    window: Float64Array,
    re: Float64Array,
    im: Float64Array,
  ): void {
    const { size, reversal } = this;
    firstStage8Windowed(real, realPos, imaginary, imaginaryPos, window, reversal, re, im, size);
    this.laterStages(re, im, 8);
  }

  /** The stages that join transforms of length `h`. */
  private laterStages(re: Float64Array, im: Float64Array, h: number): void {
    const { size, twiddles } = this;
    let stage = 0;
    for (; h < size; h *= 4) {
      radix4Stage(re, im, size, h, twiddles, stage);
      stage += 6 * h;
    }
  }
}
