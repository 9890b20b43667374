/** The different colors of a picture, as long as there are few: PNG (third edition) clause 11.2.2 allows 256 in a palette. */

/** Most colors that a palette has. */
export const MAX_COLORS = 256;
const SLOT_BITS = 10;
/** 2^32 divided by the golden ratio: what colors are multiplied by, so that the highest bits depend on all of theirs. */
const HASH_FACTOR: number = 0x9e3779b1 | 0;

/** Numbers colors in the order in which they come: open addressing with four times as many slots as colors. */
export class ColorTable {
  /** Colors, see `colorKey` (plan.ts), by their numbers. */
  readonly colors = new Int32Array(MAX_COLORS);
  /** How often each was asked for. */
  readonly counts = new Int32Array(MAX_COLORS);
  size = 0;
  private readonly slots = new Int16Array(1 << SLOT_BITS).fill(-1);

  /** The number of a color, which is entered if it is new; -1 if it is and the table is full. */
  add(color: number): number {
    const { slots, colors } = this;
    let slot = Math.imul(color, HASH_FACTOR) >>> (32 - SLOT_BITS);
    for (;;) {
      const number = slots[slot]!;
      if (number < 0) break;
      if (colors[number] === color) {
        this.counts[number]!++;
        return number;
      }
      slot = (slot + 1) & ((1 << SLOT_BITS) - 1);
    }
    if (this.size === MAX_COLORS) return -1;
    slots[slot] = this.size;
    colors[this.size] = color;
    this.counts[this.size] = 1;
    return this.size++;
  }
}
