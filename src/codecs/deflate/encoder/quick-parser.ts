/**
 * Parsing in a hurry, for rows of pictures: one candidate a position, taken at once if it pays. After a long stretch without
 * a match only every eighth position is searched; runs of one byte are searched sixteen positions at a time.
 *
 * Whether a match pays is said by the code lengths of the block before. Without that, filtered photos would be 4 to 8 % larger:
 * most of their short matches take more bits than the literals would.
 */
import type { Arena } from '../kernels/arena.ts';
import {
  HASH_FACTOR,
  NOWHERE,
  QUICK_HASH_BITS,
  QUICK_HIGH_FACTOR,
  QUICK_LEAP,
  QUICK_LONG,
  QUICK_MARGIN,
  QUICK_MATCH,
  QUICK_PATIENCE,
  QUICK_RUN,
  QUICK_SAVING,
  QUICK_STEP,
  QUICK_STRIDE,
} from '../kernels/search-rules.ts';
import { QUICK, QUICK_WORDS } from '../kernels/words.ts';
import {
  DISTANCE_EXTRA,
  DISTANCE_SYMBOLS,
  distanceSymbol,
  END_OF_BLOCK,
  FIRST_LENGTH,
  LENGTH_EXTRA,
  LITLEN_SYMBOLS,
  lengthIndexes,
  MAX_DISTANCE,
  MAX_DISTANCE_CODES,
  MAX_MATCH,
} from '../standard/symbols.ts';
import type { BlockCode } from './block-code.ts';
import type { ListKernel } from './match-store.ts';

/** Code lengths that are presumed of symbols that the block before did not have, and of the first block. */
const UNSEEN_LITERAL = 12;
const UNSEEN_LENGTH = 9;
const UNSEEN_DISTANCE = 6;

const LENGTH_INDEX = /* @__PURE__ */ lengthIndexes();

/** Bytes that a parser takes in an arena, for blocks of at most `capacity` bytes. */
export function quickParserBytes(capacity: number): number {
  const prices = 256 + MAX_MATCH + 1 + DISTANCE_SYMBOLS;
  const counts = LITLEN_SYMBOLS + DISTANCE_SYMBOLS + 3 * 256;
  return (
    4 * ((1 << QUICK_HASH_BITS) + prices + counts + QUICK_WORDS) + 4 * tokenWords(capacity) + 512
  );
}

/** Words of the tokens of a block: two for each match, and two for the literals at its end. */
function tokenWords(capacity: number): number {
  return 2 * (Math.ceil(capacity / QUICK_RUN) + 1);
}

/** Finds the symbols of one block after the other. */
export class QuickParser {
  /** Pairs of words: how many literals come, and the match behind them, (distance << 9) | length; 0 behind the last ones. */
  readonly tokens: Int32Array;
  /** How often symbols came, the end of the block included. */
  readonly litlenCounts: Int32Array;
  readonly distanceCounts: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** The last position with each hash. */
  private readonly heads: Int32Array;
  /** Bits of literals, of lengths by length, and of distances by symbol, extra bits counted. */
  private readonly literalPrices: Int32Array;
  private readonly lengthPrices: Int32Array;
  private readonly distancePrices: Int32Array;
  /** Room in which the kernel counts literals. */
  private readonly partCounts: Int32Array;
  private readonly lengthIndexes: Uint8Array;
  private readonly list: Int32Array;
  private readonly kernel: ListKernel | null;
  private tokenCount = 0;
  private misses = 0;

  /** `bytes`: the window, with `PADDING` bytes behind it. `kernel`: `quickParse` over the memory of `arena`; null to do without. */
  constructor(bytes: Uint8Array, capacity: number, arena: Arena, kernel: ListKernel | null) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.heads = arena.words(1 << QUICK_HASH_BITS).fill(NOWHERE);
    this.literalPrices = arena.words(256);
    this.lengthPrices = arena.words(MAX_MATCH + 1);
    this.distancePrices = arena.words(DISTANCE_SYMBOLS);
    this.litlenCounts = arena.words(LITLEN_SYMBOLS);
    this.distanceCounts = arena.words(DISTANCE_SYMBOLS);
    this.partCounts = arena.words(3 * 256);
    this.list = arena.words(QUICK_WORDS);
    this.tokens = arena.words(tokenWords(capacity));
    this.lengthIndexes = arena.bytes(MAX_MATCH + 1);
    this.lengthIndexes.set(LENGTH_INDEX);
    this.kernel = kernel;
  }

  /** Prices of the first block: its bytes as they come without matches. */
  presume(from: number, to: number): void {
    const counts = new Int32Array(256);
    for (let i = from; i < to; i++) counts[this.bytes[i]!]!++;
    for (let byte = 0; byte < 256; byte++) {
      const rarity = Math.floor((to - from) / Math.max(1, counts[byte]!));
      this.literalPrices[byte] = Math.max(1, Math.min(UNSEEN_LITERAL, 31 - Math.clz32(rarity)));
    }
    for (let length = 3; length <= MAX_MATCH; length++) {
      this.lengthPrices[length] = UNSEEN_LENGTH - 1 + LENGTH_EXTRA[LENGTH_INDEX[length]!]!;
    }
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) {
      this.distancePrices[i] = UNSEEN_DISTANCE + DISTANCE_EXTRA[i]!;
    }
  }

  /** Prices of the next block are those of this code. */
  learn({ litlenLengths, distanceLengths }: BlockCode): void {
    for (let i = 0; i < END_OF_BLOCK; i++) {
      this.literalPrices[i] = litlenLengths[i]! || UNSEEN_LITERAL;
    }
    for (let length = 3; length <= MAX_MATCH; length++) {
      const index = LENGTH_INDEX[length]!;
      const bits = litlenLengths[FIRST_LENGTH + index]! || UNSEEN_LENGTH;
      this.lengthPrices[length] = bits + LENGTH_EXTRA[index]!;
    }
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) {
      this.distancePrices[i] = (distanceLengths[i]! || UNSEEN_DISTANCE) + DISTANCE_EXTRA[i]!;
    }
  }

  /** All positions become smaller by `count`, as the window slides. */
  slide(count: number): void {
    const { heads } = this;
    for (let i = 0; i < heads.length; i++) {
      const head = heads[i]! - count;
      heads[i] = head < NOWHERE ? NOWHERE : head;
    }
  }

  /** Fills `tokens` and the counts for the block of positions `from`..`to` - 1; returns how many words the tokens have. */
  parse(from: number, to: number): number {
    this.litlenCounts.fill(0);
    this.distanceCounts.fill(0);
    this.litlenCounts[END_OF_BLOCK] = 1;
    this.tokenCount = 0;
    if (this.kernel === null) this.parsePlainly(from, to);
    else this.parseWith(this.kernel, from, to);
    return this.tokenCount;
  }

  private parseWith(kernel: ListKernel, from: number, to: number): void {
    const { list } = this;
    this.partCounts.fill(0);
    list[QUICK.bytes] = this.bytes.byteOffset;
    list[QUICK.from] = from;
    list[QUICK.to] = to;
    list[QUICK.misses] = this.misses;
    list[QUICK.heads] = this.heads.byteOffset;
    list[QUICK.tokens] = this.tokens.byteOffset;
    list[QUICK.literalPrices] = this.literalPrices.byteOffset;
    list[QUICK.lengthPrices] = this.lengthPrices.byteOffset;
    list[QUICK.distancePrices] = this.distancePrices.byteOffset;
    list[QUICK.litlenCounts] = this.litlenCounts.byteOffset;
    list[QUICK.distanceCounts] = this.distanceCounts.byteOffset;
    list[QUICK.partCounts] = this.partCounts.byteOffset;
    list[QUICK.lengthIndexes] = this.lengthIndexes.byteOffset;
    kernel(list.byteOffset);
    this.misses = list[QUICK.misses]!;
    this.tokenCount = (list[QUICK.tokens]! - this.tokens.byteOffset) >> 2;
  }

  /** Position of the block's first byte that has no symbol yet. */
  private anchor = 0;

  private parsePlainly(from: number, to: number): void {
    this.anchor = from;
    // A run needs a byte before it.
    let position = Math.max(1, from);
    while (position < to - QUICK_MARGIN) {
      position = this.misses < QUICK_PATIENCE ? this.look(position, to) : this.leap(position, to);
    }
    this.endToken(to, 0);
  }

  /** Looks at one position; returns the next one. */
  private look(position: number, to: number): number {
    const { view } = this;
    const word = view.getInt32(position, true);
    if (view.getInt32(position - 1, true) === word) {
      return this.takeRun(position, to);
    }
    const candidate = this.enter(position);
    if (!this.isThere(position, candidate)) {
      this.misses++;
      return position + 1;
    }
    return this.takeMatch(position, candidate, to);
  }

  /** Looks at a run in the next sixteen positions, or else at every eighth of them; returns the next position. */
  private leap(position: number, to: number): number {
    const { bytes } = this;
    let same = 0;
    for (let i = 0; i < QUICK_STRIDE; i++) {
      same = bytes[position + i] === bytes[position + i - 1] ? same + 1 : 0;
      if (same === QUICK_RUN) return this.takeRun(position + i + 1 - QUICK_RUN, to);
    }
    for (let i = position; i < position + QUICK_STRIDE; i += QUICK_LEAP) {
      const candidate = this.enter(i);
      if (this.isThere(i, candidate)) return this.takeMatch(i, candidate, to);
    }
    return position + QUICK_STRIDE;
  }

  /** Puts a position into the table; returns the one that was there. */
  private enter(position: number): number {
    const { view } = this;
    const high = Math.imul(view.getUint16(position + 4, true), QUICK_HIGH_FACTOR);
    const word = view.getInt32(position, true) ^ high;
    const hash = Math.imul(word, HASH_FACTOR) >>> (32 - QUICK_HASH_BITS);
    const candidate = this.heads[hash]!;
    this.heads[hash] = position;
    return candidate;
  }

  /** Whether six bytes are the same. */
  private isThere(position: number, candidate: number): boolean {
    const { view } = this;
    return (
      candidate >= position - MAX_DISTANCE &&
      view.getInt32(candidate, true) === view.getInt32(position, true) &&
      view.getUint16(candidate + 4, true) === view.getUint16(position + 4, true)
    );
  }

  /** How many bytes are the same, from the first `known` on, at most those of the longest match. */
  private lengthOf(position: number, candidate: number, known: number, to: number): number {
    const { bytes } = this;
    const longest = Math.min(MAX_MATCH, to - position);
    let length = known;
    while (length < longest && bytes[candidate + length] === bytes[position + length]) length++;
    return length;
  }

  /** A run of the byte before the position, four or more; one that does not pay is left behind as a whole. */
  private takeRun(position: number, to: number): number {
    const length = this.lengthOf(position, position - 1, QUICK_RUN, to);
    if (this.pays(position, length, 1)) {
      this.endToken(position, (1 << 9) | length);
      this.misses = 0;
    }
    return position + length;
  }

  /**
   * A match of a position, six bytes or more, which may begin before it; returns the next position. Half of one that does
   * not pay is left behind: a later one may still begin inside it.
   */
  private takeMatch(position: number, candidate: number, to: number): number {
    const { bytes, anchor } = this;
    const distance = position - candidate;
    let length = this.lengthOf(position, candidate, QUICK_MATCH, to);
    let start = position;
    while (
      start > anchor &&
      start > distance &&
      length < MAX_MATCH &&
      bytes[start - 1] === bytes[start - 1 - distance]
    ) {
      start--;
      length++;
    }
    const next = start + length;
    if (!this.pays(start, length, distance)) {
      this.misses += QUICK_STEP;
      return position + (length >> 1);
    }
    this.endToken(start, (distance << 9) | length);
    this.misses = 0;
    for (let i = position + QUICK_STEP; i < next; i += QUICK_STEP) {
      this.enter(i);
    }
    return next;
  }

  private pays(position: number, length: number, distance: number): boolean {
    if (length >= QUICK_LONG) return true;
    const { bytes, literalPrices } = this;
    let saved = -this.lengthPrices[length]! - this.distancePrices[distanceSymbol(distance)]!;
    for (let i = position; i < position + length; i++) saved += literalPrices[bytes[i]!]!;
    return saved > QUICK_SAVING;
  }

  /** Literals up to `position`, and a match behind them, or 0 for none. */
  private endToken(position: number, match: number): void {
    const { bytes, tokens, litlenCounts, distanceCounts } = this;
    for (let i = this.anchor; i < position; i++) litlenCounts[bytes[i]!]!++;
    tokens[this.tokenCount++] = position - this.anchor;
    tokens[this.tokenCount++] = match;
    this.anchor = position + (match & 511);
    if (match === 0) return;
    litlenCounts[FIRST_LENGTH + LENGTH_INDEX[match & 511]!]!++;
    distanceCounts[distanceSymbol(match >>> 9)]!++;
  }
}
