/** The kernels of filters give what the plain functions give; looking at pixels in haste finds what looking at all of them finds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { examineAny, examinePixels } from '../../../src/codecs/png/encoder/examine.ts';
import {
  createRowMemory,
  type FilterStrategy,
  RowFilter,
} from '../../../src/codecs/png/encoder/filter-strategy.ts';
import type { PngImage } from '../../../src/codecs/png/index.ts';

const STRATEGIES: readonly FilterStrategy[] = [0, 1, 2, 3, 4, 'sum', 'entropy', 'bigrams', 'pairs'];

describe('filters', () => {
  it('are the same with kernels', () => {
    const rows = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0, 255, 127, 128)), {
      minLength: 1,
      maxLength: 120,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...STRATEGIES),
        fc.constantFrom(1, 2, 3, 4, 6, 8),
        fc.array(rows, { minLength: 1, maxLength: 4 }),
        (strategy, distance, list) => {
          const longest = Math.max(...list.map((row) => row.length));
          const filters = [true, false].map(
            (kernels) =>
              new RowFilter(strategy, longest, distance, createRowMemory(longest, kernels)),
          );
          for (const filter of filters) filter.begin();
          for (const row of list) {
            const filtered = filters.map((filter) => {
              filter.bytes.set(row, filter.rowAt);
              return [...filter.apply(row.length)];
            });
            expect(filtered[0]).toEqual(filtered[1]);
          }
        },
      ),
      { seed: 92, numRuns: 60 },
    );
  });
});

const sample = fc.oneof(
  { arbitrary: fc.constantFrom(0, 255, 17, 85, 128), weight: 8 },
  { arbitrary: fc.nat(255), weight: 1 },
);

/** Pictures of few pixels that have many things in common. */
const pictures: fc.Arbitrary<PngImage> = fc
  .record({
    colorType: fc.constantFrom(0, 2, 3, 6),
    width: fc.integer({ min: 1, max: 9 }),
    height: fc.integer({ min: 1, max: 5 }),
    isGray: fc.boolean(),
    isOpaque: fc.boolean(),
    hasKey: fc.boolean(),
    values: fc.array(sample, { minLength: 200, maxLength: 200 }),
  })
  .map(({ colorType, width, height, isGray, isOpaque, hasKey, values }) => {
    const channels = colorType === 2 ? 3 : colorType === 6 ? 4 : 1;
    const data = Uint8Array.from(values.slice(0, width * height * channels));
    if (channels >= 3) {
      for (let i = 0; i < data.length; i += channels) {
        if (isGray) data.fill(data[i]!, i, i + 3);
        if (channels === 4 && isOpaque) data[i + 3] = 255;
        if (channels === 4 && hasKey && data[i + 3] !== 255) data.fill(0, i, i + 4);
      }
    }
    return {
      ...{ width, height, colorType, bitDepth: 8 as const, data },
      ...(colorType === 3
        ? { palette: Uint8Array.from({ length: 768 }, (_, i) => (i / 3) & 0x3f) }
        : {}),
      ...(colorType === 3 && hasKey ? { paletteAlpha: Uint8Array.of(0, 9) } : {}),
      ...(colorType === 0 && hasKey ? { transparent: [17] } : {}),
    };
  });

describe('looking at pixels', () => {
  it('finds what looking at each finds', () => {
    fc.assert(
      fc.property(pictures, (image) => {
        const facts = examinePixels(image);
        const expected = examineAny(image);
        const colorsOf = ({ colors }: typeof facts) => colors && [...colors.keys()];
        expect(colorsOf(facts)).toEqual(colorsOf(expected));
        // The depth is of use for gray only.
        const depth = facts.isGray ? expected.depth : facts.depth;
        expect({ ...facts, colors: null }).toEqual({ ...expected, depth, colors: null });
      }),
      { seed: 3, numRuns: 600 },
    );
  });
});
