/**
 * Decides when to look for where blocks come from (block-origins.ts), and keeps the anchors of the pictures that are compared.
 * Without vectors a look takes 10 ms for a picture of 1280x720. So it happens only where something changed and something can be
 * found: in pictures that look drawn, and after a look in vain not again soon.
 *
 * What is not in the picture before may be in an earlier one: a page that is turned back, or what a window covered. For this,
 * with option `origins` `kept`, a few pictures are kept, as reference pictures are: the last picture of each run of nearly equal
 * ones.
 */
import { log2 } from '../../../base/exp-log.ts';
import type { CreateWindowRows } from '../kernels/plain/window-rows.ts';
import { type AnchorTable, BlockOrigins, type LumaPlane, NO_ORIGIN } from './block-origins.ts';
import { looksDrawn } from './drawn-picture.ts';
import type { CreatePartOrigins, PartOrigins } from './part-origins.ts';
import type { PictureOrigins, SamePictures } from './picture-origins.ts';

/** Macroblocks that must have changed; below that the usual search does as well. */
const MIN_CHANGED = 12;
/** Pictures are nearly the same where no more than this share of the macroblocks changed: a cursor moved, a letter was typed. */
const NEARLY_SAME = 1 / 64;
/** A look that finds this share of what changed was worth it. */
const WORTH_SHARE = 1 / 32;
/** Pictures that are passed over after looks in vain: twice as many each time, at most so many. */
const MAX_PAUSE = 32;
/** Macroblocks that must come from a picture before the last one: fewer are not worth another reference. */
const MIN_FROM_KEPT = 12;
/** After so many pictures without use, a kept picture's own anchors count half. */
const WORTH_HALVES_IN = 30;

/** A table of anchors, and whose they are. */
interface OwnedTable {
  readonly anchors: AnchorTable;
  owner: number;
}

/** A picture that is kept beside the previous one. */
interface KeptPicture extends SamePictures {
  readonly plane: LumaPlane;
  readonly table: OwnedTable;
  /** Number of the last picture that took a block from it; at first its own. */
  usedBy: number;
}

/** Looks for the blocks of one stream's pictures in the pictures before. */
export class OriginSearch {
  private readonly widthInMbs: number;
  private readonly heightInMbs: number;
  private readonly stride: number;
  private readonly blocks: BlockOrigins;
  /** Null: where macroblocks come from as a whole is enough. */
  private readonly parts: PartOrigins | null;
  private readonly pictureBytes: number;
  private readonly keptCount: number;
  /** Tables that no kept picture has: at least two. */
  private readonly tables: OwnedTable[];
  /** The newest first. */
  private readonly kept: KeptPicture[] = [];
  /** Memory of pictures that are kept no more. */
  private readonly free: KeptPicture[] = [];
  private words: Int32Array | null = null;
  private stillFor = 0;
  /** Macroblocks of the picture before that differ from the one before that. */
  private changedBefore = 0;
  private pause = 0;
  private lastPause = 0;

  /**
   * @param stride bytes from row to row of all pictures
   * @param keptCount pictures that are kept beside the one before
   * @param createRows as `BlockOrigins` has it
   * @param createParts makes what looks for quarters of macroblocks, where pictures are kept; null: nothing does
   */
  constructor(
    widthInMbs: number,
    heightInMbs: number,
    stride: number,
    keptCount = 0,
    createRows: CreateWindowRows | null = null,
    createParts: CreatePartOrigins | null = null,
  ) {
    this.widthInMbs = widthInMbs;
    this.heightInMbs = heightInMbs;
    this.stride = stride;
    this.blocks = new BlockOrigins(widthInMbs, heightInMbs, stride, createRows);
    this.parts =
      keptCount > 0 ? (createParts?.(widthInMbs, heightInMbs, stride, createRows) ?? null) : null;
    this.pictureBytes = 16 * heightInMbs * stride;
    this.keptCount = keptCount;
    this.tables = [this.createTable(), this.createTable()];
  }

  private createTable(): OwnedTable {
    return { anchors: this.blocks.createTable(), owner: -1 };
  }

  /**
   * Finds the macroblocks of picture `number` in the pictures before.
   * @param position, before byte positions of the first luma samples of it and of the picture before, multiples of 4 as is the place of
   *   `bytes` in its buffer
   * @returns how many were found in the picture before, still ones included
   */
  search(
    bytes: Uint8Array,
    number: number,
    position: number,
    before: number,
    result: PictureOrigins,
  ): number {
    const { blocks } = this;
    const { displacements, pictures } = result;
    const words = this.wordsOf(bytes);
    const current = { bytes, words, position };
    const other = { bytes, words, position: before };
    const changed = blocks.findStill(current, other, displacements);
    const still = displacements.length - changed;
    const stillBefore = this.stillFor;
    const isNearlySame = changed <= NEARLY_SAME * displacements.length;
    this.stillFor = isNearlySame ? stillBefore + 1 : 0;
    result.indexes.fill(0);
    result.isDrawn = false;
    result.partCount = 0;
    result.stillFor = this.stillFor;
    result.kept.length = 0;
    pictures.length = 0;
    pictures.push({ first: number - 1 - stillBefore, last: number - 1 });
    const isCut = changed > displacements.length / 2 && this.changedBefore <= changed / 2;
    this.changedBefore = changed;
    if (changed < MIN_CHANGED) {
      result.kept.push(...this.kept);
      return still;
    }
    if (!this.looksMade(current, changed, displacements.length)) {
      if (isCut) this.findReturn(current, number, other, result);
      return still;
    }
    if (this.pause > 0 && !(isCut && this.keptCount > 0)) {
      this.pause--;
      result.kept.push(...this.kept);
      return still;
    }
    const otherTable = this.tableOf(other, number - 1);
    const table = this.tableOf(current, number);
    const tables = [table.anchors, otherTable.anchors] as const;
    const found = blocks.findMoved(current, tables[0], other, tables[1], displacements, false);
    result.isDrawn = true;
    const older = this.searchKept(current, number, tables[0], changed - found, result);
    if (this.parts !== null && this.looksDrawn(current)) {
      result.partCount = this.parts.find(current, other, displacements, result.parts);
    }
    if (!isNearlySame) this.keep(other, otherTable, pictures[0], tables[0], number);
    result.kept.push(...this.kept);
    this.takeBreak(found + older + result.partCount / 4 >= WORTH_SHARE * changed);
    return still + found;
  }

  /** Passes over the next pictures after a look in vain; where pictures are kept, after two: the first may be at a page that is new. */
  private takeBreak(wasWorth: boolean): void {
    const { lastPause, keptCount } = this;
    this.lastPause = wasWorth ? 0 : Math.min(MAX_PAUSE, 2 * lastPause + 1);
    this.pause = keptCount > 0 ? Math.min(lastPause, this.lastPause) : this.lastPause;
  }

  /** Nothing comes from the pictures that were kept: an IDR picture is between. */
  forget(): void {
    this.free.push(...this.kept.splice(0));
  }

  /** Whether moved blocks can be found: in drawn pictures, and, where pictures are kept, in all of which at most half changed. */
  private looksMade(current: LumaPlane, changed: number, mbs: number): boolean {
    return (this.keptCount > 0 && changed <= mbs / 2) || this.looksDrawn(current);
  }

  private looksDrawn(current: LumaPlane): boolean {
    const { widthInMbs, heightInMbs, stride } = this;
    return looksDrawn(current, widthInMbs, heightInMbs, stride);
  }

  /** Finds macroblocks of a picture that is not drawn, after one that stood still, where they are in a picture that is kept; keeps that one. */
  private findReturn(
    current: LumaPlane,
    number: number,
    before: LumaPlane,
    result: PictureOrigins,
  ): void {
    const [table] = this.tables;
    if (this.keptCount === 0) return;
    table.anchors.clear();
    table.owner = -1;
    this.searchKept(current, number, table.anchors, result.displacements.length, result);
    this.keep(before, table, result.pictures[0], table.anchors, number);
  }

  /** Finds macroblocks that the picture before does not have, `missing` of them, in those that are kept. Returns how many were found. */
  private searchKept(
    current: LumaPlane,
    number: number,
    table: AnchorTable,
    missing: number,
    { displacements, indexes, pictures }: PictureOrigins,
  ): number {
    let total = 0;
    for (const picture of this.kept) {
      const { plane, table: other, first, last } = picture;
      if (missing - total < MIN_FROM_KEPT) break;
      const rest = displacements.map((displacement) => (displacement === NO_ORIGIN ? 1 : 0));
      const { blocks } = this;
      const found = blocks.findMoved(current, table, plane, other.anchors, displacements, true);
      const isWorth = found >= MIN_FROM_KEPT;
      for (let mbAddr = 0; mbAddr < displacements.length; mbAddr++) {
        if (rest[mbAddr] === 0 || displacements[mbAddr] === NO_ORIGIN) continue;
        if (isWorth) indexes[mbAddr] = pictures.length;
        else displacements[mbAddr] = NO_ORIGIN;
      }
      if (!isWorth) continue;
      picture.usedBy = number;
      pictures.push({ first, last });
      total += found;
    }
    return total;
  }

  /**
   * Keeps a picture, whose table goes with it; of too many the one goes that is worth least.
   * @param current anchors of picture `number`, which is at hand anyway
   */
  private keep(
    plane: LumaPlane,
    table: OwnedTable,
    same: SamePictures,
    current: AnchorTable,
    number: number,
  ): void {
    const { kept, keptCount, free, tables, pictureBytes } = this;
    if (keptCount === 0) return;
    kept.unshift({ plane, table, usedBy: same.last, ...same });
    const gone = kept.length > keptCount ? this.leastWorth(current, number) : -1;
    const old = gone > 0 ? kept.splice(gone, 1)[0] : (free.pop() ?? null);
    if (gone === 0) {
      kept.shift();
      return;
    }
    const words = old?.plane.words ?? new Int32Array(pictureBytes >> 2);
    const bytes = new Uint8Array(words.buffer);
    bytes.set(plane.bytes.subarray(plane.position, plane.position + pictureBytes));
    const spare = old?.table ?? this.createTable();
    spare.owner = -1;
    tables[tables.indexOf(table)] = spare;
    kept[0] = { plane: { bytes, words, position: 0 }, table, usedBy: same.last, ...same };
  }

  /** Which kept picture has the fewest anchors that none of the others has, nor the one at hand; what has not been used for long counts less. */
  private leastWorth(current: AnchorTable, number: number): number {
    const { kept } = this;
    let least = 0;
    let leastWorth = Number.POSITIVE_INFINITY;
    for (const [i, { table, usedBy }] of kept.entries()) {
      const others = kept.map((other) => other.table.anchors).filter((_, k) => k !== i);
      others.push(current);
      const own = table.anchors.countMissing(others);
      const worth = log2(1 + own) - (number - usedBy) / WORTH_HALVES_IN;
      if (worth > leastWorth) continue;
      least = i;
      leastWorth = worth;
    }
    return least;
  }

  /** The bytes as 32-bit words. */
  private wordsOf(bytes: Uint8Array): Int32Array {
    const { buffer, byteOffset, byteLength } = bytes;
    if (this.words === null || this.words.buffer !== buffer) {
      this.words = new Int32Array(buffer, byteOffset, byteLength >> 2);
    }
    return this.words;
  }

  /** The anchors of a picture, found now unless they are known. */
  private tableOf(plane: LumaPlane, number: number): OwnedTable {
    const [first, second] = this.tables;
    const known = first.owner === number ? first : second.owner === number ? second : null;
    if (known !== null) return known;
    const oldest = first.owner < second.owner ? first : second;
    this.blocks.index(plane, oldest.anchors);
    oldest.owner = number;
    return oldest;
  }
}
