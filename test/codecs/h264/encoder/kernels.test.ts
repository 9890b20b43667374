/**
 * Kernels against their plain twins in test/reference/, over random and extreme samples: distances, forward transforms and
 * quantization. Those that a decoder shares are in standard/kernels.test.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  intra4x4Costs,
  sad4,
  sad4x4,
  sad8,
  sad16,
  satd,
  searchWord,
  ssd,
} from '../../../../src/codecs/h264/kernels/plain/distortion.ts';
import {
  forwardChromaDc,
  forwardDifference4x4,
  forwardLumaDc,
} from '../../../../src/codecs/h264/kernels/plain/forward-transform.ts';
import { chooseIntra4x4 } from '../../../../src/codecs/h264/kernels/plain/intra-4x4-choice.ts';
import {
  createQuantizer,
  isChromaDcEmpty,
  quantize4x4,
  quantizeDc,
  scaleLevels,
} from '../../../../src/codecs/h264/kernels/plain/quantize.ts';
import { MAX_LEVEL } from '../../../../src/codecs/h264/standard/cavlc.ts';
import {
  INTRA_4X4_DC,
  INTRA_4X4_HORIZONTAL,
  INTRA_4X4_VERTICAL,
} from '../../../../src/codecs/h264/standard/intra-4x4.ts';
import { BLOCK_X, BLOCK_Y, ZIGZAG } from '../../../../src/codecs/h264/standard/macroblock.ts';
import { addInverse4x4 } from '../../../../src/codecs/h264/standard/transform.ts';
import { plainHalvedSad, plainSad, plainSatd, plainSsd } from '../../../reference/distortion.ts';
import { plainForward4x4, plainHadamard4x4 } from '../../../reference/h264-transform.ts';
import { fillSamples, SAMPLE_KINDS } from '../sample-kinds.ts';

const SEED = 1204;
const STRIDE = 40;

/** Two blocks of 16x16 in one memory: the first aligned, the second anywhere. */
const memory = new ArrayBuffer(4096);
const bytes = new Uint8Array(memory);
const clamped = new Uint8ClampedArray(memory);
const words = new Int32Array(memory);

const blockPairs = fc.record({
  kindA: fc.constantFrom(...SAMPLE_KINDS),
  kindB: fc.constantFrom(...SAMPLE_KINDS),
  seed: fc.integer(),
  a: fc.integer({ min: 0, max: 40 }).map((at) => 4 * at),
  b: fc.integer({ min: 2048, max: 2200 }),
  width: fc.constantFrom(4, 8, 16),
  height: fc.constantFrom(4, 8, 16),
  strideA: fc.constantFrom(16, 32, STRIDE),
  strideB: fc.constantFrom(16, 32, STRIDE),
  limit: fc.integer({ min: 0, max: 70000 }),
});

describe('distances of blocks', () => {
  it('are those that the definitions give', () => {
    fc.assert(
      fc.property(blockPairs, (c) => {
        const { a, b, width, height, strideA, strideB } = c;
        fillSamples(bytes, 0, 2048, c.kindA, c.seed);
        fillSamples(bytes, 2048, 4096, c.kindB, c.seed + 1);
        const satdExpected = plainSatd(bytes, a, strideA, b, strideB, width, height);
        const satdWith = (limit: number) =>
          satd(words, a, strideA, b, strideB, width, height, limit);
        expect(satdWith(satdExpected + 1)).toBe(satdExpected);
        const limited = satdWith(c.limit);
        if (satdExpected < c.limit) expect(limited).toBe(satdExpected);
        else expect(limited).toBeGreaterThanOrEqual(c.limit);
        const aligned = b & ~3;
        const sad4 = plainSad(bytes, a, strideA, aligned, strideB, 4, 4);
        expect(sad4x4(words, a, strideA, aligned, strideB)).toBe(sad4);
        const squares = plainSsd(bytes, a, strideA, b, strideB, width, height);
        expect(ssd(bytes, a, strideA, b, strideB, width, height)).toBe(squares);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('of Intra_4x4 modes are those asked for', () => {
    const PREDICTIONS = 2048;
    const COSTS = 3072;
    const NOT_ASKED = -1;
    fc.assert(
      fc.property(blockPairs, fc.nat(0x1ff), ({ kindA, kindB, seed, a, strideA }, modes) => {
        fillSamples(bytes, 0, 2048, kindA, seed);
        fillSamples(bytes, 2048, 4096, kindB, seed + 1);
        words.fill(NOT_ASKED, COSTS >> 2);
        intra4x4Costs(words, a, strideA, PREDICTIONS, modes, COSTS);
        for (let mode = 0; mode < 10; mode++) {
          const expected = plainSatd(bytes, a, strideA, PREDICTIONS + 16 * mode, 4, 4, 4);
          expect(words[(COSTS >> 2) + mode]).toBe((modes >> mode) & 1 ? expected : NOT_ASKED);
        }
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('choose the Intra_4x4 mode that costs least', () => {
    const PREDICTIONS = 2048;
    const COSTS = 3072;
    const terms = fc.tuple(fc.nat(0x1ff), fc.nat(8), fc.nat(100), fc.boolean());
    fc.assert(
      fc.property(blockPairs, terms, ({ kindA, kindB, seed, a, strideA }, choice) => {
        const [mask, predicted, lambda, triesAll] = choice;
        fillSamples(bytes, 0, 2048, kindA, seed);
        fillSamples(bytes, 2048, 4096, kindB, seed + 1);
        const usable = mask | (1 << INTRA_4X4_DC);
        const at = [a, strideA, PREDICTIONS] as const;
        const best = chooseIntra4x4(
          words,
          ...at,
          usable,
          predicted,
          lambda,
          Number(triesAll),
          COSTS,
        );
        const costOf = (mode: number) => {
          const satdOf = plainSatd(bytes, a, strideA, PREDICTIONS + 16 * mode, 4, 4, 4);
          return satdOf + lambda * (mode === predicted ? 1 : 4);
        };
        // DC wins every tie with a flat mode; of directed modes the later wins none.
        const cheapest = (modes: number[]) =>
          modes
            .filter((mode) => (usable >> mode) & 1)
            .reduce((least, mode) => (costOf(mode) < costOf(least) ? mode : least), INTRA_4X4_DC);
        const flat = cheapest([INTRA_4X4_VERTICAL, INTRA_4X4_HORIZONTAL]);
        const pointed: Record<number, number[]> = {
          [INTRA_4X4_VERTICAL]: [3, 4, 5, 7],
          [INTRA_4X4_HORIZONTAL]: [4, 6, 8],
        };
        const directed = triesAll ? undefined : pointed[flat];
        const expected = cheapest([0, 1, ...(directed ?? [3, 4, 5, 6, 7, 8])]);
        expect(best).toBe(expected);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('of search are those of halved samples below the limit, and at least the limit otherwise', () => {
    fc.assert(
      fc.property(blockPairs, (c) => {
        const { a, b, width, height, strideA, strideB, limit } = c;
        fillSamples(bytes, 0, 2048, c.kindA, c.seed);
        fillSamples(bytes, 2048, 4096, c.kindB, c.seed + 1);
        const sumOf = (rows: number) => plainHalvedSad(bytes, a, strideA, b, strideB, width, rows);
        const expected = sumOf(height);
        // Any limit, and those just above and at what the first rows sum to.
        const limits = [expected + 1, 65536, limit];
        for (let rows = 4; rows <= height; rows += 4) limits.push(sumOf(rows), sumOf(rows) + 1);
        for (let i = 0; i < 512; i++) words[i] = searchWord(words[i]);
        if (width === 4) {
          expect(sad4(words, a, strideA, b, strideB, height)).toBe(expected);
          return;
        }
        const sad = width === 8 ? sad8 : sad16;
        for (const each of limits) {
          const limited = sad(words, a, strideA, b, strideB, height, each);
          if (expected < each) expect(limited).toBe(expected);
          else expect(limited).toBeGreaterThanOrEqual(each);
          expect(limited).toBeLessThanOrEqual(expected);
        }
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('reach their largest values', () => {
    bytes.fill(255, 0, 2048);
    bytes.fill(0, 2048);
    expect(ssd(bytes, 0, 16, 2051, 16, 16, 16)).toBe(256 * 255 * 255);
    expect(satd(words, 0, 16, 2051, 16, 16, 16, 65536)).toBe(16 * 2040);
    for (const [p, q] of [
      [255, 0],
      [0, 255],
    ]) {
      words.fill(searchWord(p * 0x01010101), 0, 512);
      bytes.fill(q, 2048);
      expect(sad16(words, 0, 16, 2051, 16, 16, 65536)).toBe(256 * 254);
      expect(sad8(words, 0, 16, 2051, 16, 16, 65536)).toBe(128 * 254);
      expect(sad4(words, 0, 16, 2051, 16, 16)).toBe(64 * 254);
    }
  });
});

describe('forward transforms', () => {
  it('forwardDifference4x4 is the product of matrices', () => {
    const out = new Int16Array(20);
    fc.assert(
      fc.property(blockPairs, (c) => {
        const b = c.b & ~3;
        fillSamples(bytes, 0, 2048, c.kindA, c.seed);
        fillSamples(bytes, 2048, 4096, c.kindB, c.seed + 1);
        const residual = Array.from({ length: 16 }, (_, i) => {
          const p = bytes[c.a + (i >> 2) * c.strideA + (i & 3)];
          return p - bytes[b + (i >> 2) * c.strideB + (i & 3)];
        });
        forwardDifference4x4(words, c.a, c.strideA, b, c.strideB, out, 3);
        expect([...out.subarray(3, 19)]).toEqual(plainForward4x4(residual));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('undone by the inverse, gives back the source exactly', () => {
    // The inverse's vectors have squared lengths 4 (even) and 5/2 (odd, half of the forward one's): 64 / gain.
    const gain = (i: number) => (i & 1 ? 5 : 4);
    const out = new Int16Array(16);
    fc.assert(
      fc.property(blockPairs, (c) => {
        const b = c.b & ~3;
        fillSamples(bytes, 0, 2048, c.kindA, c.seed);
        fillSamples(bytes, 2048, 4096, c.kindB, c.seed + 1);
        forwardDifference4x4(words, c.a, c.strideA, b, c.strideB, out, 0);
        for (let i = 0; i < 16; i++) {
          out[i] = Math.round((64 * out[i]) / (gain(i & 3) * gain(i >> 2)));
        }
        addInverse4x4(clamped, b, c.strideB, out, 0);
        expect(plainSad(bytes, c.a, c.strideA, b, c.strideB, 4, 4)).toBe(0);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('of DC coefficients are the products of matrices', () => {
    const dc = fc.integer({ min: -4080, max: 4080 });
    fc.assert(
      fc.property(fc.array(dc, { minLength: 16, maxLength: 16 }), (values) => {
        const coefficients = new Int16Array(256).fill(9);
        const block: number[] = [];
        for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
          coefficients[16 * blkIdx] = values[blkIdx];
          block[4 * BLOCK_Y[blkIdx] + BLOCK_X[blkIdx]] = values[blkIdx];
        }
        const out = new Int32Array(20);
        forwardLumaDc(coefficients, out, 2);
        expect([...out.subarray(2, 18)]).toEqual(plainHadamard4x4(block).map((v) => (v + 1) >> 1));
        const [c0, c1, c2, c3] = values;
        forwardChromaDc(c0, c1, c2, c3, out, 1);
        const [s0, s1, d0, d1] = [c0 + c1, c2 + c3, c0 - c1, c2 - c3];
        expect([...out.subarray(1, 5)]).toEqual([s0 + s1, d0 + d1, s0 - s1, d0 - d1]);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});

describe('quantization', () => {
  it('multiplies by the inverse of the step: scale, way back and gain make 2^21', () => {
    const gain = (position: number) => (position & 1 ? 5 : 4) * (position & 4 ? 5 : 4);
    for (let qp = 0; qp <= 51; qp++) {
      const quantizer = createQuantizer(qp, 1 / 3);
      const shift = Math.floor(qp / 6);
      expect(quantizer.bits).toBe(15 + shift);
      for (let i = 0; i < 16; i++) {
        const product = (quantizer.scale[i] * quantizer.rescale[i] * gain(ZIGZAG[i])) / 2 ** shift;
        expect(Math.abs(product / 2 ** 21 - 1)).toBeLessThan(2e-4);
        expect(quantizer.step[i]).toBe(2 ** quantizer.bits / quantizer.scale[i]);
      }
    }
    // The step doubles every six (clause 8.5.9).
    const fine = createQuantizer(11, 1 / 6);
    const coarse = createQuantizer(47, 1 / 6);
    expect([...coarse.step]).toEqual([...fine.step].map((step) => 64 * step));
    expect([...coarse.rescale]).toEqual([...fine.rescale].map((factor) => 64 * factor));
  });

  it('gives nothing for differences that sum to emptySad or less, in whatever places', () => {
    const out = new Int16Array(16);
    const levels = new Int16Array(16);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 51 }),
        fc.constantFrom(1 / 6, 0.23, 1 / 3, 1 / 2),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.boolean()), { maxLength: 16 }),
        (qp, rounding, places) => {
          const quantizer = createQuantizer(qp, rounding);
          bytes.fill(128, 0, 256);
          // All of the sum is spent, on the places given in turn.
          for (let i = 0; i < quantizer.emptySad && places.length > 0; i++) {
            const [place, isUp] = places[i % places.length];
            const at = 16 * (place >> 2) + (place & 3);
            if (bytes[at] > 0 && bytes[at] < 255) bytes[at] += isUp ? 1 : -1;
          }
          expect(sad4x4(words, 0, 16, 128, 16)).toBeLessThanOrEqual(quantizer.emptySad);
          forwardDifference4x4(words, 0, 16, 128, 16, out, 0);
          expect(quantize4x4(quantizer, out, 0, levels, 0, 0)).toBe(0);
        },
      ),
      { seed: SEED, numRuns: 2000 },
    );
  });

  /** A coefficient that the forward transform can give: 255 times the sums of absolute values of its two rows. */
  const coefficientAt = (position: number) => {
    const largest = 255 * (position & 1 ? 6 : 4) * (position & 4 ? 6 : 4);
    return fc.oneof(
      fc.integer({ min: -largest, max: largest }),
      fc.integer({ min: -40, max: 40 }),
      fc.constantFrom(largest, -largest, 0),
    );
  };
  const quantizerOf = fc.record({
    qp: fc.integer({ min: 0, max: 51 }),
    rounding: fc.constantFrom(1 / 3, 1 / 6, 0.1, 0.5),
    values: fc.tuple(...Array.from({ length: 16 }, (_, position) => coefficientAt(position))),
    first: fc.integer({ min: 0, max: 1 }),
  });

  it('quantize4x4 is a division with a dead zone, and scales back', () => {
    fc.assert(
      fc.property(quantizerOf, ({ qp, rounding, values, first }) => {
        const quantizer = createQuantizer(qp, rounding);
        const start = 5;
        const coefficients = new Int16Array(24);
        coefficients.set(values, start);
        const levels = new Int16Array(24).fill(999);
        const mask = quantize4x4(quantizer, coefficients, start, levels, start + 1, first);
        const kept = mask === 0 ? 999 : 0;
        const expected: number[] = [];
        for (let i = 0; i < 16; i++) {
          const c = values[ZIGZAG[i]];
          const product = Math.abs(c) * quantizer.scale[i];
          const [small, large] = [quantizer.offset, quantizer.offsetBeyond1].map((offset) =>
            Math.floor((product + offset) / 2 ** quantizer.bits),
          );
          const level = i < first ? 0 : Math.sign(c) * (large > 1 ? large : small);
          expected.push(level === 0 ? 0 : level);
          expect((mask >> i) & 1).toBe(level === 0 ? 0 : 1);
          expect(levels[start + 1 + i]).toBe(level === 0 ? kept : level);
          expect(Math.abs(level)).toBeLessThanOrEqual(MAX_LEVEL);
          if (i >= first) {
            const rest = Math.abs(c) / quantizer.step[i] - Math.abs(level);
            const used = Math.abs(level) > 1 ? Math.max(rounding, 3 / 8) : rounding;
            expect(rest).toBeGreaterThanOrEqual(-used - 1e-9);
            expect(rest).toBeLessThan(1 - rounding + 1e-3);
          }
        }
        expect([...coefficients.subarray(start, start + 16)]).toEqual(values);
        const scaled = new Int16Array(24).fill(777);
        scaleLevels(quantizer, levels, start + 1, mask, scaled, 2, first);
        for (let i = 0; i < 16; i++) {
          const back = i < first ? 777 : expected[i] * quantizer.rescale[i];
          expect(scaled[2 + ZIGZAG[i]] - back).toBe(0);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('quantizeDc is the same with one more bit, to the nearest beyond 1, within the largest level', () => {
    const value = fc.oneof(
      fc.integer({ min: -32640, max: 32640 }),
      fc.constantFrom(32640, -32640, 0, 20),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 51 }),
        fc.array(value, { minLength: 16, maxLength: 16 }),
        fc.constantFrom(4, 16),
        (qp, values, count) => {
          const quantizer = createQuantizer(qp, 1 / 3);
          const levels = new Int16Array(20);
          const scan = count === 16 ? ZIGZAG : null;
          const mask = quantizeDc(quantizer, Int32Array.from(values), 0, levels, 3, count, scan);
          for (let i = 0; i < count; i++) {
            const c = values[scan === null ? i : scan[i]];
            const scaled = Math.abs(c) * quantizer.scale[0] + 2 * quantizer.offset;
            const step = 2 ** (quantizer.bits + 1);
            const nearest = Math.round((Math.abs(c) * quantizer.scale[0]) / step);
            const chosen = nearest > 1 ? nearest : Math.floor(scaled / step);
            const magnitude = Math.min(chosen, MAX_LEVEL);
            expect(Math.abs(levels[3 + i])).toBe(magnitude);
            expect((mask >> i) & 1).toBe(magnitude === 0 ? 0 : 1);
            if (magnitude > 0) expect(Math.sign(levels[3 + i])).toBe(Math.sign(c));
          }
          expect(mask >> count).toBe(0);
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('isChromaDcEmpty sees no level where quantizeDc makes one, and finds what is small', () => {
    const value = fc.integer({ min: -32640, max: 32640 });
    const small = fc.integer({ min: -200, max: 200 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 51 }),
        fc.constantFrom(1 / 3, 0.23),
        fc.array(fc.oneof(value, small), { minLength: 4, maxLength: 4 }),
        (qp, rounding, values) => {
          const quantizer = createQuantizer(qp, rounding);
          const dc = Int32Array.from(values);
          const largest = Math.max(...values.map(Math.abs));
          const isEmpty = isChromaDcEmpty(quantizer, dc);
          expect(isEmpty).toBe(largest <= 2 * quantizer.even);
          if (isEmpty) {
            expect(quantizeDc(quantizer, dc, 0, new Int16Array(4), 0, 4, null)).toBe(0);
          }
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});
