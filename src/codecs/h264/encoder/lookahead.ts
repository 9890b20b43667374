/**
 * Looks at pictures before they are coded: where scenes change, which pictures are to be IDR pictures, what each may cost,
 * and how important each macroblock is for the pictures that follow. Pictures go in one by one, decisions come out
 * `frames` pictures later, in the same order.
 */
import { importanceOffsets, propagateImportance } from './importance.ts';
import { LowResolution, type PictureCosts } from './low-resolution.ts';

/** How far to look and what to decide. */
export interface LookaheadOptions {
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  /** Pictures that are known beyond the one that is decided, 0..250. Latency, and memory, grow with it. */
  readonly frames: number;
  /** Pictures from one IDR picture to the next at most, at least 1. */
  readonly gopSize: number;
  /** Pictures that a scene change must be away from the last IDR picture to start a new one. */
  readonly minGopSize: number;
  /**
   * A scene changes where prediction from the picture before costs at least this share of intra coding, 0..1; it falls
   * towards three quarters of that as an IDR picture comes due anyway. It must also be well above what it was in the
   * pictures before: noise is no change of scene. Above 1: no scene detection.
   */
  readonly sceneCut: number;
  /** QP steps for each doubling of a macroblock's importance; 0 switches the propagation off. */
  readonly importance: number;
}

/** What is decided about one picture. The object and its arrays are valid until the next call of `next`. */
export interface LookaheadDecision {
  /** Number of the picture, from 0 in the order of `add`. */
  readonly frameNumber: number;
  readonly isIdr: boolean;
  /** The picture is an IDR picture because the scene changes. */
  readonly isSceneCut: boolean;
  /** Sum over the macroblocks of the cost of coding the picture as it is decided: intra if IDR, else the cheaper. */
  readonly complexity: number;
  /** Offsets by macroblock in 1/256 QP, to be added to the picture's QP; null if `importance` is 0. */
  readonly qpOffsets: Int16Array | null;
  /** Mean of `qpOffsets` in 1/256 QP; 0 without. */
  readonly meanQpOffset: number;
  /** Complexity of the pictures that follow, as far as they are known. */
  readonly upcomingComplexity: Float64Array;
  /** 1 where the picture that follows is an IDR picture. */
  readonly upcomingIsIdr: Uint8Array;
  /** How many entries of the two are valid. */
  readonly upcomingCount: number;
  /** Pictures to be coded yet, this one included, if the end is known; else -1. */
  readonly framesLeft: number;
}

/** How far above the usual the share of inter cost must be for a scene change. */
const SCENE_CUT_CONTRAST = 1.2;

/** A decision while it is being filled in. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One picture in the ring. */
interface Slot extends PictureCosts {
  isIdr: boolean;
  isSceneCut: boolean;
  complexity: number;
  /** Cost that later pictures inherit from this one, by macroblock. */
  readonly inherited: Float64Array;
}

/** The ring of pictures, from the one decided last to the newest. */
export class Lookahead {
  private readonly options: LookaheadOptions;
  private readonly planes: LowResolution;
  private readonly slots: readonly Slot[];
  private readonly decision: Mutable<LookaheadDecision>;
  private readonly offsets: Int16Array | null;
  private added = 0;
  private decided = 0;
  private sinceIdr = 0;
  /** Inter cost as a share of intra cost in the pictures before, fading. */
  private usualShare = 0;

  constructor(options: LookaheadOptions) {
    this.options = options;
    const { widthInMbs, heightInMbs, frames, importance } = options;
    // One more than are waiting: the newest is compared with the one before, which may have been decided already.
    const count = frames + 2;
    const mbs = widthInMbs * heightInMbs;
    this.planes = new LowResolution(widthInMbs, heightInMbs, count);
    this.slots = Array.from({ length: count }, () => ({
      isIdr: false,
      isSceneCut: false,
      complexity: 0,
      intra: new Int32Array(mbs),
      inter: new Int32Array(mbs),
      mv: new Int32Array(mbs),
      inherited: new Float64Array(importance > 0 ? mbs : 0),
    }));
    this.offsets = importance > 0 ? new Int16Array(mbs) : null;
    this.decision = {
      frameNumber: 0,
      isIdr: false,
      isSceneCut: false,
      complexity: 0,
      qpOffsets: this.offsets,
      meanQpOffset: 0,
      upcomingComplexity: new Float64Array(frames),
      upcomingIsIdr: new Uint8Array(frames),
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
    const previous = this.added === 0 ? -1 : (this.added - 1) % count;
    const slot = this.slots[current];
    this.planes.load(current, luma, position, stride);
    this.planes.analyze(current, previous, slot);
    this.decideType(slot, forceIdr);
    this.added++;
  }

  /** The type of a picture needs only what came before it, as long as there are no B pictures. */
  private decideType(slot: Slot, forceIdr: boolean): void {
    const { gopSize, minGopSize, sceneCut } = this.options;
    let intra = 0;
    let inter = 0;
    for (let mbAddr = 0; mbAddr < slot.intra.length; mbAddr++) {
      intra += slot.intra[mbAddr];
      inter += slot.inter[mbAddr];
    }
    const due = this.sinceIdr / gopSize;
    const share = inter / intra;
    slot.isSceneCut =
      this.added > 0 &&
      this.sinceIdr >= minGopSize &&
      share >= sceneCut * (1 - due / 4) &&
      share >= SCENE_CUT_CONTRAST * this.usualShare;
    // The first picture after an IDR picture says alone what is usual in its scene.
    const fade = this.sinceIdr <= 1 ? 1 : 1 / 4;
    if (this.added > 0 && !slot.isSceneCut) this.usualShare += (share - this.usualShare) * fade;
    slot.isIdr = this.added === 0 || forceIdr || this.sinceIdr >= gopSize || slot.isSceneCut;
    slot.complexity = slot.isIdr ? intra : inter;
    this.sinceIdr = slot.isIdr ? 1 : this.sinceIdr + 1;
  }

  /**
   * The decision about the oldest picture that is waiting, or null if more pictures must be added first.
   * @param flushing no picture comes after those added
   */
  next(flushing: boolean): LookaheadDecision | null {
    const { waiting, decision, slots } = this;
    if (waiting === 0 || (waiting <= this.options.frames && !flushing)) return null;
    const slot = slots[this.decided % slots.length];
    decision.frameNumber = this.decided;
    decision.isIdr = slot.isIdr;
    decision.isSceneCut = slot.isSceneCut;
    decision.complexity = slot.complexity;
    decision.upcomingCount = waiting - 1;
    decision.framesLeft = flushing ? waiting : -1;
    for (let i = 1; i < waiting; i++) {
      const later = slots[(this.decided + i) % slots.length];
      decision.upcomingComplexity[i - 1] = later.complexity;
      decision.upcomingIsIdr[i - 1] = later.isIdr ? 1 : 0;
    }
    if (this.offsets !== null) this.decideOffsets(slot, this.offsets);
    this.decided++;
    return decision;
  }

  /** Lets importance flow from the newest picture back to this one; an IDR picture lets none through. */
  private decideOffsets(slot: Slot, offsets: Int16Array): void {
    const { slots, options, decided } = this;
    const { widthInMbs, heightInMbs } = options;
    let last = this.added - 1;
    for (let n = decided + 1; n <= last; n++) {
      if (slots[n % slots.length].isIdr) last = n - 1;
    }
    slots[last % slots.length].inherited.fill(0);
    for (let n = last; n > decided; n--) {
      const later = slots[n % slots.length];
      const earlier = slots[(n - 1) % slots.length];
      earlier.inherited.fill(0);
      propagateImportance(later, later.inherited, earlier.inherited, widthInMbs, heightInMbs);
    }
    importanceOffsets(slot, slot.inherited, options.importance, offsets);
    let sum = 0;
    for (let mbAddr = 0; mbAddr < offsets.length; mbAddr++) sum += offsets[mbAddr];
    this.decision.meanQpOffset = sum / offsets.length;
  }
}
