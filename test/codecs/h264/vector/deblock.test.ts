/**
 * Vector kernels of deblocking against the plain ones, bit for bit: the same samples in two memories, the same edge filtered
 * in either, then the same memory. Thresholds are all that Tables 8-16 and 8-17 have.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernelBuffer } from '../../../../src/codecs/h264/encoder/kernel-buffer.ts';
import { type Kernels, NOT_FILTERED } from '../../../../src/codecs/h264/kernels/contract.ts';
import { fillSamples, SAMPLE_KINDS, type SampleKind } from '../sample-kinds.ts';

const SEED = 2911;
const SIZE = 1 << 13;
/** Room before positions for four rows. */
const FIRST = 1024;
const CR = SIZE / 2;
const MAX_TC0 = 25;
const MAX_BETA = 18;

const plain = createKernelBuffer(SIZE, false);
const vector = createKernelBuffer(SIZE, true);

/** `bytes` with a step across the edge and less beside it, as blocks that were quantized apart leave it. */
function makeBlocks(bytes: Uint8Array, step: number, seed: number): void {
  let state = seed | 1;
  let base = 128;
  for (let at = 0; at < SIZE; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    if ((at & 3) === 0) base = Math.max(0, Math.min(255, base + ((state >> 24) % (step + 1))));
    bytes[at] = Math.max(0, Math.min(255, base + ((state >>> 16) & 7) - 3));
  }
}

type Samples = SampleKind | 'blocks';

interface Case {
  readonly pos: number;
  readonly stride: number;
  readonly verticalEdgeFlag: number;
  readonly alpha: number;
  readonly beta: number;
  readonly tC0: readonly number[];
  readonly samples: Samples;
  readonly step: number;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  pos: fc.integer({ min: FIRST, max: FIRST + 500 }),
  stride: fc.constantFrom(32, 48, 80, 100),
  verticalEdgeFlag: fc.constantFrom(0, 1),
  alpha: fc.oneof(fc.constant(255), fc.integer({ min: 1, max: 255 })),
  beta: fc.oneof(fc.constant(MAX_BETA), fc.integer({ min: 1, max: MAX_BETA })),
  tC0: fc.array(fc.oneof(fc.constant(NOT_FILTERED), fc.nat(MAX_TC0)), {
    minLength: 4,
    maxLength: 4,
  }),
  samples: fc.constantFrom<Samples>('blocks', 'blocks', ...SAMPLE_KINDS),
  step: fc.nat(60),
  seed: fc.integer(),
});

const packed = (bytes: readonly number[]) =>
  bytes.reduce((word, byte, i) => word | (byte << (8 * i)), 0);

function fill(bytes: Uint8Array, { samples, step, seed }: Case): void {
  if (samples === 'blocks') makeBlocks(bytes, step, seed);
  else fillSamples(bytes, 0, SIZE, samples, seed);
}

/** Filters in both memories and compares them; returns how many samples the filter changed. */
function changedByTwins(drawn: Case, filter: (kernels: Kernels) => void): number {
  for (const { bytes, kernels } of [plain, vector]) {
    fill(bytes, drawn);
    filter(kernels);
  }
  const different = plain.bytes.findIndex((byte, i) => byte !== vector.bytes[i]);
  if (different >= 0) {
    const [expected, got] = [plain, vector].map(({ bytes }) => bytes[different]);
    expect.fail(`memory at ${different - drawn.pos} from pos: ${got}, expected ${expected}`);
  }
  const original = new Uint8Array(SIZE);
  fill(original, drawn);
  return original.reduce((count, byte, i) => count + (byte === vector.bytes[i] ? 0 : 1), 0);
}

/** Holds kernels to their plain twins, and requires that the cases drawn gave them something to do. */
function expectTwins(filter: (kernels: Kernels, drawn: Case) => void): void {
  let changed = 0;
  fc.assert(
    fc.property(cases, (drawn) => {
      changed += changedByTwins(drawn, (kernels) => filter(kernels, drawn));
    }),
    { seed: SEED, numRuns: 1500 },
  );
  expect(changed).toBeGreaterThan(5000);
}

describe('vector kernels of deblocking', () => {
  it('can be had here', () => {
    expect(vector.kernels.filterLumaEdge.name).not.toBe(plain.kernels.filterLumaEdge.name);
  });

  it('luma, bS < 4', () => {
    expectTwins((k, { pos, stride, verticalEdgeFlag, alpha, beta, tC0 }) =>
      k.filterLumaEdge(pos, stride, verticalEdgeFlag, alpha, beta, packed(tC0)),
    );
  });

  it('luma, bS 4', () => {
    expectTwins((k, { pos, stride, verticalEdgeFlag, alpha, beta }) =>
      k.filterLumaEdgeStrong(pos, stride, verticalEdgeFlag, alpha, beta),
    );
  });

  it('chroma, bS < 4', () => {
    expectTwins((k, { pos, stride, verticalEdgeFlag, alpha, beta, tC0 }) =>
      k.filterChromaEdge(pos, CR + pos, stride, verticalEdgeFlag, alpha, beta, packed(tC0)),
    );
  });

  it('chroma, bS 4', () => {
    expectTwins((k, { pos, stride, verticalEdgeFlag, alpha, beta }) =>
      k.filterChromaEdgeStrong(pos, CR + pos, stride, verticalEdgeFlag, alpha, beta),
    );
  });

  it('all differences of the samples nearest to the edge', () => {
    // p0 and q0 take all pairs, the others lie near them; 16 edges, one below the other.
    const stride = 32;
    for (const tC0 of [0, 1, 12, MAX_TC0]) {
      for (let p0 = 0; p0 < 256; p0 += 3) {
        for (const { bytes, kernels } of [plain, vector]) {
          for (let q0 = 0; q0 < 256; q0++) {
            const at = FIRST + (q0 >> 4) * 8 * stride + (q0 & 15);
            const nearby = (sample: number, i: number) =>
              Math.max(0, Math.min(255, sample + ((q0 * 7 + p0 * 5 + i * 11) % 35) - 17));
            for (let i = 0; i < 4; i++) {
              bytes[at - (i + 1) * stride] = i === 0 ? p0 : nearby(p0, i);
              bytes[at + i * stride] = i === 0 ? q0 : nearby(q0, i + 4);
            }
          }
          for (let row = 0; row < 16; row++) {
            const pos = FIRST + row * 8 * stride;
            kernels.filterLumaEdge(pos, stride, 0, 255, MAX_BETA, packed([tC0, tC0, tC0, tC0]));
          }
        }
        const [expected, got] = [plain, vector].map(({ bytes }) => bytes.subarray(0, SIZE));
        expect(Buffer.compare(expected, got)).toBe(0);
      }
    }
  });
});
