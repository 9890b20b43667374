/**
 * The one block of memory that holds all samples of an encoder, so that kernels reach them all, and the places in it: source
 * pictures, reconstructed pictures with their half-sample planes, and the scratch blocks of the macroblock being coded.
 */
import { ConfigError } from '../../../base/errors.ts';
import type { KernelMemory, VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { Kernels, MotionKernels } from '../kernels/contract.ts';
import { BI_WORDS, MOTION_WORDS } from '../kernels/motion-record.ts';
import { INTRA_8X8_BYTES } from '../kernels/plain/intra-8x8-costs.ts';
import { TRELLIS_BYTES, TRELLIS_KINDS } from '../kernels/plain/level-trellis.ts';
import {
  createQuantizers,
  QUANTIZERS_8X8_AT,
  QUANTIZERS_8X8_BYTES,
  type Quantizer,
  writeQuantizers,
} from '../kernels/plain/quantize.ts';
import { type WindowKind, windowBytes } from '../kernels/plain/window-rows.ts';
import { quarterOffsets, tileColumns } from '../standard/interpolation.ts';
import { BLOCKS_PER_MB } from '../standard/macroblock.ts';
import { LEVELS_PER_MB } from '../standard/macroblock-syntax.ts';
import {
  CHROMA_PADDING,
  LUMA_PADDING,
  type PictureLayout,
  type ReconstructedPicture,
  type SampleMemory,
} from '../standard/picture.ts';
import { createKernelBuffer } from './kernel-buffer.ts';

/** Positions of the planes of a source picture, whole macroblocks wide and high, without padding. */
export interface SourcePicture {
  readonly luma: number;
  readonly cb: number;
  readonly cr: number;
}

/** Row length of the source scratch block: luma 16 wide, then rows of 8 Cb and 8 Cr samples. */
export const SOURCE_STRIDE = 16;
/** Offset of the Cb and Cr blocks within the source scratch block. */
export const SOURCE_CB = 256;
export const SOURCE_CR = 264;
const SOURCE_SIZE = 256 + 128;

/**
 * Row length of a reconstruction scratch block. It has room for the neighbors that intra prediction reads: a row above
 * (with eight samples above right), and a column to the left of each plane.
 */
export const RECON_STRIDE = 32;
export const RECON_LUMA = RECON_STRIDE + 8;
export const RECON_CB = 18 * RECON_STRIDE + 8;
export const RECON_CR = 18 * RECON_STRIDE + 24;
/** Bytes of such a block. */
export const RECON_SIZE = 27 * RECON_STRIDE;
/** One each for inter, Intra_16x16, Intra_4x4 and Intra_8x8 candidates, one to try with, one for B_Direct_16x16. */
const CANDIDATES = 6;

/** Scratch of 16x16 samples, rows of 16. */
export const BLOCK_STRIDE = 16;
const BLOCK_SIZE = 256;
const SCRATCH_BLOCKS = 4;

/** Word reads may touch up to 7 bytes past a block. */
const SLACK = 64;

/** Positions are signed integers of 32 bits. */
export const MOST_BYTES = 2 ** 31 - 1;
/** More than all that is no picture takes, whatever the size of pictures. */
export const SCRATCH_BYTES = 2 ** 22;

/** The samples of one encoder, allocated when it opens. */
export class EncoderMemory implements SampleMemory {
  readonly bytes: Uint8Array;
  readonly clamped: Uint8ClampedArray;
  readonly words: Int32Array;
  readonly kernels: Kernels;
  /** Whole searches as kernels; null without vectors. */
  readonly motion: MotionKernels | null;
  /** Records of them: one for P slices, one for B slices, and that of predictions from two pictures. */
  readonly motionRecords: readonly number[];
  readonly biRecord: number;
  readonly quantizers: readonly Quantizer[];
  /** The memory that the kernels of 8x8 blocks work on. */
  readonly kernelMemory: KernelMemory;
  readonly layout: PictureLayout;
  readonly sources: readonly SourcePicture[];
  readonly pictures: readonly ReconstructedPicture[];
  /** Source samples of the current macroblock. */
  readonly source: number;
  /** Its luma as `searchWord`s (distortion.ts), rows of SOURCE_STRIDE. */
  readonly searchSource: number;
  /** Reconstruction scratch blocks. */
  readonly recon: readonly number[];
  /** A block like those, for the second of two predictions. */
  readonly second: number;
  /** Levels of the macroblock by candidate, 16 bits each. */
  readonly levels: readonly number[];
  /** Masks of the nonzero levels of its blocks by candidate, 32 bits each. */
  readonly masks: readonly number[];
  /** Masks of its 8x8 blocks by candidate: two words each. */
  readonly masks8x8: readonly number[];
  /** Coefficients of the blocks of a macroblock, raster order, 16 bits each. */
  readonly coefficients: number;
  /** Scratch blocks for predictions. */
  readonly blocks: readonly number[];
  /** Predictions of an Intra_8x8 block in all modes (`intra8x8Costs`). */
  readonly intra8x8: number;
  /** Tables of the bits that levels cost, one for each kind of block (plain/level-trellis.ts). */
  readonly trellis: number;
  /** The search of windows keeps its hashes and places here (vector/window-rows.ts). */
  readonly windows: Readonly<Record<WindowKind, number>>;
  /** Row lengths of source pictures. */
  readonly sourceLumaStride: number;
  readonly sourceChromaStride: number;

  /**
   * `sourceCount` source pictures, `pictureCount` reconstructed pictures of that many macroblocks.
   * @param vectorKernels which vector kernels are used, if there can be any
   * @param scaled quantizers by scaling lists; flat ones if not given
   */
  constructor(
    widthInMbs: number,
    heightInMbs: number,
    sourceCount: number,
    pictureCount: number,
    vectorKernels: VectorKernels,
    scaled?: readonly Quantizer[],
  ) {
    const width = widthInMbs * 16;
    const height = heightInMbs * 16;
    const layout = createLayout(widthInMbs, heightInMbs);
    this.layout = layout;
    this.sourceLumaStride = width;
    this.sourceChromaStride = width / 2;

    let end = QUANTIZERS_8X8_AT + QUANTIZERS_8X8_BYTES;
    const take = (size: number): number => {
      const start = end;
      end += (size + 15) & ~15;
      return start;
    };
    this.source = take(SOURCE_SIZE);
    this.searchSource = take(16 * SOURCE_STRIDE);
    this.recon = Array.from({ length: CANDIDATES }, () => take(RECON_SIZE));
    this.second = take(RECON_SIZE);
    this.levels = Array.from({ length: CANDIDATES }, () => take(2 * LEVELS_PER_MB));
    this.masks = Array.from({ length: CANDIDATES }, () => take(4 * BLOCKS_PER_MB));
    this.masks8x8 = Array.from({ length: CANDIDATES }, () => take(4 * 8));
    this.coefficients = take(2 * LEVELS_PER_MB);
    this.blocks = Array.from({ length: SCRATCH_BLOCKS }, () => take(BLOCK_SIZE + SLACK));
    this.intra8x8 = take(INTRA_8X8_BYTES);
    this.motionRecords = [take(4 * MOTION_WORDS), take(4 * MOTION_WORDS)];
    this.biRecord = take(4 * BI_WORDS);
    this.trellis = take(TRELLIS_KINDS * TRELLIS_BYTES);
    this.windows = {
      anchors: take(windowBytes('anchors', width)),
      asked: take(windowBytes('asked', width)),
    };
    this.sources = Array.from({ length: sourceCount }, () => ({
      luma: take(width * height),
      cb: take((width * height) / 4),
      cr: take((width * height) / 4),
    }));
    const places = Array.from({ length: pictureCount }, () => takePlaces(take, layout));
    this.quantizers = scaled ?? createQuantizers();
    const isFlat = scaled === undefined;
    requireRoom(end + SLACK);
    const buffer = createKernelBuffer(end + SLACK, vectorKernels, this.quantizers, isFlat);
    const { bytes, clamped, words, kernels, motion, kernelMemory } = buffer;
    this.pictures = places.map((place) => createPicture(bytes, place, layout));
    if (isFlat) writeQuantizers(words, this.quantizers);
    this.bytes = bytes;
    this.clamped = clamped;
    this.words = words;
    this.kernels = kernels;
    this.motion = motion;
    this.kernelMemory = kernelMemory;
  }
}

/** The memory cannot be larger than positions reach. */
function requireRoom(byteLength: number): void {
  if (byteLength <= MOST_BYTES) return;
  throw new ConfigError(
    'h264.options',
    `the pictures take ${byteLength} bytes, allowed are ${MOST_BYTES}: fewer refs or bframes`,
  );
}

/** Bytes of a source picture. */
export function sourceBytes({ widthInMbs, heightInMbs }: PictureLayout): number {
  return 384 * widthInMbs * heightInMbs;
}

/** Bytes of a reconstructed picture. */
export function reconstructedBytes(layout: PictureLayout): number {
  let end = 0;
  const take = (size: number): number => {
    end += (size + 15) & ~15;
    return end;
  };
  takePlaces(take, layout);
  return end;
}

/** Rows and planes of reconstructed pictures of that many macroblocks. */
export function createLayout(widthInMbs: number, heightInMbs: number): PictureLayout {
  const lumaStride = 16 * widthInMbs + 2 * LUMA_PADDING;
  const chromaStride = 8 * widthInMbs + 2 * CHROMA_PADDING;
  const lumaPlaneSize = lumaStride * (16 * heightInMbs + 2 * LUMA_PADDING) + SLACK;
  return {
    ...{ widthInMbs, heightInMbs, lumaStride, chromaStride, lumaPlaneSize },
    quarterOffsets: quarterOffsets(lumaStride, lumaPlaneSize),
  };
}

/** Where a reconstructed picture lies: the first sample of each plane, and the marks of its tiles. */
interface PicturePlaces {
  readonly luma: number;
  readonly cb: number;
  readonly cr: number;
  readonly tiles: number;
}

/** Takes the places of a reconstructed picture: four planes of luma, for samples between full ones, and two of chroma. */
function takePlaces(take: (size: number) => number, layout: PictureLayout): PicturePlaces {
  const { widthInMbs, heightInMbs, lumaStride, chromaStride, lumaPlaneSize } = layout;
  const inside = LUMA_PADDING * lumaStride + LUMA_PADDING;
  const insideChroma = CHROMA_PADDING * chromaStride + CHROMA_PADDING;
  const chromaPlaneSize = chromaStride * (8 * heightInMbs + 2 * CHROMA_PADDING) + SLACK;
  return {
    luma: take(4 * lumaPlaneSize) + inside,
    cb: take(chromaPlaneSize) + insideChroma,
    cr: take(chromaPlaneSize) + insideChroma,
    tiles: take(tileColumns(widthInMbs) * tileColumns(heightInMbs)),
  };
}

/** A reconstructed picture at its places in the memory. */
function createPicture(
  bytes: Uint8Array,
  { tiles, luma, cb, cr }: PicturePlaces,
  { widthInMbs, heightInMbs }: PictureLayout,
): ReconstructedPicture {
  const mbs = widthInMbs * heightInMbs;
  const tileCount = tileColumns(widthInMbs) * tileColumns(heightInMbs);
  return {
    luma,
    cb,
    cr,
    tileDone: new Uint8Array(bytes.buffer, tiles, tileCount),
    mv: new Int32Array(mbs * 16),
    colocated: null,
    frame_num: 0,
    poc: 0,
    longTermFrameIdx: -1,
    weighting: null,
  };
}

/** A sample times this is four of it. */
const REPEATED = 0x01010101;

/** Repeats the samples at the ends of a row into the padding on either side; positions and lengths are multiples of 4. */
export function extendRow(
  { bytes, words }: Pick<SampleMemory, 'bytes' | 'words'>,
  row: number,
  width: number,
  padding: number,
): void {
  // Words, not `fill`, which takes three times as long for so few samples.
  const left = Math.imul(bytes[row], REPEATED);
  const right = Math.imul(bytes[row + width - 1], REPEATED);
  const toLeft = (row - padding) >> 2;
  const toRight = (row + width) >> 2;
  for (let i = 0; i < padding >> 2; i++) {
    words[toLeft + i] = left;
    words[toRight + i] = right;
  }
}

/** Repeats the edge samples of a plane into its padding, clause 8.4.2.2.1: samples outside are those at the edge. */
export function extendEdges(
  memory: Pick<SampleMemory, 'bytes' | 'words'>,
  plane: number,
  stride: number,
  width: number,
  height: number,
  padding: number,
): void {
  const { bytes } = memory;
  for (let y = 0; y < height; y++) extendRow(memory, plane + y * stride, width, padding);
  const first = plane - padding;
  const last = first + (height - 1) * stride;
  const length = width + 2 * padding;
  for (let y = 1; y <= padding; y++) {
    bytes.copyWithin(first - y * stride, first, first + length);
    bytes.copyWithin(last + y * stride, last, last + length);
  }
}
