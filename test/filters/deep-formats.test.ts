/** Formats of 12 and 16 bits go through graphs as ffmpeg takes them through, and through conversions by values computed here. */
import { describe, expect, test } from 'vitest';
import { FilterGraph } from '../../src/filters/index.ts';
import type { VideoFrame } from '../../src/frames/frame.ts';
import {
  type PixFmt,
  pixFmtInfo,
  planeHeight,
  planeRowLength,
} from '../../src/frames/pixel-format.ts';
import { VideoFrames } from '../../src/frames/video-frames.ts';

const FORMATS: readonly PixFmt[] = ['yuv420p12le', 'yuv422p12le', 'yuv444p12le', 'yuv444p16le'];
const [WIDTH, HEIGHT] = [17, 11];

/** A picture whose samples are `value(plane, index)`. */
function picture(pixFmt: PixFmt, value: (plane: number, index: number) => number): VideoFrames {
  const info = pixFmtInfo(pixFmt);
  const planes = info.samplesPerPixel.map((_, p) => {
    const stride = planeRowLength(info, p, WIDTH);
    const length = stride * planeHeight(info, p, HEIGHT);
    const samples = Array.from({ length }, (_, i) => value(p, i));
    const data = info.bytesPerSample === 2 ? Uint16Array.from(samples) : Uint8Array.from(samples);
    return { data, offset: 0, stride };
  });
  const frame = { pixFmt, width: WIDTH, height: HEIGHT, pts: 0, planes } as unknown as VideoFrame;
  const description = { pixFmt, width: WIDTH, height: HEIGHT, numPlanes: 3 };
  return new VideoFrames([frame], { ...description, timeBase: [1, 25] });
}

/** The samples of each plane of the one picture that a graph makes. */
function run(frames: VideoFrames, text: string): { pixFmt: PixFmt; planes: number[][] } {
  const { pixFmt } = frames;
  const source = `buffer=video_size=${WIDTH}x${HEIGHT}:pix_fmt=${pixFmt}:time_base=1/25`;
  const graph = new FilterGraph(`${source},${text},buffersink`);
  graph.addFrames(frames);
  graph.flush();
  const [out] = graph.getFrames() as VideoFrames;
  const info = pixFmtInfo(out!.pixFmt);
  const planes = out!.planes.map(({ data, offset, stride }, p) => {
    const rows = Array.from({ length: planeHeight(info, p, out!.height) }, (_, y) => [
      ...(data as Uint16Array).subarray(
        offset + y * stride,
        offset + y * stride + planeRowLength(info, p, out!.width),
      ),
    ]);
    return rows.flat();
  });
  return { pixFmt: out!.pixFmt, planes };
}

describe.each(FORMATS)('%s', (pixFmt) => {
  const info = pixFmtInfo(pixFmt);
  const shift = info.bitDepth - 8;
  const base = pixFmt.replace(/1[26]le$/, '') as PixFmt;
  const value = (p: number, i: number) => (i * 7919 + p * 4001) % 2 ** info.bitDepth;

  test('stays as it is through filters of geometry', () => {
    const source = picture(pixFmt, value);
    const planes = source.frames[0]!.planes.map(({ data }) => [...(data as Uint16Array)]);
    for (const graph of ['null', 'hflip,hflip', 'vflip,vflip', `format=rgb24|${pixFmt}`]) {
      expect(run(source, graph), graph).toEqual({ pixFmt, planes });
    }
    const negated = planes.map((plane) => plane.map((v) => 2 ** info.bitDepth - 1 - v));
    expect(run(source, 'negate')).toEqual({ pixFmt, planes: negated });
  });

  test('of 8 bits more is them with low bits of 0, and comes back', () => {
    const small = picture(base, (p, i) => 16 + ((i * 53 + p * 29) % 220));
    const planes = small.frames[0]!.planes.map(({ data }) => [...(data as Uint16Array)]);
    const raised = planes.map((plane) => plane.map((v) => v << shift));
    expect(run(small, `format=${pixFmt.replace('le', '')}`)).toEqual({ pixFmt, planes: raised });
    expect(run(small, `format=${pixFmt},format=${base}`)).toEqual({ pixFmt: base, planes });
  });

  test('scales a flat picture to a flat one of the same value', () => {
    const flat = picture(pixFmt, (p) => (1000 + p * 300) << (info.bitDepth - 12));
    const { planes } = run(flat, 'scale=30:22');
    for (const [p, plane] of planes.entries()) {
      expect(new Set(plane)).toEqual(new Set([(1000 + p * 300) << (info.bitDepth - 12)]));
    }
  });

  test('becomes RGB of its value', () => {
    const gray = picture(pixFmt, (p) => (p === 0 ? 16 + 219 / 2 : 128) * 2 ** shift);
    for (const v of run(gray, 'format=rgb24').planes[0]!)
      expect(Math.abs(v - 127.5)).toBeLessThan(2);
  });
});

test('force_divisible_by goes down with decrease and up with increase, on both sides', () => {
  // The sizes that ffmpeg 5.1 gives.
  for (const [source, scale, size] of [
    ['67x49', '100:100:force_original_aspect_ratio=increase:force_divisible_by=4', [140, 100]],
    ['67x49', '101:99:force_original_aspect_ratio=decrease:force_divisible_by=4', [100, 72]],
    ['67x49', '101:99:force_original_aspect_ratio=increase:force_divisible_by=4', [136, 100]],
    ['67x49', '102:98:force_original_aspect_ratio=decrease:force_divisible_by=8', [96, 72]],
    ['48x64', '102:98:force_original_aspect_ratio=increase:force_divisible_by=8', [104, 136]],
    ['48x64', '99:101:force_original_aspect_ratio=decrease:force_divisible_by=6', [72, 96]],
  ] as const) {
    const graph = new FilterGraph(`color=s=${source}:d=0.04,scale=${scale},buffersink`);
    graph.flush();
    const { width, height } = graph.getFrames() as VideoFrames;
    expect([width, height], scale).toEqual(size);
  }
});
