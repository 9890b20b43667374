/**
 * Starts of motion search from the places that macroblocks come from (origin-search.ts). A macroblock whose origin is known
 * starts there. A macroblock without an origin, at the edge of a window that is dragged, starts from the origins of its
 * neighbors, since its parts come from there.
 *
 * Choice: such a macroblock is searched down to blocks of 4x4 at every preset, where the option `origins` is `kept`. Figures:
 * docs/h264/screens.md.
 */
import { mvX, mvY, packMv, type ReconstructedPicture } from '../standard/picture.ts';
import { NO_ORIGIN } from './block-origins.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import type { MotionSearch } from './motion-search.ts';
import type { PicturePlan } from './picture-plan.ts';

/** Most starts of one macroblock. */
const MAX_STARTS = 4;

/** The reference index of the picture whose index among the plan's origins is `index`; -1 if it is no reference. */
function referenceOf(
  { origins, poc, displayNumber }: PicturePlan,
  index: number,
  references: readonly ReconstructedPicture[],
): number {
  const { first, last } = origins.pictures[index];
  const pocOf = (number: number) => poc - 2 * (displayNumber - number);
  return references.findIndex(
    (reference) => reference.poc >= pocOf(first) && reference.poc <= pocOf(last),
  );
}

/** The starts of one macroblock at a time. */
export class OriginStarts {
  private readonly context: MacroblockContext;
  /** Whether neighbors say where parts come from. */
  private readonly looksAround: boolean;
  private plan: PicturePlan | null = null;
  /** Index of an origin's picture => refIdx. */
  private refIdxOf: number[] = [];
  /** refIdx from here on are only those that an origin names. */
  private usualCount = 0;
  private readonly starts = new Int32Array(MAX_STARTS);
  private readonly references = new Int8Array(MAX_STARTS);
  private count = 0;
  /** Parts of the macroblock that come from somewhere. */
  private partCount = 0;

  constructor(context: MacroblockContext, looksAround: boolean) {
    this.context = context;
    this.looksAround = looksAround;
  }

  /** Begins a picture. */
  startPicture(plan: PicturePlan): void {
    this.plan = plan.hasOrigins ? plan : null;
    this.usualCount = plan.usualCount;
    this.refIdxOf = plan.hasOrigins
      ? plan.origins.pictures.map((_, i) => (i === 0 ? 0 : referenceOf(plan, i, plan.lists[0])))
      : [];
  }

  /** Begins the context's macroblock. */
  find(): void {
    this.count = 0;
    this.partCount = 0;
    const { context, plan, looksAround } = this;
    if (plan === null) return;
    const { mbAddr, mbX, mbY, state } = context;
    const { widthInMbs, heightInMbs } = state;
    this.keep(plan, mbAddr);
    if (plan.origins.displacements[mbAddr] !== NO_ORIGIN || !looksAround) return;
    if (plan.origins.partCount > 0) {
      for (let i = 0; i < 4; i++) {
        if (plan.origins.parts[4 * mbAddr + i] !== NO_ORIGIN) this.partCount++;
      }
    }
    for (let y = Math.max(0, mbY - 1); y < Math.min(heightInMbs, mbY + 2); y++) {
      for (let x = Math.max(0, mbX - 1); x < Math.min(widthInMbs, mbX + 2); x++) {
        this.keep(plan, y * widthInMbs + x);
      }
    }
  }

  private keep({ origins }: PicturePlan, mbAddr: number): void {
    const displacement = origins.displacements[mbAddr];
    const refIdx = this.refIdxOf[origins.indexes[mbAddr]];
    if (displacement === NO_ORIGIN || refIdx < 0 || this.count === MAX_STARTS) return;
    const start = packMv(4 * mvX(displacement), 4 * mvY(displacement));
    for (let i = 0; i < this.count; i++) {
      if (this.starts[i] === start && this.references[i] === refIdx) return;
    }
    this.starts[this.count] = start;
    this.references[this.count++] = refIdx;
  }

  /** Whether parts of the macroblock are likely to come from different places. */
  get isEdge(): boolean {
    return this.count > 1;
  }

  /** Whether it is known of parts of the macroblock where they come from. */
  get hasParts(): boolean {
    return this.partCount > 0;
  }

  /** Adds the place in a reference that the 8x8 block `i` comes from. */
  addPartTo(motion: MotionSearch, refIdx: number, i: number): void {
    if (this.partCount === 0 || refIdx !== 0) return;
    const displacement = this.plan!.origins.parts[4 * this.context.mbAddr + i];
    if (displacement === NO_ORIGIN) return;
    motion.addStart(packMv(4 * mvX(displacement), 4 * mvY(displacement)));
  }

  /** Whether a reference is searched: it is one of the first `usualCount`, or a start lies in it. */
  isWorth(refIdx: number): boolean {
    if (refIdx < this.usualCount) return true;
    for (let i = 0; i < this.count; i++) if (this.references[i] === refIdx) return true;
    return false;
  }

  /** Adds the starts that lie in a reference. */
  addTo(motion: MotionSearch, refIdx: number): void {
    for (let i = 0; i < this.count; i++) {
      if (this.references[i] === refIdx) motion.addStart(this.starts[i]);
    }
  }
}
