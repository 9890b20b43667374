/** Windows by their hashes: the vector kernels find what the plain way does, and both find them by the hash that their comments say. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ANCHOR_BITS,
  COLUMN_FACTOR,
  FILTER_BITS,
  MIX_FACTOR,
  PlainWindowRows,
  ROW_FACTOR,
  WINDOW,
  type WindowKind,
  type WindowRows,
  windowBytes,
} from '../../../../src/codecs/h264/kernels/plain/window-rows.ts';
import {
  createWindowRows,
  WINDOW_KERNELS,
} from '../../../../src/codecs/h264/kernels/vector/window-rows.ts';

/** Bytes behind the last row that a kernel may read. */
const SLACK = 64;

interface Picture {
  readonly width: number;
  readonly rows: readonly Uint8Array[];
}

const pictures: fc.Arbitrary<Picture> = fc
  .record({
    mbs: fc.integer({ min: 1, max: 6 }),
    height: fc.integer({ min: 1, max: 40 }),
    seed: fc.integer(),
    levels: fc.constantFrom(1, 2, 256),
  })
  .map(({ mbs, height, seed, levels }) => {
    let state = seed | 1;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return ((state >>> 8) % levels) * Math.floor(255 / levels) + (seed & 15);
    };
    const rows = Array.from({ length: height }, () =>
      Uint8Array.from({ length: 16 * mbs }, () => next()),
    );
    return { width: 16 * mbs, rows };
  });

/** All wanted windows of a picture: row, column, hash. */
function windowsOf(finder: WindowRows, bytes: Uint8Array, { width, rows }: Picture): number[] {
  const all: number[] = [];
  finder.start();
  for (let y = 0; y < rows.length; y++) {
    const count = finder.next(bytes, y * width);
    for (let i = 0; i < count; i++) all.push(y, finder.found[2 * i]!, finder.found[2 * i + 1]!);
  }
  return all;
}

/** The same window by window. */
function windowsByDefinition(
  kind: WindowKind,
  filter: Uint8Array,
  { width, rows }: Picture,
): number[] {
  const size = WINDOW[kind];
  const all: number[] = [];
  for (let y = 0; y < rows.length; y++) {
    for (let left = 0; left <= width - size; left++) {
      let hash = 0;
      for (let row = y - size + 1; row <= y; row++) {
        let sum = 0;
        for (let x = left; x < left + size; x++) {
          sum = (Math.imul(sum, ROW_FACTOR) + (rows[row]?.[x] ?? 0)) | 0;
        }
        hash = (Math.imul(hash, COLUMN_FACTOR) + sum) | 0;
      }
      const mixed = Math.imul(hash, MIX_FACTOR);
      const isWanted =
        kind === 'anchors'
          ? mixed >>> (32 - ANCHOR_BITS) === 0
          : filter[mixed >>> (32 - FILTER_BITS)] === 1;
      if (isWanted) all.push(y, left, hash);
    }
  }
  return all;
}

/** A filter that asks for one hash in `every`. */
const filterOf = (every: number) =>
  Uint8Array.from({ length: 1 << FILTER_BITS }, (_, i) => (i % every === 0 ? 1 : 0));

test.each(['anchors', 'asked'] as const)(
  'plain and vector windows are those of the definition: %s',
  (kind) => {
    fc.assert(
      fc.property(pictures, fc.constantFrom(1, 2, 37), (picture, every) => {
        const { width, rows } = picture;
        const size = width * rows.length + SLACK;
        const place = (size + 15) & ~15;
        const memory = WINDOW_KERNELS.createMemory(place + windowBytes(kind, width));
        const bytes = new Uint8Array(memory.buffer);
        const words = new Int32Array(memory.buffer);
        for (const [y, row] of rows.entries()) bytes.set(row, y * width);
        // Samples behind the picture belong to no window.
        bytes.fill(77, width * rows.length, size);
        const filter = filterOf(every);
        const expected = windowsByDefinition(kind, filter, picture);
        const plain = new PlainWindowRows(kind, width);
        const vector = createWindowRows(memory, true, words, place, kind, width)!;
        for (const finder of [plain, vector]) {
          finder.filter.set(filter.subarray(0, finder.filter.length));
          expect(windowsOf(finder, bytes, picture)).toEqual(expected);
          // A second picture begins anew.
          expect(windowsOf(finder, bytes, picture)).toEqual(expected);
        }
      }),
      { numRuns: 50 },
    );
  },
);

test('of flat windows only black ones are anchors, with a hash of 0', () => {
  const finder = new PlainWindowRows('anchors', 16);
  const anchors = Array.from({ length: 256 }, (_, gray) => {
    const row = new Uint8Array(16).fill(gray);
    finder.start();
    let count = 0;
    for (let y = 0; y < WINDOW.anchors; y++) count = finder.next(row, 0);
    return count > 0 ? [gray, finder.found[1]] : null;
  });
  expect(anchors.filter((anchor) => anchor !== null)).toEqual([[0, 0]]);
});

test('memory without kernels has no vector windows', () => {
  const buffer = new ArrayBuffer(4096);
  const memory = { buffer, memory: null, exports: null };
  const words = new Int32Array(buffer);
  expect(createWindowRows(memory, true, words, 0, 'anchors', 16)).toBe(null);
});
