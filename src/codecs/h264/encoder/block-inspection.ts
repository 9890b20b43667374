/** Keeps, for an inspector, what the 4x4 blocks of a candidate were before quantization, and what a plain dead zone makes of them. */
import {
  forwardChromaDc,
  forwardDifference4x4,
  forwardLumaDc,
} from '../kernels/plain/forward-transform.ts';
import {
  QUANTIZE_FULL,
  QUANTIZE_INTER,
  QUANTIZERS_OF_PLANE,
  quantize4x4,
} from '../kernels/plain/quantize.ts';
import { QUANTIZE_FULL_INTRA } from '../kernels/plain/residual-8x8.ts';
import {
  CB_BLOCKS,
  CB_DC_BLOCK,
  CR_BLOCKS,
  CR_DC_BLOCK,
  I_16X16,
  LUMA_DC_BLOCK,
  ZIGZAG,
} from '../standard/macroblock.ts';
import type { MacroblockSyntax } from '../standard/macroblock-syntax.ts';
import type { Candidate } from './candidate.ts';
import type { H264Inspector } from './inspector.ts';
import { type EncoderMemory, RECON_STRIDE, SOURCE_STRIDE } from './memory.ts';

/** Luma and chroma blocks, and with those of DC levels that are coded by themselves. */
const BLOCKS = LUMA_DC_BLOCK;
const ALL_BLOCKS = CR_DC_BLOCK + 1;
const LUMA_BLOCKS = 0xffff;

/** The first block of each chroma plane, and the block of its DC levels. */
const CHROMA_DC = [
  [CB_BLOCKS, CB_DC_BLOCK],
  [CR_BLOCKS, CR_DC_BLOCK],
] as const;

/** The blocks of the candidate that is being coded. */
export class BlockInspection {
  private readonly inspector: H264Inspector;
  private readonly memory: EncoderMemory;
  /** Coefficients in raster order, as they are quantized, and of those that are told in scan order. */
  private readonly coefficients = new Int16Array(16 * BLOCKS);
  private readonly scanned = new Int16Array(16 * ALL_BLOCKS);
  private readonly deadZoneLevels = new Int16Array(16 * ALL_BLOCKS);
  private readonly levels = new Int16Array(16 * ALL_BLOCKS);
  private readonly dc = new Int32Array(16);
  /** Blocks that were looked at, as bits. */
  private seen = 0;

  constructor(inspector: H264Inspector, memory: EncoderMemory) {
    this.inspector = inspector;
    this.memory = memory;
  }

  /**
   * Looks at a block before it is quantized, its prediction in place.
   * @param index of its quantizer; where levels are decided, the dead zone is that of inter blocks
   */
  watch(block: number, source: number, prediction: number, index: number, first: number): void {
    const { words, quantizers } = this.memory;
    const at = 16 * block;
    const kind = index % QUANTIZERS_OF_PLANE;
    const shift = kind >= QUANTIZE_FULL ? QUANTIZE_FULL - QUANTIZE_INTER : 0;
    const isIntra = kind >= QUANTIZE_FULL_INTRA;
    const deadZone = index - (isIntra ? QUANTIZE_FULL_INTRA : shift);
    forwardDifference4x4(
      ...([words, source, SOURCE_STRIDE, prediction, RECON_STRIDE, this.coefficients, at] as const),
    );
    this.deadZoneLevels.fill(0, at, at + 16);
    quantize4x4(quantizers[deadZone], this.coefficients, at, this.deadZoneLevels, at, first);
    this.seen |= 1 << block;
  }

  /** Tells of the blocks that were looked at, with the levels that the candidate has now. */
  tell({ syntax }: Candidate): void {
    // Luma with the 8x8 transform is told apart.
    const seen = syntax.transform_size_8x8_flag === 0 ? this.seen : this.seen & ~LUMA_BLOCKS;
    for (let block = 0; block < BLOCKS; block++) {
      if (((seen >> block) & 1) === 0) continue;
      const mask = syntax.masks[block];
      for (let i = 0; i < 16; i++) {
        const at = 16 * block + i;
        this.levels[at] = (mask >> i) & 1 ? syntax.levels[at] : 0;
        this.scanned[at] = this.coefficients[16 * block + ZIGZAG[i]];
      }
      const { scanned, deadZoneLevels, levels } = this;
      this.inspector.block(block, scanned, deadZoneLevels, levels, 16 * block);
    }
    const { coefficients, dc } = this;
    if (syntax.mbType === I_16X16) {
      forwardLumaDc(coefficients, dc, 0);
      this.tellDc(syntax, LUMA_DC_BLOCK, 16);
    }
    for (const [first, block] of CHROMA_DC) {
      if (((seen >> first) & 1) === 0) continue;
      const [c0, c1, c2, c3] = [0, 1, 2, 3].map((i) => coefficients[16 * (first + i)]!);
      forwardChromaDc(c0!, c1!, c2!, c3!, dc, 0);
      this.tellDc(syntax, block, 4);
    }
    // Blocks of Intra_4x4 were looked at when its modes were searched; the candidate of Intra_8x8 is coded between that and its own turn.
    this.seen &= ~seen;
  }

  /** Tells of `count` DC coefficients, which are in `dc`. Their levels are those of the dead zone: they are not decided. */
  private tellDc({ masks, levels: sent }: MacroblockSyntax, block: number, count: number): void {
    const { inspector, scanned, deadZoneLevels, levels, dc } = this;
    for (let i = 0; i < count; i++) {
      const at = 16 * block + i;
      scanned[at] = dc[count === 16 ? ZIGZAG[i] : i];
      levels[at] = (masks[block] >> i) & 1 ? sent[at] : 0;
      deadZoneLevels[at] = levels[at];
    }
    inspector.block(block, scanned, deadZoneLevels, levels, 16 * block);
  }
}
