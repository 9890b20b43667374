/** Kernels of 8x8 blocks: the vector ones against the plain ones, bit for bit, and quantization against its definition. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernelBuffer } from '../../../../src/codecs/h264/encoder/kernel-buffer.ts';
import {
  INTRA_8X8_BYTES,
  INTRA_8X8_COSTS,
} from '../../../../src/codecs/h264/kernels/plain/intra-8x8-costs.ts';
import {
  QUANTIZERS_8X8_AT,
  QUANTIZERS_8X8_BYTES,
} from '../../../../src/codecs/h264/kernels/plain/quantize.ts';
import {
  createQuantizers8x8,
  plainKernels8x8,
  writeQuantizers8x8,
} from '../../../../src/codecs/h264/kernels/plain/residual-8x8.ts';
import { KERNELS_8X8 } from '../../../../src/codecs/h264/kernels/vector/residual-8x8.ts';
import {
  exceeds16Bits8x8,
  normAdjust8x8,
  ZIGZAG_8X8_BY_COLUMN,
} from '../../../../src/codecs/h264/standard/transform-8x8.ts';
import { fillSamples, SAMPLE_KINDS } from '../sample-kinds.ts';

const FIRST = (QUANTIZERS_8X8_AT + QUANTIZERS_8X8_BYTES + 15) & ~15;
const STRIDE = 32;
const SOURCE = FIRST;
const PREDICTION = SOURCE + 8 * STRIDE;
const COEFFICIENTS = PREDICTION + 8 * STRIDE;
const LEVELS = COEFFICIENTS + 128;
const MASKS = LEVELS + 128;
const SIZE = COEFFICIENTS + INTRA_8X8_BYTES;

const scratch = new Int32Array(64);
const flat = new Uint8Array(64).fill(16);
const uneven = Uint8Array.from({ length: 64 }, (_, i) => 1 + ((i * 37) % 255));

/** Two memories with the same quantizers, one with each kind of kernels. */
function memories(intra: Uint8Array, inter: Uint8Array) {
  const quantizers = createQuantizers8x8(intra, inter);
  return [false, true].map((vectors) => {
    const { bytes, clamped, words, kernelMemory } = createKernelBuffer(SIZE, vectors);
    const halves = new Int16Array(bytes.buffer);
    writeQuantizers8x8(words, halves, quantizers);
    const exports = KERNELS_8X8.over(kernelMemory, vectors);
    expect(exports === null).toBe(!vectors);
    const plain = plainKernels8x8({ bytes, clamped, words, halves }, quantizers);
    return { bytes, kernels: { ...plain, ...exports }, halves, quantizers };
  });
}

const kinds = fc.constantFrom(...SAMPLE_KINDS);
const input = fc.record({
  kindA: kinds,
  kindB: kinds,
  seed: fc.integer(),
  index: fc.integer({ min: 0, max: 4 * 52 - 1 }),
  keeps: fc.integer({ min: 0, max: 1 }),
});

describe('intra8x8Costs', () => {
  it('gives the predictions and costs of its twin', () => {
    const both = memories(flat, flat);
    /** The block lies at row 1, column 8 of the samples, so that all 25 neighbors are there. */
    const block = SOURCE + STRIDE + 8;
    const to = PREDICTION + 8 * STRIDE;
    const args = fc.record({
      kindA: kinds,
      kindB: kinds,
      seed: fc.integer(),
      available: fc.nat(7),
      hasAboveRight: fc.nat(1),
    });
    fc.assert(
      fc.property(args, ({ kindA, kindB, seed, available, hasAboveRight }) => {
        const results = both.map(({ bytes, kernels }) => {
          fillSamples(bytes, SOURCE, PREDICTION, kindA, seed);
          fillSamples(bytes, PREDICTION, to, kindB, seed + 1);
          bytes.fill(0, to);
          kernels.intra8x8Costs(
            ...([block, STRIDE, available, hasAboveRight, PREDICTION, STRIDE, to] as const),
          );
          // What lies behind the costs is scratch.
          return bytes.slice(to, to + INTRA_8X8_COSTS + 4 * 9);
        });
        expect(results[1]).toEqual(results[0]);
      }),
      { seed: 812, numRuns: 300 },
    );
  });
});

describe('kernels of 8x8 blocks', () => {
  it.each([
    ['flat', flat, flat],
    ['uneven', uneven, flat],
  ] as const)('are twins with %s weights', (_, intra, inter) => {
    const both = memories(intra, inter);
    fc.assert(
      fc.property(input, ({ kindA, kindB, seed, index, keeps }) => {
        const results = both.map(({ bytes, kernels, halves }) => {
          fillSamples(bytes, SOURCE, PREDICTION, kindA, seed);
          fillSamples(bytes, PREDICTION, COEFFICIENTS, kindB, seed + 1);
          bytes.fill(0, COEFFICIENTS);
          const sa8d = kernels.sa8d(SOURCE, STRIDE, PREDICTION, STRIDE);
          const any = kernels.quantize8x8(
            ...([SOURCE, STRIDE, PREDICTION, STRIDE, index, keeps] as const),
            ...([COEFFICIENTS, LEVELS, MASKS] as const),
          );
          // Without a level nothing is said of the coefficients.
          if (any === 0) bytes.fill(0, COEFFICIENTS, LEVELS);
          const before = bytes.slice(FIRST, SIZE);
          kernels.scale8x8(index, LEVELS, COEFFICIENTS);
          const scaled = bytes.slice(FIRST, SIZE);
          // What no stream may hold is left out.
          if (exceeds16Bits8x8(halves, COEFFICIENTS / 2, scratch)) return { sa8d, before, scaled };
          kernels.add8x8(PREDICTION, STRIDE, COEFFICIENTS);
          return { sa8d, any, before, scaled, after: bytes.slice(FIRST, SIZE) };
        });
        expect(results[1]).toEqual(results[0]);
        if (keeps === 0) expect(results[0]!.scaled).toEqual(results[0]!.before);
      }),
      { seed: 811, numRuns: 100 },
    );
  });

  it('bring back what they were given, within half a step', () => {
    const [plain] = memories(flat, flat);
    const { bytes, kernels, halves, quantizers } = plain!;
    fc.assert(
      fc.property(input, ({ kindA, kindB, seed, index }) => {
        fillSamples(bytes, SOURCE, PREDICTION, kindA, seed);
        fillSamples(bytes, PREDICTION, COEFFICIENTS, kindB, seed + 1);
        const target = bytes.slice(SOURCE, PREDICTION);
        const any = kernels.quantize8x8(
          ...([SOURCE, STRIDE, PREDICTION, STRIDE, index, 1] as const),
          ...([COEFFICIENTS, LEVELS, MASKS] as const),
        );
        const { qp, step, bits, offset } = quantizers[index]!;
        // Each level is the coefficient over the step, rounded by the dead zone.
        for (let i = 0; i < 64 && any === 1; i++) {
          const c = halves[COEFFICIENTS / 2 + ZIGZAG_8X8_BY_COLUMN[i]!]!;
          const level = halves[LEVELS / 2 + i]!;
          const deadZone = Math.floor(Math.abs(c) / step[i]! + offset / 2 ** bits + 1e-6);
          expect(Math.abs(Math.abs(level) - deadZone)).toBeLessThanOrEqual(1);
        }
        if (any === 0) return;
        kernels.scale8x8(index, LEVELS, COEFFICIENTS);
        if (exceeds16Bits8x8(halves, COEFFICIENTS / 2, scratch)) return;
        kernels.add8x8(PREDICTION, STRIDE, COEFFICIENTS);
        let worst = 0;
        for (let i = 0; i < 64; i++) {
          const at = STRIDE * (i >> 3) + (i & 7);
          worst = Math.max(worst, Math.abs(bytes[PREDICTION + at]! - target[at]!));
        }
        // 64 coefficients, each off by less than a step of at most normAdjust·2^(qp / 6) / 4 samples' norm.
        const stepInSamples = (normAdjust8x8(qp % 6, 0) * 2 ** Math.floor(qp / 6)) / 32;
        expect(worst).toBeLessThanOrEqual(1 + 8 * stepInSamples);
      }),
      { seed: 812, numRuns: 200 },
    );
  });
});
