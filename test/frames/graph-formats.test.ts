/** The formats that filter graphs add: planes where ffmpeg has them, and nothing lost on the way through another format. */
import { expect, test } from 'vitest';
import {
  ALL_PIX_FMTS,
  allocatePicture,
  convertVideoFrames,
  createReferenceVideoFrame,
  hasAlpha,
  PIX_FMTS,
  type PixFmt,
  pixFmtInfo,
  toArray,
  VideoFrames,
} from '../../src/frames/index.ts';
import { runFfmpeg } from '../support/ffmpeg.ts';

const GRAPH_FMTS = ALL_PIX_FMTS.filter((name) => !PIX_FMTS.includes(name));

function framesOf(pixFmt: PixFmt, seed: number): VideoFrames {
  const frame = allocatePicture(pixFmt, 8, 6);
  const { bitDepth, samplesPerPixel } = pixFmtInfo(pixFmt);
  const data = frame.planes[0]!.data as Uint8Array;
  for (let i = 0; i < data.length; i++)
    data[i] = (i * seed * 37 + (i >> 3) * 11) & (2 ** bitDepth - 1);
  const numPlanes = samplesPerPixel.length;
  return new VideoFrames([frame], { pixFmt, width: 8, height: 6, numPlanes, timeBase: [1, 1] });
}

const bytesOf = (frames: VideoFrames): Buffer => {
  const { data } = toArray(frames);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
};

test.each(GRAPH_FMTS)('%s in one array goes in and comes back', (pixFmt) => {
  const frames = framesOf(pixFmt, 3);
  const array = toArray(frames);
  const back = createReferenceVideoFrame({ array, pixFmt, frameRate: [1, 1], pts: 0 });
  expect(back.width).toBe(8);
  expect(bytesOf(back).equals(bytesOf(frames))).toBe(true);
});

test.each([
  ['rgba', 'argb'],
  ['rgba', 'abgr'],
  ['rgba', 'gbrap'],
  ['rgb24', 'gbrp'],
  ['rgb24', 'gbrap'],
  ['yuv420p', 'yuva420p'],
  ['yuv422p', 'yuva422p'],
  ['yuv444p', 'yuva444p'],
] as const)('%s as %s has the bytes that ffmpeg gives it, and goes back whole', (from, to) => {
  const frames = framesOf(from, 5);
  const converted = convertVideoFrames(frames, to);
  const input = ['-f', 'rawvideo', '-pix_fmt', from, '-s', '8x6', '-i', '-'];
  const ffmpeg = runFfmpeg([...input, '-f', 'rawvideo', '-pix_fmt', to, '-'], bytesOf(frames));
  // ffmpeg takes rgba to gbrap by way of its scaler, which rounds.
  const tolerance = to === 'gbrap' && from === 'rgba' ? 2 : 0;
  const differences = bytesOf(converted).map((value, i) => Math.abs(value - ffmpeg[i]!));
  expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
  expect(bytesOf(convertVideoFrames(converted, from)).equals(bytesOf(frames))).toBe(true);
});

test.each(GRAPH_FMTS)('%s converts to every format and from every format', (pixFmt) => {
  for (const other of ALL_PIX_FMTS) {
    const there = convertVideoFrames(framesOf(pixFmt, 7), other);
    const back = convertVideoFrames(there, pixFmt);
    expect(back.frames[0]!.planes.length).toBe(pixFmtInfo(pixFmt).samplesPerPixel.length);
    if (hasAlpha(pixFmtInfo(pixFmt)) && hasAlpha(pixFmtInfo(other))) {
      const alpha = (frames: VideoFrames) =>
        bytesOf(convertVideoFrames(frames, 'rgba')).filter((_, i) => i % 4 === 3);
      expect(alpha(back)).toEqual(alpha(framesOf(pixFmt, 7)));
    }
  }
});

test.each(['yuv420p', 'yuv422p', 'yuv444p'] as const)(
  '%s of ten bits is eight with two more',
  (base) => {
    const frames = framesOf(base, 9);
    const deep = convertVideoFrames(frames, `${base}10le`);
    const widened = Array.from(toArray(frames).data as Uint8Array, (value) => value * 4);
    expect(Array.from(toArray(deep).data as Uint16Array)).toEqual(widened);
    expect(bytesOf(convertVideoFrames(deep, base)).equals(bytesOf(frames))).toBe(true);
  },
);
