/**
 * Entropy decoding (T.81 annex F.2 and G.2). One decoder a scan, which goes through the picture a band at a time: all scans of a
 * progressive file advance together, so that no more coefficients are held than those of one band.
 */
import { FormatError } from '../../../base/errors.ts';
import type { DecoderTables } from './decoder-tables.ts';
import type { Component, Frame } from './frame.ts';
import { type HuffmanDecoder, LOOK_BITS } from './huffman.ts';
import { RST0 } from './markers.ts';
import type { Scan } from './read-file.ts';
import { ZIGZAG } from './zigzag.ts';

const LOOK_MASK = (1 << LOOK_BITS) - 1;

/** Where the coefficients of a band lie: blocks of 64 in raster order, component after component, row after row of blocks. */
export interface BandLayout {
  /** Component => index of its first coefficient. */
  readonly starts: readonly number[];
  /** Coefficients of a band over all components. */
  readonly size: number;
}

/** The layout of a band of `frame`; padding blocks of interleaved scans (T.81 clause A.2.4) have their places. */
export function bandLayout(frame: Frame): BandLayout {
  const starts: number[] = [];
  let size = 0;
  for (const { paddedBlocksWide, v } of frame.components) {
    starts.push(size);
    size += 64 * paddedBlocksWide * v;
  }
  return { starts, size };
}

interface CodedComponent {
  readonly component: Component;
  readonly start: number;
  readonly dc: HuffmanDecoder;
  readonly ac: HuffmanDecoder;
}

/** Decodes the blocks of one scan in order. */
export class ScanDecoder {
  private readonly bytes: Uint8Array;
  private readonly frame: Frame;
  private readonly scan: Scan;
  private readonly components: CodedComponent[];
  private decodeBlock: (at: number, slot: number) => void;
  private coefficients: Int16Array;
  /** Progressive: two words a block, bit k of both set if the AC coefficient with index k in the zig-zag sequence is known to be not zero. */
  private masks: Int32Array;
  private position = 0;
  /** The `count` low bits of `word` have been read from the file and not been used; `missing` of them lie past the end. */
  private word = 0;
  private count = 0;
  private missing = 0;
  private readonly predictions: Int32Array;
  private endOfBandRun = 0;
  private untilRestart = 0;
  private nextRestart = 0;

  constructor(bytes: Uint8Array, frame: Frame, scan: Scan, tables: DecoderTables) {
    this.bytes = bytes;
    this.frame = frame;
    this.scan = scan;
    this.coefficients = new Int16Array(0);
    this.masks = new Int32Array(0);
    const layout = bandLayout(frame);
    this.components = scan.components.map(({ index, dc, ac }) => ({
      component: frame.components[index]!,
      start: layout.starts[index]!,
      dc: tables.decoderOf(dc),
      ac: tables.decoderOf(ac),
    }));
    this.predictions = new Int32Array(scan.components.length);
    this.position = scan.start;
    this.untilRestart = scan.restartInterval;
    this.decodeBlock = this.blockDecoder();
    this.requireTables();
  }

  private requireTables(): void {
    const { spectralStart, approximationHigh, components } = this.scan;
    const { isProgressive } = this.frame;
    for (const { dc, ac } of components) {
      const needsDc = isProgressive ? spectralStart === 0 && approximationHigh === 0 : true;
      const needsAc = isProgressive ? spectralStart > 0 : true;
      if ((needsDc && dc === undefined) || (needsAc && ac === undefined)) {
        throw new FormatError(
          'jpeg.SOS',
          'the scan uses a Huffman table that is not defined',
          this.scan.start,
        );
      }
    }
  }

  private blockDecoder(): (at: number, slot: number) => void {
    const { spectralStart, approximationHigh } = this.scan;
    if (!this.frame.isProgressive) return this.decodeSequential;
    if (spectralStart === 0) return approximationHigh === 0 ? this.decodeDcFirst : this.refineDc;
    return approximationHigh === 0 ? this.decodeAcFirst : this.refineAc;
  }

  /**
   * Decodes what the scan codes of band number `band` into `coefficients`, laid out as `bandLayout` says.
   * @param masks two words for each block, that all scans share; all 0 before the first one
   */
  decodeBand(band: number, coefficients: Int16Array, masks: Int32Array): void {
    this.coefficients = coefficients;
    this.masks = masks;
    if (this.components.length > 1) this.decodeInterleaved();
    else this.decodeSingle(band);
    if (this.missing > this.count) this.fail('the entropy-coded data end too early');
  }

  /** Has `told` called behind each block, with its place in its band, its slot in the scan, and the bits of the file up to its end. */
  watch(told: (at: number, slot: number, bits: number) => void): void {
    const decode = this.decodeBlock;
    this.decodeBlock = (at, slot) => {
      decode.call(this, at, slot);
      told(at, slot, this.bitPosition);
    };
  }

  /** Bits of the file that have been used: whole bytes that were only read ahead, with the zeros stuffed behind FF, are given back. */
  private get bitPosition(): number {
    const { bytes, count, missing } = this;
    const ahead = Math.max(0, count - missing);
    let at = this.position;
    const isStuffed = (): boolean => bytes[at - 1] === 0 && bytes[at - 2] === 0xff;
    for (let i = ahead >> 3; i > 0; i--) at -= isStuffed() ? 2 : 1;
    if ((ahead & 7) > 0 && isStuffed()) at--;
    return 8 * at - (ahead & 7);
  }

  /** Clause A.2.3: a row of MCUs, each with H_i x V_i blocks of each component. */
  private decodeInterleaved(): void {
    const { mcusWide } = this.frame;
    for (let mcu = 0; mcu < mcusWide; mcu++) {
      this.beginMcu();
      for (let slot = 0; slot < this.components.length; slot++) {
        const { component, start } = this.components[slot]!;
        const { h, v, paddedBlocksWide } = component;
        for (let y = 0; y < v; y++) {
          for (let x = 0; x < h; x++) {
            this.decodeBlock(start + 64 * (y * paddedBlocksWide + mcu * h + x), slot);
          }
        }
      }
    }
  }

  /** Clause A.2.2: rows of blocks of one component. */
  private decodeSingle(band: number): void {
    const { component, start } = this.components[0]!;
    const { v, blocksWide, blocksHigh, paddedBlocksWide } = component;
    const rows = Math.min(v, blocksHigh - band * v);
    for (let y = 0; y < rows; y++) {
      const row = start + 64 * y * paddedBlocksWide;
      for (let x = 0; x < blocksWide; x++) {
        this.beginMcu();
        this.decodeBlock(row + 64 * x, 0);
      }
    }
  }

  private fail(detail: string): never {
    throw new FormatError('jpeg.scan', detail, this.position);
  }

  /** Clause F.2.1.3.1: at each restart interval, a marker RSTm, and all state begins anew. */
  private beginMcu(): void {
    if (this.scan.restartInterval === 0) return;
    if (this.untilRestart === 0) this.restart();
    this.untilRestart--;
  }

  private restart(): void {
    const { bytes, scan } = this;
    if (this.missing > this.count)
      this.fail('the entropy-coded data of a restart interval end too early');
    // Data that no block needed are skipped, as fill bytes are.
    let at = this.position;
    while (
      at + 1 < scan.end &&
      (bytes[at] !== 0xff || bytes[at + 1] === 0 || bytes[at + 1] === 0xff)
    )
      at++;
    if (at + 1 >= scan.end || bytes[at + 1] !== RST0 + this.nextRestart) {
      this.fail(`marker RST${this.nextRestart} is not where it should be (T.81 clause F.2.1.3.1)`);
    }
    this.position = at + 2;
    this.nextRestart = (this.nextRestart + 1) & 7;
    this.untilRestart = scan.restartInterval;
    this.word = 0;
    this.count = 0;
    this.missing = 0;
    this.endOfBandRun = 0;
    this.predictions.fill(0);
  }

  /** NEXTBIT for many bits (clause F.2.2.5): at least 25 bits are there afterwards, zeros where the data end. */
  private fill(): void {
    const { bytes } = this;
    const { end } = this.scan;
    while (this.count <= 24) {
      let byte = 0;
      if (this.position < end) {
        byte = bytes[this.position]!;
        if (byte !== 0xff) this.position++;
        else if (this.position + 1 < end && bytes[this.position + 1] === 0) this.position += 2;
        else {
          byte = 0;
          this.missing += 8;
        }
      } else {
        this.missing += 8;
      }
      this.word = (this.word << 8) | byte;
      this.count += 8;
    }
  }

  /** RECEIVE (clause F.2.2.4); `size` is 0..16. */
  private receive(size: number): number {
    if (this.count < size) this.fill();
    this.count -= size;
    return (this.word >>> this.count) & ((1 << size) - 1);
  }

  /** RECEIVE and EXTEND (clause F.2.2.1); `size` is 1..15. */
  private receiveExtend(size: number): number {
    const value = this.receive(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** DECODE (clause F.2.2.3). */
  private decode(table: HuffmanDecoder): number {
    if (this.count < 16) this.fill();
    const entry = table.look[(this.word >>> (this.count - LOOK_BITS)) & LOOK_MASK]!;
    if (entry !== 0) {
      this.count -= entry >> 8;
      return entry & 0xff;
    }
    return this.decodeLong(table);
  }

  private decodeLong(table: HuffmanDecoder): number {
    const bits = (this.word >>> (this.count - 16)) & 0xffff;
    let size = LOOK_BITS + 1;
    while (bits >= table.limit[size]!) size++;
    if (size > 16) this.fail('bits that are no Huffman code');
    this.count -= size;
    return table.symbols[(bits >> (16 - size)) + table.delta[size]!]!;
  }

  private decodeDcDifference(table: HuffmanDecoder): number {
    const size = this.decode(table);
    if (size === 0) return 0;
    if (size > 15) this.fail(`a DC difference of ${size} bits (T.81 clause F.1.2.1)`);
    return this.receiveExtend(size);
  }

  /** Clauses F.2.2.1 and F.2.2.2. */
  private decodeSequential(at: number, slot: number): void {
    const { dc, ac } = this.components[slot]!;
    const { coefficients } = this;
    const prediction = this.predictions[slot]! + this.decodeDcDifference(dc);
    this.predictions[slot] = prediction;
    coefficients[at] = prediction;
    const { lookValue } = ac;
    for (let k = 1; k < 64; ) {
      if (this.count < 16) this.fill();
      const entry = lookValue[(this.word >>> (this.count - LOOK_BITS)) & LOOK_MASK]!;
      if (entry !== 0) {
        this.count -= entry & 0xff;
        k += (entry >> 8) & 15;
        if (k > 63) this.fail('a run beyond the end of its block');
        coefficients[at + ZIGZAG[k]!] = entry >> 16;
        k++;
        continue;
      }
      const symbol = this.decode(ac);
      const size = symbol & 15;
      if (size === 0) {
        if (symbol !== 0xf0) break;
        k += 16;
        continue;
      }
      k += symbol >> 4;
      if (k > 63) this.fail('a run beyond the end of its block');
      coefficients[at + ZIGZAG[k]!] = this.receiveExtend(size);
      k++;
    }
  }

  /** Clause G.1.2.1, first scan. */
  private decodeDcFirst(at: number, slot: number): void {
    const prediction = this.predictions[slot]! + this.decodeDcDifference(this.components[slot]!.dc);
    this.predictions[slot] = prediction;
    this.coefficients[at] = prediction << this.scan.approximationLow;
  }

  /** Clause G.1.2.1, later scans: one bit. */
  private refineDc(at: number): void {
    if (this.receive(1) !== 0) this.coefficients[at]! |= 1 << this.scan.approximationLow;
  }

  /** Clause G.1.2.2. */
  private decodeAcFirst(at: number): void {
    if (this.endOfBandRun > 0) {
      this.endOfBandRun--;
      return;
    }
    const { ac } = this.components[0]!;
    const { spectralStart, spectralEnd, approximationLow } = this.scan;
    for (let k = spectralStart; k <= spectralEnd; k++) {
      const symbol = this.decode(ac);
      const run = symbol >> 4;
      const size = symbol & 15;
      if (size === 0 && run < 15) {
        this.endOfBandRun = (1 << run) - 1 + this.receive(run);
        return;
      }
      k += run;
      if (size === 0) continue;
      if (k > spectralEnd) this.fail('a run beyond the end of its band');
      this.coefficients[at + ZIGZAG[k]!] = this.receiveExtend(size) << approximationLow;
      this.masks[(at >> 5) + (k >> 5)]! |= 1 << (k & 31);
    }
  }

  /** Clause G.1.2.3. */
  private refineAc(at: number): void {
    const { spectralStart, spectralEnd, approximationLow } = this.scan;
    const { ac } = this.components[0]!;
    let k = spectralStart;
    if (this.endOfBandRun === 0) {
      for (; k <= spectralEnd; k++) {
        const symbol = this.decode(ac);
        const run = symbol >> 4;
        const size = symbol & 15;
        if (size === 0 && run < 15) {
          this.endOfBandRun = (1 << run) + this.receive(run);
          break;
        }
        if (size > 1) this.fail('a new coefficient above 1 in a later scan (T.81 clause G.1.2.3)');
        const sign = size === 0 ? 0 : this.receive(1) === 0 ? -1 : 1;
        k = this.refineRun(at, k, run);
        if (sign === 0) continue;
        if (k > spectralEnd) this.fail('a run beyond the end of its band');
        this.coefficients[at + ZIGZAG[k]!] = sign * (1 << approximationLow);
        this.masks[(at >> 5) + (k >> 5)]! |= 1 << (k & 31);
      }
      if (this.endOfBandRun === 0) return;
    }
    this.refineRest(at, k);
    this.endOfBandRun--;
  }

  /** Reads the correction bits from `k` on; stops at the zero coefficient after `run` others, and returns its place. */
  private refineRun(at: number, k: number, run: number): number {
    const { masks } = this;
    const { spectralEnd } = this.scan;
    const mask = at >> 5;
    for (; k <= spectralEnd; k++) {
      if (((masks[mask + (k >> 5)]! >>> (k & 31)) & 1) !== 0)
        this.refineCoefficient(at + ZIGZAG[k]!);
      else if (run-- === 0) break;
    }
    return k;
  }

  /** Reads the correction bits from `k` to the end of the band. */
  private refineRest(at: number, k: number): void {
    const { masks } = this;
    const { spectralEnd } = this.scan;
    const mask = at >> 5;
    for (let half = k >> 5; half <= spectralEnd >> 5; half++) {
      const first = 32 * half;
      let bits = masks[mask + half]!;
      if (k > first) bits &= -1 << (k - first);
      if (spectralEnd < first + 31) bits &= (1 << (spectralEnd - first + 1)) - 1;
      for (; bits !== 0; bits &= bits - 1) {
        this.refineCoefficient(at + ZIGZAG[first + 31 - Math.clz32(bits & -bits)]!);
      }
    }
  }

  /** One correction bit. */
  private refineCoefficient(index: number): void {
    if (this.count === 0) this.fill();
    this.count--;
    if (((this.word >>> this.count) & 1) === 0) return;
    const { coefficients } = this;
    const step = 1 << this.scan.approximationLow;
    const value = coefficients[index]!;
    coefficients[index] = value + (value > 0 ? step : -step);
  }
}
