/** The functions of expressions: of one, two and three numbers, and those that evaluate an expression again and again. */

/** An expression compiled: its value where the variables have these values. */
export type Evaluate = (v: Float64Array) => number;

const bool = (value: boolean): number => (value ? 1 : 0);

/** Table: name => function of one number. */
export const UNARY: Readonly<Record<string, (x: number) => number>> = {
  abs: Math.abs,
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  ceil: Math.ceil,
  cos: Math.cos,
  cosh: Math.cosh,
  exp: Math.exp,
  floor: Math.floor,
  gauss: (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI),
  isinf: (x) => bool(x === Infinity || x === -Infinity),
  isnan: (x) => bool(Number.isNaN(x)),
  log: Math.log,
  not: (x) => bool(x === 0),
  round: (x) => (x < 0 ? -Math.round(-x) : Math.round(x)),
  sgn: (x) => (x > 0 ? 1 : 0) - (x < 0 ? 1 : 0),
  sin: Math.sin,
  sinh: Math.sinh,
  sqrt: Math.sqrt,
  squish: (x) => 1 / (1 + Math.exp(4 * x)),
  tan: Math.tan,
  tanh: Math.tanh,
  trunc: Math.trunc,
};

/** Table: name => function of two numbers. */
export const BINARY: Readonly<Record<string, (x: number, y: number) => number>> = {
  atan2: Math.atan2,
  bitand: (x, y) =>
    Number.isNaN(x) || Number.isNaN(y)
      ? Number.NaN
      : Number(BigInt(Math.trunc(x)) & BigInt(Math.trunc(y))),
  bitor: (x, y) =>
    Number.isNaN(x) || Number.isNaN(y)
      ? Number.NaN
      : Number(BigInt(Math.trunc(x)) | BigInt(Math.trunc(y))),
  eq: (x, y) => bool(x === y),
  gcd: (x, y) => gcdOf(Math.trunc(Math.abs(x)), Math.trunc(Math.abs(y))),
  gt: (x, y) => bool(x > y),
  gte: (x, y) => bool(x >= y),
  hypot: Math.hypot,
  lt: (x, y) => bool(x < y),
  lte: (x, y) => bool(x <= y),
  max: (x, y) => (x > y ? x : y),
  min: (x, y) => (x < y ? x : y),
  mod: (x, y) => x - Math.floor(y === 0 ? Number.NaN : x / y) * y,
  pow: (x, y) => x ** y,
};

/** Table: name => function of three numbers. */
export const TERNARY: Readonly<Record<string, (x: number, y: number, z: number) => number>> = {
  between: (x, low, high) => bool(x >= low && x <= high),
  clip: (x, low, high) =>
    Number.isNaN(low) || Number.isNaN(high) || low > high
      ? Number.NaN
      : Math.min(Math.max(x, low), high),
  lerp: (x, y, z) => x + (y - x) * z,
};

function gcdOf(a: number, b: number): number {
  return b === 0 ? a : gcdOf(b, a % b);
}

/** The register that a number names: 0..9. */
export function registerIndex(value: number): number {
  return value >= 0 && value < 10 ? Math.trunc(value) : value >= 10 ? 9 : 0;
}

/** One step of the linear congruential generator of Numerical Recipes, modulo 2^64; the register keeps its state. */
export function nextRandom(registers: Float64Array, index: number): number {
  const state = registers[index]!;
  const seed = Number.isFinite(state) ? BigInt(Math.trunc(state)) : 0n;
  const next = BigInt.asUintN(64, seed * 1664525n + 1013904223n);
  registers[index] = Number(next);
  return Number(next) / 2 ** 64;
}

/** The sum of f(k)·x^k / k! over k, where f reads k from a register. */
export function taylor(
  f: Evaluate,
  x: number,
  index: number,
  registers: Float64Array,
  v: Float64Array,
): number {
  const kept = registers[index]!;
  let factor = 1;
  let sum = 0;
  for (let k = 0; k < 1000; k++) {
    const before = sum;
    registers[index] = k;
    sum += factor * f(v);
    if (sum === before && factor !== 0 && k > 20) break;
    factor *= x / (k + 1);
  }
  registers[index] = kept;
  return sum;
}

/** An x in 0..`largest` at which f, reading x from register 0, is 0: by looking for a change of sign, then halving. */
export function findRoot(
  f: Evaluate,
  largest: number,
  registers: Float64Array,
  v: Float64Array,
): number {
  const kept = registers[0]!;
  const at = (x: number): number => {
    registers[0] = x;
    return f(v);
  };
  let low = -1;
  let high = -1;
  let lowValue = -Infinity;
  let highValue = Infinity;
  for (let i = 0; i <= 255; i++) {
    const x = (largest * i) / 255;
    const y = at(x);
    if (y <= 0 && y > lowValue) [low, lowValue] = [x, y];
    if (y >= 0 && y < highValue) [high, highValue] = [x, y];
  }
  let root = lowValue === 0 ? low : highValue === 0 ? high : Number.NaN;
  if (low >= 0 && high >= 0 && Number.isNaN(root)) {
    for (let i = 0; i < 100; i++) {
      const middle = (low + high) / 2;
      if (at(middle) <= 0) low = middle;
      else high = middle;
    }
    root = -at(low) < at(high) ? low : high;
  }
  registers[0] = kept;
  return root;
}
