/**
 * Rate-distortion optimized quantization for CABAC: which levels are worth their bits. Not normative.
 *
 * Choice: each level may stay, move one step toward zero or become 0. The cost of a level depends on the levels behind it in the scan only through the
 * counts of levels of magnitude 1 and beyond (clause 9.3.3.1.3), which eight states hold; so the cheapest row of levels is a
 * shortest path, found exactly for contexts that stay as they are before the macroblock. Source: trellis quantization as in Karczewicz, Ye and
 * Chong, "Rate distortion optimized quantization" (ITU-T VCEG-AH21, 2008).
 */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { TrellisKernels } from '../kernels/contract.ts';
import {
  plainTrellisKernels,
  TRELLIS_BYTES,
  TRELLIS_FIELD,
  TRELLIS_PLACES,
  TRELLIS_STATES,
} from '../kernels/plain/level-trellis.ts';
import { TRELLIS_KERNELS } from '../kernels/vector/level-trellis.ts';
import { CTX } from '../standard/cabac-binarization.ts';
import {
  FLAG_OFFSET,
  LAST_8X8,
  LEVEL_OFFSET,
  MAP_OFFSET,
  SIGNIFICANT_8X8,
} from '../standard/cabac-residual.ts';
import { BIN_COST, BIT } from '../standard/cabac-states.ts';
import { countBits32 } from '../standard/cavlc.ts';
import type { KernelBuffer } from './kernel-buffer.ts';

/** State => ctxIdxInc of the first bin of a level, and of those after it (clause 9.3.3.1.3); chroma DC stops one earlier. */
const FIRST_BIN_INC: Uint8Array = /* @__PURE__ */ Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 0);
const NEXT_BIN_INC: Uint8Array = /* @__PURE__ */ Uint8Array.of(5, 5, 5, 5, 6, 7, 8, 9);

/** Levels that the vector kernel tells apart in one block. */
const MOST_LEVELS = 32;

/** Where the contexts of a kind of block lie, and how its coefficients weigh. */
export interface TrellisBlock {
  /** Its number among the kinds of an encoder. */
  readonly kind: number;
  /** First context of coded_block_flag; -1 for 8x8 blocks, which have none. */
  readonly codedBlockFlag: number;
  /** Contexts of the two maps by scan position, and the first context of levels. */
  readonly significant: Uint16Array;
  readonly last: Uint16Array;
  readonly levels: number;
  /** Number of coefficients, and the scan index of the first: 1 for AC blocks. */
  readonly count: number;
  readonly first: number;
  /** Scan index => place in raster order. */
  readonly scan: Uint8Array;
  /** 1 / squared norm of the forward transform's basis by scan index: coefficients back to squared samples. */
  readonly inverseNorm: Float64Array;
}

/** A 4x4 block by its ctxBlockCat; `first` 1 for those without DC. */
export function trellisBlock4x4(
  kind: number,
  cat: number,
  first: number,
  scan: Uint8Array,
  inverseNorm: Float64Array,
): TrellisBlock {
  const map = MAP_OFFSET[cat];
  const contexts = (offset: number) =>
    Uint16Array.from({ length: 16 }, (_, i) => offset + map + Math.max(0, i - first));
  return {
    kind,
    codedBlockFlag: CTX.coded_block_flag + FLAG_OFFSET[cat],
    significant: contexts(CTX.significant_coeff_flag),
    last: contexts(CTX.last_significant_coeff_flag),
    levels: CTX.coeff_abs_level_minus1 + LEVEL_OFFSET[cat],
    count: 16,
    first,
    scan,
    inverseNorm,
  };
}

/** An 8x8 luma block. */
export function trellisBlock8x8(
  kind: number,
  scan: Uint8Array,
  inverseNorm: Float64Array,
): TrellisBlock {
  return {
    kind,
    codedBlockFlag: -1,
    significant: Uint16Array.from(SIGNIFICANT_8X8, (inc) => CTX.significant_coeff_flag_8x8 + inc),
    last: Uint16Array.from(LAST_8X8, (inc) => CTX.last_significant_coeff_flag_8x8 + inc),
    levels: CTX.coeff_abs_level_minus1_8x8,
    count: TRELLIS_PLACES,
    first: 0,
    scan,
    inverseNorm,
  };
}

/** Finds levels by shortest path; scratch of one encoder. */
export class LevelTrellis {
  /** Contexts as they stand before the macroblock, by ctxIdx. */
  private readonly states: Uint8Array;
  private readonly bytes: Uint8Array;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  /** Position of the tables of all kinds. */
  private readonly tables: number;
  private readonly plain: TrellisKernels;
  private readonly kernels: TrellisKernels;
  /** By kind: the steps and lambda that its table has, and whether the bits there are those of the macroblock. */
  private readonly steps: (Float64Array | null)[] = [null, null, null, null];
  private readonly lambdas: number[] = [0, 0, 0, 0];
  private readonly isPrepared: boolean[] = [false, false, false, false];

  /**
   * @param tables position of TRELLIS_KINDS tables in the memory
   * @param vectorKernels which vector kernels are used, if there can be any
   */
  constructor(
    states: Uint8Array,
    { bytes, words, kernelMemory }: Pick<KernelBuffer, 'bytes' | 'words' | 'kernelMemory'>,
    tables: number,
    vectorKernels: VectorKernels,
  ) {
    this.states = states;
    this.bytes = bytes;
    this.words = words;
    this.doubles = new Float64Array(bytes.buffer, 0, bytes.length >> 3);
    this.tables = tables;
    const { doubles } = this;
    this.plain = plainTrellisKernels({
      bytes,
      words,
      doubles,
      halves: new Int16Array(bytes.buffer),
    });
    this.kernels = { ...this.plain, ...TRELLIS_KERNELS.over(kernelMemory, vectorKernels) };
  }

  /** The contexts are those before another macroblock. */
  startMacroblock(): void {
    this.isPrepared.fill(false);
  }

  /**
   * Improves the levels of a 4x4 block.
   * @param step size of a quantizer step by scan index, in units of the coefficients
   * @param lambda for squared errors
   * @param coefficients, levels positions in memory, in bytes: coefficients before quantization in raster order, levels in scan order
   * @param mask of the nonzero levels, not 0
   * @param flagInc ctxIdxInc of coded_block_flag, 0..3
   * @returns the mask of those that are left
   */
  decide4x4(
    block: TrellisBlock,
    step: Float64Array,
    lambda: number,
    coefficients: number,
    levels: number,
    mask: number,
    flagInc: number,
  ): number {
    const table = this.tableOf(block, step, lambda);
    const top = 31 - Math.clz32(mask);
    return this.kernels.decideLevels4x4(table, block.first, top, coefficients, levels, flagInc);
  }

  /**
   * The same for the luma blocks of a macroblock, which are scaled for the way back as well; see `decideLuma` of the kernels.
   * @param quantizer its index
   */
  decideLuma(
    block: TrellisBlock,
    step: Float64Array,
    lambda: number,
    quantizer: number,
    coefficients: number,
    levels: number,
    masks: number,
    around: number,
  ): boolean {
    const table = this.tableOf(block, step, lambda);
    const at = [coefficients, levels, masks] as const;
    return this.kernels.decideLuma(table, block.first, quantizer, ...at, around) !== 0;
  }

  /**
   * The same for an 8x8 block.
   * @param masks position of its two masks, which are changed
   * @returns whether a level is left
   */
  decide8x8(
    block: TrellisBlock,
    step: Float64Array,
    lambda: number,
    coefficients: number,
    levels: number,
    masks: number,
  ): boolean {
    const table = this.tableOf(block, step, lambda);
    const low = this.words[masks >> 2];
    const high = this.words[(masks >> 2) + 1];
    const top = high !== 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(low);
    const isFew = countBits32(low) + countBits32(high) <= MOST_LEVELS;
    const kernels = isFew ? this.kernels : this.plain;
    return kernels.decideLevels8x8(table, top, coefficients, levels, masks) !== 0;
  }

  /** Position of the table of a kind of block, in which all is as it has to be. */
  private tableOf(block: TrellisBlock, step: Float64Array, lambda: number): number {
    const { kind } = block;
    const table = this.tables + TRELLIS_BYTES * kind;
    if (!this.isPrepared[kind]) this.prepareBits(block, table);
    if (this.steps[kind] !== step || this.lambdas[kind] !== lambda) {
      this.prepareSteps(block, table, step, lambda);
    }
    return table;
  }

  private prepareSteps(
    block: TrellisBlock,
    table: number,
    step: Float64Array,
    lambda: number,
  ): void {
    const { doubles, bytes, steps } = this;
    const at = (table + TRELLIS_FIELD.step) >> 3;
    if (steps[block.kind] === null) {
      const { scan, inverseNorm, count } = block;
      doubles.set(inverseNorm, (table + TRELLIS_FIELD.norm) >> 3);
      for (let i = 0; i < count; i++) bytes[table + TRELLIS_FIELD.scan + i] = 2 * scan[i];
    }
    for (let i = 0; i < block.count; i++) doubles[at + i] = step[i];
    doubles[(table + TRELLIS_FIELD.weight) >> 3] = lambda / BIT;
    steps[block.kind] = step;
    this.lambdas[block.kind] = lambda;
  }

  private bin(ctxIdx: number, bin: number): number {
    return BIN_COST[(this.states[ctxIdx] << 1) | bin];
  }

  private prepareBits(block: TrellisBlock, table: number): void {
    const { words } = this;
    const { significant, last, codedBlockFlag } = block;
    this.prepareLevels(block.levels, table);
    const hasFlag = codedBlockFlag >= 0;
    for (let inc = 0; inc < 4; inc++) {
      const at = ((table + TRELLIS_FIELD.flags) >> 2) + 2 * inc;
      words[at] = hasFlag ? this.bin(codedBlockFlag + inc, 0) : 0;
      // An 8x8 block has a bit of coded_block_pattern instead.
      words[at + 1] = hasFlag ? this.bin(codedBlockFlag + inc, 1) : BIT;
    }
    // At the last place, where neither is sent, the words stay 0.
    let at = (table + TRELLIS_FIELD.places) >> 2;
    for (let i = 0; i < block.count - 1; i++, at += 4) {
      const isSignificant = this.bin(significant[i], 1);
      words[at] = this.bin(significant[i], 0);
      words[at + 1] = isSignificant + this.bin(last[i], 1);
      words[at + 2] = isSignificant + this.bin(last[i], 0);
    }
    this.isPrepared[block.kind] = true;
  }

  /** Costs of coeff_abs_level_minus1 and the sign by state. */
  private prepareLevels(offset: number, table: number): void {
    const { words } = this;
    for (let state = 0; state < TRELLIS_STATES; state++) {
      const first = offset + FIRST_BIN_INC[state];
      const next = offset + NEXT_BIN_INC[state];
      const at = (table >> 2) + state;
      words[at] = this.bin(first, 0) + BIT;
      words[at + TRELLIS_FIELD.beyond / 4] = this.bin(first, 1) + BIT;
      words[at + TRELLIS_FIELD.more / 4] = this.bin(next, 1);
      words[at + TRELLIS_FIELD.end / 4] = this.bin(next, 0);
    }
  }
}
