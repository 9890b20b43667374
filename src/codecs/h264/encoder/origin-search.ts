/**
 * Decides when to look for where blocks come from (block-origins.ts), and keeps the anchors of the pictures that are compared. A
 * look takes 10 ms for a picture of 1280x720, so it is worth it only where something changed and something can be found: in
 * pictures that look drawn, and not again soon where nothing was found.
 */
import { type AnchorTable, BlockOrigins } from './block-origins.ts';

/** Macroblocks that must have changed; below that the usual search does as well. */
const MIN_CHANGED = 12;
/** A look that finds this share of what changed was worth it. */
const WORTH_SHARE = 1 / 32;
/** Pictures that are passed over after looks in vain: twice as many each time, at most so many. */
const MAX_PAUSE = 32;

/** A table of anchors, and whose they are. */
interface OwnedTable {
  readonly anchors: AnchorTable;
  owner: number;
}

/** Looks for the blocks of one stream's pictures, each in the picture before. */
export class OriginSearch {
  private readonly blocks: BlockOrigins;
  private readonly tables: readonly [OwnedTable, OwnedTable];
  private words: Int32Array | null = null;
  private pause = 0;
  private lastPause = 0;

  /** @param stride bytes from row to row of all pictures */
  constructor(widthInMbs: number, heightInMbs: number, stride: number) {
    this.blocks = new BlockOrigins(widthInMbs, heightInMbs, stride);
    const table = () => ({ anchors: this.blocks.createTable(), owner: -1 });
    this.tables = [table(), table()];
  }

  /**
   * Finds the macroblocks of picture `number` in picture `number` - 1.
   * @param current, before byte positions of their first luma samples, multiples of 4 as is the place of `bytes` in its buffer
   * @param origins receives displacements as `BlockOrigins.findMoved` says
   * @returns how many were found, still ones included
   */
  search(
    bytes: Uint8Array,
    number: number,
    current: number,
    before: number,
    origins: Int32Array,
  ): number {
    const { blocks } = this;
    const words = this.wordsOf(bytes);
    const changed = blocks.findStill(words, bytes, current, before, origins);
    const still = origins.length - changed;
    if (changed < MIN_CHANGED || !blocks.looksDrawn(bytes, current)) return still;
    if (this.pause > 0) {
      this.pause--;
      return still;
    }
    const beforeTable = this.tableOf(bytes, number - 1, before);
    const table = this.tableOf(bytes, number, current);
    const found = blocks.findMoved(words, bytes, current, table, before, beforeTable, origins);
    this.lastPause =
      found >= WORTH_SHARE * changed ? 0 : Math.min(MAX_PAUSE, 2 * this.lastPause + 1);
    this.pause = this.lastPause;
    return still + found;
  }

  /** The same bytes, four at a time. */
  private wordsOf(bytes: Uint8Array): Int32Array {
    const { buffer, byteOffset, byteLength } = bytes;
    if (this.words === null || this.words.buffer !== buffer) {
      this.words = new Int32Array(buffer, byteOffset, byteLength >> 2);
    }
    return this.words;
  }

  /** The anchors of a picture, found now unless they are known. */
  private tableOf(bytes: Uint8Array, number: number, position: number): AnchorTable {
    const [first, second] = this.tables;
    const known = first.owner === number ? first : second.owner === number ? second : null;
    if (known !== null) return known.anchors;
    const oldest = first.owner < second.owner ? first : second;
    this.blocks.index(bytes, position, oldest.anchors);
    oldest.owner = number;
    return oldest.anchors;
  }
}
