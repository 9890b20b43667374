/**
 * CAVLC: laws of its tables (clause 9.2), blocks read back by a plain parser that knows only the tables, and the count of
 * bits against the bits. The maps of the macroblock layer (clauses 6.4.3, 8.5.6, 9.1.2) are permutations.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitReader } from '../../../../src/bits/bit-reader.ts';
import { BitWriter } from '../../../../src/bits/bit-writer.ts';
import {
  countBits,
  MAX_LEVEL,
  MAX_LEVEL_8X8,
  NC_CHROMA_DC,
  residualBlockBits,
  writeResidualBlock,
} from '../../../../src/codecs/h264/standard/cavlc.ts';
import { CavlcBitCounter, CavlcWriter } from '../../../../src/codecs/h264/standard/cavlc-sinks.ts';
import {
  COEFF_TOKEN,
  type CodeTable,
  RUN_BEFORE,
  TOTAL_ZEROS,
  TOTAL_ZEROS_CHROMA_DC,
} from '../../../../src/codecs/h264/standard/cavlc-tables.ts';
import {
  COEFF_TOKEN_COLUMN,
  COEFF_TOKEN_COLUMN_CHROMA_DC,
  coeffTokenIndex,
} from '../../../../src/codecs/h264/standard/coeff-token.ts';
import {
  CoefficientGrid,
  NOT_AVAILABLE,
  setOwnTotals,
} from '../../../../src/codecs/h264/standard/coefficient-grid.ts';
import {
  BLOCK_AT,
  BLOCK_X,
  BLOCK_Y,
  BLOCKS_PER_MB,
  CODE_NUM_OF_CBP_INTER,
  CODE_NUM_OF_CBP_INTRA,
  I_4X4,
  I_16X16,
  INTER_8X8,
  INTER_8X16,
  INTER_16X8,
  INTER_16X16,
  LUMA_DC_BLOCK,
  ZIGZAG,
} from '../../../../src/codecs/h264/standard/macroblock.ts';
import {
  MacroblockSyntax,
  writeMacroblock,
} from '../../../../src/codecs/h264/standard/macroblock-syntax.ts';
import { packMv } from '../../../../src/codecs/h264/standard/picture.ts';
import { SliceType } from '../../../../src/syntax/h264/slice-header.ts';

const SEED = 92;

/** The codes of a table at `indexes`, as strings of 0 and 1; entries of length 0 are no codes. */
function codesAt(table: CodeTable, indexes: readonly number[]): string[] {
  return indexes
    .filter((index) => table.lengths[index] > 0)
    .map((index) => {
      const code = table.words[index].toString(2).padStart(table.lengths[index], '0');
      expect(code.length, 'a word no longer than its length').toBe(table.lengths[index]);
      return code;
    });
}

/** Codes that another code starts with. */
function prefixesOf(codes: readonly string[]): string[] {
  const sorted = [...codes].sort();
  return sorted.filter((code, i) => i + 1 < sorted.length && sorted[i + 1].startsWith(code));
}

/** Kraft sum: 1 if every sequence of bits starts with a code. */
function kraftSum(codes: readonly string[]): number {
  return codes.reduce((sum, code) => sum + 2 ** -code.length, 0);
}

function columnIndexes(column: number): number[] {
  return Array.from({ length: 16 }, (_, value) => (column << 4) | value);
}

function tokenIndexes(column: number): number[] {
  return Array.from({ length: 68 }, (_, i) => coeffTokenIndex(column, i & 3, i >> 2));
}

describe('tables of clause 9.2', () => {
  it.each([
    [0, 62, 65534 / 65536],
    [1, 62, 65528 / 65536],
    [2, 62, 65472 / 65536],
    [3, 62, 63488 / 65536],
    [4, 14, 1],
  ])('coeff_token column %i: %i codes, prefix-free, Kraft sum %f', (column, count, kraft) => {
    const codes = codesAt(COEFF_TOKEN, tokenIndexes(column));
    expect(codes.length).toBe(count);
    expect(prefixesOf(codes)).toEqual([]);
    expect(kraftSum(codes)).toBe(kraft);
  });

  it('coeff_token has a code for each pair of numbers that can be, and no other', () => {
    for (let column = 0; column < 5; column++) {
      for (let total = 0; total <= 16; total++) {
        for (let ones = 0; ones < 4; ones++) {
          const isPossible = ones <= total && total <= (column === 4 ? 4 : 16);
          const length = COEFF_TOKEN.lengths[coeffTokenIndex(column, ones, total)];
          expect(length > 0, `column ${column}, ${ones} of ${total}`).toBe(isPossible);
        }
      }
    }
  });

  it('coeff_token for 8 <= nC is the six-bit formula that the table repeats', () => {
    for (let total = 1; total <= 16; total++) {
      for (let ones = 0; ones <= Math.min(3, total); ones++) {
        const index = coeffTokenIndex(3, ones, total);
        expect(COEFF_TOKEN.lengths[index]).toBe(6);
        expect(COEFF_TOKEN.words[index]).toBe(((total - 1) << 2) | ones);
      }
    }
    expect(COEFF_TOKEN.words[coeffTokenIndex(3, 0, 0)]).toBe(3);
  });

  it('total_zeros: 17 - index codes each, prefix-free, complete but for index 1', () => {
    for (let tzVlcIndex = 1; tzVlcIndex <= 15; tzVlcIndex++) {
      const codes = codesAt(TOTAL_ZEROS, columnIndexes(tzVlcIndex));
      expect(codes.length).toBe(17 - tzVlcIndex);
      expect(prefixesOf(codes)).toEqual([]);
      expect(kraftSum(codes)).toBe(tzVlcIndex === 1 ? 0.998046875 : 1);
    }
    for (let tzVlcIndex = 1; tzVlcIndex <= 3; tzVlcIndex++) {
      const codes = codesAt(TOTAL_ZEROS_CHROMA_DC, columnIndexes(tzVlcIndex));
      expect(codes.length).toBe(5 - tzVlcIndex);
      expect(prefixesOf(codes)).toEqual([]);
      expect(kraftSum(codes)).toBe(1);
    }
  });

  it('run_before: zerosLeft + 1 codes each, prefix-free, complete but for zerosLeft > 6', () => {
    for (let zerosLeft = 1; zerosLeft <= 7; zerosLeft++) {
      const codes = codesAt(RUN_BEFORE, columnIndexes(zerosLeft));
      expect(codes.length).toBe(zerosLeft < 7 ? zerosLeft + 1 : 15);
      expect(prefixesOf(codes)).toEqual([]);
      expect(kraftSum(codes)).toBe(zerosLeft < 7 ? 1 : 0.99951171875);
    }
  });
});

describe('maps of the macroblock layer', () => {
  const identity = (size: number) => Array.from({ length: size }, (_, i) => i);
  const sorted = (map: Uint8Array) => [...map].sort((a, b) => a - b);

  it('coded_block_pattern to codeNum is a permutation of 48', () => {
    expect(sorted(CODE_NUM_OF_CBP_INTRA)).toEqual(identity(48));
    expect(sorted(CODE_NUM_OF_CBP_INTER)).toEqual(identity(48));
    // Table 9-4: the shortest codes are everything in intra and nothing in inter macroblocks.
    expect(CODE_NUM_OF_CBP_INTRA[47]).toBe(0);
    expect(CODE_NUM_OF_CBP_INTER[0]).toBe(0);
  });

  it('the zig-zag scan visits every position once, along diagonals', () => {
    expect(sorted(ZIGZAG)).toEqual(identity(16));
    for (let i = 1; i < 16; i++) {
      const diagonal = (position: number) => (position >> 2) + (position & 3);
      expect(diagonal(ZIGZAG[i]) - diagonal(ZIGZAG[i - 1])).toBeGreaterThanOrEqual(0);
      expect(diagonal(ZIGZAG[i]) - diagonal(ZIGZAG[i - 1])).toBeLessThanOrEqual(1);
    }
  });

  it('luma4x4BlkIdx and the place of the block are inverses (clause 6.4.3)', () => {
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      expect(BLOCK_AT[4 * BLOCK_Y[blkIdx] + BLOCK_X[blkIdx]]).toBe(blkIdx);
      // InverseRasterScan of 8x8 blocks, then of 4x4 blocks within.
      expect(BLOCK_X[blkIdx]).toBe(2 * ((blkIdx >> 2) & 1) + (blkIdx & 1));
      expect(BLOCK_Y[blkIdx]).toBe(2 * (blkIdx >> 3) + ((blkIdx >> 1) & 1));
    }
  });

  it('counts the bits of every mask', () => {
    for (let mask = 0; mask < 65536; mask += 1) {
      let plain = 0;
      for (let rest = mask; rest !== 0; rest >>= 1) plain += rest & 1;
      if (countBits(mask) !== plain) expect.fail(`mask ${mask}`);
    }
  });
});

/** Reads one code of a table among the entries at `indexes`; returns the position in `indexes`. */
function readCode(r: BitReader, table: CodeTable, indexes: readonly number[]): number {
  let word = 0;
  for (let length = 1; length <= 16; length++) {
    word = (word << 1) | r.u(1);
    const found = indexes.findIndex(
      (index) => table.lengths[index] === length && table.words[index] === word,
    );
    if (found >= 0) return found;
  }
  throw new Error('no such code');
}

/** residual_block_cavlc( ) as clauses 7.3.5.3.2 and 9.2 say it: coeffLevel. */
function readResidualBlock(r: BitReader, maxNumCoeff: number, nC: number): number[] {
  const column = nC < 0 ? COEFF_TOKEN_COLUMN_CHROMA_DC : COEFF_TOKEN_COLUMN[nC];
  const token = readCode(r, COEFF_TOKEN, tokenIndexes(column));
  const trailingOnes = token & 3;
  const totalCoeff = token >> 2;
  const coeffLevel = new Array<number>(maxNumCoeff).fill(0);
  const levelVal: number[] = [];
  let suffixLength = totalCoeff > 10 && trailingOnes < 3 ? 1 : 0;
  for (let i = 0; i < totalCoeff; i++) {
    if (i < trailingOnes) {
      levelVal.push(1 - 2 * r.u(1));
      continue;
    }
    let level_prefix = 0;
    while (r.u(1) === 0) level_prefix++;
    let levelCode = Math.min(15, level_prefix) << suffixLength;
    let levelSuffixSize = suffixLength;
    if (level_prefix === 14 && suffixLength === 0) levelSuffixSize = 4;
    if (level_prefix >= 15) levelSuffixSize = level_prefix - 3;
    if (levelSuffixSize > 0) levelCode += r.u(levelSuffixSize);
    if (level_prefix >= 15 && suffixLength === 0) levelCode += 15;
    if (level_prefix >= 16) levelCode += (1 << (level_prefix - 3)) - 4096;
    if (i === trailingOnes && trailingOnes < 3) levelCode += 2;
    levelVal.push(levelCode % 2 === 0 ? (levelCode + 2) >> 1 : (-levelCode - 1) >> 1);
    if (suffixLength === 0) suffixLength = 1;
    if (Math.abs(levelVal[i]) > 3 << (suffixLength - 1) && suffixLength < 6) suffixLength++;
    const isOf8x8 = Math.abs(levelVal[i]) > MAX_LEVEL;
    expect(level_prefix, 'level_prefix').toBeLessThanOrEqual(isOf8x8 ? 16 : 15);
  }
  let zerosLeft = 0;
  if (totalCoeff > 0 && totalCoeff < maxNumCoeff) {
    const table = maxNumCoeff === 4 ? TOTAL_ZEROS_CHROMA_DC : TOTAL_ZEROS;
    zerosLeft = readCode(r, table, columnIndexes(totalCoeff));
  }
  let at = zerosLeft + totalCoeff - 1;
  for (let i = 0; i < totalCoeff; i++) {
    coeffLevel[at] = levelVal[i];
    let run_before = 0;
    if (zerosLeft > 0 && i < totalCoeff - 1) {
      run_before = readCode(r, RUN_BEFORE, columnIndexes(Math.min(zerosLeft, 7)));
    }
    zerosLeft -= run_before;
    at -= 1 + run_before;
  }
  return coeffLevel;
}

const level = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.constantFrom(1, -1) },
  { weight: 3, arbitrary: fc.integer({ min: -20, max: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: -MAX_LEVEL, max: MAX_LEVEL }) },
  { weight: 1, arbitrary: fc.constantFrom(MAX_LEVEL, -MAX_LEVEL) },
);

const dense = fc.integer({ min: -MAX_LEVEL, max: MAX_LEVEL });
const of8x8 = fc.integer({ min: -MAX_LEVEL_8X8, max: MAX_LEVEL_8X8 });

/** Levels of one block, with its kind: [maxNumCoeff, nC]. */
const blocks = fc
  .oneof(
    fc.constant([4, NC_CHROMA_DC]),
    fc.tuple(fc.constantFrom(15, 16), fc.integer({ min: 0, max: 16 })),
  )
  .chain(([maxNumCoeff, nC]) => {
    const of = (element: fc.Arbitrary<number>) =>
      fc.array(element, { minLength: maxNumCoeff, maxLength: maxNumCoeff });
    return fc.record({
      maxNumCoeff: fc.constant(maxNumCoeff),
      nC: fc.constant(nC),
      levels: fc.oneof(
        of(level),
        of(level),
        of(dense),
        of(of8x8),
        of(fc.constantFrom(0, 0, 0, 1, -1)),
      ),
    });
  });

function maskOf(levels: readonly number[]): number {
  return levels.reduce((mask, value, i) => (value === 0 ? mask : mask | (1 << i)), 0);
}

describe('residual_block_cavlc( )', () => {
  it('is read back by the plain parser, and takes as many bits as are counted', () => {
    fc.assert(
      fc.property(
        blocks,
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 0, max: 31 }),
        ({ maxNumCoeff, nC, levels }, start, lead) => {
          const array = new Int16Array(start + maxNumCoeff + 3).fill(77);
          array.set(levels, start);
          const mask = maskOf(levels);
          const out = new BitWriter();
          out.put(lead, 0);
          writeResidualBlock(out, array, start, mask, maxNumCoeff, nC);
          const bits = out.bitPosition - lead;
          expect(residualBlockBits(array, start, mask, maxNumCoeff, nC)).toBe(bits);
          out.put(16, 0xffff);
          out.alignZero();
          const r = new BitReader(out.toBytes(), 'test');
          r.skip(lead);
          expect(readResidualBlock(r, maxNumCoeff, nC)).toEqual(levels);
          expect(r.bitPosition - lead).toBe(bits);
        },
      ),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it('codes every single level at every place of the scan', () => {
    const out = new BitWriter();
    for (let value = -MAX_LEVEL_8X8; value <= MAX_LEVEL_8X8; value += 7) {
      const levels = new Int16Array(16);
      const place = (value + MAX_LEVEL_8X8) & 15;
      levels[place] = value;
      out.reset();
      writeResidualBlock(out, levels, 0, value === 0 ? 0 : 1 << place, 16, 0);
      out.alignZero();
      const read = readResidualBlock(new BitReader(out.toBytes(), 'test'), 16, 0);
      expect(read).toEqual([...levels]);
    }
  });
});

/** Macroblocks of every type with values that could be: what is not sent is 0. */
const macroblocks = fc.record({
  mbType: fc.constantFrom(I_4X4, I_16X16, INTER_16X16, INTER_16X8, INTER_8X16, INTER_8X8),
  luma: fc.integer({ min: 0, max: 15 }),
  chroma: fc.integer({ min: 0, max: 2 }),
  intra16x16PredMode: fc.integer({ min: 0, max: 3 }),
  intra_chroma_pred_mode: fc.integer({ min: 0, max: 3 }),
  mb_qp_delta: fc.integer({ min: -26, max: 25 }),
  modes: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 32, maxLength: 32 }),
  subMbType: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
  refIdx: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 4, maxLength: 4 }),
  refs: fc.integer({ min: 0, max: 3 }),
  mvd: fc.array(fc.integer({ min: -900, max: 900 }), { minLength: 32, maxLength: 32 }),
  levels: fc.array(level, { minLength: BLOCKS_PER_MB * 16, maxLength: BLOCKS_PER_MB * 16 }),
  neighbors: fc.array(fc.constantFrom(NOT_AVAILABLE, 0, 1, 3, 8, 16), {
    minLength: 72,
    maxLength: 72,
  }),
});

describe('macroblock_layer( )', () => {
  it('takes as many bits as are counted, and as its elements sum to', () => {
    fc.assert(
      fc.property(macroblocks, (m) => {
        const mb = new MacroblockSyntax();
        mb.mbType = m.mbType;
        const luma = m.mbType === I_16X16 ? (m.luma > 7 ? 15 : 0) : m.luma;
        mb.coded_block_pattern = luma | (m.chroma << 4);
        mb.intra16x16PredMode = m.intra16x16PredMode;
        mb.intra_chroma_pred_mode = m.intra_chroma_pred_mode;
        mb.mb_qp_delta = m.mb_qp_delta;
        mb.intra4x4PredMode.set(m.modes.slice(0, 16));
        mb.predIntra4x4PredMode.set(m.modes.slice(16));
        mb.subMbType.set(m.subMbType);
        mb.refIdx.set(m.refs === 0 ? [0, 0, 0, 0] : m.refIdx);
        for (let i = 0; i < 16; i++) mb.mvd[i] = packMv(m.mvd[i], m.mvd[16 + i]);
        for (let block = 0; block < BLOCKS_PER_MB; block++) {
          const size = block > LUMA_DC_BLOCK ? 4 : 16;
          const isAc = block < LUMA_DC_BLOCK && (block >= 16 || m.mbType === I_16X16);
          const isCoded =
            block < 16
              ? (luma >> (block >> 2)) & 1
              : block < LUMA_DC_BLOCK
                ? m.chroma === 2
                : block === LUMA_DC_BLOCK || m.chroma > 0;
          if (!isCoded) continue;
          const levels = m.levels.slice(16 * block, 16 * block + size);
          if (isAc) levels[0] = 0;
          mb.levels.set(levels, 16 * block);
          mb.masks[block] = maskOf(levels);
        }
        const grid = new CoefficientGrid();
        grid.totals.set(m.neighbors);
        setOwnTotals(grid, mb.masks, null);
        const isIntraSlice = m.mbType === I_4X4 || m.mbType === I_16X16 ? m.refs === 0 : false;
        const slice = {
          sliceType: isIntraSlice ? SliceType.I : SliceType.P,
          num_ref_idx_l0_active_minus1: m.refs,
          num_ref_idx_l1_active_minus1: 0,
          cabac_init_idc: 0,
          ChromaArrayType: 1,
          transform_8x8_mode_flag: 0,
        };

        const counter = new CavlcBitCounter(grid);
        counter.startSlice(slice);
        writeMacroblock(counter, mb, slice);
        const writer = new CavlcWriter(grid);
        let traced = 0;
        writer.syntax.trace = (_name, _descriptor, _value, position, length) => {
          expect(position).toBe(traced);
          traced += length;
        };
        writer.startSlice(slice, 26);
        writeMacroblock(writer, mb, slice);
        expect(counter.bits).toBe(writer.syntax.bits.bitPosition);
        expect(traced).toBe(counter.bits);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });
});
