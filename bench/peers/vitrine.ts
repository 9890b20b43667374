/** Our encoder, from raw frames to an Annex B stream. */
import type { Preset } from '../../src/codecs/h264/index.ts';
import type { VideoFrame } from '../../src/frames/frame.ts';
import { chromaSamples, frameBytes } from '../video/clips.ts';
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

/** NAL units of a canonical packet: each behind a 4-byte length. */
function* lengthPrefixed(data: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let at = 0; at < data.length; ) {
    const length = view.getUint32(at);
    yield data.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

/** The parameter sets of an AVCDecoderConfigurationRecord, ISO/IEC 14496-15 clause 5.3.3.1. */
function* parameterSets(config: Uint8Array): Generator<Uint8Array> {
  let at = 5;
  for (const mask of [31, 255]) {
    let count = config[at++]! & mask;
    for (; count > 0; count--) {
      const length = (config[at]! << 8) | config[at + 1]!;
      yield config.subarray(at + 2, at + 2 + length);
      at += 2 + length;
    }
  }
}

function annexB(units: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(units.reduce((sum, unit) => sum + 4 + unit.length, 0));
  let at = 0;
  for (const unit of units) {
    out[at + 3] = 1;
    out.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return out;
}
