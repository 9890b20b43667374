/**
 * The Bjøntegaard delta rate: how many per cent more bits one encoder needs than another for the same quality, as a mean
 * over the range of qualities that both reach. G. Bjøntegaard, "Calculation of average PSNR differences between
 * RD-curves", VCEG-M33, 2001; with the piecewise cubic interpolation that JCTVC-L1100 put in place of the one cubic
 * through all points, which can leave the data far behind between them.
 */

/** One point of a rate-distortion curve. */
export interface RatePoint {
  /** Bits, or bits per second; any unit, the same for both curves. */
  readonly rate: number;
  /** Quality in dB. */
  readonly psnr: number;
}

/**
 * The Bjøntegaard delta rate of `test` against `anchor` in per cent: negative if `test` needs fewer bits. Each curve is
 * log10(rate) over PSNR. Throws `RangeError` if a curve has fewer than two points, if its PSNR does not rise with the
 * rate, or if the curves have no common range of PSNR.
 */
export function bdRate(anchor: readonly RatePoint[], test: readonly RatePoint[]): number {
  const a = sortedCurve(anchor);
  const b = sortedCurve(test);
  const low = Math.max(a.x[0]!, b.x[0]!);
  const high = Math.min(a.x.at(-1)!, b.x.at(-1)!);
  if (!(high > low)) throw new RangeError('bdRate: the curves have no common range of PSNR');
  const meanLogRatio = (integrate(b, low, high) - integrate(a, low, high)) / (high - low);
  return (10 ** meanLogRatio - 1) * 100;
}

/** A curve y(x), x rising. */
interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

function sortedCurve(points: readonly RatePoint[]): Curve {
  if (points.length < 2) throw new RangeError('bdRate: a curve needs two points at least');
  const sorted = [...points].sort((p, q) => p.rate - q.rate);
  for (let i = 1; i < sorted.length; i++) {
    if (!(sorted[i]!.psnr > sorted[i - 1]!.psnr) || !(sorted[i - 1]!.rate > 0)) {
      throw new RangeError('bdRate: the PSNR of a curve must rise with its rate');
    }
  }
  return { x: sorted.map((p) => p.psnr), y: sorted.map((p) => Math.log10(p.rate)) };
}

/**
 * Slopes of the monotone piecewise cubic through the points (Fritsch and Carlson, SIAM J. Numer. Anal. 17, 1980; the
 * weighted harmonic mean of Fritsch and Butland, 1984; one-sided three-point slopes at the ends).
 */
export function monotoneSlopes(x: readonly number[], y: readonly number[]): number[] {
  const n = x.length;
  const h = x.slice(1).map((value, i) => value - x[i]!);
  const secant = h.map((width, i) => (y[i + 1]! - y[i]!) / width);
  if (n === 2) return [secant[0]!, secant[0]!];
  const slopes: number[] = new Array(n);
  for (let i = 1; i < n - 1; i++) {
    const before = secant[i - 1]!;
    const after = secant[i]!;
    if (before * after <= 0) slopes[i] = 0;
    else {
      const w1 = 2 * h[i]! + h[i - 1]!;
      const w2 = h[i]! + 2 * h[i - 1]!;
      slopes[i] = (w1 + w2) / (w1 / before + w2 / after);
    }
  }
  slopes[0] = endSlope(h[0]!, h[1]!, secant[0]!, secant[1]!);
  slopes[n - 1] = endSlope(h[n - 2]!, h[n - 3]!, secant[n - 2]!, secant[n - 3]!);
  return slopes;
}

/** Slope at an end from the two nearest intervals, kept within the range in which the cubic stays monotone. */
function endSlope(h0: number, h1: number, secant0: number, secant1: number): number {
  const slope = ((2 * h0 + h1) * secant0 - h0 * secant1) / (h0 + h1);
  if (slope * secant0 <= 0) return 0;
  if (secant0 * secant1 <= 0 && Math.abs(slope) > 3 * Math.abs(secant0)) return 3 * secant0;
  return slope;
}

/** Integral of the monotone cubic through `curve` from `low` to `high`, both within its range. */
function integrate(curve: Curve, low: number, high: number): number {
  const { x, y } = curve;
  const slopes = monotoneSlopes(x, y);
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const from = Math.max(low, x[i]!);
    const to = Math.min(high, x[i + 1]!);
    if (to <= from) continue;
    const h = x[i + 1]! - x[i]!;
    const secant = (y[i + 1]! - y[i]!) / h;
    const c2 = (3 * secant - 2 * slopes[i]! - slopes[i + 1]!) / h;
    const c3 = (slopes[i]! + slopes[i + 1]! - 2 * secant) / (h * h);
    const antiderivative = (t: number) =>
      t * (y[i]! + t * (slopes[i]! / 2 + t * (c2 / 3 + (t * c3) / 4)));
    sum += antiderivative(to - x[i]!) - antiderivative(from - x[i]!);
  }
  return sum;
}
