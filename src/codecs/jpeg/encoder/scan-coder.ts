/**
 * The blocks of a picture as the symbols of a scan: sequential (T.81 clause F.1.2), DC and AC of progressive scans, first and later
 * (clauses G.1.2.1 to G.1.2.3).
 */
import { EntryReader, MAX_END_OF_BAND_RUN, MAX_WAITING_BITS } from '../kernels/plain/entries.ts';
import type { Frame } from '../standard/frame.ts';
import type { ComponentBlocks } from './block-store.ts';
import type { BlockMeter } from './inspector.ts';
import type { ScanRunner } from './scan-runner.ts';
import { EntropyWriter, SymbolCounter, type SymbolSink } from './symbol-sinks.ts';

/** A scan to be coded. */
export interface ScanPlan {
  /** Indexes of components of the frame. */
  readonly components: readonly number[];
  /** Ss, Se, Ah, Al. */
  readonly spectralStart: number;
  readonly spectralEnd: number;
  readonly approximationHigh: number;
  readonly approximationLow: number;
}

/** Which rows of MCUs are coded: all, or a sample for an estimate. */
export interface RowSample {
  /** Rows of MCUs that are coded together. */
  readonly together: number;
  /** Rows from the first of such a group to the first of the next. */
  readonly distance: number;
}

/** All rows. */
export const ALL_ROWS: RowSample = { together: 1, distance: 1 };

/** SSSS of T.81 clauses F.1.2.1 and F.1.2.2: bits of a magnitude. */
function sizeOf(magnitude: number): number {
  return 32 - Math.clz32(magnitude);
}

/** The slot of a component's AC table; see symbol-sinks.ts. */
function acSlotOf(index: number): number {
  return index === 0 ? 2 : 3;
}

/** Codes scans of one picture into a sink. Destinations: table 0 for the first component, 1 for the others. */
export class ScanCoder {
  private readonly frame: Frame;
  private readonly blocks: readonly ComponentBlocks[];
  private readonly restartInterval: number;
  private readonly runner: ScanRunner | null;
  private sink: SymbolSink;
  private meter: BlockMeter | null = null;
  private untilRestart = 0;
  private readonly predictions: Int32Array;
  private endOfBandRun = 0;
  private acSlot = 0;
  /** Correction bits of the blocks of the present end-of-band run, then those of the present block. */
  private readonly waitingBits = new Uint8Array(MAX_WAITING_BITS + 64);
  private waitingCount = 0;
  private readonly reader = new EntryReader();

  /**
   * @param restartInterval MCUs, 0 for no restart markers
   * @param runner codes AC scans without restart markers; null for none
   */
  constructor(
    frame: Frame,
    blocks: readonly ComponentBlocks[],
    restartInterval: number,
    runner: ScanRunner | null,
  ) {
    this.runner = runner;
    this.sink = new SymbolCounter();
    this.frame = frame;
    this.blocks = blocks;
    this.restartInterval = restartInterval;
    this.predictions = new Int32Array(frame.components.length);
  }

  /** Codes the rows of a scan that `sample` chooses; `meter`, if there is one, is told where each block begins. */
  codeScan(
    plan: ScanPlan,
    sink: SymbolSink,
    sample: RowSample = ALL_ROWS,
    meter: BlockMeter | null = null,
  ): void {
    if (meter === null && this.codeByKernels(plan, sink, sample)) return;
    this.sink = sink;
    this.meter = meter;
    this.untilRestart = this.restartInterval;
    this.predictions.fill(0);
    this.endOfBandRun = 0;
    this.waitingCount = 0;
    const isInterleaved = plan.components.length > 1;
    const rows = isInterleaved
      ? this.frame.mcusHigh
      : this.frame.components[plan.components[0]!]!.blocksHigh;
    for (let group = 0; group < rows; group += sample.distance) {
      for (let row = group; row < Math.min(rows, group + sample.together); row++) {
        if (isInterleaved) this.codeInterleavedRow(plan, row);
        else this.codeRow(plan, row);
      }
    }
    this.endRun();
  }

  /** Has the kernels code a scan, if it is one for them. */
  private codeByKernels(plan: ScanPlan, sink: SymbolSink, sample: RowSample): boolean {
    const { runner } = this;
    if (runner === null || this.restartInterval > 0 || plan.spectralStart === 0) return false;
    const index = plan.components[0]!;
    const slot = acSlotOf(index);
    const blocks = this.blocks[index]!;
    if (sink instanceof SymbolCounter) runner.count(plan, slot, blocks, sample, sink);
    else if (sink instanceof EntropyWriter) runner.write(plan, slot, blocks, sample, sink);
    else return false;
    return true;
  }

  private beginMcu(): void {
    if (this.restartInterval === 0) return;
    if (this.untilRestart === 0) {
      this.endRun();
      this.sink.restart();
      this.predictions.fill(0);
      this.untilRestart = this.restartInterval;
    }
    this.untilRestart--;
  }

  /** Clause A.2.2. */
  private codeRow(plan: ScanPlan, row: number): void {
    const { spectralStart, spectralEnd, approximationHigh, approximationLow } = plan;
    const index = plan.components[0]!;
    const { component, rows } = this.blocks[index]!;
    this.acSlot = acSlotOf(index);
    const entries = rows[row]!;
    let at = 0;
    const first = row * component.blocksWide;
    for (let x = 0; x < component.blocksWide; x++) {
      this.beginMcu();
      if (this.meter !== null) this.meter.block(index, row, x);
      if (spectralStart === 0) {
        this.codeDc(index, first + x, plan);
        if (spectralEnd > 0) at = this.codeSequentialAc(entries, at);
      } else if (approximationHigh === 0) {
        at = this.codeAcFirst(entries, at, spectralStart, spectralEnd, approximationLow);
      } else {
        at = this.refineAc(entries, at, spectralStart, spectralEnd, approximationLow);
      }
    }
  }

  /** Clause A.2.3. Blocks that pad the picture repeat the DC level of the block before and have no AC coefficients. */
  private codeInterleavedRow(plan: ScanPlan, row: number): void {
    for (let mcu = 0; mcu < this.frame.mcusWide; mcu++) {
      this.beginMcu();
      for (let j = 0; j < plan.components.length; j++) {
        this.codeMcu(plan, plan.components[j]!, row, mcu);
      }
    }
  }

  private codeMcu(plan: ScanPlan, index: number, row: number, mcu: number): void {
    const { component, rows } = this.blocks[index]!;
    const { h, v, blocksWide, blocksHigh } = component;
    const hasAc = plan.spectralEnd > 0;
    this.acSlot = acSlotOf(index);
    for (let y = 0; y < v; y++) {
      const blockRow = row * v + y;
      // With AC, each row of blocks of the MCU has a position of its own.
      let at = 0;
      if (hasAc && blockRow < blocksHigh) {
        if (mcu === 0) this.rowPositions(index)[y] = 0;
        at = this.rowPositions(index)[y]!;
      }
      for (let x = 0; x < h; x++) {
        const column = mcu * h + x;
        if (this.meter !== null) this.meter.block(index, blockRow, column);
        if (blockRow < blocksHigh && column < blocksWide) {
          this.codeDc(index, blockRow * blocksWide + column, plan);
          if (hasAc) at = this.codeSequentialAc(rows[blockRow]!, at);
        } else {
          this.codePaddingDc(index, plan);
          if (hasAc) this.sink.symbol(this.acSlot, 0, 0, 0);
        }
      }
      if (hasAc && blockRow < blocksHigh) this.rowPositions(index)[y] = at;
    }
  }

  private readonly rowPositionsByComponent: Float64Array[] = [];

  private rowPositions(index: number): Float64Array {
    this.rowPositionsByComponent[index] ??= new Float64Array(4);
    return this.rowPositionsByComponent[index];
  }

  /** Clauses F.1.2.1 and G.1.2.1. */
  private codeDc(index: number, block: number, plan: ScanPlan): void {
    const level = this.blocks[index]!.dc[block]!;
    if (plan.approximationHigh > 0) {
      this.sink.bits((level >> plan.approximationLow) & 1, 1);
      return;
    }
    const shifted = level >> plan.approximationLow;
    const difference = shifted - this.predictions[index]!;
    this.predictions[index] = shifted;
    const size = sizeOf(Math.abs(difference));
    const bits = (difference < 0 ? difference - 1 : difference) & ((1 << size) - 1);
    this.sink.symbol(index === 0 ? 0 : 1, size, bits, size);
  }

  private codePaddingDc(index: number, plan: ScanPlan): void {
    if (plan.approximationHigh > 0) this.sink.bits(0, 1);
    else this.sink.symbol(index === 0 ? 0 : 1, 0, 0, 0);
  }

  /** Clause F.1.2.2. Returns where the next block begins. */
  private codeSequentialAc(entries: Uint8Array, at: number): number {
    const { sink, acSlot, reader } = this;
    let before = 0;
    reader.begin(at);
    while (reader.next(entries)) {
      const { k, level } = reader;
      let run = k - before - 1;
      for (; run > 15; run -= 16) sink.symbol(acSlot, 0xf0, 0, 0);
      const size = sizeOf(level < 0 ? -level : level);
      sink.symbol(
        acSlot,
        (run << 4) | size,
        (level < 0 ? level - 1 : level) & ((1 << size) - 1),
        size,
      );
      before = k;
    }
    if (before < 63) sink.symbol(acSlot, 0, 0, 0);
    return reader.at;
  }

  /** Clause G.1.2.2. */
  private codeAcFirst(
    entries: Uint8Array,
    at: number,
    start: number,
    end: number,
    low: number,
  ): number {
    const { sink, acSlot, reader } = this;
    let before = start - 1;
    reader.begin(at);
    while (reader.next(entries)) {
      const { k, level } = reader;
      const magnitude = (level < 0 ? -level : level) >> low;
      if (k < start || k > end || magnitude === 0) continue;
      if (this.endOfBandRun > 0) this.endRun();
      let run = k - before - 1;
      for (; run > 15; run -= 16) sink.symbol(acSlot, 0xf0, 0, 0);
      const size = sizeOf(magnitude);
      const bits = (level < 0 ? ~magnitude : magnitude) & ((1 << size) - 1);
      sink.symbol(acSlot, (run << 4) | size, bits, size);
      before = k;
    }
    if (before < end) {
      this.meter?.joinRun(0);
      if (++this.endOfBandRun === MAX_END_OF_BAND_RUN) this.endRun();
    }
    return reader.at;
  }

  /** Writes the end-of-band run so far, EOBn of clause G.1.2.2, and the correction bits of its blocks. */
  private endRun(): void {
    if (this.endOfBandRun > 0) {
      const n = sizeOf(this.endOfBandRun) - 1;
      this.sink.symbol(this.acSlot, n << 4, this.endOfBandRun & ((1 << n) - 1), n);
      this.endOfBandRun = 0;
      this.meter?.runSymbol();
    }
    this.releaseBits(0);
    this.meter?.endRun();
  }

  /** Writes the waiting correction bits from `from` on. */
  private releaseBits(from: number): void {
    for (let i = from; i < this.waitingCount; i++) {
      this.sink.bits(this.waitingBits[i]!, 1);
      this.meter?.correction();
    }
    this.waitingCount = from;
  }

  /** Clause G.1.2.3. */
  private refineAc(
    entries: Uint8Array,
    at: number,
    start: number,
    end: number,
    low: number,
  ): number {
    const lastNew = this.lastNewCoefficient(entries, at, end, low);
    const { sink, acSlot, reader } = this;
    let before = start - 1;
    /** Zeros, and coefficients that are already known, since the last new one. */
    let run = 0;
    let ownBits = this.waitingCount;
    reader.begin(at);
    while (reader.next(entries)) {
      const { k, level } = reader;
      const magnitude = (level < 0 ? -level : level) >> low;
      if (k < start || k > end || magnitude === 0) continue;
      run += k - before - 1;
      before = k;
      while (run > 15 && k <= lastNew) {
        ownBits = this.endRunBefore(ownBits);
        sink.symbol(acSlot, 0xf0, 0, 0);
        this.releaseBits(ownBits);
        run -= 16;
      }
      if (magnitude > 1) {
        this.waitingBits[this.waitingCount++] = magnitude & 1;
        continue;
      }
      ownBits = this.endRunBefore(ownBits);
      sink.symbol(acSlot, (run << 4) | 1, level < 0 ? 0 : 1, 1);
      this.releaseBits(ownBits);
      run = 0;
    }
    if (run > 0 || before < end || this.waitingCount > ownBits) {
      this.endOfBandRun++;
      this.meter?.joinRun(this.waitingCount - ownBits);
      if (this.endOfBandRun === MAX_END_OF_BAND_RUN || this.waitingCount > MAX_WAITING_BITS - 64)
        this.endRun();
    }
    return reader.at;
  }

  /** Ends the run of the blocks before; the bits of the present block, from `ownBits` on, keep waiting, now from 0 on. */
  private endRunBefore(ownBits: number): number {
    if (this.endOfBandRun === 0) return ownBits;
    const total = this.waitingCount;
    this.waitingCount = ownBits;
    this.endRun();
    this.waitingBits.copyWithin(0, ownBits, total);
    this.waitingCount = total - ownBits;
    return 0;
  }

  /** The last coefficient of a block's band that becomes nonzero in this scan; 0 if there is none. */
  private lastNewCoefficient(entries: Uint8Array, at: number, end: number, low: number): number {
    const { reader } = this;
    let last = 0;
    reader.begin(at);
    while (reader.next(entries) && reader.k <= end) {
      const { k, level } = reader;
      if ((level < 0 ? -level : level) >> low === 1) last = k;
    }
    return last;
  }
}
