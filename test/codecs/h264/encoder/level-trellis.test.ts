/** The trellis of CABAC finds the cheapest of all rows of levels that it may choose from, for contexts that stay as they are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LevelTrellis,
  type TrellisBlock,
  trellisBlock4x4,
  trellisBlock8x8,
} from '../../../../src/codecs/h264/encoder/level-trellis.ts';
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
  [BlockCat.LUMA_4X4, trellisBlock4x4(BlockCat.LUMA_4X4, 0, ZIGZAG, flat(16))],
  [BlockCat.LUMA_AC_16X16, trellisBlock4x4(BlockCat.LUMA_AC_16X16, 1, ZIGZAG, flat(16))],
  [BlockCat.CHROMA_AC, trellisBlock4x4(BlockCat.CHROMA_AC, 1, ZIGZAG, flat(16))],
  [BlockCat.LUMA_8X8, trellisBlock8x8(ZIGZAG_8X8, flat(64))],
];

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
        const step = new Float64Array(64).fill(STEP);
        const trellis = new LevelTrellis(states);
        const isLeft = trellis.decide(block, step, original, 0, levels, 0, flagInc, LAMBDA);
        expect(isLeft).toBe(levels.some((level) => level !== 0));
        expect(costOf(block, cat, states, original, levels, flagInc)).toBeCloseTo(least, 6);
      }),
      { numRuns: 200 },
    );
  });
});
