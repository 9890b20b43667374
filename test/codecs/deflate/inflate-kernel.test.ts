/** The kernel of inflating gives the same bytes and the same errors as the plain loop, on streams of all kinds, cut anywhere, and damaged ones. */
import { deflateRawSync, constants as zlib } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflate, Inflater, inflate } from 'vitrine/deflate';
import { ConfigError, StateError } from '../../../src/base/errors.ts';
import { KINDS } from './corpora.ts';

const KIND = fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[]));
const STRATEGIES = [
  zlib.Z_DEFAULT_STRATEGY,
  zlib.Z_FIXED,
  zlib.Z_HUFFMAN_ONLY,
  zlib.Z_RLE,
  zlib.Z_FILTERED,
];

/** What comes out before the end or the error, and what that is. */
function outcome(
  stream: Uint8Array,
  vectorKernels: boolean,
  chunk: number,
  dictionary?: Uint8Array,
) {
  const pieces: Uint8Array[] = [];
  let end = 'done';
  try {
    const inflater = new Inflater({ vectorKernels, ...(dictionary && { dictionary }) });
    for (let at = 0; at < stream.length; at += chunk) {
      inflater.push(stream.subarray(at, at + chunk), (piece) => pieces.push(piece.slice()));
    }
    inflater.finish();
  } catch (error) {
    end = String(error);
  }
  return { bytes: Buffer.concat(pieces), end };
}

function requireSameOutcome(stream: Uint8Array, chunk: number, dictionary?: Uint8Array): string {
  const plain = outcome(stream, false, chunk, dictionary);
  const fast = outcome(stream, true, chunk, dictionary);
  expect(fast.end).toBe(plain.end);
  expect(Buffer.compare(fast.bytes, plain.bytes)).toBe(0);
  return plain.end;
}

describe('the kernel of inflating', () => {
  it('gives the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        KIND,
        fc.oneof(fc.nat(400), fc.nat(60_000), fc.integer({ min: 250_000, max: 400_000 })),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...STRATEGIES),
        fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1000, max: 500_000 })),
        fc.nat(),
        async (kind, length, level, strategy, chunk, seed) => {
          await new Promise((resolve) => setImmediate(resolve));
          const bytes = KINDS[kind](length, seed);
          const dictionary = seed % 3 === 0 ? KINDS[kind](40_000, seed) : undefined;
          const stream = deflateRawSync(bytes, {
            level,
            strategy,
            ...(dictionary && { dictionary }),
          });
          const pieces = Math.max(chunk, length >> 12);
          expect(requireSameOutcome(stream, pieces, dictionary)).toBe('done');
          expect(Buffer.compare(outcome(stream, true, pieces, dictionary).bytes, bytes)).toBe(0);
        },
      ),
      { seed: 1951, numRuns: 60 },
    );
  });

  it('copies matches of every distance and length', () => {
    const bytes: number[] = [];
    for (let distance = 1; distance <= 40; distance++) {
      for (const length of [3, 4, 7, 15, 16, 17, 31, 32, 33, 34, 100, 257, 258, 300]) {
        for (let i = 0; i < distance; i++) bytes.push((7 * i + distance + length) & 255);
        for (let i = 0; i < length; i++) bytes.push(bytes[bytes.length - distance]!);
      }
    }
    const whole = Uint8Array.from(bytes);
    for (const level of [1, 6, 12]) {
      expect(Buffer.compare(inflate(deflate(whole, { level })), whole)).toBe(0);
    }
  });

  it('says the same of damaged streams', async () => {
    const ends = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        KIND,
        fc.integer({ min: 200, max: 30_000 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 100, max: 40_000 }),
        fc.nat(),
        async (kind, length, changes, chunk, seed) => {
          await new Promise((resolve) => setImmediate(resolve));
          const stream = new Uint8Array(deflateRawSync(KINDS[kind](length, seed)));
          for (const [at, value] of changes) stream[at % stream.length] = value;
          const end = requireSameOutcome(stream, chunk).replace(/[0-9]+/g, '#');
          ends.set(end, (ends.get(end) ?? 0) + 1);
        },
      ),
      { seed: 1951, numRuns: 400 },
    );
    expect(ends.size).toBeGreaterThan(4);
  });

  it('serves streams that run at once, and none after finish()', () => {
    const bytes = KINDS[Object.keys(KINDS)[0] as keyof typeof KINDS](50_000, 1);
    const stream = deflate(bytes);
    const pair = [new Inflater(), new Inflater()];
    const out: Uint8Array[][] = [[], []];
    for (let at = 0; at < stream.length; at += 500) {
      for (const [i, inflater] of pair.entries()) {
        inflater.push(stream.subarray(at, at + 500), (piece) => out[i]!.push(piece.slice()));
      }
    }
    for (const [i, inflater] of pair.entries()) {
      inflater.finish();
      inflater.finish();
      expect(Buffer.compare(Buffer.concat(out[i]!), bytes)).toBe(0);
      expect(() => inflater.push(stream, () => {})).toThrow(StateError);
    }
    const vectorKernels = 1 as unknown as boolean;
    expect(() => inflate(stream, { vectorKernels })).toThrow(ConfigError);
  });
});
