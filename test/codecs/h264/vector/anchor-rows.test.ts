/** Anchors of rows: the vector kernel finds what the plain way does, and both find windows by the hash that their comments say. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ANCHOR_BITS,
  type AnchorRows,
  anchorBytes,
  COLUMN_FACTOR,
  MIX_FACTOR,
  PlainAnchorRows,
  ROW_FACTOR,
  WINDOW,
} from '../../../../src/codecs/h264/kernels/plain/anchor-rows.ts';
import {
  ANCHOR_KERNELS,
  createAnchorRows,
} from '../../../../src/codecs/h264/kernels/vector/anchor-rows.ts';

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

/** All anchors of a picture: row, column, hash. */
function anchorsOf(finder: AnchorRows, bytes: Uint8Array, { width, rows }: Picture): number[] {
  const all: number[] = [];
  finder.start();
  for (let y = 0; y < rows.length; y++) {
    const count = finder.next(bytes, y * width);
    for (let i = 0; i < count; i++) all.push(y, finder.found[2 * i]!, finder.found[2 * i + 1]!);
  }
  return all;
}

/** The same window by window. */
function anchorsByDefinition({ width, rows }: Picture): number[] {
  const all: number[] = [];
  for (let y = 0; y < rows.length; y++) {
    for (let left = 0; left <= width - WINDOW; left++) {
      let hash = 0;
      for (let row = y - WINDOW + 1; row <= y; row++) {
        let sum = 0;
        for (let x = left; x < left + WINDOW; x++) {
          sum = (Math.imul(sum, ROW_FACTOR) + (rows[row]?.[x] ?? 0)) | 0;
        }
        hash = (Math.imul(hash, COLUMN_FACTOR) + sum) | 0;
      }
      if (Math.imul(hash, MIX_FACTOR) >>> (32 - ANCHOR_BITS) === 0) all.push(y, left, hash);
    }
  }
  return all;
}

test('plain and vector anchors are those of the definition', () => {
  fc.assert(
    fc.property(pictures, (picture) => {
      const { width, rows } = picture;
      const size = width * rows.length + SLACK;
      const place = (size + 15) & ~15;
      const memory = ANCHOR_KERNELS.createMemory(place + anchorBytes(width));
      const bytes = new Uint8Array(memory.buffer);
      const words = new Int32Array(memory.buffer);
      for (const [y, row] of rows.entries()) bytes.set(row, y * width);
      // Samples behind the picture belong to no window.
      bytes.fill(77, width * rows.length, size);
      const expected = anchorsByDefinition(picture);
      const plain = new PlainAnchorRows(width);
      expect(anchorsOf(plain, bytes, picture)).toEqual(expected);
      const vector = createAnchorRows(memory, true, words, place, width)!;
      expect(anchorsOf(vector, bytes, picture)).toEqual(expected);
      // A second picture begins anew.
      expect(anchorsOf(vector, bytes, picture)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('memory without kernels has no vector anchors', () => {
  const buffer = new ArrayBuffer(4096);
  const memory = { buffer, memory: null, exports: null };
  expect(createAnchorRows(memory, true, new Int32Array(buffer), 0, 16)).toBe(null);
});
