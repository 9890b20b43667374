/** Distances of two blocks of samples as their definitions say: the plain twins of src/codecs/h264/encoder/distortion.ts. */

/** Sum of |a - b| over `width` by `height` samples. */
export function plainSad(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  width: number,
  height: number,
): number {
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      sum += Math.abs(bytes[a + y * strideA + x] - bytes[b + y * strideB + x]);
    }
  }
  return sum;
}

/** Twice the sum of differences of halved samples. */
export function plainHalvedSad(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  width: number,
  height: number,
): number {
  return (
    2 *
    plainSad(
      bytes.map((sample) => sample >> 1),
      a,
      strideA,
      b,
      strideB,
      width,
      height,
    )
  );
}

/** Sum of (a - b)² over `width` by `height` samples. */
export function plainSsd(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  width: number,
  height: number,
): number {
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      sum += (bytes[a + y * strideA + x] - bytes[b + y * strideB + x]) ** 2;
    }
  }
  return sum;
}

/** The sign of the Hadamard matrix of four rows, in natural order: -1 to the number of ones that i and j share. */
function hadamard(i: number, j: number): number {
  const shared = i & j;
  return (shared & 1) ^ (shared >> 1) ? -1 : 1;
}

/** Half the sum of |H·d·H| over the 4x4 blocks d of the differences, H the Hadamard matrix. */
export function plainSatd(
  bytes: Uint8Array,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  width: number,
  height: number,
): number {
  let sum = 0;
  for (let top = 0; top < height; top += 4) {
    for (let left = 0; left < width; left += 4) {
      for (let v = 0; v < 4; v++) {
        for (let u = 0; u < 4; u++) {
          let coefficient = 0;
          for (let y = 0; y < 4; y++) {
            for (let x = 0; x < 4; x++) {
              const p = bytes[a + (top + y) * strideA + left + x];
              const q = bytes[b + (top + y) * strideB + left + x];
              coefficient += hadamard(v, y) * hadamard(u, x) * (p - q);
            }
          }
          sum += Math.abs(coefficient);
        }
      }
    }
  }
  return sum / 2;
}
