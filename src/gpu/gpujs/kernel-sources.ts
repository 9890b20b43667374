/**
 * The frame kernels (../frame-kernels.ts) as gpu.js takes them: source text in its subset of JavaScript, one function a kernel,
 * which computes the element `this.thread` of the result. Text, not functions, because bundlers and coverage tools rewrite functions.
 *
 * On a GPU every number is a float of 32 bits, which holds integers below 2^24 and no others. So that all of them stay exact:
 *
 * - no intermediate reaches 2^24; larger products are taken apart into high and low bytes;
 * - a shift to the right is Math.floor of a product with a power of two; there are no bit operators;
 * - nothing is divided but whole numbers plus a half, whose quotient no rounding can bring to the next whole number;
 * - reading outside an array is undefined, so that planes are padded or coordinates clamped.
 *
 * Results that the encoder's decisions rest on are 1 too high: a 0 that is read back says that the GPU computed nothing.
 */

/** Samples around every searched plane: the longest vector. */
export const PADDING = 32;

/** Rows of candidates are packed as cost · 128 + column; both together stay below 2^24 (65,344 · 128 + 64). */
const COLUMNS = 128;
/** No packed candidate is as large. */
const NO_CANDIDATE = 16777215;

/** Halves plane `p` of `width` by `height` halved samples, and pads the result. */
export function halveSource(width: number, height: number): string {
  return `function (p) {
    const x = 2 * Math.min(Math.max(this.thread.x - ${PADDING}, 0), ${width - 1});
    const y = 2 * Math.min(Math.max(this.thread.y - ${PADDING}, 0), ${height - 1});
    return Math.floor((p[y][x] + p[y][x + 1] + p[y + 1][x] + p[y + 1][x + 1] + 2) * 0.25);
  }`;
}

/** The best vector in one row of candidates, of block (x, y) in row z. Both planes are padded. */
export function searchRowSource(size: number, range: number): string {
  return `function (current, reference) {
    const left = this.thread.x * ${size} + ${PADDING};
    const top = this.thread.y * ${size} + ${PADDING};
    const row = top + this.thread.z - ${range};
    const height = Math.abs(this.thread.z - ${range});
    let best = ${NO_CANDIDATE};
    for (let column = 0; column < ${2 * range + 1}; column++) {
      let cost = height + Math.abs(column - ${range});
      const from = left + column - ${range};
      for (let y = 0; y < ${size}; y++) {
        for (let x = 0; x < ${size}; x++) {
          cost += Math.abs(current[top + y][left + x] - reference[row + y][from + x]);
        }
      }
      const packed = cost * ${COLUMNS} + column;
      if (packed < best) { best = packed; }
    }
    return best;
  }`;
}

/** The cost of the best of all rows, plus 1. */
export function bestCostSource(range: number): string {
  return `function (rows) {
    let best = ${NO_CANDIDATE};
    for (let row = 0; row < ${2 * range + 1}; row++) {
      const cost = Math.floor(rows[row][this.thread.y][this.thread.x] * ${1 / COLUMNS});
      if (cost < best) { best = cost; }
    }
    return best + 1;
  }`;
}

/** The vector of the best of all rows, as row · 128 + column, plus 1. */
export function bestVectorSource(range: number): string {
  return `function (rows) {
    let best = ${NO_CANDIDATE};
    let vector = 0;
    for (let row = 0; row < ${2 * range + 1}; row++) {
      const packed = rows[row][this.thread.y][this.thread.x];
      const cost = Math.floor(packed * ${1 / COLUMNS});
      if (cost < best) {
        best = cost;
        vector = row * ${COLUMNS} + packed - cost * ${COLUMNS};
      }
    }
    return vector + 1;
  }`;
}

/** SAD of block y (of `across` in a row) at displacement x in raster order. Both planes are padded. */
export function sadFieldSource(size: number, range: number, across: number): string {
  const side = 2 * range + 1;
  return `function (current, reference) {
    const blockRow = Math.floor((this.thread.y + 0.5) * ${1 / across});
    const left = (this.thread.y - blockRow * ${across}) * ${size} + ${PADDING};
    const top = blockRow * ${size} + ${PADDING};
    const vectorRow = Math.floor((this.thread.x + 0.5) * ${1 / side});
    const from = left + this.thread.x - vectorRow * ${side} - ${range};
    const row = top + vectorRow - ${range};
    let sum = 0;
    for (let y = 0; y < ${size}; y++) {
      for (let x = 0; x < ${size}; x++) {
        sum += Math.abs(current[top + y][left + x] - reference[row + y][from + x]);
      }
    }
    return sum;
  }`;
}

/** SATD of the best intra prediction of 8x8 block (x, y) of a padded plane, plus 1. */
export function intraCostSource(): string {
  return `function (p) {
    const left = this.thread.x * 8 + ${PADDING};
    const top = this.thread.y * 8 + ${PADDING};
    let sum = 8;
    for (let i = 0; i < 8; i++) { sum += p[top - 1][left + i] + p[top + i][left - 1]; }
    const mean = Math.floor(sum * 0.0625);
    let dc = 0;
    let horizontal = 0;
    let vertical = 0;
    for (let v = 0; v < 2; v++) {
      for (let u = 0; u < 2; u++) {
        const x = left + 4 * u;
        const y = top + 4 * v;
        ${satd4x4('dc', 'a', (i, j) => `p[y + ${j}][x + ${i}] - mean`)}
        ${satd4x4('horizontal', 'b', (i, j) => `p[y + ${j}][x + ${i}] - p[y + ${j}][left - 1]`)}
        ${satd4x4('vertical', 'c', (i, j) => `p[y + ${j}][x + ${i}] - p[top - 1][x + ${i}]`)}
      }
    }
    return Math.min(dc, Math.min(horizontal, vertical)) * 0.5 + 1;
  }`;
}

/** SATD of 8x8 block (x, y) at its vector, plus 1. Both planes are padded; vectors are as `bestVectorSource` gives them. */
export function interCostSource(range: number): string {
  return `function (current, reference, vectors) {
    const vector = vectors[this.thread.y][this.thread.x] - 1;
    const row = Math.floor(vector * ${1 / COLUMNS});
    const left = this.thread.x * 8 + ${PADDING};
    const top = this.thread.y * 8 + ${PADDING};
    const fromX = left + vector - row * ${COLUMNS} - ${range};
    const fromY = top + row - ${range};
    let sum = 0;
    for (let v = 0; v < 2; v++) {
      for (let u = 0; u < 2; u++) {
        const x = left + 4 * u;
        const y = top + 4 * v;
        const s = fromX + 4 * u;
        const t = fromY + 4 * v;
        ${satd4x4('sum', 'd', (i, j) => `current[y + ${j}][x + ${i}] - reference[t + ${j}][s + ${i}]`)}
      }
    }
    return sum * 0.5 + 1;
  }`;
}

/**
 * Statements that add to variable `sum` the magnitudes of the Hadamard transform of a 4x4 block.
 * @param prefix of the names of the variables that hold differences
 * @param difference text of the difference at column i, row j
 */
function satd4x4(
  sum: string,
  prefix: string,
  difference: (i: number, j: number) => string,
): string {
  const lines: string[] = [];
  const name = (stage: string, i: number, j: number) => `${prefix}${stage}${i}${j}`;
  for (let j = 0; j < 4; j++) {
    for (let i = 0; i < 4; i++) lines.push(`const ${name('d', i, j)} = ${difference(i, j)};`);
  }
  // Rows, then columns: sums and differences of neighbors, then of those.
  for (let j = 0; j < 4; j++) {
    for (const i of [0, 2]) {
      const [a, b] = [name('d', i, j), name('d', i + 1, j)];
      lines.push(`const ${name('r', i, j)} = ${a} + ${b};`);
      lines.push(`const ${name('r', i + 1, j)} = ${a} - ${b};`);
    }
    for (const i of [0, 1]) {
      const [a, b] = [name('r', i, j), name('r', i + 2, j)];
      lines.push(`const ${name('s', i, j)} = ${a} + ${b};`);
      lines.push(`const ${name('s', i + 2, j)} = ${a} - ${b};`);
    }
  }
  for (let i = 0; i < 4; i++) {
    const [a, b, c, d] = [0, 1, 2, 3].map((j) => name('s', i, j));
    for (const signs of ['+++', '-+-', '+--', '--+']) {
      lines.push(`${sum} += Math.abs(${a} ${signs[0]} ${b} ${signs[1]} ${c} ${signs[2]} ${d});`);
    }
  }
  return lines.join('\n        ');
}

/** The rows of the core transform: element x of the row that it lies in. */
export const TRANSFORM_ROWS_SOURCE = `function (residual) {
    const first = 4 * Math.floor(this.thread.x * 0.25);
    const which = this.thread.x - first;
    const y = this.thread.y;
    ${coreTransform((i) => `residual[y][first + ${i}]`)}
    return result;
  }`;

/**
 * The columns of the core transform, and quantization: (|c| · multiplier + offset) >> bits, the low byte of |c| first, whose carry
 * the high byte takes. `scale` is 2^(8 - bits).
 */
export const TRANSFORM_COLUMNS_SOURCE = `function (rows, even, odd, mixed, offset, scale) {
    const first = 4 * Math.floor(this.thread.y * 0.25);
    const which = this.thread.y - first;
    const x = this.thread.x;
    ${coreTransform((i) => `rows[first + ${i}][x]`)}
    const oddAxes = which - 2 * Math.floor(which * 0.5) + x - 2 * Math.floor(x * 0.5);
    let multiplier = even;
    if (oddAxes > 0.5) { multiplier = mixed; }
    if (oddAxes > 1.5) { multiplier = odd; }
    const magnitude = Math.abs(result);
    const high = Math.floor(magnitude * 0.00390625);
    const low = magnitude - high * 256;
    const carry = Math.floor((low * multiplier + offset) * 0.00390625);
    const level = Math.floor((high * multiplier + carry) * scale);
    let sign = 1;
    if (result < 0) { sign = -1; }
    return sign * level;
  }`;

/** Statements that leave in `result` element `which` of the core transform of four values. */
function coreTransform(value: (i: number) => string): string {
  return `const d0 = ${value(0)};
    const d1 = ${value(1)};
    const d2 = ${value(2)};
    const d3 = ${value(3)};
    let result = d0 + d1 + d2 + d3;
    if (which > 0.5) { result = 2 * (d0 - d3) + d1 - d2; }
    if (which > 1.5) { result = d0 - d1 - d2 + d3; }
    if (which > 2.5) { result = d0 - d3 - 2 * (d1 - d2); }`;
}

/** Half samples b, h and j of a padded plane, packed as b + 256 h + 65536 j: three bytes, which 24 bits just hold. */
export const HALF_SAMPLES_SOURCE = `function (p) {
    const x = this.thread.x + ${PADDING};
    const y = this.thread.y + ${PADDING};
    let b = 0;
    let j = 0;
    for (let k = 0; k < 6; k++) {
      const t = y + k - 2;
      const row = p[t][x - 2] - 5 * p[t][x - 1] + 20 * p[t][x] + 20 * p[t][x + 1] - 5 * p[t][x + 2] + p[t][x + 3];
      let tap = 1;
      if (k === 1 || k === 4) { tap = -5; }
      if (k === 2 || k === 3) { tap = 20; }
      j += tap * row;
      if (k === 2) { b = row; }
    }
    const h = p[y - 2][x] - 5 * p[y - 1][x] + 20 * p[y][x] + 20 * p[y + 1][x] - 5 * p[y + 2][x] + p[y + 3][x];
    const right = Math.min(255, Math.max(0, Math.floor((b + 16) * 0.03125)));
    const below = Math.min(255, Math.max(0, Math.floor((h + 16) * 0.03125)));
    const between = Math.min(255, Math.max(0, Math.floor((j + 512) * 0.0009765625)));
    return right + 256 * below + 65536 * between;
  }`;

/**
 * A weighted sum of R, G and B with weights of 16 bits: the weights' low bytes first, whose carry the high bytes take. `zero` is what
 * is added to it, over 256; `scale` is 2^(8 - shift).
 */
function weightedSum(red: string, green: string, blue: string, weights: string, shift: number) {
  return `Math.floor((${weights}[0] * ${red} + ${weights}[1] * ${green} + ${weights}[2] * ${blue} + ${weights}[6]
      + Math.floor((${weights}[3] * ${red} + ${weights}[4] * ${green} + ${weights}[5] * ${blue}) * 0.00390625)) * ${2 ** (8 - shift)})`;
}

/** Luma of packed R, G, B. */
export const LUMA_SOURCE = `function (rgb, weights) {
    const x = 3 * this.thread.x;
    const y = this.thread.y;
    const red = rgb[y][x];
    const green = rgb[y][x + 1];
    const blue = rgb[y][x + 2];
    return ${weightedSum('red', 'green', 'blue', 'weights', 16)};
  }`;

/** Chroma of packed R, G, B, as Cb + 256 Cr: two rows, filtered by 1-2-1 along the row about every even column. */
export const CHROMA_SOURCE = `function (rgb, cbWeights, crWeights) {
    const x = 6 * this.thread.x;
    const left = Math.max(x - 3, 0);
    const y = 2 * this.thread.y;
    const red = rgb[y][left] + rgb[y + 1][left] + 2 * (rgb[y][x] + rgb[y + 1][x]) + rgb[y][x + 3] + rgb[y + 1][x + 3];
    const green = rgb[y][left + 1] + rgb[y + 1][left + 1] + 2 * (rgb[y][x + 1] + rgb[y + 1][x + 1]) + rgb[y][x + 4] + rgb[y + 1][x + 4];
    const blue = rgb[y][left + 2] + rgb[y + 1][left + 2] + 2 * (rgb[y][x + 2] + rgb[y + 1][x + 2]) + rgb[y][x + 5] + rgb[y + 1][x + 5];
    const cb = ${weightedSum('red', 'green', 'blue', 'cbWeights', 19)};
    const cr = ${weightedSum('red', 'green', 'blue', 'crWeights', 19)};
    return Math.min(cb, 255) + 256 * Math.min(cr, 255);
  }`;
