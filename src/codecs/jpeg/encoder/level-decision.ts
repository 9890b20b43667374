/**
 * From real levels to coded ones: rows of blocks of one component, AC by `ac-trellis.ts`, DC along the row. Errors weigh less in
 * blocks whose variance hides them.
 */
import { AcTrellis } from './ac-trellis.ts';
import type { ComponentBlocks } from './block-store.ts';
import type { JpegInspector } from './inspector.ts';
import { RateModel } from './rate-model.ts';
import type { RealLevels } from './real-levels.ts';
import type { PlaneTuning } from './tuning.ts';

/** Levels that a DC coefficient can become: the nearest, one less, one more. */
const DC_CHOICES = 3;
/** When symbols are counted before any level is decided, levels below this are taken for zero, as most of them will be. */
const COUNT_DEAD_ZONE = 0.66;
/** DC levels with their neighbors stay within 11 bits and a sign (T.81 clause F.1.2.1). */
const MAX_DC = 1022;

/** Decides the levels of one component, a row of blocks after the other. */
export class LevelDecision {
  private readonly rates: RateModel;
  private readonly tuning: PlaneTuning;
  private readonly trellis = new AcTrellis();
  private readonly blocks: ComponentBlocks;
  private readonly blocksWide: number;
  private readonly blockWeights: Float64Array;
  private readonly dcCost: Float64Array;
  private readonly dcBefore: Uint8Array;
  private decidedRows = 0;
  private lastDc = 0;
  private readonly inspector: JpegInspector | null;
  private readonly component: number;

  /**
   * @param blocks gets what is decided
   * @param component its index in the frame
   */
  constructor(
    tuning: PlaneTuning,
    blocks: ComponentBlocks,
    component: number,
    inspector: JpegInspector | null,
  ) {
    this.inspector = inspector;
    this.component = component;
    this.tuning = tuning;
    this.rates = new RateModel(component === 0);
    this.blocks = blocks;
    this.blocksWide = blocks.component.blocksWide;
    this.blockWeights = new Float64Array(this.blocksWide);
    this.dcCost = new Float64Array(DC_CHOICES * this.blocksWide);
    this.dcBefore = new Uint8Array(DC_CHOICES * this.blocksWide);
  }

  /** Counts the symbols of every `distance`-th of `rows` rows as if they were rounded: costs to decide them by. */
  countRows(real: RealLevels, rows: number, distance: number): void {
    this.rates.fade();
    for (let row = 0; row < rows; row += distance) {
      const first = row * this.blocksWide;
      let endRun = 0;
      let prediction = 0;
      for (let block = first; block < first + this.blocksWide; block++) {
        const level = Math.round(real.levels[64 * block]!);
        if (block > first) this.rates.countDc(sizeOf(level - prediction));
        prediction = level;
        const last = this.rates.countAc(real, block, COUNT_DEAD_ZONE);
        if (last > 0 && endRun > 0) {
          this.rates.countEndOfBandRun(endRun);
          endRun = 0;
        }
        if (last < 63) endRun++;
      }
      if (endRun > 0) this.rates.countEndOfBandRun(endRun);
    }
    this.rates.update();
  }

  /** Decides a row of blocks, from block number `first` on. */
  decideRow(real: RealLevels, first: number): void {
    const { trellis, rates, tuning, blocks } = this;
    for (let x = 0; x < this.blocksWide; x++) {
      const weight = maskedWeight(real.variances[first + x]!, tuning.maskedVariance);
      this.blockWeights[x] = weight;
      trellis.search(real, first + x, tuning.acWeight * weight, rates);
      trellis.choose(trellis.zeroCost + rates.endOfBlockBits <= trellis.bestCost);
      blocks.addAc(trellis.count, trellis.chosenIndex, trellis.chosenLevel);
    }
    this.decideDc(real.levels, first);
    if (this.inspector !== null) this.inspectRow(this.inspector, real.levels, first);
    this.decidedRows++;
  }

  private inspectRow(inspector: JpegInspector, real: Float32Array, first: number): void {
    const { blocks, blocksWide, component, decidedRows } = this;
    const levels = new Int16Array(64 * blocksWide);
    blocks.readRow(decidedRows, levels);
    for (let x = 0; x < blocksWide; x++) {
      const own = levels.subarray(64 * x, 64 * x + 64);
      inspector.block(component, decidedRows, x, real, 64 * (first + x), own);
    }
  }

  /** The best DC levels of a row: each of the choices of a block after each of those of the block before. */
  private decideDc(levels: Float32Array, first: number): void {
    const { dcCost, dcBefore, blockWeights, tuning, blocksWide } = this;
    const { dcBits } = this.rates;
    let nearestBefore = 0;
    for (let x = 0; x < blocksWide; x++) {
      const value = levels[64 * (first + x)]!;
      const nearest = clampDc(value);
      const weight = tuning.dcWeight * blockWeights[x]!;
      for (let choice = 0; choice < DC_CHOICES; choice++) {
        const level = nearest + choice - 1;
        const error = value - level;
        let best = Number.POSITIVE_INFINITY;
        let bestBefore = 0;
        for (let c = 0; c < (x === 0 ? 1 : DC_CHOICES); c++) {
          const prediction = x === 0 ? this.lastDc : nearestBefore + c - 1;
          const cost =
            (x === 0 ? 0 : dcCost[DC_CHOICES * (x - 1) + c]!) + dcBits[sizeOf(level - prediction)]!;
          if (cost < best) {
            best = cost;
            bestBefore = c;
          }
        }
        dcCost[DC_CHOICES * x + choice] = best + weight * error * error;
        dcBefore[DC_CHOICES * x + choice] = bestBefore;
      }
      nearestBefore = nearest;
    }
    this.takeDc(levels, first);
  }

  /** Follows the best path of `decideDc` back. */
  private takeDc(levels: Float32Array, first: number): void {
    const { dcCost, dcBefore, blocksWide, blocks } = this;
    const row = this.decidedRows * blocksWide;
    const last = DC_CHOICES * (blocksWide - 1);
    let choice = 0;
    for (let c = 1; c < DC_CHOICES; c++) if (dcCost[last + c]! < dcCost[last + choice]!) choice = c;
    for (let x = blocksWide - 1; x >= 0; x--) {
      blocks.dc[row + x] = clampDc(levels[64 * (first + x)]!) + choice - 1;
      choice = dcBefore[DC_CHOICES * x + choice]!;
    }
    this.lastDc = blocks.dc[row + blocksWide - 1]!;
  }
}

/**
 * The weight of errors in a block of this variance, relative to a block that hides none: (m / (m + variance)) ^ 0.375, by square roots, which
 * are the same in every engine. Choice: the power from the search that made the tables of perceptual-tables.ts.
 */
function maskedWeight(variance: number, maskedVariance: number): number {
  const fourthRoot = Math.sqrt(Math.sqrt(maskedVariance / (maskedVariance + variance)));
  return fourthRoot * Math.sqrt(fourthRoot);
}

function clampDc(value: number): number {
  const level = Math.round(value);
  return level < -MAX_DC ? -MAX_DC : level > MAX_DC ? MAX_DC : level;
}

/** SSSS of T.81 clause F.1.2.1. */
function sizeOf(difference: number): number {
  return 32 - Math.clz32(difference < 0 ? -difference : difference);
}
