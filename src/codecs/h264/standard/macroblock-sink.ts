/**
 * The interface that the syntax of macroblocks is written to, element by element. CAVLC writes the elements or counts their
 * bits; CABAC turns them into bins. Calls follow slice_data( ) of clause 7.3.4 for a slice, and macroblock-syntax.ts within a
 * macroblock.
 */

/** The elements of a slice header that the syntax of macroblocks depends on. */
export interface SliceSyntax {
  /** slice_type modulo 5 (`SliceType`). */
  readonly sliceType: number;
  /** num_ref_idx_l0_active_minus1, and likewise of list 1. */
  readonly num_ref_idx_l0_active_minus1: number;
  readonly num_ref_idx_l1_active_minus1: number;
  /** 0..2, of P and B slices with CABAC. */
  readonly cabac_init_idc: number;
  /** 0 where pictures have no chroma, else 1. */
  readonly ChromaArrayType: number;
  /** Whether the picture parameter set allows the 8x8 transform. */
  readonly transform_8x8_mode_flag: number;
}

/** Takes syntax elements by their names and values (clauses 7.3.4 and 7.3.5). */
export interface MacroblockSink {
  /** Whether mb_type P_8x8ref0 is written, which spares ref_idx: with CAVLC only (clause 7.4.5). */
  readonly hasP8x8Ref0: boolean;
  /** mb_skip_run or mb_skip_flag; P and B slices only. */
  skip(isSkipped: boolean): void;
  /** mb_type as in Table 7-11, 7-13 or 7-14, by the type of the slice. */
  mbType(mb_type: number): void;
  /** sub_mb_type as in Table 7-17 or 7-18. */
  subMbType(sub_mb_type: number): void;
  /** ref_idx_l0 or ref_idx_l1 of the partition whose first 8x8 block is `b8`; there is more than one picture in the list. */
  refIdx(list: number, b8: number, ref_idx: number): void;
  /**
   * mvd_l0 or mvd_l1, both components packed as a vector.
   * @param block first 4x4 block of the partition, 4·row + column
   * @param width, height of the partition in 4x4 blocks
   */
  mvd(list: number, block: number, width: number, height: number, mvd: number): void;
  /** prev_intra4x4_pred_mode_flag and rem_intra4x4_pred_mode; -1 if the mode is as predicted. */
  intraPredMode(rem_intra_pred_mode: number): void;
  intraChromaPredMode(intra_chroma_pred_mode: number): void;
  /** transform_size_8x8_flag; only where the picture parameter set allows it. */
  transformSize8x8Flag(transform_size_8x8_flag: number): void;
  codedBlockPattern(coded_block_pattern: number, isIntra: boolean): void;
  mbQpDelta(mb_qp_delta: number): void;
  /**
   * residual_block( ), clause 7.3.5.3.2.
   * @param cat ctxBlockCat, Table 9-42 (`BlockCat`)
   * @param block its place in the macroblock (macroblock.ts)
   * @param levels the block's level at scan position i is `levels[start + i]`
   * @param mask bit i set if that level is nonzero
   * @param maxNumCoeff 4, 15 or 16
   */
  residualBlock(
    cat: number,
    block: number,
    levels: Int16Array,
    start: number,
    mask: number,
    maxNumCoeff: number,
  ): void;
  /**
   * The levels of an 8x8 block: one block with CABAC, four of every fourth level with CAVLC (clause 7.3.5.3.2).
   * @param b8 its index; its levels are at 64·`b8`, in scan order
   * @param low, high which of its levels 0..31 and 32..63 are nonzero; one at least is
   */
  residualBlock8x8(b8: number, levels: Int16Array, low: number, high: number): void;
  /** pcm_alignment_zero_bit and the samples of an I_PCM macroblock: 256 of luma, and where there is chroma 64 of Cb, 64 of Cr. */
  pcm(samples: Uint8Array): void;
}

/** A sink that writes the data of slices. */
export interface SliceDataSink extends MacroblockSink {
  /** Bits that `endSlice` would write. */
  readonly pendingBits: number;
  /** Begins the data of a slice, behind its header. */
  startSlice(slice: SliceSyntax, qpY: number): void;
  /** A macroblock begins; its surroundings are loaded. */
  startMacroblock(): void;
  /** A macroblock, skipped or not, is complete; another one of the slice may follow. */
  endMacroblock(): void;
  /** No macroblock follows; rbsp_slice_trailing_bits( ) is written too. */
  endSlice(): void;
  /** Notes the place before a macroblock; there is one such place at a time. */
  mark(): void;
  /** Takes back all elements since `mark`. */
  rewind(): void;
}

/** A sink that counts what a macroblock would take. */
export interface MacroblockCounter extends MacroblockSink {
  /** Bits since `reset`; fractions of bits where the coder has them. */
  readonly bits: number;
  /** The counts are those of a slice of this kind. */
  startSlice(slice: SliceSyntax): void;
  reset(): void;
}
