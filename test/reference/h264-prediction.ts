/** Prediction processes of H.264 (clauses 8.3 and 8.4) sample by sample, as the formulas stand in the text. */

/** Samples by their place relative to the block: p[ x, y ] of clause 8.3. */
export type Neighbors = (x: number, y: number) => number;

function clip1(value: number): number {
  return Math.min(255, Math.max(0, value));
}

function mean(...samples: number[]): number {
  const sum = samples.reduce((total, sample) => total + sample, 0);
  return Math.floor((sum + samples.length / 2) / samples.length);
}

function filter(a: number, b: number, c: number): number {
  return (a + 2 * b + c + 2) >> 2;
}

/**
 * predL4x4[ x, y ] of clauses 8.3.1.2.1 to 8.3.1.2.9, but DC. Samples above right that are missing are to be substituted by
 * `p` itself.
 */
export function plainIntra4x4(mode: number, p: Neighbors, x: number, y: number): number {
  switch (mode) {
    case 0:
      return p(x, -1);
    case 1:
      return p(-1, y);
    case 3:
      if (x === 3 && y === 3) return filter(p(6, -1), p(7, -1), p(7, -1));
      return filter(p(x + y, -1), p(x + y + 1, -1), p(x + y + 2, -1));
    case 4:
      if (x > y) return filter(p(x - y - 2, -1), p(x - y - 1, -1), p(x - y, -1));
      if (x < y) return filter(p(-1, y - x - 2), p(-1, y - x - 1), p(-1, y - x));
      return filter(p(0, -1), p(-1, -1), p(-1, 0));
    case 5: {
      const zVR = 2 * x - y;
      const at = x - (y >> 1);
      if (zVR < -1) return filter(p(-1, y - 1), p(-1, y - 2), p(-1, y - 3));
      if (zVR === -1) return filter(p(-1, 0), p(-1, -1), p(0, -1));
      if (zVR % 2 === 0) return mean(p(at - 1, -1), p(at, -1));
      return filter(p(at - 2, -1), p(at - 1, -1), p(at, -1));
    }
    case 6: {
      const zHD = 2 * y - x;
      const at = y - (x >> 1);
      if (zHD < -1) return filter(p(x - 1, -1), p(x - 2, -1), p(x - 3, -1));
      if (zHD === -1) return filter(p(-1, 0), p(-1, -1), p(0, -1));
      if (zHD % 2 === 0) return mean(p(-1, at - 1), p(-1, at));
      return filter(p(-1, at - 2), p(-1, at - 1), p(-1, at));
    }
    case 7: {
      const at = x + (y >> 1);
      if (y % 2 === 0) return mean(p(at, -1), p(at + 1, -1));
      return filter(p(at, -1), p(at + 1, -1), p(at + 2, -1));
    }
    case 8: {
      const zHU = x + 2 * y;
      const at = y + (x >> 1);
      if (zHU > 5) return p(-1, 3);
      if (zHU === 5) return filter(p(-1, 2), p(-1, 3), p(-1, 3));
      if (zHU % 2 === 0) return mean(p(-1, at), p(-1, at + 1));
      return filter(p(-1, at), p(-1, at + 1), p(-1, at + 2));
    }
    default:
      throw new RangeError(`mode ${mode}`);
  }
}

/** predL8x8[ x, y ] of clauses 8.3.2.2.2 to 8.3.2.2.10, but DC; `p` gives the filtered neighbors p'[ x, y ]. */
export function plainIntra8x8(mode: number, p: Neighbors, x: number, y: number): number {
  switch (mode) {
    case 0:
      return p(x, -1);
    case 1:
      return p(-1, y);
    case 3:
      if (x === 7 && y === 7) return filter(p(14, -1), p(15, -1), p(15, -1));
      return filter(p(x + y, -1), p(x + y + 1, -1), p(x + y + 2, -1));
    case 4:
      if (x > y) return filter(p(x - y - 2, -1), p(x - y - 1, -1), p(x - y, -1));
      if (x < y) return filter(p(-1, y - x - 2), p(-1, y - x - 1), p(-1, y - x));
      return filter(p(0, -1), p(-1, -1), p(-1, 0));
    case 5: {
      const zVR = 2 * x - y;
      const at = x - (y >> 1);
      if (zVR < -1) return filter(p(-1, y - 2 * x - 1), p(-1, y - 2 * x - 2), p(-1, y - 2 * x - 3));
      if (zVR === -1) return filter(p(-1, 0), p(-1, -1), p(0, -1));
      if (zVR % 2 === 0) return mean(p(at - 1, -1), p(at, -1));
      return filter(p(at - 2, -1), p(at - 1, -1), p(at, -1));
    }
    case 6: {
      const zHD = 2 * y - x;
      const at = y - (x >> 1);
      if (zHD < -1) return filter(p(x - 2 * y - 1, -1), p(x - 2 * y - 2, -1), p(x - 2 * y - 3, -1));
      if (zHD === -1) return filter(p(-1, 0), p(-1, -1), p(0, -1));
      if (zHD % 2 === 0) return mean(p(-1, at - 1), p(-1, at));
      return filter(p(-1, at - 2), p(-1, at - 1), p(-1, at));
    }
    case 7: {
      const at = x + (y >> 1);
      if (y % 2 === 0) return mean(p(at, -1), p(at + 1, -1));
      return filter(p(at, -1), p(at + 1, -1), p(at + 2, -1));
    }
    case 8: {
      const zHU = x + 2 * y;
      const at = y + (x >> 1);
      if (zHU > 13) return p(-1, 7);
      if (zHU === 13) return filter(p(-1, 6), p(-1, 7), p(-1, 7));
      if (zHU % 2 === 0) return mean(p(-1, at), p(-1, at + 1));
      return filter(p(-1, at), p(-1, at + 1), p(-1, at + 2));
    }
    default:
      throw new RangeError(`mode ${mode}`);
  }
}

/** p'[ x, y ] of clause 8.3.2.2.1 from p[ x, y ], NaN where a neighbor is not available; what is above right is substituted already. */
export function plainSmoothed8x8(p: Neighbors): Neighbors {
  const or = (value: number, other: number) => (Number.isNaN(value) ? other : value);
  return (x, y) => {
    if (x >= 0) {
      if (x === 15) return filter(p(14, -1), p(15, -1), p(15, -1));
      return filter(or(p(x - 1, -1), p(x, -1)), p(x, -1), p(x + 1, -1));
    }
    if (y < 0) return filter(or(p(0, -1), p(-1, -1)), p(-1, -1), or(p(-1, 0), p(-1, -1)));
    if (y === 7) return filter(p(-1, 6), p(-1, 7), p(-1, 7));
    return filter(or(p(-1, y - 1), p(-1, y)), p(-1, y), p(-1, y + 1));
  };
}

/** Mean of `size` samples above and to the left of the block at (x0, y0), as far as they are available; 128 without. */
export function plainDc(
  p: Neighbors,
  x0: number,
  y0: number,
  size: number,
  useLeft: boolean,
  useAbove: boolean,
): number {
  const samples: number[] = [];
  for (let i = 0; i < size; i++) {
    if (useAbove) samples.push(p(x0 + i, -1));
    if (useLeft) samples.push(p(-1, y0 + i));
  }
  return samples.length === 0 ? 128 : mean(...samples);
}

/** Intra_Chroma_DC of the 4x4 block at (xO, yO), clause 8.3.4.1. */
export function plainChromaDc(
  p: Neighbors,
  xO: number,
  yO: number,
  hasLeft: boolean,
  hasAbove: boolean,
): number {
  const prefersAbove = xO > 0 && yO === 0 && hasAbove;
  const prefersLeft = xO === 0 && yO > 0 && hasLeft;
  return plainDc(p, xO, yO, 4, hasLeft && !prefersAbove, hasAbove && !prefersLeft);
}

/** Plane prediction of clauses 8.3.3.4 (`size` 16) and 8.3.4.4 for 4:2:0 (`size` 8). */
export function plainPlane(p: Neighbors, size: 8 | 16, x: number, y: number): number {
  const half = size / 2;
  let h = 0;
  let v = 0;
  for (let i = 0; i < half; i++) {
    h += (i + 1) * (p(half + i, -1) - p(half - 2 - i, -1));
    v += (i + 1) * (p(-1, half + i) - p(-1, half - 2 - i));
  }
  const factor = size === 16 ? 5 : 34;
  const b = (factor * h + 32) >> 6;
  const c = (factor * v + 32) >> 6;
  const a = 16 * (p(-1, size - 1) + p(size - 1, -1));
  return clip1((a + b * (x - half + 1) + c * (y - half + 1) + 16) >> 5);
}

/** The six-tap filter of clause 8.4.2.2.1 over samples from `at(-2)` to `at(3)`, not rounded. */
function taps(at: (i: number) => number): number {
  return at(-2) - 5 * at(-1) + 20 * at(0) + 20 * at(1) - 5 * at(2) + at(3);
}

/**
 * Luma sample at (x, y) in quarter samples, clause 8.4.2.2.1, Figure 8-4 and Table 8-12.
 * @param full full samples by place, any place: the coordinates are clipped by it
 */
export function plainLumaSample(full: Neighbors, x: number, y: number): number {
  const xInt = x >> 2;
  const yInt = y >> 2;
  const sample = (dx: number, dy: number): number => full(xInt + dx, yInt + dy);
  const b1 = (dx: number, dy: number): number => taps((i) => sample(dx + i, dy));
  const h1 = (dx: number, dy: number): number => taps((i) => sample(dx, dy + i));
  const half = (sum: number): number => clip1((sum + 16) >> 5);
  const G = sample(0, 0);
  const b = half(b1(0, 0));
  const h = half(h1(0, 0));
  const s = half(b1(0, 1));
  const m = half(h1(1, 0));
  const j = clip1((taps((i) => h1(i, 0)) + 512) >> 10);
  const byFraction = [
    [G, mean(G, b), b, mean(b, sample(1, 0))],
    [mean(G, h), mean(b, h), mean(b, j), mean(b, m)],
    [h, mean(h, j), j, mean(j, m)],
    [mean(h, sample(0, 1)), mean(h, s), mean(j, s), mean(m, s)],
  ];
  return byFraction[y & 3][x & 3];
}

/** Chroma sample at (x, y) in eighths of a sample, clause 8.4.2.2.2. */
export function plainChromaSample(full: Neighbors, x: number, y: number): number {
  const xInt = x >> 3;
  const yInt = y >> 3;
  const xFrac = x & 7;
  const yFrac = y & 7;
  const sum =
    (8 - xFrac) * (8 - yFrac) * full(xInt, yInt) +
    xFrac * (8 - yFrac) * full(xInt + 1, yInt) +
    (8 - xFrac) * yFrac * full(xInt, yInt + 1) +
    xFrac * yFrac * full(xInt + 1, yInt + 1);
  return (sum + 32) >> 6;
}
