/**
 * H.264 whose pictures are analyzed ahead, on a GPU or wherever `vitrine/gpu` computes: while the encoder is at work on one
 * picture, the analysis of those after it is on its way. The stream is that of `analysis: 'full-search'` without it.
 */
import { ConfigError, described } from '../../base/errors.ts';
import type { Packet } from '../../base/packet.ts';
import type { H264Encoder } from '../../codecs/h264/index.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import type { GuardedAnalysis, PictureAnalysis } from '../../gpu/index.ts';
import type { VideoCodecSession } from '../codec.ts';
import { copyPicture } from '../video-encoder.ts';

/** Pictures whose analysis may be on its way. */
const AHEAD = 3;

/** The type of `encoderConfig.gpu`: the result of `gpuKernels` of `vitrine/gpu`. */
export interface AnalysisSource {
  openAnalysis(): GuardedAnalysis;
}

/** A picture that waits for its analysis. */
interface Waiting {
  readonly frame: VideoFrame;
  readonly keyFrame: boolean;
  readonly found: Promise<PictureAnalysis>;
}

/** The session of `encoder` whose pictures `source` analyzes. */
export function analyzedH264(encoder: H264Encoder, source: AnalysisSource): VideoCodecSession {
  const analysis = openAnalysis(source);
  const waiting: Waiting[] = [];
  let coded = 0;
  const codeNext = async () => {
    const { frame, keyFrame, found } = waiting.shift()!;
    const picture = coded++;
    const onWrong = (mbAddr: number, why: string) =>
      analysis.tellWrong(`picture ${picture}, block ${mbAddr}: ${why}`);
    return encoder.encode(frame, {
      forceKeyFrame: keyFrame,
      analysis: { ...(await found), onWrong },
    });
  };
  return {
    streamInfo: {
      ...encoder.streamInfo,
      analysis: analysis.report,
    },
    async encode(frame, { keyFrame = false } = {}) {
      const found = analysis.analyze(wholeMacroblocks(frame));
      // The caller that awaits it gets the error; until then the rejection must not count as unhandled.
      found.catch(() => {});
      waiting.push({ frame: { ...copyPicture(frame), pts: frame.pts }, keyFrame, found });
      return waiting.length > AHEAD ? codeNext() : [];
    },
    async flush() {
      const packets: Packet[] = [];
      try {
        while (waiting.length > 0) packets.push(...(await codeNext()));
      } finally {
        await analysis.close();
      }
      packets.push(...encoder.flush());
      return packets;
    },
    close: () => analysis.close(),
  };
}

/** Throws `ConfigError` unless `source` gives an analysis that says who computes. */
function openAnalysis(source: AnalysisSource): GuardedAnalysis {
  if (typeof source?.openAnalysis === 'function') {
    const analysis = source.openAnalysis();
    const { analyze, tellWrong, close, report } = Object(analysis) as Partial<GuardedAnalysis>;
    const isWhole = [analyze, tellWrong, close].every((method) => typeof method === 'function');
    if (isWhole && typeof report?.backend === 'string') return analysis;
  }
  throw new ConfigError(
    'videoEncodeConfig.gpu',
    `got ${described(source)}, needed is what gpuKernels of vitrine/gpu gives`,
  );
}

/** The luma of a picture up to whole macroblocks: its last column and row are repeated, as the encoder repeats them. */
function wholeMacroblocks({ planes, width, height }: VideoFrame) {
  const { data, offset, stride } = planes[0];
  const whole = { width: 16 * Math.ceil(width / 16), height: 16 * Math.ceil(height / 16) };
  const samples = new Uint8Array(whole.width * whole.height);
  for (let y = 0; y < whole.height; y++) {
    const from = offset + Math.min(y, height - 1) * stride;
    const to = y * whole.width;
    samples.set((data as Uint8Array).subarray(from, from + width), to);
    samples.fill(samples[to + width - 1]!, to + width, to + whole.width);
  }
  return { samples, ...whole };
}
