/**
 * The average bit rate of real clips of five seconds and more: within 2 % of what is asked, also where a single picture can
 * take more than is still to be given, and where most pictures of a screen are still and its
 * pages turn near the end.
 */
import { describe, expect, it } from 'vitest';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import type { Preset } from '../../../../src/codecs/h264/encoder/speed-options.ts';
import { runFfmpeg } from '../../../support/ffmpeg.ts';
import { frameOf, pictureSize } from '../../../support/h264.ts';
import { hasMedia, mediaPath } from '../../../support/media.ts';

// Rates that constant QP 20 (juggle) and 32 would take, by bits per second.
const STREAMS = [
  ['juggle_640x360_24fps.mkv', 640, 360, 24, 'superfast', 1_192_000],
  ['juggle_640x360_24fps.mkv', 640, 360, 24, 'superfast', 312_000],
  ['foreman_176x144_30fps.mkv', 176, 144, 30, 'veryfast', 102_000],
  ['screen_editor_1280x720_30fps.mkv', 1280, 720, 30, 'superfast', 266_000],
  ['screen_editor_1280x720_30fps.mkv', 1280, 720, 30, 'superfast', 182_000],
  ['screen_editor_1280x720_30fps.mkv', 1280, 720, 30, 'veryfast', 264_000],
] as const satisfies readonly [string, number, number, number, Preset, number][];

describe.skipIf(!hasMedia)('average bit rate', () => {
  it.each(STREAMS)('of %s, %i x %i at %i fps, %s, is %i bit/s within 2 %', (...stream) => {
    const [name, width, height, rate, preset, bitRate] = stream;
    const raw = runFfmpeg(
      ['-i', mediaPath(`video/${name}`), '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'],
      undefined,
      { allowWarnings: true },
    );
    const size = pictureSize(width, height);
    const count = raw.length / size;
    const encoder = createH264Encoder({ width, height, frameRate: [rate, 1], preset, bitRate });
    let bytes = 0;
    const take = (packets: readonly { data: Uint8Array }[]) => {
      for (const { data } of packets) bytes += data.length;
    };
    for (let n = 0; n < count; n++) {
      take(encoder.encode(frameOf(raw.subarray(n * size, (n + 1) * size), width, height, n)));
    }
    take(encoder.flush());
    const error = (8 * bytes * rate) / count / bitRate - 1;
    expect(Math.abs(error)).toBeLessThan(0.02);
  });
});
