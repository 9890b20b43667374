/** Parsing in a hurry: what is inflated is what was given, however it came, and the kernels give the same bytes as the plain way. */
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQuickBlocks } from '../../../src/codecs/deflate/encoder/quick-blocks.ts';
import { Deflater } from '../../../src/codecs/deflate/index.ts';
import { KINDS } from './corpora.ts';

/** The zlib stream of `bytes` that come in pieces of `piece`; after every `flushes`-th the stream is flushed. */
function compress(bytes: Uint8Array, vectorKernels: boolean, piece: number, flushes = 0): Buffer {
  const parts: Uint8Array[] = [];
  const keep = (part: Uint8Array) => void parts.push(part.slice());
  const options = { format: 'zlib', level: 1, maxBytes: bytes.length, vectorKernels } as const;
  const deflater = new Deflater(options, createQuickBlocks);
  for (let at = 0, n = 1; at < bytes.length; at += piece, n++) {
    deflater.push(bytes.subarray(at, at + piece), keep);
    if (flushes > 0 && n % flushes === 0) deflater.flush(keep);
  }
  deflater.finish(keep);
  return Buffer.concat(parts);
}

const kinds = fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[]));

describe('parsing in a hurry', () => {
  it('loses no byte, and kernels change none', async () => {
    await fc.assert(
      fc.asyncProperty(
        kinds,
        fc.oneof(fc.nat(300), fc.nat(60_000), fc.integer({ min: 260_000, max: 420_000 })),
        fc.integer({ min: 1000, max: 200_000 }),
        fc.nat(3),
        fc.nat(),
        async (kind, length, piece, flushes, seed) => {
          await new Promise((resolve) => setImmediate(resolve));
          const bytes = KINDS[kind](length, seed);
          const packed = compress(bytes, true, piece, flushes);
          expect(Buffer.compare(inflateSync(packed), bytes)).toBe(0);
          expect(Buffer.compare(compress(bytes, false, piece, flushes), packed)).toBe(0);
        },
      ),
      { seed: 1951, numRuns: 15 },
    );
  });

  it.each([
    ['runs of one byte', new Uint8Array(700_000).fill(7)],
    ['a byte less than a block', KINDS.rows((1 << 17) - 1, 5)],
    ['exactly two blocks', KINDS.mixed(1 << 18, 6)],
    ['matches at the longest distance', KINDS.runs(400_000, 8)],
  ])('takes %s', (_, bytes) => {
    const packed = compress(bytes, true, 1 << 20);
    expect(Buffer.compare(inflateSync(packed), bytes)).toBe(0);
    expect(Buffer.compare(compress(bytes, false, 1 << 20), packed)).toBe(0);
  });
});
