/**
 * Vector kernels against the plain ones, bit for bit: the same samples in two memories, the same call on either, then the same
 * result and the same memory. The plain ones are compared with the standard's text in ../standard and ../encoder.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchWord } from '../../../../src/codecs/h264/encoder/distortion.ts';
import {
  createKernelBuffer,
  type EncoderKernels,
} from '../../../../src/codecs/h264/encoder/kernels.ts';
import { fillSamples, SAMPLE_KINDS } from '../sample-kinds.ts';

const SEED = 2911;
const SIZE = 1 << 14;
/** Room around positions for taps, rows and whole vectors. */
const FIRST = 4096;
const STRIDE = 80;
const PLANE_SIZE = 3072;

const plain = createKernelBuffer(SIZE, false);
const vector = createKernelBuffer(SIZE, true);

const kinds = fc.constantFrom(...SAMPLE_KINDS);
const aligned = fc.integer({ min: 0, max: 100 }).map((i) => FIRST + 4 * i);
const anywhere = fc.integer({ min: 0, max: 400 }).map((i) => FIRST + i);
const heights = fc.constantFrom(4, 8, 16);

/** Holds a kernel, called with drawn arguments, to its plain twin. */
function expectTwins<T>(
  args: fc.Arbitrary<T>,
  call: (kernels: EncoderKernels, args: T) => number | undefined,
  prepare: (words: Int32Array, args: T) => void = () => {},
): void {
  fc.assert(
    fc.property(args, kinds, kinds, fc.integer(), (drawn, kindA, kindB, seed) => {
      const results = [plain, vector].map(({ bytes, words, kernels }) => {
        fillSamples(bytes, 0, SIZE / 2, kindA, seed);
        fillSamples(bytes, SIZE / 2, SIZE, kindB, seed + 1);
        prepare(words, drawn);
        return call(kernels, drawn);
      });
      expect(results[1]).toBe(results[0]);
      const different = plain.bytes.findIndex((byte, i) => byte !== vector.bytes[i]);
      if (different >= 0) expect.fail(`memory differs at ${different}`);
    }),
    { seed: SEED, numRuns: 200 },
  );
}

describe('vector kernels', () => {
  it('can be had here', () => {
    expect(vector.kernels.sad16.name).not.toBe(plain.kernels.sad16.name);
  });

  it.each(['sad16', 'sad8'] as const)('%s stops where its twin does', (name) => {
    const args = fc.tuple(anywhere, heights, fc.integer({ min: 0, max: 40_000 }));
    const prepareSource = (words: Int32Array) => {
      for (let i = 0; i < 64; i++) words[i] = searchWord(words[i]!);
    };
    expectTwins(args, (k, [b, h, limit]) => k[name](0, 16, b, STRIDE, h, limit), prepareSource);
    expectTwins(args, (k, [b, h]) => k[name](0, 16, b, STRIDE, h, 1 << 30), prepareSource);
  });

  it('sad4', () => {
    expectTwins(
      fc.tuple(anywhere, heights),
      (k, [b, h]) => k.sad4(0, 16, b, STRIDE, h),
      (words) => {
        for (let i = 0; i < 64; i++) words[i] = searchWord(words[i]!);
      },
    );
  });

  it('satd and ssd', () => {
    const args = fc.tuple(aligned, anywhere, fc.constantFrom(4, 8, 16), heights, fc.nat(70_000));
    expectTwins(args, (k, [a, b, w, h, limit]) =>
      k.satd(a, STRIDE, SIZE / 2 + b, STRIDE, w, h, limit),
    );
    expectTwins(args, (k, [a, b, w, h]) =>
      k.ssd(a, STRIDE, SIZE / 2 + b - FIRST, STRIDE, Math.max(8, w), h),
    );
  });

  it('copies and means of blocks', () => {
    const args = fc.tuple(anywhere, anywhere, aligned, fc.constantFrom(4, 8, 16), heights);
    expectTwins(args, (k, [a, , to, w, h]) => {
      k.copyBlock(a, STRIDE, to + SIZE / 2, 32, w, h);
      return undefined;
    });
    expectTwins(args, (k, [a, b, to, w, h]) => {
      k.averageBlocks(a, b, STRIDE, to + SIZE / 2, 32, w, h);
      return undefined;
    });
  });

  it.each(['interpolateB', 'interpolateH', 'interpolateJ'] as const)('%s', (name) => {
    expectTwins(fc.tuple(aligned), (k, [pos]) => {
      k[name](pos, STRIDE, PLANE_SIZE);
      return undefined;
    });
  });

  it('chroma prediction at every eighth', () => {
    const args = fc.tuple(anywhere, aligned, fc.constantFrom(4, 8), fc.constantFrom(2, 4, 8));
    expectTwins(args, (k, [from, to, w, h]) => {
      for (let fraction = 0; fraction < 64; fraction++) {
        const at = SIZE / 2 + to + (fraction % 4) * 8;
        k.predictChroma(from + fraction, STRIDE, fraction & 7, fraction >> 3, w, h, at, 32);
      }
      return undefined;
    });
  });
});
