/**
 * Motion search: finds the vector of a block that minimizes distortion + lambda·bits of its difference to the prediction. It
 * goes over full samples from the best of several predicted starts, then over half samples, both by SAD; then over quarter
 * samples, by SATD or SAD (option `metric`); with `guidedFractions` by SAD.
 */
import { MAX_STARTS } from '../kernels/motion-record.ts';
import { HEXAGON, SIXTEEN_POINTS } from '../kernels/search-points.ts';
import { mvX, mvY, packMv } from '../standard/picture.ts';
import { BlockMatcher } from './block-matcher.ts';
import type { H264Inspector } from './inspector.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import { MotionKernel } from './motion-kernel.ts';
import { MotionLimits } from './motion-limits.ts';
import { mvdBits } from './mvd-bits.ts';
import type { SpeedOptions } from './speed-options.ts';

/** A cost above all others. */
const NO_COST = 0x7fffffff;

/** A component that no vector has. */
const NO_VECTOR = 1 << 20;

/** Searches blocks of the current macroblock; results are its public fields. */
export class MotionSearch {
  private readonly context: MacroblockContext;
  /** The block to search; the caller calls its `place` before each search. */
  readonly block: BlockMatcher;
  private readonly options: SpeedOptions;
  private readonly limits: MotionLimits;
  private readonly inspector: H264Inspector | null;
  /** Does a search at once; null where it is done step by step: without vectors, and where somebody watches. */
  readonly kernel: MotionKernel | null;
  /** Packed starting vectors for the next search; the first `startCount` are used. */
  readonly starts: Int32Array;
  startCount = 0;
  private readonly rounded: Int32Array = new Int32Array(MAX_STARTS + 2);
  /** Result: packed vector, cost with the vector's bits, and the distortion alone. */
  mv = 0;
  cost = 0;
  distortion = 0;
  /** Whether the block of the last search is predicted so well that nothing is left to find. */
  isExact = false;

  // The search in progress.
  private predictedX = 0;
  private predictedY = 0;
  /** Worth of a bit in the unit of distortion. */
  lambda = 1;
  private bestX = 0;
  private bestY = 0;
  private bestCost = 0;
  private costAbove = 0;
  private costBelow = 0;
  private costLeft = 0;
  private costRight = 0;

  /**
   * @param record position of the record that kernels are told in
   * @param maxVertical largest vertical vector component of the level, in full samples (Table A-1)
   */
  constructor(
    context: MacroblockContext,
    record: number,
    options: SpeedOptions,
    maxVertical: number,
    inspector: H264Inspector | null,
  ) {
    this.inspector = inspector;
    const { memory } = context;
    const isStepwise = inspector !== null || options.guidedFractions || memory.motion === null;
    this.kernel = isStepwise ? null : new MotionKernel(memory.motion!, memory, record, options);
    this.starts = this.kernel === null ? new Int32Array(MAX_STARTS) : this.kernel.starts;
    this.context = context;
    this.block = new BlockMatcher(context, options.sparseRows);
    this.options = options;
    this.limits = new MotionLimits(maxVertical);
  }

  /** Sets the limits of vectors and the worth of a bit (`lambda`) for the context's macroblock. */
  startMacroblock(lambda: number): void {
    this.lambda = lambda;
    this.block.startMacroblock();
    this.limits.startMacroblock(this.context);
    this.kernel?.startMacroblock(lambda, this.limits);
  }

  /** Whether a packed vector of the current macroblock may be used. */
  isAllowed(mv: number): boolean {
    return this.limits.allows(mv);
  }

  addStart(mv: number): void {
    if (this.startCount < MAX_STARTS) this.starts[this.startCount++] = mv;
  }

  /**
   * Searches the block that was placed, from the starts added since the last search and the prediction `mvp` (packed), without
   * quarter samples if those are left to `refine`. Sets `mv`, `cost` and `distortion`; the cost is distortion + lambda·bits of
   * the vector.
   * @param isThorough by the option's full-sample pattern; else by small diamonds
   */
  search(mvp: number, withQuarters: boolean, isThorough: boolean): void {
    const { lambda, kernel, startCount } = this;
    const { width, height } = this.block;
    this.predictFrom(mvp);
    this.startCount = 0;
    if (kernel !== null) {
      const { block, predictedX, predictedY } = this;
      kernel.search(block, predictedX, predictedY, startCount, withQuarters, isThorough);
      this.takeBest(kernel);
      return;
    }
    this.bestCost = NO_COST;
    this.tryFull((this.predictedX + 2) >> 2, (this.predictedY + 2) >> 2);
    this.tryStarts(startCount);
    const usesHexagon = isThorough && this.options.search !== 'diamond';
    if (!usesHexagon) {
      this.searchDiamond(this.options.searchRange);
    } else {
      if (this.options.search === 'multi-hexagon') this.searchMultiHexagon();
      this.searchHexagon();
    }

    // From here on in quarter samples.
    this.bestX *= 4;
    this.bestY *= 4;
    const fullX = this.bestX;
    const fullY = this.bestY;
    const { guidedFractions, halfSteps, quarterSteps } = this.options;
    if (guidedFractions) {
      // Choice: below half of lambda per sample little is left to code. Five clips: BD-rate +0.9 %, a fifth fewer fractions.
      if (this.bestCost > (lambda * width * height) >> 1) this.searchGuided();
    } else if (halfSteps > 0 || quarterSteps > 0) {
      // The prediction and the first start themselves, with their fractions: often exact, and their bits are few.
      this.tryStart(this.predictedX, this.predictedY);
      if (startCount > 0) this.tryStart(mvX(this.starts[0]), mvY(this.starts[0]));
      if (halfSteps === 1 && this.bestX === fullX && this.bestY === fullY && !usesHexagon)
        this.searchCheaperHalves();
      else this.searchFractions(2, halfSteps, 'sad');
    }
    this.finish(withQuarters && !guidedFractions);
  }

  /**
   * Chooses among the starts added since the last search, which are vectors of the parts or of the whole of this block, and
   * the prediction; without a search of its own. Results as `search`.
   */
  choose(mvp: number): void {
    const { starts, startCount, kernel } = this;
    this.predictFrom(mvp);
    this.startCount = 0;
    if (kernel !== null) {
      kernel.choose(this.block, this.predictedX, this.predictedY, startCount);
      this.takeBest(kernel);
      return;
    }
    this.bestX = mvX(starts[0]);
    this.bestY = mvY(starts[0]);
    this.bestCost = this.measure('sad');
    for (let i = 1; i < startCount; i++) this.tryFraction(mvX(starts[i]), mvY(starts[i]), 'sad');
    this.tryFraction(this.predictedX, this.predictedY, 'sad');
    this.finish(true);
  }

  /** Moves a vector found by `search` by quarter samples, if that helps; results as there. */
  refine(mvp: number, mv: number): void {
    this.predictFrom(mvp);
    this.bestX = mvX(mv);
    this.bestY = mvY(mv);
    const { kernel } = this;
    if (kernel !== null) {
      kernel.refine(this.block, this.predictedX, this.predictedY, this.bestX, this.bestY);
      this.takeBest(kernel);
      return;
    }
    if (this.options.metric === 'sad') this.bestCost = this.measure('sad');
    this.finish(true);
  }

  /** Takes over what the kernel found. */
  private takeBest(kernel: MotionKernel): void {
    this.bestX = kernel.bestX;
    this.bestY = kernel.bestY;
    this.bestCost = kernel.bestCost;
    this.setResults();
  }

  private predictFrom(mvp: number): void {
    if (this.inspector !== null) {
      const { picture, x, y, width, height } = this.block;
      this.inspector.search(picture.poc, x, y, width, height, mvp);
    }
    this.predictedX = mvX(mvp);
    this.predictedY = mvY(mvp);
  }

  /** Ends a search, its best vector and SAD at hand: quarter samples if wanted, then the results. */
  private finish(withQuarters: boolean): void {
    const { metric, quarterSteps } = this.options;
    if (metric === 'satd') this.bestCost = this.measure('satd');
    if (withQuarters) this.searchFractions(1, quarterSteps, metric);
    // Whatever vectors are compared by: intra competes by SATD.
    if (metric === 'sad') this.bestCost = this.measure('satd');
    this.setResults();
    this.inspector?.searchEnd(this.mv, this.cost, this.distortion);
  }

  private setResults(): void {
    const { lambda, bestX, bestY, bestCost } = this;
    const { width, height } = this.block;
    this.mv = packMv(bestX, bestY);
    // Choice: below a quarter of lambda per 4x4 block no coefficient survives.
    this.isExact = bestCost < (lambda * width * height) >> 6;
    this.cost = bestCost;
    this.distortion = bestCost - lambda * mvdBits(bestX - this.predictedX, bestY - this.predictedY);
  }

  /** Cost of the best vector by a metric. */
  private measure(metric: 'sad' | 'satd'): number {
    this.bestCost = NO_COST;
    const cost = this.fractionalCost(this.bestX, this.bestY, metric);
    if (metric === 'satd') this.inspector?.searchAgain(packMv(this.bestX, this.bestY), cost);
    return cost;
  }

  /** Tries the full-sample vectors nearest to the starts and the zero vector, each once. */
  private tryStarts(count: number): void {
    const { starts, rounded } = this;
    rounded[0] = packMv((this.predictedX + 2) >> 2, (this.predictedY + 2) >> 2);
    let tried = 1;
    for (let i = 0; i <= count; i++) {
      const start = i < count ? starts[i] : 0;
      const x = (mvX(start) + 2) >> 2;
      const y = (mvY(start) + 2) >> 2;
      const full = packMv(x, y);
      let isNew = true;
      for (let k = 0; k < tried && isNew; k++) isNew = rounded[k] !== full;
      if (!isNew) continue;
      rounded[tried++] = full;
      this.tryFull(x, y);
    }
  }

  /**
   * Tries the full-sample vector (x, y), moved inside the limits; keeps it if it is better. Returns its cost, or a lower
   * bound of it that is not below the best.
   */
  private tryFull(x: number, y: number): number {
    const { minX, maxX, minY, maxY } = this.limits;
    x = x < minX ? minX : x > maxX ? maxX : x;
    y = y < minY ? minY : y > maxY ? maxY : y;
    if (x === this.bestX && y === this.bestY && this.bestCost !== NO_COST) return this.bestCost;
    let cost = this.lambda * mvdBits(4 * x - this.predictedX, 4 * y - this.predictedY);
    if (cost >= this.bestCost) return cost;
    cost += this.block.full(x, y, this.bestCost - cost);
    if (cost < this.bestCost) {
      this.bestCost = cost;
      this.bestX = x;
      this.bestY = y;
      if (this.inspector !== null) this.inspector.searchBest(packMv(4 * x, 4 * y), cost);
    }
    return cost;
  }

  /**
   * Small diamond: steps of one sample as long as they help, never back to where the last step came from. Leaves the costs
   * around the best vector in `costAbove`, `costBelow`, `costLeft`, `costRight`.
   */
  private searchDiamond(steps: number): void {
    let lastX = NO_VECTOR;
    let lastY = NO_VECTOR;
    let lastCost = 0;
    for (let step = 0; step < steps; step++) {
      const x = this.bestX;
      const y = this.bestY;
      const cost = this.bestCost;
      this.costAbove = lastX === x && lastY === y - 1 ? lastCost : this.tryFull(x, y - 1);
      this.costBelow = lastX === x && lastY === y + 1 ? lastCost : this.tryFull(x, y + 1);
      this.costLeft = lastX === x - 1 && lastY === y ? lastCost : this.tryFull(x - 1, y);
      this.costRight = lastX === x + 1 && lastY === y ? lastCost : this.tryFull(x + 1, y);
      if (this.bestX === x && this.bestY === y) return;
      lastX = x;
      lastY = y;
      lastCost = cost;
    }
  }

  /**
   * Choice: at most four fractional vectors, toward the cheaper of the full samples on either side: a half and then a
   * quarter sample, horizontally, then vertically if that did not help. Without sample j, so that two filters are enough.
   */
  private searchGuided(): void {
    const { bestX: x, bestY: y } = this;
    const dx = this.costLeft < this.costRight ? -1 : 1;
    const dy = this.costAbove < this.costBelow ? -1 : 1;
    this.tryFraction(this.predictedX, this.predictedY, 'sad');
    if (this.bestX !== x || this.bestY !== y) return;
    this.tryFraction(x + 2 * dx, y, 'sad');
    this.tryFraction(x, y + 2 * dy, 'sad');
    if (this.bestX !== x) {
      this.tryFraction(x + dx, y, 'sad');
      if (this.bestX === x + 2 * dx) this.tryFraction(x + 3 * dx, y, 'sad');
    } else if (this.bestY !== y) {
      this.tryFraction(x, y + dy, 'sad');
      if (this.bestY === y + 2 * dy) this.tryFraction(x, y + 3 * dy, 'sad');
    } else {
      this.tryFraction(x + dx, y, 'sad');
      this.tryFraction(this.bestX, y + dy, 'sad');
    }
  }

  /** Half samples toward the cheaper of the full samples on either side. */
  private searchCheaperHalves(): void {
    const { bestX: x, bestY: y } = this;
    this.tryFraction(this.costLeft < this.costRight ? x - 2 : x + 2, y, 'sad');
    this.tryFraction(x, this.costAbove < this.costBelow ? y - 2 : y + 2, 'sad');
  }

  /** Hexagon of radius 2 as long as it helps, then the eight neighbors. */
  private searchHexagon(): void {
    for (let step = 0; step < this.options.searchRange; step += 2) {
      const x = this.bestX;
      const y = this.bestY;
      for (let i = 0; i < 12; i += 2) this.tryFull(x + HEXAGON[i], y + HEXAGON[i + 1]);
      if (this.bestX === x && this.bestY === y) break;
    }
    const { bestX: x, bestY: y } = this;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) this.tryFull(x + dx, y + dy);
    }
  }

  /**
   * Choice: uneven cross, then rings of 16 points, before the hexagon. Source: Chen, Zhou and He, "Fast integer pel and
   * fractional pel motion estimation" (JVT-F017), without its early stops.
   */
  private searchMultiHexagon(): void {
    const range = this.options.searchRange;
    const { bestX: x, bestY: y } = this;
    for (let i = 1; i < range; i += 2) {
      this.tryFull(x - i, y);
      this.tryFull(x + i, y);
    }
    for (let i = 1; i < range / 2; i += 2) {
      this.tryFull(x, y - i);
      this.tryFull(x, y + i);
    }
    const { bestX: centerX, bestY: centerY } = this;
    for (let ring = 1; ring <= range / 4; ring++) {
      for (let i = 0; i < 32; i += 2) {
        this.tryFull(centerX + ring * SIXTEEN_POINTS[i], centerY + ring * SIXTEEN_POINTS[i + 1]);
      }
    }
  }

  /**
   * Diamond of `step` quarter samples around the best vector, as long as it helps, at most `steps` times, never back to
   * where the last step came from.
   */
  private searchFractions(step: number, steps: number, metric: 'sad' | 'satd'): void {
    let lastX = NO_VECTOR;
    let lastY = NO_VECTOR;
    for (let i = 0; i < steps; i++) {
      const x = this.bestX;
      const y = this.bestY;
      if (x !== lastX || y - step !== lastY) this.tryFraction(x, y - step, metric);
      if (x !== lastX || y + step !== lastY) this.tryFraction(x, y + step, metric);
      if (x - step !== lastX || y !== lastY) this.tryFraction(x - step, y, metric);
      if (x + step !== lastX || y !== lastY) this.tryFraction(x + step, y, metric);
      if (this.bestX === x && this.bestY === y) return;
      lastX = x;
      lastY = y;
    }
  }

  /** Tries a start between full samples; starts at full samples have been tried. */
  private tryStart(x: number, y: number): void {
    if (((x | y) & 3) !== 0) this.tryFraction(x, y, 'sad');
  }

  private tryFraction(x: number, y: number, metric: 'sad' | 'satd'): void {
    if (x === this.bestX && y === this.bestY) return;
    const { minX, maxX, minY, maxY } = this.limits;
    if (x < 4 * minX || x > 4 * maxX || y < 4 * minY || y > 4 * maxY) return;
    const cost = this.fractionalCost(x, y, metric);
    if (cost < this.bestCost) {
      this.bestCost = cost;
      this.bestX = x;
      this.bestY = y;
      if (this.inspector !== null) this.inspector.searchBest(packMv(x, y), cost);
    }
  }

  /** Distortion + lambda·bits at a vector in quarter samples, within the limits; by SAD at least `bestCost` if not less. */
  private fractionalCost(x: number, y: number, metric: 'sad' | 'satd'): number {
    const bits = this.lambda * mvdBits(x - this.predictedX, y - this.predictedY);
    const limit = this.bestCost - bits;
    return limit <= 0 ? bits : bits + this.block.fractional(x, y, metric, limit);
  }
}
