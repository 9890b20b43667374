/** The trace of deflate: the same bytes with it, and all bits of the stream are in it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinBytes } from '../../../src/base/byte-stream.ts';
import { createQuickBlocks } from '../../../src/codecs/deflate/encoder/quick-blocks.ts';
import {
  type DeflateFormat,
  type DeflateOptions,
  Deflater,
  DeflateTrace,
  watchStream,
} from '../../../src/codecs/deflate/index.ts';
import type { Trace } from '../../../src/inspect/index.ts';
import { endTrace, sum, traceRows } from '../../support/trace.ts';
import { generator } from './corpora.ts';

const SEED = 20261130;

/** Bytes with runs, words and noise in turn. */
function mixed(length: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  const words = Array.from({ length: 40 }, () =>
    Uint8Array.from({ length: 1 + (random() % 9) }, () => 97 + (random() % 26)),
  );
  const out = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const kind = (at >> 12) % 3;
    if (kind === 0) out[at++] = random();
    else if (kind === 1) out[at++] = 7;
    else for (const byte of words[random() % words.length]) if (at < length) out[at++] = byte;
  }
  return out;
}

type Pieces = readonly Uint8Array[];

/** The stream of `pieces`, flushed between them. */
function compressed(
  pieces: Pieces,
  options: DeflateOptions,
  isQuick: boolean,
  inspect: DeflateTrace | null,
): Uint8Array {
  const deflater = new Deflater({ ...options, inspect }, isQuick ? createQuickBlocks : null);
  const out: number[] = [];
  const emit = (bytes: Uint8Array) => void out.push(...bytes);
  for (const [i, piece] of pieces.entries()) {
    if (i > 0) deflater.flush(emit);
    deflater.push(piece, emit);
  }
  deflater.finish(emit);
  return Uint8Array.from(out);
}

/** Reading the stream tells the same blocks, tokens and codes as writing it did; only what was weighed is known less of. */
function expectSameStory(bytes: Uint8Array, format: DeflateFormat, written: Trace): void {
  const reader = new DeflateTrace();
  watchStream(bytes, format, reader);
  const read = endTrace(reader);
  for (const name of ['deflate_token', 'deflate_code']) {
    expect(read.tables[name]).toEqual(written.tables[name]);
  }
  for (const column of ['type', 'isLast', 'first', 'bytes', 'headerBits', 'bits', 'storedBits']) {
    const [a, b] = [read, written].map(({ tables }) => tables.deflate_block.columns[column]);
    expect(a, column).toEqual(b);
  }
}

/** What the tokens of a trace stand for. */
function replayed(tokens: readonly Record<string, number>[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  for (const { at, value, length, distance } of tokens) {
    for (let i = 0; i < length; i++) out[at + i] = distance === 0 ? value : out[at + i - distance];
  }
  return out;
}

test('watching changes no byte, all bits are told, and the tokens give the bytes back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(20000), { minLength: 1, maxLength: 3 }),
      fc.nat(14),
      fc.constantFrom('raw' as const, 'zlib' as const, 'gzip' as const),
      fc.boolean(),
      fc.nat(1e6),
      (sizes, level, format, hasKernels, seed) => {
        const pieces = sizes.map((size, i) => mixed(size, seed + i));
        const isQuick = level === 14;
        const options = { format, level: isQuick ? 1 : level, vectorKernels: hasKernels };
        const inspect = new DeflateTrace();
        const bytes = compressed(pieces, options, isQuick, inspect);
        expect(bytes).toEqual(compressed(pieces, options, isQuick, null));
        const trace = endTrace(inspect);
        const blocks = traceRows(trace, 'deflate_block');
        expectSameStory(bytes, format, trace);
        const around = traceRows(trace, 'deflate_around');
        const bits = sum(blocks.map((row) => row.bits)) + sum(around.map((row) => row.bits));
        expect(bits).toBe(8 * bytes.length);
        const whole = joinBytes(pieces);
        const tokens = traceRows(trace, 'deflate_token');
        expect(replayed(tokens, whole.length)).toEqual(whole);
        expect(sum(blocks.map((row) => row.bytes))).toBe(whole.length);
      },
    ),
    { seed: SEED, numRuns: 15 },
  );
});

test('the way of each block is the cheapest of those that were weighed', () => {
  const noise = generator(3);
  const inputs = [
    Uint8Array.from({ length: 5000 }, () => noise()),
    Uint8Array.of(1, 2, 3, 1, 2, 3),
    mixed(100000, 5),
  ];
  for (const [wanted, input] of inputs.entries()) {
    const inspect = new DeflateTrace();
    compressed([input], { level: 9 }, false, inspect);
    const blocks = traceRows(endTrace(inspect), 'deflate_block');
    expect(blocks.map(({ type }) => type)).toContain(wanted);
    for (const { type, bits, storedBits, fixedBits, dynamicBits } of blocks) {
      const ways = [storedBits, fixedBits, dynamicBits];
      expect(bits).toBe(ways[type]);
      expect(ways[type]).toBe(Math.min(...ways));
    }
  }
});
