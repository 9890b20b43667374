/** Kind 4: tags of which a part was said are completed, so that no player passes over them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColorTags } from '../../src/base/packet.ts';
import { completeColor } from '../../src/frames/index.ts';

const color = (primaries = 2, transfer = 2, matrix = 2, range: 0 | 1 = 0): ColorTags => ({
  colour_primaries: primaries,
  transfer_characteristics: transfer,
  matrix_coefficients: matrix,
  video_full_range_flag: range,
});

describe('color tags (kind 4)', () => {
  // Columns: what is said, rows of the picture, whether RGB is converted; what is written.
  test.each([
    ['RGB, nothing', color(), 480, true, color(1, 13, 6)],
    ['RGB, nothing, 640 rows', color(), 640, true, color(1, 13, 1)],
    ['RGB, range', color(2, 2, 2, 1), 640, true, color(1, 13, 1, 1)],
    ['RGB, matrix of BT.601', color(2, 2, 6), 1080, true, color(1, 13, 6)],
    ['RGB, matrix of BT.709', color(2, 2, 1), 240, true, color(1, 13, 1)],
    ['RGB, matrix of BT.2020', color(2, 2, 9), 240, true, color(9, 14, 9)],
    ['RGB, primaries of BT.2020', color(9), 1080, true, color(9, 14, 9)],
    ['RGB, PQ', color(2, 16), 1080, true, color(9, 16, 9)],
    ['RGB, primaries of P3', color(12), 1080, true, color(12, 1, 1)],
    ["Y'CbCr, nothing", color(), 640, false, color()],
    ["Y'CbCr, range", color(2, 2, 2, 1), 480, false, color(6, 6, 6, 1)],
    ["Y'CbCr, range, 1080 rows", color(2, 2, 2, 1), 1080, false, color(1, 1, 1, 1)],
    ["Y'CbCr, matrix of BT.709", color(2, 2, 1), 480, false, color(1, 1, 1)],
    ["Y'CbCr, matrix of PAL", color(2, 2, 5), 1080, false, color(5, 6, 5)],
    ["Y'CbCr, HLG", color(2, 18), 1080, false, color(9, 18, 9)],
    ["Y'CbCr, sRGB transfer", color(2, 13), 1080, false, color(1, 13, 1)],
  ])('%s', (_, said, height, isFromRgb, expected) => {
    expect(completeColor(said, height, isFromRgb)).toEqual(expected);
  });

  test('what is said stays, and nothing is left open but a silence', () => {
    const code = fc.nat(22);
    const said = fc.record({
      colour_primaries: code,
      transfer_characteristics: code,
      matrix_coefficients: code,
      video_full_range_flag: fc.constantFrom(0, 1) as fc.Arbitrary<0 | 1>,
    });
    fc.assert(
      fc.property(
        said,
        fc.integer({ min: 2, max: 4000 }),
        fc.boolean(),
        (tags, height, isFromRgb) => {
          const made = completeColor(tags, height, isFromRgb);
          for (const key of Object.keys(tags) as (keyof ColorTags)[]) {
            if (tags[key] !== 2) expect(made[key]).toBe(tags[key]);
          }
          const codes = [
            made.colour_primaries,
            made.transfer_characteristics,
            made.matrix_coefficients,
          ];
          if (codes.includes(2)) expect([codes, isFromRgb]).toEqual([[2, 2, 2], false]);
        },
      ),
      { seed: 4 },
    );
  });
});
