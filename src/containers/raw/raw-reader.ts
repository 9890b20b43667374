/** Reads raw files. Nothing in them says what they are: the caller does. */
import type { ByteSource } from '../../base/byte-stream.ts';
import type { ContainerReader, ReadPacket } from '../../base/container.ts';
import { FormatError, rejectUnknownKeys, requireInteger, requireOneOf } from '../../base/errors.ts';
import type { LimitOptions } from '../../base/limits.ts';
import type { AudioStreamInfo, Packet, VideoStreamInfo } from '../../base/packet.ts';
import { type Problem, report } from '../../base/problems.ts';
import { type FrameRate, inverse, requireFrameRate } from '../../base/rational.ts';
import { rawPictureBytes } from './picture-layout.ts';
import { RAW_AUDIO_FORMATS } from './raw-formats.ts';

/** The treatment of a file that ends inside a picture or sample: throw `FormatError`, or leave the rest out and note it. */
export type Truncated = 'error' | 'salvage';

/** The format of a raw file of pictures. */
export interface RawVideoReaderOptions {
  /** Any of ffmpeg's planar `yuv…p`, `gray…`, `gbrp…` formats of 8 to 16 bits, `rgb24`, `rgba`, `nv12`, … */
  readonly pixFmt: string;
  readonly width: number;
  readonly height: number;
  /** Frames per second; [25, 1] if not given. */
  readonly frameRate?: FrameRate;
  /** `error` if not given. */
  readonly truncated?: Truncated;
  /** Taken as for other formats, and never passed: the caller chooses how large packets are, not the file. */
  readonly limits?: LimitOptions;
}

/** The format of a raw file of sound. */
export interface RawAudioReaderOptions {
  /** `s16le`, `f32be`, `alaw`, … */
  readonly format: string;
  readonly sampleRate: number;
  readonly numChannels: number;
  /** WAVE channel mask; 0 if not given. */
  readonly channelMask?: number;
  /** Samples per channel in a packet; 4096 if not given. */
  readonly packetSamples?: number;
  /** `error` if not given. */
  readonly truncated?: Truncated;
  /** Taken as for other formats, and never passed: the caller chooses how large packets are, not the file. */
  readonly limits?: LimitOptions;
}

/** Opens a file of pictures; throws `ConfigError` for wrong options. */
export function openRawVideo(source: ByteSource, options: RawVideoReaderOptions): ContainerReader {
  const keys = ['pixFmt', 'width', 'height', 'frameRate', 'truncated', 'limits'];
  rejectUnknownKeys('rawvideo.options', options, keys);
  const { pixFmt, width, height } = options;
  const size = rawPictureBytes('rawvideo.options', pixFmt, width, height);
  const rate = requireFrameRate('rawvideo.options.frameRate', options.frameRate ?? [25, 1]);
  const truncated = requireTruncated('rawvideo', options.truncated ?? 'error');
  const stream: VideoStreamInfo = {
    kind: 'video',
    codec: 'rawvideo',
    timeBase: inverse(rate),
    config: new Uint8Array(0),
    width,
    height,
    pixFmt,
    frameRate: rate,
  };
  const problems: Problem[] = [];
  const noteCut = cutNoter(problems, truncated);
  return {
    format: 'rawvideo',
    streams: [stream],
    problems,
    packets: () => readUnits(source, 'rawvideo', size, 1, noteCut),
  };
}

/** Opens a file of sound; throws `ConfigError` for wrong options. */
export function openRawAudio(source: ByteSource, options: RawAudioReaderOptions): ContainerReader {
  const keys = [
    'format',
    'sampleRate',
    'numChannels',
    'channelMask',
    'packetSamples',
    'truncated',
    'limits',
  ];
  rejectUnknownKeys('rawaudio.options', options, keys);
  const format = requireOneOf(
    'rawaudio.options.format',
    options.format,
    RAW_AUDIO_FORMATS.map((entry) => entry.format),
  );
  const row = RAW_AUDIO_FORMATS.find((entry) => entry.format === format)!;
  const check = (key: keyof RawAudioReaderOptions, value: unknown, min: number, max: number) =>
    requireInteger(`rawaudio.options.${key}`, value, min, max);
  const sampleRate = check('sampleRate', options.sampleRate, 1, 0x7fffffff);
  const numChannels = check('numChannels', options.numChannels, 1, 0xffff);
  const packetSamples = check('packetSamples', options.packetSamples ?? 4096, 1, 1 << 20);
  const truncated = requireTruncated('rawaudio', options.truncated ?? 'error');
  const blockAlign = row.bytesPerSample * numChannels;
  const stream: AudioStreamInfo = {
    kind: 'audio',
    codec: row.codec,
    timeBase: [1, sampleRate],
    config: new Uint8Array(0),
    bitRate: sampleRate * blockAlign * 8,
    sampleRate,
    numChannels,
    channelMask: check('channelMask', options.channelMask ?? 0, 0, 0xffffffff),
    sampleFmt: row.sampleFmt,
    frameSize: 0,
    priming: 0,
  };
  const problems: Problem[] = [];
  const noteCut = cutNoter(problems, truncated);
  return {
    format,
    streams: [stream],
    problems,
    packets: () => readUnits(source, format, blockAlign, packetSamples, noteCut),
  };
}

function requireTruncated(format: string, value: unknown): Truncated {
  return requireOneOf(`${format}.options.truncated`, value, ['error', 'salvage'] as const);
}

/** The error of a file that is cut is thrown, or noted once. */
export function cutNoter(problems: Problem[], truncated: Truncated): (error: FormatError) => void {
  return (error) => {
    if (truncated === 'error') throw error;
    if (problems.length === 0) report(problems, error.offset, error.message);
  };
}

/** Packets of `perPacket` units of `unit` bytes, one tick a unit; the last packet may have fewer units. */
async function* readUnits(
  source: ByteSource,
  format: string,
  unit: number,
  perPacket: number,
  noteCut: (error: FormatError) => void,
): AsyncGenerator<ReadPacket> {
  let position = 0;
  let pts = 0;
  const wanted = unit * perPacket;
  for (;;) {
    const bytes = await source.read(position, wanted);
    const duration = Math.floor(bytes.length / unit);
    if (duration > 0) {
      const data = new Uint8Array(bytes.subarray(0, duration * unit));
      const packet: Packet = { data, pts, dts: pts, duration, isKey: true };
      yield { streamIndex: 0, packet };
    }
    const rest = bytes.length - duration * unit;
    if (rest > 0) {
      const message = `the file ends ${rest} bytes into a unit of ${unit}`;
      noteCut(new FormatError(`${format}.data`, message, position + bytes.length));
    }
    if (bytes.length < wanted) return;
    position += bytes.length;
    pts += duration;
  }
}
