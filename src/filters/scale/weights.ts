/**
 * The weights of a separable scaler. Output sample i of a line lies at (i + 0.5) · in / out - 0.5 of the input; it is the sum of the
 * input samples around, weighted by a kernel that reducing stretches by the ratio. Beyond the edge the outermost sample repeats.
 *
 * Kernels: the cubics of Mitchell and Netravali, "Reconstruction filters in computer graphics" (1988), equation 8; Lanczos' windowed sinc;
 * the triangle; the box, which overlaps input samples in part.
 */

/** How to weigh. */
export type ScaleKernel =
  | { readonly kind: 'bicubic'; readonly b: number; readonly c: number }
  | { readonly kind: 'lanczos'; readonly lobes: number }
  | { readonly kind: 'bilinear' }
  | { readonly kind: 'area' }
  | { readonly kind: 'neighbor' };

/** Weights of all samples of a line. */
export interface FilterBank {
  /** Weights per output sample. */
  readonly taps: number;
  /** First input sample of each output sample, never falling; `start[i] + taps` is at most the length of the input. */
  readonly start: Int32Array;
  /** `taps` weights for each output sample; they sum to 1. */
  readonly weights: Float64Array;
}

/** Fraction bits of whole-number weights. */
export const WEIGHT_BITS = 14;

function cubic(b: number, c: number, x: number): number {
  const d = Math.abs(x);
  if (d < 1)
    return ((12 - 9 * b - 6 * c) * d ** 3 + (-18 + 12 * b + 6 * c) * d ** 2 + 6 - 2 * b) / 6;
  if (d >= 2) return 0;
  return (
    ((-b - 6 * c) * d ** 3 + (6 * b + 30 * c) * d ** 2 + (-12 * b - 48 * c) * d + 8 * b + 24 * c) /
    6
  );
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** How far the kernel reaches, and its value. */
function kernelOf(kernel: ScaleKernel): readonly [support: number, value: (x: number) => number] {
  switch (kernel.kind) {
    case 'bicubic':
      return [2, (x) => cubic(kernel.b, kernel.c, x)];
    case 'lanczos':
      return [
        kernel.lobes,
        (x) => (Math.abs(x) < kernel.lobes ? sinc(x) * sinc(x / kernel.lobes) : 0),
      ];
    default:
      return [1, (x) => Math.max(0, 1 - Math.abs(x))];
  }
}

/**
 * The weights that make `output` samples of `input` ones.
 * @param site where in its step a sample of the input lies, and one of the output: 0.5 is its middle
 */
export function filterBank(
  kernel: ScaleKernel,
  input: number,
  output: number,
  site: readonly [input: number, output: number] = [0.5, 0.5],
): FilterBank {
  const ratio = input / output;
  const isSame = input === output && site[0] === site[1];
  // The nearest sample is found with swscale's step, 16 bits after the point: it decides where two are equally near.
  const step = Math.round(ratio * 65536);
  const rows: { first: number; weights: number[] }[] = [];
  for (let i = 0; i < output; i++) {
    const center = (i + site[1]) * ratio - site[0];
    const nearest = Math.floor((i * step + step * site[1]) / 65536 + 0.5 - site[0]);
    const row =
      isSame || kernel.kind === 'neighbor'
        ? { first: isSame ? i : nearest, weights: [1] }
        : rawWeights(kernel, center, ratio);
    rows.push(foldEdges(row, input));
  }
  // Lines come and go in order: no sample begins before the one ahead of it, though a weight of 0 was left out there.
  const firsts = rows.map(({ first }) => first);
  for (let i = output - 2; i >= 0; i--) firsts[i] = Math.min(firsts[i]!, firsts[i + 1]!);
  const taps = Math.max(
    ...rows.map(({ first, weights }, i) => first - firsts[i]! + weights.length),
  );
  const start = new Int32Array(output);
  const weights = new Float64Array(output * taps);
  rows.forEach((row, i) => {
    start[i] = Math.min(firsts[i]!, input - taps);
    const shift = row.first - start[i]!;
    const sum = row.weights.reduce((total, weight) => total + weight, 0);
    row.weights.forEach((weight, k) => {
      weights[i * taps + shift + k] = weight / sum;
    });
  });
  return { taps, start, weights };
}

function rawWeights(kernel: ScaleKernel, center: number, ratio: number) {
  const stretch = Math.max(1, ratio);
  const isBox = kernel.kind === 'area' && ratio > 1;
  const [support, value] = kernelOf(kernel);
  const reach = isBox ? ratio / 2 + 0.5 : support * stretch;
  let first = Math.ceil(center - reach);
  const weights: number[] = [];
  for (let j = first; j <= Math.floor(center + reach); j++) {
    const overlap = Math.min(j + 0.5, center + ratio / 2) - Math.max(j - 0.5, center - ratio / 2);
    weights.push(isBox ? Math.max(0, overlap) : value((j - center) / stretch));
  }
  while (weights.length > 1 && Math.abs(weights[0]!) < 1e-12) {
    weights.shift();
    first++;
  }
  while (weights.length > 1 && Math.abs(weights.at(-1)!) < 1e-12) weights.pop();
  return { first, weights };
}

/** Weights of samples beyond the edge, added to that of the outermost sample. */
function foldEdges(row: { first: number; weights: number[] }, input: number) {
  const first = Math.min(Math.max(row.first, 0), input - 1);
  const last = Math.min(Math.max(row.first + row.weights.length - 1, 0), input - 1);
  const weights = Array<number>(last - first + 1).fill(0);
  row.weights.forEach((weight, k) => {
    const j = Math.min(Math.max(row.first + k, 0), input - 1);
    weights[j - first]! += weight;
  });
  return { first, weights };
}

/** The weights times 2^14 as whole numbers that sum to 2^14: what rounding leaves is carried to the next one. */
export function wholeWeights(bank: FilterBank): Int16Array {
  const { taps, weights } = bank;
  const whole = new Int16Array(weights.length);
  for (let at = 0; at < weights.length; at += taps) {
    let carried = 0;
    for (let k = 0; k < taps; k++) {
      const exact = weights[at + k]! * (1 << WEIGHT_BITS) + carried;
      whole[at + k] = weights[at + k] === 0 ? 0 : Math.round(exact);
      carried = exact - whole[at + k]!;
    }
    if (Math.round(carried) !== 0) {
      const largest = whole
        .subarray(at, at + taps)
        .indexOf(Math.max(...whole.subarray(at, at + taps)));
      whole[at + largest]! += Math.round(carried);
    }
  }
  return whole;
}

/** Writes the whole weights of a bank from `to` on, those of each output `spacing` apart. */
export function writeWeights(
  bank: FilterBank,
  target: Int16Array,
  to: number,
  spacing: number,
): void {
  const { taps } = bank;
  const weights = wholeWeights(bank);
  for (let i = 0; i * taps < weights.length; i++) {
    target.set(weights.subarray(i * taps, (i + 1) * taps), to + i * spacing);
  }
}
