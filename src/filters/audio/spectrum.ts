/** Spectra of stretches of sound of any length, for pictures: windows, and a transform of any length. */
import { exp2 } from '../../base/exp-log.ts';
import { cosTurns, sinTurns } from '../../dsp/circle.ts';
import { besselI0 } from '../../dsp/kaiser.ts';
import { factorsByteLength, MixedFft, plainFftKernels, radicesOf } from '../../dsp/mixed-fft.ts';

/** A window of cosines, sum over k of (-1)^k · a[k] · cos(2πk·x) for x from 0 to 1. */
const cosines =
  (...a: readonly number[]) =>
  (x: number): number =>
    a.reduce((sum, value, k) => sum + (k % 2 === 0 ? value : -value) * cosTurns(k * x), 0);

/** The distance from the middle, 0 there and 1 at both ends. */
const offMiddle = (x: number): number => Math.abs(2 * x - 1);
const exp = (x: number): number => exp2(x * Math.LOG2E);

/** Where Tukey's window begins to fall. */
const TUKEY_FLAT = 0.3;

/** Table: name => window at `x` from 0 to 1 (F. Harris, "On the use of windows for harmonic analysis", Proc. IEEE 66, 1978). */
const WINDOWS: Readonly<Record<string, (x: number) => number>> = {
  rect: () => 1,
  bartlett: (x) => 1 - Math.abs(2 * x - 1),
  hann: cosines(0.5, 0.5),
  hanning: cosines(0.5, 0.5),
  hamming: cosines(0.54, 0.46),
  blackman: cosines(0.42, 0.5, 0.08),
  welch: (x) => 1 - (2 * x - 1) ** 2,
  flattop: cosines(0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
  bharris: cosines(0.35875, 0.48829, 0.14128, 0.01168),
  bnuttall: cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411),
  nuttall: cosines(0.355768, 0.487396, 0.144232, 0.012604),
  sine: (x) => sinTurns(x / 2),
  bhann: (x) => 0.62 - 0.24 * offMiddle(x) - 0.38 * cosTurns(x),
  lanczos: (x) => (x === 0.5 ? 1 : sinTurns(x - 0.5) / (2 * Math.PI * (x - 0.5))),
  gauss: (x) => exp(-0.5 * (offMiddle(x) / 0.4) ** 2),
  tukey: (x) => {
    const fall = (offMiddle(x) - TUKEY_FLAT) / (1 - TUKEY_FLAT);
    return fall <= 0 ? 1 : 0.5 + 0.5 * cosTurns(fall / 2);
  },
  cauchy: (x) => 1 / (1 + (4 * offMiddle(x)) ** 2),
  parzen: (x) => {
    const u = offMiddle(x);
    return u <= 0.5 ? 1 - 6 * u * u * (1 - u) : 2 * (1 - u) ** 3;
  },
  poisson: (x) => exp(-3 * offMiddle(x)),
  bohman: (x) => {
    const u = offMiddle(x);
    return (1 - u) * cosTurns(u / 2) + sinTurns(u / 2) / Math.PI;
  },
  kaiser: (x) => besselI0(12 * Math.sqrt(1 - (2 * x - 1) ** 2)) / besselI0(12),
};

/** Names of the windows. */
export const WINDOW_NAMES: readonly string[] = /* @__PURE__ */ Object.keys(WINDOWS);

/** Values of a window of `length` samples. */
export function windowValues(name: string, length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) =>
    WINDOWS[name](length === 1 ? 0.5 : i / (length - 1)),
  );
}

/**
 * A transform of any length: by `MixedFft` where that has it, else as a convolution with a chirp (L. Bluestein, "A linear filtering approach to the
 * computation of discrete Fourier transform", 1970).
 */
export class Spectrum {
  readonly length: number;
  private readonly fft: MixedFft;
  private readonly memory: Float64Array;
  private readonly half: number;
  /** exp(-πi·n²/length), and the transform of its conjugate, divided by its length; null without need. */
  private readonly chirp: { readonly values: Float64Array; readonly filter: Float64Array } | null;

  constructor(length: number) {
    const isSmooth = radicesOf(length) !== undefined;
    const inner = isSmooth ? length : 1 << Math.ceil(Math.log2(2 * length));
    this.length = length;
    this.half = 16 * inner;
    this.memory = new Float64Array(4 * inner + factorsByteLength(inner) / 8);
    this.fft = new MixedFft(inner, this.memory, 32 * inner, plainFftKernels(this.memory));
    this.chirp = isSmooth ? null : this.makeChirp(inner);
  }

  private makeChirp(inner: number) {
    const { length, memory } = this;
    const values = new Float64Array(2 * length);
    memory.fill(0, 0, 2 * inner);
    for (let n = 0; n < length; n++) {
      const turns = ((n * n) % (2 * length)) / (2 * length);
      values[2 * n] = cosTurns(turns);
      values[2 * n + 1] = -sinTurns(turns);
      for (const at of n === 0 ? [0] : [n, inner - n]) {
        memory[2 * at] = values[2 * n];
        memory[2 * at + 1] = -values[2 * n + 1];
      }
    }
    const at = this.fft.transform(0, this.half) >> 3;
    const filter = memory.slice(at, at + 2 * inner).map((value) => value / inner);
    return { values, filter };
  }

  /** Transforms `length` real numbers; writes the first `count` complex results side by side to `output`. */
  transform(input: Float64Array, output: Float64Array, count: number): void {
    const { memory, length, chirp } = this;
    if (chirp === null) {
      for (let n = 0; n < length; n++) {
        memory[2 * n] = input[n];
        memory[2 * n + 1] = 0;
      }
      const at = this.fft.transform(0, this.half) >> 3;
      output.set(memory.subarray(at, at + 2 * count));
      return;
    }
    const { values, filter } = chirp;
    memory.fill(0, 0, this.half >> 3);
    for (let n = 0; n < length; n++) {
      memory[2 * n] = input[n] * values[2 * n];
      memory[2 * n + 1] = input[n] * values[2 * n + 1];
    }
    const first = this.fft.transform(0, this.half);
    const at = first >> 3;
    for (let i = at, k = 0; k < filter.length; i += 2, k += 2) {
      const re = memory[i] * filter[k] - memory[i + 1] * filter[k + 1];
      const im = memory[i] * filter[k + 1] + memory[i + 1] * filter[k];
      // Exchanged, so that the forward transform is an inverse one.
      memory[i] = im;
      memory[i + 1] = re;
    }
    const last = this.fft.transform(first, first === 0 ? this.half : 0) >> 3;
    for (let k = 0; k < count; k++) {
      const re = memory[last + 2 * k + 1];
      const im = memory[last + 2 * k];
      output[2 * k] = re * values[2 * k] - im * values[2 * k + 1];
      output[2 * k + 1] = re * values[2 * k + 1] + im * values[2 * k];
    }
  }
}
