/**
 * The analysis of a picture (../frame-kernels.ts) as shaders of our own. Unlike gpu.js they have integers, four samples in a word,
 * and memory that the threads of a block share. All sizes are constants of the text: shaders are compiled for one size of picture.
 *
 * Planes are padded by PADDING samples on each side, rows of `stride` samples, a multiple of 4.
 */

/** Samples around every plane: the longest vector. */
export const PADDING = 32;
/** Threads that search one block together. */
const LANES = 16;
/** Blocks side by side that a group of threads searches. */
export const SEARCHED_TOGETHER = 4;

/** A padded plane: its whole size, in samples. */
export interface PaddedSize {
  readonly stride: number;
  readonly rows: number;
}

/** The size of a plane of `width` by `height` samples with its padding. */
export function paddedSize(width: number, height: number): PaddedSize {
  return { stride: width + 2 * PADDING, rows: height + 2 * PADDING };
}

/** Reads a sample of a padded plane. */
const sampleOf = (name: string, stride: number) => `
fn ${name}_sample(x: u32, y: u32) -> i32 {
  let at = y * ${stride}u + x;
  return i32((${name}[at >> 2u] >> ((at & 3u) * 8u)) & 255u);
}`;

/**
 * Halves a picture and pads the result. A thread writes four samples.
 * @param width, height of the halved plane
 */
export function halveShader(width: number, height: number): string {
  const { stride, rows } = paddedSize(width, height);
  return `
@group(0) @binding(0) var<storage, read> picture: array<u32>;
@group(0) @binding(1) var<storage, read_write> halved: array<u32>;
${sampleOf('picture', 2 * width)}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) thread: vec3<u32>) {
  if (thread.x >= ${stride / 4}u || thread.y >= ${rows}u) { return; }
  let y = 2u * u32(clamp(i32(thread.y) - ${PADDING}, 0, ${height - 1}));
  var word = 0u;
  for (var i = 0u; i < 4u; i++) {
    let x = 2u * u32(clamp(i32(4u * thread.x + i) - ${PADDING}, 0, ${width - 1}));
    let sum = picture_sample(x, y) + picture_sample(x + 1u, y)
      + picture_sample(x, y + 1u) + picture_sample(x + 1u, y + 1u);
    word |= u32((sum + 2) >> 2) << (8u * i);
  }
  halved[thread.y * ${stride / 4}u + thread.x] = word;
}`;
}

/** The samples of a word, first to last. */
const UNPACK = `
fn unpack(word: u32) -> vec4<i32> {
  return vec4<i32>((vec4<u32>(word) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(255u));
}`;

/** Samples on a side of the cells whose sums bound the SAD of a block of `size`: a block has four. */
const cellOf = (size: number) => size / 2;
/** Bits of a key below the cost: the place of a vector in raster order. */
export const PLACE_BITS = 13;
const PLACE_MASK = 2 ** PLACE_BITS - 1;

/**
 * The sums of the cells that begin at each sample of a padded plane, two in a word; 0 where a cell reaches beyond the plane. A thread
 * takes four cells side by side.
 * @param width, height of the plane, without padding
 * @param size of the blocks that are searched
 */
export function cellSumShader(width: number, height: number, size: number): string {
  const { stride, rows } = paddedSize(width, height);
  const cell = cellOf(size);
  return `
@group(0) @binding(0) var<storage, read> plane: array<u32>;
@group(0) @binding(1) var<storage, read_write> sums: array<vec2<u32>>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) thread: vec3<u32>) {
  if (thread.x >= ${stride / 4}u || thread.y >= ${rows}u) { return; }
  let at = thread.y * ${stride / 4}u + thread.x;
  var sum = vec4<i32>();
  if (thread.x < ${(stride - cell) / 4}u && thread.y <= ${rows - cell}u) {
    for (var y = 0u; y < ${cell}u; y++) {
      var word = at + y * ${stride / 4}u;
      var samples = unpack(plane[word]);
      for (var x = 0u; x < ${cell / 4}u; x++) {
        word++;
        let next = unpack(plane[word]);
        sum += samples + vec4<i32>(samples.yzw, next.x) + vec4<i32>(samples.zw, next.xy) + vec4<i32>(samples.w, next.xyz);
        samples = next;
      }
    }
  }
  sums[at] = vec2<u32>(sum.xz) | (vec2<u32>(sum.yw) << vec2<u32>(16u));
}
${UNPACK}`;
}

/** Functions of `searchShader` on four vectors of a row, from place 4 quad on. */
function quadFunctions(stride: number, size: number, range: number): string {
  const side = 2 * range + 1;
  return `
/** The lengths of the vectors. */
fn lengths(row: u32, quad: u32) -> vec4<i32> {
  let x = vec4<i32>(i32(4u * quad)) + vec4<i32>(0, 1, 2, 3) - vec4<i32>(${range});
  return abs(x) + vec4<i32>(abs(i32(row) - ${range}));
}

/** Four sums of two words. */
fn sums_of(words: vec2<u32>) -> vec4<i32> {
  return vec4<i32>((words.xxyy >> vec4<u32>(0u, 16u, 0u, 16u)) & vec4<u32>(65535u));
}

/** Bounds of the vectors' costs: their lengths, and by how much the cells' sums differ. */
fn bounds_of(corner: u32, cells: vec4<i32>, row: u32, quad: u32) -> vec4<i32> {
  let upper = corner + row * ${stride / 4}u + quad;
  let lower = upper + ${(cellOf(size) * stride) / 4}u;
  return lengths(row, quad)
    + abs(sums_of(reference_sums[upper]) - cells.xxxx)
    + abs(sums_of(reference_sums[upper + ${cellOf(size) / 4}u]) - cells.yyyy)
    + abs(sums_of(reference_sums[lower]) - cells.zzzz)
    + abs(sums_of(reference_sums[lower + ${cellOf(size) / 4}u]) - cells.wwww);
}

/** The vectors' costs; when all are above the limit, sums that are as well. */
fn costs_of(corner: u32, block: u32, row: u32, quad: u32, limit: i32) -> vec4<i32> {
  var costs = lengths(row, quad);
  for (var y = 0u; y < ${size}u; y++) {
    if ((y & 3u) == 0u && all(costs > vec4<i32>(limit))) { break; }
    var word = corner + (row + y) * ${stride / 4}u + quad;
    var samples = unpack(reference[word]);
    for (var x = 0u; x < ${size / 4}u; x++) {
      word++;
      let next = unpack(reference[word]);
      let source = unpack(blocks[block + y * ${size / 4}u + x]);
      costs += abs(samples - source.xxxx);
      costs += abs(vec4<i32>(samples.yzw, next.x) - source.yyyy);
      costs += abs(vec4<i32>(samples.zw, next.xy) - source.zzzz);
      costs += abs(vec4<i32>(samples.w, next.xyz) - source.wwww);
      samples = next;
    }
  }
  return costs;
}

/** The least key of the vectors by their costs, or by bounds of them. */
fn least_key(costs: vec4<i32>, row: u32, quad: u32) -> u32 {
  let places = vec4<u32>(4u * quad) + vec4<u32>(0u, 1u, 2u, 3u);
  let found = (vec4<u32>(costs) << vec4<u32>(${PLACE_BITS}u)) + vec4<u32>(row * ${side}u) + places;
  let keys = select(vec4<u32>(0xffffffffu), found, places < vec4<u32>(${side}u));
  return min(min(keys.x, keys.y), min(keys.z, keys.w));
}`;
}

/** Quads of vectors in a row and in all, and how many a thread takes. */
function quadsOf(range: number): {
  readonly quads: number;
  readonly count: number;
  readonly rounds: number;
} {
  const side = 2 * range + 1;
  const quads = Math.ceil(side / 4);
  const count = side * quads;
  return { quads, count, rounds: Math.ceil(count / LANES) };
}

/** Statements of `searchShader`: the least key of each quad of vectors, by bounds, in `bounds`; the least of all in `bound`. */
function boundPass(stride: number, size: number, range: number): string {
  const { quads, count, rounds } = quadsOf(range);
  return `\
  let sums = top * ${stride / 4}u + left;
  let cells = vec4<i32>(
    sums_of(current_sums[sums]).x, sums_of(current_sums[sums + ${cellOf(size) / 4}u]).x,
    sums_of(current_sums[sums + ${(cellOf(size) * stride) / 4}u]).x,
    sums_of(current_sums[sums + ${(cellOf(size) * (stride + 1)) / 4}u]).x);
  var bounds: array<u32, ${rounds}>;
  var bound = 0xffffffffu;
  for (var round = 0u; round < ${rounds}u; round++) {
    let i = min(round * ${LANES}u + lane, ${count - 1}u);
    let row = i / ${quads}u;
    let quad = i - row * ${quads}u;
    bounds[round] = least_key(bounds_of(corner, cells, row, quad), row, quad);
    bound = min(bound, bounds[round]);
  }`;
}

/**
 * Searches blocks; a group of threads takes SEARCHED_TOGETHER blocks side by side, LANES threads a block. A thread compares four
 * vectors side by side at a time. Sums of two cells differ by at most the cells' SAD: they bound the cost of a vector from below (`cellSumShader`; Li
 * and Salari, "Successive elimination algorithm for motion estimation", 1995). The vector of the least bound is compared first, by its
 * samples; then those whose bound is below the best of the block so far. The result is cost · 2^PLACE_BITS + place of the vector in raster
 * order: the least of all is the best by cost and, of equal costs, the first, in whatever order threads run.
 * @param width, height of the plane, without padding
 */
export function searchShader(width: number, height: number, size: number, range: number): string {
  const { stride } = paddedSize(width, height);
  const side = 2 * range + 1;
  const { quads, count, rounds } = quadsOf(range);
  const across = width / size;
  const words = (size * size) / 4;
  return `
@group(0) @binding(0) var<storage, read> current: array<u32>;
@group(0) @binding(1) var<storage, read> reference: array<u32>;
@group(0) @binding(2) var<storage, read> current_sums: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read> reference_sums: array<vec2<u32>>;
@group(0) @binding(4) var<storage, read_write> keys: array<u32>;
var<workgroup> blocks: array<u32, ${SEARCHED_TOGETHER * words}>;
var<workgroup> least: array<atomic<u32>, ${SEARCHED_TOGETHER}>;
var<workgroup> best: array<atomic<u32>, ${SEARCHED_TOGETHER}>;

@compute @workgroup_size(${LANES}, ${SEARCHED_TOGETHER})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) thread: vec3<u32>) {
  let lane = thread.x;
  let place = min(group.x * ${SEARCHED_TOGETHER}u + thread.y, ${across - 1}u);
  let left = (place * ${size}u + ${PADDING}u) / 4u;
  let top = group.y * ${size}u + ${PADDING}u;
  let corner = (top - ${range}u) * ${stride / 4}u + left - ${range / 4}u;
  let block = thread.y * ${words}u;
  for (var i = lane; i < ${words}u; i += ${LANES}u) {
    blocks[block + i] = current[(top + i / ${size / 4}u) * ${stride / 4}u + left + i % ${size / 4}u];
  }
  if (lane == 0u) {
    atomicStore(&least[thread.y], 0xffffffffu);
    atomicStore(&best[thread.y], 0xffffffffu);
  }
  workgroupBarrier();

${boundPass(stride, size, range)}
  atomicMin(&least[thread.y], bound);
  workgroupBarrier();

  if (lane == 0u) {
    let likely = atomicLoad(&least[thread.y]) & ${PLACE_MASK}u;
    let row = likely / ${side}u;
    let quad = (likely - row * ${side}u) / 4u;
    atomicMin(&best[thread.y], least_key(costs_of(corner, block, row, quad, 0x7fffffff), row, quad));
  }
  workgroupBarrier();

  for (var round = 0u; round < ${rounds}u; round++) {
    let limit = atomicLoad(&best[thread.y]);
    if (bounds[round] >= limit) { continue; }
    let i = min(round * ${LANES}u + lane, ${count - 1}u);
    let row = i / ${quads}u;
    let quad = i - row * ${quads}u;
    let costs = costs_of(corner, block, row, quad, i32(limit >> ${PLACE_BITS}u));
    atomicMin(&best[thread.y], least_key(costs, row, quad));
  }
  workgroupBarrier();
  if (lane == 0u) { keys[group.y * ${across}u + place] = atomicLoad(&best[thread.y]); }
}
${quadFunctions(stride, size, range)}
${UNPACK}`;
}

/** SATD of a 4x4 block of differences, given by its rows; halved when all are summed. */
const SATD = `
fn hadamard(d: vec4<i32>) -> vec4<i32> {
  let s = vec2<i32>(d.x + d.y, d.z + d.w);
  let t = vec2<i32>(d.x - d.y, d.z - d.w);
  return vec4<i32>(s.x + s.y, s.x - s.y, t.x + t.y, t.x - t.y);
}
fn satd(d0: vec4<i32>, d1: vec4<i32>, d2: vec4<i32>, d3: vec4<i32>) -> i32 {
  let a = hadamard(d0);
  let b = hadamard(d1);
  let c = hadamard(d2);
  let d = hadamard(d3);
  let sums = abs(a + b + c + d) + abs(a + b - c - d) + abs(a - b + c - d) + abs(a - b - c + d);
  return sums.x + sums.y + sums.z + sums.w;
}`;

/** SATD of the best intra prediction of each 8x8 block, plus 1. A thread takes a block. */
export function intraShader(width: number, height: number): string {
  const { stride } = paddedSize(width, height);
  return `
@group(0) @binding(0) var<storage, read> plane: array<u32>;
@group(0) @binding(1) var<storage, read_write> costs: array<u32>;
${sampleOf('plane', stride)}
${SATD}
fn row_of(x: u32, y: u32) -> vec4<i32> {
  return vec4<i32>(plane_sample(x, y), plane_sample(x + 1u, y), plane_sample(x + 2u, y), plane_sample(x + 3u, y));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3<u32>) {
  if (thread.x >= ${(width * height) / 64}u) { return; }
  let left = (thread.x % ${width / 8}u) * 8u + ${PADDING}u;
  let top = (thread.x / ${width / 8}u) * 8u + ${PADDING}u;
  var sum = 8;
  for (var i = 0u; i < 8u; i++) {
    sum += plane_sample(left + i, top - 1u) + plane_sample(left - 1u, top + i);
  }
  let mean = vec4<i32>(sum >> 4u);
  var dc = 0;
  var horizontal = 0;
  var vertical = 0;
  for (var y = top; y < top + 8u; y += 4u) {
    let a = vec4<i32>(plane_sample(left - 1u, y));
    let b = vec4<i32>(plane_sample(left - 1u, y + 1u));
    let c = vec4<i32>(plane_sample(left - 1u, y + 2u));
    let d = vec4<i32>(plane_sample(left - 1u, y + 3u));
    for (var x = left; x < left + 8u; x += 4u) {
      let above = row_of(x, top - 1u);
      let r0 = row_of(x, y);
      let r1 = row_of(x, y + 1u);
      let r2 = row_of(x, y + 2u);
      let r3 = row_of(x, y + 3u);
      dc += satd(r0 - mean, r1 - mean, r2 - mean, r3 - mean);
      horizontal += satd(r0 - a, r1 - b, r2 - c, r3 - d);
      vertical += satd(r0 - above, r1 - above, r2 - above, r3 - above);
    }
  }
  costs[thread.x] = u32(min(dc, min(horizontal, vertical)) / 2 + 1);
}`;
}

/** SATD of each 8x8 block at the vector that `searchShader` found, plus 1. A thread takes a block. */
export function interShader(width: number, height: number, range: number): string {
  const { stride } = paddedSize(width, height);
  const side = 2 * range + 1;
  return `
@group(0) @binding(0) var<storage, read> current: array<u32>;
@group(0) @binding(1) var<storage, read> reference: array<u32>;
@group(0) @binding(2) var<storage, read> keys: array<u32>;
@group(0) @binding(3) var<storage, read_write> costs: array<u32>;
${sampleOf('current', stride)}
${sampleOf('reference', stride)}
${SATD}
fn differences(x: u32, y: u32, s: u32, t: u32) -> vec4<i32> {
  return vec4<i32>(current_sample(x, y), current_sample(x + 1u, y), current_sample(x + 2u, y), current_sample(x + 3u, y))
    - vec4<i32>(reference_sample(s, t), reference_sample(s + 1u, t), reference_sample(s + 2u, t), reference_sample(s + 3u, t));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) thread: vec3<u32>) {
  if (thread.x >= ${(width * height) / 64}u) { return; }
  let left = (thread.x % ${width / 8}u) * 8u + ${PADDING}u;
  let top = (thread.x / ${width / 8}u) * 8u + ${PADDING}u;
  let vector = keys[thread.x] & ${PLACE_MASK}u;
  let row = vector / ${side}u;
  let from_x = left + (vector - row * ${side}u) - ${range}u;
  let from_y = top + row - ${range}u;
  var sum = 0;
  for (var y = 0u; y < 8u; y += 4u) {
    for (var x = 0u; x < 8u; x += 4u) {
      sum += satd(
        differences(left + x, top + y, from_x + x, from_y + y),
        differences(left + x, top + y + 1u, from_x + x, from_y + y + 1u),
        differences(left + x, top + y + 2u, from_x + x, from_y + y + 2u),
        differences(left + x, top + y + 3u, from_x + x, from_y + y + 3u));
    }
  }
  costs[thread.x] = u32(sum / 2 + 1);
}`;
}
