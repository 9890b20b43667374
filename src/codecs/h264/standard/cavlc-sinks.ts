/** CAVLC behind the interface of macroblock syntax: a writer, and a counter of the bits that the writer would write. */

import type { BitMark, BitWriter } from '../../../bits/bit-writer.ts';
import { SyntaxWriter, seBits, ueBits } from '../../../bits/syntax-writer.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { countBits, NC_CHROMA_DC, residualBlockBits, writeResidualBlock } from './cavlc.ts';
import { type CoefficientGrid, everyFourthBit, nCOfBlock } from './coefficient-grid.ts';
import { BlockCat, CODE_NUM_OF_CBP_INTER, CODE_NUM_OF_CBP_INTRA } from './macroblock.ts';
import type { MacroblockCounter, SliceDataSink, SliceSyntax } from './macroblock-sink.ts';
import { mvX, mvY } from './picture.ts';

/** ctxBlockCat => name of the levels in clause 7.3.5.3. */
export const LEVEL_NAMES: readonly string[] = [
  'Intra16x16DCLevel',
  'Intra16x16ACLevel',
  'LumaLevel4x4',
  'ChromaDCLevel',
  'ChromaACLevel',
  'LumaLevel8x8',
];

/** Names of elements by list. */
export const REF_IDX_NAMES = ['ref_idx_l0', 'ref_idx_l1'] as const;
export const MVD_NAMES = ['mvd_l0', 'mvd_l1'] as const;

/** Largest ref_idx of a list. */
function maxRefIdx(slice: SliceSyntax, list: number): number {
  return list === 0 ? slice.num_ref_idx_l0_active_minus1 : slice.num_ref_idx_l1_active_minus1;
}

const NO_SLICE: SliceSyntax = {
  sliceType: SliceType.I,
  num_ref_idx_l0_active_minus1: 0,
  num_ref_idx_l1_active_minus1: 0,
  cabac_init_idc: 0,
  ChromaArrayType: 1,
  transform_8x8_mode_flag: 0,
};

/** coded_block_pattern => codeNum for intra and for inter macroblocks (clause 9.1.2). */
export type CodeNums = readonly [intra: Uint8Array, inter: Uint8Array];

const CODE_NUMS: CodeNums = [CODE_NUM_OF_CBP_INTRA, CODE_NUM_OF_CBP_INTER];

/** Levels `from`, `from` + 4 and so on of an 8x8 block, which CAVLC codes as one 4x4 block (clause 7.3.5.3.2). */
function takeEveryFourth(levels: Int16Array, from: number, quarter: Int16Array): void {
  for (let i = 0; i < 16; i++) quarter[i] = levels[from + 4 * i];
}

/** Writes the data of slices with CAVLC, clauses 7.3.4, 7.3.5 and 9.2. */
export class CavlcWriter implements SliceDataSink {
  readonly hasP8x8Ref0 = true;
  readonly syntax: SyntaxWriter;
  private readonly bits: BitWriter;
  private readonly grid: CoefficientGrid;
  private readonly codeNums: CodeNums;
  private slice = NO_SLICE;
  private skipRun = 0;
  private readonly quarter = new Int16Array(16);
  private readonly bitMark: BitMark = { length: 0, word: 0, free: 32 };
  private markedSkipRun = 0;

  /**
   * @param grid total_coeff around and inside the macroblock that is written
   * @param codeNums coded_block_pattern => codeNum (clause 9.1.2); those of 4:2:0 if not given
   */
  constructor(
    grid: CoefficientGrid,
    syntax: SyntaxWriter = new SyntaxWriter(),
    codeNums: CodeNums = CODE_NUMS,
  ) {
    this.grid = grid;
    this.codeNums = codeNums;
    this.syntax = syntax;
    this.bits = syntax.bits;
  }

  get pendingBits(): number {
    return this.skipRun > 0 ? ueBits(this.skipRun) : 0;
  }

  startSlice(slice: SliceSyntax, _qpY: number): void {
    this.slice = slice;
    this.skipRun = 0;
  }

  skip(isSkipped: boolean): void {
    if (isSkipped) this.skipRun++;
    else this.writeSkipRun();
  }

  private writeSkipRun(): void {
    this.syntax.ue('mb_skip_run', this.skipRun);
    this.skipRun = 0;
  }

  startMacroblock(): void {}

  endMacroblock(): void {}

  endSlice(): void {
    if (this.skipRun > 0) this.writeSkipRun();
    this.syntax.trailingBits();
  }

  mark(): void {
    this.bits.mark(this.bitMark);
    this.markedSkipRun = this.skipRun;
  }

  rewind(): void {
    this.bits.rewind(this.bitMark);
    this.skipRun = this.markedSkipRun;
  }

  mbType(mb_type: number): void {
    this.syntax.ue('mb_type', mb_type);
  }

  subMbType(sub_mb_type: number): void {
    this.syntax.ue('sub_mb_type', sub_mb_type);
  }

  refIdx(list: number, _b8: number, ref_idx: number): void {
    this.syntax.te(REF_IDX_NAMES[list], maxRefIdx(this.slice, list), ref_idx);
  }

  mvd(list: number, _block: number, _width: number, _height: number, mvd: number): void {
    this.syntax.se(MVD_NAMES[list], mvX(mvd));
    this.syntax.se(MVD_NAMES[list], mvY(mvd));
  }

  intraPredMode(rem_intra_pred_mode: number): void {
    const isPredicted = rem_intra_pred_mode < 0;
    this.syntax.u('prev_intra4x4_pred_mode_flag', 1, isPredicted ? 1 : 0);
    if (!isPredicted) this.syntax.u('rem_intra4x4_pred_mode', 3, rem_intra_pred_mode);
  }

  intraChromaPredMode(intra_chroma_pred_mode: number): void {
    this.syntax.ue('intra_chroma_pred_mode', intra_chroma_pred_mode);
  }

  transformSize8x8Flag(transform_size_8x8_flag: number): void {
    this.syntax.u('transform_size_8x8_flag', 1, transform_size_8x8_flag);
  }

  codedBlockPattern(coded_block_pattern: number, isIntra: boolean): void {
    const table = this.codeNums[isIntra ? 0 : 1];
    this.syntax.me('coded_block_pattern', coded_block_pattern, table[coded_block_pattern]);
  }

  mbQpDelta(mb_qp_delta: number): void {
    this.syntax.se('mb_qp_delta', mb_qp_delta);
  }

  residualBlock(
    cat: number,
    block: number,
    levels: Int16Array,
    start: number,
    mask: number,
    maxNumCoeff: number,
  ): void {
    const nC = cat === BlockCat.CHROMA_DC ? NC_CHROMA_DC : nCOfBlock(this.grid, block);
    const { bits, syntax } = this;
    const before = syntax.trace === null ? 0 : bits.bitPosition;
    writeResidualBlock(bits, levels, start, mask, maxNumCoeff, nC);
    if (syntax.trace !== null) {
      const length = bits.bitPosition - before;
      syntax.trace(LEVEL_NAMES[cat], 'ce', countBits(mask), before, length);
    }
  }

  residualBlock8x8(b8: number, levels: Int16Array, low: number, high: number): void {
    for (let k = 0; k < 4; k++) {
      takeEveryFourth(levels, 64 * b8 + k, this.quarter);
      const mask = everyFourthBit(low, high, k);
      this.residualBlock(BlockCat.LUMA_4X4, 4 * b8 + k, this.quarter, 0, mask, 16);
    }
  }

  pcm(samples: Uint8Array): void {
    this.syntax.alignZero('pcm_alignment_zero_bit');
    this.syntax.bytes('pcm_sample', samples.length, samples);
  }
}

/**
 * Bits that a skipped macroblock adds to mb_skip_run, and those that the end of a run takes: a run of one takes three bits,
 * runs of seven or more take less than one bit for each macroblock.
 */
const SKIPPED_BITS = 0.5;
const NOT_SKIPPED_BITS = 1;

/** Counts the bits that `CavlcWriter` would write for a macroblock, clause 9.2; those of mb_skip_run are estimated. */
export class CavlcBitCounter implements MacroblockCounter {
  readonly hasP8x8Ref0 = true;
  bits = 0;
  private readonly grid: CoefficientGrid;
  private readonly codeNums: CodeNums;
  private readonly quarter = new Int16Array(16);
  private slice = NO_SLICE;

  /** @param grid, codeNums as for `CavlcWriter` */
  constructor(grid: CoefficientGrid, codeNums: CodeNums = CODE_NUMS) {
    this.grid = grid;
    this.codeNums = codeNums;
  }

  startSlice(slice: SliceSyntax): void {
    this.slice = slice;
  }

  reset(): void {
    this.bits = 0;
  }

  skip(isSkipped: boolean): void {
    this.bits += isSkipped ? SKIPPED_BITS : NOT_SKIPPED_BITS;
  }

  mbType(mb_type: number): void {
    this.bits += ueBits(mb_type);
  }

  subMbType(sub_mb_type: number): void {
    this.bits += ueBits(sub_mb_type);
  }

  refIdx(list: number, _b8: number, ref_idx: number): void {
    this.bits += maxRefIdx(this.slice, list) > 1 ? ueBits(ref_idx) : 1;
  }

  mvd(_list: number, _block: number, _width: number, _height: number, mvd: number): void {
    this.bits += seBits(mvX(mvd)) + seBits(mvY(mvd));
  }

  intraPredMode(rem_intra_pred_mode: number): void {
    this.bits += rem_intra_pred_mode < 0 ? 1 : 4;
  }

  intraChromaPredMode(intra_chroma_pred_mode: number): void {
    this.bits += ueBits(intra_chroma_pred_mode);
  }

  transformSize8x8Flag(_transform_size_8x8_flag: number): void {
    this.bits += 1;
  }

  codedBlockPattern(coded_block_pattern: number, isIntra: boolean): void {
    const table = this.codeNums[isIntra ? 0 : 1];
    this.bits += ueBits(table[coded_block_pattern]);
  }

  mbQpDelta(mb_qp_delta: number): void {
    this.bits += seBits(mb_qp_delta);
  }

  residualBlock(
    cat: number,
    block: number,
    levels: Int16Array,
    start: number,
    mask: number,
    maxNumCoeff: number,
  ): void {
    const nC = cat === BlockCat.CHROMA_DC ? NC_CHROMA_DC : nCOfBlock(this.grid, block);
    this.bits += residualBlockBits(levels, start, mask, maxNumCoeff, nC);
  }

  residualBlock8x8(b8: number, levels: Int16Array, low: number, high: number): void {
    for (let k = 0; k < 4; k++) {
      takeEveryFourth(levels, 64 * b8 + k, this.quarter);
      const mask = everyFourthBit(low, high, k);
      this.residualBlock(BlockCat.LUMA_4X4, 4 * b8 + k, this.quarter, 0, mask, 16);
    }
  }

  pcm(samples: Uint8Array): void {
    this.bits += 8 * samples.length;
  }
}
