/** Rows of Y'CbCr and RGB: vectors and plain loops give the same samples for every way of rounding, in every order of a pixel. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPictureScaler } from '../../src/filters/scale/picture-scaler.ts';
import { allocatePicture, type PixFmt, type VideoFrame } from '../../src/frames/index.ts';

const SEED = 1931;
const YUV: readonly PixFmt[] = ['yuv420p', 'yuv422p', 'yuv444p', 'yuvj420p', 'nv12', 'yuva420p'];
const RGB: readonly PixFmt[] = ['rgb24', 'bgr24', 'rgba', 'bgra', 'argb', 'abgr', 'gbrp', 'gbrap'];

const samples = (frame: VideoFrame): Uint8Array => frame.planes[0]!.data as Uint8Array;

/** A picture of noise and of extreme samples. */
function noise(pixFmt: PixFmt, width: number, height: number, seed: number): VideoFrame {
  const frame = allocatePicture(pixFmt, width, height);
  const data = samples(frame);
  let state = seed >>> 0;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const kind = (state >>> 8) & 7;
    data[i] = kind === 0 ? 0 : kind === 1 ? 255 : state >>> 24;
  }
  return frame;
}

const way = fc.constantFrom({}, { accurate: true }, { fullChroma: true });
const side = fc.integer({ min: 1, max: 60 });
const yuv = fc.constantFrom(...YUV);
const rgb = fc.constantFrom(...RGB);
const pair = fc.oneof(fc.tuple(yuv, rgb), fc.tuple(rgb, yuv));

test('vectors and plain loops', () => {
  fc.assert(
    fc.property(
      fc.tuple(pair, side, side, fc.boolean(), way, fc.constantFrom(1, 5, 9), fc.nat()),
      ([[from, to], width, height, scaled, how, matrix, seed]) => {
        const source = noise(from, width, height, seed);
        const [toWidth, toHeight] = scaled ? [(width % 50) + 2, height] : [width, height];
        const [vector, plain] = [true, false].map((vectorKernels) => {
          const target = allocatePicture(to, toWidth, toHeight);
          const scale = createPictureScaler(
            { pixFmt: from, width, height, matrix },
            { pixFmt: to, width: toWidth, height: toHeight, matrix },
            { kernel: { kind: 'bicubic', b: 0, c: 0.6 }, vectorKernels, ...how },
          );
          scale(source, target);
          return samples(target);
        });
        expect(Buffer.compare(vector!, plain!)).toBe(0);
      },
    ),
    { seed: SEED, numRuns: 400 },
  );
});

test('gray stays gray, and opacity goes along', () => {
  for (const to of RGB) {
    const source = allocatePicture('yuva444p', 37, 3);
    const data = samples(source);
    const count = 37 * 3;
    data
      .fill(126, 0, count)
      .fill(128, count, 3 * count)
      .fill(77, 3 * count);
    const target = allocatePicture(to, 37, 3);
    createPictureScaler(
      { pixFmt: 'yuva444p', width: 37, height: 3 },
      { pixFmt: to, width: 37, height: 3 },
      { kernel: { kind: 'bilinear' }, fullChroma: true },
    )(source, target);
    const hasOpacity = samples(target).length === 4 * count;
    expect(new Set(samples(target)), to).toEqual(new Set(hasOpacity ? [128, 77] : [128]));
  }
});
