/**
 * Vector kernels against the plain ones, bit for bit: the same samples in two memories, the same call on either, then the same
 * result and the same memory. The plain ones are compared with the standard's text in ../standard and ../encoder.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernelBuffer } from '../../../../src/codecs/h264/encoder/kernel-buffer.ts';
import type { Kernels } from '../../../../src/codecs/h264/kernels/contract.ts';
import { searchWord } from '../../../../src/codecs/h264/kernels/plain/distortion.ts';
import {
  createQuantizers,
  writeQuantizers,
} from '../../../../src/codecs/h264/kernels/plain/quantize.ts';
import { INTRA_4X4_DC } from '../../../../src/codecs/h264/standard/intra-4x4.ts';
import { fillSamples, SAMPLE_KINDS } from '../sample-kinds.ts';

const SEED = 2911;
const SIZE = 1 << 15;
/** Room around positions for taps, rows and whole vectors; behind the quantizers. */
const FIRST = 9216;
/** A block of 16x16 samples that motion search would look for. */
const SOURCE = 8192;
const STRIDE = 80;
const PLANE_SIZE = 3072;

const quantizers = createQuantizers();
const plain = createKernelBuffer(SIZE, false, quantizers);
const vector = createKernelBuffer(SIZE, true, quantizers);

const kinds = fc.constantFrom(...SAMPLE_KINDS);
const aligned = fc.integer({ min: 0, max: 100 }).map((i) => FIRST + 4 * i);
const anywhere = fc.integer({ min: 0, max: 400 }).map((i) => FIRST + i);
const heights = fc.constantFrom(4, 8, 16);

/** Holds a kernel, called with drawn arguments, to its plain twin. */
function expectTwins<T>(
  args: fc.Arbitrary<T>,
  call: (kernels: Kernels, args: T) => number | undefined,
  prepare: (words: Int32Array, args: T) => void = () => {},
): void {
  fc.assert(
    fc.property(args, kinds, kinds, fc.integer(), (drawn, kindA, kindB, seed) => {
      const results = [plain, vector].map(({ bytes, words, kernels }) => {
        fillSamples(bytes, 0, SIZE / 2, kindA, seed);
        fillSamples(bytes, SIZE / 2, SIZE, kindB, seed + 1);
        writeQuantizers(words, quantizers);
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

function prepareSource(words: Int32Array): void {
  for (let i = SOURCE / 4; i < SOURCE / 4 + 64; i++) words[i] = searchWord(words[i]!);
}

describe('vector kernels', () => {
  it('can be had here', () => {
    expect(vector.kernels.sad16.name).not.toBe(plain.kernels.sad16.name);
  });

  it.each(['sad16', 'sad8'] as const)('%s stops where its twin does', (name) => {
    const args = fc.tuple(anywhere, heights, fc.integer({ min: 0, max: 40_000 }));
    expectTwins(
      args,
      (k, [b, h, limit]) => k[name](SOURCE, 16, b, STRIDE, h, limit),
      prepareSource,
    );
    expectTwins(args, (k, [b, h]) => k[name](SOURCE, 16, b, STRIDE, h, 1 << 30), prepareSource);
  });

  it('sad4', () => {
    expectTwins(
      fc.tuple(anywhere, heights),
      (k, [b, h]) => k.sad4(SOURCE, 16, b, STRIDE, h),
      prepareSource,
    );
  });

  it('acEnergy', () => {
    expectTwins(fc.tuple(anywhere), (k, [at]) => k.acEnergy(at, STRIDE));
  });

  it('variance16', () => {
    expectTwins(fc.tuple(anywhere), (k, [at]) => k.variance16(at, STRIDE));
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

  it('isNear', () => {
    const args = fc.tuple(aligned, aligned, fc.constantFrom(8, 16), fc.nat(2000), fc.boolean());
    expectTwins(
      args,
      (k, [a, b, size, limit]) => k.isNear(a, STRIDE, SIZE / 2 + b - FIRST, STRIDE, size, limit),
      (words, [a, b, , , isCopy]) => {
        if (!isCopy) return;
        const bytes = new Uint8Array(words.buffer);
        bytes.copyWithin(SIZE / 2 + b - FIRST, a, a + 16 * STRIDE);
        bytes[SIZE / 2 + b - FIRST + 5 * STRIDE + 6]! ^= 0x5a;
      },
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

  it('weighted means of blocks', () => {
    const weight = fc.integer({ min: -128, max: 127 });
    const block = fc.tuple(anywhere, anywhere, fc.constantFrom(4, 8, 16), heights);
    const weights = fc.tuple(fc.nat(7), weight, weight, weight);
    expectTwins(fc.tuple(block, weights), (k, [[a, b, w, h], [logWD, w0, w1, offset]]) => {
      k.weightBlocks(a, STRIDE, b, 64, FIRST + SIZE / 2, 32, w, h, logWD, w0, w1, offset);
      return undefined;
    });
  });

  it('words to search for', () => {
    expectTwins(fc.tuple(aligned, fc.integer({ min: 1, max: 16 })), (k, [from, sixteens]) => {
      k.searchBlock(from, SIZE / 2 + from, 16 * sixteens);
      return undefined;
    });
  });

  it('rows halved', () => {
    expectTwins(fc.tuple(anywhere, fc.integer({ min: 1, max: 9 })), (k, [from, eights]) => {
      k.halveRows(from, 300, SIZE / 2 + from, 8 * eights);
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

  describe('of intra prediction', () => {
    const TO = SIZE / 2;
    const COSTS = TO + 9 * 16;
    const ALL_MODES = 0x1ff;

    it.each([0, 1, 2, 3, 4, 5, 6, 7])('predictIntra4x4 with neighbors %i', (available) => {
      expectTwins(fc.tuple(anywhere, fc.constantFrom(0, 1)), (k, [from, hasAboveRight]) => {
        k.predictIntra4x4(from, STRIDE, TO, available, hasAboveRight);
        return undefined;
      });
    });

    it('chooseIntra4x4 of the modes that may be used', () => {
      const modes = fc.nat(ALL_MODES).map((mask) => mask | (1 << INTRA_4X4_DC));
      const terms = fc.tuple(fc.nat(8), fc.nat(200), fc.constantFrom(0, 1));
      expectTwins(
        fc.tuple(aligned, modes, terms),
        (k, [source, usable, [predicted, lambda, all]]) =>
          k.chooseIntra4x4(source, STRIDE, TO, usable, predicted, lambda, all, COSTS),
      );
    });

    it('chooseIntra4x4 of differences as large as can be', () => {
      expectTwins(
        fc.nat(0xffff),
        (k) => k.chooseIntra4x4(FIRST, STRIDE, TO, ALL_MODES, INTRA_4X4_DC, 1, 1, COSTS),
        (words, whites) => {
          const bytes = new Uint8Array(words.buffer);
          for (let i = 0; i < 16; i++) {
            const white = (whites >> i) & 1 ? 255 : 0;
            bytes[FIRST + STRIDE * (i >> 2) + (i & 3)] = white;
            for (let mode = 0; mode < 9; mode++) bytes[TO + 16 * mode + i] = 255 - white;
          }
        },
      );
    });

    it.each(['predictHorizontal', 'predictPlane'] as const)('%s', (name) => {
      expectTwins(fc.tuple(anywhere, fc.constantFrom(16, 8)), (k, [from, size]) => {
        k[name](from, STRIDE, TO, 32, size);
        return undefined;
      });
    });

    it('predictPlane with the steepest slopes', () => {
      const white = fc.constantFrom(0, 255);
      const args = fc.tuple(fc.constantFrom(16, 8), white, white, white, white, white);
      expectTwins(
        args,
        (k, [size]) => {
          k.predictPlane(FIRST, STRIDE, TO, 32, size);
          return undefined;
        },
        (words, [size, corner, above, aboveEnd, left, leftEnd]) => {
          const bytes = new Uint8Array(words.buffer);
          const half = size / 2;
          bytes[FIRST - STRIDE - 1] = corner;
          for (let i = 0; i < size; i++) {
            bytes[FIRST - STRIDE + i] = i < half ? above : aboveEnd;
            bytes[FIRST + STRIDE * i - 1] = i < half ? left : leftEnd;
          }
        },
      );
    });
  });

  describe('of residuals', () => {
    const COEFFICIENTS = SIZE / 2;
    const LEVELS = COEFFICIENTS + 128;
    const PREDICTION = LEVELS + 128;
    const SOURCE_BLOCK = FIRST;
    const args = fc.record({
      index: fc.nat(quantizers.length - 1),
      first: fc.integer({ min: 0, max: 1 }),
      keeps: fc.integer({ min: 0, max: 1 }),
      /** How far the prediction is from the source, where it is near; else it is random. */
      noise: fc.option(fc.nat(40)),
      seed: fc.nat(),
    });
    type Drawn = typeof args extends fc.Arbitrary<infer T> ? T : never;
    const near = (words: Int32Array, { noise, seed }: Drawn): void => {
      if (noise === null) return;
      const bytes = new Uint8ClampedArray(words.buffer);
      for (let i = 0; i < 32; i++) {
        const at = STRIDE * (i >> 3) + (i & 7);
        const difference = (((seed >> (i & 15)) ^ i) % (2 * noise + 1)) - noise;
        bytes[PREDICTION + at] = bytes[SOURCE_BLOCK + at]! + difference;
      }
    };

    it.each(['quantizeBlock', 'quantizePair'] as const)('%s', (name) => {
      const call = (k: Kernels, { index, first, keeps }: Drawn) => {
        const from = [SOURCE_BLOCK, STRIDE, PREDICTION, STRIDE] as const;
        return k[name](...from, index, first, keeps, COEFFICIENTS, LEVELS);
      };
      // Where nothing is left, what lies in memory is not said.
      const clear = ({ words, bytes }: typeof plain, drawn: Drawn) => {
        near(words, drawn);
        bytes.fill(0, COEFFICIENTS, PREDICTION);
      };
      fc.assert(
        fc.property(args, kinds, fc.integer(), (drawn, kind, seed) => {
          const [expected, got] = [plain, vector].map((buffer) => {
            fillSamples(buffer.bytes, 0, SIZE, kind, seed);
            writeQuantizers(buffer.words, quantizers);
            clear(buffer, drawn);
            const masks = call(buffer.kernels, drawn);
            const stored = new Int16Array(buffer.bytes.buffer, COEFFICIENTS, 128);
            const dcs = drawn.first === 1 ? [stored[0], stored[16]] : [];
            return {
              masks,
              coefficients: masks !== 0 ? [...stored.subarray(0, 32)] : dcs,
              levels: masks === 0 ? [] : [...stored.subarray(64, 96)],
            };
          });
          expect(got).toEqual(expected);
        }),
        { seed: SEED, numRuns: 2000 },
      );
    });

    it('the way back of what quantizePair gave', () => {
      expectTwins(
        args,
        (k, { index, first }) => {
          const from = [SOURCE_BLOCK, STRIDE, PREDICTION, STRIDE] as const;
          const masks = k.quantizePair(...from, index, first, 0, COEFFICIENTS, LEVELS);
          if (masks !== 0) {
            k.addPair(PREDICTION, STRIDE, COEFFICIENTS);
            k.addBlock(PREDICTION + 16, STRIDE, COEFFICIENTS + 32);
          }
          new Int16Array((k === plain.kernels ? plain : vector).bytes.buffer).fill(
            0,
            COEFFICIENTS >> 1,
            PREDICTION >> 1,
          );
          return masks;
        },
        near,
      );
    });

    it('the luma of a macroblock, there and back', () => {
      const masksAt = SIZE - 64;
      const levelsAt = SIZE - 64 - 512;
      const coefficientsAt = SIZE - 64 - 1024;
      expectTwins(
        args,
        (k, { index, first, keeps }) => {
          const from = [SOURCE_BLOCK, STRIDE, PREDICTION, STRIDE] as const;
          const to = [coefficientsAt, levelsAt, masksAt] as const;
          const any = k.quantizeLuma(...from, index, first, keeps, ...to);
          if (keeps === 0) k.addLuma(PREDICTION, STRIDE, coefficientsAt, masksAt);
          // Of pairs without a level nothing is said.
          const { buffer } = (k === plain.kernels ? plain : vector).bytes;
          new Uint8Array(buffer).fill(0, coefficientsAt, masksAt);
          return any === 0 ? 0 : 1;
        },
        near,
      );
    });

    it('two DC coefficients', () => {
      const dc = fc.integer({ min: -18_000, max: 18_000 });
      expectTwins(fc.tuple(dc, dc), (k, [left, right]) => {
        k.addDcPair(PREDICTION, STRIDE, left, right);
        return undefined;
      });
    });
  });
});
