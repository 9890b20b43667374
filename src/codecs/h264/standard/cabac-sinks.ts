/** CABAC behind the interface of macroblock syntax: a writer, and a counter of what the writer would write, to fractions of a bit. */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { CabacAccount } from './cabac-account.ts';
import { notEndOfSlice } from './cabac-binarization.ts';
import { CabacEncoder, type CabacMark, createCabacMark, estimateBins } from './cabac-encoder.ts';
import type { CabacPicture } from './cabac-neighbors.ts';
import { BIT, CONTEXT_COUNT, INTRA_CONTEXTS, initializeContexts } from './cabac-states.ts';
import { CabacSyntax } from './cabac-syntax.ts';
import { countBits, countBits32 } from './cavlc.ts';
import { LEVEL_NAMES, MVD_NAMES, REF_IDX_NAMES } from './cavlc-sinks.ts';
import { BlockCat } from './macroblock.ts';
import type { MacroblockCounter, SliceDataSink, SliceSyntax } from './macroblock-sink.ts';
import { mvX, mvY } from './picture.ts';

/** Bits that the end of a slice takes at most: those that `CabacEncoder.terminate` adds, and the rest of its last byte. */
const END_BITS = 10 + 7;

/** Bytes of an I_PCM macroblock's samples. */
const PCM_BYTES = 384;

/** Writes the data of slices with CABAC, clauses 7.3.4, 7.3.5 and 9.3. */
export class CabacWriter implements SliceDataSink {
  readonly hasP8x8Ref0 = false;
  readonly syntax: SyntaxWriter;
  /** The arithmetic code, with the contexts as they stand before the macroblock. */
  readonly encoder: CabacEncoder;
  private readonly binarizer: CabacSyntax;
  /** Tells what elements take, where somebody watches. */
  private readonly account: CabacAccount;
  private readonly encoderMark: CabacMark = createCabacMark();
  private sliceType: number = SliceType.I;
  private isFirst = true;
  private markedIsFirst = true;
  private lastHasQpDelta = false;
  private markedHasQpDelta = false;

  /** @param picture moved to each macroblock before `startMacroblock` */
  constructor(picture: CabacPicture, syntax: SyntaxWriter) {
    this.syntax = syntax;
    this.encoder = new CabacEncoder(syntax.bits);
    this.account = new CabacAccount(this.encoder);
    this.binarizer = new CabacSyntax(picture);
  }

  /** slice_type modulo 5 of the slice being written. */
  get currentSliceType(): number {
    return this.sliceType;
  }

  /** Whether the macroblock before in the slice has an mb_qp_delta other than 0 (clause 9.3.3.1.1.5). */
  get hasQpDeltaBefore(): boolean {
    return this.lastHasQpDelta;
  }

  get pendingBits(): number {
    return this.encoder.bitPosition - this.syntax.bits.bitPosition + END_BITS;
  }

  startSlice(slice: SliceSyntax, qpY: number): void {
    const { encoder, syntax } = this;
    this.sliceType = slice.sliceType;
    while (!syntax.bits.isByteAligned) syntax.u('cabac_alignment_one_bit', 1, 1);
    const idc = slice.sliceType === SliceType.I ? INTRA_CONTEXTS : slice.cabac_init_idc;
    initializeContexts(encoder.states, idc, qpY);
    encoder.start();
    this.account.start();
    this.isFirst = true;
    this.lastHasQpDelta = false;
  }

  startMacroblock(): void {
    const { binarizer, encoder } = this;
    if (!this.isFirst) {
      binarizer.string.clear();
      notEndOfSlice(binarizer.string);
      encoder.encode(binarizer.string);
    }
    this.isFirst = false;
    binarizer.startMacroblock(this.sliceType, this.lastHasQpDelta);
  }

  endMacroblock(): void {
    const { binarizer } = this;
    this.encodeElements();
    binarizer.store();
    this.lastHasQpDelta = binarizer.hasQpDelta;
  }

  private encodeElements(): void {
    const { binarizer, syntax } = this;
    if (syntax.trace === null) this.encoder.encode(binarizer.string);
    else this.account.encode(binarizer.string, syntax.trace);
  }

  /** Notes the element whose bins were just made, for those who watch. */
  private note(name: string, value: number): void {
    this.account.note(name, value, this.binarizer.string.count);
  }

  endSlice(): void {
    this.encoder.terminate();
  }

  mark(): void {
    this.encoder.mark(this.encoderMark);
    this.account.mark();
    this.markedIsFirst = this.isFirst;
    this.markedHasQpDelta = this.lastHasQpDelta;
  }

  rewind(): void {
    this.encoder.rewind(this.encoderMark);
    this.account.rewind();
    this.isFirst = this.markedIsFirst;
    this.lastHasQpDelta = this.markedHasQpDelta;
  }

  skip(isSkipped: boolean): void {
    this.binarizer.skip(isSkipped);
    if (this.syntax.trace !== null) this.note('mb_skip_flag', isSkipped ? 1 : 0);
  }

  mbType(mb_type: number): void {
    this.binarizer.mbType(mb_type);
    if (this.syntax.trace !== null) this.note('mb_type', mb_type);
  }

  subMbType(sub_mb_type: number): void {
    this.binarizer.subMbType(sub_mb_type);
    if (this.syntax.trace !== null) this.note('sub_mb_type', sub_mb_type);
  }

  refIdx(list: number, b8: number, ref_idx: number): void {
    this.binarizer.refIdx(list, b8, ref_idx);
    if (this.syntax.trace !== null) this.note(REF_IDX_NAMES[list], ref_idx);
  }

  mvd(list: number, block: number, width: number, height: number, mvd: number): void {
    this.binarizer.mvd(list, block, width, height, mvd);
    if (this.syntax.trace !== null) this.noteMvd(list, mvd);
  }

  private noteMvd(list: number, mvd: number): void {
    this.account.note(MVD_NAMES[list], mvX(mvd), this.binarizer.mvdXEnd);
    this.note(MVD_NAMES[list], mvY(mvd));
  }

  private noteIntraPredMode(rem_intra_pred_mode: number): void {
    const isPredicted = rem_intra_pred_mode < 0;
    // The flag is one bin, the mode three.
    const end = this.binarizer.string.count - (isPredicted ? 0 : 3);
    this.account.note('prev_intra4x4_pred_mode_flag', isPredicted ? 1 : 0, end);
    if (!isPredicted) this.note('rem_intra4x4_pred_mode', rem_intra_pred_mode);
  }

  intraPredMode(rem_intra_pred_mode: number): void {
    this.binarizer.intraPredMode(rem_intra_pred_mode);
    if (this.syntax.trace !== null) this.noteIntraPredMode(rem_intra_pred_mode);
  }

  intraChromaPredMode(intra_chroma_pred_mode: number): void {
    this.binarizer.intraChromaPredMode(intra_chroma_pred_mode);
    if (this.syntax.trace !== null) this.note('intra_chroma_pred_mode', intra_chroma_pred_mode);
  }

  transformSize8x8Flag(transform_size_8x8_flag: number): void {
    this.binarizer.transformSize8x8Flag(transform_size_8x8_flag);
    if (this.syntax.trace !== null) this.note('transform_size_8x8_flag', transform_size_8x8_flag);
  }

  codedBlockPattern(coded_block_pattern: number, _isIntra: boolean): void {
    this.binarizer.codedBlockPattern(coded_block_pattern);
    if (this.syntax.trace !== null) this.note('coded_block_pattern', coded_block_pattern);
  }

  mbQpDelta(mb_qp_delta: number): void {
    this.binarizer.mbQpDelta(mb_qp_delta);
    if (this.syntax.trace !== null) this.note('mb_qp_delta', mb_qp_delta);
  }

  residualBlock(
    cat: number,
    block: number,
    levels: Int16Array,
    start: number,
    mask: number,
    maxNumCoeff: number,
  ): void {
    this.binarizer.residualBlock(cat, block, levels, start, mask, maxNumCoeff);
    if (this.syntax.trace !== null) this.note(LEVEL_NAMES[cat], countBits(mask));
  }

  residualBlock8x8(b8: number, levels: Int16Array, low: number, high: number): void {
    this.binarizer.residualBlock8x8(b8, levels, low, high);
    if (this.syntax.trace !== null)
      this.note(LEVEL_NAMES[BlockCat.LUMA_8X8], countBits32(low) + countBits32(high));
  }

  /** The arithmetic code ends before the samples and begins anew behind them, clause 9.3.1.2. */
  pcm(samples: Uint8Array): void {
    const { binarizer, encoder, syntax } = this;
    this.encodeElements();
    const zeroBits = encoder.terminate();
    const { trace, bits } = syntax;
    if (trace !== null) {
      const aligned = bits.bitPosition;
      this.account.tellEnd(trace, 'mb_type_end', aligned - zeroBits);
      for (let at = aligned - zeroBits; at < aligned; at++) {
        trace('pcm_alignment_zero_bit', 'u', 0, at, 1);
      }
    }
    syntax.bytes('pcm_sample', samples.length, samples);
    encoder.start();
    this.account.start();
    binarizer.string.clear();
    binarizer.setPcm();
  }
}

/**
 * Counts what `CabacWriter` would write for a macroblock, clause 9.3, from the contexts as the writer has them before it.
 * end_of_slice_flag is not counted.
 */
export class CabacBitCounter implements MacroblockCounter {
  readonly hasP8x8Ref0 = false;
  private readonly binarizer: CabacSyntax;
  private readonly writer: CabacWriter;
  private readonly states = new Uint8Array(CONTEXT_COUNT);
  private pcmBits = 0;

  constructor(picture: CabacPicture, writer: CabacWriter) {
    this.binarizer = new CabacSyntax(picture);
    this.writer = writer;
  }

  get bits(): number {
    this.states.set(this.writer.encoder.states);
    return estimateBins(this.states, this.binarizer.string) / BIT + this.pcmBits;
  }

  startSlice(_slice: SliceSyntax): void {}

  reset(): void {
    const { writer } = this;
    this.pcmBits = 0;
    this.binarizer.startMacroblock(writer.currentSliceType, writer.hasQpDeltaBefore);
  }

  skip(isSkipped: boolean): void {
    this.binarizer.skip(isSkipped);
  }

  mbType(mb_type: number): void {
    this.binarizer.mbType(mb_type);
  }

  subMbType(sub_mb_type: number): void {
    this.binarizer.subMbType(sub_mb_type);
  }

  refIdx(list: number, b8: number, ref_idx: number): void {
    this.binarizer.refIdx(list, b8, ref_idx);
  }

  mvd(list: number, block: number, width: number, height: number, mvd: number): void {
    this.binarizer.mvd(list, block, width, height, mvd);
  }

  intraPredMode(rem_intra_pred_mode: number): void {
    this.binarizer.intraPredMode(rem_intra_pred_mode);
  }

  intraChromaPredMode(intra_chroma_pred_mode: number): void {
    this.binarizer.intraChromaPredMode(intra_chroma_pred_mode);
  }

  transformSize8x8Flag(transform_size_8x8_flag: number): void {
    this.binarizer.transformSize8x8Flag(transform_size_8x8_flag);
  }

  codedBlockPattern(coded_block_pattern: number, _isIntra: boolean): void {
    this.binarizer.codedBlockPattern(coded_block_pattern);
  }

  mbQpDelta(mb_qp_delta: number): void {
    this.binarizer.mbQpDelta(mb_qp_delta);
  }

  residualBlock(
    cat: number,
    block: number,
    levels: Int16Array,
    start: number,
    mask: number,
    maxNumCoeff: number,
  ): void {
    this.binarizer.residualBlock(cat, block, levels, start, mask, maxNumCoeff);
  }

  residualBlock8x8(b8: number, levels: Int16Array, low: number, high: number): void {
    this.binarizer.residualBlock8x8(b8, levels, low, high);
  }

  pcm(_samples: Uint8Array): void {
    this.pcmBits = 8 * PCM_BYTES;
  }
}
