/**
 * The kernels of deflate; here the two innermost functions of levels 10 to 13 in WebAssembly: `MatchStore.find` of encoder/match-store.ts and the search of
 * encoder/cheapest-path.ts, the same results to the bit. Each is given the address of a list of words: where its arrays lie,
 * and its numbers.
 */
import { type I32, i32, i32x4, i64, v128 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../../wasm/function-builder.ts';
import { KernelModule } from '../../../wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import { MAX_DISTANCE, MAX_MATCH } from '../standard/symbols.ts';
import { defineLazyParse } from './lazy-parse.ts';
import { distanceSymbol, extendMatch, smallerOf, word } from './pieces.ts';
import { defineQuickParse } from './quick-parse.ts';
import { defineAdlerSums, defineQuickWrite } from './quick-write.ts';
import {
  HASH_FACTOR,
  HASH4_BITS,
  MATCH_DISTANCE_MASK,
  MATCH_SYMBOL_SHIFT,
  NOWHERE,
} from './search-rules.ts';
import { defineLower, defineSymbolWrite } from './symbol-write.ts';
import { FIND, PATH } from './words.ts';

const RING_MASK = MAX_DISTANCE - 1;
/** Bits of a symbol below its distance. */
const LENGTH_BITS = 9;

/** The kernels of deflate. */
export const DEFLATE_KERNELS = /* @__PURE__ */ new KernelModule('deflate', (m) => {
  defineFindMatches(m);
  defineCheapestPath(m);
  defineQuickParse(m);
  defineQuickWrite(m);
  defineAdlerSums(m);
  defineLazyParse(m);
  defineSymbolWrite(m);
  defineLower(m);
});

/** Appends a match to the list, see `MatchStore`. `far` and `scratch` are overwritten. */
function record(
  f: FunctionBuilder,
  { matches, count, far, scratch }: EnterLocals,
  distance: I32,
  length: I32,
): void {
  f.set(far, distance);
  const symbol = i32.shl(distanceSymbol(f, far, scratch[0], scratch[1]), MATCH_SYMBOL_SHIFT);
  const distanceAndLength = i32.or(i32.shl(far, LENGTH_BITS), length);
  f.do(i32.store(word(matches, count), i32.or(symbol, distanceAndLength)));
  f.add(count, 1);
}

function defineFindMatches(m: ModuleBuilder): void {
  m.defineProcedure('findMatches', 1, (f, list) => {
    const load = (index: number) => f.i32(i32.load(list, 4 * index));
    const bytes = load(FIND.bytes);
    const matches = load(FIND.matches);
    const children = load(FIND.children);
    const position = load(FIND.position);
    const count = load(FIND.count);
    const skipUntil = load(FIND.skipUntil);
    const begins = load(FIND.begins);
    const maxLength = f.i32(0);
    const isRecording = f.i32(0);
    const before = f.i32(0);
    const turn = i32.and(i32.lt_s(position, load(FIND.last)), i32.lt_s(count, load(FIND.most)));
    const heads3 = load(FIND.heads3);
    const heads4 = load(FIND.heads4);
    const end = load(FIND.end);
    const hash3Shift = load(FIND.hash3Shift);
    const nice = load(FIND.nice);
    const depth = load(FIND.depth);
    const scratch = Array.from({ length: 16 }, () => f.i32(0));
    f.while(turn, () => {
      f.set(maxLength, smallerOf(i32.sub(end, position), f.i32(MAX_MATCH)));
      f.set(isRecording, i32.ge_s(position, skipUntil));
      f.set(before, count);
      f.if(i32.gt_s(maxLength, 3), () =>
        enter(
          f,
          {
            bytes,
            matches,
            children,
            position,
            count,
            maxLength,
            isRecording,
            heads3,
            heads4,
            hash3Shift,
            nice,
            depth,
            far: f.i32(0),
            scratch: [f.i32(0), f.i32(0)],
          },
          scratch,
        ),
      );
      // A long match is not looked into: `before` is where the matches of the position begin.
      f.if(i32.and(isRecording, i32.gt_s(count, before)), () => {
        const longest = i32.and(i32.load(i32.sub(word(matches, count), 4)), (1 << LENGTH_BITS) - 1);
        f.if(i32.ge_s(longest, nice), () => f.set(skipUntil, i32.add(position, longest)));
      });
      f.add(position, 1);
      f.add(begins, 4);
      f.do(i32.store(begins, count));
    });
    f.do(
      i32.store(list, position, 4 * FIND.position),
      i32.store(list, count, 4 * FIND.count),
      i32.store(list, skipUntil, 4 * FIND.skipUntil),
    );
  });
}

interface EnterLocals {
  readonly bytes: I32Local;
  readonly matches: I32Local;
  readonly children: I32Local;
  readonly position: I32Local;
  readonly count: I32Local;
  readonly maxLength: I32Local;
  readonly isRecording: I32Local;
  readonly heads3: I32Local;
  readonly heads4: I32Local;
  readonly hash3Shift: I32Local;
  readonly nice: I32Local;
  readonly depth: I32Local;
  readonly far: I32Local;
  readonly scratch: readonly [I32Local, I32Local];
}

/** `MatchStore.enter`. */
function enter(f: FunctionBuilder, l: EnterLocals, scratch: readonly I32Local[]): void {
  const [at, text, slot3, slot4, near3, node, farthest, longest] =
    scratch as readonly I32Local[] & { length: 16 };
  const [smaller, larger, smallerLength, largerLength, left, pair, length, other] =
    scratch.slice(8);
  f.set(at!, i32.add(l.bytes, l.position));
  f.set(text!, i32.load(at!));
  f.set(slot4!, word(l.heads4, i32.shr_u(i32.mul(text!, HASH_FACTOR), 32 - HASH4_BITS)));
  f.set(slot3!, word(l.heads3, i32.shr_u(i32.mul(i32.shl(text!, 8), HASH_FACTOR), l.hash3Shift)));
  f.set(near3!, i32.load(slot3!));
  f.set(node!, i32.load(slot4!));
  f.do(i32.store(slot3!, l.position), i32.store(slot4!, l.position));
  f.set(farthest!, i32.sub(l.position, MAX_DISTANCE - 1));
  f.set(longest!, 3);
  f.if(i32.and(l.isRecording, i32.ge_s(near3!, farthest!)), () => {
    const differs = i32.shl(i32.xor(i32.load(i32.add(l.bytes, near3!)), text!), 8);
    f.if(i32.eqz(differs), () => record(f, l, i32.sub(l.position, near3!), f.i32(3)));
  });
  f.set(smaller!, i32.add(l.children, i32.shl(i32.and(l.position, RING_MASK), 3)));
  f.set(larger!, i32.add(smaller!, 4));
  f.set(smallerLength!, 0);
  f.set(largerLength!, 0);
  f.set(left!, l.depth);
  const wide = f.i64(i64.extend_i32_u(0));
  const isHung = f.i32(0);
  f.set(isHung, 0);
  const niceHere = f.i32(smallerOf(l.nice, l.maxLength));
  f.set(niceHere, smallerOf(l.nice, l.maxLength));
  f.while(i32.and(i32.ge_s(node!, farthest!), i32.gt_s(left!, 0)), () => {
    f.add(left!, -1);
    f.set(pair!, i32.add(l.children, i32.shl(i32.and(node!, RING_MASK), 3)));
    f.set(length!, smallerOf(smallerLength!, largerLength!));
    f.set(other!, i32.add(l.bytes, node!));
    extendMatch(f, { here: at!, other: other!, length: length!, longest: l.maxLength }, wide);
    f.if(i32.gt_s(length!, longest!), () => {
      f.set(longest!, length!);
      f.if(l.isRecording, () => record(f, l, i32.sub(l.position, node!), length!));
    });
    f.if(
      i32.ge_s(length!, niceHere),
      () => {
        f.do(i32.store(smaller!, i32.load(pair!)), i32.store(larger!, i32.load(pair!, 4)));
        f.set(isHung, 1);
        f.set(left!, 0);
      },
      () => {
        const isSmaller = i32.lt_s(
          i32.load8_u(i32.add(other!, length!)),
          i32.load8_u(i32.add(at!, length!)),
        );
        f.if(
          isSmaller,
          () => {
            f.do(i32.store(smaller!, node!));
            f.set(smaller!, i32.add(pair!, 4));
            f.set(smallerLength!, length!);
            f.set(node!, i32.load(smaller!));
          },
          () => {
            f.do(i32.store(larger!, node!));
            f.set(larger!, pair!);
            f.set(largerLength!, length!);
            f.set(node!, i32.load(larger!));
          },
        );
      },
    );
  });
  f.if(i32.eqz(isHung), () => f.do(i32.store(smaller!, NOWHERE), i32.store(larger!, NOWHERE)));
}

const LENGTH_MASK = (1 << LENGTH_BITS) - 1;

/**
 * Costs are compared as keys: what a choice costs more than going on behind the next byte, times 512, and its length below, so that
 * the least key is the cheapest choice, and the shortest one of equals. What is added up over the run may wrap around 32 bits; differences
 * of positions as near as a match is long, some 2^21, do not.
 */
function defineCheapestPath(m: ModuleBuilder): void {
  m.defineProcedure('cheapestPath', 1, (f, list) => {
    const load = (index: number) => f.i32(i32.load(list, 4 * index));
    const bytes = load(PATH.bytes);
    const begins = load(PATH.begins);
    const matches = load(PATH.matches);
    const literals = load(PATH.literals);
    const lengthKeys = load(PATH.lengthKeys);
    const distances = load(PATH.distances);
    const choices = load(PATH.choices);
    const count = load(PATH.count);
    const i = load(PATH.top);
    const bottom = load(PATH.bottom);
    const here = f.i32(word(load(PATH.costs), i));
    const [base, key, best, literal, match, last, length, longest, before] = Array.from(
      { length: 9 },
      () => f.i32(0),
    ) as I32Local[] & { length: 9 };
    const [entry, offset, at, end, next] = Array.from({ length: 5 }, () => f.i32(0));
    const keys = f.v128(i32x4.splat(0));
    const minimum = (value: I32) => {
      f.set(next!, value);
      f.set(key!, smallerOf(next!, key!));
    };
    f.while(i32.gt_s(i, bottom), () => {
      f.add(i, -1);
      f.set(base!, i32.load(here));
      f.add(here, -4);
      f.set(literal!, i32.load8_u(i32.add(bytes, i)));
      f.set(key!, i32.shl(i32.load(word(literals, literal!)), LENGTH_BITS));
      f.set(best!, 0);
      f.set(length!, 3);
      f.set(match!, word(matches, i32.load(word(begins, i))));
      f.set(last!, word(matches, i32.load(word(begins, i), 4)));
      f.while(i32.lt_s(match!, last!), () => {
        f.set(entry!, i32.load(match!));
        const distanceCost = i32.load(word(distances, i32.shr_u(entry!, MATCH_SYMBOL_SHIFT)));
        f.set(offset!, i32.sub(i32.shl(distanceCost, LENGTH_BITS), base!));
        f.set(longest!, i32.sub(count, i));
        f.set(longest!, smallerOf(longest!, i32.and(entry!, LENGTH_MASK)));
        f.set(before!, key!);
        f.set(at!, word(lengthKeys, length!));
        f.set(end!, word(here, length!));
        f.if(i32.ge_s(i32.sub(longest!, length!), LONG_RUN), () => {
          f.set(keys, i32x4.splat(key!));
          f.while(i32.ge_s(i32.sub(longest!, length!), 3), () => {
            const sum = i32x4.add(v128.load(end!), v128.load(at!));
            f.set(keys, i32x4.min_s(keys, i32x4.add(sum, i32x4.splat(offset!))));
            f.add(length!, 4);
            f.add(at!, 16);
            f.add(end!, 16);
          });
          for (let lane = 0; lane < 4; lane++) minimum(i32x4.extract_lane(keys, lane));
        });
        f.while(i32.le_s(length!, longest!), () => {
          minimum(i32.add(i32.add(i32.load(end!), i32.load(at!)), offset!));
          f.add(length!, 1);
          f.add(at!, 4);
          f.add(end!, 4);
        });
        f.set(best!, i32.select(entry!, best!, i32.lt_s(key!, before!)));
        f.add(match!, 4);
      });
      f.set(length!, i32.and(key!, LENGTH_MASK));
      f.do(i32.store(here, i32.add(base!, i32.sub(key!, length!))));
      const choice = i32.or(i32.and(best!, MATCH_DISTANCE_MASK), length!);
      f.do(i32.store(word(choices, i), i32.select(choice, literal!, length!)));
    });
  });
}

/** Lengths from which on they are looked at four at a time. */
const LONG_RUN = 7;
