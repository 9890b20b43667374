/**
 * Two sinks for the symbols of a scan: one counts them, to build Huffman tables and to compare ways to code, the other
 * writes them. Both take the same calls, so that the counts are those of the written symbols.
 */
import { log2 } from '../../../base/exp-log.ts';
import { JoinedBytes } from '../../../base/joined-bytes.ts';
import { type HuffmanCodes, type HuffmanTable, huffmanCodes } from '../standard/huffman.ts';
import { RST0 } from '../standard/markers.ts';
import { buildHuffmanTable, tableBytes } from './huffman-builder.ts';

/** Tables that a scan may use at once: by 2 * class + destination, class 0 for DC and 1 for AC. */
export const TABLE_SLOTS = 4;

const SLOTS: readonly number[] = [0, 1, 2, 3];

/** Marker and length of a DHT segment. */
const TABLE_HEAD = 4;

/** A sink for the symbols of a scan. */
export interface SymbolSink {
  /** A symbol by the table of `slot`, then the `count` low bits of `bits`, 0..16. */
  symbol(slot: number, symbol: number, bits: number, count: number): void;
  /** The `count` low bits of `bits`, 0..16, without a symbol. */
  bits(bits: number, count: number): void;
  /** The end of a restart interval (T.81 clause E.1.4). */
  restart(): void;
}

/** Index n: n * log2(n), for the counts of small pictures; 0 where it is not known yet. */
const PRODUCTS: Float64Array = /* @__PURE__ */ new Float64Array(1024);

function timesLog2(count: number): number {
  if (count >= PRODUCTS.length) return count * log2(count);
  const known = PRODUCTS[count]!;
  if (known !== 0 || count === 1) return known;
  const product = count * log2(count);
  PRODUCTS[count] = product;
  return product;
}

/** Counts symbols by slot, and the bits between them. */
export class SymbolCounter implements SymbolSink {
  /** Index: 256 * slot + symbol. */
  private readonly counts = new Float64Array(256 * TABLE_SLOTS);
  private otherBits = 0;

  /** Forgets all that was counted. */
  clear(): void {
    this.counts.fill(0);
    this.otherBits = 0;
  }

  symbol(slot: number, symbol: number, _bits: number, count: number): void {
    this.counts[(slot << 8) | symbol]!++;
    this.otherBits += count;
  }

  bits(_bits: number, count: number): void {
    this.otherBits += count;
  }

  restart(): void {
    // The marker, and half a byte of padding before it.
    this.otherBits += 20;
  }

  /** Adds symbols of `slot` that others have counted, 256 numbers, and bits between them. */
  add(slot: number, counts: Int32Array, otherBits: number): void {
    for (let symbol = 0; symbol < 256; symbol++)
      this.counts[256 * slot + symbol]! += counts[symbol]!;
    this.otherBits += otherBits;
  }

  /** The best tables, by slot; undefined for slots without symbols. */
  tables(): (HuffmanTable | undefined)[] {
    return SLOTS.map((slot) => {
      const counts = this.countsOf(slot);
      return counts.some((count) => count > 0) ? buildHuffmanTable(counts) : undefined;
    });
  }

  private countsOf(slot: number): Float64Array {
    return this.counts.subarray(256 * slot, 256 * (slot + 1));
  }

  /** Bytes of the scan with its tables: those that are written, but for padding. */
  bytes(): number {
    let bits = this.otherBits;
    let tableSizes = 0;
    this.tables().forEach((table, slot) => {
      if (table === undefined) return;
      tableSizes += tableBytes(table) + TABLE_HEAD;
      const { length } = huffmanCodes(table);
      for (let symbol = 0; symbol < 256; symbol++) {
        bits += length[symbol]! * this.counts[256 * slot + symbol]!;
      }
    });
    return bits / 8 + tableSizes;
  }

  /** The same by the entropy of the symbols, if each stands for `scale` of them: near enough to compare, in a tenth of the time. */
  estimatedBytes(scale: number): number {
    let bits = this.otherBits;
    let tableSizes = 0;
    const { counts } = this;
    for (let slot = 0; slot < TABLE_SLOTS; slot++) {
      let total = 0;
      let used = 0;
      let sum = 0;
      for (let i = 256 * slot; i < 256 * (slot + 1); i++) {
        const count = counts[i]!;
        if (count === 0) continue;
        total += count;
        used++;
        sum += timesLog2(count);
      }
      if (used === 0) continue;
      bits += Math.max(total, timesLog2(total) - sum);
      tableSizes += 17 + used + TABLE_HEAD;
    }
    return (scale * bits) / 8 + tableSizes;
  }
}

/** Bytes that are written before they go to those before them. */
const ROOM = 1 << 14;

/** A file that grows: segments as they are, entropy-coded bits with stuffed zeros (T.81 clause B.1.1.5). */
export class EntropyWriter implements SymbolSink {
  /** The last bytes, `length` of them, and those before. */
  private bytes = new Uint8Array(ROOM);
  private length = 0;
  private readonly before = new JoinedBytes();
  /** The `pending` low bits of `word` are yet to be written; fewer than 8 between calls. */
  private word = 0;
  private pending = 0;
  private nextRestart = 0;
  private readonly codes: (HuffmanCodes | undefined)[] = new Array(TABLE_SLOTS).fill(undefined);

  /** Bytes written so far. */
  get byteLength(): number {
    return this.before.length + this.length;
  }

  /** Bits written so far; stuffed zeros are among them. */
  get bitPosition(): number {
    return 8 * this.byteLength + this.pending;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    this.before.append(this.bytes.subarray(0, this.length));
    this.length = 0;
    if (count > this.bytes.length) this.bytes = new Uint8Array(count);
  }

  /** Appends bytes; entropy-coded data before them have been ended. */
  append(bytes: Uint8Array | readonly number[]): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Begins a scan that uses these tables. */
  beginScan(tables: readonly (HuffmanTable | undefined)[]): void {
    for (let slot = 0; slot < TABLE_SLOTS; slot++) {
      const table = tables[slot];
      this.codes[slot] = table === undefined ? undefined : huffmanCodes(table);
    }
    this.nextRestart = 0;
  }

  /** The codes of `slot` by symbol, their lengths from bit 16 on, into 256 elements. */
  copyCodes(slot: number, out: Int32Array): void {
    const { code, length } = this.codes[slot]!;
    for (let symbol = 0; symbol < 256; symbol++) {
      out[symbol] = (length[symbol]! << 16) | code[symbol]!;
    }
  }

  symbol(slot: number, symbol: number, bits: number, count: number): void {
    const codes = this.codes[slot]!;
    const length = codes.length[symbol]!;
    if (length + count <= 24) {
      this.put((codes.code[symbol]! << count) | bits, length + count);
    } else {
      this.put(codes.code[symbol]!, length);
      this.put(bits, count);
    }
  }

  bits(bits: number, count: number): void {
    this.put(bits, count);
  }

  /** Appends the `count` low bits of `value`, which has no others; `count` is 0..24. */
  put(value: number, count: number): void {
    if (this.length + 8 > this.bytes.length) this.reserve(8);
    const { bytes } = this;
    const word = (this.word << count) | value;
    let pending = this.pending + count;
    let at = this.length;
    while (pending >= 8) {
      pending -= 8;
      const byte = (word >>> pending) & 0xff;
      bytes[at++] = byte;
      if (byte === 0xff) bytes[at++] = 0;
    }
    this.length = at;
    this.word = word & ((1 << pending) - 1);
    this.pending = pending;
  }

  restart(): void {
    this.endScan();
    this.append([0xff, RST0 + this.nextRestart]);
    this.nextRestart = (this.nextRestart + 1) & 7;
  }

  /** Fills the last byte with ones (T.81 clause F.1.2.3). */
  endScan(): void {
    if (this.pending > 0) this.put((1 << (8 - this.pending)) - 1, 8 - this.pending);
  }

  /** What has been written; nothing is left here. */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.before.append(this.bytes.subarray(0, this.length));
    this.length = 0;
    return this.before.join();
  }
}
