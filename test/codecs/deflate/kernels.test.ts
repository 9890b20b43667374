/** The kernels give the same bytes as the functions that they replace, on all kinds of bytes, chunk by chunk, with dictionaries. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflate } from 'vitrine/deflate';
import { ConfigError } from '../../../src/base/errors.ts';
import { KINDS } from './corpora.ts';

describe('kernels of deflate', () => {
  it('change no byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
        fc.oneof(fc.nat(300), fc.nat(60_000), fc.integer({ min: 290_000, max: 310_000 })),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        async (kind, length, level, seed) => {
          await new Promise((resolve) => setImmediate(resolve));
          const bytes = KINDS[kind](length, seed);
          const dictionary = seed % 4 === 0 ? { dictionary: KINDS[kind](40_000, seed) } : {};
          const plain = deflate(bytes, { level, vectorKernels: false, ...dictionary });
          expect(Buffer.compare(deflate(bytes, { level, ...dictionary }), plain)).toBe(0);
        },
      ),
      { seed: 1951, numRuns: 24 },
    );
  });

  it('are asked for by true, false or a module', () => {
    expect(() =>
      deflate(new Uint8Array(1), { vectorKernels: 'yes' as unknown as boolean }),
    ).toThrow(ConfigError);
  });
});
