/**
 * The distortion of one block of the current macroblock against a reference, at full samples and between them. Samples between
 * full ones are made when a vector first asks for them.
 */
import { MOTION_WORD } from '../kernels/motion-record.ts';
import {
  ensureTiles,
  firstLumaPosition,
  planesAt,
  secondLumaPosition,
  tileAt,
} from '../standard/interpolation.ts';
import type { ReconstructedPicture } from '../standard/picture.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { BLOCK_STRIDE, SOURCE_STRIDE } from './memory.ts';

/** Compares the block that was placed last. */
export class BlockMatcher {
  private readonly context: MacroblockContext;
  private readonly sparseRows: boolean;
  /** The reference, or what stands for it in a search if its samples are weighted. */
  picture!: ReconstructedPicture;
  /** Place in the picture and size, in samples. */
  x = 0;
  y = 0;
  width = 16;
  height = 16;
  /** Position of the block in the reference at the vector zero, and samples from a row of it to the next. */
  private still = 0;
  private readonly stride: number;
  private source = 0;
  private searchSource = 0;
  /** 2 if every second row is compared, else 1. */
  private rowStep = 1;

  // Tiles of a reference that are known to have the half-sample planes in `ensuredPlanes`.
  private ensuredPicture: ReconstructedPicture | null = null;
  private ensuredPlanes = 0;
  private ensuredLeft = 0;
  private ensuredTop = 0;
  private ensuredRight = 0;
  private ensuredBottom = 0;

  /** @param sparseRows whether SAD takes every second row only of a block 16 wide */
  constructor(context: MacroblockContext, sparseRows: boolean) {
    this.context = context;
    this.sparseRows = sparseRows;
    this.stride = context.memory.layout.lumaStride;
  }

  /** Forgets what was made for the macroblock before. */
  startMacroblock(): void {
    this.ensuredPicture = null;
  }

  /** Says which block is compared next, at (x, y) of the macroblock, in samples, and in which picture. */
  place(picture: ReconstructedPicture, x: number, y: number, width: number, height: number): void {
    const context = this.context;
    this.picture = picture.weighting === null ? picture : picture.weighting.searched;
    this.x = 16 * context.mbX + x;
    this.y = 16 * context.mbY + y;
    this.width = width;
    this.height = height;
    this.still = this.picture.luma + this.y * this.stride + this.x;
    this.rowStep = this.sparseRows && width === 16 ? 2 : 1;
    const offset = y * SOURCE_STRIDE + x;
    this.source = context.memory.source + offset;
    this.searchSource = context.memory.searchSource + offset;
  }

  /** Tells a kernel of the block: writes its words of the record at word `at` (motion-record.ts). */
  describe(words: Int32Array, at: number): void {
    const { picture } = this;
    words[at + MOTION_WORD.luma] = picture.luma;
    words[at + MOTION_WORD.tiles] = picture.tileDone.byteOffset;
    words[at + MOTION_WORD.atX] = 4 * this.x;
    words[at + MOTION_WORD.atY] = 4 * this.y;
    words[at + MOTION_WORD.width] = this.width;
    words[at + MOTION_WORD.height] = this.height;
    words[at + MOTION_WORD.source] = this.source;
    words[at + MOTION_WORD.searchSource] = this.searchSource;
    words[at + MOTION_WORD.rowStep] = this.rowStep;
  }

  /** SAD at a vector in full samples; a lower bound of it that is not below `limit` where it is not less. */
  full(x: number, y: number, limit: number): number {
    const { stride } = this;
    return this.sumDifferences(this.still + y * stride + x, stride, limit);
  }

  /** SAD or SATD at a vector in quarter samples; likewise. */
  fractional(x: number, y: number, metric: 'sad' | 'satd', limit: number): number {
    const memory = this.context.memory;
    const { kernels } = memory;
    const { width, height } = this;
    const { layout } = memory;
    const { lumaStride } = layout;
    const atX = 4 * this.x + x;
    const atY = 4 * this.y + y;
    this.ensureHalfSamples(atX, atY);
    let at = firstLumaPosition(this.picture.luma, layout, atX, atY);
    let stride = lumaStride;
    if ((x & 1) !== 0 || (y & 1) !== 0) {
      const second = secondLumaPosition(this.picture.luma, layout, atX, atY);
      const step = metric === 'sad' ? this.rowStep : 1;
      const from = step * lumaStride;
      stride = BLOCK_STRIDE;
      const scratch = memory.blocks[1];
      const rows = height >> (step - 1);
      kernels.averageBlocks(at, second, from, scratch, step * stride, width, rows);
      at = scratch;
    }
    return metric === 'satd'
      ? kernels.satd(this.source, SOURCE_STRIDE, at, stride, width, height, limit)
      : this.sumDifferences(at, stride, limit);
  }

  /**
   * Makes sure that the half-sample planes hold the block at (x, y), in quarter samples of the picture. Remembers for which
   * tiles of which reference it was last asked: vectors that are tried in turn lie close together.
   */
  private ensureHalfSamples(x: number, y: number): void {
    const planes = planesAt(x, y);
    if (planes === 0) return;
    const x0 = x >> 2;
    const y0 = y >> 2;
    const left = tileAt(x0);
    const top = tileAt(y0);
    const right = tileAt(x0 + this.width);
    const bottom = tileAt(y0 + this.height);
    const isSame =
      this.picture === this.ensuredPicture &&
      left >= this.ensuredLeft &&
      right <= this.ensuredRight &&
      top >= this.ensuredTop &&
      bottom <= this.ensuredBottom;
    if (!isSame) {
      this.ensuredPicture = this.picture;
      this.ensuredPlanes = 0;
      this.ensuredLeft = left;
      this.ensuredTop = top;
      this.ensuredRight = right;
      this.ensuredBottom = bottom;
    } else if ((planes & ~this.ensuredPlanes) === 0) {
      return;
    }
    this.ensuredPlanes |= planes;
    const { memory } = this.context;
    ensureTiles(
      memory,
      this.picture,
      planes,
      this.ensuredLeft,
      this.ensuredTop,
      this.ensuredRight,
      this.ensuredBottom,
    );
  }

  /** SAD of the block at `at`, by the rows that are compared; as `sad16`. */
  private sumDifferences(at: number, stride: number, limit: number): number {
    const { width, height, searchSource: source, rowStep: step } = this;
    const { kernels } = this.context.memory;
    if (step === 2) {
      const half = (limit + 1) >> 1;
      return 2 * kernels.sad16(source, 2 * SOURCE_STRIDE, at, 2 * stride, height >> 1, half);
    }
    if (width === 16) return kernels.sad16(source, SOURCE_STRIDE, at, stride, height, limit);
    if (width === 8) return kernels.sad8(source, SOURCE_STRIDE, at, stride, height, limit);
    return kernels.sad4(source, SOURCE_STRIDE, at, stride, height);
  }
}
