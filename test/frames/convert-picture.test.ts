/** Picture conversion against the real-number formulas, written out in floating point here. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, UnsupportedError } from '../../src/base/errors.ts';
import {
  allocatePicture,
  convertVideoFrames,
  createPictureConverter,
  createReferenceVideoFrame,
  ndarray,
  type PixFmt,
  pixFmtInfo,
  planeHeight,
  planeWidth,
  toArray,
  type VideoFrame,
} from '../../src/frames/index.ts';

const SEED = 7102;

/** KR and KB as the recommendations print them: BT.601 clause 2.5.1, BT.709 clause 3.2, BT.2020 Table 4. */
const MATRICES = [
  { matrix: 6, kr: 0.299, kb: 0.114 },
  { matrix: 1, kr: 0.2126, kb: 0.0722 },
  { matrix: 9, kr: 0.2627, kb: 0.0593 },
];

type Picker = (x: number, y: number) => number;

/** Value of component `c` (R, G, B, or luma, Cb, Cr, or gray) at a column and row of its plane, edges repeated. */
function picker(frame: VideoFrame, c: number): Picker {
  const info = pixFmtInfo(frame.pixFmt);
  const packed = info.model === 'rgb';
  const interleaved = info.samplesPerPixel.length === 2 && c > 0;
  const p = packed ? 0 : interleaved ? 1 : c;
  const plane = frame.planes[p]!;
  const step = info.samplesPerPixel[p]!;
  const component = packed ? info.order![c as 0] : interleaved ? c - 1 : 0;
  const width = planeWidth(info, p, frame.width);
  const height = planeHeight(info, p, frame.height);
  return (x, y) => {
    const column = Math.min(Math.max(x, 0), width - 1);
    const row = Math.min(Math.max(y, 0), height - 1);
    const value = plane.data[
      plane.offset + row * plane.stride + column * step + component
    ] as number;
    return info.bigEndian ? ((value & 255) << 8) | (value >> 8) : value;
  };
}

function randomPicture(pixFmt: PixFmt, width: number, height: number, bytes: Uint8Array) {
  const frame = allocatePicture(pixFmt, width, height);
  const { bitDepth, bytesPerSample } = pixFmtInfo(pixFmt);
  const data = frame.planes[0]!.data as Uint8Array;
  for (let i = 0; i < data.length; i++) {
    const at = (i * bytesPerSample) % bytes.length;
    const value = bytes[at]! | (bytes[(at + 1) % bytes.length]! << 8);
    data[i] = bytesPerSample === 1 ? value & 255 : value & (2 ** bitDepth - 1);
  }
  return frame;
}

const content = fc.oneof(
  fc.uint8Array({ minLength: 64, maxLength: 64 }),
  fc
    .array(fc.constantFrom(0, 255), { minLength: 61, maxLength: 61 })
    .map((a) => Uint8Array.from(a)),
  fc.nat(255).map((value) => new Uint8Array(7).fill(value)),
);
const size = fc.integer({ min: 1, max: 19 });
const rgbFormat = fc.constantFrom<PixFmt>('rgb24', 'bgr24', 'rgba', 'bgra');
const yuvFormat = fc.constantFrom<PixFmt>('yuv420p', 'nv12', 'yuv422p', 'yuv444p');

function limits(fullRange: boolean) {
  return fullRange ? { zero: 0, luma: 255, chroma: 255 } : { zero: 16, luma: 219, chroma: 224 };
}

/** Luma columns and rows that make one chroma sample at (x, y), with their weights. */
function chromaTaps(pixFmt: PixFmt, x: number, y: number): [number, number, number][] {
  const { chromaShiftX, chromaShiftY } = pixFmtInfo(pixFmt);
  const columns = chromaShiftX
    ? [
        [2 * x - 1, 0.25],
        [2 * x, 0.5],
        [2 * x + 1, 0.25],
      ]
    : [[x, 1]];
  const rows = chromaShiftY
    ? [
        [2 * y, 0.5],
        [2 * y + 1, 0.5],
      ]
    : [[y, 1]];
  return rows.flatMap(([r, wr]) =>
    columns.map(([c, wc]) => [c!, r!, wr! * wc!] as [number, number, number]),
  );
}

describe('RGB to YCbCr is the real-number formula to within one', () => {
  test('all formats, matrices, ranges and sizes', () => {
    fc.assert(
      fc.property(
        rgbFormat,
        yuvFormat,
        fc.constantFrom(...MATRICES),
        fc.boolean(),
        size,
        size,
        content,
        (from, to, { matrix, kr, kb }, toFullRange, width, height, bytes) => {
          const source = randomPicture(from, width, height, bytes);
          const target = allocatePicture(to, width, height);
          createPictureConverter({ from, to, width, height, matrix, toFullRange })(source, target);
          const [r, g, b] = [0, 1, 2].map((c) => picker(source, c)) as [Picker, Picker, Picker];
          const [luma, cb, cr] = [0, 1, 2].map((c) => picker(target, c)) as [
            Picker,
            Picker,
            Picker,
          ];
          const { zero, luma: lumaSpan, chroma } = limits(toFullRange);
          const ey = (x: number, y: number) =>
            (kr * r(x, y) + (1 - kr - kb) * g(x, y) + kb * b(x, y)) / 255;
          const clip = (v: number) => Math.min(255, Math.max(0, v));
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              expect(Math.abs(luma(x, y) - (zero + lumaSpan * ey(x, y)))).toBeLessThanOrEqual(0.52);
            }
          }
          const info = pixFmtInfo(to);
          // The picture that chroma is filtered from repeats its last column and row.
          const at = (f: Picker) => (x: number, y: number) =>
            f(Math.min(Math.max(x, 0), width - 1), Math.min(y, height - 1));
          for (let y = 0; y < planeHeight(info, 1, height); y++) {
            for (let x = 0; x < planeWidth(info, 1, width); x++) {
              let pb = 0;
              let pr = 0;
              for (const [c, row, weight] of chromaTaps(to, x, y)) {
                pb += (weight * (at(b)(c, row) / 255 - at(ey)(c, row))) / (2 * (1 - kb));
                pr += (weight * (at(r)(c, row) / 255 - at(ey)(c, row))) / (2 * (1 - kr));
              }
              expect(Math.abs(cb(x, y) - clip(128 + chroma * pb))).toBeLessThanOrEqual(0.52);
              expect(Math.abs(cr(x, y) - clip(128 + chroma * pr))).toBeLessThanOrEqual(0.52);
            }
          }
        },
      ),
      { seed: SEED, numRuns: 150 },
    );
  });

  test('grays have no color, black and white are the limits', () => {
    for (const { matrix } of MATRICES) {
      for (const toFullRange of [false, true]) {
        const array = ndarray(
          Uint8Array.from({ length: 256 * 3 }, (_, i) => (i / 3) | 0),
          [1, 1, 256, 3],
        );
        const frames = createReferenceVideoFrame({
          array,
          pixFmt: 'rgb24',
          frameRate: [1, 1],
          pts: 0,
        });
        const { data } = toArray(convertVideoFrames(frames, 'yuv444p', { matrix, toFullRange }));
        expect(new Set(data.subarray(256) as Uint8Array)).toEqual(new Set([128]));
        expect([data[0], data[255]]).toEqual(toFullRange ? [0, 255] : [16, 235]);
      }
    }
  });
});

/** Chroma at luma column `x` and row `y`: linear between the positions of chroma_sample_loc_type 0. */
function interpolated(f: Picker, pixFmt: PixFmt, x: number, y: number): number {
  const { chromaShiftX, chromaShiftY } = pixFmtInfo(pixFmt);
  const cx = x >> chromaShiftX;
  const columns =
    chromaShiftX && x & 1
      ? [
          [cx, 0.5],
          [cx + 1, 0.5],
        ]
      : [[cx, 1]];
  const cy = y >> chromaShiftY;
  const rows = chromaShiftY
    ? [
        [cy, 0.75],
        [y & 1 ? cy + 1 : cy - 1, 0.25],
      ]
    : [[cy, 1]];
  let sum = 0;
  for (const [r, wr] of rows) for (const [c, wc] of columns) sum += f(c!, r!) * wr! * wc!;
  return sum;
}

describe('YCbCr to RGB is the real-number formula to within one', () => {
  test('all formats, matrices, ranges and sizes', () => {
    fc.assert(
      fc.property(
        yuvFormat,
        rgbFormat,
        fc.constantFrom(...MATRICES),
        fc.boolean(),
        size,
        size,
        content,
        (from, to, { matrix, kr, kb }, fromFullRange, width, height, bytes) => {
          const source = randomPicture(from, width, height, bytes);
          const target = allocatePicture(to, width, height);
          createPictureConverter({ from, to, width, height, matrix, fromFullRange })(
            source,
            target,
          );
          const [luma, cb, cr] = [0, 1, 2].map((c) => picker(source, c)) as [
            Picker,
            Picker,
            Picker,
          ];
          const [r, g, b] = [0, 1, 2].map((c) => picker(target, c)) as [Picker, Picker, Picker];
          const { zero, luma: lumaSpan, chroma } = limits(fromFullRange);
          const kg = 1 - kr - kb;
          const near = (value: number, real: number) =>
            expect(Math.abs(value - Math.min(255, Math.max(0, real * 255)))).toBeLessThanOrEqual(
              0.52,
            );
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const ey = (luma(x, y) - zero) / lumaSpan;
              const red = ey + (2 * (1 - kr) * (interpolated(cr, from, x, y) - 128)) / chroma;
              const blue = ey + (2 * (1 - kb) * (interpolated(cb, from, x, y) - 128)) / chroma;
              near(r(x, y), red);
              near(b(x, y), blue);
              near(g(x, y), (ey - kr * red - kb * blue) / kg);
            }
          }
        },
      ),
      { seed: SEED, numRuns: 150 },
    );
  });

  test('full range 4:4:4 there and back is within two of every color tried', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MATRICES),
        fc.uint8Array({ minLength: 300, maxLength: 300 }),
        ({ matrix }, bytes) => {
          const array = ndarray(bytes, [1, 10, 10, 3]);
          const frames = createReferenceVideoFrame({
            array,
            pixFmt: 'rgb24',
            frameRate: [1, 1],
            pts: 0,
          });
          const back = toArray(
            convertVideoFrames(convertVideoFrames(frames, 'yuvj444p', { matrix }), 'rgb24', {
              matrix,
            }),
          );
          for (const [i, value] of bytes.entries()) {
            expect(Math.abs(value - (back.data[i] as number))).toBeLessThanOrEqual(2);
          }
        },
      ),
      { seed: SEED, numRuns: 50 },
    );
  });
});

describe('gray', () => {
  const grays = fc.constantFrom<PixFmt>('gray', 'gray10le', 'gray16le', 'gray16be');

  test('to gray, luma and RGB by the formula', () => {
    fc.assert(
      fc.property(
        grays,
        fc.constantFrom<PixFmt>(
          'gray',
          'gray10le',
          'gray16le',
          'gray16be',
          'yuv420p',
          'yuvj444p',
          'nv12',
          'rgb24',
          'bgra',
        ),
        size,
        size,
        content,
        (from, to, width, height, bytes) => {
          const source = randomPicture(from, width, height, bytes);
          const target = allocatePicture(to, width, height);
          createPictureConverter({ from, to, width, height })(source, target);
          const a = picker(source, 0);
          const b = picker(target, 0);
          const info = pixFmtInfo(to);
          const { zero, luma } =
            info.model === 'yuv'
              ? limits(info.fullRange)
              : { zero: 0, luma: 2 ** info.bitDepth - 1 };
          const white = 2 ** pixFmtInfo(from).bitDepth - 1;
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              expect(
                Math.abs(b(x, y) - (zero + (luma * Math.min(a(x, y), white)) / white)),
              ).toBeLessThanOrEqual(0.5000001);
            }
          }
          if (info.model === 'yuv') expect(picker(target, 1)(0, 0)).toBe(128);
          if (info.model === 'yuv') expect(picker(target, 2)(width, height)).toBe(128);
          if (info.model === 'rgb') expect(picker(target, 2)(1, 1)).toBe(b(1, 1));
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
  });

  test('from RGB and from luma', () => {
    fc.assert(
      fc.property(
        grays,
        fc.constantFrom(...MATRICES),
        size,
        size,
        content,
        (to, { matrix, kr, kb }, width, height, bytes) => {
          const source = randomPicture('rgba', width, height, bytes);
          const target = allocatePicture(to, width, height);
          createPictureConverter({ from: 'rgba', to, width, height, matrix })(source, target);
          const white = 2 ** pixFmtInfo(to).bitDepth - 1;
          const [r, g, b] = [0, 1, 2].map((c) => picker(source, c)) as [Picker, Picker, Picker];
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const real = ((kr * r(x, y) + (1 - kr - kb) * g(x, y) + kb * b(x, y)) * white) / 255;
              expect(Math.abs(picker(target, 0)(x, y) - real)).toBeLessThanOrEqual(0.5000001);
            }
          }
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
    const array = ndarray(
      Uint8Array.of(0, 16, 125, 235, 255, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128),
      [1, 3, 1, 5],
    );
    const frames = createReferenceVideoFrame({
      array,
      pixFmt: 'yuv444p',
      frameRate: [1, 1],
      pts: 0,
    });
    expect([...toArray(convertVideoFrames(frames, 'gray')).data]).toEqual([0, 0, 127, 255, 255]);
  });
});

describe('YCbCr to YCbCr', () => {
  test('nv12 and yuv420p hold the same samples', () => {
    fc.assert(
      fc.property(size, size, content, (width, height, bytes) => {
        const source = randomPicture('yuv420p', width, height, bytes);
        const nv12 = allocatePicture('nv12', width, height);
        const back = allocatePicture('yuv420p', width, height);
        createPictureConverter({ from: 'yuv420p', to: 'nv12', width, height })(source, nv12);
        createPictureConverter({ from: 'nv12', to: 'yuv420p', width, height })(nv12, back);
        expect(back.planes[0]!.data).toEqual(source.planes[0]!.data);
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  test('4:4:4 to 4:2:0 is the stated filter', () => {
    fc.assert(
      fc.property(
        size,
        size,
        content,
        fc.boolean(),
        fc.boolean(),
        (width, height, bytes, fromFullRange, toFullRange) => {
          const source = randomPicture('yuv444p', width, height, bytes);
          const target = allocatePicture('yuv420p', width, height);
          createPictureConverter({
            from: 'yuv444p',
            to: 'yuv420p',
            width,
            height,
            fromFullRange,
            toFullRange,
          })(source, target);
          const ratio = limits(toFullRange).chroma / limits(fromFullRange).chroma;
          for (const c of [1, 2]) {
            const input = picker(source, c);
            for (let y = 0; y < (height + 1) >> 1; y++) {
              for (let x = 0; x < (width + 1) >> 1; x++) {
                let sum = 0;
                for (const [column, row, weight] of chromaTaps('yuv420p', x, y))
                  sum += weight * input(column, row);
                const real = Math.min(255, Math.max(0, 128 + (sum - 128) * ratio));
                expect(Math.abs(picker(target, c)(x, y) - real)).toBeLessThanOrEqual(0.52);
              }
            }
          }
        },
      ),
      { seed: SEED, numRuns: 80 },
    );
  });

  test('range changes map 16..235 onto 0..255', () => {
    const array = ndarray(
      Uint8Array.of(16, 235, 0, 255, 30, 240, 128, 255, 128, 128, 128, 0),
      [1, 3, 1, 4],
    );
    const frames = createReferenceVideoFrame({
      array,
      pixFmt: 'yuv444p',
      frameRate: [1, 1],
      pts: 0,
    });
    expect([...toArray(convertVideoFrames(frames, 'yuvj444p')).data]).toEqual([
      0, 255, 0, 255, 16, 255, 128, 255, 128, 128, 128, 0,
    ]);
  });
});

test('RGB orders keep their colors; alpha is carried or opaque', () => {
  const array = ndarray(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1, 1, 2, 4]);
  const frames = createReferenceVideoFrame({ array, pixFmt: 'rgba', frameRate: [1, 1], pts: 9 });
  expect([...toArray(convertVideoFrames(frames, 'bgra')).data]).toEqual([3, 2, 1, 4, 7, 6, 5, 8]);
  const bgr = convertVideoFrames(frames, 'bgr24');
  expect([...toArray(bgr).data]).toEqual([3, 2, 1, 7, 6, 5]);
  expect([...toArray(convertVideoFrames(bgr, 'rgba')).data]).toEqual([1, 2, 3, 255, 5, 6, 7, 255]);
  expect(bgr.getPts()).toEqual([9]);
});

test('flipped and cropped sources convert like dense ones', () => {
  const base = ndarray(
    Uint8Array.from({ length: 2 * 9 * 11 * 3 }, (_, i) => (i * 101) & 255),
    [2, 9, 11, 3],
  );
  const view = base.crop(2, 1, 9).crop(1, 1, 8).flip(1);
  const [w, h] = [8, 7];
  const dense = ndarray(view.toDense(), [2, h, w, 3]);
  const convert = (array: typeof view) =>
    convertVideoFrames(
      createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate: [1, 1], pts: 0 }),
      'yuv420p',
    );
  expect(convert(view).frames.map((f) => f.planes[0]!.data)).toEqual(
    convert(dense).frames.map((f) => f.planes[0]!.data),
  );
});

test('what cannot be converted is refused', () => {
  const sizes = { width: 4, height: 4 };
  expect(() =>
    createPictureConverter({ from: 'rgb24', to: 'yuv420p', matrix: 10, ...sizes }),
  ).toThrow(UnsupportedError);
  expect(() =>
    createPictureConverter({ from: 'rgb24', to: 'yuv420p', width: Number.NaN, height: 4 }),
  ).toThrow(ConfigError);
  const convert = createPictureConverter({ from: 'rgb24', to: 'yuv420p', ...sizes });
  expect(() => convert(allocatePicture('rgb24', 4, 5), allocatePicture('yuv420p', 4, 4))).toThrow(
    'got rgb24 4x5',
  );
});
