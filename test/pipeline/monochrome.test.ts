/** Gray frames in a session: with `monochrome` they are coded as they are, in every container that has H.264. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createReferenceVideoFrame, ndarray } from '../../src/frames/index.ts';
import { Demuxer, Muxer, videoEncodeConfig } from '../../src/index.ts';
import { runFfmpeg } from '../support/ffmpeg.ts';

const folder = mkdtempSync(join(tmpdir(), 'gray-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [width, height, count] = [49, 35, 5];
const samples = Uint8Array.from({ length: count * height * width }, (_, i) => {
  const x = i % width;
  const n = Math.floor(i / (width * height));
  return 128 + 120 * Math.sin((x + 3 * n) / 6);
});

describe('gray frames with monochrome', () => {
  it.each(['a.mp4', 'a.mkv', 'a.h264'])('keep their size and range in %s', async (name) => {
    const path = join(folder, name);
    const muxer = new Muxer(path);
    const encoder = muxer.addEncodeStream({
      config: videoEncodeConfig({ width, height, pixFmt: 'gray', frameRate: [25, 1] }),
      encoderConfig: { monochrome: true, qp: 4, profile: 'high' },
    });
    expect(encoder.streamInfo).toMatchObject({ pixFmt: 'gray', width, height });
    await muxer.open();
    const array = ndarray(samples, [count, height, width]);
    const frames = createReferenceVideoFrame({
      array,
      pixFmt: 'gray',
      frameRate: [25, 1],
      pts: 0,
    });
    await muxer.write(0, await encoder.encode(frames));
    await muxer.write(0, await encoder.flush());
    await muxer.close();
    const demuxer = await Demuxer.open(path);
    expect(demuxer.videoCodec).toMatchObject({ width, height });
    // MP4 and Matroska files do not say the format outside of the parameter sets.
    if (name.endsWith('h264')) expect(demuxer.videoCodec?.pixFmt).toBe('gray');
    expect(demuxer.videoCodec?.color?.video_full_range_flag).toBe(1);
    await demuxer.close();
    const decoded = runFfmpeg(['-i', path, '-pix_fmt', 'gray', '-f', 'rawvideo', '-'], undefined, {
      allowWarnings: true,
    });
    expect(decoded).toHaveLength(samples.length);
    let worst = 0;
    for (let i = 0; i < samples.length; i++) {
      worst = Math.max(worst, Math.abs(samples[i]! - decoded[i]!));
    }
    expect(worst).toBeLessThan(8);
  });
});
