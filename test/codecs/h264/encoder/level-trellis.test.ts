/** The trellis of CABAC finds the cheapest of all rows of levels that it may choose from, for contexts that stay as they are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernelBuffer } from '../../../../src/codecs/h264/encoder/kernel-buffer.ts';
import {
  LevelTrellis,
  type TrellisBlock,
  trellisBlock4x4,
  trellisBlock8x8,
} from '../../../../src/codecs/h264/encoder/level-trellis.ts';
import {
  TRELLIS_BYTES,
  TRELLIS_KINDS,
} from '../../../../src/codecs/h264/kernels/plain/level-trellis.ts';
import {
  createQuantizers,
  QUANTIZE_FULL,
  QUANTIZERS_AT,
  QUANTIZERS_BYTES,
  writeQuantizers,
} from '../../../../src/codecs/h264/kernels/plain/quantize.ts';
import { BinString, BYPASS } from '../../../../src/codecs/h264/standard/cabac-encoder.ts';
import {
  residualBlock,
  residualBlock8x8,
} from '../../../../src/codecs/h264/standard/cabac-residual.ts';
import {
  BIN_COST,
  BIT,
  CONTEXT_COUNT,
  initializeContexts,
} from '../../../../src/codecs/h264/standard/cabac-states.ts';
import { BlockCat, ZIGZAG } from '../../../../src/codecs/h264/standard/macroblock.ts';
import { ZIGZAG_8X8 } from '../../../../src/codecs/h264/standard/transform-8x8.ts';

const STEP = 40;
const LAMBDA = 90;

/** Bits of a string of bins with contexts that do not move. */
function frozenBits(states: Uint8Array, string: BinString): number {
  let cost = 0;
  for (const entry of string.bins.subarray(0, string.count)) {
    const ctxIdx = entry >> 1;
    cost += ctxIdx === BYPASS ? BIT : BIN_COST[2 * states[ctxIdx]! + (entry & 1)]!;
  }
  return cost / BIT;
}

/** Distortion and bits of a block's levels. */
function costOf(
  block: TrellisBlock,
  cat: number,
  states: Uint8Array,
  original: Int16Array,
  levels: Int16Array,
  flagInc: number,
): number {
  let cost = 0;
  const mask = [0, 0];
  for (let i = block.first; i < block.count; i++) {
    const error = original[block.scan[i]!]! - levels[i]! * STEP;
    cost += error * error * block.inverseNorm[i]!;
    if (levels[i] !== 0) mask[i >> 5] |= 1 << (i & 31);
  }
  const string = new BinString();
  if (cat !== BlockCat.LUMA_8X8) {
    const { first } = block;
    residualBlock(string, cat, flagInc, levels, first, mask[0]! >> first, 16 - first);
  } else if ((mask[0]! | mask[1]!) !== 0) {
    residualBlock8x8(string, levels, 0, mask[0]!, mask[1]!);
    // A block that is coded has a bit of coded_block_pattern.
    cost += LAMBDA;
  }
  return cost + LAMBDA * frozenBits(states, string);
}

const flat = (count: number) => new Float64Array(count).fill(1 / 16);
const KINDS: readonly (readonly [cat: number, block: TrellisBlock])[] = [
  [BlockCat.LUMA_4X4, trellisBlock4x4(0, BlockCat.LUMA_4X4, 0, ZIGZAG, flat(16))],
  [BlockCat.LUMA_AC_16X16, trellisBlock4x4(1, BlockCat.LUMA_AC_16X16, 1, ZIGZAG, flat(16))],
  [BlockCat.CHROMA_AC, trellisBlock4x4(2, BlockCat.CHROMA_AC, 1, ZIGZAG, flat(16))],
  [BlockCat.LUMA_8X8, trellisBlock8x8(3, ZIGZAG_8X8, flat(64))],
];

const COEFFICIENTS = TRELLIS_KINDS * TRELLIS_BYTES;
const LEVELS = COEFFICIENTS + 128;
const MASKS = LEVELS + 128;
const memories = [false, true].map((hasVectors) => createKernelBuffer(MASKS + 16, hasVectors));

/** Levels as a trellis decides them, and whether any is left. */
function decide(
  block: TrellisBlock,
  states: Uint8Array,
  original: Int16Array,
  levels: Int16Array,
  flagInc: number,
  hasVectors: boolean,
): { levels: Int16Array; isLeft: boolean } {
  const memory = memories[hasVectors ? 1 : 0]!;
  expect(memory.kernelMemory.memory !== null).toBe(hasVectors);
  const { bytes, words } = memory;
  const halves = new Int16Array(bytes.buffer);
  halves.set(original, COEFFICIENTS / 2);
  halves.set(levels, LEVELS / 2);
  const masks = [0, 0];
  levels.forEach((level, i) => {
    if (level !== 0) masks[i >> 5] |= 1 << (i & 31);
  });
  words.set(masks, MASKS / 4);
  const trellis = new LevelTrellis(states, memory, 0, hasVectors);
  const at = [COEFFICIENTS, LEVELS] as const;
  const isLeft =
    block.count === 64
      ? trellis.decide8x8(block, step, LAMBDA, ...at, MASKS)
      : trellis.decide4x4(block, step, LAMBDA, ...at, masks[0]!, flagInc) !== 0;
  return { levels: halves.slice(LEVELS / 2, LEVELS / 2 + 64), isLeft };
}

const step = new Float64Array(64).fill(STEP);

describe('LevelTrellis', () => {
  it('finds the least cost of all choices', () => {
    const coefficient = fc.record({
      place: fc.nat(),
      size: fc.oneof(fc.integer({ min: 18, max: 110 }), fc.integer({ min: 500, max: 760 })),
      isNegative: fc.boolean(),
    });
    const input = fc.record({
      kind: fc.constantFrom(...KINDS),
      coefficients: fc.array(coefficient, { minLength: 1, maxLength: 7 }),
      qp: fc.integer({ min: 0, max: 51 }),
      flagInc: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(input, ({ kind: [cat, block], coefficients, qp, flagInc }) => {
        const states = new Uint8Array(CONTEXT_COUNT);
        initializeContexts(states, 0, qp);
        const original = new Int16Array(64);
        const levels = new Int16Array(64);
        for (const { place, size, isNegative } of coefficients) {
          const i = block.first + (place % (block.count - block.first));
          original[block.scan[i]!] = isNegative ? -size : size;
          levels[i] = Math.round(original[block.scan[i]!]! / STEP);
        }
        if (levels.every((level) => level === 0)) return;
        const places = [...levels.keys()].filter((i) => levels[i] !== 0);
        let least = Number.POSITIVE_INFINITY;
        const trial = levels.slice();
        const tryFrom = (n: number): void => {
          const i = places[n];
          if (i === undefined) {
            least = Math.min(least, costOf(block, cat, states, original, trial, flagInc));
            return;
          }
          const level = levels[i]!;
          for (const choice of new Set([level, level - Math.sign(level), 0])) {
            trial[i] = choice;
            tryFrom(n + 1);
          }
        };
        tryFrom(0);
        for (const hasVectors of [false, true]) {
          const decided = decide(block, states, original, levels, flagInc, hasVectors);
          expect(decided.isLeft).toBe(decided.levels.some((level) => level !== 0));
          const cost = costOf(block, cat, states, original, decided.levels, flagInc);
          expect(cost).toBeCloseTo(least, 6);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('chooses the same with vectors as without, down to the last bit', () => {
    const input = fc.record({
      kind: fc.constantFrom(...KINDS),
      sizes: fc.array(fc.oneof(fc.nat(90), fc.nat(400), fc.nat(3000)), {
        minLength: 64,
        maxLength: 64,
      }),
      signs: fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }),
      share: fc.integer({ min: 1, max: 8 }),
      qp: fc.integer({ min: 0, max: 51 }),
      flagInc: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(input, ({ kind: [, block], sizes, signs, share, qp, flagInc }) => {
        const states = new Uint8Array(CONTEXT_COUNT);
        initializeContexts(states, 0, qp);
        const original = new Int16Array(64);
        const levels = new Int16Array(64);
        for (let i = block.first; i < block.count; i++) {
          if (i % share !== 0) continue;
          const size = sizes[i]!;
          original[block.scan[i]!] = signs[i] ? -size : size;
          levels[i] = Math.round(original[block.scan[i]!]! / STEP);
        }
        if (levels.every((level) => level === 0)) return;
        const both = [false, true].map((hasVectors) =>
          decide(block, states, original, levels, flagInc, hasVectors),
        );
        expect(both[1]).toEqual(both[0]);
      }),
      { numRuns: 400 },
    );
  });

  it('decides and scales the luma of a macroblock as its blocks one by one', () => {
    const tables = (QUANTIZERS_AT + QUANTIZERS_BYTES + 15) & ~15;
    const coefficients = tables + TRELLIS_KINDS * TRELLIS_BYTES;
    const at = [coefficients, coefficients + 512, coefficients + 1024] as const;
    const quantizers = createQuantizers();
    const both = [false, true].map((hasVectors) => {
      const memory = createKernelBuffer(coefficients + 1024 + 64, hasVectors, quantizers);
      writeQuantizers(memory.words, quantizers);
      return { memory, hasVectors };
    });
    const input = fc.record({
      isAc: fc.boolean(),
      qp: fc.integer({ min: 0, max: 51 }),
      around: fc.nat(255),
      blocks: fc.array(
        fc.array(fc.oneof(fc.constant(0), fc.nat(40), fc.nat(400)), { maxLength: 16 }),
        {
          minLength: 16,
          maxLength: 16,
        },
      ),
    });
    fc.assert(
      fc.property(input, ({ isAc, qp, around, blocks }) => {
        const [, block] = KINDS[isAc ? 1 : 0]!;
        const states = new Uint8Array(CONTEXT_COUNT);
        initializeContexts(states, 0, qp);
        const { index, step } = quantizers[QUANTIZE_FULL + qp]!;
        const results = both.map(({ memory, hasVectors }) => {
          const halves = new Int16Array(memory.bytes.buffer);
          memory.bytes.fill(0, coefficients);
          blocks.forEach((sizes, blkIdx) => {
            sizes.forEach((size, i) => {
              const c = Math.round(((i & 1) === 0 ? size : -size) * step[i]! * 0.1);
              halves[coefficients / 2 + 16 * blkIdx + ZIGZAG[i]!] = c;
              const level = i < block.first ? 0 : Math.round(c / step[i]!);
              halves[at[1] / 2 + 16 * blkIdx + i] = level;
              if (level !== 0) memory.words[at[2] / 4 + blkIdx] |= 1 << i;
            });
          });
          const trellis = new LevelTrellis(states, memory, tables, hasVectors);
          const any = trellis.decideLuma(block, step, 30, index, ...at, around);
          return { any, after: memory.bytes.slice(coefficients) };
        });
        expect(results[1]!.any).toBe(results[0]!.any);
        expect(results[1]!.after.subarray(0, 1088)).toEqual(results[0]!.after.subarray(0, 1088));
      }),
      { numRuns: 150 },
    );
  });
});
