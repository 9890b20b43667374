/**
 * The quantized coefficients of a picture, all scans of which are yet to be written, in little memory: DC levels as they are, of AC
 * coefficients only those that are not zero. Pictures of 12 megapixels need some 4 MB at quality 75, where arrays would take 37.
 */
import {
  BLOCK_BYTES,
  EntryReader,
  ESCAPE,
  LAST,
  SHORT,
  SHORT_LEVEL_BITS,
  SHORT_ZEROS,
} from '../kernels/plain/entries.ts';
import type { Component, Frame } from '../standard/frame.ts';

/** Levels of short entries are from minus this to below this. */
const SHORT_LEVEL = 1 << (SHORT_LEVEL_BITS - 1);

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
    let before = 0;
    for (let i = 0; i < count; i++) {
      const k = index[i]!;
      const value = level[i]!;
      const last = i === count - 1 ? LAST : 0;
      const zeros = k - before - 1;
      before = k;
      if (zeros <= SHORT_ZEROS && value >= -SHORT_LEVEL && value < SHORT_LEVEL) {
        entries[to++] =
          last | SHORT | (zeros << SHORT_LEVEL_BITS) | (value & (2 * SHORT_LEVEL - 1));
        continue;
      }
      entries[to++] = last | k;
      if (value > ESCAPE && value < -ESCAPE) {
        entries[to++] = value;
      } else {
        entries[to] = ESCAPE;
        entries[to + 1] = value >> 8;
        entries[to + 2] = value;
        to += 3;
      }
    }
    if (count === 0) entries[to++] = LAST;
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
    const reader = new EntryReader();
    for (let x = 0; x < component.blocksWide; x++) {
      const block = 64 * x;
      out.fill(0, block, block + 64);
      out[block] = dc[row * component.blocksWide + x]!;
      reader.begin(reader.at);
      while (reader.next(entries)) out[block + reader.k] = reader.level;
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
