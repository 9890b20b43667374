/** Streams that are encoded with and without a GPU. */
import type { Packet } from '../../src/base/packet.ts';
import { createH264Encoder, type H264Options } from '../../src/codecs/h264/index.ts';
import type { VideoFrame } from '../../src/frames/frame.ts';
import { VideoFrames } from '../../src/frames/video-frames.ts';
import type { GpuKernels } from '../../src/gpu/index.ts';
import { H264 } from '../../src/pipeline/codecs/index.ts';
import { videoEncodeConfig } from '../../src/pipeline/index.ts';
import { createBytes } from './questions.ts';

export const [WIDTH, HEIGHT] = [68, 50];
const COUNT = 24;

/** Noise that moves, a cut, and a flash. */
export function movingNoise(): readonly VideoFrame[] {
  const bytes = createBytes(9);
  const field = Uint8Array.from({ length: 256 * 256 }, () => bytes() >> 1);
  return Array.from({ length: COUNT }, (_, n) => {
    const seed = n < 12 ? 0 : 77;
    const flash = n === 6 ? 100 : 0;
    const plane = (width: number, height: number, step: number) => ({
      data: Uint8Array.from(
        { length: width * height },
        (_, i) =>
          flash +
          field[((Math.floor(i / width) * step + 2 * n + seed) % 256) * 256 + (i % width) + n]!,
      ),
      offset: 0,
      stride: width,
    });
    const planes = [
      plane(WIDTH, HEIGHT, 1),
      plane(WIDTH / 2, HEIGHT / 2, 2),
      plane(WIDTH / 2, HEIGHT / 2, 2),
    ];
    return { pixFmt: 'yuv420p', width: WIDTH, height: HEIGHT, planes, pts: n } as const;
  });
}

/** The packets of an encoder that analyzes by itself. */
export function encodeAlone(
  frames: readonly VideoFrame[],
  options: Partial<H264Options>,
): Uint8Array[] {
  const { width, height } = frames[0]!;
  const encoder = createH264Encoder({ width, height, frameRate: 25, ...options });
  const packets = frames.flatMap((frame) => encoder.encode(frame));
  return [...packets, ...encoder.flush()].map(({ data }) => data);
}

/** The packets of a session's encoder that `gpu` analyzes for, and who did. */
export async function encodeBySession(
  gpu: Pick<GpuKernels, 'openAnalysis'>,
  frames: readonly VideoFrame[],
  options: Partial<H264Options>,
) {
  const { width, height } = frames[0]!;
  const config = videoEncodeConfig({ width, height, frameRate: 25, pixFmt: 'yuv420p' });
  const encoder = H264.createEncoder(config, { ...options, gpu }, H264.pixFmts);
  const packets: Packet[] = [];
  for (const frame of frames) {
    const { pixFmt } = frame;
    const description = { pixFmt, width, height, numPlanes: 3, timeBase: [1, 25] as const };
    packets.push(...(await encoder.encode(new VideoFrames([frame], description))));
  }
  packets.push(...(await encoder.flush()));
  return { data: packets.map(({ data }) => data), analysis: encoder.streamInfo.analysis };
}
