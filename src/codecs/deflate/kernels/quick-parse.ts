/**
 * Parsing in a hurry in WebAssembly: `parse` of encoder/quick-parser.ts, the same results to the bit. It is given the address of a
 * list of words.
 */
import { type I32, i8x16, i32, i64, v128 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, I64Local } from '../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import { FIRST_LENGTH, MAX_DISTANCE, MAX_MATCH } from '../standard/symbols.ts';
import { distanceSymbol, extendMatch, smallerOf, word } from './pieces.ts';
import {
  HASH_FACTOR,
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
} from './search-rules.ts';
import { QUICK } from './words.ts';

const SIXTEEN = /* @__PURE__ */ i64.extend_i32_u(16);

/** Defines `quickParse`. */
export function defineQuickParse(m: ModuleBuilder): void {
  m.defineProcedure('quickParse', 1, (f, list) => new QuickParse(f, list).write());
}

/** The function as it is being written. Positions are addresses. */
class QuickParse {
  private readonly f: FunctionBuilder;
  private readonly list: I32Local;
  private readonly position: I32Local;
  private readonly anchor: I32Local;
  private readonly to: I32Local;
  private readonly bytes: I32Local;
  private readonly heads: I32Local;
  private readonly tokens: I32Local;
  private readonly misses: I32Local;
  private readonly literalPrices: I32Local;
  private readonly litlenCounts: I32Local;
  private readonly partCounts: I32Local;
  /** The kind of match being examined: 0 none, 1 a run, 2 a match of `at` with the bytes `distance` before it. */
  private readonly kind: I32Local;
  private readonly at: I32Local;
  private readonly distance: I32Local;
  private readonly length: I32Local;
  /** Six bytes, shifted to the top. */
  private readonly six: I64Local;
  private readonly value: I32Local;
  private readonly slot: I32Local;
  private readonly candidate: I32Local;
  private readonly saved: I32Local;
  private readonly scratch: I32Local;
  private readonly other: I32Local;
  private readonly symbol: I32Local;
  private readonly wide: I64Local;

  constructor(f: FunctionBuilder, list: I32Local) {
    this.f = f;
    this.list = list;
    const load = (index: number) => f.i32(i32.load(list, 4 * index));
    this.bytes = load(QUICK.bytes);
    this.anchor = f.i32(i32.add(this.bytes, i32.load(list, 4 * QUICK.from)));
    this.to = f.i32(i32.add(this.bytes, i32.load(list, 4 * QUICK.to)));
    this.heads = load(QUICK.heads);
    this.tokens = load(QUICK.tokens);
    this.misses = load(QUICK.misses);
    this.literalPrices = load(QUICK.literalPrices);
    this.litlenCounts = load(QUICK.litlenCounts);
    this.partCounts = load(QUICK.partCounts);
    const [position, kind, at, distance, length, value, slot, candidate, saved, scratch, other] =
      Array.from({ length: 11 }, () => f.i32(0)) as I32Local[] & { length: 11 };
    this.position = position!;
    this.kind = kind!;
    this.at = at!;
    this.distance = distance!;
    this.length = length!;
    this.value = value!;
    this.slot = slot!;
    this.candidate = candidate!;
    this.saved = saved!;
    this.scratch = scratch!;
    this.other = other!;
    this.symbol = f.i32(0);
    this.wide = f.i64(i64.extend_i32_u(0));
    this.six = f.i64(i64.extend_i32_u(0));
  }

  write(): void {
    const { f, list, position, anchor, to, bytes, misses, kind } = this;
    f.set(position, anchor);
    f.if(i32.eq(position, bytes), () => f.add(position, 1));
    const last = f.i32(i32.sub(to, QUICK_MARGIN));
    f.while(i32.lt_s(position, last), () => {
      f.set(kind, 0);
      f.if(
        i32.lt_s(misses, QUICK_PATIENCE),
        () => this.look(),
        () => this.leap(),
      );
      f.if(kind, () => {
        this.measure();
        f.if(
          i32.eq(kind, 1),
          () => this.takeRun(),
          () => this.takeMatch(),
        );
      });
    });
    this.endToken(to, f.i32(0));
    this.joinCounts();
    f.do(i32.store(list, misses, 4 * QUICK.misses), i32.store(list, this.tokens, 4 * QUICK.tokens));
  }

  private look(): void {
    const { f, position, kind, at, distance } = this;
    f.if(
      i32.eq(i32.load(i32.sub(position, 1)), i32.load(position)),
      () => {
        f.set(kind, 1);
        f.set(at, position);
        f.set(distance, 1);
      },
      () => {
        this.enter(position);
        f.if(
          this.isThere(position),
          () => {
            f.set(kind, 2);
            f.set(at, position);
            f.set(distance, i32.sub(position, this.candidate));
          },
          () => {
            f.add(this.misses, 1);
            f.add(position, 1);
          },
        );
      },
    );
  }

  private leap(): void {
    const { f, position, kind, at, distance, scratch } = this;
    const before = v128.load(i32.sub(position, 1));
    f.set(scratch, i8x16.bitmask(i8x16.eq(v128.load(position), before)));
    f.set(scratch, i32.and(scratch, i32.shr_u(scratch, 1)));
    f.set(scratch, i32.and(scratch, i32.shr_u(scratch, 2)));
    f.if(
      scratch,
      () => {
        f.set(kind, 1);
        f.set(at, i32.add(position, i32.ctz(scratch)));
        f.set(distance, 1);
      },
      () => {
        const probe = (offset: number): void => {
          f.set(at, i32.add(position, offset));
          this.enter(at);
          f.if(
            this.isThere(at),
            () => {
              f.set(kind, 2);
              f.set(distance, i32.sub(at, this.candidate));
            },
            () => {
              if (offset + QUICK_LEAP < QUICK_STRIDE) probe(offset + QUICK_LEAP);
              else f.add(position, QUICK_STRIDE);
            },
          );
        };
        probe(0);
      },
    );
  }

  /** Puts the address into the table; `candidate` is the address that was there, `six` what lies at the new one. */
  private enter(at: I32): void {
    const { f, slot, heads, candidate, bytes, six } = this;
    f.set(six, i64.shl(i64.load(at), SIXTEEN));
    const low = i32.wrap_i64(i64.shr_u(six, SIXTEEN));
    const high = i32.wrap_i64(i64.shr_u(six, i64.extend_i32_u(48)));
    const hash = i32.mul(i32.xor(low, i32.mul(high, QUICK_HIGH_FACTOR)), HASH_FACTOR);
    f.set(slot, word(heads, i32.shr_u(hash, 32 - QUICK_HASH_BITS)));
    f.set(candidate, i32.add(i32.load(slot), bytes));
    f.do(i32.store(slot, i32.sub(at, bytes)));
  }

  private isThere(at: I32): I32 {
    const { candidate, six } = this;
    const isNear = i32.ge_s(candidate, i32.sub(at, MAX_DISTANCE));
    const differs = i64.xor(i64.shl(i64.load(candidate), SIXTEEN), six);
    return i32.and(isNear, i64.eqz(differs));
  }

  /** Makes `length` that of the match of `at`, at most `MAX_MATCH`, and none behind the block. */
  private measure(): void {
    const { f, at, distance, length, scratch, to, wide, other } = this;
    const longest = scratch;
    f.set(longest, smallerOf(f.i32(i32.sub(to, at)), MAX_MATCH));
    f.set(length, i32.select(QUICK_RUN, QUICK_MATCH, i32.eq(this.kind, 1)));
    f.set(other, i32.sub(at, distance));
    extendMatch(f, { here: at, other, length, longest }, wide);
  }

  private takeRun(): void {
    const { f, at, length, position, misses } = this;
    f.set(position, i32.add(at, length));
    f.if(this.pays(at), () => {
      this.endToken(at, i32.or(length, 1 << 9));
      f.set(misses, 0);
    });
  }

  private takeMatch(): void {
    const { f, at, distance, length, position, misses, anchor, bytes, scratch } = this;
    const start = scratch;
    f.set(start, at);
    const farthest = f.i32(0);
    f.set(farthest, i32.add(bytes, distance));
    const goesOn = i32.and(
      i32.and(i32.gt_s(start, anchor), i32.gt_s(start, farthest)),
      i32.and(
        i32.lt_s(length, MAX_MATCH),
        i32.eq(i32.load8_u(i32.sub(start, 1)), i32.load8_u(i32.sub(i32.sub(start, 1), distance))),
      ),
    );
    f.while(goesOn, () => {
      f.add(start, -1);
      f.add(length, 1);
    });
    f.if(
      this.pays(start),
      () => {
        f.set(position, i32.add(start, length));
        this.endToken(start, i32.or(i32.shl(distance, 9), length));
        f.set(misses, 0);
        f.add(at, QUICK_STEP);
        f.while(i32.lt_s(at, position), () => {
          this.enter(at);
          f.add(at, QUICK_STEP);
        });
      },
      () => {
        f.add(misses, QUICK_STEP);
        f.set(position, i32.add(at, i32.shr_u(length, 1)));
      },
    );
  }

  /** Whether the match at the address saves bits. */
  private pays(start: I32Local): I32 {
    const { f, length, saved, distance, list, literalPrices, other } = this;
    f.set(saved, QUICK_SAVING + 1);
    f.if(i32.lt_s(length, QUICK_LONG), () => {
      const end = this.slot;
      const lengthPrice = i32.load(word(i32.load(list, 4 * QUICK.lengthPrices), length));
      const symbol = distanceSymbol(f, distance, this.symbol, this.candidate);
      const distancePrice = i32.load(word(i32.load(list, 4 * QUICK.distancePrices), symbol));
      f.set(saved, i32.sub(0, i32.add(lengthPrice, distancePrice)));
      f.set(other, start);
      f.set(end, i32.add(start, length));
      f.while(i32.lt_s(other, end), () => {
        f.add(saved, i32.load(word(literalPrices, i32.load8_u(other))));
        f.add(other, 1);
      });
    });
    return i32.gt_s(saved, QUICK_SAVING);
  }

  /** Literals up to the address, and a match behind them. */
  private endToken(start: I32Local, match: I32): void {
    const { f, anchor, tokens, list, other, litlenCounts } = this;
    const { value } = this;
    f.set(value, match);
    f.do(i32.store(tokens, i32.sub(start, anchor)), i32.store(tokens, value, 4));
    f.add(tokens, 8);
    this.countLiterals(start);
    f.set(anchor, i32.add(start, i32.and(value, 511)));
    f.if(value, () => {
      const index = i32.load8_u(
        i32.add(i32.load(list, 4 * QUICK.lengthIndexes), i32.and(value, 511)),
      );
      f.set(other, word(litlenCounts, index));
      f.do(i32.store(other, i32.add(i32.load(other, 4 * FIRST_LENGTH), 1), 4 * FIRST_LENGTH));
      const distance = f.i32(0);
      f.set(distance, i32.shr_u(value, 9));
      const symbol = distanceSymbol(f, distance, this.symbol, this.candidate);
      f.set(other, word(i32.load(list, 4 * QUICK.distanceCounts), symbol));
      f.do(i32.store(other, i32.add(i32.load(other), 1)));
    });
  }

  /** Counts bytes from `anchor` on: four by turns into four histograms, so that the same byte twice need not wait for itself. */
  private countLiterals(start: I32): void {
    const { f, anchor, other, litlenCounts, partCounts } = this;
    const one = (slot: I32) => {
      f.set(other, slot);
      f.do(i32.store(other, i32.add(i32.load(other), 1)));
    };
    f.while(i32.le_s(i32.add(anchor, 4), start), () => {
      one(word(litlenCounts, i32.load8_u(anchor)));
      for (let part = 0; part < 3; part++) {
        one(i32.add(word(partCounts, i32.load8_u(anchor, part + 1)), 1024 * part));
      }
      f.add(anchor, 4);
    });
    f.while(i32.lt_s(anchor, start), () => {
      one(word(litlenCounts, i32.load8_u(anchor)));
      f.add(anchor, 1);
    });
  }

  private joinCounts(): void {
    const { f, litlenCounts, partCounts, other } = this;
    const part = f.i32(partCounts);
    f.set(other, litlenCounts);
    f.repeat(256, () => {
      const parts = i32.add(i32.load(part), i32.add(i32.load(part, 1024), i32.load(part, 2048)));
      f.do(i32.store(other, i32.add(i32.load(other), parts)));
      f.add(part, 4);
      f.add(other, 4);
    });
  }
}
