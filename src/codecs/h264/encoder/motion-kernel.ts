/**
 * Calls the kernels that do a whole search for vectors: writes the terms of the search into a record of the memory
 * (motion-record.ts), and reads the result from it.
 */
import type { MotionKernels } from '../kernels/contract.ts';
import { MAX_STARTS, MOTION_WORD, SearchPattern } from '../kernels/motion-record.ts';
import { planesAt, tileColumns } from '../standard/interpolation.ts';
import type { BlockMatcher } from './block-matcher.ts';
import type { EncoderMemory } from './memory.ts';
import type { MotionLimits } from './motion-limits.ts';
import type { SpeedOptions } from './speed-options.ts';

/** The full-sample patterns by option `search`. */
const PATTERNS = {
  diamond: SearchPattern.DIAMOND,
  hexagon: SearchPattern.HEXAGON,
  'multi-hexagon': SearchPattern.MULTI_HEXAGON,
} as const;

/** The kernel of one `MotionSearch`; results are its public fields. */
export class MotionKernel {
  private readonly kernels: MotionKernels;
  /** Position of the record, its first word, and the memory as words. */
  private readonly record: number;
  private readonly first: number;
  private readonly words: Int32Array;
  private readonly pattern: number;
  /** The starts of a search, in the record. */
  readonly starts: Int32Array;
  /** Result: the best vector in quarter samples, and its cost. */
  bestX = 0;
  bestY = 0;
  bestCost = 0;

  /** @param record position of MOTION_WORDS words */
  constructor(
    kernels: MotionKernels,
    memory: EncoderMemory,
    record: number,
    options: SpeedOptions,
  ) {
    this.kernels = kernels;
    this.record = record;
    this.first = record >> 2;
    this.words = memory.words;
    this.pattern = PATTERNS[options.search];
    const starts = record + 4 * MOTION_WORD.starts;
    this.starts = new Int32Array(memory.words.buffer, starts, MAX_STARTS);
    this.describeLayout(memory, options);
  }

  /** Writes what is the same for all searches. */
  private describeLayout(memory: EncoderMemory, options: SpeedOptions): void {
    const { words, first, record } = this;
    const { layout, bytes, blocks } = memory;
    words[first + MOTION_WORD.searchRange] = options.searchRange;
    words[first + MOTION_WORD.halfSteps] = options.halfSteps;
    words[first + MOTION_WORD.quarterSteps] = options.quarterSteps;
    words[first + MOTION_WORD.bySatd] = options.metric === 'satd' ? 1 : 0;
    words[first + MOTION_WORD.stride] = layout.lumaStride;
    words[first + MOTION_WORD.planeSize] = layout.lumaPlaneSize;
    words[first + MOTION_WORD.tileColumns] = tileColumns(layout.widthInMbs);
    words[first + MOTION_WORD.scratch] = blocks[1];
    words.set(layout.quarterOffsets, first + MOTION_WORD.quarterOffsets);
    const planes = record + 4 * MOTION_WORD.quarterPlanes;
    for (let i = 0; i < 16; i++) bytes[planes + i] = planesAt(i & 3, i >> 2);
  }

  /** Another macroblock: what a bit is worth in it, and limits of full-sample vectors. */
  startMacroblock(lambda: number, { minX, maxX, minY, maxY }: MotionLimits): void {
    const { words, first } = this;
    words[first + MOTION_WORD.lambda] = lambda;
    words[first + MOTION_WORD.minX] = minX;
    words[first + MOTION_WORD.maxX] = maxX;
    words[first + MOTION_WORD.minY] = minY;
    words[first + MOTION_WORD.maxY] = maxY;
    words[first + MOTION_WORD.ensuredTiles] = 0;
  }

  /** `MotionSearch.search` of a block from the first `startCount` starts. */
  search(
    block: BlockMatcher,
    predictedX: number,
    predictedY: number,
    startCount: number,
    withQuarters: boolean,
    isThorough: boolean,
  ): void {
    const { words, first } = this;
    this.describe(block, predictedX, predictedY, startCount);
    words[first + MOTION_WORD.pattern] = isThorough ? this.pattern : SearchPattern.DIAMOND;
    words[first + MOTION_WORD.withQuarters] = withQuarters ? 1 : 0;
    this.kernels.searchMotion(this.record);
    this.takeBest();
  }

  /** `MotionSearch.choose`. */
  choose(block: BlockMatcher, predictedX: number, predictedY: number, startCount: number): void {
    this.describe(block, predictedX, predictedY, startCount);
    this.kernels.chooseMotion(this.record);
    this.takeBest();
  }

  /** `MotionSearch.refine` of the vector (x, y). */
  refine(block: BlockMatcher, predictedX: number, predictedY: number, x: number, y: number): void {
    const { words, first } = this;
    this.describe(block, predictedX, predictedY, 0);
    words[first + MOTION_WORD.bestX] = x;
    words[first + MOTION_WORD.bestY] = y;
    this.kernels.refineMotion(this.record);
    this.takeBest();
  }

  private describe(
    block: BlockMatcher,
    predictedX: number,
    predictedY: number,
    startCount: number,
  ): void {
    const { words, first } = this;
    block.describe(words, first);
    words[first + MOTION_WORD.predictedX] = predictedX;
    words[first + MOTION_WORD.predictedY] = predictedY;
    words[first + MOTION_WORD.startCount] = startCount;
  }

  private takeBest(): void {
    const { words, first } = this;
    this.bestX = words[first + MOTION_WORD.bestX];
    this.bestY = words[first + MOTION_WORD.bestY];
    this.bestCost = words[first + MOTION_WORD.bestCost];
  }
}
