/** Reference frames: every layout without a copy and back; what is refused, and how. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import {
  AudioFrames,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  type NdArray,
  ndarray,
  PIX_FMTS,
  type PixFmt,
  pixFmtInfo,
  SAMPLE_FMTS,
  type SampleArray,
  type SampleFmt,
  sampleFmtInfo,
  toArray,
  toPlaneArrays,
} from '../../src/frames/index.ts';

const FRAME_RATE = [30000, 1001] as const;

function filled<T extends SampleArray>(data: T): T {
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < data.length; i++) data[i] = isBig ? BigInt(i * 37) : (i * 37) % 251;
  return data;
}

function video(array: NdArray, pixFmt: string, pts = 0) {
  return createReferenceVideoFrame({ array, pixFmt: pixFmt as PixFmt, frameRate: FRAME_RATE, pts });
}

/** Shape of two 8x6 pictures. */
function shapeOf(pixFmt: PixFmt): number[] {
  const info = pixFmtInfo(pixFmt);
  if (info.model === 'rgb') return [2, 6, 8, info.samplesPerPixel[0]!];
  if (info.model === 'gray') return [2, 6, 8];
  if (info.chromaShiftX === 0) return [2, 3, 6, 8];
  return [2, info.chromaShiftY === 1 ? 9 : 12, 8];
}

function dense(pixFmt: PixFmt) {
  const shape = shapeOf(pixFmt);
  const length = shape.reduce((a, b) => a * b, 1);
  const deep = pixFmtInfo(pixFmt).bytesPerSample === 2;
  return ndarray<SampleArray>(
    filled(deep ? new Uint16Array(length) : new Uint8Array(length)),
    shape,
  );
}

describe('video', () => {
  test.each(PIX_FMTS)('%s goes in and comes back, without a copy', (pixFmt) => {
    const array = dense(pixFmt);
    const frames = video(array, pixFmt, 7);
    expect([frames.numFrames, frames.width, frames.height]).toEqual([2, 8, 6]);
    expect(frames.pixFmt).toBe(pixFmt);
    expect(frames.numPlanes).toBe(pixFmtInfo(pixFmt).samplesPerPixel.length);
    expect(frames.getPts()).toEqual([7, 8]);
    expect(frames.timeBase).toEqual([1001, 30000]);
    expect(frames.getTimestamps()[1]).toBeCloseTo((8 * 1001) / 30000, 12);
    for (const frame of frames) {
      for (const plane of frame.planes) expect(plane.data.buffer).toBe(array.data.buffer);
    }
    expect(toArray(frames)).toEqual(array);
  });

  test.each([
    ['gray8', 'gray'],
    ['gray16', 'gray16le'],
    ['y8', 'gray'],
  ])('%s is another name of %s', (name, pixFmt) => {
    expect(video(dense(pixFmt as PixFmt), name).pixFmt).toBe(pixFmt);
  });

  test('views: cropped, every second row, every second frame, flipped', () => {
    const seed = 20240601;
    fc.assert(
      fc.property(
        fc.constantFrom<PixFmt>('rgb24', 'bgra', 'gray', 'gray16le', 'yuv444p'),
        fc.tuple(fc.nat(2), fc.nat(2), fc.nat(3), fc.nat(3)),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (pixFmt, [top, bottom, left, right], step, flip) => {
          const rowAxis = pixFmt === 'yuv444p' ? 2 : 1;
          let view = dense(pixFmt)
            .crop(rowAxis, top, 6 - bottom)
            .crop(rowAxis + 1, left, 8 - right)
            .step(rowAxis, step)
            .step(0, 2);
          if (flip) view = view.flip(rowAxis);
          const back = toArray(video(view, pixFmt));
          expect(back.shape).toEqual(view.shape);
          expect(back.data).toEqual(view.toDense());
        },
      ),
      { seed },
    );
  });

  test('crops of nv12 rows, and the shape with an axis of 1', () => {
    const wide = ndarray(filled(new Uint8Array(2 * 9 * 12)), [2, 9, 12]).crop(2, 2, 10);
    expect(toArray(video(wide, 'nv12')).data).toEqual(wide.toDense());
    const array = dense('yuv420p');
    const withAxis = { data: array.data, shape: [2, 1, 9, 8] };
    expect(toArray(video(withAxis, 'yuv420p'))).toEqual(array);
  });

  test('changes of the array show in the frame', () => {
    const array = dense('rgb24');
    const frames = video(array, 'rgb24');
    array.data[5] = 99;
    expect(frames.at(0).planes[0]!.data[5]).toBe(99);
  });

  test('planes of odd sizes, with gaps', () => {
    const y = ndarray(filled(new Uint8Array(2 * 5 * 10)), [2, 5, 10]).crop(2, 0, 7);
    const u = ndarray(filled(new Uint8Array(2 * 3 * 4)), [2, 3, 4]);
    const v = ndarray(filled(new Uint8Array(2 * 3 * 8)), [2, 3, 8]).crop(2, 4);
    const frames = createReferenceVideoFrame({
      array: { planes: [y, u, v] },
      pixFmt: 'yuv420p',
      frameRate: [25, 1],
      pts: 0,
    });
    expect([frames.width, frames.height]).toEqual([7, 5]);
    const back = toPlaneArrays(frames);
    expect(back.map((plane) => plane.data)).toEqual([y, u, v].map((plane) => plane.toDense()));
    const uv = ndarray(filled(new Uint8Array(3 * 4 * 2)), [3, 4, 2]);
    const one = createReferenceVideoFrame({
      array: { planes: [ndarray(filled(new Uint8Array(35)), [5, 7]), uv] },
      pixFmt: 'nv12',
      frameRate: [25, 1],
      pts: 0,
    });
    expect(toPlaneArrays(one)[1]!.data).toEqual(uv.data);
  });

  test('ImageData, one and several', () => {
    const image = { data: filled(new Uint8ClampedArray(4 * 3 * 2)), width: 3, height: 2 };
    const options = { pixFmt: 'rgba', frameRate: [25, 1], pts: 0 } as const;
    const one = createReferenceVideoFrame({ array: image, ...options });
    expect(one.numFrames).toBe(1);
    expect(one.at(0).planes[0]!.data.buffer).toBe(image.data.buffer);
    const two = createReferenceVideoFrame({ array: [image, image], ...options });
    expect(toArray(two).shape).toEqual([2, 2, 3, 4]);
    expect(() =>
      createReferenceVideoFrame({ array: image, pixFmt: 'rgb24', frameRate: [25, 1], pts: 0 }),
    ).toThrow(ConfigError);
  });

  test('slices, picks and iteration share the pictures', () => {
    const frames = createReferenceVideoFrame({
      array: ndarray(filled(new Uint8Array(100 * 4)), [100, 2, 2]),
      pixFmt: 'gray8',
      frameRate: [10, 1],
      pts: 5,
    });
    expect(frames.slice(0, undefined, 2).numFrames).toBe(50);
    expect(frames.slice(0, undefined, 3).numFrames).toBe(34);
    expect(frames.slice(-2).getPts()).toEqual([103, 104]);
    expect(frames.at(-1).pts).toBe(104);
    expect(frames.select([3, 3, -1]).getPts()).toEqual([8, 8, 104]);
    expect(frames.select([]).numFrames).toBe(0);
    expect([...frames].length).toBe(100);
    expect(frames.clone().at(7)).toBe(frames.at(7));
    expect(() => frames.at(100)).toThrow('frames.at.index: got 100, allowed are -100..99');
    expect(() => frames.slice(0, 1, 0)).toThrow(ConfigError);
  });

  // Each: a call that must fail, and what its message must say.
  const bytes = new Uint8Array(2 * 6 * 8 * 3);
  const rgb = ndarray(bytes, [2, 6, 8, 3]);
  test.each<[string, () => unknown, RegExp]>([
    ['three axes', () => video(ndarray(bytes, [12, 8, 3]), 'rgb24'), /needs \(N, H, W, 3\)/],
    ['four channels', () => video(ndarray(bytes, [2, 6, 6, 4]), 'rgb24'), /needs \(N, H, W, 3\)/],
    ['step along W', () => video(rgb.step(2, 2), 'rgb24'), /rows without gaps/],
    ['channels reversed', () => video(rgb.flip(3), 'rgb24'), /rows without gaps/],
    [
      'NCHW seen as NHWC',
      () => video(ndarray(bytes, [2, 3, 6, 8]).transpose([0, 2, 3, 1]), 'rgb24'),
      /rows without gaps/,
    ],
    ['no pictures', () => video(rgb.slice(0, 0), 'rgb24'), /0 pictures/],
    ['no rows', () => video(rgb.crop(1, 3, 3), 'rgb24'), /8x0/],
    ['16 bits', () => video(ndarray(new Uint16Array(96), [2, 6, 8]), 'gray'), /Uint16Array/],
    [
      '8 bits',
      () => video(ndarray(new Uint8Array(96), [2, 6, 8]), 'gray16le'),
      /integers of 16 bits/,
    ],
    ['floats', () => video(ndarray(new Float32Array(96), [2, 6, 8]), 'gray'), /Float32Array/],
    ['unknown format', () => video(rgb, 'bogus'), /unknown pixel format bogus/],
    ['capitals', () => video(rgb, 'RGB24'), /unknown pixel format RGB24/],
    ['a prototype key', () => video(rgb, 'constructor'), /unknown pixel format/],
    [
      'odd rows of yuv420p',
      () => video(ndarray(new Uint8Array(2 * 8 * 8), [2, 8, 8]), 'yuv420p'),
      /even sizes/,
    ],
    [
      'odd width of yuv420p',
      () => video(ndarray(new Uint8Array(9 * 7), [1, 9, 7]), 'yuv420p'),
      /even sizes/,
    ],
    [
      'gaps in yuv420p',
      () => video(dense('yuv420p').crop(2, 0, 6), 'yuv420p'),
      /rows without gaps/,
    ],
    [
      'two planes of yuv444p',
      () => video(ndarray(new Uint8Array(192), [2, 2, 6, 8]), 'yuv444p'),
      /\(N, 3, H, W\)/,
    ],
    [
      'array too short',
      () => video({ data: bytes, shape: [3, 6, 8, 3] }, 'rgb24'),
      /reach elements 0..431/,
    ],
    [
      'negative reach',
      () => video({ data: bytes, shape: [2, 6, 8, 3], strides: [-144, 24, 3, 1] }, 'rgb24'),
      /reach elements -144/,
    ],
    ['no array', () => video(undefined as never, 'rgb24'), /needed is an NdArray/],
    [
      'plain numbers',
      () => video({ data: [1, 2, 3], shape: [1, 1, 1, 3] } as never, 'rgb24'),
      /typed array/,
    ],
    [
      'DataView',
      () => video({ data: new DataView(new ArrayBuffer(8)), shape: [1, 8, 1] } as never, 'gray'),
      /typed array/,
    ],
    [
      'NaN in shape',
      () => video({ data: bytes, shape: [Number.NaN, 6, 8, 3] }, 'rgb24'),
      /array of integers/,
    ],
    ['NaN pts', () => video(rgb, 'rgb24', Number.NaN), /pts: got NaN/],
    [
      'pts left out',
      () => createReferenceVideoFrame({ array: rgb, pixFmt: 'rgb24', frameRate: [1, 1] } as never),
      /pts: got undefined/,
    ],
    [
      'rate 0',
      () => createReferenceVideoFrame({ array: rgb, pixFmt: 'rgb24', frameRate: [30, 0], pts: 0 }),
      /frameRate/,
    ],
    [
      'a rate that is no number',
      () =>
        createReferenceVideoFrame({ array: rgb, pixFmt: 'rgb24', frameRate: Number.NaN, pts: 0 }),
      /frameRate/,
    ],
    [
      'unknown key',
      () =>
        createReferenceVideoFrame({
          array: rgb,
          pixFmt: 'rgb24',
          frameRate: [1, 1],
          pts: 0,
          fps: 3,
        } as never),
      /fps: unknown option/,
    ],
    [
      'plane missing',
      () =>
        createReferenceVideoFrame({
          array: { planes: [ndarray(new Uint8Array(4), [2, 2])] },
          pixFmt: 'yuv420p',
          frameRate: [1, 1],
          pts: 0,
        }),
      /got 1 planes, yuv420p has 3/,
    ],
    [
      'chroma of another size',
      () =>
        createReferenceVideoFrame({
          array: {
            planes: [
              ndarray(new Uint8Array(9), [3, 3]),
              ndarray(new Uint8Array(1), [1, 1]),
              ndarray(new Uint8Array(4), [2, 2]),
            ],
          },
          pixFmt: 'yuv420p',
          frameRate: [1, 1],
          pts: 0,
        }),
      /plane 1 of 1 pictures of 3x3/,
    ],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(ConfigError);
    expect(call).toThrow(message);
  });
});

describe('audio', () => {
  const ARRAYS = {
    u8: Uint8Array,
    s16: Int16Array,
    s32: Int32Array,
    s64: BigInt64Array,
    flt: Float32Array,
    dbl: Float64Array,
  } as const;

  function audio(array: NdArray, sampleFmt: SampleFmt, pts = 0) {
    return createReferenceAudioFrame({ array, sampleFmt, sampleRate: 44100, pts });
  }

  test.each(SAMPLE_FMTS)('%s goes in and comes back, without a copy', (sampleFmt) => {
    const { kind, planar } = sampleFmtInfo(sampleFmt);
    const data: SampleArray = filled(new ARRAYS[kind](200));
    const array = ndarray(data, planar ? [2, 100] : [100, 2]);
    const frames = audio(array, sampleFmt, -3);
    expect([frames.numFrames, frames.numChannels, frames.sampleRate]).toEqual([100, 2, 44100]);
    expect(frames.timeBase).toEqual([1, 44100]);
    expect(frames.getPts()).toEqual([-3]);
    expect(frames.getTimestamps()).toEqual([-3 / 44100]);
    expect(frames.frames[0]!.planes.length).toBe(planar ? 2 : 1);
    for (const plane of frames.frames[0]!.planes) expect(plane.data).toBe(data);
    expect(toArray(frames)).toEqual(array);
    expect(frames.clone().frames[0]).toBe(frames.frames[0]);
  });

  test('time slices of planar sound', () => {
    const array = ndarray(filled(new Int16Array(32 * 50)), [32, 50]);
    const part = array.crop(1, 7, 30);
    const frames = audio(part, 's16p');
    expect([frames.numFrames, frames.numChannels]).toEqual([23, 32]);
    expect(toArray(frames).data).toEqual(part.toDense());
  });

  test('several runs are joined', () => {
    const array = ndarray(filled(new Int16Array(20)), [10, 2]);
    const runs = [audio(array.slice(0, 3), 's16'), audio(array.slice(3), 's16', 3)];
    const joined = new AudioFrames(
      runs.flatMap((run) => run.frames),
      runs[0]!,
    );
    expect(joined.numFrames).toBe(10);
    expect(toArray(joined)).toEqual(array);
  });

  const pcm = ndarray(new Int16Array(40), [10, 4]);
  test.each<[string, () => unknown, RegExp]>([
    [
      'one axis',
      () => audio(ndarray(new Int16Array(40), [40]), 's16'),
      /needed is \(samples, channels\)/,
    ],
    ['columns of packed', () => audio(pcm.crop(1, 0, 2), 's16'), /needs \(2, 1\)/],
    ['rows of packed', () => audio(pcm.step(0, 2), 's16'), /needs \(4, 1\)/],
    ['packed seen as planar', () => audio(pcm.transpose([1, 0]), 's16p'), /side by side/],
    ['no samples', () => audio(pcm.slice(0, 0), 's16'), /at least one/],
    ['another width', () => audio(pcm, 's32'), /Int16Array, but s32 has integers of 32 bits/],
    ['floats as s32', () => audio(ndarray(new Float32Array(40), [10, 4]), 's32'), /Float32Array/],
    ['unknown format', () => audio(pcm, 'f32' as never), /unknown sample format f32/],
    [
      'rate 0',
      () => createReferenceAudioFrame({ array: pcm, sampleFmt: 's16', sampleRate: 0, pts: 0 }),
      /sampleRate: got 0/,
    ],
    [
      'rate NaN',
      () =>
        createReferenceAudioFrame({ array: pcm, sampleFmt: 's16', sampleRate: Number.NaN, pts: 0 }),
      /sampleRate: got NaN/,
    ],
    ['pts 0.5', () => audio(pcm, 's16', 0.5), /pts: got 0.5/],
    [
      'unknown key',
      () =>
        createReferenceAudioFrame({
          array: pcm,
          sampleFmt: 's16',
          sampleRate: 1,
          pts: 0,
          rate: 1,
        } as never),
      /rate: unknown option/,
    ],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(ConfigError);
    expect(call).toThrow(message);
  });
});

test('a Buffer of Node is a Uint8Array', () => {
  const buffer = Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]);
  const view = ndarray(buffer, [1, 4, 2]).crop(2, 1);
  expect([...view.toDense()]).toEqual([1, 3, 5, 7]);
  expect(toArray(video(view, 'gray')).data).toEqual(Uint8Array.of(1, 3, 5, 7));
});

test('at takes one of the first axis', () => {
  const view = ndarray(Uint8Array.of(0, 1, 2, 3, 4, 5), [3, 2]);
  expect([...view.at(1).toDense(), ...view.flip(0).at(-1).toDense()]).toEqual([2, 3, 0, 1]);
  expect([view.at(1).at(1).shape, [...view.at(1).at(1).toDense()]]).toEqual([[], [3]]);
  expect(() => view.at(3)).toThrow('ndarray.at.index: got 3, allowed are -3..2');
  expect(() => view.at(Number.NaN)).toThrow(ConfigError);
});

test('ndarray refuses a shape that does not fill its data', () => {
  expect(() => ndarray(new Uint8Array(5), [2, 2])).toThrow('(2, 2) has 4 elements, but data has 5');
});
