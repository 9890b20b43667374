/** The modified discrete cosine transform and its inverse as the sums of AAC clause 4.6.11.3.1. */

/** X[k] = 2 · sum over n of z[n]·cos(2π/N·(n + n0)·(k + 1/2)), N = `input.length`. */
export function plainMdct(input: Float64Array): Float64Array {
  const N = input.length;
  const n0 = (N / 2 + 1) / 2;
  return Float64Array.from({ length: N / 2 }, (_, k) => {
    let sum = 0;
    for (let n = 0; n < N; n++) {
      sum += input[n] * Math.cos(((2 * Math.PI) / N) * (n + n0) * (k + 0.5));
    }
    return 2 * sum;
  });
}

/** x[n] = 2/N · sum over k of X[k]·cos(2π/N·(n + n0)·(k + 1/2)), N = 2 · `lines.length`. */
export function plainImdct(lines: Float64Array): Float64Array {
  const N = 2 * lines.length;
  const n0 = (N / 2 + 1) / 2;
  return Float64Array.from({ length: N }, (_, n) => {
    let sum = 0;
    for (let k = 0; k < N / 2; k++) {
      sum += lines[k] * Math.cos(((2 * Math.PI) / N) * (n + n0) * (k + 0.5));
    }
    return (2 / N) * sum;
  });
}
