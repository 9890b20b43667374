/**
 * The analysis of a picture (../frame-kernels.ts) as shaders of our own. Unlike gpu.js they have integers, four samples in a word,
 * and memory that the threads of a block share. All sizes are constants of the text: shaders are compiled for one size of picture.
 *
 * Planes are padded by PADDING samples on each side, rows of `stride` samples, a multiple of 4.
 */

/** Samples around every plane: the longest vector. */
export const PADDING = 32;
/** Threads of a group that searches one block. */
const THREADS = 64;

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

/** Rows of the window that the vectors of a block reach, and their words: one more for the last four vectors, of which only one is there. */
function windowOf(size: number, range: number): { readonly rows: number; readonly words: number } {
  const rows = size + 2 * range;
  return { rows, words: rows / 4 + 1 };
}

/** Statements that read a block and its window into `block` and `window`, the threads of a group together. */
function loadShared(stride: number, size: number, range: number): string {
  const { rows: windowRows, words: windowWords } = windowOf(size, range);
  const blockWords = (size * size) / 4;
  return `\
  let left = (group.x * ${size}u + ${PADDING}u) / 4u;
  let top = group.y * ${size}u + ${PADDING}u;
  let corner = (top - ${range}u) * ${stride / 4}u + left - ${range / 4}u;
  for (var i = thread; i < ${windowRows * windowWords}u; i += ${THREADS}u) {
    let row = i / ${windowWords}u;
    window[i] = reference[corner + row * ${stride / 4}u + (i - row * ${windowWords}u)];
  }
  for (var i = thread; i < ${blockWords}u; i += ${THREADS}u) {
    block[i] = current[(top + i / ${size / 4}u) * ${stride / 4}u + left + i % ${size / 4}u];
  }`;
}

/**
 * Searches blocks; one group of threads a block. The window that its vectors reach is read once into shared memory. A thread compares
 * four vectors side by side at a time, whose samples it takes apart once, and gives them up when all cost more than the best of the
 * group so far; rows of vectors come from the middle outwards, where the best is most often. The result is cost · 2^13 + place of the
 * vector in raster order: the least of all is the best by cost and, of equal costs, the first, in whatever order threads run.
 * @param width, height of the plane, without padding
 */
export function searchShader(width: number, height: number, size: number, range: number): string {
  const { stride } = paddedSize(width, height);
  const side = 2 * range + 1;
  const { rows: windowRows, words: windowWords } = windowOf(size, range);
  const quads = Math.ceil(side / 4);
  const blockWords = (size * size) / 4;
  return `
@group(0) @binding(0) var<storage, read> current: array<u32>;
@group(0) @binding(1) var<storage, read> reference: array<u32>;
@group(0) @binding(2) var<storage, read_write> keys: array<u32>;
var<workgroup> window: array<u32, ${windowRows * windowWords}>;
var<workgroup> block: array<u32, ${blockWords}>;
var<workgroup> best: atomic<u32>;

@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
${loadShared(stride, size, range)}
  if (thread == 0u) { atomicStore(&best, 0xffffffffu); }
  workgroupBarrier();

  for (var i = thread; i < ${side * quads}u; i += ${THREADS}u) {
    let turn = i / ${quads}u;
    let quad = i - turn * ${quads}u;
    let half = i32(turn + 1u) / 2;
    let y_vector = select(half, -half, (turn & 1u) == 1u);
    let row = u32(y_vector + ${range});
    let x_vectors = vec4<i32>(i32(4u * quad)) + vec4<i32>(0, 1, 2, 3) - vec4<i32>(${range});
    let limit = vec4<i32>(i32(atomicLoad(&best) >> 13u));
    var costs = abs(x_vectors) + vec4<i32>(abs(y_vector));
    for (var y = 0u; y < ${size}u; y++) {
      if ((y & 3u) == 0u && all(costs > limit)) { break; }
      var word = (row + y) * ${windowWords}u + quad;
      var samples = unpack(window[word]);
      for (var x = 0u; x < ${size / 4}u; x++) {
        word++;
        let next = unpack(window[word]);
        let source = unpack(block[y * ${size / 4}u + x]);
        costs += abs(samples - source.xxxx);
        costs += abs(vec4<i32>(samples.yzw, next.x) - source.yyyy);
        costs += abs(vec4<i32>(samples.zw, next.xy) - source.zzzz);
        costs += abs(vec4<i32>(samples.w, next.xyz) - source.wwww);
        samples = next;
      }
    }
    let place = row * ${side}u + 4u * quad;
    let found = (vec4<u32>(costs) << vec4<u32>(13u)) + vec4<u32>(place) + vec4<u32>(0u, 1u, 2u, 3u);
    let inside = x_vectors <= vec4<i32>(${range});
    let least = select(vec4<u32>(0xffffffffu), found, inside);
    atomicMin(&best, min(min(least.x, least.y), min(least.z, least.w)));
  }
  workgroupBarrier();
  if (thread == 0u) { keys[group.y * ${width / size}u + group.x] = atomicLoad(&best); }
}
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
  let vector = keys[thread.x] & 8191u;
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
