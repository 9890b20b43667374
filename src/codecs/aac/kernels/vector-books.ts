/** The kernel `chooseBooks` of contract.ts: see plain-books.ts. */
import { type I32, i16x8, i32, i32x4, v128 } from '../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, V128Local } from '../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import { ESC_HCB, LARGEST_MAGNITUDE, ZERO_HCB, ZERO_LENGTHS } from '../standard/spectrum-coding.ts';
import {
  BAND_BITS,
  BAND_OFFSET,
  BOOK_BEFORE,
  BOOK_COST,
  BOOKS,
  CODEBOOK,
  ESCAPES,
  HIGHEST_BOOK,
  INDEX_BASE,
  LOWEST_BOOK,
  NEVER,
  NUM_BOOKS,
  QUANTIZED,
  SIGNED_PAIRS,
  SIGNED_QUADS,
} from './contract.ts';

/** Index of zeros in the tables of signed books. */
const SIGNED_ORIGIN = 40;

const words = (index: I32): I32 => i32.shl(index, 2);
const rowOf = (band: I32): I32 => i32.mul(band, NUM_BOOKS);

/** The call of a counting function: position of the first line, count of lines; bits of a pair of books. */
type Count = (from: I32, count: I32) => I32;

/** Defines it, and functions that only it calls. */
export function defineChooseBooks(m: ModuleBuilder): void {
  const countBand = defineCountBand(m);
  const searchBooks = defineSearchBooks(m);
  m.defineFunction('chooseBooks', 4, (f, channel, first, end, header) => {
    const band = f.i32(first);
    f.while(i32.lt_s(band, end), () => {
      f.do(countBand(channel, band, header));
      f.add(band, 1);
    });
    const book = f.i32(searchBooks(channel, first, end, header));
    const bits = f.i32(0);
    f.add(band, -1);
    f.while(i32.ge_s(band, first), () => {
      f.do(i32.store8(i32.add(channel, band), book, CODEBOOK));
      const isZero = i32.eqz(i32.load8_u(i32.add(channel, band), LOWEST_BOOK));
      const at = f.i32(i32.add(rowOf(band), book));
      f.add(bits, i32.load(words(at), BAND_BITS));
      f.add(bits, i32.sub(0, i32.and(isZero, i32.ne(book, ZERO_HCB))));
      f.set(book, i32.load8_u(at, BOOK_BEFORE));
      f.add(band, -1);
    });
    return bits;
  });
}

/** Lower book => the function that counts it and the one above. */
function defineCounts(m: ModuleBuilder): Count[] {
  const counts: Count[] = [];
  for (let book = 1; book <= ESC_HCB; book += 2) counts[book] = defineCount(m, book);
  return counts;
}

function defineCount(m: ModuleBuilder, book: number): Count {
  const signed = book === 1 ? SIGNED_QUADS : book === 5 ? SIGNED_PAIRS : 0;
  const isSigned = signed !== 0;
  const lengths = isSigned ? signed : BOOKS[book]!;
  // Addresses do not wrap around: an index is not below 0 where its table's position is added.
  const origin = isSigned ? SIGNED_ORIGIN : 0;
  const base = book === 5 ? 9 : INDEX_BASE[book]!;
  const digits = book <= 3 ? [27, 9, 3, 1] : [base, 1, base, 1];
  const factors = v128.const([...digits, ...digits].flatMap((digit) => [digit, 0]));
  return m.defineFunction(null, 2, (f, from, count) => {
    const sum = f.i32(0);
    const at = f.i32(from);
    const q = f.v128(i32x4.splat(0));
    f.repeat(i32.shr_u(count, 2), () => {
      f.set(q, v128.load(at, QUANTIZED));
      f.set(q, i16x8.narrow_i32x4_s(q, q));
      if (!isSigned) f.set(q, i16x8.abs(q));
      if (book === ESC_HCB) addEscapes(f, q, sum);
      f.set(q, i32x4.dot_i16x8_s(q, factors));
      const [low, high] = [i32x4.extract_lane(q, 0), i32x4.extract_lane(q, 1)];
      for (const index of book <= 3 ? [i32.add(low, high)] : [low, high]) {
        f.add(sum, i32.load(words(i32.add(index, origin)), lengths));
      }
      f.add(at, 16);
    });
    return sum;
  });
}

/** Adds the bits of escape sequences of four magnitudes in lanes of 16 bits, which become 16 at most. */
function addEscapes(f: FunctionBuilder, q: V128Local, sum: I32Local): void {
  for (let lane = 0; lane < 4; lane++) {
    const digits = i32.sub(32, i32.clz(i16x8.extract_lane_u(q, lane)));
    f.add(sum, i32.load(words(digits), ESCAPES));
  }
  f.set(q, i16x8.min_s(q, i16x8.splat(16)));
}

/** The lowest book for values up to the largest magnitude of the lines: see `lowestBook`. */
function lowestOf(f: FunctionBuilder, from: I32, count: I32): I32Local {
  const least = f.v128(i32x4.splat(0));
  const most = f.v128(i32x4.splat(0));
  const at = f.i32(from);
  const largest = f.i32(0);
  f.repeat(i32.shr_u(count, 2), () => {
    f.set(least, i32x4.min_s(least, v128.load(at, QUANTIZED)));
    f.set(most, i32x4.max_s(most, v128.load(at, QUANTIZED)));
    f.add(at, 16);
  });
  f.set(most, i32x4.max_s(most, i32x4.sub(i32x4.splat(0), least)));
  for (let lane = 0; lane < 4; lane++) {
    const value = i32x4.extract_lane(most, lane);
    f.set(largest, i32.select(value, largest, i32.gt_s(value, largest)));
  }
  const book = f.i32(i32.gt_s(largest, 0));
  for (let pair = 1; pair < ESC_HCB; pair += 2) {
    f.add(book, i32.shl(i32.gt_s(largest, LARGEST_MAGNITUDE[pair]!), 1));
  }
  return book;
}

function defineCountBand(m: ModuleBuilder) {
  const counts = defineCounts(m);
  return m.defineProcedure(null, 3, (f, channel, band, header) => {
    const offset = i32.add(channel, i32.shl(band, 1));
    const start = f.i32(i32.load16_u(offset, BAND_OFFSET));
    const count = f.i32(i32.sub(i32.load16_u(offset, BAND_OFFSET + 2), start));
    const from = f.i32(i32.add(channel, words(start)));
    const row = f.i32(words(rowOf(band)));
    const lowest = lowestOf(f, from, count);
    f.do(i32.store8(i32.add(channel, band), lowest, LOWEST_BOOK));
    f.do(i32.store8(band, ESC_HCB, HIGHEST_BOOK));
    f.if(i32.eqz(lowest), () => {
      f.do(i32.store(row, 0, BAND_BITS));
      for (let book = 1; book < NUM_BOOKS; book++) {
        const zeros = i32.mul(i32.shr_u(count, 2), ZERO_LENGTHS[book]!);
        f.do(i32.store(row, i32.add(zeros, 1), BAND_BITS + 4 * book));
      }
      f.return();
    });
    const least = f.i32(NEVER);
    const both = f.i32(0);
    const cheaper = f.i32(0);
    for (let book = 1; book < ESC_HCB; book += 2) {
      f.if(i32.le_s(lowest, book), () => {
        f.set(both, counts[book]!(from, count));
        const high = i32.shr_u(both, 16);
        f.set(cheaper, i32.and(both, 0xffff));
        f.do(i32.store(row, cheaper, BAND_BITS + 4 * book));
        f.do(i32.store(row, high, BAND_BITS + 4 * book + 4));
        f.do(i32.store8(band, book + 1, HIGHEST_BOOK));
        f.set(cheaper, i32.select(cheaper, high, i32.lt_s(cheaper, high)));
        f.if(i32.gt_s(cheaper, i32.add(least, i32.shl(header, 1))), () => f.return());
        f.set(least, i32.select(cheaper, least, i32.lt_s(cheaper, least)));
      });
    }
    f.if(i32.ge_s(lowest, 7), () => {
      f.set(both, counts[ESC_HCB]!(from, count));
      f.do(i32.store(row, i32.and(both, 0xffff), BAND_BITS + 4 * ESC_HCB));
      f.do(i32.store8(band, ESC_HCB, HIGHEST_BOOK));
    });
  });
}

function defineSearchBooks(m: ModuleBuilder) {
  return m.defineFunction(null, 4, (f, channel, first, end, header) => {
    const best = f.i32(0);
    const least = f.i32(0);
    const book = f.i32(0);
    const cost = f.i32(0);
    const row = f.i32(rowOf(first));
    const band = f.i32(first);
    const low = f.i32(0);
    const high = f.i32(0);
    const before = f.i32(0);
    const changed = f.i32(0);
    const isChanged = f.i32(0);
    for (let at = 0; at < NUM_BOOKS; at += 4) {
      f.do(v128.store(4 * at, i32x4.splat(NEVER), BOOK_COST));
    }
    f.while(i32.lt_s(band, end), () => {
      f.set(before, best);
      f.set(changed, i32.add(least, header));
      f.set(low, i32.load8_u(i32.add(channel, band), LOWEST_BOOK));
      f.set(high, i32.load8_u(band, HIGHEST_BOOK));
      f.set(least, 2 * NEVER);
      f.set(book, 0);
      f.repeat(NUM_BOOKS, () => {
        f.if(
          i32.and(i32.ge_s(book, low), i32.le_s(book, high)),
          () => {
            f.set(cost, i32.load(words(book), BOOK_COST));
            f.set(isChanged, i32.gt_s(cost, changed));
            const from = i32.select(before, book, isChanged);
            f.do(i32.store8(i32.add(row, book), from, BOOK_BEFORE));
            const bits = i32.load(words(i32.add(row, book)), BAND_BITS);
            f.set(cost, i32.add(i32.select(changed, cost, isChanged), bits));
            f.do(i32.store(words(book), cost, BOOK_COST));
            f.if(i32.lt_s(cost, least), () => {
              f.set(least, cost);
              f.set(best, book);
            });
          },
          () => f.do(i32.store(words(book), NEVER, BOOK_COST)),
        );
        f.add(book, 1);
      });
      f.add(row, NUM_BOOKS);
      f.add(band, 1);
    });
    return best;
  });
}
