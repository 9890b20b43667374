/** Our encoder, from raw frames to an Annex B stream. */
import type { Preset } from '../../src/codecs/h264/index.ts';
import type { VideoFrame } from '../../src/frames/frame.ts';
import { chromaSamples, frameBytes } from '../video/clips.ts';
import { annexB, lengthPrefixed, parameterSets } from './annex-b.ts';
import type { EncodeJob, InProcessEncoder } from './encoder.ts';

/** Options that `--options '{"key": value}'` adds to every encode of ours, for trying them out. */
const EXTRA = JSON.parse(process.env.VITRINE_BENCH_OPTIONS ?? '{}');

/** The encoder as the sources have it. */
export async function loadVitrine(): Promise<InProcessEncoder> {
  const { createH264Encoder } = await import('../../src/codecs/h264/index.ts');
  const encode = (job: EncodeJob, samples: Uint8Array) => {
    const { clip } = job;
    const encoder = createH264Encoder({
      width: clip.width,
      height: clip.height,
      frameRate: clip.frameRate,
      profile: 'baseline',
      qp: job.qp,
      gopSize: job.gop,
      preset: job.preset as Preset,
      ...EXTRA,
    });
    const units: Uint8Array[] = [...parameterSets(encoder.streamInfo.config)];
    const take = (packets: readonly { data: Uint8Array }[]) => {
      for (const { data } of packets) units.push(...lengthPrefixed(data));
    };
    for (let n = 0; n < clip.numFrames; n++) {
      const luma = n * frameBytes(clip);
      const chroma = luma + clip.width * clip.height;
      const chromaStride = (clip.width + 1) >> 1;
      const frame: VideoFrame = {
        pixFmt: 'yuv420p',
        width: clip.width,
        height: clip.height,
        pts: n,
        planes: [
          { data: samples, offset: luma, stride: clip.width },
          { data: samples, offset: chroma, stride: chromaStride },
          { data: samples, offset: chroma + chromaSamples(clip), stride: chromaStride },
        ],
      };
      take(encoder.encode(frame));
    }
    take(encoder.flush());
    return annexB(units);
  };
  return { encode };
}
