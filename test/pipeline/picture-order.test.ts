/** Pictures that are coded before others which are shown ahead of them, in every container: all there, in order, the first at time 0. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { allocatePicture, VideoFrames } from '../../src/frames/index.ts';
import { Demuxer, Muxer, videoEncodeConfig } from '../../src/index.ts';
import type { H264EncoderConfig } from '../../src/pipeline/codecs/h264-codec.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';
import { passthroughOption } from '../support/h264.ts';

const folder = mkdtempSync(join(tmpdir(), 'order-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COUNT = 23;
const SIZE = (64 * 48 * 3) / 2;

/** Picture n is of one gray, 20 + 9 n. */
function pictures(times: readonly number[], timeBase: readonly [number, number]): VideoFrames {
  const frames = times.map((pts, n) => {
    const picture = allocatePicture('yuv420p', 64, 48);
    // All planes lie in one array, luma first.
    const data = picture.planes[0]!.data as Uint8Array;
    data.fill(128);
    data.fill(20 + 9 * n, picture.planes[0]!.offset, picture.planes[0]!.offset + 64 * 48);
    return { ...picture, pts };
  });
  const shape = { width: 64, height: 48, numPlanes: 3 } as const;
  return new VideoFrames(frames, { pixFmt: 'yuv420p', ...shape, timeBase });
}

/** Numbers of the pictures that ffmpeg decodes from a file, in the order in which it shows them. */
function shown(path: string): number[] {
  const output = [...passthroughOption(), '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'];
  const raw = runFfmpeg(['-i', path, ...output], undefined, { allowWarnings: true });
  return Array.from({ length: raw.length / SIZE }, (_, n) => Math.round((raw[n * SIZE] - 20) / 9));
}

interface ProbedPacket {
  readonly pts_time?: string;
  readonly dts_time?: string;
}

/** Times of a file's packets as ffprobe has them, in the order of the file. */
function packetsOf(path: string): { pts: number[]; dts: number[] } {
  const probed = probeFile(path, ['-show_entries', 'packet=pts_time,dts_time']);
  const packets = probed.packets as ProbedPacket[];
  return {
    pts: packets.map((packet) => Number(packet.pts_time)),
    dts: packets.map((packet) => Number(packet.dts_time)),
  };
}

const ALL = Array.from({ length: COUNT }, (_, n) => n);
const FRAME_RATE = [25, 1] as const;
/** Milliseconds that leave gaps. */
const UNEVEN = ALL.map((n) => 40 * n + 7 * (n % 3) + (n > 11 ? 900 : 0));

async function encodeTo(
  name: string,
  order: { readonly bframes: number; readonly bPyramid?: 'none' | 'strict' | 'normal' },
  layout: { movflags?: string } = {},
  isUneven = false,
): Promise<string> {
  const path = join(folder, name);
  const muxer = new Muxer(path);
  const timeBase = isUneven ? ([1, 1000] as const) : undefined;
  const config = videoEncodeConfig({
    ...{ width: 64, height: 48, pixFmt: 'yuv420p', frameRate: FRAME_RATE, gopSize: 13 },
    ...(timeBase === undefined ? {} : { timeBase }),
  });
  const encoderConfig: H264EncoderConfig = {
    ...({ profile: 'main', preset: 'veryfast', qp: 20, sceneCut: false } as const),
    ...order,
  };
  const encoder = muxer.addEncodeStream({ config, encoderConfig });
  await muxer.open(layout);
  const times = isUneven ? UNEVEN : ALL;
  const base = isUneven ? ([1, 1000] as [number, number]) : ([1, 25] as [number, number]);
  const all = pictures(times, base);
  for (let n = 0; n < COUNT; n++) {
    const one = new VideoFrames([all.frames[n]!], { ...all, timeBase: base });
    await muxer.write(0, await encoder.encode(one));
  }
  await muxer.write(0, await encoder.flush());
  await muxer.close();
  return path;
}

describe('pictures that are not coded as they are shown', () => {
  const orders = [
    { bframes: 1 },
    { bframes: 3, bPyramid: 'none' },
    { bframes: 3, bPyramid: 'strict' },
    { bframes: 7 },
  ] as const;
  const files = [
    ['file.mp4', {}],
    ['fast.mp4', { movflags: '+faststart' }],
    ['fragments.mp4', { movflags: 'frag_keyframe' }],
    ['file.mov', {}],
    ['file.mkv', {}],
  ] as const;

  test.each(files)('%s: each is there once, in order, the first at 0', async (name, layout) => {
    for (const [i, order] of orders.entries()) {
      for (const isUneven of [false, true]) {
        const path = await encodeTo(`${i}${isUneven ? 'u' : ''}-${name}`, order, layout, isUneven);
        expect(shown(path)).toEqual(ALL);
        const { pts, dts } = packetsOf(path);
        const wanted = ALL.map((n) => (isUneven ? UNEVEN[n]! / 1000 : n / 25));
        const sorted = [...pts].sort((a, b) => a - b);
        for (const n of ALL) expect(sorted[n]).toBeCloseTo(wanted[n]!, 5);
        expect(pts).not.toEqual(sorted);
        // Matroska stores no times of decoding; ffprobe leaves some out.
        for (const n of ALL) expect(dts[n]! > pts[n]!).toBe(false);
      }
    }
  });

  test('Annex B is put in order again when it is read', async () => {
    const path = await encodeTo('stream.h264', { bframes: 3 });
    expect(shown(path)).toEqual(ALL);
    const demuxer = await Demuxer.open(path);
    const read: { pts: number; dts: number }[] = [];
    for await (const { packets } of demuxer.streamingDemux({ duration: 1 })) {
      for (const { pts, dts } of packets) read.push({ pts, dts });
    }
    await demuxer.close();
    expect(read.map(({ pts }) => pts)).not.toEqual(
      [...read.map(({ pts }) => pts)].sort((a, b) => a - b),
    );
    for (const { pts, dts } of read) expect(dts).toBeLessThanOrEqual(pts);
  });

  test.each([
    ['mp4', 'mkv'],
    ['mkv', 'mp4'],
    ['mp4', 'h264'],
    ['h264', 'mp4'],
    ['h264', 'mkv'],
  ])('are remuxed from %s to %s', async (from, to) => {
    const source = await encodeTo(`from-${to}.${from}`, { bframes: 3 });
    const demuxer = await Demuxer.open(source);
    const path = join(folder, `from-${from}.${to}`);
    const muxer = new Muxer(path);
    muxer.addRemuxStream(demuxer.videoCodec!);
    await muxer.open();
    for await (const packets of demuxer.streamingDemux({ duration: 1 })) {
      await muxer.write(0, packets);
    }
    await muxer.close();
    await demuxer.close();
    expect(shown(path)).toEqual(ALL);
    if (to !== 'h264') expect(Math.min(...packetsOf(path).pts)).toBe(0);
  });
});
