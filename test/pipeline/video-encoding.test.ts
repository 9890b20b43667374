/** Pictures from arrays to files: SPDL's video encoding tests, every pixel format, color, sizes and times. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  allocatePicture,
  convertVideoFrames,
  createReferenceVideoFrame,
  type NdArray,
  ndarray,
  PIX_FMTS,
  type PixFmt,
  type PixFmtName,
  pixFmtInfo,
  type SampleArray,
  toPlaneArrays,
  VideoFrames,
} from '../../src/frames/index.ts';
import { Muxer, videoEncodeConfig } from '../../src/index.ts';
import { MemorySink } from '../../src/io/index.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';
import { movingPicture, rgbFrames } from './clips.ts';

const folder = mkdtempSync(join(tmpdir(), 'video-'));
afterAll(() => rmSync(folder, { recursive: true }));

function noise<T extends Uint8Array | Int16Array>(data: T): T {
  let state = 7;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    data[i] = state >> 16;
  }
  return data;
}

describe('of SPDL: raw video in batches of 32 is the array', () => {
  const [width, height, numFrames] = [320, 240, 89];
  const FRAME_RATE = [30000, 1001] as const;

  async function encodeRaw(array: ReturnType<typeof ndarray>, pixFmt: PixFmtName) {
    const path = join(folder, `${pixFmt}.raw`);
    const muxer = new Muxer(path, { format: 'rawvideo' });
    const encoder = muxer.addEncodeStream({
      config: videoEncodeConfig({ height, width, pixFmt, frameRate: FRAME_RATE }),
    });
    await muxer.open();
    for (let start = 0; start < numFrames; start += 32) {
      const part = array.slice(start, start + 32);
      const frames = createReferenceVideoFrame({
        array: part,
        pixFmt,
        frameRate: FRAME_RATE,
        pts: start,
      });
      await muxer.write(0, await encoder.encode(frames));
    }
    await muxer.write(0, await encoder.flush());
    await muxer.close();
    const { buffer, byteLength } = array.data;
    expect(readFileSync(path).equals(Buffer.from(buffer, 0, byteLength))).toBe(true);
  }

  test.each(['rgb24', 'bgr24', 'yuv444p'] as const)(
    'encode_video_multi_color: %s',
    async (pixFmt) => {
      const shape =
        pixFmt === 'yuv444p' ? [numFrames, 3, height, width] : [numFrames, height, width, 3];
      await encodeRaw(
        ndarray<SampleArray>(noise(new Uint8Array(numFrames * height * width * 3)), shape),
        pixFmt,
      );
    },
  );

  test('encode_video_gray: gray8', async () => {
    await encodeRaw(
      ndarray<SampleArray>(noise(new Uint8Array(numFrames * height * width)), [
        numFrames,
        height,
        width,
      ]),
      'gray8',
    );
  });

  test('encode_video_gray: gray16, of int16', async () => {
    await encodeRaw(
      ndarray<SampleArray>(noise(new Int16Array(numFrames * height * width)), [
        numFrames,
        height,
        width,
      ]),
      'gray16',
    );
  });
});

/** Two random pictures of any format and size. */
function randomFrames(pixFmt: PixFmt, width: number, height: number): VideoFrames {
  const frames = [0, 1].map((pts) => {
    const picture = allocatePicture(pixFmt, width, height);
    const { data } = picture.planes[0]!;
    noise(data as Uint8Array);
    const { bitDepth } = pixFmtInfo(pixFmt);
    if (bitDepth === 10) for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) & 1023;
    return { ...picture, pts };
  });
  const numPlanes = pixFmtInfo(pixFmt).samplesPerPixel.length;
  return new VideoFrames(frames, { pixFmt, width, height, numPlanes, timeBase: [1, 25] });
}

async function encodeTo(path: string, frames: VideoFrames, options: object = {}) {
  const { width, height, pixFmt } = frames;
  const muxer = new Muxer(path);
  const encoder = muxer.addEncodeStream({
    config: videoEncodeConfig({ width, height, pixFmt, ...options }),
  });
  await muxer.open();
  await muxer.write(0, await encoder.encode(frames));
  await muxer.close();
  return encoder;
}

test.each(PIX_FMTS)('raw %s of odd size: ffmpeg sees the same planes', async (pixFmt) => {
  const path = join(folder, `${pixFmt}.yuv`);
  const frames = randomFrames(pixFmt, 33, 17);
  await encodeTo(path, frames);
  const input = ['-f', 'rawvideo', '-pix_fmt', pixFmt, '-s', '33x17', '-i', path];
  const back = runFfmpeg([...input, '-f', 'rawvideo', '-pix_fmt', pixFmt, '-'], undefined, {
    allowWarnings: true,
  });
  expect(Buffer.from(back).equals(readFileSync(path))).toBe(true);
  expect(back.length).toBe(
    toPlaneArrays(frames).reduce((sum, plane) => sum + plane.data.byteLength, 0),
  );
});

test.each(PIX_FMTS)('%s into MP4 and y4m is converted to what they hold', async (pixFmt) => {
  const frames = randomFrames(pixFmt, 32, 16);
  const mp4 = await encodeTo(join(folder, `${pixFmt}.mp4`), frames, { qscale: 1 });
  const fullRange = pixFmt.startsWith('yuvj');
  const probe = probeFile(join(folder, `${pixFmt}.mp4`)).streams[0];
  expect(probe).toMatchObject({ codec_name: 'h264', nb_frames: '2', width: 32, height: 16 });
  expect(probe.pix_fmt).toBe(fullRange ? 'yuvj420p' : 'yuv420p');
  expect(mp4.streamInfo.pixFmt).toBe(probe.pix_fmt);
  const y4m = await encodeTo(join(folder, `${pixFmt}.y4m`), frames);
  const expected = { gray16be: 'gray16le', nv12: 'yuv420p' }[pixFmt as string];
  const isRgb = pixFmtInfo(pixFmt).model === 'rgb';
  expect(y4m.streamInfo.pixFmt).toBe(expected ?? (isRgb ? 'yuv444p' : pixFmt));
});

describe('color', () => {
  const clip = movingPicture(3, 64, 48);

  test.each([
    ['smpte170m', 'tv'],
    ['bt709', 'tv'],
    ['bt709', 'pc'],
    ['bt2020nc', 'tv'],
  ] as const)(
    '%s, %s: tags and samples agree, so a player gets the colors back',
    async (colorspace, colorRange) => {
      const path = join(folder, `${colorspace}-${colorRange}.mp4`);
      await encodeTo(path, rgbFrames(clip, 0, [25, 1]), { colorspace, colorRange, qscale: 1 });
      expect(probeFile(path).streams[0]).toMatchObject({
        color_space: colorspace,
        color_range: colorRange,
      });
      const rgb = runFfmpeg(
        [
          '-i',
          path,
          '-vf',
          'scale=out_range=pc:flags=accurate_rnd+full_chroma_int',
          '-pix_fmt',
          'rgb24',
          '-f',
          'rawvideo',
          '-',
        ],
        undefined,
        { allowWarnings: true },
      );
      let sum = 0;
      clip.data.forEach((value, i) => {
        sum += Math.abs(value - rgb[i]!);
      });
      expect(sum / clip.data.length).toBeLessThan(4);
    },
  );

  test('without a word about it, the matrix is that of the size', async () => {
    for (const [height, name] of [
      [576, 'smpte170m'],
      [578, 'bt709'],
    ] as const) {
      const path = join(folder, `matrix-${height}.mp4`);
      await encodeTo(path, rgbFrames(movingPicture(1, 16, height), 0, [25, 1]));
      expect(probeFile(path).streams[0].color_space).toBe(name);
    }
    const path = join(folder, 'untagged.mp4');
    await encodeTo(path, randomFrames('yuv420p', 16, 16));
    expect(probeFile(path).streams[0].color_space ?? 'unknown').toBe('unknown');
  });

  test('yuv420p goes in as it is', async () => {
    const frames = convertVideoFrames(rgbFrames(clip, 0, [25, 1]), 'yuv420p');
    const sinks = [new MemorySink(), new MemorySink()];
    for (const [index, sink] of sinks.entries()) {
      const muxer = new Muxer(sink, { format: 'mp4' });
      const encoder = muxer.addEncodeStream({
        config: videoEncodeConfig({
          width: 64,
          height: 48,
          pixFmt: 'yuv420p',
          colorspace: 'smpte170m',
        }),
      });
      await muxer.open();
      await muxer.write(
        0,
        await encoder.encode(index === 0 ? frames : rgbFrames(clip, 0, [25, 1])),
      );
      await muxer.close();
    }
    expect(sinks[1]!.toBytes()).toEqual(sinks[0]!.toBytes());
  });
});

describe('times', () => {
  const clip = movingPicture(6, 32, 32);
  async function ptsOf(frames: VideoFrames, frameRate: readonly [number, number]) {
    const muxer = new Muxer('x.mp4');
    const encoder = muxer.addEncodeStream({
      config: videoEncodeConfig({ width: 32, height: 32, frameRate }),
    });
    const { packets, timeBase } = await encoder.encode(frames);
    return {
      pts: [...packets, ...(await encoder.flush()).packets]
        .map((packet) => packet.pts)
        .sort((a, b) => a - b),
      timeBase,
    };
  }

  test('are put on the ticks of the frame rate, exactly', async () => {
    expect(await ptsOf(rgbFrames(clip, 5), [30, 1])).toEqual({
      pts: [5, 6, 7, 8, 9, 10],
      timeBase: [1, 30],
    });
    expect((await ptsOf(rgbFrames(clip), [60, 1])).pts).toEqual([0, 2, 4, 6, 8, 10]);
    expect((await ptsOf(rgbFrames(clip, -3, [15, 1]), [30000, 1001])).pts).toEqual([
      -6, -4, -2, 0, 2, 4,
    ]);
    const fine = new VideoFrames(
      rgbFrames(clip).frames.map((frame, i) => ({ ...frame, pts: 512 * i })),
      { ...description(rgbFrames(clip)), timeBase: [1, 15360] },
    );
    expect((await ptsOf(fine, [30, 1])).pts).toEqual([0, 1, 2, 3, 4, 5]);
  });

  function description({ pixFmt, width, height, numPlanes, timeBase }: VideoFrames) {
    return { pixFmt, width, height, numPlanes, timeBase };
  }

  test('gaps and a late start are kept in MP4', async () => {
    const path = join(folder, 'gaps.mp4');
    const muxer = new Muxer(path);
    const encoder = muxer.addEncodeStream({
      config: videoEncodeConfig({ width: 32, height: 32, frameRate: [30, 1] }),
    });
    await muxer.open();
    for (const [index, pts] of [30, 31, 40, 41].entries()) {
      await muxer.write(0, await encoder.encode(rgbFrames(clip.slice(index, index + 1), pts)));
    }
    await muxer.close();
    const { packets } = probeFile(path, ['-show_entries', 'packet=pts_time']);
    const times = packets.map((packet: { pts_time: string }) =>
      Math.round(Number(packet.pts_time) * 30),
    );
    expect(times.sort((a: number, b: number) => a - b)).toEqual([30, 31, 40, 41]);
  });
});

test('a byte stream holds the same pictures as MP4', async () => {
  const frames = rgbFrames(movingPicture(5, 64, 48), 0, [25, 1]);
  const pictures = [];
  for (const extension of ['mp4', 'h264']) {
    const path = join(folder, `same.${extension}`);
    await encodeTo(path, frames);
    expect(probeFile(path).streams[0]).toMatchObject({ codec_name: 'h264', width: 64, height: 48 });
    pictures.push(Buffer.from(runFfmpeg(['-i', path, '-f', 'rawvideo', '-'])));
  }
  expect(pictures[1]!.equals(pictures[0]!)).toBe(true);
});

test('onCoded gives every picture with what ffmpeg decodes, though the codec looks ahead', async () => {
  const clip = movingPicture(40, 64, 48);
  const path = join(folder, 'coded.mp4');
  const muxer = new Muxer(path);
  const encoder = muxer.addEncodeStream({ config: videoEncodeConfig({ width: 64, height: 48 }) });
  const told: { readonly pts: number; readonly luma: Uint8Array; readonly samples: Buffer }[] = [];
  const sources: VideoFrames = convertVideoFrames(rgbFrames(clip, 0, [25, 1]), 'yuv420p');
  encoder.onCoded((source, picture) => {
    const one = new VideoFrames([picture], { ...picture, numPlanes: 3, timeBase: [1, 25] });
    const planes = toPlaneArrays(one).map((plane) => Buffer.from(plane.data as Uint8Array));
    const luma = Uint8Array.from(source.planes[0]!.data as Uint8Array);
    told.push({ pts: source.pts, luma, samples: Buffer.concat(planes) });
  });
  await muxer.open();
  for (let start = 0; start < 40; start += 9) {
    const part = clip.slice(start, start + 9);
    await muxer.write(0, await encoder.encode(rgbFrames(part, start, [25, 1])));
  }
  await muxer.close();
  expect(told.length).toBe(40);
  const theirs = runFfmpeg(['-i', path, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-']);
  told.sort((a, b) => a.pts - b.pts);
  for (const [n, { luma }] of told.entries()) expect(luma).toEqual(sources.at(n).planes[0]!.data);
  expect(Buffer.concat(told.map(({ samples }) => samples)).equals(theirs)).toBe(true);
});

describe('settings', () => {
  const clip = movingPicture(4, 64, 64);
  async function sizeOf(options: object) {
    const sink = new MemorySink();
    const muxer = new Muxer(sink, { format: 'mp4' });
    const encoder = muxer.addEncodeStream({
      config: videoEncodeConfig({ width: 64, height: 64, ...options }),
    });
    await muxer.open();
    await muxer.write(0, await encoder.encode(rgbFrames(clip, 0, [25, 1])));
    await muxer.close();
    return sink.size;
  }

  test('qscale is constant quality, compressionLevel a preset, gopSize 0 key pictures only', async () => {
    const [fine, middle, coarse] = [
      await sizeOf({ qscale: 1 }),
      await sizeOf({ qscale: 5 }),
      await sizeOf({ qscale: 31 }),
    ];
    expect(fine).toBeGreaterThan(middle);
    expect(middle).toBeGreaterThan(coarse);
    expect(await sizeOf({ gopSize: 0 })).toBeGreaterThan(await sizeOf({ gopSize: 10 }));
    expect(await sizeOf({ compressionLevel: 0 })).not.toBe(await sizeOf({ compressionLevel: 8 }));
    await expect(sizeOf({ compressionLevel: 10 })).rejects.toThrow(
      /compressionLevel: got 10, allowed are integers 0..9/,
    );
    expect(await sizeOf({ maxBFrames: 2 })).toBe(await sizeOf({}));
  });

  test('maxBFrames is a bound: the fastest preset stays Baseline, others High', async () => {
    // AVCProfileIndication of avcC.
    const profileOf = (config: object, encoderConfig: object = {}): number | undefined => {
      const muxer = new Muxer(new MemorySink(), { format: 'mp4' });
      const size = { width: 64, height: 64 };
      const options = { config: videoEncodeConfig({ ...size, ...config }), encoderConfig };
      return muxer.addEncodeStream(options).streamInfo.config[1];
    };
    for (const maxBFrames of [0, 3]) {
      expect(profileOf({ maxBFrames, compressionLevel: 0 })).toBe(66);
      expect(profileOf({ maxBFrames }, { preset: 'ultrafast' })).toBe(66);
      expect(profileOf({ maxBFrames, compressionLevel: 0 }, { preset: 'fast' })).toBe(100);
      expect(profileOf({ maxBFrames }, { preset: 'ultrafast', profile: 'main' })).toBe(77);
      expect(profileOf({ maxBFrames })).toBe(100);
    }
    expect(await sizeOf({ compressionLevel: 0, maxBFrames: 3 })).toBe(
      await sizeOf({ compressionLevel: 0 }),
    );
  });
});

test('pictures of odd size', async () => {
  for (const [width, height] of [
    [33, 17],
    [2, 2],
    [3, 40],
  ] as const) {
    const path = join(folder, `odd-${width}.mp4`);
    await encodeTo(path, rgbFrames(movingPicture(2, width, height), 0, [25, 1]));
    const { streams } = probeFile(path);
    expect([streams[0].width, streams[0].height]).toEqual([
      width + (width & 1),
      height + (height & 1),
    ]);
    runFfmpeg(['-i', path, '-f', 'null', '-']);
  }
  const array: NdArray = ndarray(new Uint8Array(3), [1, 1, 1, 3]);
  const one = createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate: [25, 1], pts: 0 });
  await expect(encodeTo(join(folder, 'one.mp4'), one)).rejects.toThrow(/h264.options.width: got 1/);
});
