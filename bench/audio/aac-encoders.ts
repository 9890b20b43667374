/** The encoders that `bench:aac` compares: ours in this process, and FFmpeg's native one; both decoded by ffmpeg. */
import { spawnSync } from 'node:child_process';
import type { Packet } from '../../src/base/packet.ts';
import { type AacEncoderOptions, createAacEncoder } from '../../src/codecs/aac/index.ts';
import { adtsStream } from '../../test/support/adts.ts';
import { ffmpegPath, probeFile, runFfmpeg } from '../../test/support/ffmpeg.ts';
import { type AudioClip, CACHE } from './clips.ts';

/** A clip that went through an encoder and ffmpeg's decoder. */
export interface CodedClip {
  /** Decoded samples, aligned with the clip, as many as it has. */
  readonly channels: readonly Float64Array[];
  /** Bits of all packets; no container. */
  readonly bits: number;
  /** Processor time of the encoder, user and system. */
  readonly cpuSeconds: number;
}

/** Our options but for those that the benchmark sets. */
export type OurOptions = Omit<AacEncoderOptions, 'sampleRate' | 'numChannels' | 'bitRate'>;

/** Samples that one call of `encode` is given: what a caller who does not care for frames would use. */
const RUN_LENGTH = 4800;

/**
 * Encodes with ours and decodes with ffmpeg, which must not print a word.
 * @param tuning numbers behind the encoder's choices, for experiments; its own if undefined
 */
export function encodeWithOurs(
  clip: AudioClip,
  kilobits: number,
  options: OurOptions,
  tuning?: Parameters<typeof createAacEncoder>[1],
): CodedClip {
  const numChannels = clip.channels.length;
  const started = process.cpuUsage();
  const encoder = createAacEncoder(
    { ...options, sampleRate: 48000, numChannels, bitRate: kilobits * 1000 },
    tuning,
  );
  const packets: Packet[] = [];
  for (let start = 0; start < clip.numSamples; start += RUN_LENGTH) {
    const coded = encoder.encode({
      sampleFmt: 'fltp',
      sampleRate: 48000,
      numChannels,
      numSamples: Math.min(RUN_LENGTH, clip.numSamples - start),
      planes: clip.channels.map((data) => ({ data, offset: start, stride: 1 })),
      pts: start,
    });
    packets.push(...coded);
  }
  packets.push(...encoder.flush());
  const used = process.cpuUsage(started);
  const decoded = runFfmpeg(
    ['-f', 'aac', '-i', '-', '-f', 's16le', '-'],
    adtsStream(packets, encoder.streamInfo.config),
  );
  return {
    channels: splitChannels(decoded, numChannels, encoder.streamInfo.priming, clip.numSamples),
    bits: packets.reduce((sum, packet) => sum + 8 * packet.data.length, 0),
    cpuSeconds: (used.user + used.system) / 1e6,
  };
}

/** Encodes with FFmpeg's native encoder into MP4, whose edit list aligns what is decoded. */
export function encodeWithFfmpeg(clip: AudioClip, kilobits: number): CodedClip {
  const output = `${CACHE}${clip.name}-${kilobits}.m4a`;
  const args = ['-hide_banner', '-nostdin', '-nostats', '-benchmark', '-threads', '1', '-y'].concat(
    ['-i', clip.path, '-c:a', 'aac', '-b:a', `${kilobits}k`, output],
  );
  const run = spawnSync(ffmpegPath(), args, { encoding: 'utf8' });
  const time = /bench: utime=([\d.]+)s(?: stime=([\d.]+)s)?/.exec(run.stderr ?? '');
  if (run.status !== 0 || time === null) throw new Error(`ffmpeg ${args.join(' ')}: ${run.stderr}`);
  const { packets } = probeFile(output, ['-show_packets']) as { packets: { size: string }[] };
  const numChannels = clip.channels.length;
  return {
    channels: splitChannels(
      runFfmpeg(['-i', output, '-f', 's16le', '-']),
      numChannels,
      0,
      clip.numSamples,
    ),
    bits: packets.reduce((sum, packet) => sum + 8 * Number(packet.size), 0),
    cpuSeconds: Number(time[1]) + Number(time[2] ?? 0),
  };
}

/** Version line of the ffmpeg that is used. */
export function ffmpegVersion(): string {
  return spawnSync(ffmpegPath(), ['-version'], { encoding: 'utf8' }).stdout.split('\n')[0]!;
}

/** Interleaved 16-bit samples as planar ones from sample `skip`, `count` a channel; throws if there are fewer. */
function splitChannels(
  bytes: Uint8Array,
  numChannels: number,
  skip: number,
  count: number,
): Float64Array[] {
  const samples = new Int16Array(bytes.slice().buffer);
  if (samples.length < (skip + count) * numChannels) {
    throw new Error(`decoded ${samples.length / numChannels} samples, expected ${skip + count}`);
  }
  return Array.from({ length: numChannels }, (_, c) =>
    Float64Array.from({ length: count }, (_, n) => samples[(skip + n) * numChannels + c]! / 32768),
  );
}
