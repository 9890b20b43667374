/** The lookahead's search: the kernel finds the vector that the plain one does, step by step. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sad8 } from '../../../../src/codecs/h264/kernels/plain/distortion.ts';
import { PlainLowSearch } from '../../../../src/codecs/h264/kernels/plain/low-search.ts';
import {
  createLowSearch,
  LOW_SEARCH_KERNELS,
} from '../../../../src/codecs/h264/kernels/vector/low-search.ts';
import { packMv } from '../../../../src/codecs/h264/standard/picture.ts';

const STRIDE = 96;
const SIZE = STRIDE * 96;
/** The block lies in the first picture, the place that a zero vector means in the second. */
const INSIDE = 40 * STRIDE + 40;
const REACH = 30;
const SEARCHED = 2 * SIZE;

const memory = LOW_SEARCH_KERNELS.createMemory(SEARCHED + 64 + 16);
const bytes = new Uint8Array(memory.buffer);
const words = new Int32Array(memory.buffer);
const vector = createLowSearch(memory, true, STRIDE, SEARCHED)!;
const plain = new PlainLowSearch(
  words,
  (a, strideA, b, strideB, height, limit) => sad8(words, a, strideA, b, strideB, height, limit),
  STRIDE,
  SEARCHED,
);

/** A picture that is smooth to some degree, and a second one that is the first moved, with noise. */
function draw(seed: number, smooth: number, dx: number, dy: number, noise: number): void {
  let state = seed | 1;
  const next = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) % limit;
  };
  const waves = Array.from({ length: 4 }, () => [next(200), next(200), next(300)]);
  const sample = (x: number, y: number) => {
    let sum = 0;
    for (const [a, b, c] of waves) sum += Math.sin((a! * x + b! * y) / smooth + c!);
    return 128 + 30 * sum;
  };
  for (let y = 0; y < 96; y++) {
    for (let x = 0; x < STRIDE; x++) {
      bytes[y * STRIDE + x] = sample(x, y);
      bytes[SIZE + y * STRIDE + x] = sample(x - dx, y - dy) + next(noise + 1);
    }
  }
}

test('plain and vector search find the same vector', () => {
  const component = fc.integer({ min: -REACH - 8, max: REACH + 8 });
  const mv = fc.tuple(component, component).map(([x, y]) => packMv(x, y));
  const input = fc.record({
    seed: fc.integer(),
    smooth: fc.constantFrom(200, 1000, 4000),
    moved: fc.tuple(fc.integer({ min: -12, max: 12 }), fc.integer({ min: -12, max: 12 })),
    noise: fc.constantFrom(0, 3, 60),
    starts: fc.tuple(mv, mv, mv, mv),
    repeats: fc.boolean(),
    least: fc.tuple(fc.integer({ min: -REACH, max: 0 }), fc.integer({ min: -REACH, max: 0 })),
    most: fc.tuple(fc.integer({ min: 0, max: REACH }), fc.integer({ min: 0, max: REACH })),
  });
  let still = 0;
  const found = new Set<number>();
  fc.assert(
    fc.property(input, ({ seed, smooth, moved, noise, starts, repeats, least, most }) => {
      draw(seed, smooth, ...moved, noise);
      const [middle, , below] = starts;
      const from = SIZE + INSIDE;
      const limits = [packMv(...least), packMv(...most)] as const;
      const tried = repeats ? ([middle, middle, below, middle] as const) : starts;
      const expected = plain.search(INSIDE, from, ...limits, ...tried);
      expect(vector.search(INSIDE, from, ...limits, ...tried)).toBe(expected);
      if (expected === 0) still++;
      found.add(expected);
    }),
    { numRuns: 150 },
  );
  expect(still).toBeGreaterThan(0);
  expect(found.size).toBeGreaterThan(40);
});

test('memory without kernels has no vector search', () => {
  const none = { buffer: new ArrayBuffer(64), memory: null, exports: null };
  expect(createLowSearch(none, true, STRIDE, 0)).toBe(null);
});
