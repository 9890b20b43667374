/**
 * Temporal noise shaping, the encoder's side (AAC clause 4.6.9 fixes the inverse filter). A sound whose envelope changes
 * within a block (the pulses of a voice) has a spectrum whose lines can be predicted from their neighbors. Coding the
 * residual of that prediction gives the noise the same envelope.
 *
 * One filter a window, upwards in frequency. It is found by linear prediction of the lines in units of the masked threshold, and
 * used if the prediction gain is large enough (noise-shaping.ts).
 */
import {
  predictionPolynomial,
  REFLECTION_VALUES,
  TNS_MAX_ORDER_LONG,
  type TnsData,
} from '../standard/tns.ts';

/** White noise added to the lines, as a share of their energy, against ill-conditioned predictions. */
const NOISE_FLOOR = 1e-3;

/** Sum of squares of the first two normalized correlations below which lines count as unpredictable. */
const WORTHWHILE = 0.05;

/** Correlations computed together; they divide `TNS_MAX_ORDER_LONG`. */
const LAGS = 4;

/** Scratch and result of one filter. */
export class TnsAnalysis {
  private readonly correlation = new Float64Array(TNS_MAX_ORDER_LONG + 1);
  private readonly lpc = new Float64Array(TNS_MAX_ORDER_LONG + 1);
  private readonly previous = new Float64Array(TNS_MAX_ORDER_LONG + 1);
  private readonly scaled = new Float64Array(1024);
  readonly coef = new Int8Array(TNS_MAX_ORDER_LONG);
  order = 0;
  private maxOrder = TNS_MAX_ORDER_LONG;

  /** Forgets what was added; the next filter has at most `maxOrder` coefficients. */
  start(maxOrder: number): void {
    this.correlation.fill(0);
    this.order = 0;
    this.maxOrder = maxOrder;
  }

  /**
   * Adds the bands `firstBand` to the one that ends with line `end` - 1 of one channel, weighted by the square root of
   * `weights` (by band). If not even two coefficients predict anything there, the rest is not computed: the channel then
   * counts as white.
   * @param line position of line 0 in `spectrum`
   * @param row position of band 0 in `weights`
   */
  add(
    spectrum: Float64Array,
    line: number,
    weights: Float64Array,
    row: number,
    swb_offset: Uint16Array,
    firstBand: number,
    end: number,
  ): void {
    const { scaled, correlation } = this;
    const start = swb_offset[firstBand];
    for (let band = firstBand; swb_offset[band] < end; band++) {
      const root = Math.sqrt(weights[row + band]);
      const bandEnd = swb_offset[band + 1];
      for (let k = swb_offset[band]; k < bandEnd; k++) scaled[k] = spectrum[line + k] * root;
    }
    let energy = scaled[start] * scaled[start];
    energy += scaled[start + 1] * scaled[start + 1];
    let r0 = 0;
    let r1 = 0;
    let r2 = 0;
    for (let k = start + 2; k < end; k++) {
      const x = scaled[k];
      energy += x * x;
      r0 += x * x;
      r1 += x * scaled[k - 1];
      r2 += x * scaled[k - 2];
    }
    correlation[0] += energy;
    if (!(r1 * r1 + r2 * r2 > WORTHWHILE * r0 * r0)) return;
    for (let lag = 1; lag <= this.maxOrder; lag += LAGS) this.addLags(lag, start, end);
  }

  /** Adds to the correlations of `lag` and the lags after it, `LAGS` at once: their sums do not wait for one another. */
  private addLags(lag: number, start: number, end: number): void {
    const { scaled, correlation } = this;
    const lag1 = lag + 1;
    const lag2 = lag + 2;
    const lag3 = lag + 3;
    const first = start + lag;
    // Products that the longer lags do not have.
    let sum0 = scaled[first] * scaled[start];
    sum0 += scaled[first + 1] * scaled[start + 1];
    sum0 += scaled[first + 2] * scaled[start + 2];
    let sum1 = scaled[first + 1] * scaled[start];
    sum1 += scaled[first + 2] * scaled[start + 1];
    let sum2 = scaled[first + 2] * scaled[start];
    let sum3 = 0;
    for (let k = start + lag3; k < end; k++) {
      const x = scaled[k];
      sum0 += x * scaled[k - lag];
      sum1 += x * scaled[k - lag1];
      sum2 += x * scaled[k - lag2];
      sum3 += x * scaled[k - lag3];
    }
    correlation[lag] += sum0;
    correlation[lag1] += sum1;
    correlation[lag2] += sum2;
    correlation[lag3] += sum3;
  }

  /**
   * Finds the filter of what was added (Levinson's recursion), and quantizes its reflection coefficients to 4 bits. Returns the
   * prediction gain of the quantized filter, an energy ratio; `order` and `coef` are set.
   */
  solve(): number {
    const { correlation, lpc, previous, coef } = this;
    const energy = correlation[0] + 1e-30;
    correlation[0] = energy * (1 + NOISE_FLOOR);
    let error = correlation[0];
    lpc.fill(0);
    lpc[0] = 1;
    this.order = 0;
    for (let m = 1; m <= this.maxOrder; m++) {
      let sum = 0;
      for (let i = 0; i < m; i++) sum += lpc[i] * correlation[m - i];
      const reflection = -sum / error;
      previous.set(lpc);
      for (let i = 1; i <= m; i++) lpc[i] = previous[i] + reflection * previous[m - i];
      error *= 1 - reflection * reflection;
      coef[m - 1] = quantizeReflection(reflection);
      if (coef[m - 1] !== 0) this.order = m;
    }
    predictionPolynomial(coef, 0, this.order, lpc);
    let residual = 0;
    for (let i = 0; i <= this.order; i++) {
      for (let j = 0; j <= this.order; j++) {
        residual += lpc[i] * lpc[j] * correlation[Math.abs(i - j)];
      }
    }
    return energy / Math.max(residual, 1e-30);
  }

  /** Filters the lines `start` to `end` - 1 in place by the filter that `solve` found: each gets what the prediction from the lines below leaves. */
  apply(spectrum: Float64Array, start: number, end: number): void {
    const { lpc, order } = this;
    for (let k = end - 1; k >= start; k--) {
      let sum = spectrum[k];
      const reach = Math.min(order, k - start);
      for (let i = 1; i <= reach; i++) sum += lpc[i] * spectrum[k - i];
      spectrum[k] = sum;
    }
  }

  /** Puts the filter into `tns` for `window`, over `length` bands counted from the top of the table. */
  describe(tns: TnsData, window: number, length: number): void {
    tns.isPresent = true;
    tns.n_filt[window] = 1;
    tns.length[window] = length;
    tns.order[window] = this.order;
    tns.direction[window] = 0;
    tns.coef.set(this.coef, window * TNS_MAX_ORDER_LONG);
  }
}

/** The index whose reflection coefficient is nearest, clause 4.6.9.3. */
function quantizeReflection(value: number): number {
  let best = 0;
  for (let i = 1; i < 16; i++) {
    if (Math.abs(REFLECTION_VALUES[i] - value) < Math.abs(REFLECTION_VALUES[best] - value))
      best = i;
  }
  return best - 8;
}
