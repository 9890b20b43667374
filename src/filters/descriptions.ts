/** Descriptions of the usual graphs, put together from options: the helper functions of SPDL, with its exact strings. */
import { ConfigError } from '../base/errors.ts';
import type { Rational } from '../base/rational.ts';

/** The facts of a video stream that `getBufferDesc` needs; the stream info of the demuxer has them. */
export interface VideoSourceInfo {
  readonly width: number;
  readonly height: number;
  readonly pixFmt: string;
  readonly timeBase: Rational;
  readonly sampleAspectRatio?: Rational | undefined;
}

/** The facts of an audio stream that `getAbufferDesc` needs. */
export interface AudioSourceInfo {
  readonly sampleRate: number;
  readonly numChannels: number;
  readonly timeBase: Rational;
  /** Sample format that the stream is decoded to; `fltp` if it is not said. */
  readonly sampleFmt?: string;
  /** WAVE channel mask; 0 or absent if the loudspeakers are not known. */
  readonly channelMask?: number;
}

const named = (name: string, label: string | undefined): string =>
  label === undefined ? name : `${name}@${label}`;

/** A `buffer` for pictures of a stream. */
export function getBufferDesc(
  codec: VideoSourceInfo,
  options: { readonly label?: string; readonly pixFmt?: string } = {},
): string {
  const { width, height, timeBase, sampleAspectRatio: sar = [1, 1] } = codec;
  const pixFmt = options.pixFmt ?? codec.pixFmt;
  return `${named('buffer', options.label)}=video_size=${width}x${height}:pix_fmt=${pixFmt}:time_base=${timeBase[0]}/${timeBase[1]}:pixel_aspect=${sar[0]}/${sar[1]}`;
}

/** An `abuffer` for sound of a stream. */
export function getAbufferDesc(
  codec: AudioSourceInfo,
  options: { readonly label?: string; readonly sampleFmt?: string } = {},
): string {
  const { sampleRate, numChannels, timeBase, channelMask } = codec;
  const sampleFmt = options.sampleFmt ?? codec.sampleFmt ?? 'fltp';
  const layout = channelMask ? `0x${channelMask.toString(16)}` : `${numChannels}c`;
  return `${named('abuffer', options.label)}=time_base=${timeBase[0]}/${timeBase[1]}:sample_rate=${sampleRate}:sample_fmt=${sampleFmt}:channel_layout=${layout}`;
}

/** From and to, in seconds; either may be infinite. */
export type TimeSpan = readonly [start: number, end: number];

function trimOf(name: string, [start, end]: TimeSpan): string[] {
  const parts = [];
  if (Number.isFinite(start)) parts.push(`start=${start}`);
  if (Number.isFinite(end)) parts.push(`end=${end}`);
  return parts.length === 0 ? [] : [`${name}=${parts.join(':')}`];
}

/** Options of `getAudioFilterDesc`. */
export interface AudioFilterOptions {
  readonly sampleRate?: number;
  readonly numChannels?: number;
  /** `fltp` by default; null leaves the format. */
  readonly sampleFmt?: string | null;
  readonly timestamp?: TimeSpan;
  /** Cut, or padded with silence, to that many samples. */
  readonly numFrames?: number;
  /** Filters of the caller's own. */
  readonly filterDesc?: string;
}

/** The filters that bring sound into a form; null if there are none. */
export function getAudioFilterDesc(options: AudioFilterOptions = {}): string | null {
  const { sampleRate, numChannels, sampleFmt = 'fltp', timestamp, numFrames, filterDesc } = options;
  const parts: string[] = [];
  if (numChannels !== undefined) parts.push(`aformat=channel_layouts=${numChannels}c`);
  if (sampleRate !== undefined) parts.push(`aresample=${sampleRate}`);
  if (timestamp !== undefined) parts.push(...trimOf('atrim', timestamp));
  if (numFrames !== undefined) parts.push('apad', `atrim=end_sample=${numFrames}`);
  if (filterDesc !== undefined) parts.push(filterDesc);
  if (sampleFmt !== null) parts.push(`aformat=sample_fmts=${sampleFmt}`);
  return parts.length === 0 ? null : parts.join(',');
}

/** Options of `getVideoFilterDesc`. */
export interface VideoFilterOptions {
  readonly frameRate?: Rational;
  readonly timestamp?: TimeSpan;
  readonly scaleWidth?: number;
  readonly scaleHeight?: number;
  /** `bicubic` by default. */
  readonly scaleAlgo?: string;
  /** How the shape is kept: by a border ("pad", the default), by cutting ("crop"), or not (null). */
  readonly scaleMode?: 'pad' | 'crop' | null;
  readonly cropWidth?: number;
  readonly cropHeight?: number;
  /** `rgb24` by default; null leaves the format. */
  readonly pixFmt?: string | null;
  /** Cut, or padded, to that many pictures. */
  readonly numFrames?: number;
  /** A color to pad with; without one the last picture is repeated and borders are black. */
  readonly padMode?: string;
  readonly filterDesc?: string;
}

/** The filters that bring pictures into a form; null if there are none. */
export function getVideoFilterDesc(options: VideoFilterOptions = {}): string | null {
  const { frameRate, timestamp, cropWidth, cropHeight, pixFmt = 'rgb24' } = options;
  const { numFrames, padMode, filterDesc } = options;
  const parts: string[] = [];
  if (frameRate !== undefined) parts.push(`fps=${frameRate[0]}/${frameRate[1]}`);
  if (timestamp !== undefined) parts.push(...trimOf('trim', timestamp));
  parts.push(...scaleOf(options));
  if (cropWidth !== undefined || cropHeight !== undefined) {
    parts.push(`crop=w=${cropWidth ?? 0}:h=${cropHeight ?? 0}`);
  }
  if (numFrames !== undefined) {
    parts.push(
      padMode === undefined
        ? 'tpad=stop=-1:stop_mode=clone'
        : `tpad=stop=-1:stop_mode=add:color=${padMode}`,
      `trim=end_frame=${numFrames}`,
    );
  }
  if (filterDesc !== undefined) parts.push(filterDesc);
  if (pixFmt !== null) parts.push(`format=pix_fmts=${pixFmt}`);
  return parts.length === 0 ? null : parts.join(',');
}

function scaleOf(options: VideoFilterOptions): string[] {
  const { scaleWidth, scaleHeight, scaleAlgo = 'bicubic', scaleMode = 'pad', padMode } = options;
  if (scaleMode !== 'pad' && scaleMode !== 'crop' && scaleMode !== null) {
    throw new ConfigError(
      'getVideoFilterDesc.scaleMode',
      `got ${String(scaleMode)}, allowed are "pad", "crop", null`,
    );
  }
  if (scaleWidth === undefined && scaleHeight === undefined) return [];
  const size = `w=${scaleWidth ?? 0}:h=${scaleHeight ?? 0}`;
  const scale = `scale=${size}:flags=${scaleAlgo}`;
  if (scaleMode === null) return [scale];
  if (scaleMode === 'crop')
    return [`${scale}:force_original_aspect_ratio=increase`, `crop=${size}`];
  return [
    `${scale}:force_original_aspect_ratio=decrease`,
    `pad=${size}:x=-1:y=-1:color=${padMode ?? 'black'}`,
  ];
}

/** The facts of packets that `getFilterDesc` needs. */
export interface PacketsInfo {
  readonly kind: string;
  readonly timestamp?: TimeSpan;
}

/** The helper for the kind of some packets; their time window becomes that of sound. */
export function getFilterDesc(
  packets: PacketsInfo,
  options: Omit<AudioFilterOptions & VideoFilterOptions, 'timestamp'> = {},
): string | null {
  if ('timestamp' in options) {
    throw new ConfigError('getFilterDesc.timestamp', 'the packets say it; leave it away');
  }
  if (packets.kind === 'video') return getVideoFilterDesc(options);
  if (packets.kind !== 'audio') {
    throw new ConfigError(
      'getFilterDesc.packets',
      `got packets of kind ${packets.kind}, allowed are audio and video`,
    );
  }
  const { timestamp } = packets;
  return getAudioFilterDesc({ ...options, ...(timestamp === undefined ? {} : { timestamp }) });
}
