/** Kind 14: the clock of a stream is one thing, the rate of its pictures another. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createH264Encoder } from '../../src/codecs/h264/index.ts';
import { allocatePicture, VideoFrames } from '../../src/frames/index.ts';
import {
  ConfigError,
  MemorySink,
  Muxer,
  type VideoEncodeOptions,
  videoEncodeConfig,
} from '../../src/index.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';

const folder = mkdtempSync(join(tmpdir(), 'clock-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Gray pictures at these times. */
function pictures(times: readonly number[], timeBase: readonly [number, number]): VideoFrames {
  const frames = times.map((pts, i) => {
    const picture = allocatePicture('gray', 64, 48);
    (picture.planes[0]!.data as Uint8Array).fill((i * 37) % 251);
    return { ...picture, pts };
  });
  return new VideoFrames(frames, { pixFmt: 'gray', width: 64, height: 48, numPlanes: 1, timeBase });
}

/** Encodes pictures, `pieces` at a call, and gives the times of the packets as ffprobe reads them. */
async function encoded(
  name: string,
  times: readonly number[],
  timeBase: readonly [number, number],
  options: Partial<VideoEncodeOptions>,
  pieces = 1,
  profile: 'baseline' | 'high' = 'high',
) {
  const path = join(folder, name);
  const muxer = new Muxer(path);
  const config = videoEncodeConfig({ width: 64, height: 48, pixFmt: 'gray', ...options });
  const encoder = muxer.addEncodeStream({ config, encoderConfig: { profile } });
  await muxer.open();
  for (let i = 0; i < times.length; i += pieces) {
    await muxer.write(0, await encoder.encode(pictures(times.slice(i, i + pieces), timeBase)));
  }
  await muxer.close();
  const file = probeFile(path, ['-show_entries', 'packet=pts_time,duration_time:stream=level']);
  // In the order in which they are shown.
  file.packets.sort(
    (a: { pts_time: string }, b: { pts_time: string }) => Number(a.pts_time) - Number(b.pts_time),
  );
  return { path, encoder, file };
}

const MILLISECONDS = [0, 1000, 2000, 2020, 2040, 2061, 2062, 5000];
const durations = MILLISECONDS.map((t, i) => (MILLISECONDS[i + 1] ?? t + 40) - t);

describe('pictures at any time (kind 14)', () => {
  test.each(['mp4', 'mkv', 'mov'])('are written to the millisecond (%s)', async (extension) => {
    for (const [pieces, options, profile] of [
      [1, { timeBase: [1, 1000] }, 'baseline'],
      [8, { timeBase: [1, 1000] }, 'high'],
      [3, { frameRate: [1000, 1] }, 'baseline'],
    ] as const) {
      const name = `vfr-${pieces}.${extension}`;
      const { file } = await encoded(name, MILLISECONDS, [1, 1000], options, pieces, profile);
      const got = file.packets.map((p: { pts_time: string }) =>
        Math.round(Number(p.pts_time) * 1000),
      );
      expect(got).toEqual(MILLISECONDS);
      const lasting = file.packets.map((p: { duration_time: string }) =>
        Math.round(Number(p.duration_time) * 1000),
      );
      // Where pictures are shown in another order, ffprobe does not say how long those of MP4 last.
      if (profile === 'baseline') expect(lasting).toEqual(durations);
      expect(file.streams[0].level).toBe(10);
    }
  });

  test('to the microsecond', async () => {
    const times = [0, 16_683, 33_367, 50_050, 1_000_001];
    const { file } = await encoded('us.mp4', times, [1, 1_000_000], { timeBase: [1, 1_000_000] });
    const got = file.packets.map((p: { pts_time: string }) => Math.round(Number(p.pts_time) * 1e6));
    expect(got).toEqual(times);
  });

  test('take the level of the rate that is said, not of the clock', async () => {
    for (const [frameRate, level] of [
      [[25, 1], 10],
      [[300, 1], 52],
    ] as const) {
      const encoder = createH264Encoder({
        width: 64,
        height: 48,
        qp: 30,
        frameRate,
        timeBase: [1, 90_000],
      });
      // AVCLevelIndication of avcC. Above 172 frames per second only levels 6 and higher allow any size.
      const indication = encoder.streamInfo.config[3]!;
      if (level === 10) expect(indication).toBe(10);
      else expect(indication).toBeGreaterThanOrEqual(60);
      expect(encoder.streamInfo).toMatchObject({ timeBase: [1, 90_000] });
      expect(encoder.streamInfo.frameRate).toBeUndefined();
    }
  });

  test('are decoded by ffmpeg at their times', async () => {
    const { path } = await encoded('vfr.mkv', MILLISECONDS, [1, 1000], { timeBase: [1, 1000] });
    const log = runFfmpeg(
      ['-i', path, '-vsync', '0', '-copyts', '-enc_time_base', '1/1000', '-f', 'framecrc', '-'],
      undefined,
      { allowWarnings: true },
    );
    const times = Buffer.from(log)
      .toString()
      .split('\n')
      .filter((line) => /^0,/.test(line))
      .map((line) => Number(line.split(',')[2]));
    expect(times).toEqual(MILLISECONDS);
  });

  test('keep a bit rate by their times, not by their number', async () => {
    // Ten pictures a second, of noise: at 25 a second, for which bits are reckoned, they would get two fifths of the rate.
    const [bitRate, seconds] = [400_000, 12];
    const encoder = createH264Encoder({
      width: 64,
      height: 48,
      bitRate,
      frameRate: [25, 1],
      timeBase: [1, 1000],
      preset: 'veryfast',
    });
    let bits = 0;
    let seed = 1;
    for (let n = 0; n < seconds * 10; n++) {
      const frame = allocatePicture('yuv420p', 64, 48);
      const { data } = frame.planes[0]!;
      for (let i = 0; i < data.length; i++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        data[i] = seed >>> 24;
      }
      for (const packet of encoder.encode({ ...frame, pts: n * 100 }))
        bits += packet.data.length * 8;
    }
    for (const packet of encoder.flush()) bits += packet.data.length * 8;
    expect(bits / seconds / bitRate).toBeGreaterThan(0.8);
    expect(bits / seconds / bitRate).toBeLessThan(1.2);
  });

  test('constant pictures stay as they were', () => {
    const options = { width: 64, height: 48, qp: 30, frameRate: [30000, 1001] } as const;
    const plain = createH264Encoder(options);
    const same = createH264Encoder({ ...options, timeBase: [1001, 30000] });
    expect(same.streamInfo).toEqual(plain.streamInfo);
  });

  test('what cannot have them refuses them', async () => {
    const cbr = { bitRate: 100_000, vbvBufferSize: 100_000, hrd: 'cbr' } as const;
    const size = { width: 64, height: 48, frameRate: [25, 1] } as const;
    expect(() => createH264Encoder({ ...size, ...cbr, timeBase: [1, 1000] })).toThrow(
      /hrd: cbr needs/,
    );
    const muxer = new Muxer(new MemorySink(), { format: 'y4m' });
    const config = videoEncodeConfig({
      width: 64,
      height: 48,
      pixFmt: 'gray',
      timeBase: [1, 1000],
    });
    muxer.addEncodeStream({ config });
    await expect(muxer.open()).rejects.toThrow(/y4m needs pictures at a constant rate/);
    const bad = { width: 64, height: 48, timeBase: [0, 1] } as VideoEncodeOptions;
    expect(() => videoEncodeConfig(bad)).toThrow(ConfigError);
  });
});
