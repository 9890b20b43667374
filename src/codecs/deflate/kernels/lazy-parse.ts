/**
 * Greedy and lazy parsing in WebAssembly: `parse` of encoder/lazy-parser.ts, the same results to the bit. Functions are given the
 * address of a list of words.
 */
import { type I32, type Integer, i32, i64 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import { FIRST_LENGTH, MAX_DISTANCE, MAX_MATCH } from '../standard/symbols.ts';
import { distanceSymbol, extendMatch, smallerOf, word } from './pieces.ts';
import { COVERED_COST, HASH_FACTOR, HASH4_BITS, NOWHERE, PATIENCE_BITS } from './search-rules.ts';
import { LAZY } from './words.ts';

const RING_MASK = MAX_DISTANCE - 1;

const loadFrom = (f: FunctionBuilder, list: I32) => (index: number) =>
  f.i32(i32.load(list, 4 * index));

/** The heads of the chains of a position. */
interface Slots {
  readonly text: I32Local;
  readonly slot4: I32Local;
  readonly slot3: I32Local;
}

/** Computes the slots of the position at an address; that of three bytes is 0 if there is to be none. */
function findSlots(f: FunctionBuilder, list: I32, at: I32, { text, slot4, slot3 }: Slots): void {
  const hash4 = i32.shr_u(i32.mul(text, HASH_FACTOR), 32 - HASH4_BITS);
  const shift = i32.load(list, 4 * LAZY.hash3Shift);
  const hash3 = i32.shr_u(i32.mul(i32.shl(text, 8), HASH_FACTOR), shift);
  f.set(text, i32.load(at));
  f.set(slot4, word(i32.load(list, 4 * LAZY.heads4), hash4));
  f.set(slot3, 0);
  f.if(i32.load(list, 4 * LAZY.threes), () => {
    f.set(slot3, word(i32.load(list, 4 * LAZY.heads3), hash3));
  });
}

const newSlots = (f: FunctionBuilder): Slots => ({
  text: f.i32(0),
  slot4: f.i32(0),
  slot3: f.i32(0),
});

type Call = (...args: Integer[]) => I32;

/** `find`: list, position, length, longest, chain => symbol. */
function defineFind(m: ModuleBuilder): Call {
  return m.defineFunction('lazyFind', 5, (f, list, position, length, longest, chain) => {
    const load = loadFrom(f, list);
    f.if(i32.lt_s(longest, 4), () => f.return(0));
    const bytes = load(LAZY.bytes);
    const previous = load(LAZY.previous);
    const at = f.i32(i32.add(bytes, position));
    const slots = newSlots(f);
    const nice = load(LAZY.nice);
    f.set(nice, smallerOf(nice, longest));
    findSlots(f, list, at, slots);
    const candidate = f.i32(i32.load(slots.slot4));
    const near3 = f.i32(NOWHERE);
    f.do(
      i32.store(word(previous, i32.and(position, RING_MASK)), candidate),
      i32.store(slots.slot4, position),
    );
    f.if(slots.slot3, () => {
      f.set(near3, i32.load(slots.slot3));
      f.do(i32.store(slots.slot3, position));
    });
    const farthest = f.i32(i32.sub(position, MAX_DISTANCE));
    const best = f.i32(length);
    const bestAt = f.i32(-1);
    f.if(i32.and(i32.lt_s(best, 3), i32.ge_s(near3, farthest)), () => {
      const differs = i32.shl(i32.xor(i32.load(i32.add(bytes, near3)), slots.text), 8);
      f.if(i32.eqz(differs), () => {
        f.set(best, 3);
        f.set(bestAt, near3);
      });
    });
    f.if(i32.lt_s(best, 3), () => f.set(best, 3));
    const tail = f.i32(i32.load(i32.sub(i32.add(at, best), 3)));
    const [other, same] = [f.i32(0), f.i32(0)];
    const wide = f.i64(i64.extend_i32_u(0));
    f.while(i32.and(i32.ge_s(candidate, farthest), i32.gt_s(chain, 0)), () => {
      f.add(chain, -1);
      f.set(other, i32.add(bytes, candidate));
      const isHopeful = i32.and(
        i32.eq(i32.load(i32.sub(i32.add(other, best), 3)), tail),
        i32.eq(i32.load(other), slots.text),
      );
      f.if(isHopeful, () => {
        f.set(same, 4);
        extendMatch(f, { here: at, other, length: same, longest }, wide);
        f.if(i32.gt_s(same, best), () => {
          f.set(best, same);
          f.set(bestAt, candidate);
          f.set(tail, i32.load(i32.sub(i32.add(at, best), 3)));
          f.if(i32.ge_s(same, nice), () => f.set(chain, 0));
        });
      });
      f.set(candidate, i32.load(word(previous, i32.and(candidate, RING_MASK))));
    });
    const match = i32.or(i32.shl(i32.sub(position, bestAt), 9), best);
    return i32.select(0, match, i32.lt_s(bestAt, 0));
  });
}

/** `saving`: list, position, symbol => what a match saves over its literals. */
function defineSaving(m: ModuleBuilder): Call {
  return m.defineFunction('lazySaving', 3, (f, list, position, found) => {
    const load = loadFrom(f, list);
    const literals = load(LAZY.literalCosts);
    const length = f.i32(i32.and(found, 511));
    const distance = f.i32(i32.shr_u(found, 9));
    const symbol = distanceSymbol(f, distance, f.i32(0), f.i32(0));
    const distanceCost = i32.load(word(i32.load(list, 4 * LAZY.distanceCosts), symbol));
    const lengthCost = i32.load(word(i32.load(list, 4 * LAZY.lengthCosts), length));
    const cost = f.i32(i32.sub(0, i32.add(lengthCost, distanceCost)));
    const at = f.i32(i32.add(i32.load(list, 4 * LAZY.bytes), position));
    f.repeat(length, () => {
      f.add(cost, i32.load(word(literals, i32.load8_u(at))));
      f.add(at, 1);
    });
    return cost;
  });
}

/** Defines `lazyParse`, which stops where costs are to be renewed. */
export function defineLazyParse(m: ModuleBuilder): void {
  const calls = { find: defineFind(m), saving: defineSaving(m) };
  m.defineProcedure('lazyParse', 1, (f, list) => new LazyParse(f, list, calls).write());
}

/** The function as it is being written. */
class LazyParse {
  private readonly f: FunctionBuilder;
  private readonly list: I32Local;
  private readonly find: Call;
  private readonly saving: Call;
  private readonly bytes: I32Local;
  private readonly position: I32Local;
  /** Address behind the last symbol. */
  private readonly symbols: I32Local;
  private readonly end: I32Local;
  private readonly counts: I32Local;
  private readonly found: I32Local;
  private readonly saved: I32Local;
  private readonly inserted: I32Local;
  private readonly slots: Slots;
  private readonly scratch: readonly I32Local[];

  constructor(f: FunctionBuilder, list: I32Local, calls: { find: Call; saving: Call }) {
    this.f = f;
    this.list = list;
    this.find = calls.find;
    this.saving = calls.saving;
    const load = loadFrom(f, list);
    this.bytes = load(LAZY.bytes);
    this.position = load(LAZY.position);
    this.symbols = load(LAZY.symbols);
    this.end = load(LAZY.end);
    this.counts = load(LAZY.litlenCounts);
    this.found = f.i32(0);
    this.saved = f.i32(0);
    this.inserted = f.i32(0);
    this.slots = newSlots(f);
    this.scratch = Array.from({ length: 4 }, () => f.i32(0));
  }

  write(): void {
    const { f, list, position, found, saved, symbols } = this;
    const load = loadFrom(f, list);
    const to = load(LAZY.to);
    const left = load(LAZY.untilRenewal);
    const chain = load(LAZY.chain);
    const least = load(LAZY.least);
    const misses = load(LAZY.misses);
    const leap = load(LAZY.leap);
    const literals = f.i32(0);
    f.while(i32.and(i32.lt_s(position, to), i32.gt_s(left, 0)), () => {
      f.add(left, -1);
      f.set(found, this.find(list, position, 2, this.longestFrom(position), chain));
      f.set(saved, 0);
      f.if(found, () => {
        f.set(saved, i32.sub(this.saving(list, position, found), least));
      });
      f.if(
        i32.gt_s(saved, 0),
        () => {
          f.set(misses, 0);
          this.takeMatch();
        },
        () => {
          f.add(misses, 1);
          f.set(literals, smallerOf(leap, f.i32(i32.shr_u(misses, PATIENCE_BITS))));
          f.set(literals, smallerOf(literals, f.i32(i32.sub(i32.sub(to, 1), position))));
          f.while(i32.ge_s(literals, 0), () => {
            this.takeLiteral();
            f.add(literals, -1);
          });
        },
      );
    });
    f.do(
      i32.store(list, misses, 4 * LAZY.misses),
      i32.store(list, position, 4 * LAZY.position),
      i32.store(list, symbols, 4 * LAZY.symbols),
      i32.store(list, left, 4 * LAZY.untilRenewal),
    );
  }

  private longestFrom(position: I32): I32 {
    return smallerOf(i32.sub(this.end, position), MAX_MATCH);
  }

  private count(slot: I32, offset = 0): void {
    const { f, scratch } = this;
    const at = scratch[0]!;
    f.set(at, slot);
    f.do(i32.store(at, i32.add(i32.load(at, offset), 1), offset));
  }

  private takeLiteral(): void {
    const { f, bytes, position, symbols, counts, scratch } = this;
    const literal = scratch[1]!;
    f.set(literal, i32.load8_u(i32.add(bytes, position)));
    f.do(i32.store(symbols, literal));
    f.add(symbols, 4);
    this.count(word(counts, literal));
    f.add(position, 1);
  }

  private takeMatch(): void {
    const { f, list, position, inserted, found, symbols, counts, scratch } = this;
    f.set(inserted, i32.add(position, 1));
    f.if(i32.load(list, 4 * LAZY.lookahead), () => this.lookAhead());
    f.do(i32.store(symbols, found));
    f.add(symbols, 4);
    const [, length, distance] = scratch;
    f.set(length!, i32.and(found, 511));
    const index = i32.load8_u(i32.add(i32.load(list, 4 * LAZY.lengthIndexes), length!));
    this.count(word(counts, index), 4 * FIRST_LENGTH);
    f.set(distance!, i32.shr_u(found, 9));
    const symbol = distanceSymbol(f, distance!, scratch[3]!, scratch[0]!);
    this.count(word(i32.load(list, 4 * LAZY.distanceCounts), symbol));
    f.add(position, length!);
    this.insert();
  }

  /** Looks for a match that saves more, at the positions behind that of the one that was found. */
  private lookAhead(): void {
    const { f, list, position, found, saved, inserted, end } = this;
    const load = loadFrom(f, list);
    const lookahead = load(LAZY.lookahead);
    const nice = load(LAZY.nice);
    const chain = load(LAZY.lazyChain);
    const least = load(LAZY.least);
    const ahead = f.i32(1);
    const [next, other, gain] = [f.i32(0), f.i32(0), f.i32(0)];
    f.set(ahead, 1);
    const length = i32.and(found, 511);
    const goesOn = i32.and(
      i32.le_s(ahead, lookahead),
      i32.and(i32.lt_s(length, nice), i32.lt_s(i32.add(position, ahead), end)),
    );
    f.while(goesOn, () => {
      f.set(next, i32.add(position, ahead));
      f.set(inserted, i32.add(next, 1));
      const longest = this.longestFrom(next);
      f.set(other, this.find(list, next, i32.sub(length, ahead), longest, chain));
      f.set(gain, 0);
      const isBetter = f.i32(0);
      f.set(isBetter, 0);
      f.if(other, () => {
        f.set(gain, i32.sub(this.saving(list, next, other), least));
        const covered = i32.sub(i32.add(ahead, i32.and(other, 511)), length);
        f.set(isBetter, i32.gt_s(gain, i32.add(saved, i32.mul(covered, COVERED_COST))));
      });
      f.if(
        isBetter,
        () => {
          f.while(i32.gt_s(ahead, 0), () => {
            this.takeLiteral();
            f.add(ahead, -1);
          });
          f.set(found, other);
          f.set(saved, gain);
          f.set(ahead, 1);
        },
        () => f.add(ahead, 1),
      );
    });
  }

  /** Enters every `stride`-th position from `inserted` on to before `position`. */
  private insert(): void {
    const { f, list, bytes, position, inserted, end, slots, scratch } = this;
    const last = scratch[1]!;
    const at = scratch[2]!;
    const previous = scratch[3]!;
    f.set(last, i32.sub(end, 3));
    f.set(last, smallerOf(position, last));
    f.set(previous, i32.load(list, 4 * LAZY.previous));
    const stride = loadFrom(f, list)(LAZY.stride);
    f.while(i32.lt_s(inserted, last), () => {
      f.set(at, i32.add(bytes, inserted));
      findSlots(f, list, at, slots);
      f.do(
        i32.store(word(previous, i32.and(inserted, RING_MASK)), i32.load(slots.slot4)),
        i32.store(slots.slot4, inserted),
      );
      f.if(slots.slot3, () => f.do(i32.store(slots.slot3, inserted)));
      f.add(inserted, stride);
    });
  }
}
