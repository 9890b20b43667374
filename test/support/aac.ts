/** Encodes arrays with the AAC encoder, and decodes with ffmpeg; for tests. */
import type { Packet } from '../../src/base/packet.ts';
import { type AacEncoderOptions, createAacEncoder } from '../../src/codecs/aac/index.ts';
import { adtsStream } from './adts.ts';
import { runFfmpeg } from './ffmpeg.ts';

/** All packets of `channels`, handed over in runs of `chunk` samples. */
export function encodeAac(
  channels: readonly Float32Array[],
  options: AacEncoderOptions,
  chunk = Math.max(1, channels[0].length),
): { packets: Packet[]; config: Uint8Array; priming: number } {
  const encoder = createAacEncoder(options);
  const total = channels[0].length;
  const packets: Packet[] = [];
  for (let start = 0; start < total; start += chunk) {
    packets.push(
      ...encoder.encode({
        sampleFmt: 'fltp',
        sampleRate: options.sampleRate,
        numChannels: channels.length,
        numSamples: Math.min(chunk, total - start),
        planes: channels.map((data) => ({ data, offset: start, stride: total })),
        pts: start,
      }),
    );
  }
  packets.push(...encoder.flush());
  const { config, priming } = encoder.streamInfo;
  return { packets, config, priming };
}

/** What ffmpeg decodes, interleaved, priming and padding included. Throws if it prints a warning. */
export function decodeAac(packets: readonly Packet[], config: Uint8Array): Float32Array {
  const bytes = runFfmpeg(
    ['-f', 'aac', '-i', 'pipe:0', '-f', 'f32le', 'pipe:1'],
    adtsStream(packets, config),
  );
  return new Float32Array(bytes.slice().buffer);
}
