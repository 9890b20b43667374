/**
 * AC scans of progressive files in WebAssembly: the loops of encoder/scan-coder.ts (T.81 clauses G.1.2.2 and G.1.2.3) over blocks as
 * encoder/block-store.ts has them, each once for counting symbols and once for writing them.
 */
import { type Integer, i32, i64 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local, I64Local } from '../../../../wasm/function-builder.ts';
import { KernelModule } from '../../../../wasm/kernel-memory.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import {
  ESCAPE,
  INDEX,
  LAST,
  MAX_END_OF_BAND_RUN,
  MAX_WAITING_BITS,
  SHORT_BIT,
  SHORT_LEVEL_BITS,
  SHORT_ZEROS,
} from '../plain/entries.ts';
import { SCAN } from './scan-words.ts';

/** The kernels of scans. */
export const JPEG_SCAN_KERNELS = /* @__PURE__ */ new KernelModule('jpeg-scans', (m) => {
  defineFirst(m, 'countFirst', CountingSink);
  defineFirst(m, 'writeFirst', WritingSink);
  defineLater(m, 'countLater', CountingSink);
  defineLater(m, 'writeLater', WritingSink);
});

/** Where symbols go; arguments are written more than once, so they are locals or numbers. */
interface Sink {
  symbol(symbol: Integer, bits: Integer, count: Integer): void;
  /** Correction bits, bytes in memory from `from` up to `to`. */
  waitingBits(from: Integer, to: Integer): void;
  /** Leaves its state in the list. */
  end(): void;
}

type SinkClass = new (f: FunctionBuilder, list: I32Local) => Sink;

const wordOf = (list: I32Local, index: number) => i32.load(list, 4 * index);

/** Counts symbols, and bits beside their codes. */
class CountingSink implements Sink {
  private readonly f: FunctionBuilder;
  private readonly list: I32Local;
  private readonly table: I32Local;
  private readonly bits: I32Local;
  private readonly at: I32Local;

  constructor(f: FunctionBuilder, list: I32Local) {
    this.f = f;
    this.list = list;
    this.table = f.i32(wordOf(list, SCAN.table));
    this.bits = f.i32(wordOf(list, SCAN.bits));
    this.at = f.i32(0);
  }

  symbol(symbol: Integer, _bits: Integer, count: Integer): void {
    const { f, at } = this;
    f.set(at, i32.add(this.table, i32.shl(symbol, 2)));
    f.do(i32.store(at, i32.add(i32.load(at), 1)));
    f.add(this.bits, count);
  }

  waitingBits(from: Integer, to: Integer): void {
    this.f.add(this.bits, i32.sub(to, from));
  }

  end(): void {
    this.f.do(i32.store(this.list, this.bits, 4 * SCAN.bits));
  }
}

/** Writes codes and bits, with a zero behind each byte of ones (T.81 clause B.1.1.5). */
class WritingSink implements Sink {
  private readonly f: FunctionBuilder;
  private readonly list: I32Local;
  private readonly table: I32Local;
  private readonly waiting: I32Local;
  private readonly out: I32Local;
  private readonly word: I64Local;
  private readonly pending: I32Local;
  private readonly code: I32Local;
  private readonly byte: I32Local;
  private readonly at: I32Local;

  constructor(f: FunctionBuilder, list: I32Local) {
    this.f = f;
    this.list = list;
    this.table = f.i32(wordOf(list, SCAN.table));
    this.waiting = f.i32(wordOf(list, SCAN.waiting));
    this.out = f.i32(wordOf(list, SCAN.out));
    this.word = f.i64(i64.extend_i32_u(wordOf(list, SCAN.word)));
    this.pending = f.i32(wordOf(list, SCAN.pending));
    this.code = f.i32(0);
    this.byte = f.i32(0);
    this.at = f.i32(0);
  }

  symbol(symbol: Integer, bits: Integer, count: Integer): void {
    const { f, code } = this;
    f.set(code, i32.load(i32.add(this.table, i32.shl(symbol, 2))));
    // A code has 16 bits at most and a value 14; fewer than 8 are pending.
    this.put(i32.and(code, 0xffff), i32.shr_u(code, 16));
    if (count !== 0) this.put(bits, count);
    this.flush();
  }

  waitingBits(from: Integer, to: Integer): void {
    const { f, at, waiting } = this;
    f.set(at, from);
    f.while(i32.lt_s(at, to), () => {
      this.put(i32.load8_u(i32.add(waiting, at)), 1);
      this.flush();
      f.add(at, 1);
    });
  }

  private put(bits: Integer, count: Integer): void {
    const { f, word } = this;
    f.set(word, i64.or(i64.shl(word, i64.extend_i32_u(count)), i64.extend_i32_u(bits)));
    f.add(this.pending, count);
  }

  private flush(): void {
    const { f, word, pending, byte, out } = this;
    f.while(i32.ge_s(pending, 8), () => {
      f.add(pending, -8);
      const shifted = i64.shr_u(word, i64.extend_i32_u(pending));
      f.set(byte, i32.and(i32.wrap_i64(shifted), 0xff));
      f.do(i32.store8(out, byte));
      f.add(out, 1);
      f.if(i32.eq(byte, 0xff), () => {
        f.do(i32.store8(out, 0));
        f.add(out, 1);
      });
    });
  }

  end(): void {
    const { f, list } = this;
    f.do(
      i32.store(list, this.out, 4 * SCAN.out),
      i32.store(list, i32.wrap_i64(this.word), 4 * SCAN.word),
      i32.store(list, this.pending, 4 * SCAN.pending),
    );
  }
}

/** The lowest `bits` bits of a word as a number with a sign. */
function signed(word: Integer, bits: number): Integer {
  return i32.shr_s(i32.shl(word, 32 - bits), 32 - bits);
}

/** Reads the entries of blocks. */
class EntryReader {
  readonly at: I32Local;
  readonly k: I32Local;
  readonly level: I32Local;
  readonly magnitude: I32Local;
  private readonly f: FunctionBuilder;
  private readonly entry: I32Local;
  private readonly goesOn: I32Local;
  private readonly isShort: I32Local;
  private readonly low: I32Local;

  constructor(f: FunctionBuilder, list: I32Local) {
    this.f = f;
    this.at = f.i32(wordOf(list, SCAN.entries));
    this.low = f.i32(wordOf(list, SCAN.low));
    this.k = f.i32(0);
    this.level = f.i32(0);
    this.magnitude = f.i32(0);
    this.entry = f.i32(0);
    this.goesOn = f.i32(0);
    this.isShort = f.i32(0);
  }

  /** Reads the block at `at`; `coefficient` is run for each that is not zero, with `magnitude` shifted by Al. */
  block(coefficient: () => void): void {
    const { f, at, entry, k, level, goesOn, isShort } = this;
    f.set(goesOn, 1);
    f.set(k, 0);
    f.while(goesOn, () => {
      f.set(entry, i32.load8_u(at));
      f.set(goesOn, i32.eqz(i32.and(entry, LAST)));
      // Short entries and others alternate at random: both are read, and one is taken without a branch.
      f.set(isShort, i32.and(i32.shr_u(entry, SHORT_BIT), 1));
      const zeros = i32.and(i32.shr_u(entry, SHORT_LEVEL_BITS), SHORT_ZEROS);
      f.set(k, i32.select(i32.add(i32.add(k, zeros), 1), i32.and(entry, INDEX), isShort));
      const long = signed(i32.load8_u(at, 1), 8);
      f.set(level, i32.select(signed(entry, SHORT_LEVEL_BITS), long, isShort));
      f.set(at, i32.sub(i32.add(at, 2), isShort));
      f.if(
        k,
        () => {
          f.if(i32.eq(level, ESCAPE), () => {
            f.set(level, i32.or(i32.shl(signed(i32.load8_u(at), 8), 8), i32.load8_u(at, 1)));
            f.add(at, 2);
          });
          const positive = i32.select(i32.sub(0, level), level, i32.lt_s(level, 0));
          f.set(this.magnitude, i32.shr_u(positive, this.low));
          coefficient();
        },
        () => f.add(at, -1),
      );
    });
  }
}

/** What both kinds of scan have. */
class ScanState {
  readonly sink: Sink;
  readonly reader: EntryReader;
  readonly start: I32Local;
  readonly end: I32Local;
  /** The end-of-band run. */
  readonly ends: I32Local;
  /** Index of the last coefficient that was coded, and zeros since. */
  readonly before: I32Local;
  readonly run: I32Local;
  private readonly f: FunctionBuilder;
  private readonly list: I32Local;
  private readonly size: I32Local;
  private readonly bits: I32Local;

  constructor(f: FunctionBuilder, list: I32Local, Kind: SinkClass) {
    this.f = f;
    this.list = list;
    this.sink = new Kind(f, list);
    this.reader = new EntryReader(f, list);
    this.start = f.i32(wordOf(list, SCAN.start));
    this.end = f.i32(wordOf(list, SCAN.end));
    this.ends = f.i32(wordOf(list, SCAN.run));
    this.before = f.i32(0);
    this.run = f.i32(0);
    this.size = f.i32(0);
    this.bits = f.i32(0);
  }

  /** The symbol EOBn of the run, which is at least 1, and its bits. */
  endOfBand(): void {
    const { f, ends, size, bits } = this;
    f.set(size, i32.sub(31, i32.clz(ends)));
    f.set(bits, i32.xor(ends, i32.shl(1, size)));
    this.sink.symbol(i32.shl(size, 4), bits, size);
    f.set(ends, 0);
  }

  /** A coefficient behind `run` zeros, fewer than 16. */
  value(): void {
    const { f, size, bits, reader, run } = this;
    const { level, magnitude } = reader;
    f.set(size, i32.sub(32, i32.clz(magnitude)));
    const flipped = i32.sub(i32.shl(1, size), 1);
    f.set(bits, i32.select(i32.xor(magnitude, flipped), magnitude, i32.lt_s(level, 0)));
    this.sink.symbol(i32.or(i32.shl(run, 4), size), bits, size);
  }

  /** Whether the coefficient at hand is in the band and not zero at this depth. */
  get isInBand(): Integer {
    const { k, magnitude } = this.reader;
    const inside = i32.and(i32.ge_s(k, this.start), i32.le_s(k, this.end));
    return i32.and(inside, i32.ne(magnitude, 0));
  }

  finish(): void {
    this.sink.end();
    this.f.do(
      i32.store(this.list, this.reader.at, 4 * SCAN.entries),
      i32.store(this.list, this.ends, 4 * SCAN.run),
    );
  }
}

/** Clause G.1.2.2. */
function defineFirst(m: ModuleBuilder, name: string, Kind: SinkClass): void {
  m.defineProcedure(name, 1, (f, list) => {
    const state = new ScanState(f, list, Kind);
    const { sink, reader, start, end, ends, before, run } = state;
    f.repeat(wordOf(list, SCAN.blocks), () => {
      f.set(before, i32.sub(start, 1));
      reader.block(() => {
        f.if(state.isInBand, () => {
          f.if(ends, () => state.endOfBand());
          f.set(run, i32.sub(i32.sub(reader.k, before), 1));
          f.while(i32.gt_s(run, 15), () => {
            sink.symbol(0xf0, 0, 0);
            f.add(run, -16);
          });
          state.value();
          f.set(before, reader.k);
        });
      });
      f.if(i32.lt_s(before, end), () => {
        f.add(ends, 1);
        f.if(i32.eq(ends, MAX_END_OF_BAND_RUN), () => state.endOfBand());
      });
    });
    state.finish();
  });
}

/** Clause G.1.2.3. Correction bits wait in memory: those of blocks that the run has ended, up to `own`, then the block's own. */
function defineLater(m: ModuleBuilder, name: string, Kind: SinkClass): void {
  m.defineProcedure(name, 1, (f, list) => {
    const state = new ScanState(f, list, Kind);
    const { sink, reader, start, end, ends, before, run } = state;
    const { at, k, level, magnitude } = reader;
    const waiting = f.i32(wordOf(list, SCAN.waiting));
    const count = f.i32(wordOf(list, SCAN.waitingCount));
    const [own, lastNew, block, from] = [f.i32(0), f.i32(0), f.i32(0), f.i32(0)];
    const endRunBefore = () =>
      f.if(ends, () => {
        state.endOfBand();
        sink.waitingBits(0, own);
        // The block's own bits go to the front.
        f.set(from, own);
        f.while(i32.lt_s(from, count), () => {
          const to = i32.add(waiting, i32.sub(from, own));
          f.do(i32.store8(to, i32.load8_u(i32.add(waiting, from))));
          f.add(from, 1);
        });
        f.set(count, i32.sub(count, own));
        f.set(own, 0);
      });
    const release = () => {
      sink.waitingBits(own, count);
      f.set(count, own);
    };
    const known = () => {
      f.do(i32.store8(i32.add(waiting, count), i32.and(magnitude, 1)));
      f.add(count, 1);
    };
    const isNew = () => {
      endRunBefore();
      f.set(from, i32.ge_s(level, 0));
      sink.symbol(i32.or(i32.shl(run, 4), 1), from, 1);
      release();
      f.set(run, 0);
    };
    f.repeat(wordOf(list, SCAN.blocks), () => {
      f.set(block, at);
      f.set(lastNew, 0);
      reader.block(() => {
        const isLater = i32.and(i32.eq(magnitude, 1), i32.le_s(k, end));
        f.set(lastNew, i32.select(k, lastNew, isLater));
      });
      f.set(at, block);
      f.set(before, i32.sub(start, 1));
      f.set(run, 0);
      f.set(own, count);
      reader.block(() => {
        f.if(state.isInBand, () => {
          f.add(run, i32.sub(i32.sub(k, before), 1));
          f.set(before, k);
          f.while(i32.and(i32.gt_s(run, 15), i32.le_s(k, lastNew)), () => {
            endRunBefore();
            sink.symbol(0xf0, 0, 0);
            release();
            f.add(run, -16);
          });
          f.if(i32.gt_s(magnitude, 1), known, isNew);
        });
      });
      const isOpen = i32.or(i32.gt_s(run, 0), i32.lt_s(before, end));
      f.if(i32.or(isOpen, i32.gt_s(count, own)), () => {
        f.add(ends, 1);
        const isLong = i32.eq(ends, MAX_END_OF_BAND_RUN);
        f.if(i32.or(isLong, i32.gt_s(count, MAX_WAITING_BITS - 64)), () => {
          state.endOfBand();
          sink.waitingBits(0, count);
          f.set(count, 0);
        });
      });
    });
    f.do(i32.store(list, count, 4 * SCAN.waitingCount));
    state.finish();
  });
}
