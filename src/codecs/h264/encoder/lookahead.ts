/**
 * Looks at pictures before they are coded: where scenes change, which pictures are to be IDR pictures, what each may cost,
 * and how important each macroblock is for the pictures that follow. Pictures go in one by one, decisions come out
 * `frames` pictures later, in the same order.
 */
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { importanceOffsets, propagateImportance } from './importance.ts';
import { LowResolution } from './low-resolution.ts';
import { type SceneOptions, type ScenePicture, Scenes } from './scenes.ts';

/** How far to look and what to decide. `frames` may be 0..250; latency, and memory, grow with it. */
export interface LookaheadOptions extends SceneOptions {
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  /** Which vector kernels are used, if there can be any (kernels.ts). */
  readonly vectorKernels: VectorKernels;
  /** QP steps for each doubling of a macroblock's importance; 0 switches the propagation off. */
  readonly importance: number;
}

/** What is decided about one picture. The object and its arrays are valid until the next call of `next`. */
export interface LookaheadDecision {
  /** Number of the picture, from 0 in the order of `add`. */
  readonly frameNumber: number;
  readonly isIdr: boolean;
  /** All of these as scenes.ts decides them. */
  readonly isIntra: boolean;
  readonly isSceneCut: boolean;
  readonly isReference: boolean;
  readonly returnsTo: number;
  readonly keepsAs: number;
  /** Sum over the macroblocks of the cost of coding the picture as it is decided: intra if it is intra, else the cheaper. */
  readonly complexity: number;
  /** Offsets by macroblock in 1/256 QP, to be added to the picture's QP; null if `importance` is 0. */
  readonly qpOffsets: Int16Array | null;
  /** Packed vectors by macroblock, in luma samples of half resolution, in the picture that this one is predicted from. */
  readonly vectors: Int32Array;
  /** Mean of `qpOffsets` in 1/256 QP; 0 without. */
  readonly meanQpOffset: number;
  /** Complexity of the pictures that follow, as far as they are known. */
  readonly upcomingComplexity: Float64Array;
  /** 1 where the picture that follows is intra. */
  readonly upcomingIsIntra: Uint8Array;
  /** How many entries of the two are valid. */
  readonly upcomingCount: number;
  /** Pictures to be coded yet, this one included, if the end is known; else -1. */
  readonly framesLeft: number;
}

/** A decision while it is being filled in. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One picture in the ring. */
interface Slot extends ScenePicture {
  /** Cost that later pictures inherit from this one, by macroblock. */
  readonly inherited: Float64Array;
}

/** The ring of pictures, from the one decided last to the newest. */
export class Lookahead {
  private readonly options: LookaheadOptions;
  private readonly planes: LowResolution;
  private readonly slots: readonly Slot[];
  private readonly scenes: Scenes;
  private readonly decision: Mutable<LookaheadDecision>;
  private readonly offsets: Int16Array | null;
  private added = 0;
  private decided = 0;

  constructor(options: LookaheadOptions) {
    this.options = options;
    const { widthInMbs, heightInMbs, frames, importance } = options;
    // One more than are waiting: the newest is compared with the one before, which may have been decided already.
    const count = frames + 2;
    const mbs = widthInMbs * heightInMbs;
    this.planes = new LowResolution(
      widthInMbs,
      heightInMbs,
      count + options.sceneMemory,
      options.vectorKernels,
    );
    this.slots = Array.from({ length: count }, () => ({
      isIdr: false,
      isIntra: false,
      isSceneCut: false,
      isReference: true,
      back: 1,
      returnsTo: -1,
      keepsAs: -1,
      complexity: 0,
      intra: new Int32Array(mbs),
      inter: new Int32Array(mbs),
      mv: new Int32Array(mbs),
      inherited: new Float64Array(importance > 0 ? mbs : 0),
    }));
    this.scenes = new Scenes(options, this.planes, this.slots);
    this.offsets = importance > 0 ? new Int16Array(mbs) : null;
    this.decision = {
      frameNumber: 0,
      isIdr: false,
      isIntra: false,
      isSceneCut: false,
      isReference: true,
      returnsTo: -1,
      keepsAs: -1,
      complexity: 0,
      qpOffsets: this.offsets,
      vectors: this.slots[0].mv,
      meanQpOffset: 0,
      upcomingComplexity: new Float64Array(frames),
      upcomingIsIntra: new Uint8Array(frames),
      upcomingCount: 0,
      framesLeft: -1,
    };
  }

  /** Pictures that were added and are not decided yet. */
  get waiting(): number {
    return this.added - this.decided;
  }

  /**
   * Takes the next picture. At most `frames` pictures may be waiting.
   * @param luma samples; whole macroblocks; read during the call only
   * @param position byte position of the first sample
   * @param stride bytes from row to row
   * @param forceIdr the picture is to be an IDR picture
   */
  add(luma: Uint8Array, position: number, stride: number, forceIdr: boolean): void {
    const count = this.slots.length;
    const current = this.added % count;
    this.planes.load(current, luma, position, stride);
    this.scenes.add(this.added, forceIdr);
    this.added++;
  }

  /**
   * The decision about the oldest picture that is waiting, or null if more pictures must be added first.
   * @param flushing no picture comes after those added
   */
  next(flushing: boolean): LookaheadDecision | null {
    const { waiting, decision, slots } = this;
    if (waiting === 0 || (waiting <= this.options.frames && !flushing)) return null;
    if (flushing) this.scenes.settle();
    const slot = slots[this.decided % slots.length];
    decision.frameNumber = this.decided;
    decision.isIdr = slot.isIdr;
    decision.isIntra = slot.isIntra;
    decision.isSceneCut = slot.isSceneCut;
    decision.isReference = slot.isReference;
    decision.returnsTo = slot.returnsTo;
    decision.keepsAs = slot.keepsAs;
    decision.complexity = slot.complexity;
    decision.vectors = slot.mv;
    decision.upcomingCount = waiting - 1;
    decision.framesLeft = flushing ? waiting : -1;
    for (let i = 1; i < waiting; i++) {
      const later = slots[(this.decided + i) % slots.length];
      decision.upcomingComplexity[i - 1] = later.complexity;
      decision.upcomingIsIntra[i - 1] = later.isIntra ? 1 : 0;
    }
    if (this.offsets !== null) this.decideOffsets(slot, this.offsets);
    this.decided++;
    return decision;
  }

  /**
   * Lets importance flow from the newest picture back to this one. Pictures that refer to none before them let none
   * through, and a flash, to which none refers, inherits none.
   */
  private decideOffsets(slot: Slot, offsets: Int16Array): void {
    const { slots, options, decided } = this;
    const { widthInMbs, heightInMbs } = options;
    let last = this.added - 1;
    for (let n = decided + 1; n <= last; n++) {
      const { isIntra, returnsTo } = slots[n % slots.length];
      if (isIntra || returnsTo >= 0) last = n - 1;
    }
    slots[last % slots.length].inherited.fill(0);
    for (let n = last; n > decided; ) {
      const later = slots[n % slots.length];
      if (later.back === 2) slots[(n - 1) % slots.length].inherited.fill(0);
      n -= later.back;
      if (n < decided) break;
      const earlier = slots[n % slots.length];
      earlier.inherited.fill(0);
      propagateImportance(later, later.inherited, earlier.inherited, widthInMbs, heightInMbs);
    }
    importanceOffsets(slot, slot.inherited, options.importance, offsets);
    let sum = 0;
    for (let mbAddr = 0; mbAddr < offsets.length; mbAddr++) sum += offsets[mbAddr];
    this.decision.meanQpOffset = sum / offsets.length;
  }
}
