/**
 * Costs of symbols, for decisions: the code lengths of an ideal code for counted symbols. Counts come from the blocks just decided and, so
 * that rare symbols have a cost, from a small number of typical ones.
 */
import { log2 } from '../../../base/exp-log.ts';
import { type HuffmanTable, huffmanCodes } from '../standard/huffman.ts';
import {
  TYPICAL_AC_CHROMINANCE,
  TYPICAL_AC_LUMINANCE,
  TYPICAL_DC_CHROMINANCE,
  TYPICAL_DC_LUMINANCE,
} from '../standard/huffman-tables.ts';
import { ZIGZAG } from '../standard/zigzag.ts';
import type { RealLevels } from './real-levels.ts';

/** Symbols that the typical tables are worth at the start. */
const TYPICAL_WEIGHT = 400;
/** The share of the counts that remains when a new window of blocks begins. */
const MEMORY = 0.5;

/** Counts and costs of the symbols of one kind of component, luma or chroma; there are costs from the first `update` on. */
export class RateModel {
  /** Size => bits of a DC difference, code and value. */
  readonly dcBits = new Float64Array(16);
  /** run << 4 | size => bits of an AC symbol, code and value. */
  readonly acBits = new Float64Array(256);
  /** Bits of an end of block, shared by the blocks of a run. */
  endOfBlockBits = 4;
  private readonly dcCounts = new Float64Array(16);
  private readonly acCounts = new Float64Array(256);
  private endBits = 0;
  private endCount = 0;

  constructor(isLuma: boolean) {
    const typical = typicalCounts(isLuma);
    this.dcCounts.set(typical.dc);
    this.acCounts.set(typical.ac);
    this.endBits = 40;
    this.endCount = 10;
  }

  /** Lets older counts fade. */
  fade(): void {
    for (let i = 0; i < 16; i++) this.dcCounts[i]! *= MEMORY;
    for (let i = 0; i < 256; i++) this.acCounts[i]! *= MEMORY;
    this.endBits *= MEMORY;
    this.endCount *= MEMORY;
  }

  /** Counts a DC difference of that size. */
  countDc(size: number): void {
    this.dcCounts[size]!++;
  }

  /**
   * Counts the AC symbols of block number `block`, with levels below `deadZone` as zero; returns the last index that is not zero, or 0.
   */
  countAc(real: RealLevels, block: number, deadZone: number): number {
    const { levels, masks } = real;
    let before = 0;
    for (let half = 0; half < 2; half++) {
      for (let bits = masks[2 * block + half]!; bits !== 0; bits &= bits - 1) {
        const k = 32 * half + 31 - Math.clz32(bits & -bits);
        const value = levels[64 * block + ZIGZAG[k]!]!;
        const magnitude = value < 0 ? -value : value;
        if (magnitude < deadZone) continue;
        let run = k - before - 1;
        for (; run > 15; run -= 16) this.acCounts[0xf0]!++;
        this.acCounts[(run << 4) | (32 - Math.clz32(magnitude + 0.5))]!++;
        before = k;
      }
    }
    return before;
  }

  /** Counts a run of blocks that end early. */
  countEndOfBandRun(length: number): void {
    this.acCounts[(31 - Math.clz32(length)) << 4]!++;
    this.endCount += length;
  }

  /** Takes the counts into the costs. */
  update(): void {
    costs(this.dcCounts, this.dcBits);
    for (let size = 1; size < 16; size++) this.dcBits[size]! += size;
    costs(this.acCounts, this.acBits);
    let endBits = 0;
    let ends = 0;
    for (let n = 0; n < 15; n++) {
      const count = this.acCounts[n << 4]!;
      endBits += count * (this.acBits[n << 4]! + n);
      // The typical tables know no runs: a run of n bits has 1.5 * 2^n blocks in the mean.
      ends += count * (n === 0 ? 1 : 1.5 * (1 << n));
    }
    this.endOfBlockBits = endBits / Math.max(1, Math.max(ends, this.endCount));
    for (let symbol = 0; symbol < 256; symbol++) {
      if ((symbol & 15) !== 0) this.acBits[symbol]! += symbol & 15;
    }
  }
}

interface TypicalCounts {
  readonly dc: Float64Array;
  readonly ac: Float64Array;
}

/** Those of luma and of chroma, once they have been asked for. */
const typicalOf: { luma: TypicalCounts | null; chroma: TypicalCounts | null } = {
  luma: null,
  chroma: null,
};

function typicalCounts(isLuma: boolean): TypicalCounts {
  if (isLuma) {
    typicalOf.luma ??= countsOf(TYPICAL_DC_LUMINANCE, TYPICAL_AC_LUMINANCE);
    return typicalOf.luma;
  }
  typicalOf.chroma ??= countsOf(TYPICAL_DC_CHROMINANCE, TYPICAL_AC_CHROMINANCE);
  return typicalOf.chroma;
}

function countsOf(dcTable: HuffmanTable, acTable: HuffmanTable): TypicalCounts {
  const dc = new Float64Array(16);
  const ac = new Float64Array(256);
  addTypical(dc, dcTable, TYPICAL_WEIGHT / 8);
  addTypical(ac, acTable, TYPICAL_WEIGHT);
  return { dc, ac };
}

function addTypical(counts: Float64Array, table: HuffmanTable, weight: number): void {
  const { length } = huffmanCodes(table);
  for (const symbol of table.symbols) counts[symbol]! += weight * 2 ** -length[symbol]!;
}

/** Bits by the counts' own entropy; symbols that did not occur cost as if they had a quarter of a time. */
function costs(counts: Float64Array, bits: Float64Array): void {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  const totalBits = log2(total + 1);
  for (let i = 0; i < counts.length; i++) {
    bits[i] = Math.min(18, totalBits - log2(counts[i]! + 0.25));
  }
}
