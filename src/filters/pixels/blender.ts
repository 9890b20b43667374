/**
 * Two components as one by a mode of `blend`, with vector kernels where samples have 8 bits and the mode has one. Samples go through the
 * kernels' memory in chunks that stay in the cache of a core. Samples of more bits are looked up or computed one by one.
 */
import type { KernelMemory } from '../../wasm/kernel-memory.ts';
import { blendModes } from './blend-modes.ts';
import { VECTOR_MODES } from './blend-vectors.ts';
import { PIXEL_KERNELS } from './kernels.ts';
import type { Component } from './picture-work.ts';

const { fround } = Math;

// Larger chunks than the second cache of a core holds are read from memory twice; in small ones the calls for each take a fifth of the time.
const CHUNK = 1 << 17;
const FIRST = 64;
const SECOND = FIRST + CHUNK;
const RESULT = SECOND + CHUNK;

/** A run of samples of each of three components: `length` samples without gaps. */
type Run = (a: number, b: number, out: number, length: number) => void;

/** Mixes components with samples beside each other. */
export class Blender {
  private readonly memory: KernelMemory;

  constructor(vectorKernels = true) {
    this.memory = PIXEL_KERNELS.createMemory(RESULT + CHUNK, vectorKernels);
  }

  /** Writes `a` and `b`, mixed by a mode, to `out`; all three have one size and samples of `depth` bits. */
  blend(
    mode: string,
    opacity: number,
    a: Component,
    b: Component,
    out: Component,
    depth = 8,
  ): void {
    if (depth > 8) {
      blendDeep(mode, opacity, a, b, out, depth);
      return;
    }
    const samples = [a, b, out].map(({ data }) => data as Uint8Array) as [Bytes, Bytes, Bytes];
    const { exports } = this.memory;
    const isNormal = mode === 'normal';
    const isPart = opacity !== 1;
    if (exports === null || !(VECTOR_MODES.has(mode) || isNormal)) {
      const table = modeTable(mode, opacity);
      eachRun(a, b, out, (p, q, r, length) => lookUp(samples, p, q, r, table, length));
      return;
    }
    new Float32Array(this.memory.buffer, 0, 2).set([fround(opacity), fround(1 - fround(opacity))]);
    const kernel = isNormal ? exports.mixed! : exports[`blend_${mode}`]!;
    const bytes = new Uint8Array(this.memory.buffer);
    // Only opacity needs the first samples again.
    const result = isPart && !isNormal ? RESULT : FIRST;
    eachRun(a, b, out, (p, q, r, length) => {
      bytes.set(samples[0].subarray(p, p + length), FIRST);
      bytes.set(samples[1].subarray(q, q + length), SECOND);
      const sixteens = (length + 15) >> 4;
      if (isNormal) kernel(FIRST, SECOND, result, 0, sixteens);
      else kernel(FIRST, SECOND, result, sixteens);
      if (isPart && !isNormal) exports.fade!(FIRST, result, 0, sixteens);
      samples[2].set(bytes.subarray(result, result + length), r);
    });
  }
}

type Bytes = Uint8Array;

/** Hands out three components in runs of at most `CHUNK` samples. */
function eachRun(a: Component, b: Component, out: Component, run: Run): void {
  const dense = [a, b, out].every(({ stride, width }) => stride === width);
  const [rows, length] = dense ? [1, out.width * out.height] : [out.height, out.width];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < length; x += CHUNK) {
      const at = (component: Component) => component.offset + y * component.stride + x;
      run(at(a), at(b), at(out), Math.min(CHUNK, length - x));
    }
  }
}

function lookUp(
  [a, b, out]: readonly [Bytes, Bytes, Bytes],
  p: number,
  q: number,
  r: number,
  table: Uint8Array,
  count: number,
): void {
  for (let i = 0; i < count; i++) out[r + i] = table[(a[p + i]! << 8) | b[q + i]!]!;
}

const tables = new Map<string, Uint8Array>();

/**
 * Table: 256 · a + b => the sample, opacity included. Opacity is arithmetic of float32, as in ffmpeg.
 */
function modeTable(name: string, opacity: number): Uint8Array {
  const key = `${name}:${opacity}`;
  let table = tables.get(key);
  if (table !== undefined) return table;
  const mode = blendModes(8)[name]!;
  const share = fround(opacity);
  const rest = fround(1 - share);
  table = new Uint8Array(65536);
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) {
      table[a * 256 + b] = Math.trunc(
        name === 'normal'
          ? fround(fround(a * share) + fround(b * rest))
          : fround(a + fround(((mode(a, b) & 255) - a) * share)),
      );
    }
  }
  if (tables.size > 32) tables.clear();
  tables.set(key, table);
  return table;
}

type Words = Uint16Array;

/** The most bits of samples whose pairs are worth a table: 2 MiB for 10. */
const TABLE_DEPTH = 10;

/** The same for samples of more than 8 bits. What leaves their range is cut to 16 bits, as in ffmpeg. */
function blendDeep(
  mode: string,
  opacity: number,
  a: Component,
  b: Component,
  out: Component,
  depth: number,
): void {
  const samples = [a, b, out].map(({ data }) => data as Words) as [Words, Words, Words];
  if (depth > TABLE_DEPTH) {
    const mix = faded(mode, opacity, depth);
    eachRun(a, b, out, (p, q, r, length) => mixWords(samples, p, q, r, mix, length));
    return;
  }
  const table = wordTable(mode, opacity, depth);
  eachRun(a, b, out, (p, q, r, length) => lookUpWords(samples, p, q, r, table, depth, length));
}

/** A mode with its opacity, in arithmetic of float32. */
function faded(name: string, opacity: number, depth: number): (a: number, b: number) => number {
  const mode = blendModes(depth)[name]!;
  const share = fround(opacity);
  const rest = fround(1 - share);
  if (name === 'normal') return (a, b) => fround(fround(a * share) + fround(b * rest));
  return (a, b) => fround(a + fround((mode(a, b) - a) * share));
}

const wordTables = new Map<string, Words>();

function wordTable(name: string, opacity: number, depth: number): Words {
  const key = `${name}:${opacity}:${depth}`;
  let table = wordTables.get(key);
  if (table !== undefined) return table;
  const mix = faded(name, opacity, depth);
  const count = 1 << depth;
  table = new Uint16Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) table[(a << depth) | b] = Math.trunc(mix(a, b));
  }
  if (wordTables.size > 4) wordTables.clear();
  wordTables.set(key, table);
  return table;
}

function lookUpWords(
  [a, b, out]: readonly [Words, Words, Words],
  p: number,
  q: number,
  r: number,
  table: Words,
  depth: number,
  count: number,
): void {
  const mask = (1 << depth) - 1;
  for (let i = 0; i < count; i++) {
    out[r + i] = table[((a[p + i]! & mask) << depth) | (b[q + i]! & mask)]!;
  }
}

function mixWords(
  [a, b, out]: readonly [Words, Words, Words],
  p: number,
  q: number,
  r: number,
  mix: (a: number, b: number) => number,
  count: number,
): void {
  for (let i = 0; i < count; i++) out[r + i] = Math.trunc(mix(a[p + i]!, b[q + i]!));
}
