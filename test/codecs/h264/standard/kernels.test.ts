/**
 * Kernels that a decoder shares, against the formulas of the standard in test/reference/: inverse transforms (clause 8.5),
 * intra prediction (8.3), interpolation (8.4.2.2) and prediction of motion vectors (8.4.1).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_STRIDE,
  EncoderMemory,
  extendEdges,
} from '../../../../src/codecs/h264/encoder/memory.ts';
import { copyBlock } from '../../../../src/codecs/h264/kernels/plain/interpolation-words.ts';
import { predictChroma, predictLuma } from '../../../../src/codecs/h264/standard/interpolation.ts';
import {
  INTRA_4X4_DC,
  INTRA_4X4_NEEDS,
  INTRA_4X4_WORDS,
  predictIntra4x4,
} from '../../../../src/codecs/h264/standard/intra-4x4.ts';
import {
  predictDc16x16,
  predictDcChroma,
  predictHorizontal,
  predictPlane16x16,
  predictPlaneChroma,
} from '../../../../src/codecs/h264/standard/intra-16x16.ts';
import { BLOCK_X, BLOCK_Y, ZIGZAG } from '../../../../src/codecs/h264/standard/macroblock.ts';
import {
  GRID_ORIGIN,
  GRID_STRIDE,
  MotionGrid,
  REF_INTRA,
  REF_UNAVAILABLE,
} from '../../../../src/codecs/h264/standard/motion-prediction.ts';
import {
  CHROMA_PADDING,
  LUMA_PADDING,
  mvX,
  mvY,
  packMv,
} from '../../../../src/codecs/h264/standard/picture.ts';
import { chromaQp, LEVEL_SCALE } from '../../../../src/codecs/h264/standard/scaling.ts';
import {
  addInverse4x4,
  addInverseDc4x4,
  inverseChromaDc,
  inverseLumaDc,
} from '../../../../src/codecs/h264/standard/transform.ts';
import {
  plainChromaDc,
  plainChromaSample,
  plainDc,
  plainIntra4x4,
  plainLumaSample,
  plainPlane,
} from '../../../reference/h264-prediction.ts';
import { plainHadamard4x4, plainInverse4x4 } from '../../../reference/h264-transform.ts';
import { fillSamples, SAMPLE_KINDS } from '../sample-kinds.ts';

const SEED = 8526;

/** Samples of one memory in the three views that kernels take. */
const buffer = new ArrayBuffer(4096);
const bytes = new Uint8Array(buffer);
const clamped = new Uint8ClampedArray(buffer);
const words = new Int32Array(buffer);

const kind = fc.constantFrom(...SAMPLE_KINDS);

/** Compares a block with what `expected` says of each sample. */
function expectBlock(
  at: number,
  stride: number,
  width: number,
  height: number,
  expected: (x: number, y: number) => number,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const got = bytes[at + y * stride + x];
      const wanted = expected(x, y);
      if (got !== wanted) expect.fail(`sample (${x}, ${y}): got ${got}, wanted ${wanted}`);
    }
  }
}

describe('inverse transforms', () => {
  const coefficient = fc.oneof(
    fc.integer({ min: -32768, max: 32767 }),
    fc.integer({ min: -300, max: 300 }),
    fc.constantFrom(0, 0, 64, -64, 32767, -32768),
  );

  it('add what clause 8.5.12.2 gives, clipped', () => {
    fc.assert(
      fc.property(
        fc.array(coefficient, { minLength: 16, maxLength: 16 }),
        kind,
        fc.integer(),
        fc.integer({ min: 4, max: 40 }),
        (d, samples, seed, stride) => {
          fillSamples(bytes, 0, 512, samples, seed);
          const before = bytes.slice();
          const coefficients = new Int16Array(20);
          coefficients.set(d, 2);
          addInverse4x4(clamped, 33, stride, coefficients, 2);
          const residual = plainInverse4x4(d);
          expectBlock(33, stride, 4, 4, (x, y) =>
            Math.min(255, Math.max(0, before[33 + y * stride + x] + residual[4 * y + x])),
          );
          expect([...coefficients.subarray(2, 18)]).toEqual(d);
          // With a DC alone, the short form is the same.
          bytes.set(before);
          addInverseDc4x4(clamped, 33, stride, d[0]);
          const alone = plainInverse4x4([d[0], ...new Array<number>(15).fill(0)]);
          expectBlock(33, stride, 4, 4, (x, y) =>
            Math.min(255, Math.max(0, before[33 + y * stride + x] + alone[4 * y + x])),
          );
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('scale DC levels as clauses 8.5.10 and 8.5.11.2 do, at every qP', () => {
    const level = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -400, max: 400 }));
    fc.assert(
      fc.property(
        fc.array(level, { minLength: 16, maxLength: 16 }),
        fc.integer({ min: 0, max: 51 }),
        (values, qP) => {
          const levels = Int16Array.from([7, ...values]);
          const scale = 16 * LEVEL_SCALE[(qP % 6) * 16];
          const dc = new Int32Array(20);
          inverseLumaDc(levels, 1, scale, qP, dc, 3, new Int32Array(16));
          const c: number[] = [];
          for (let i = 0; i < 16; i++) c[ZIGZAG[i]] = values[i];
          const f = plainHadamard4x4(c);
          const shift = Math.floor(qP / 6);
          for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
            const scaled = f[4 * BLOCK_Y[blkIdx] + BLOCK_X[blkIdx]] * scale;
            const expected =
              qP >= 36
                ? scaled * 2 ** (shift - 6)
                : Math.floor((scaled + 2 ** (5 - shift)) / 2 ** (6 - shift));
            expect(dc[3 + blkIdx] - expected).toBe(0);
          }
          const [a, b, d, e] = values;
          inverseChromaDc(levels, 1, scale, qP, dc, 1);
          const sums = [a + b + d + e, a - b + d - e, a + b - d - e, a - b - d + e];
          for (let i = 0; i < 4; i++) {
            const expected = Math.floor((sums[i] * scale * 2 ** shift) / 32);
            expect(dc[1 + i] - expected).toBe(0);
          }
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('chroma QP never falls as luma QP rises, and stops at 39 (Table 8-15)', () => {
    for (let offset = -12; offset <= 12; offset++) {
      for (let qpY = 0; qpY <= 51; qpY++) {
        const qPc = chromaQp(qpY, offset);
        const qPI = Math.min(51, Math.max(0, qpY + offset));
        if (qPI < 30) expect(qPc).toBe(qPI);
        expect(qPc).toBeLessThanOrEqual(39);
        if (qpY > 0) {
          const step = qPc - chromaQp(qpY - 1, offset);
          expect(step === 0 || step === 1).toBe(true);
        }
      }
    }
    expect(chromaQp(51, 0)).toBe(39);
  });
});

describe('intra prediction', () => {
  const FROM = 1024 + 32 * 4;
  const STRIDE = 64;
  const TO = 512;
  const neighbors = (x: number, y: number) => bytes[FROM + y * STRIDE + x];

  it('of 4x4 blocks is that of clause 8.3.1.2, in every mode', () => {
    fc.assert(
      fc.property(kind, fc.integer(), fc.boolean(), (samples, seed, hasAboveRight) => {
        fillSamples(bytes, 0, 4096, samples, seed);
        const p = (x: number, y: number) =>
          neighbors(y === -1 && x > 3 && !hasAboveRight ? 3 : x, y);
        for (let available = 0; available < 8; available++) {
          predictIntra4x4(bytes, words, FROM, STRIDE, TO >> 2, available, hasAboveRight);
          const dc = plainDc(p, 0, 0, 4, (available & 1) !== 0, (available & 2) !== 0);
          for (let mode = 0; mode <= 8; mode++) {
            const needs = INTRA_4X4_NEEDS[mode];
            if ((needs & available) !== needs) continue;
            const at = TO + 4 * INTRA_4X4_WORDS * mode;
            expectBlock(at, 4, 4, 4, (x, y) =>
              mode === INTRA_4X4_DC ? dc : plainIntra4x4(mode, p, x, y),
            );
          }
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('of 4x4 blocks reads only the neighbors that INTRA_4X4_NEEDS names', () => {
    for (let mode = 0; mode <= 8; mode++) {
      const touched = new Set<number>();
      const p = (x: number, y: number) => {
        touched.add(x === -1 && y === -1 ? 4 : y === -1 ? 2 : 1);
        return 0;
      };
      if (mode === INTRA_4X4_DC) continue;
      for (let i = 0; i < 16; i++) plainIntra4x4(mode, p, i & 3, i >> 2);
      expect([...touched].reduce((mask, bit) => mask | bit, 0)).toBe(INTRA_4X4_NEEDS[mode]);
    }
    expect(INTRA_4X4_NEEDS[INTRA_4X4_DC]).toBe(0);
  });

  it('of 16x16 and chroma blocks is that of clauses 8.3.3 and 8.3.4', () => {
    fc.assert(
      fc.property(kind, fc.integer(), fc.boolean(), fc.boolean(), (samples, seed, left, above) => {
        fillSamples(bytes, 0, 4096, samples, seed);
        const p = neighbors;
        for (const size of [16, 8]) {
          copyBlock(words, FROM - STRIDE, 0, TO, 16, size, size);
          expectBlock(TO, 16, size, size, (x) => p(x, -1));
          predictHorizontal(bytes, words, FROM, STRIDE, TO, 16, size);
          expectBlock(TO, 16, size, size, (_, y) => p(-1, y));
        }
        predictPlane16x16(bytes, FROM, STRIDE, TO, 16);
        expectBlock(TO, 16, 16, 16, (x, y) => plainPlane(p, 16, x, y));
        predictPlaneChroma(bytes, FROM, STRIDE, TO, 16);
        expectBlock(TO, 16, 8, 8, (x, y) => plainPlane(p, 8, x, y));
        predictDc16x16(bytes, words, FROM, STRIDE, TO, left, above);
        const dc = plainDc(p, 0, 0, 16, left, above);
        expectBlock(TO, 16, 16, 1, () => dc);
        predictDcChroma(bytes, words, FROM, STRIDE, TO, 16, left, above);
        const dcs = [0, 1, 2, 3].map((i) =>
          plainChromaDc(p, 4 * (i & 1), 4 * (i >> 1), left, above),
        );
        expectBlock(TO, 16, 8, 8, (x, y) => dcs[2 * (y >> 2) + (x >> 2)]);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });
});

describe.each([
  ['plain', false],
  ['vector', true],
])('interpolation with %s kernels', (_, withVectors) => {
  const memory = new EncoderMemory(3, 2, 1, 1, withVectors);
  const { layout } = memory;
  const [picture] = memory.pictures;
  const WIDTH = 48;
  const HEIGHT = 32;
  const to = memory.blocks[0];

  /** A plane with clipped coordinates (equations 8-239, 8-240): what padding stands for. */
  const plane =
    (at: number, stride: number, width: number, height: number) => (x: number, y: number) =>
      memory.bytes[
        at + Math.min(height - 1, Math.max(0, y)) * stride + Math.min(width - 1, Math.max(0, x))
      ];

  function fillPicture(samples: (typeof SAMPLE_KINDS)[number], seed: number): void {
    const { bytes: all } = memory;
    for (let y = 0; y < HEIGHT; y++) {
      const row = picture.luma + y * layout.lumaStride;
      fillSamples(all, row, row + WIDTH, samples, seed + y);
    }
    extendEdges(memory, picture.luma, layout.lumaStride, WIDTH, HEIGHT, LUMA_PADDING);
    for (const at of [picture.cb, picture.cr]) {
      for (let y = 0; y < HEIGHT / 2; y++) {
        const row = at + y * layout.chromaStride;
        fillSamples(all, row, row + WIDTH / 2, samples, seed + at + y);
      }
      extendEdges(memory, at, layout.chromaStride, WIDTH / 2, HEIGHT / 2, CHROMA_PADDING);
    }
    picture.tileDone.fill(0);
  }

  function expectPrediction(
    width: number,
    height: number,
    expected: (x: number, y: number) => number,
  ): void {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const got = memory.bytes[to + y * BLOCK_STRIDE + x];
        if (got !== expected(x, y)) {
          expect.fail(`sample (${x}, ${y}): got ${got}, wanted ${expected(x, y)}`);
        }
      }
    }
  }

  it('of luma is that of clause 8.4.2.2.1 at all quarter samples, in and around the picture', () => {
    const full = plane(picture.luma, layout.lumaStride, WIDTH, HEIGHT);
    const side = fc.constantFrom(4, 8, 16);
    fc.assert(
      fc.property(
        kind,
        fc.integer(),
        side,
        side,
        fc.nat(),
        fc.nat(),
        (samples, seed, w, h, i, j) => {
          fillPicture(samples, seed);
          // Anywhere from 16 samples before the picture to 16 behind; each fraction there.
          const xInt = (i % (WIDTH + 16)) - 16;
          const yInt = (j % (HEIGHT + 16)) - 16;
          for (let fraction = 0; fraction < 16; fraction++) {
            const x = 4 * xInt + (fraction & 3);
            const y = 4 * yInt + (fraction >> 2);
            predictLuma(memory, picture, x, y, w, h, to, BLOCK_STRIDE);
            expectPrediction(w, h, (column, row) =>
              plainLumaSample(full, x + 4 * column, y + 4 * row),
            );
          }
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('of chroma is that of clause 8.4.2.2.2 at all eighths of a sample', () => {
    const full = plane(picture.cr, layout.chromaStride, WIDTH / 2, HEIGHT / 2);
    const side = fc.constantFrom(2, 4, 8);
    fc.assert(
      fc.property(
        kind,
        fc.integer(),
        side,
        side,
        fc.nat(),
        fc.nat(),
        (samples, seed, w, h, i, j) => {
          fillPicture(samples, seed);
          const xInt = (i % (WIDTH / 2 + 8)) - 8;
          const yInt = (j % (HEIGHT / 2 + 8)) - 8;
          for (let fraction = 0; fraction < 64; fraction++) {
            const x = 8 * xInt + (fraction & 7);
            const y = 8 * yInt + (fraction >> 3);
            predictChroma(memory, picture.cr, x, y, w, h, to, BLOCK_STRIDE);
            expectPrediction(w, h, (column, row) =>
              plainChromaSample(full, x + 8 * column, y + 8 * row),
            );
          }
        },
      ),
      { seed: SEED, numRuns: 30 },
    );
  });
});

describe('prediction of motion vectors', () => {
  interface Neighbor {
    readonly refIdx: number;
    readonly mv: readonly [number, number];
  }

  const medianOf = (a: number, b: number, c: number) => [a, b, c].sort((p, q) => p - q)[1];

  /** Clause 8.4.1.3 with the neighbors as clause 8.4.1.3.2 gives them, C already replaced by D where that is the rule. */
  function plainMedian(a: Neighbor, b: Neighbor, c: Neighbor, refIdx: number): readonly number[] {
    if (b.refIdx === REF_UNAVAILABLE && c.refIdx === REF_UNAVAILABLE && a.refIdx !== b.refIdx) {
      return a.mv;
    }
    const same = [a, b, c].filter((neighbor) => neighbor.refIdx === refIdx);
    if (same.length === 1) return same[0].mv;
    return [0, 1].map((i) => medianOf(a.mv[i], b.mv[i], c.mv[i]));
  }

  const neighbor = fc.record({
    refIdx: fc.constantFrom(REF_UNAVAILABLE, REF_INTRA, 0, 0, 1, 2),
    mv: fc.oneof(
      fc.constant([0, 0] as const),
      fc.tuple(fc.integer({ min: -8192, max: 8191 }), fc.integer({ min: -2048, max: 2047 })),
    ),
  });

  it('is that of clauses 8.4.1.1 and 8.4.1.3 whatever lies around', () => {
    fc.assert(
      fc.property(
        fc.array(neighbor, { minLength: 30, maxLength: 30 }),
        fc.integer({ min: 0, max: 2 }),
        (around, refIdx) => {
          const grid = new MotionGrid();
          /** Rows -1..3, columns -1..4; the column to the right has no blocks but above. */
          const at = (x: number, y: number): Neighbor => {
            if (x === 4 && y >= 0) return { refIdx: REF_UNAVAILABLE, mv: [0, 0] };
            const cell = around[6 * (y + 1) + x + 1];
            return cell.refIdx < 0 ? { refIdx: cell.refIdx, mv: [0, 0] } : cell;
          };
          for (let y = -1; y < 4; y++) {
            for (let x = -1; x <= 4; x++) {
              const { refIdx: ref, mv } = at(x, y);
              grid.refIdx[GRID_ORIGIN + GRID_STRIDE * y + x] = ref;
              grid.mv[GRID_ORIGIN + GRID_STRIDE * y + x] = packMv(mv[0], mv[1]);
            }
          }
          const corner = (x: number, y: number, width: number): Neighbor => {
            const c = at(x + width, y - 1);
            return c.refIdx === REF_UNAVAILABLE ? at(x - 1, y - 1) : c;
          };
          const plain = (x: number, y: number, width: number) =>
            plainMedian(at(x - 1, y), at(x, y - 1), corner(x, y, width), refIdx);
          const expectMv = (mv: number, expected: readonly number[]) =>
            expect([mvX(mv), mvY(mv)]).toEqual([...expected]);
          expectMv(grid.predict(0, 0, 4, refIdx), plain(0, 0, 4));
          for (let i = 0; i < 16; i++) {
            const [x, y] = [i & 3, i >> 2];
            expectMv(grid.predict(x, y, 1, refIdx), plain(x, y, 1));
            if (x % 2 === 0) expectMv(grid.predict(x, y, 2, refIdx), plain(x, y, 2));
          }
          const prefer = (wanted: Neighbor, other: readonly number[]) =>
            wanted.refIdx === refIdx ? wanted.mv : other;
          expectMv(grid.predict16x8(0, refIdx), prefer(at(0, -1), plain(0, 0, 4)));
          expectMv(grid.predict16x8(2, refIdx), prefer(at(-1, 2), plain(0, 2, 4)));
          expectMv(grid.predict8x16(0, refIdx), prefer(at(-1, 0), plain(0, 0, 2)));
          expectMv(grid.predict8x16(2, refIdx), prefer(corner(2, 0, 2), plain(2, 0, 2)));
          const isZero = ({ refIdx: ref, mv }: Neighbor) =>
            ref === REF_UNAVAILABLE || (ref === 0 && mv[0] === 0 && mv[1] === 0);
          const skip =
            isZero(at(-1, 0)) || isZero(at(0, -1))
              ? [0, 0]
              : plainMedian(at(-1, 0), at(0, -1), corner(0, 0, 4), 0);
          expectMv(grid.predictSkip(), skip);
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('packs vectors without loss', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -32768, max: 32767 }),
        fc.integer({ min: -32768, max: 32767 }),
        (x, y) => {
          expect([mvX(packMv(x, y)), mvY(packMv(x, y))]).toEqual([x, y]);
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });
});
