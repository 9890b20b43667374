/**
 * The quantized coefficients of a picture, all scans of which are yet to be written, in little memory: DC levels as they are, of AC
 * coefficients only those that are not zero. Pictures of 12 megapixels need some 6 MB at quality 75, where arrays would take 37.
 */
import { BLOCK_BYTES, INDEX, LAST, WIDE } from '../kernels/plain/entries.ts';
import type { Component, Frame } from '../standard/frame.ts';

/** An empty block is one byte: LAST, and index 0, which no AC coefficient has. */
const EMPTY = LAST;

const INITIAL_BYTES = 4096;

/** The blocks of one component, in rows from left to right. A block is a run of entries; see kernels/plain/entries.ts. */
export class ComponentBlocks {
  readonly component: Component;
  /** Index: row * blocksWide + column. */
  readonly dc: Int16Array;
  /** Row of blocks => its entries. Each has an array of its own, so that nothing is copied or held twice as they become more. */
  readonly rows: Uint8Array[] = [];
  /** Entries of the row that is not complete. */
  private entries: Uint8Array = new Uint8Array(INITIAL_BYTES);
  private length = 0;
  private blockCount = 0;

  constructor(component: Component) {
    this.component = component;
    this.dc = new Int16Array(component.blocksWide * component.blocksHigh);
  }

  /**
   * Adds the AC coefficients of the next block, `count` that are not zero; its DC level is set apart.
   * @param index their indexes in the zig-zag sequence, rising, from element 0 on
   * @param level their levels
   */
  addAc(count: number, index: Int32Array, level: Int32Array): void {
    if (this.length + BLOCK_BYTES > this.entries.length) this.grow();
    const { entries } = this;
    let to = this.length;
    for (let i = 0; i < count; i++) {
      const k = i === count - 1 ? index[i]! | LAST : index[i]!;
      const value = level[i]!;
      if (value >= -128 && value <= 127) {
        entries[to] = k;
        entries[to + 1] = value;
        to += 2;
      } else {
        entries[to] = k | WIDE;
        entries[to + 1] = value >> 8;
        entries[to + 2] = value;
        to += 3;
      }
    }
    if (count === 0) entries[to++] = EMPTY;
    this.length = to;
    this.blockCount++;
    if (this.blockCount % this.component.blocksWide !== 0) return;
    this.rows.push(entries.slice(0, to));
    this.length = 0;
  }

  /** Reads a row back: 64 levels a block in zig-zag order into `out`, at least 64 for each of the row's blocks. */
  readRow(row: number, out: Int16Array): void {
    const { dc, component } = this;
    const entries = this.rows[row]!;
    let at = 0;
    for (let x = 0; x < component.blocksWide; x++) {
      const block = 64 * x;
      out.fill(0, block, block + 64);
      out[block] = dc[row * component.blocksWide + x]!;
      for (let entry = 0; (entry & LAST) === 0; ) {
        entry = entries[at++]!;
        const k = entry & INDEX;
        if (k === 0) continue;
        let level = (entries[at++]! << 24) >> 24;
        if ((entry & WIDE) !== 0) level = (level << 8) | entries[at++]!;
        out[block + k] = level;
      }
    }
  }

  private grow(): void {
    const larger = new Uint8Array(2 * this.entries.length);
    larger.set(this.entries);
    this.entries = larger;
  }
}

/** The blocks of all components of a frame. */
export function createBlockStore(frame: Frame): ComponentBlocks[] {
  return frame.components.map((component) => new ComponentBlocks(component));
}
