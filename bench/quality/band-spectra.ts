/** Short-time spectra summed over bands of a third of a Bark: what the measures beside BS.1387 look at. */
import { RealFft } from './fft.ts';

/** The sample rate of all measures, Hz. */
const MEASURE_RATE = 48000;

/** Pitch of a frequency, Bark (Zwicker and Terhardt 1980). */
export function zwickerBark(hertz: number): number {
  return 13 * Math.atan(0.00076 * hertz) + 3.5 * Math.atan((hertz / 7500) ** 2);
}

/** Bands of equal width in Bark over the bins of a transform. Bands without a bin are left out. */
export class BarkBands {
  readonly count: number;
  /** Band => first bin; `count` + 1 values. The bins of a band lie together. */
  readonly firstBin: Int32Array;
  /** Band => mean frequency of its bins, Hz. */
  readonly center: Float64Array;

  /**
   * @param size samples of a transform
   * @param width of a band, Bark
   * @param top highest frequency, Hz; the lowest is 50 Hz
   */
  constructor(size: number, width: number, top: number) {
    const firstBin: number[] = [];
    const center: number[] = [];
    const hertz = (bin: number) => (bin * MEASURE_RATE) / size;
    let bin = Math.ceil((50 * size) / MEASURE_RATE);
    while (bin <= size / 2 && hertz(bin) <= top) {
      const start = bin;
      const band = Math.floor(zwickerBark(hertz(start)) / width);
      while (hertz(bin) <= top && Math.floor(zwickerBark(hertz(bin)) / width) === band) bin++;
      firstBin.push(start);
      center.push((hertz(start) + hertz(bin - 1)) / 2);
    }
    this.count = center.length;
    this.firstBin = Int32Array.of(...firstBin, bin);
    this.center = Float64Array.from(center);
  }

  /** Sums `power`, a value a bin, over the bands into `out`. */
  sum(power: Float64Array, out: Float64Array): void {
    for (let band = 0; band < this.count; band++) {
      let total = 0;
      for (let k = this.firstBin[band]!; k < this.firstBin[band + 1]!; k++) total += power[k]!;
      out[band] = total;
    }
  }
}

/** Spectra of windows of `size` samples, by a periodic Hann window. */
export class ShortTimeSpectra {
  readonly size: number;
  /** Parts and power of bins 0..size/2, valid until the next call. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly power: Float64Array;
  private readonly window: Float64Array;
  private readonly windowed: Float64Array;
  private readonly fft: RealFft;

  constructor(size: number) {
    this.size = size;
    this.fft = new RealFft(size);
    this.re = this.fft.re;
    this.im = this.fft.im;
    this.power = new Float64Array(size / 2 + 1);
    this.windowed = new Float64Array(size);
    this.window = Float64Array.from(
      { length: size },
      (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size),
    );
  }

  /** Transforms the samples from `position`; fills `re`, `im` and `power`. */
  transform(samples: Float64Array, position: number): void {
    const { windowed, window, power, re, im } = this;
    for (let n = 0; n < this.size; n++) windowed[n] = samples[position + n]! * window[n]!;
    this.fft.forward(windowed);
    for (let k = 0; k < power.length; k++) power[k] = re[k]! * re[k]! + im[k]! * im[k]!;
  }
}
