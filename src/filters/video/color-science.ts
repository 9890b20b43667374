/** Primaries and transfer characteristics of H.273, as matrices and functions. */

type Point = readonly [x: number, y: number];
type Matrix = readonly number[];

/** H.273 Table 2: ColourPrimaries => red, green, blue, white. For code 10 ffmpeg has the primaries of CIE 1931 RGB, not of XYZ. */
// biome-ignore format: a table
const PRIMARIES: Readonly<Record<number, readonly [Point, Point, Point, Point]>> = {
  1: [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06], [0.3127, 0.329]],
  4: [[0.67, 0.33], [0.21, 0.71], [0.14, 0.08], [0.31, 0.316]],
  5: [[0.64, 0.33], [0.29, 0.6], [0.15, 0.06], [0.3127, 0.329]],
  6: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], [0.3127, 0.329]],
  7: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], [0.3127, 0.329]],
  8: [[0.681, 0.319], [0.243, 0.692], [0.145, 0.049], [0.31, 0.316]],
  9: [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046], [0.3127, 0.329]],
  10: [[0.735, 0.265], [0.274, 0.718], [0.167, 0.009], [1 / 3, 1 / 3]],
  11: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06], [0.314, 0.351]],
  12: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06], [0.3127, 0.329]],
  22: [[0.63, 0.34], [0.295, 0.605], [0.155, 0.077], [0.3127, 0.329]],
};

/** Bradford's cone response (Lam 1985; CIE 159:2004). */
const BRADFORD: Matrix = [
  0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296,
];
/** The cone response of Hunt, Pointer and Estevez for illuminant D65, by which von Kries' rule is applied. */
const HUNT_POINTER_ESTEVEZ: Matrix = [
  0.40024, 0.7076, -0.08081, -0.2263, 1.16532, 0.0457, 0, 0, 0.91822,
];

/** How white is adapted: the cone response, undefined where it is not. The place in the list is the value of `wpadapt`. */
const CONES: readonly (Matrix | undefined)[] = [BRADFORD, HUNT_POINTER_ESTEVEZ, undefined];

function multiply(a: Matrix, b: Matrix): Matrix {
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3];
    return [0, 1, 2].reduce((sum, k) => sum + a[row * 3 + k]! * b[k * 3 + column]!, 0);
  });
}

function inverted(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ].map((value) => value / det);
}

const xyz = ([x, y]: Point): readonly number[] => [x, y, 1 - x - y];
const whiteXyz = ([x, y]: Point): readonly number[] => [x / y, 1, (1 - x - y) / y];

/** From linear RGB of some primaries to CIE XYZ. */
function toXyz([r, g, b, w]: readonly [Point, Point, Point, Point]): Matrix {
  const columns = [xyz(r), xyz(g), xyz(b)];
  const base = Array.from({ length: 9 }, (_, i) => columns[i % 3]![Math.floor(i / 3)]!);
  const inverse = inverted(base);
  const white = whiteXyz(w);
  const gains = [0, 1, 2].map(
    (k) =>
      inverse[k * 3]! * white[0]! +
      inverse[k * 3 + 1]! * white[1]! +
      inverse[k * 3 + 2]! * white[2]!,
  );
  return base.map((value, i) => value * gains[i % 3]!);
}

/** From linear RGB of one set of primaries to another, row by row; undefined if one is not known. `wpadapt` is of `CONES`. */
export function primariesMatrix(from: number, to: number, wpadapt: number): Matrix | undefined {
  const [a, b] = [PRIMARIES[from], PRIMARIES[to]];
  if (a === undefined || b === undefined) return undefined;
  const back = inverted(toXyz(b));
  const response = CONES[wpadapt];
  if (response === undefined || a[3].join() === b[3].join()) return multiply(back, toXyz(a));
  const cones = ([x, y, z]: readonly number[]) =>
    [0, 1, 2].map(
      (k) => response[k * 3]! * x! + response[k * 3 + 1]! * y! + response[k * 3 + 2]! * z!,
    );
  const [first, second] = [cones(whiteXyz(a[3])), cones(whiteXyz(b[3]))];
  const gains = [0, 1, 2].map((k) => second[k]! / first[k]!);
  const scaled = response.map((value, i) => value * gains[Math.floor(i / 3)]!);
  const adaptation = multiply(inverted(response), scaled);
  return multiply(back, multiply(adaptation, toXyz(a)));
}

/** A transfer characteristic; both ways are odd functions. */
export interface Transfer {
  toLinear(value: number): number;
  fromLinear(value: number): number;
}

/** H.273 Table 3: alpha, beta, gamma, delta of alpha · L^gamma - (alpha - 1), and delta · L below beta. */
// biome-ignore format: a table
const CURVES: Readonly<Record<number, readonly [alpha: number, beta: number, gamma: number, delta: number]>> = {
  1: [1.099, 0.018, 0.45, 4.5],
  4: [1, 0, 1 / 2.2, 0],
  5: [1, 0, 1 / 2.8, 0],
  6: [1.099, 0.018, 0.45, 4.5],
  7: [1.1115, 0.0228, 0.45, 4],
  8: [1, 0, 1, 0],
  11: [1.099, 0.018, 0.45, 4.5],
  13: [1.055, 0.0031308, 1 / 2.4, 12.92],
  14: [1.099, 0.018, 0.45, 4.5],
  15: [1.0993, 0.0181, 0.45, 4.5],
};

/** Whether two sets of primaries are the same points, under whatever codes. */
export function samePrimaries(a: number, b: number): boolean {
  return a === b || (PRIMARIES[a] !== undefined && `${PRIMARIES[a]}` === `${PRIMARIES[b]}`);
}

/** Whether two transfer characteristics are the same curve, under whatever codes. */
export function sameTransfer(a: number, b: number): boolean {
  return a === b || (CURVES[a] !== undefined && `${CURVES[a]}` === `${CURVES[b]}`);
}

/** The transfer characteristic of a code; undefined if it is not one of the table. */
export function transferOf(code: number): Transfer | undefined {
  const curve = CURVES[code];
  if (curve === undefined) return undefined;
  const [alpha, beta, gamma, delta] = curve;
  const odd = (f: (x: number) => number) => (x: number) => (x < 0 ? -f(-x) : f(x));
  const threshold = delta * beta;
  return {
    toLinear: odd((x) => (x < threshold ? x / delta : ((x + alpha - 1) / alpha) ** (1 / gamma))),
    fromLinear: odd((x) => (x < beta ? delta * x : alpha * x ** gamma - (alpha - 1))),
  };
}
