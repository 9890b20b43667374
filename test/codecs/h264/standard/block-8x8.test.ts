/** 8x8 blocks: intra prediction sample by sample as clause 8.3.2 has it, the inverse transform against the matrix that it stands for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INTRA_4X4_NEEDS } from '../../../../src/codecs/h264/standard/intra-4x4.ts';
import {
  INTRA_8X8_DC,
  INTRA_8X8_LINE,
  predictIntra8x8,
  smoothNeighbors8x8,
} from '../../../../src/codecs/h264/standard/intra-8x8.ts';
import {
  addInverse8x8,
  normAdjust8x8,
  scaleLevels8x8,
  ZIGZAG_8X8,
  ZIGZAG_8X8_BY_COLUMN,
} from '../../../../src/codecs/h264/standard/transform-8x8.ts';
import { plainDc, plainIntra8x8, plainSmoothed8x8 } from '../../../reference/h264-prediction.ts';

const STRIDE = 32;
/** The block lies at row 1, column 8 of the samples, so that all 25 neighbors are there. */
const FROM = STRIDE + 8;
const LINE = 9 * STRIDE;
const TO = LINE + 32;

describe('Intra_8x8', () => {
  it('predicts as the formulas say, whatever is available', () => {
    const input = fc.record({
      samples: fc.uint8Array({ minLength: 9 * STRIDE, maxLength: 9 * STRIDE }),
      mode: fc.integer({ min: 0, max: 8 }),
      available: fc.integer({ min: 0, max: 7 }),
      hasAboveRight: fc.boolean(),
    });
    fc.assert(
      fc.property(input, ({ samples, mode, available: given, hasAboveRight }) => {
        const available = given | INTRA_4X4_NEEDS[mode]!;
        const bytes = new Uint8Array(TO + 8 * STRIDE);
        bytes.set(samples);
        const has = [(available & 1) !== 0, (available & 2) !== 0, (available & 4) !== 0];
        const p = (x: number, y: number): number => {
          const isThere = y >= 0 ? has[0] : x >= 0 ? has[1] : has[2];
          if (isThere !== true) return Number.NaN;
          const column = x > 7 && !hasAboveRight ? 7 : x;
          return bytes[FROM + y * STRIDE + column]!;
        };
        const smoothed = plainSmoothed8x8(p);
        smoothNeighbors8x8(bytes, FROM, STRIDE, available, hasAboveRight, LINE);
        predictIntra8x8(bytes, LINE, mode, available, TO, STRIDE);
        for (let y = 0; y < 8; y++) {
          for (let x = 0; x < 8; x++) {
            const expected =
              mode === INTRA_8X8_DC
                ? plainDc(smoothed, 0, 0, 8, has[0]!, has[1]!)
                : plainIntra8x8(mode, smoothed, x, y);
            expect(bytes[TO + y * STRIDE + x], `mode ${mode} at ${x}, ${y}`).toBe(expected);
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(INTRA_8X8_LINE).toBe(25);
  });
});

describe('8x8 transform', () => {
  /** Rows of the matrix of clause 8.5.13.2, times 8. */
  const BASIS = [
    [8, 8, 8, 8, 8, 8, 8, 8],
    [12, 10, 6, 3, -3, -6, -10, -12],
    [8, 4, -4, -8, -8, -4, 4, 8],
    [10, -3, -12, -6, 6, 12, 3, -10],
    [8, -8, -8, 8, 8, -8, -8, 8],
    [6, -12, 3, 10, -10, -3, 12, -6],
    [4, -8, 8, -4, -4, 8, -8, 4],
    [3, -6, 10, -12, 12, -10, 6, -3],
  ];

  it('scans every place once, along falling diagonals', () => {
    expect([...ZIGZAG_8X8].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    const diagonal = [...ZIGZAG_8X8].map((position) => (position >> 3) + (position & 7));
    expect(diagonal).toEqual([...diagonal].sort((a, b) => a - b));
  });

  it('is the sum of its basis pictures, within the rounding of its halves and quarters', () => {
    const block = fc.array(fc.integer({ min: -900, max: 900 }), { minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(block, (coefficients) => {
        const samples = new Uint8ClampedArray(64).fill(128);
        addInverse8x8(samples, 0, 8, Int16Array.from(coefficients), 0);
        for (let y = 0; y < 8; y++) {
          for (let x = 0; x < 8; x++) {
            let sum = 0;
            for (let i = 0; i < 8; i++) {
              for (let j = 0; j < 8; j++) {
                sum += (coefficients[8 * j + i]! * BASIS[i]![y]! * BASIS[j]![x]!) / 64;
              }
            }
            const exact = Math.min(255, Math.max(0, 128 + sum / 64));
            expect(Math.abs(samples[8 * y + x]! - exact)).toBeLessThan(1);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has steps that make all basis pictures weigh alike, and double every six QP', () => {
    // The norm of a basis picture times its step, by qP % 6: the same for all 64 within what rounding to integers does.
    for (let m = 0; m < 6; m++) {
      const norm = (i: number) => Math.hypot(...BASIS[i]!) / 8;
      const step = (position: number) =>
        normAdjust8x8(m, position) * norm(position >> 3) * norm(position & 7);
      for (let position = 0; position < 64; position++) {
        expect(step(position) / step(0)).toBeCloseTo(1, 1);
      }
    }
  });

  it('scales levels as clause 8.5.13.1 says', () => {
    const flat = Int32Array.from({ length: 64 }, (_, i) => 16 * normAdjust8x8(3, i));
    const levels = Int16Array.from({ length: 64 }, (_, i) => (i % 5) - 2);
    for (const qP of [3, 9, 33, 39, 51]) {
      const d = new Int16Array(64);
      scaleLevels8x8(levels, 0, flat, 0, qP, d, 0);
      for (let i = 0; i < 64; i++) {
        const position = ZIGZAG_8X8_BY_COLUMN[i]!;
        const scaled = (levels[i]! * flat[position]! * 2 ** Math.floor(qP / 6)) / 64;
        expect(d[position]).toBe(Math.floor(scaled + 0.5));
      }
    }
  });
});
