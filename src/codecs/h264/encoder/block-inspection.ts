/** Keeps, for an inspector, what the 4x4 blocks of a candidate were before quantization, and what a plain dead zone makes of them. */
import { forwardDifference4x4 } from '../kernels/plain/forward-transform.ts';
import {
  QUANTIZE_FULL,
  QUANTIZE_INTER,
  QUANTIZERS_OF_PLANE,
  quantize4x4,
} from '../kernels/plain/quantize.ts';
import { QUANTIZE_FULL_INTRA } from '../kernels/plain/residual-8x8.ts';
import { LUMA_DC_BLOCK, ZIGZAG } from '../standard/macroblock.ts';
import type { Candidate } from './candidate.ts';
import type { H264Inspector } from './inspector.ts';
import { type EncoderMemory, RECON_STRIDE, SOURCE_STRIDE } from './memory.ts';

/** Luma and chroma blocks; the DC levels that are coded by themselves are not told. */
const BLOCKS = LUMA_DC_BLOCK;

/** The blocks of the candidate that is being coded. */
export class BlockInspection {
  private readonly inspector: H264Inspector;
  private readonly memory: EncoderMemory;
  /** Coefficients in raster order, as they are quantized, and of those that are told in scan order. */
  private readonly coefficients = new Int16Array(16 * BLOCKS);
  private readonly scanned = new Int16Array(16 * BLOCKS);
  private readonly deadZoneLevels = new Int16Array(16 * BLOCKS);
  private readonly levels = new Int16Array(16 * BLOCKS);
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
    for (let block = 0; block < BLOCKS; block++) {
      if (((this.seen >> block) & 1) === 0) continue;
      const mask = syntax.masks[block];
      for (let i = 0; i < 16; i++) {
        const at = 16 * block + i;
        this.levels[at] = (mask >> i) & 1 ? syntax.levels[at] : 0;
        this.scanned[at] = this.coefficients[16 * block + ZIGZAG[i]];
      }
      const { scanned, deadZoneLevels, levels } = this;
      this.inspector.block(block, scanned, deadZoneLevels, levels, 16 * block);
    }
    this.seen = 0;
  }
}
