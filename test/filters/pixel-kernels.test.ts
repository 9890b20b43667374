/** The kernels of picture filters: vectors and plain loops give the same samples. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blendModes } from '../../src/filters/pixels/blend-modes.ts';
import { VECTOR_MODES } from '../../src/filters/pixels/blend-vectors.ts';
import { Blender } from '../../src/filters/pixels/blender.ts';
import { BoxPlanes } from '../../src/filters/pixels/box-planes.ts';
import { GaussPlanes } from '../../src/filters/pixels/gauss-planes.ts';
import type { Component } from '../../src/filters/pixels/picture-work.ts';
import { RowMixer } from '../../src/filters/pixels/row-mixer.ts';

const SEED = 20261130;

/** A component within a larger buffer, with gaps between its rows. */
function component(width: number, height: number, gap: number, seed: number): Component {
  const stride = width + gap;
  const data = new Uint8Array(5 + stride * height);
  let state = seed >>> 0;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = (seed + i) % 5 === 0 ? 255 : state >>> 24;
  }
  return { data, offset: 5, stride, step: 1, width, height, shiftX: 0, shiftY: 0 };
}

/** What is written to copies of `target` with vectors and without. */
function both(
  target: Component,
  write: (out: Component, vectorKernels: boolean) => void,
): [Uint8Array, Uint8Array] {
  const results = [true, false].map((vectorKernels) => {
    const out = { ...target, data: target.data.slice() as Uint8Array };
    write(out, vectorKernels);
    return out.data;
  });
  return results as [Uint8Array, Uint8Array];
}

const width = fc.integer({ min: 1, max: 90 });
const height = fc.integer({ min: 1, max: 50 });
const gap = fc.integer({ min: 0, max: 3 });

test.each(Object.keys(blendModes(8)))('blend %s, all pairs of samples', (mode) => {
  const shape = { offset: 0, stride: 256, step: 1, width: 256, height: 256, shiftX: 0, shiftY: 0 };
  const a = { ...shape, data: Uint8Array.from({ length: 65536 }, (_, i) => i >> 8) };
  const b = { ...shape, data: Uint8Array.from({ length: 65536 }, (_, i) => i & 255) };
  for (const opacity of [1, 0.3, 0.77]) {
    const [vector, plain] = both({ ...shape, data: new Uint8Array(65536) }, (out, vectorKernels) =>
      new Blender(vectorKernels).blend(mode, opacity, a, b, out),
    );
    expect(Buffer.compare(vector, plain), `opacity ${opacity}`).toBe(0);
  }
});

test('most modes have a vector kernel, and none has one that is no mode', () => {
  expect([...VECTOR_MODES].filter((mode) => !Object.hasOwn(blendModes(8), mode))).toEqual([]);
  expect(VECTOR_MODES.size).toBeGreaterThan(20);
});

test('blends leave gaps between rows alone', () => {
  fc.assert(
    fc.property(width, height, gap, gap, fc.nat(), (w, h, gapIn, gapOut, seed) => {
      const [a, b] = [component(w, h, gapIn, seed), component(w, h, 0, seed + 1)];
      const target = component(w, h, gapOut, seed + 2);
      const [vector, plain] = both(target, (out, vectorKernels) =>
        new Blender(vectorKernels).blend('screen', 1, a, b, out),
      );
      expect(vector).toEqual(plain);
      const rows = Array.from({ length: h }, (_, y) => 5 + y * target.stride);
      const isSample = (i: number) => rows.some((from) => i >= from && i < from + w);
      expect(vector.filter((value, i) => !isSample(i) && value !== target.data[i])).toHaveLength(0);
    }),
    { seed: SEED, numRuns: 40 },
  );
});

test('gblur', () => {
  const sigma = fc.double({ min: 0, max: 30, noNaN: true });
  fc.assert(
    fc.property(
      fc.tuple(width, height, gap, sigma, sigma, fc.integer({ min: 1, max: 4 }), fc.nat()),
      ([w, h, between, across, down, steps, seed]) => {
        const source = component(w, h, between, seed);
        const [vector, plain] = both(component(w, h, 1, 0), (out, vectorKernels) => {
          const planes = new GaussPlanes(across, down, steps, vectorKernels);
          planes.blur(component(w, h + 9, 0, seed), component(w, h + 9, 0, 1));
          planes.blur(source, out);
        });
        expect(vector).toEqual(plain);
      },
    ),
    { seed: SEED, numRuns: 60 },
  );
});

test('boxblur', () => {
  const shape = fc.tuple(
    fc.integer({ min: 2, max: 300 }),
    fc.integer({ min: 2, max: 300 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  fc.assert(
    fc.property(
      shape,
      gap,
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      ([w, h, part], between, power, seed) => {
        const radius = Math.max(1, Math.floor(part * (Math.min(w, h) >> 1)));
        const source = component(w, h, between, seed);
        const [vector, plain] = both(component(w, h, 1, 0), (out, vectorKernels) =>
          new BoxPlanes(vectorKernels).blur(source, out, radius, power),
        );
        expect(vector).toEqual(plain);
      },
    ),
    { seed: SEED, numRuns: 40 },
  );
});

test('rows are mixed by their opacity', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9000 }), fc.nat(), (count, seed) => {
      const from = component(count + 3, 1, 0, seed);
      const { data: opacity } = component(count + 7, 1, 0, seed + 2);
      const [vector, plain] = both(component(count + 1, 1, 0, seed + 1), (out, vectorKernels) =>
        new RowMixer(vectorKernels).mix(from, 7, out, 6, opacity as Uint8Array, 4, count),
      );
      expect(vector).toEqual(plain);
    }),
    { seed: SEED, numRuns: 40 },
  );
});
