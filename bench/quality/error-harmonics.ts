/**
 * Error harmonic structure of a frame, ITU-R BS.1387-1, Annex 2, clause 4.8: how strongly the logarithmic spectrum of the
 * error repeats along frequency, as that of an error with harmonics does.
 *
 * The text leaves two things open. As in Kabal's paper (clause 6.6) and the other implementations that were compared, the
 * mean of the correlation is removed before it is windowed, and the Hann window has its middle at the middle lag.
 */
import { RealFft } from './fft.ts';

/** Lags of the correlation, and terms of each of its sums: the power of two below the bins up to 9 kHz, clause 4.8. */
const LAGS = 256;
/** Logarithmic differences that the correlation needs. */
const DIFFERENCES = 2 * LAGS - 1;
/** Powers below this count as this, so that digital silence has a logarithm. */
const LEAST_POWER = 1e-12;

const WINDOW: Float64Array = Float64Array.from(
  { length: LAGS },
  (_, n) => (Math.sqrt(8 / 3) / LAGS) * 0.5 * (1 - Math.cos((2 * Math.PI * n) / (LAGS - 1))),
);

/** Computes the error harmonic structure; holds scratch only. */
export class ErrorHarmonics {
  private readonly differences = new Float64Array(2 * LAGS);
  private readonly head = new Float64Array(2 * LAGS);
  private readonly correlation = new Float64Array(LAGS);
  private readonly headFft = new RealFft(2 * LAGS);
  private readonly wholeFft = new RealFft(2 * LAGS);
  private readonly cepstrumFft = new RealFft(LAGS);

  /**
   * The height of the highest peak behind the first valley in the spectrum of the normalized correlation.
   * @param reference powers of the reference frame, from bin 0
   * @param test powers of the test frame
   */
  measure(reference: Float64Array, test: Float64Array): number {
    const { differences, head } = this;
    for (let bin = 0; bin < DIFFERENCES; bin++) {
      const numerator = Math.max(test[bin]!, LEAST_POWER);
      const denominator = Math.max(reference[bin]!, LEAST_POWER);
      differences[bin] = Math.log(numerator / denominator);
    }
    for (let bin = 0; bin < LAGS; bin++) head[bin] = differences[bin]!;
    this.correlate();
    this.normalize();
    this.cepstrumFft.forward(this.correlation);
    return this.highestPeak();
  }

  /** correlation[lag] = Σ D[k] D[k + lag] over k = 0..255, by way of the Fourier transform. */
  private correlate(): void {
    const { headFft, wholeFft, correlation, head, differences } = this;
    headFft.forward(head);
    wholeFft.forward(differences);
    // The inverse transform of conj(H) W is real; for a spectrum P it is Σ Re P cos - Im P sin, which the forward
    // transform gives when it is fed the sequence Re P, then reflected: here through Hartley's relation.
    const half = LAGS;
    const { re: hr, im: hi } = headFft;
    const { re: wr, im: wi } = wholeFft;
    for (let k = 0; k <= half; k++) {
      const productRe = hr[k]! * wr[k]! + hi[k]! * wi[k]!;
      const productIm = hr[k]! * wi[k]! - hi[k]! * wr[k]!;
      head[k] = productRe + productIm;
      if (k > 0 && k < half) head[2 * half - k] = productRe - productIm;
    }
    headFft.forward(head);
    for (let lag = 0; lag < LAGS; lag++) {
      correlation[lag] = (headFft.re[lag]! + headFft.im[lag]!) / (2 * LAGS);
    }
    head.fill(0, LAGS);
  }

  /** Divides by the norms of the two vectors of each lag, takes the mean away, and applies the window. */
  private normalize(): void {
    const { correlation, differences } = this;
    const energy = correlation[0]!;
    let shifted = energy;
    let mean = 0;
    for (let lag = 0; lag < LAGS; lag++) {
      if (lag > 0) {
        const entering = differences[lag + LAGS - 1]!;
        const leaving = differences[lag - 1]!;
        shifted += entering * entering - leaving * leaving;
      }
      const product = energy * shifted;
      const value = lag > 0 && product > 0 ? correlation[lag]! / Math.sqrt(product) : 1;
      correlation[lag] = value;
      mean += value / LAGS;
    }
    for (let lag = 0; lag < LAGS; lag++) {
      correlation[lag] = WINDOW[lag]! * (correlation[lag]! - mean);
    }
  }

  private highestPeak(): number {
    const { re, im } = this.cepstrumFft;
    let previous = re[0]! * re[0]! + im[0]! * im[0]!;
    let highest = 0;
    let risen = false;
    for (let k = 1; k <= LAGS / 2; k++) {
      const value = re[k]! * re[k]! + im[k]! * im[k]!;
      if (value > previous) risen = true;
      if (risen && value > highest) highest = value;
      previous = value;
    }
    return highest;
  }
}
