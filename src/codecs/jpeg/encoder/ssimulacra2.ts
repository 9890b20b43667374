/**
 * SSIMULACRA 2.1 (Jon Sneyers, 2023): how near a picture is to its original to the eye, 100 for the same. Structural similarity, and
 * the edges that were lost or made, over six scales of a color space that follows the cones; a weighted sum of two norms of each map.
 * Written from the published description; the 108 weights and the last polynomial are the metric's own constants.
 */

/**
 * The metric's weights: by channel X, Y, B; by scale 1:1 to 1:32; by norm, 1 then 4; by map: structure, ringing, blur.
 */
// biome-ignore format: a row has two scales
const WEIGHTS = /* @__PURE__ */ Float64Array.of(
  0, 0.0007376606707406586, 0, 0, 0.0007793481682867309, 0, 0, 0.0004371155730107379, 0, 1.1041726426657346, 0.00066284834129271, 0.00015231632783718752,
  0, 0.0016406437456599754, 0, 1.8422455520539298, 11.441172603757666, 0, 0.0007989109436015163, 0.000176816438078653, 0, 1.8787594979546387, 10.94906990605142, 0,
  0.0007289346991508072, 0.9677937080626833, 0, 0.00014003424285435884, 0.9981766977854967, 0.00031949755934435053, 0.0004550992113792063, 0, 0, 0.0013648766163243398, 0, 0,
  0, 0, 0, 7.466890328078848, 0, 17.445833984131262, 0.0006235601634041466, 0, 0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264,
  225.20515300849274, 0, 0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985, 176.39317598450694, 0, 0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408,
  0, 0, 0, 34.77906344483772, 44.835625328877896, 0, 0, 0, 0, 0, 0, 0,
  0, 0.0008680556573291698, 0, 0, 0, 0, 0, 0.0005313191874358747, 0, 0.00016533814161379112, 0, 0,
  0, 0, 0, 0.0004179171803251336, 0.0017290828234722833, 0, 0.0020827005846636437, 0, 0, 8.826982764996862, 23.19243343998926, 0,
  95.1080498811086, 0.9863978034400682, 0.9834382792465353, 0.0012286405048278493, 171.2667255897307, 0.9807858872435379, 0, 0, 0, 0.0005130064588990679, 0, 0.00010854057858411537,
);

const CHANNELS = 3;
const SCALES = 6;
const MAPS = 3;
/** Below this size there is no further scale. */
const SMALLEST_SIDE = 8;
const C2 = 0.0009;
const BIAS = 0.0037930732552754493;

/**
 * Half of the blur, a Gaussian of sigma 1.5 as three cosines cut at radius 5 (Charalampidis, "Recursive implementation of the
 * Gaussian filter using truncated cosine functions", 2016): nine taps, of which these are the middle and one side.
 */
const TAPS = /* @__PURE__ */ blurTaps();

function blurTaps(): Float64Array {
  const radius = 5;
  const sigma = 1.5;
  const omega = [1, 3, 5].map((k) => (k * Math.PI) / (2 * radius));
  const sign = [1, -1, 1];
  const p = omega.map((w, i) => sign[i]! / Math.tan(w / 2));
  const r = omega.map((w, i) => (sign[i]! * p[i]! * p[i]!) / Math.sin(w));
  const rho = omega.map((w) => Math.exp(-0.5 * sigma * sigma * w * w) / radius);
  const d13 = p[0]! * r[1]! - r[0]! * p[1]!;
  const d35 = p[1]! * r[2]! - r[1]! * p[2]!;
  const d51 = p[2]! * r[0]! - r[2]! * p[0]!;
  const rows = [p, r, [d35 / d13, d51 / d13, 1]];
  const target = [
    1,
    radius * radius - sigma * sigma,
    (d35 / d13) * rho[0]! + (d51 / d13) * rho[1]! + rho[2]!,
  ];
  const whole = determinant(rows);
  const beta = [0, 1, 2].map(
    (k) => determinant(rows.map((row, i) => row.map((v, j) => (j === k ? target[i]! : v)))) / whole,
  );
  return Float64Array.from({ length: radius }, (_, i) =>
    omega.reduce((sum, w, k) => sum + beta[k]! * Math.cos(w * i), 0),
  );
}

function determinant(m: readonly (readonly number[])[]): number {
  const [[a, b, c], [d, e, f], [g, h, i]] = m as number[][] as [number[], number[], number[]];
  return a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!);
}

/** sRGB code values to linear light (IEC 61966-2-1). */
const LINEAR = /* @__PURE__ */ Float32Array.from({ length: 256 }, (_, code) => {
  const value = code / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** A picture to be measured: interleaved samples of 8 bits, gray, RGB or RGBA (alpha is not looked at). */
export interface MeasuredPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array;
}

/** One scale of a picture: three planes in the metric's color space. */
interface Scale {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Float32Array[];
}

/** Measures pictures against one original, whose part of the work is done once. */
export class Ssimulacra2 {
  private readonly scales: readonly Scale[];
  /** By 3 * scale + channel: the original blurred, and its square blurred. */
  private readonly means: readonly Float32Array[];
  private readonly squares: readonly Float32Array[];
  private readonly product: Float32Array;
  private readonly rows: Float32Array;
  private readonly mean: Float32Array;
  private readonly square: Float32Array;
  private readonly cross: Float32Array;

  constructor(original: MeasuredPicture) {
    this.scales = scalesOf(original);
    const size = original.width * original.height;
    this.product = new Float32Array(size);
    this.rows = new Float32Array(size);
    this.mean = new Float32Array(size);
    this.square = new Float32Array(size);
    this.cross = new Float32Array(size);
    const means: Float32Array[] = [];
    const squares: Float32Array[] = [];
    for (const { width, height, planes } of this.scales) {
      for (const plane of planes) {
        const [mean, square] = [new Float32Array(plane.length), new Float32Array(plane.length)];
        blur(plane, width, height, this.rows, mean);
        multiply(plane, plane, this.product);
        blur(this.product, width, height, this.rows, square);
        means.push(mean);
        squares.push(square);
      }
    }
    this.means = means;
    this.squares = squares;
  }

  /** The score of a picture of the original's size; 100 if it is the same, below 0 if it is far from it. */
  score(distorted: MeasuredPicture): number {
    const scales = scalesOf(distorted);
    const norms = new Float64Array(CHANNELS * SCALES * 2 * MAPS);
    for (let s = 0; s < scales.length; s++) {
      for (let c = 0; c < CHANNELS; c++) {
        this.compare(scales[s]!, s, c, norms, (c * SCALES + s) * 2 * MAPS);
      }
    }
    return scoreOf(norms, scales.length);
  }

  private compare(scale: Scale, s: number, c: number, norms: Float64Array, to: number): void {
    const { width, height } = scale;
    const original = this.scales[s]!.planes[c]!;
    const distorted = scale.planes[c]!;
    const { product, rows, mean, square, cross } = this;
    blur(distorted, width, height, rows, mean);
    multiply(distorted, distorted, product);
    blur(product, width, height, rows, square);
    multiply(original, distorted, product);
    blur(product, width, height, rows, cross);
    addNorms(
      { original, distorted, mean, square, cross },
      this.means[CHANNELS * s + c]!,
      this.squares[CHANNELS * s + c]!,
      norms,
      to,
    );
  }
}

interface Compared {
  readonly original: Float32Array;
  readonly distorted: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
  readonly cross: Float32Array;
}

/** The norms of the maps of one channel at one scale, from `to` on. */
function addNorms(
  { original, distorted, mean, square, cross }: Compared,
  originalMean: Float32Array,
  originalSquare: Float32Array,
  norms: Float64Array,
  to: number,
): void {
  const size = original.length;
  let structure1 = 0;
  let structure4 = 0;
  let ringing1 = 0;
  let ringing4 = 0;
  let blur1 = 0;
  let blur4 = 0;
  for (let i = 0; i < size; i++) {
    const u = originalMean[i]!;
    const v = mean[i]!;
    const near = 1 - (u - v) * (u - v);
    const similarity =
      (2 * (cross[i]! - u * v) + C2) / (originalSquare[i]! - u * u + (square[i]! - v * v) + C2);
    const d = 1 - near * similarity;
    if (d > 0) {
      structure1 += d;
      structure4 += d * d * (d * d);
    }
    const edge = (1 + Math.abs(distorted[i]! - v)) / (1 + Math.abs(original[i]! - u)) - 1;
    const fourth = edge * edge * (edge * edge);
    if (edge > 0) {
      ringing1 += edge;
      ringing4 += fourth;
    } else {
      blur1 -= edge;
      blur4 += fourth;
    }
  }
  norms[to] = structure1 / size;
  norms[to + 1] = ringing1 / size;
  norms[to + 2] = blur1 / size;
  norms[to + 3] = Math.sqrt(Math.sqrt(structure4 / size));
  norms[to + 4] = Math.sqrt(Math.sqrt(ringing4 / size));
  norms[to + 5] = Math.sqrt(Math.sqrt(blur4 / size));
}

/** Where there are fewer scales, each channel's norms follow those of the channel before without a gap, as in the original metric. */
function scoreOf(norms: Float64Array, scaleCount: number): number {
  let sum = 0;
  let weight = 0;
  for (let c = 0; c < CHANNELS; c++) {
    for (let i = 0; i < scaleCount * 2 * MAPS; i++) {
      sum += WEIGHTS[weight++]! * norms[c * SCALES * 2 * MAPS + i]!;
    }
  }
  sum *= 0.9562382616834844;
  sum = 2.326765642916932 * sum - 0.020884521182843837 * sum ** 2 + 6.248496625763138e-5 * sum ** 3;
  return sum > 0 ? 100 - 10 * sum ** 0.6276336467831387 : 100;
}

function scalesOf({ width, height, channels, data }: MeasuredPicture): Scale[] {
  let linear = linearPlanes(data, width * height, channels);
  const scales: Scale[] = [];
  while (
    scales.length < SCALES &&
    (scales.length === 0 || (width >= SMALLEST_SIDE && height >= SMALLEST_SIDE))
  ) {
    if (scales.length > 0) {
      linear = linear.map((plane) => halve(plane, width, height));
      width = (width + 1) >> 1;
      height = (height + 1) >> 1;
    }
    scales.push({ width, height, planes: coneSpace(linear) });
  }
  return scales;
}

function linearPlanes(data: Uint8Array, size: number, channels: number): Float32Array[] {
  return [0, 1, 2].map((c) => {
    const plane = new Float32Array(size);
    for (let i = 0, from = channels === 1 ? 0 : c; i < size; i++, from += channels) {
      plane[i] = LINEAR[data[from]!]!;
    }
    return plane;
  });
}

/** Means of four pixels; the last column and row stand in for what is beyond. */
function halve(plane: Float32Array, width: number, height: number): Float32Array {
  const outWidth = (width + 1) >> 1;
  const outHeight = (height + 1) >> 1;
  const out = new Float32Array(outWidth * outHeight);
  for (let y = 0; y < outHeight; y++) {
    const upper = 2 * y * width;
    const lower = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < outWidth; x++) {
      const left = 2 * x;
      const right = Math.min(left + 1, width - 1);
      const sum =
        plane[upper + left]! + plane[upper + right]! + plane[lower + left]! + plane[lower + right]!;
      out[y * outWidth + x] = 0.25 * sum;
    }
  }
  return out;
}

const bitsView = new Float32Array(1);
const wordView = new Int32Array(bitsView.buffer);

/** The cube root of a positive number, relative error below 1e-7; the same in every engine. */
function cubeRoot(x: number): number {
  bitsView[0] = x;
  // A third of the exponent and of the mantissa: within 5 %.
  wordView[0] = Math.floor(wordView[0]! / 3) + 0x2a514067;
  let y: number = bitsView[0]!;
  // Halley's method: each step triples the digits.
  let cube = y * y * y;
  y *= (cube + 2 * x) / (2 * cube + x);
  cube = y * y * y;
  return (y * (cube + 2 * x)) / (2 * cube + x);
}

/** Linear RGB to the metric's X, Y and B - Y, moved to positive values. */
function coneSpace([red, green, blue]: readonly Float32Array[]): Float32Array[] {
  const size = red!.length;
  const [X, Y, B] = [new Float32Array(size), new Float32Array(size), new Float32Array(size)];
  const root = cubeRoot(BIAS);
  for (let i = 0; i < size; i++) {
    const r = red![i]!;
    const g = green![i]!;
    const b = blue![i]!;
    const l = cubeRoot(0.3 * r + 0.622 * g + 0.078 * b + BIAS) - root;
    const m = cubeRoot(0.23 * r + 0.692 * g + 0.078 * b + BIAS) - root;
    const s =
      cubeRoot(0.24342268924547819 * r + 0.20476744424496821 * g + 0.5518098665095535 * b + BIAS) -
      root;
    const y = 0.5 * (l + m);
    X[i] = 0.5 * (l - m) * 14 + 0.42;
    Y[i] = y + 0.01;
    B[i] = s - y + 0.55;
  }
  return [X, Y, B];
}

function multiply(a: Float32Array, b: Float32Array, out: Float32Array): void {
  for (let i = 0; i < a.length; i++) out[i] = a[i]! * b[i]!;
}

const RADIUS = 4;

/** Blurs a plane into `out`; what lies outside counts as zero. `rows` is scratch. */
function blur(
  plane: Float32Array,
  width: number,
  height: number,
  rows: Float32Array,
  out: Float32Array,
): void {
  const [k0, k1, k2, k3, k4] = TAPS as unknown as [number, number, number, number, number];
  const padded = new Float32Array(width + 2 * RADIUS);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    padded.set(plane.subarray(at, at + width), RADIUS);
    for (let x = 0; x < width; x++) {
      rows[at + x] =
        k0 * padded[x + 4]! +
        k1 * (padded[x + 3]! + padded[x + 5]!) +
        k2 * (padded[x + 2]! + padded[x + 6]!) +
        k3 * (padded[x + 1]! + padded[x + 7]!) +
        k4 * (padded[x]! + padded[x + 8]!);
    }
  }
  const zeros = new Float32Array(width);
  const rowAt = (y: number) =>
    y < 0 || y >= height ? zeros : rows.subarray(y * width, (y + 1) * width);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    const [r0, r1, r2, r3, r4] = [rowAt(y), rowAt(y - 1), rowAt(y - 2), rowAt(y - 3), rowAt(y - 4)];
    const [s1, s2, s3, s4] = [rowAt(y + 1), rowAt(y + 2), rowAt(y + 3), rowAt(y + 4)];
    for (let x = 0; x < width; x++) {
      out[at + x] =
        k0 * r0[x]! +
        k1 * (r1[x]! + s1[x]!) +
        k2 * (r2[x]! + s2[x]!) +
        k3 * (r3[x]! + s3[x]!) +
        k4 * (r4[x]! + s4[x]!);
    }
  }
}
