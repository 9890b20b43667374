/** The scaler: vectors and plain loops give the same samples; both lie near the definition in double precision. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPictureScaler } from '../../src/filters/scale/picture-scaler.ts';
import { filterBank, type ScaleKernel, wholeWeights } from '../../src/filters/scale/weights.ts';
import {
  allocatePicture,
  type PixFmt,
  pixFmtInfo,
  type VideoFrame,
} from '../../src/frames/index.ts';

const SEED = 4711;
const KERNELS: readonly ScaleKernel[] = [
  { kind: 'bicubic', b: 0, c: 0.6 },
  { kind: 'bilinear' },
  { kind: 'area' },
  { kind: 'lanczos', lobes: 3 },
  { kind: 'neighbor' },
];

/** A picture with edges, slopes and noise. */
function testPicture(pixFmt: PixFmt, width: number, height: number, seed: number): VideoFrame {
  const frame = allocatePicture(pixFmt, width, height);
  const data = frame.planes[0]!.data as Uint8Array;
  let state = seed >>> 0;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const smooth = 128 + 100 * Math.sin(i / 17 + seed);
    data[i] = (i >> 6) % 3 === 0 ? state >>> 24 : Math.round(smooth);
  }
  return frame;
}

const bytes = (frame: VideoFrame): Uint8Array => frame.planes[0]!.data as Uint8Array;

const size = fc.integer({ min: 1, max: 70 });
const pixFmt = fc.constantFrom<PixFmt>(
  'yuv420p',
  'yuv422p',
  'yuv444p',
  'gray',
  'rgb24',
  'rgba',
  'bgra',
  'nv12',
  'gbrp',
  'yuva420p',
);

test('vectors and plain loops give the same samples, whatever sizes, formats and kernels', () => {
  const arbitrary = fc.tuple(
    pixFmt,
    pixFmt,
    size,
    size,
    size,
    size,
    fc.constantFrom(...KERNELS),
    fc.integer(),
  );
  fc.assert(
    fc.property(arbitrary, ([from, to, w, h, toW, toH, kernel, seed]) => {
      const source = testPicture(from, w, h, seed);
      const before = bytes(source).slice();
      const results = [true, false].map((vectorKernels) => {
        const target = allocatePicture(to, toW, toH);
        const scale = createPictureScaler(
          { pixFmt: from, width: w, height: h },
          { pixFmt: to, width: toW, height: toH },
          { kernel, vectorKernels },
        );
        scale(source, target);
        scale(source, target);
        return bytes(target);
      });
      expect(results[0]).toEqual(results[1]);
      expect(bytes(source)).toEqual(before);
    }),
    { seed: SEED, numRuns: 150 },
  );
});

/** The definition in double precision: along rows, then down, rounded once. */
function defined(
  source: VideoFrame,
  width: number,
  height: number,
  kernel: ScaleKernel,
): Uint8Array {
  const across = filterBank(kernel, source.width, width);
  const down = filterBank(kernel, source.height, height);
  const data = bytes(source);
  const lines = new Float64Array(width * source.height);
  for (let y = 0; y < source.height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < across.taps; k++) {
        lines[y * width + x]! +=
          data[y * source.width + across.start[x]! + k]! * across.weights[x * across.taps + k]!;
      }
    }
  }
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < down.taps; k++)
        sum += lines[(down.start[y]! + k) * width + x]! * down.weights[y * down.taps + k]!;
      out[y * width + x] = Math.min(Math.max(Math.floor(sum + 0.5), 0), 255);
    }
  }
  return out;
}

describe('against the definition, rounded', () => {
  test.each(KERNELS)('%j is 62 dB near or nearer', (kernel) => {
    for (const [w, h, toW, toH] of [
      [320, 180, 213, 120],
      [320, 180, 480, 270],
      [200, 150, 77, 61],
      [64, 64, 300, 20],
      [50, 40, 150, 120],
    ] as const) {
      const source = testPicture('gray', w, h, 3);
      const target = allocatePicture('gray', toW, toH);
      createPictureScaler(
        { pixFmt: 'gray', width: w, height: h },
        { pixFmt: 'gray', width: toW, height: toH },
        { kernel },
      )(source, target);
      const expected = defined(source, toW, toH, kernel);
      const error = expected.reduce((sum, value, i) => sum + (value - bytes(target)[i]!) ** 2, 0);
      const psnr = 10 * Math.log10((255 * 255 * expected.length) / Math.max(error, 1e-9));
      expect(psnr, `${w}x${h} to ${toW}x${toH}`).toBeGreaterThan(62);
    }
  });

  test('weights sum to one, whole ones to 2^14, and never reach beyond the line', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KERNELS), size, size, (kernel, from, to) => {
        const bank = filterBank(kernel, from, to);
        const whole = wholeWeights(bank);
        for (let i = 0; i < to; i++) {
          const row = bank.weights.subarray(i * bank.taps, (i + 1) * bank.taps);
          expect(row.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 9);
          expect(
            whole.subarray(i * bank.taps, (i + 1) * bank.taps).reduce((sum, w) => sum + w, 0),
          ).toBe(16384);
          expect(bank.start[i]).toBeGreaterThanOrEqual(i === 0 ? 0 : bank.start[i - 1]!);
          expect(bank.start[i]! + bank.taps).toBeLessThanOrEqual(from);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('a color stays itself at every size', () => {
    for (const name of ['yuv420p', 'rgb24', 'rgba', 'gray'] as const) {
      const source = allocatePicture(name, 37, 23);
      bytes(source).fill(201);
      const target = allocatePicture(name, 50, 9);
      createPictureScaler(
        { pixFmt: name, width: 37, height: 23 },
        { pixFmt: name, width: 50, height: 9 },
        { kernel: KERNELS[0]! },
      )(source, target);
      expect(new Set(bytes(target)), name).toEqual(new Set([201]));
      expect(pixFmtInfo(name).bitDepth).toBe(8);
    }
  });
});
