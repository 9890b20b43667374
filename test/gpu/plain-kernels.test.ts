/** The plain frame kernels against the encoder's own functions, which are tested by themselves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernelBuffer } from '../../src/codecs/h264/encoder/kernel-buffer.ts';
import { forwardDifference4x4 } from '../../src/codecs/h264/kernels/plain/forward-transform.ts';
import { createQuantizer } from '../../src/codecs/h264/kernels/plain/quantize.ts';
import { intraCosts } from '../../src/gpu/plain/block-costs.ts';
import { searchBlocks } from '../../src/gpu/plain/block-search.ts';
import { transformQuantizeBlocks } from '../../src/gpu/plain/block-transform.ts';
import { halvePlane, interpolateHalfSamples, padPlane } from '../../src/gpu/plain/sample-planes.ts';
import { blockQuantizer, planePairs } from './questions.ts';

const RANGE = 16;

describe('plain frame kernels', () => {
  it.each([true, false])(
    'fullSearch8 finds what searchBlocks finds, vectors %s',
    (vectorKernels) => {
      for (const { name, now, before } of planePairs(48, 32)) {
        const found = searchBlocks(now, before, 8, RANGE);
        const padded = padPlane(before, RANGE);
        const current = padPlane(now, RANGE);
        const length = padded.samples.length;
        const { bytes, kernels } = createKernelBuffer(2 * length + 16, vectorKernels);
        bytes.set(current.samples);
        bytes.set(padded.samples, length);
        for (let block = 0; block < found.x.length; block++) {
          const at = (8 * Math.floor(block / 6) + RANGE) * padded.width + 8 * (block % 6) + RANGE;
          const key = kernels.fullSearch8(at, length + at, padded.width, RANGE);
          const side = 2 * RANGE + 1;
          const place = key & 8191;
          expect(key >> 13, name).toBe(found.costs[block]);
          expect((place % side) - RANGE, name).toBe(found.x[block]);
          expect(Math.floor(place / side) - RANGE, name).toBe(found.y[block]);
        }
      }
    },
  );

  it('a block that is there is found, the shortest vector first', () => {
    const [, , moved, flat] = planePairs(64, 48);
    const { costs, x, y } = searchBlocks(moved!.now, moved!.before, 16, 32);
    // Block 5 lies away from all edges: it came from 11 to the right and 7 above.
    expect([costs[5], x[5], y[5]]).toEqual([18, 11, -7]);
    const still = searchBlocks(flat!.now, flat!.before, 8, 16);
    expect([...new Set([...still.costs, ...still.x, ...still.y])]).toEqual([0]);
  });

  it('levels are those of the encoder’s transform and quantizer', () => {
    const samples = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 51 }), fc.boolean(), (pair, qp, isIntra) => {
        const bytes = Uint8Array.from(pair);
        const residual = Int16Array.from({ length: 16 }, (_, i) => pair[i]! - pair[16 + i]!);
        const rounding = isIntra ? 1 / 3 : 1 / 6;
        const levels = transformQuantizeBlocks(residual, 4, 4, blockQuantizer(qp, rounding));
        const coefficients = new Int16Array(16);
        forwardDifference4x4(new Int32Array(bytes.buffer), 0, 4, 16, 4, coefficients, 0);
        const { even, odd, mixed, offset, bits } = blockQuantizer(qp, rounding);
        const scales = [even, mixed, even, mixed, mixed, odd, mixed, odd];
        const expected = Array.from(coefficients, (c, i) => {
          const level = (Math.abs(c) * scales[i & 7]! + offset) >> bits;
          return c < 0 ? -level : level;
        });
        expect(Array.from(levels, (level) => level + 0)).toEqual(
          expected.map((level) => level + 0),
        );
        expect(createQuantizer(qp, rounding).bits).toBe(bits);
      }),
    );
  });

  it('half samples of a gradient lie between its samples', () => {
    const width = 16;
    const samples = Uint8Array.from({ length: 256 }, (_, i) => 40 + 4 * (i % 16) + 2 * (i >> 4));
    const { b, h, j } = interpolateHalfSamples({ samples, width, height: 16 });
    const at = 8 * width + 8;
    expect([b[at], h[at], j[at]]).toEqual([samples[at]! + 2, samples[at]! + 1, samples[at]! + 3]);
  });

  it('a flat plane costs nothing, and halves to itself', () => {
    const plane = { samples: new Uint8Array(1024).fill(77), width: 32, height: 32 };
    expect([...new Set(intraCosts(plane))]).toEqual([0]);
    expect(halvePlane(plane)).toEqual({
      samples: new Uint8Array(256).fill(77),
      width: 16,
      height: 16,
    });
  });
});
