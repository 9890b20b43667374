/** Kind 22: memory that is taken away between making frames and reading them, and frames made by hand. An error, and the encoder goes on. */
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import {
  type AudioFrame,
  AudioFrames,
  convertAudioFrames,
  convertVideoFrames,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  ndarray,
  type Plane,
  toArray,
  toPlaneArrays,
  type VideoFrame,
  VideoFrames,
} from '../../src/frames/index.ts';
import { audioEncodeConfig, MemorySink, Muxer, videoEncodeConfig } from '../../src/index.ts';

const [WIDTH, HEIGHT] = [32, 16];

/** Not in the declarations that this project compiles with. */
const Resizable = ArrayBuffer as unknown as new (
  bytes: number,
  options: { maxByteLength: number },
) => ArrayBuffer;

/** Ways in which the memory of an array can go. */
const LOSSES: [string, (bytes: number) => ArrayBufferLike, (buffer: ArrayBufferLike) => void][] = [
  [
    'transferred',
    (bytes) => new ArrayBuffer(bytes),
    (buffer) => void structuredClone(buffer, { transfer: [buffer as ArrayBuffer] }),
  ],
  [
    'shrunk',
    (bytes) => new Resizable(bytes, { maxByteLength: bytes }),
    (buffer) => (buffer as unknown as { resize(bytes: number): void }).resize(1),
  ],
];

/** Formats whose pictures are converted, and one that is coded as it is. */
const FORMATS = ['rgb24', 'rgba', 'yuv420p', 'gray', 'nv12', 'yuv444p'] as const;
const SAMPLES = { rgb24: 3, rgba: 4, yuv420p: 1.5, gray: 1, nv12: 1.5, yuv444p: 3 } as const;

function pictures(pixFmt: (typeof FORMATS)[number], buffer: ArrayBufferLike, pts: number) {
  const shapes = {
    ...{ rgb24: [1, HEIGHT, WIDTH, 3], rgba: [1, HEIGHT, WIDTH, 4], gray: [1, HEIGHT, WIDTH] },
    ...{ yuv420p: [1, HEIGHT * 1.5, WIDTH], nv12: [1, HEIGHT * 1.5, WIDTH] },
    yuv444p: [1, 3, HEIGHT, WIDTH],
  };
  const array = ndarray(new Uint8Array(buffer).fill(99), shapes[pixFmt]);
  return createReferenceVideoFrame({ array, pixFmt, frameRate: [25, 1], pts });
}

function newEncoder(pixFmt: (typeof FORMATS)[number], encoder: string) {
  const muxer = new Muxer(new MemorySink(), { format: encoder === 'h264' ? 'h264' : 'rawvideo' });
  const config = videoEncodeConfig({ width: WIDTH, height: HEIGHT, pixFmt });
  return muxer.addEncodeStream({ config, encoder });
}

describe.each(LOSSES)('memory that was %s (kind 22)', (_, make, lose) => {
  test.each(
    FORMATS.flatMap((pixFmt) => [[pixFmt, 'h264'] as const, [pixFmt, 'rawvideo'] as const]),
  )('pictures of %s for %s', async (pixFmt, codec) => {
    const encoder = newEncoder(pixFmt, codec);
    const bytes = WIDTH * HEIGHT * SAMPLES[pixFmt];
    const lost = make(bytes);
    const frames = pictures(pixFmt, lost, 0);
    lose(lost);
    await expect(encoder.encode(frames)).rejects.toThrow(ConfigError);
    await expect(encoder.encode(frames)).rejects.toThrow(
      /planes\[0\]: the array is empty|reach outside/,
    );
    expect(() => convertVideoFrames(frames, 'bgr24')).toThrow(ConfigError);
    expect(() => toArray(frames)).toThrow(ConfigError);
    expect(() => toPlaneArrays(frames)).toThrow(ConfigError);
    // The encoder goes on with the next.
    const { packets } = await encoder.encode(pictures(pixFmt, make(bytes), 0));
    const rest = await encoder.flush();
    expect(packets.length + rest.packets.length).toBe(1);
  });

  test.each([
    ['s16', 'aac'],
    ['fltp', 'aac'],
    ['s16', 'pcm_s16le'],
    ['fltp', 'pcm_f32le'],
  ] as const)('sound of %s for %s', async (sampleFmt, codec) => {
    const muxer = new Muxer(new MemorySink(), { format: 'mov' });
    const config = audioEncodeConfig({ numChannels: 1, sampleRate: 8000, sampleFmt });
    const encoder = muxer.addEncodeStream({ config, encoder: codec });
    const sound = (buffer: ArrayBufferLike) => {
      const data = sampleFmt === 's16' ? new Int16Array(buffer) : new Float32Array(buffer);
      const array = ndarray(data, sampleFmt === 's16' ? [2000, 1] : [1, 2000]);
      return createReferenceAudioFrame({ array, sampleFmt, sampleRate: 8000, pts: 0 });
    };
    const bytes = 2000 * (sampleFmt === 's16' ? 2 : 4);
    const lost = make(bytes);
    const frames = sound(lost);
    lose(lost);
    await expect(encoder.encode(frames)).rejects.toThrow(ConfigError);
    expect(() => convertAudioFrames(frames, 'dbl')).toThrow(ConfigError);
    expect(() => toArray(frames)).toThrow(ConfigError);
    const { packets } = await encoder.encode(sound(make(bytes)));
    expect(packets.length + (await encoder.flush()).packets.length).toBeGreaterThan(0);
  });
});

test('WebAssembly memory that grew (kind 22)', async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const encoder = newEncoder('rgb24', 'h264');
  const array = ndarray(new Uint8Array(memory.buffer, 0, WIDTH * HEIGHT * 3), [
    1,
    HEIGHT,
    WIDTH,
    3,
  ]);
  const frames = createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate: [25, 1], pts: 0 });
  memory.grow(1);
  await expect(encoder.encode(frames)).rejects.toThrow(/replaced when memory grew/);
});

test('memory that goes while pictures are coded: those before it are coded, and come with the next call (kind 22)', async () => {
  const muxer = new Muxer(new MemorySink(), { format: 'h264' });
  const config = videoEncodeConfig({ width: 320, height: 240, pixFmt: 'gray' });
  const encoder = muxer.addEncodeStream({ config, encoderConfig: { preset: 'ultrafast', qp: 30 } });
  const COUNT = 200;
  const data = new Uint8Array(COUNT * 240 * 320);
  const frame = (n: number, bytes: Uint8Array) =>
    createReferenceVideoFrame({
      array: ndarray(bytes, [1, 240, 320]),
      ...{ pixFmt: 'gray', frameRate: [25, 1], pts: n },
    }).frames[0]!;
  const last = new ArrayBuffer(240 * 320);
  const list = Array.from({ length: COUNT - 1 }, (_, n) =>
    frame(n, data.subarray(n * 76800, (n + 1) * 76800)),
  );
  list.push(frame(COUNT - 1, new Uint8Array(last)));
  const description = {
    pixFmt: 'gray',
    width: 320,
    height: 240,
    numPlanes: 1,
    timeBase: [1, 25],
  } as const;
  const encoding = encoder.encode(new VideoFrames(list, description));
  structuredClone(last, { transfer: [last] });
  await expect(encoding).rejects.toThrow(/was transferred/);
  const next = await encoder.encode(
    new VideoFrames([frame(COUNT, data.subarray(0, 76800))], description),
  );
  const { packets } = await encoder.flush();
  expect(next.packets.length + packets.length).toBe(COUNT);
});

describe('frames made by hand (kind 22)', () => {
  const plane: Plane = { data: new Uint8Array(WIDTH * HEIGHT * 3), offset: 0, stride: WIDTH * 3 };
  const frame: VideoFrame = {
    pixFmt: 'rgb24',
    width: WIDTH,
    height: HEIGHT,
    planes: [plane],
    pts: 0,
  };
  const list = (frames: readonly VideoFrame[]) =>
    new VideoFrames(frames, { ...frame, numPlanes: 1, timeBase: [1, 25] });

  test.each([
    ['a stride that is NaN', { planes: [{ ...plane, stride: Number.NaN }] }],
    ['a stride that is a fraction', { planes: [{ ...plane, stride: 95.5 }] }],
    ['an offset that is NaN', { planes: [{ ...plane, offset: Number.NaN }] }],
    ['a stride that leads out', { planes: [{ ...plane, stride: WIDTH * 3 + 1 }] }],
    ['a stride that leads out backwards', { planes: [{ ...plane, stride: -1 }] }],
    ['another type', { planes: [{ ...plane, data: new Float32Array(WIDTH * HEIGHT * 3) }] }],
    ['no array', { planes: [{ ...plane, data: undefined }] }],
    ['no plane', { planes: [undefined] }],
    ['too few planes', { planes: [] }],
    ['no planes', { planes: null }],
    ['another size', { width: WIDTH - 1 }],
    ['an unknown format', { pixFmt: 'rgb48' }],
    ['a time that is NaN', { pts: Number.NaN }],
    ['a time that is a fraction', { pts: 0.5 }],
  ])('pictures with %s', async (_, wrong) => {
    const encoder = newEncoder('rgb24', 'h264');
    const bad = { ...frame, pts: 1, ...wrong } as VideoFrame;
    // A list is refused as a whole, before anything is coded.
    await expect(encoder.encode(list([frame, bad]))).rejects.toThrow(ConfigError);
    await expect(encoder.encode(list([frame, null as never]))).rejects.toThrow(ConfigError);
    const { packets } = await encoder.encode(list([frame]));
    expect(packets.length + (await encoder.flush()).packets.length).toBe(1);
  });

  const channel: Plane = { data: new Float32Array(3000), offset: 0, stride: 1 };
  const run: AudioFrame = {
    ...{ sampleFmt: 'fltp', sampleRate: 8000, numChannels: 1, numSamples: 3000, pts: 0 },
    planes: [channel],
  };
  const runs = (frames: readonly AudioFrame[]) =>
    new AudioFrames(frames, { ...run, timeBase: [1, 8000] });

  test.each([
    ['a stride that is NaN', { planes: [{ ...channel, stride: Number.NaN }] }],
    ['an offset that is NaN', { planes: [{ ...channel, offset: Number.NaN }] }],
    ['too many samples', { numSamples: 3001 }],
    ['samples that are NaN', { numSamples: Number.NaN }],
    ['samples below 0', { numSamples: -1 }],
    ['another type', { planes: [{ ...channel, data: new Int16Array(3000) }] }],
    ['too few planes', { planes: [] }],
    ['another rate', { sampleRate: 44100 }],
    ['other channels', { numChannels: 2, planes: [channel, channel] }],
    ['a time that is NaN', { pts: Number.NaN }],
  ])('sound with %s', async (_, wrong) => {
    for (const codec of ['aac', 'pcm_f32le']) {
      const muxer = new Muxer(new MemorySink(), { format: 'mov' });
      const config = audioEncodeConfig({ numChannels: 1, sampleRate: 8000 });
      const encoder = muxer.addEncodeStream({ config, encoder: codec });
      const bad = { ...run, pts: 3000, ...wrong } as AudioFrame;
      await expect(encoder.encode(runs([run, bad]))).rejects.toThrow(ConfigError);
      const { packets } = await encoder.encode(runs([run]));
      expect(packets.length + (await encoder.flush()).packets.length).toBeGreaterThan(0);
    }
  });

  test('axes of stride 0 that say what no memory holds', () => {
    const data = new Float32Array(10);
    const array = ndarray(data, [2 ** 31, 10], { strides: [0, 1], offset: 0 });
    const sound = { array, sampleFmt: 'fltp', sampleRate: 8000, pts: 0 } as const;
    expect(() => createReferenceAudioFrame(sound)).toThrow(/allowed are integers 1\.\.65535/);
    const bytes = new Uint8Array(30);
    for (const shape of [
      [2 ** 31, 1, 10, 3],
      [1, 2 ** 31, 10, 3],
    ]) {
      const pictures = ndarray(bytes, shape, { strides: [0, 0, 3, 1], offset: 0 });
      const options = { array: pictures, pixFmt: 'rgb24', frameRate: [25, 1], pts: 0 } as const;
      expect(() => createReferenceVideoFrame(options)).toThrow(ConfigError);
    }
  });
});

test('calls that overlap are done in order (kind 22)', async () => {
  const encoder = newEncoder('gray', 'rawvideo');
  const all = await Promise.all(
    [0, 1, 2].map((n) => encoder.encode(pictures('gray', new ArrayBuffer(WIDTH * HEIGHT), n))),
  );
  expect(all.flatMap(({ packets }) => packets.map(({ pts }) => pts))).toEqual([0, 1, 2]);
});
