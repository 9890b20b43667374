/**
 * Complex fast Fourier transform of a power-of-two length, in place, on separate real and imaginary arrays.
 *
 * Decimation in time: the input is put in bit-reversed order, then pairs of radix-2 stages are done together as one
 * radix-4 stage (three complex multiplications for four points). If the number of stages is odd, the first is radix-2.
 * Twiddle factors are rounded to float32, so that a last-bit difference of `Math.cos` between engines cannot reach the
 * result.
 */
import { ConfigError } from '../base/errors.ts';

/** X[k] = sum over n of x[n]·exp(-2πi·nk/N), unscaled. */
export class Fft {
  readonly size: number;
  /** Pairs of positions to swap for bit reversal. */
  private readonly swaps: Uint16Array;
  /** For each radix-4 stage in turn and each j: cos and -sin for 2j, j and 3j of 4h-th roots of unity. */
  private readonly twiddles: Float64Array;

  /** @param size a power of two, 4..32768 */
  constructor(size: number) {
    const log2Size = 31 - Math.clz32(size);
    if (size !== 1 << log2Size || size < 4 || size > 32768) {
      throw new ConfigError('dsp.fft.size', `got ${size}, allowed are powers of two 4..32768`);
    }
    this.size = size;
    const swaps: number[] = [];
    for (let i = 0; i < size; i++) {
      let reversed = 0;
      for (let bit = 0; bit < log2Size; bit++) {
        if ((i >> bit) & 1) reversed |= 1 << (log2Size - 1 - bit);
      }
      if (i < reversed) swaps.push(i, reversed);
    }
    this.swaps = Uint16Array.from(swaps);
    const twiddles: number[] = [];
    for (let h = log2Size & 1 ? 2 : 1; h < size; h *= 4) {
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
    const size = this.size;
    const swaps = this.swaps;
    for (let i = 0; i < swaps.length; i += 2) {
      const a = swaps[i];
      const b = swaps[i + 1];
      const r = re[a];
      re[a] = re[b];
      re[b] = r;
      const m = im[a];
      im[a] = im[b];
      im[b] = m;
    }
    let h = 1;
    if ((31 - Math.clz32(size)) & 1) {
      for (let a = 0; a < size; a += 2) {
        const r = re[a + 1];
        const m = im[a + 1];
        re[a + 1] = re[a] - r;
        im[a + 1] = im[a] - m;
        re[a] += r;
        im[a] += m;
      }
      h = 2;
    }
    let stage = 0;
    for (; h < size; h *= 4) {
      radix4Stage(re, im, size, h, this.twiddles, stage);
      stage += 6 * h;
    }
  }
}

/** Joins groups of four transforms of length `h` into transforms of length 4h. Twiddles of this stage start at `stage`. */
function radix4Stage(
  re: Float64Array,
  im: Float64Array,
  size: number,
  h: number,
  twiddles: Float64Array,
  stage: number,
): void {
  const step = 4 * h;
  for (let base = 0; base < size; base += step) {
    let t = stage;
    const end = base + h;
    for (let a0 = base; a0 < end; a0++) {
      const a1 = a0 + h;
      const a2 = a1 + h;
      const a3 = a2 + h;
      const w1r = twiddles[t];
      const w1i = twiddles[t + 1];
      const w2r = twiddles[t + 2];
      const w2i = twiddles[t + 3];
      const w3r = twiddles[t + 4];
      const w3i = twiddles[t + 5];
      t += 6;
      const x1r = re[a1] * w1r - im[a1] * w1i;
      const x1i = re[a1] * w1i + im[a1] * w1r;
      const x2r = re[a2] * w2r - im[a2] * w2i;
      const x2i = re[a2] * w2i + im[a2] * w2r;
      const x3r = re[a3] * w3r - im[a3] * w3i;
      const x3i = re[a3] * w3i + im[a3] * w3r;
      const e0r = re[a0] + x1r;
      const e0i = im[a0] + x1i;
      const e1r = re[a0] - x1r;
      const e1i = im[a0] - x1i;
      const o0r = x2r + x3r;
      const o0i = x2i + x3i;
      const o1r = x2r - x3r;
      const o1i = x2i - x3i;
      re[a0] = e0r + o0r;
      im[a0] = e0i + o0i;
      re[a2] = e0r - o0r;
      im[a2] = e0i - o0i;
      re[a1] = e1r + o1i;
      im[a1] = e1i - o1r;
      re[a3] = e1r - o1i;
      im[a3] = e1i + o1r;
    }
  }
}
