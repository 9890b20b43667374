/**
 * From prediction to levels to reconstruction with the 8x8 transform, as residual.ts does it with 4x4 blocks. The prediction lies in the
 * candidate's reconstruction block, where the residual is added in place.
 */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { Kernels8x8 } from '../kernels/contract.ts';
import { QUANTIZE_FULL, QUANTIZE_INTER, QUANTIZE_INTRA } from '../kernels/plain/quantize.ts';
import {
  createQuantizers8x8,
  FLAT_WEIGHT,
  plainKernels8x8,
  QUANTIZE_FULL_INTRA,
  type Quantizer8x8,
  writeQuantizers8x8,
} from '../kernels/plain/residual-8x8.ts';
import { KERNELS_8X8 } from '../kernels/vector/residual-8x8.ts';
import { LUMA_DC_BLOCK } from '../standard/macroblock.ts';
import { allowsTransform8x8 } from '../standard/macroblock-syntax.ts';
import { exceeds16Bits8x8 } from '../standard/transform-8x8.ts';
import type { Candidate } from './candidate.ts';
import { searchIntra8x8 } from './intra-8x8-search.ts';
import type { IntraTerms } from './intra-search.ts';
import { BLOCK_SCORE, isolationScore8x8, LUMA_SCORE } from './isolated-levels.ts';
import type { LevelDecider } from './level-decision.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { type EncoderMemory, RECON_LUMA, RECON_STRIDE, SOURCE_STRIDE } from './memory.ts';

const NO_LIMIT = 0x7fffffff;
/** Bytes of a block of 64 coefficients or levels, and of its masks. */
const BLOCK_BYTES_8X8 = 128;
const MASK_BYTES = 8;

/** With flat lists, below this QP a residual cannot leave 16 bits by being quantized: a step is less than a gray level there. */
const FIRST_COARSE_QP = 24;
/** No pass of the inverse transform gains more than this, for each coefficient, over both directions (1.5 · 1.5). */
const LARGEST_GAIN = 2.25;

/** Transforms, quantizes and reconstructs 8x8 blocks of one encoder. */
export class ResidualCoder8x8 {
  private readonly memory: EncoderMemory;
  private readonly kernels: Kernels8x8;
  private readonly quantizers: readonly Quantizer8x8[];
  private readonly decider: LevelDecider | null;
  /** Coefficients and levels as they lie in memory, 16 bits each. */
  private readonly halves: Int16Array;
  private readonly scratch = new Int32Array(64);
  private readonly firstCoarseQp: number;

  /**
   * @param decider decides levels if it has a way for 8x8 blocks; null: levels are those of a dead zone
   * @param vectorKernels which vector kernels are used, if there can be any
   * @param weights weightScale8x8 by column; null: flat
   */
  constructor(
    memory: EncoderMemory,
    decider: LevelDecider | null,
    vectorKernels: VectorKernels,
    weights: readonly [intra: Uint8Array, inter: Uint8Array] | null,
  ) {
    this.memory = memory;
    const { bytes, clamped, words } = memory;
    const halves = new Int16Array(bytes.buffer);
    const flat = new Uint8Array(64).fill(FLAT_WEIGHT);
    const [intra, inter] = weights ?? [flat, flat];
    this.quantizers = createQuantizers8x8(intra, inter);
    this.firstCoarseQp = weights === null ? FIRST_COARSE_QP : 0;
    writeQuantizers8x8(words, halves, this.quantizers);
    this.kernels = {
      ...plainKernels8x8({ bytes, clamped, words, halves }, this.quantizers),
      ...KERNELS_8X8.over(memory.kernelMemory, vectorKernels),
    };
    this.decider = decider !== null && decider.decide8x8 !== null ? decider : null;
    this.halves = halves;
  }

  /** Searches the modes of an Intra_8x8 macroblock; see `searchIntra8x8`. */
  searchIntra(context: MacroblockContext, candidate: Candidate, terms: IntraTerms): boolean {
    return searchIntra8x8(context, candidate, this, this.kernels, terms);
  }

  /** Choice: the 8x8 transform where the Hadamard transform of that size leaves less than the small one. */
  suits({ syntax, recon }: Candidate): boolean {
    if (!allowsTransform8x8(syntax)) return false;
    const { kernels, memory } = this;
    const { source } = memory;
    const at = recon + RECON_LUMA;
    let large = 0;
    for (let b8 = 0; b8 < 4; b8++) {
      const a = source + this.placeOf(b8, SOURCE_STRIDE);
      const b = at + this.placeOf(b8, RECON_STRIDE);
      large += kernels.sa8d(a, SOURCE_STRIDE, b, RECON_STRIDE);
    }
    const small = memory.kernels.satd(source, SOURCE_STRIDE, at, RECON_STRIDE, 16, 16, NO_LIMIT);
    return large < small;
  }

  /** Codes the luma of an inter macroblock whose prediction is in place; sets levels, masks and the luma bits of the CBP. */
  codeInterLuma(candidate: Candidate, qp: number): void {
    const { syntax } = candidate;
    const kind = this.decider === null ? QUANTIZE_INTER : QUANTIZE_FULL;
    if (this.decider !== null) this.decider.isIntra = false;
    let pattern = 0;
    let total = 0;
    for (let b8 = 0; b8 < 4; b8++) {
      if (!this.quantize(candidate, b8, kind + qp)) continue;
      // Choice: where levels are decided, those that are left are worth their bits, and stay: BD-rate -2.0 % (five clips, medium, QP 22..37).
      const score = isolationScore8x8(syntax.levels, 64 * b8);
      if (this.decider === null && score < BLOCK_SCORE) continue;
      pattern |= 1 << b8;
      total += score;
    }
    if (this.decider === null && total < LUMA_SCORE) pattern = 0;
    for (let b8 = 0; b8 < 4; b8++) {
      if ((pattern & (1 << b8)) !== 0) this.add(candidate, b8);
      else this.clear(candidate, b8);
    }
    this.finish(candidate, pattern);
  }

  /** Codes one Intra_8x8 block whose prediction is in place; sets its levels and masks. Returns whether any level is left. */
  codeIntra(candidate: Candidate, b8: number, qp: number): boolean {
    const kind = this.decider === null ? QUANTIZE_INTRA : QUANTIZE_FULL_INTRA;
    if (this.decider !== null) this.decider.isIntra = true;
    const any = this.quantize(candidate, b8, kind + qp);
    if (any) this.add(candidate, b8);
    else this.clear(candidate, b8);
    return any;
  }

  /** Marks the candidate as one with the 8x8 transform, with these blocks coded. */
  finish({ syntax }: Candidate, pattern: number): void {
    syntax.transform_size_8x8_flag = 1;
    syntax.masks[LUMA_DC_BLOCK] = 0;
    syntax.coded_block_pattern = (syntax.coded_block_pattern & 0x30) | pattern;
  }

  private placeOf(b8: number, stride: number): number {
    return 8 * ((b8 >> 1) * stride + (b8 & 1));
  }

  private clear({ syntax }: Candidate, b8: number): void {
    syntax.masks8x8[2 * b8] = 0;
    syntax.masks8x8[2 * b8 + 1] = 0;
  }

  private add({ recon }: Candidate, b8: number): void {
    const pos = recon + RECON_LUMA + this.placeOf(b8, RECON_STRIDE);
    const coefficients = this.memory.coefficients + BLOCK_BYTES_8X8 * b8;
    this.kernels.add8x8(pos, RECON_STRIDE, coefficients);
  }

  /** Quantizes a block and scales its levels for the way back; returns whether any is left. */
  private quantize(candidate: Candidate, b8: number, index: number): boolean {
    const { memory, kernels, decider } = this;
    const coefficients = memory.coefficients + BLOCK_BYTES_8X8 * b8;
    const levels = candidate.levels + BLOCK_BYTES_8X8 * b8;
    const masks = candidate.masks8x8 + MASK_BYTES * b8;
    const any = kernels.quantize8x8(
      memory.source + this.placeOf(b8, SOURCE_STRIDE),
      SOURCE_STRIDE,
      candidate.recon + RECON_LUMA + this.placeOf(b8, RECON_STRIDE),
      RECON_STRIDE,
      index,
      decider === null ? 0 : 1,
      coefficients,
      levels,
      masks,
    );
    if (any === 0) return false;
    const quantizer = this.quantizers[index];
    if (decider !== null) {
      if (!decider.decide8x8!(quantizer, coefficients, levels, masks)) return false;
      kernels.scale8x8(index, levels, coefficients);
    }
    return quantizer.qp < this.firstCoarseQp || !this.mayNotBe(coefficients >> 1);
  }

  /** Whether scaled coefficients would leave 16 bits on the way back, which no stream may bring about. Rare: noise of full range. */
  private mayNotBe(at: number): boolean {
    const { halves } = this;
    let sum = 0;
    for (let i = at; i < at + 64; i++) sum += halves[i] < 0 ? -halves[i] : halves[i];
    return sum * LARGEST_GAIN > 32767 && exceeds16Bits8x8(halves, at, this.scratch);
  }
}
