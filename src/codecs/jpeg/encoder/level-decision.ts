/**
 * From real levels to coded ones: rows of blocks of one component, AC by `ac-trellis.ts`, DC along the row. Errors weigh less in
 * blocks whose variance hides them.
 */
import { AcTrellis } from './ac-trellis.ts';
import { RateModel } from './rate-model.ts';
import type { PlaneTuning } from './tuning.ts';

/** Levels that a DC coefficient can become: the nearest, one less, one more. */
const DC_CHOICES = 3;
/** Share of plain rounding in counting before any level is decided: levels below this are taken for zero. */
const COUNT_DEAD_ZONE = 0.66;

/** Decides the levels of one component, a row of blocks after the other. */
export class LevelDecision {
  readonly rates: RateModel;
  private readonly tuning: PlaneTuning;
  private readonly trellis = new AcTrellis();
  private readonly stepSquares: Float64Array;
  private readonly blockWeights: Float64Array;
  private readonly dcCost: Float64Array;
  private readonly dcBefore: Uint8Array;
  private lastDc = 0;
  private endRun = 0;
  private countedDc = 0;

  constructor(
    tuning: PlaneTuning,
    stepsInZigzag: Float64Array,
    blocksWide: number,
    isLuma: boolean,
  ) {
    this.tuning = tuning;
    this.rates = new RateModel(isLuma);
    this.stepSquares = stepsInZigzag.map((step) => (step * step) / 64);
    this.blockWeights = new Float64Array(blocksWide);
    this.dcCost = new Float64Array(DC_CHOICES * blocksWide);
    this.dcBefore = new Uint8Array(DC_CHOICES * blocksWide);
  }

  /** Counts a row of `count` blocks as if they were rounded, so that there are costs to begin with. */
  countRounded(real: Float32Array, at: number, count: number, scratch: Int16Array): void {
    for (let block = 0; block < count; block++, at += 64) {
      roundLevels(real, at, scratch, COUNT_DEAD_ZONE);
      this.countBlock(scratch, 0);
    }
  }

  /** Decides a row of `count` blocks: real levels from `at` on to levels from 0 on, both 64 a block in zig-zag order. */
  decideRow(real: Float32Array, at: number, count: number, levels: Int16Array): void {
    for (let block = 0; block < count; block++) this.decideAc(real, at + 64 * block, levels, block);
    this.decideDc(real, at, count, levels);
  }

  /** Rounds a row of blocks to the nearest levels. */
  roundRow(real: Float32Array, at: number, count: number, levels: Int16Array): void {
    for (let block = 0; block < count; block++) {
      for (let k = 64 * block; k < 64 * (block + 1); k++) {
        levels[k] = clampLevel(Math.round(real[at + k]!));
      }
    }
  }

  private decideAc(real: Float32Array, at: number, levels: Int16Array, block: number): void {
    const { trellis, rates, tuning } = this;
    const { maskedVariance, maskPower } = tuning;
    const variance = this.varianceOf(real, at);
    const weight = (maskedVariance / (maskedVariance + variance)) ** maskPower;
    this.blockWeights[block] = weight;
    trellis.search(real, at, tuning.weights, weight, rates);
    const to = 64 * block;
    if (trellis.zeroCost + rates.endOfBlockBits <= trellis.bestCost)
      levels.fill(0, to + 1, to + 64);
    else trellis.writeBest(levels, to);
  }

  /** Variance of a block's samples: the sum of its squared AC coefficients over 64. */
  private varianceOf(real: Float32Array, at: number): number {
    const { stepSquares } = this;
    let sum = 0;
    for (let k = 1; k < 64; k++) {
      const level = real[at + k]!;
      sum += level * level * stepSquares[k]!;
    }
    return sum;
  }

  /** The best DC levels of a row: each of the choices of a block after each of those of the block before. */
  private decideDc(real: Float32Array, at: number, count: number, levels: Int16Array): void {
    const { dcCost, dcBefore, blockWeights, tuning } = this;
    const { dcBits } = this.rates;
    for (let block = 0; block < count; block++) {
      const value = real[at + 64 * block]!;
      const nearest = clampDc(Math.round(value));
      const before = block === 0 ? 0 : clampDc(Math.round(real[at + 64 * (block - 1)]!));
      const weight = tuning.weights[0]! * blockWeights[block]!;
      for (let choice = 0; choice < DC_CHOICES; choice++) {
        const level = nearest + choice - 1;
        const error = value - level;
        let best = Number.POSITIVE_INFINITY;
        let bestBefore = 0;
        for (let c = 0; c < (block === 0 ? 1 : DC_CHOICES); c++) {
          const prediction = block === 0 ? this.lastDc : before + c - 1;
          const difference = level - prediction;
          const size = 32 - Math.clz32(difference < 0 ? -difference : difference);
          const cost = (block === 0 ? 0 : dcCost[DC_CHOICES * (block - 1) + c]!) + dcBits[size]!;
          if (cost < best) {
            best = cost;
            bestBefore = c;
          }
        }
        dcCost[DC_CHOICES * block + choice] = best + weight * error * error;
        dcBefore[DC_CHOICES * block + choice] = bestBefore;
      }
    }
    let choice = 0;
    const last = DC_CHOICES * (count - 1);
    for (let c = 1; c < DC_CHOICES; c++) if (dcCost[last + c]! < dcCost[last + choice]!) choice = c;
    for (let block = count - 1; block >= 0; block--) {
      levels[64 * block] = clampDc(Math.round(real[at + 64 * block]!)) + choice - 1;
      choice = dcBefore[DC_CHOICES * block + choice]!;
    }
    this.lastDc = levels[64 * (count - 1)]!;
  }

  /** Counts a decided row for the costs of those that follow. */
  countRow(levels: Int16Array, count: number): void {
    for (let block = 0; block < count; block++) this.countBlock(levels, 64 * block);
  }

  private countBlock(levels: Int16Array, at: number): void {
    const difference = levels[at]! - this.countedDc;
    this.countedDc = levels[at]!;
    this.rates.countDc(32 - Math.clz32(difference < 0 ? -difference : difference));
    let isEmpty = true;
    for (let k = 1; k < 64 && isEmpty; k++) isEmpty = levels[at + k] === 0;
    if (!isEmpty) {
      this.endCounting();
      this.endRun = this.rates.countAc(levels, at) ? 1 : 0;
    } else this.endRun++;
  }

  /** Counts the end-of-band run that is open. */
  endCounting(): void {
    if (this.endRun > 0) this.rates.countEndOfBandRun(Math.min(this.endRun, 0x7fff));
    this.endRun = 0;
  }
}

/** DC levels with their neighbors stay within 11 bits and a sign (T.81 clause F.1.2.1). */
function clampDc(level: number): number {
  return level < -1022 ? -1022 : level > 1022 ? 1022 : level;
}

function clampLevel(level: number): number {
  return level < -1023 ? -1023 : level > 1023 ? 1023 : level;
}

function roundLevels(real: Float32Array, at: number, levels: Int16Array, deadZone: number): void {
  levels[0] = Math.round(real[at]!);
  for (let k = 1; k < 64; k++) {
    const value = real[at + k]!;
    const magnitude = value < 0 ? -value : value;
    const level = magnitude < deadZone ? 0 : Math.floor(magnitude + 0.5);
    levels[k] = value < 0 ? -level : level;
  }
}
