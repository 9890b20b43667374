/** Coded packets for the tests: ffmpeg codes them, and they are cut into canonical packets here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type {
  AudioStreamInfo,
  ColorTags,
  Packet,
  VideoStreamInfo,
} from '../../../src/base/packet.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';

/** A stream and its packets, as an encoder would give them. */
export interface CodedStream<T> {
  readonly stream: T;
  readonly packets: readonly Packet[];
}

/** Bytes of each NAL unit of an Annex B stream, H.264 clause B.1. */
export function nalUnits(stream: Uint8Array): Uint8Array[] {
  const starts: number[] = [];
  for (let i = 0; i + 2 < stream.length; i++) {
    if (stream[i] === 0 && stream[i + 1] === 0 && stream[i + 2] === 1) starts.push(i + 3);
  }
  return starts.map((start, i) => {
    let end = i + 1 < starts.length ? starts[i + 1] - 3 : stream.length;
    while (end > start && stream[end - 1] === 0) end--;
    return stream.subarray(start, end);
  });
}

function lengthPrefixed(units: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(units.reduce((sum, unit) => sum + 4 + unit.length, 0));
  let at = 0;
  for (const unit of units) {
    new DataView(out.buffer).setUint32(at, unit.length);
    out.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return out;
}

function avcRecord(sps: Uint8Array, pps: Uint8Array): Uint8Array {
  return Uint8Array.of(
    ...[1, sps[1], sps[2], sps[3], 0xff, 0xe1, sps.length >> 8, sps.length & 255],
    ...sps,
    ...[1, pps.length >> 8, pps.length & 255],
    ...pps,
  );
}

export const BT709: ColorTags = {
  colour_primaries: 1,
  transfer_characteristics: 1,
  matrix_coefficients: 1,
  video_full_range_flag: 0,
};

export interface VideoSettings {
  readonly frames?: number;
  readonly frameRate?: readonly [number, number];
  readonly gop?: number;
  readonly size?: string;
  readonly x264?: readonly string[];
}

/** H.264 without B pictures, one slice a picture, so that packets are in display order: pts = dts = number. */
export function codedVideo(settings: VideoSettings = {}): CodedStream<VideoStreamInfo> {
  const { frames = 30, frameRate = [30000, 1001], gop = 10, size = '64x48', x264 = [] } = settings;
  const [width, height] = size.split('x').map(Number);
  const bytes = runFfmpeg([
    ...['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=${frameRate.join('/')}`],
    ...['-frames:v', String(frames), '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-bf', '0'],
    ...['-g', String(gop), '-threads', '1', '-aud', '0', ...x264, '-f', 'h264', '-'],
  ]);
  const units = nalUnits(bytes);
  const sps = units.find((unit) => (unit[0] & 31) === 7);
  const pps = units.find((unit) => (unit[0] & 31) === 8);
  if (!sps || !pps) throw new Error('no parameter sets');
  const packets: Packet[] = [];
  let waiting: Uint8Array[] = [];
  for (const unit of units) {
    const nal_unit_type = unit[0] & 31;
    if (nal_unit_type === 7 || nal_unit_type === 8) continue;
    waiting.push(unit);
    if (nal_unit_type !== 1 && nal_unit_type !== 5) continue;
    const time = packets.length;
    const isKey = nal_unit_type === 5;
    packets.push({ data: lengthPrefixed(waiting), pts: time, dts: time, duration: 1, isKey });
    waiting = [];
  }
  return {
    stream: {
      kind: 'video',
      codec: 'h264',
      timeBase: [frameRate[1], frameRate[0]],
      config: avcRecord(sps, pps),
      width,
      height,
      pixFmt: 'yuv420p',
      frameRate: [frameRate[0], frameRate[1]],
      color: BT709,
    },
    packets,
  };
}

const ADTS_RATES = [
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000,
];

/**
 * AAC of `samples` samples of a tone. ffmpeg's encoder has 1024 samples of priming; the last packet says how much of it
 * is padding.
 */
export function codedAudio(samples = 44100, sampleRate = 44100): CodedStream<AudioStreamInfo> {
  const bytes = runFfmpeg([
    ...['-f', 'lavfi', '-i', `sine=frequency=441:sample_rate=${sampleRate}`, '-af'],
    ...[`atrim=end_sample=${samples}`, '-ac', '2', '-c:a', 'aac', '-b:a', '64k', '-f', 'adts', '-'],
  ]);
  const frames: Uint8Array[] = [];
  for (let at = 0; at + 7 <= bytes.length; ) {
    const length = ((bytes[at + 3] & 3) << 11) | (bytes[at + 4] << 3) | (bytes[at + 5] >> 5);
    const header = bytes[at + 1] & 1 ? 7 : 9;
    frames.push(bytes.slice(at + header, at + length));
    at += length;
  }
  const packets = frames.map((data, i): Packet => {
    const pts = i * 1024 - 1024;
    const duration = Math.min(1024, samples - pts);
    const packet = { data, pts, dts: pts, duration, isKey: true };
    return duration < 1024 ? { ...packet, discardPadding: 1024 - duration } : packet;
  });
  const index = ADTS_RATES.indexOf(sampleRate);
  return {
    stream: {
      kind: 'audio',
      codec: 'aac',
      timeBase: [1, sampleRate],
      config: Uint8Array.of((2 << 3) | (index >> 1), ((index & 1) << 7) | (2 << 3)),
      sampleRate,
      numChannels: 2,
      channelMask: 3,
      sampleFmt: 'fltp',
      frameSize: 1024,
      priming: 1024,
    },
    packets: packets.filter((packet) => packet.duration > 0),
  };
}

/** PCM of `samples` samples: little-endian 16-bit ramps in packets of `packetSamples`. */
export function pcmAudio(
  codec: string,
  samples: number,
  packetSamples: number,
  sampleRate = 48000,
  numChannels = 2,
): CodedStream<AudioStreamInfo> {
  const bits = Number(/\d+/.exec(codec)?.[0] ?? 8);
  const frameBytes = (bits / 8) * numChannels;
  const packets: Packet[] = [];
  for (let at = 0; at < samples; at += packetSamples) {
    const count = Math.min(packetSamples, samples - at);
    // Small exponents, so that floats are finite too.
    const data = Uint8Array.from({ length: count * frameBytes }, (_, i) => (at + i * 7) & 0x3f);
    packets.push({ data, pts: at, dts: at, duration: count, isKey: true });
  }
  return {
    stream: {
      kind: 'audio',
      codec,
      timeBase: [1, sampleRate],
      config: new Uint8Array(0),
      sampleRate,
      numChannels,
      channelMask: 3,
      sampleFmt: '',
      frameSize: 0,
      priming: 0,
    },
    packets,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'vitrine-mp4-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes `bytes` to a file of that name that lasts as long as the test file runs, and returns its path. */
export function temporaryFile(bytes: Uint8Array, name: string): string {
  const path = join(mkdtempSync(join(folder, 'file-')), name);
  writeFileSync(path, bytes);
  return path;
}

/**
 * Lets the event loop turn once. Tests that run ffmpeg block it, one after the other; `afterEach` with this keeps the
 * test runner's messages flowing.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
