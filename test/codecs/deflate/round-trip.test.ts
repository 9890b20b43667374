/** What is compressed comes back: by our own inflate and by the zlib of Node, at every level, in pieces of any size. */
import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Deflater,
  deflate,
  gunzip,
  gzip,
  Inflater,
  inflate,
  zlib as ourZlib,
  unzlib,
} from 'vitrine/deflate';
import { generator, KINDS, LENGTHS } from './corpora.ts';

const LEVELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
const kind = fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[]));

function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length);
  expect(Buffer.compare(actual, expected)).toBe(0);
}

/** Cuts bytes into pieces of up to `most` bytes. */
function* pieces(bytes: Uint8Array, most: number, seed: number): Generator<Uint8Array> {
  const next = generator(seed);
  for (let at = 0; at < bytes.length; ) {
    const count = 1 + (next() % most);
    yield bytes.subarray(at, at + count);
    at += count;
  }
}

function collect(run: (emit: (piece: Uint8Array) => void) => void): Uint8Array {
  const parts: Uint8Array[] = [];
  run((piece) => parts.push(piece.slice()));
  return Buffer.concat(parts);
}

describe('deflate', () => {
  it.each(LEVELS)(
    'level %i: zlib and our inflate give back all kinds of bytes of all lengths',
    async (level) => {
      for (const [name, make] of Object.entries(KINDS)) {
        await new Promise((resolve) => setImmediate(resolve));
        for (const length of LENGTHS) {
          if (level >= 10 && length > 263 && length !== 32769) continue;
          const bytes = make(length, level + length + name.length);
          const packed = deflate(bytes, { level });
          expectSame(zlib.inflateRawSync(packed), bytes);
          expectSame(inflate(packed), bytes);
        }
      }
    },
  );

  it('never grows by more than 5 bytes for 65535, and 5 more', () => {
    for (const level of LEVELS) {
      for (const length of [0, 1, 10, 5000, 65535, 65536]) {
        const bytes = KINDS.noise(length, 77);
        expect(deflate(bytes, { level }).length).toBeLessThanOrEqual(
          length + 5 * Math.ceil(length / 65535) + 5,
        );
      }
    }
  });

  it('gets smaller from each way of parsing to the next, and is smaller than zlib', () => {
    for (const make of [KINDS.json, KINDS.mixed]) {
      const bytes = make(200_000, 5);
      const sizes = [1, 6, 9, 10, 12].map((level) => deflate(bytes, { level }).length);
      for (let i = 1; i < sizes.length; i++) expect(sizes[i]!).toBeLessThan(sizes[i - 1]!);
      expect(sizes[2]!).toBeLessThan(zlib.deflateRawSync(bytes, { level: 9 }).length);
    }
  });

  it('is the same whatever the pieces, with flush points and a dictionary', () => {
    fc.assert(
      fc.property(
        kind,
        fc.integer({ min: 0, max: 330_000 }),
        fc.integer({ min: 0, max: 11 }),
        fc.constantFrom(1000, 20_000, 300_000),
        fc.nat(),
        fc.constantFrom('raw' as const, 'zlib' as const, 'gzip' as const),
        (name, length, level, most, seed, format) => {
          const bytes = KINDS[name](length, seed);
          const dictionary =
            format !== 'gzip' && seed % 3 === 0 ? KINDS[name](seed % 40_000, seed) : undefined;
          const options = { level, ...(dictionary === undefined ? {} : { dictionary }) };
          const whole = { raw: deflate, zlib: ourZlib, gzip }[format](bytes, options);
          const deflater = new Deflater({ ...options, format });
          const streamed = collect((emit) => {
            for (const piece of pieces(bytes, most, seed)) deflater.push(piece, emit);
            deflater.finish(emit);
          });
          expectSame(streamed, whole);
          const back = { raw: zlib.inflateRawSync, zlib: zlib.inflateSync, gzip: zlib.gunzipSync }[
            format
          ];
          expectSame(back(whole, dictionary === undefined ? {} : { dictionary }), bytes);
          const inflater = new Inflater({
            format,
            ...(dictionary === undefined ? {} : { dictionary }),
          });
          const inflated = collect((emit) => {
            for (const piece of pieces(whole, 1 + (seed % 5000), seed)) inflater.push(piece, emit);
            inflater.finish();
          });
          expectSame(inflated, bytes);
        },
      ),
      { seed: 1951, numRuns: 20 },
    );
  });

  it('lets a receiver see all bytes at a flush point', () => {
    for (const level of [0, 1, 6, 9, 10]) {
      const deflater = new Deflater({ level, format: 'zlib' });
      const inflater = new Inflater({ format: 'zlib' });
      let sent = 0;
      let received = 0;
      for (let i = 0; i < 20; i++) {
        const bytes = KINDS.json(1 + ((i * 7919) % 30_000), i);
        const emit = (piece: Uint8Array) =>
          inflater.push(piece, (out) => {
            received += out.length;
          });
        deflater.push(bytes, emit);
        deflater.flush(emit);
        sent += bytes.length;
        expect(received).toBe(sent);
      }
      deflater.finish((piece) => inflater.push(piece, () => {}));
      inflater.finish();
    }
  });
});

describe('inflate', () => {
  it('gives what zlib made, of every level and strategy, in pieces', () => {
    fc.assert(
      fc.property(
        kind,
        fc.integer({ min: 0, max: 200_000 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 4 }),
        fc.nat(),
        (name, length, level, strategy, seed) => {
          const bytes = KINDS[name](length, seed);
          const packed = zlib.deflateSync(bytes, { level, strategy, memLevel: 1 + (seed % 9) });
          expectSame(unzlib(packed), bytes);
          const inflater = new Inflater({ format: 'zlib' });
          const most = [1, 3, 100, 70_000][seed % 4]!;
          expectSame(
            collect((emit) => {
              for (const piece of pieces(packed, most, seed)) inflater.push(piece, emit);
              inflater.finish();
            }),
            bytes,
          );
        },
      ),
      { seed: 1950, numRuns: 40 },
    );
  });

  it('joins the members of a gzip file and skips zeros behind them', () => {
    const [a, b] = [KINDS.text(1000, 1), KINDS.json(5000, 2)];
    const file = Buffer.concat([zlib.gzipSync(a), gzip(b, { level: 9 }), new Uint8Array(100)]);
    expectSame(gunzip(file), Buffer.concat([a, b]));
    const inflater = new Inflater({ format: 'gzip' });
    expectSame(
      collect((emit) => {
        for (const byte of file) inflater.push(Uint8Array.of(byte), emit);
        inflater.finish();
      }),
      Buffer.concat([a, b]),
    );
  });

  it('reads and writes the fields of a gzip header', () => {
    const header = {
      name: 'a.txt',
      comment: 'größer',
      mtime: 1234567890,
      extra: Uint8Array.of(65, 66, 1, 0, 9),
    };
    const file = gzip(KINDS.text(100, 1), { header });
    expectSame(zlib.gunzipSync(file), KINDS.text(100, 1));
    const inflater = new Inflater({ format: 'gzip' });
    inflater.push(file, () => {});
    expect(inflater.gzipHeader).toEqual(header);
  });
});
