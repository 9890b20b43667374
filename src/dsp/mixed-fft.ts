/**
 * Fast Fourier transform of any length whose prime factors are 2, 3, 5 and 7, in double precision: X[k] = sum over n of
 * x[n]·exp(-2πi·nk/N), unscaled. Real and imaginary parts lie side by side.
 *
 * Stockham's form of decimation in frequency (Van Loan, "Computational Frameworks for the Fast Fourier Transform", 1992,
 * section 1.7): each stage reads one buffer and writes the other in the order that the next stage reads, so that nothing
 * is put in bit-reversed order, and the innermost loop goes along the memory. A stage of radix r with stride s takes m groups:
 *
 *     b[j] = sum over k of x[q + s·(p + m·k)]·exp(-2πi·jk/r)     for p < m, q < s
 *     y[q + s·(r·p + j)] = b[j]·exp(-2πi·jp/(r·m))
 *
 * Stages are kernels over one memory, so that vector ones can take their place; these are the plain ones.
 */
import { cosTurns, sinTurns } from './circle.ts';

/** Radices of the stages; a kernel of each exists. */
export const RADICES = [2, 3, 4, 5, 7] as const;
export type Radix = (typeof RADICES)[number];

/**
 * One stage. Positions are in bytes. `from` and `to` are `radix`·m·s complex numbers each and do not overlap; `factors` are the
 * twiddle factors as `MixedFft` writes them.
 */
export type Stage = (from: number, to: number, factors: number, m: number, s: number) => void;

/** What a transform is made of. */
export interface FftKernels {
  readonly stage2: Stage;
  readonly stage3: Stage;
  readonly stage4: Stage;
  readonly stage5: Stage;
  readonly stage7: Stage;
}

/** `length` as a product of radices in the order of their stages; undefined if it has other prime factors. */
export function radicesOf(length: number): Radix[] | undefined {
  const radices: Radix[] = [];
  let rest = length;
  for (const radix of [4, 2, 3, 5, 7] as const) {
    while (rest > 1 && rest % radix === 0) {
      radices.push(radix);
      rest /= radix;
    }
  }
  return rest === 1 ? radices : undefined;
}

/** Bytes that the twiddle factors of one transform take. */
export function factorsByteLength(length: number): number {
  let bytes = 0;
  let m = length;
  for (const radix of radicesOf(length)!) {
    m /= radix;
    bytes += m * (radix - 1) * 32;
  }
  return bytes;
}

/** A transform of one length over one memory. */
export class MixedFft {
  readonly length: number;
  private readonly radices: readonly Radix[];
  private readonly factors: number;
  private readonly stages: Readonly<Record<Radix, Stage>>;

  /**
   * @param length a product of `RADICES`, 1 or more
   * @param memory seen as doubles; the twiddle factors are written to it
   * @param factors byte position for them, a multiple of 8
   */
  constructor(length: number, memory: Float64Array, factors: number, kernels: FftKernels) {
    this.length = length;
    this.radices = radicesOf(length)!;
    this.factors = factors;
    this.stages = {
      2: kernels.stage2,
      3: kernels.stage3,
      4: kernels.stage4,
      5: kernels.stage5,
      7: kernels.stage7,
    };
    writeFactors(length, this.radices, memory, factors >> 3);
  }

  /** Transforms what lies at byte position `a`; `b` is as large. Returns which of the two holds the result. */
  transform(a: number, b: number): number {
    let m = this.length;
    let s = 1;
    let factors = this.factors;
    for (const radix of this.radices) {
      m /= radix;
      this.stages[radix](a, b, factors, m, s);
      s *= radix;
      factors += m * (radix - 1) * 32;
      const swapped = a;
      a = b;
      b = swapped;
    }
    return a;
  }
}

/** For each stage, p and j from 1 on: Re, Re, -Im, Im of exp(-2πi·jp/(r·m)), as a multiplication with vectors needs them. */
function writeFactors(
  length: number,
  radices: readonly Radix[],
  memory: Float64Array,
  at: number,
): void {
  let m = length;
  for (const radix of radices) {
    const whole = m;
    m /= radix;
    for (let p = 0; p < m; p++) {
      for (let j = 1; j < radix; j++) {
        const re = cosTurns(((j * p) % whole) / whole);
        const im = -sinTurns(((j * p) % whole) / whole);
        memory[at++] = re;
        memory[at++] = re;
        memory[at++] = -im;
        memory[at++] = im;
      }
    }
  }
}

/** The plain stages over `memory`. */
export function plainFftKernels(memory: Float64Array): FftKernels {
  const odd = (radix: 3 | 5 | 7): Stage => {
    const terms = { radix, roots: oddRoots(radix), scratch: new Float64Array(2 * radix) };
    return (from, to, factors, m, s) =>
      oddStage(memory, terms, from >> 3, to >> 3, factors >> 3, m, s);
  };
  return {
    stage2: (from, to, factors, m, s) =>
      radix2Stage(memory, from >> 3, to >> 3, factors >> 3, m, s),
    stage3: odd(3),
    stage4: (from, to, factors, m, s) =>
      radix4Stage(memory, from >> 3, to >> 3, factors >> 3, m, s),
    stage5: odd(5),
    stage7: odd(7),
  };
}

function radix2Stage(
  x: Float64Array,
  from: number,
  to: number,
  factors: number,
  m: number,
  s: number,
): void {
  const half = 2 * m * s;
  for (let p = 0; p < m; p++, factors += 4, to += 2 * s) {
    const wr = x[factors];
    const wi = x[factors + 3];
    for (let q = 0; q < s; q++, from += 2, to += 2) {
      const re = x[from] - x[from + half];
      const im = x[from + 1] - x[from + half + 1];
      x[to] = x[from] + x[from + half];
      x[to + 1] = x[from + 1] + x[from + half + 1];
      x[to + 2 * s] = re * wr - im * wi;
      x[to + 2 * s + 1] = im * wr + re * wi;
    }
  }
}

function radix4Stage(
  x: Float64Array,
  from: number,
  to: number,
  factors: number,
  m: number,
  s: number,
): void {
  const quarter = 2 * m * s;
  const step = 2 * s;
  for (let p = 0; p < m; p++, factors += 12, to += 3 * step) {
    const w1r = x[factors];
    const w1i = x[factors + 3];
    const w2r = x[factors + 4];
    const w2i = x[factors + 7];
    const w3r = x[factors + 8];
    const w3i = x[factors + 11];
    for (let q = 0; q < s; q++, from += 2, to += 2) {
      const a1 = from + quarter;
      const a2 = a1 + quarter;
      const a3 = a2 + quarter;
      const s02r = x[from] + x[a2];
      const s02i = x[from + 1] + x[a2 + 1];
      const d02r = x[from] - x[a2];
      const d02i = x[from + 1] - x[a2 + 1];
      const s13r = x[a1] + x[a3];
      const s13i = x[a1 + 1] + x[a3 + 1];
      // (x1 - x3) times -i.
      const d13r = x[a1 + 1] - x[a3 + 1];
      const d13i = -(x[a1] - x[a3]);
      x[to] = s02r + s13r;
      x[to + 1] = s02i + s13i;
      const b1r = d02r + d13r;
      const b1i = d02i + d13i;
      const t1 = to + step;
      x[t1] = b1r * w1r - b1i * w1i;
      x[t1 + 1] = b1i * w1r + b1r * w1i;
      const b2r = s02r - s13r;
      const b2i = s02i - s13i;
      const t2 = t1 + step;
      x[t2] = b2r * w2r - b2i * w2i;
      x[t2 + 1] = b2i * w2r + b2r * w2i;
      const b3r = d02r - d13r;
      const b3i = d02i - d13i;
      const t3 = t2 + step;
      x[t3] = b3r * w3r - b3i * w3i;
      x[t3 + 1] = b3i * w3r + b3r * w3i;
    }
  }
}

/** cos and sin of 2π·jk/radix for j, k = 1..(radix - 1)/2, side by side, k fastest. */
export function oddRoots(radix: 3 | 5 | 7): Float64Array {
  const half = (radix - 1) / 2;
  const roots = new Float64Array(2 * half * half);
  for (let j = 1; j <= half; j++) {
    for (let k = 1; k <= half; k++) {
      const at = 2 * ((j - 1) * half + k - 1);
      roots[at] = cosTurns(((j * k) % radix) / radix);
      roots[at + 1] = sinTurns(((j * k) % radix) / radix);
    }
  }
  return roots;
}

/** What a stage of an odd radix goes by: the radix, its `oddRoots`, and room for as many sums and differences. */
interface OddTerms {
  readonly radix: number;
  readonly roots: Float64Array;
  readonly scratch: Float64Array;
}

/**
 * A stage of an odd radix r. With the sums t[k] = x[k] + x[r-k] and the differences d[k] = x[k] - x[r-k], the outputs j and r - j are
 * x[0] + sum of cos(2π·jk/r)·t[k], minus and plus i times the sum of sin(2π·jk/r)·d[k].
 */
function oddStage(
  x: Float64Array,
  { radix, roots, scratch }: OddTerms,
  from: number,
  to: number,
  factors: number,
  m: number,
  s: number,
): void {
  const half = (radix - 1) >> 1;
  const part = 2 * m * s;
  const step = 2 * s;
  for (let p = 0; p < m; p++, factors += 4 * (radix - 1), to += (radix - 1) * step) {
    for (let q = 0; q < s; q++, from += 2, to += 2) {
      const re = x[from];
      const im = x[from + 1];
      let sumRe = re;
      let sumIm = im;
      for (let k = 1; k <= half; k++) {
        const a = from + k * part;
        const b = from + (radix - k) * part;
        scratch[4 * k - 4] = x[a] + x[b];
        scratch[4 * k - 3] = x[a + 1] + x[b + 1];
        scratch[4 * k - 2] = x[a] - x[b];
        scratch[4 * k - 1] = x[a + 1] - x[b + 1];
        sumRe += scratch[4 * k - 4];
        sumIm += scratch[4 * k - 3];
      }
      x[to] = sumRe;
      x[to + 1] = sumIm;
      for (let j = 1, root = 0; j <= half; j++) {
        let evenRe = re;
        let evenIm = im;
        let oddRe = 0;
        let oddIm = 0;
        for (let k = 0; k < 4 * half; k += 4, root += 2) {
          evenRe += scratch[k] * roots[root];
          evenIm += scratch[k + 1] * roots[root];
          oddRe += scratch[k + 3] * roots[root + 1];
          oddIm -= scratch[k + 2] * roots[root + 1];
        }
        const w = factors + 4 * (j - 1);
        const aRe = evenRe + oddRe;
        const aIm = evenIm + oddIm;
        const a = to + j * step;
        x[a] = aRe * x[w] - aIm * x[w + 3];
        x[a + 1] = aIm * x[w] + aRe * x[w + 3];
        const v = factors + 4 * (radix - j - 1);
        const bRe = evenRe - oddRe;
        const bIm = evenIm - oddIm;
        const b = to + (radix - j) * step;
        x[b] = bRe * x[v] - bIm * x[v + 3];
        x[b + 1] = bIm * x[v] + bRe * x[v + 3];
      }
    }
  }
}
