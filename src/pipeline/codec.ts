/**
 * The interface of a codec in the session. A codec of `src/codecs` gets a row through an adapter (`codecs/h264.ts`), which
 * maps the settings that all codecs share onto its own options. A muxer encodes with the rows that it is handed.
 */
import type { AudioStreamInfo, ColorTags, Packet, VideoStreamInfo } from '../base/packet.ts';
import type { Rational } from '../base/rational.ts';
import type { AudioFrame, VideoFrame } from '../frames/frame.ts';
import type { PixFmt } from '../frames/pixel-format.ts';
import type { SampleFmt } from '../frames/sample-format.ts';
import type { AudioEncoder } from './audio-encoder.ts';
import type { AudioEncodeConfig, VideoEncodeConfig } from './encode-config.ts';
import type { VideoEncoder } from './video-encoder.ts';

/** Settings that every codec understands in its own way; undefined leaves the choice to the codec. */
export interface SharedSettings {
  /** Bits per second. */
  readonly bitRate: number | undefined;
  /** Constant quality instead of a bit rate; what the number means is the codec's affair. */
  readonly qscale: number | undefined;
  /** More is slower and smaller. */
  readonly compressionLevel: number | undefined;
}

/** The request that opens a video codec. */
export interface VideoRequest extends SharedSettings {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  /** Seconds per tick of the times of pictures, which may be any; undefined: 1 / frameRate. */
  readonly timeBase: Rational | undefined;
  /** One of the codec's `pixFmts`: what `encode` will be given. */
  readonly pixFmt: PixFmt;
  readonly color: ColorTags | undefined;
  readonly sampleAspectRatio: Rational | undefined;
  /** Pictures from one key picture to the next; 0 makes every one a key picture. */
  readonly gopSize: number | undefined;
  /** Upper bound of B pictures in a row. */
  readonly maxBFrames: number | undefined;
  /** Options of the codec's own, as the caller gave them: the adapter or the codec checks them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The options of one picture. */
export interface PictureOptions {
  /** Decoding can start at this picture. */
  readonly keyFrame?: boolean;
}

/** Packets in decoding order; a promise from a codec that waits for a device. */
export type Coded = readonly Packet[] | Promise<readonly Packet[]>;

/** An open video encoder. */
export interface VideoCodecSession {
  readonly streamInfo: VideoStreamInfo;
  /** @param frame of the request's format and size, pts in ticks of the stream's time base; read during the call only */
  encode(frame: VideoFrame, options?: PictureOptions): Coded;
  /** The packets that were held back. Called once, last. */
  flush(): Coded;
  /** Gives back what the codec holds outside of memory, of a stream that is not flushed. Absent where there is nothing. */
  close?(): Promise<void>;
  /**
   * Asks to be told what a decoder makes of each picture when it is coded: that picture, with its pts, valid during the
   * call. Not there if the codec cannot tell.
   */
  tellDecoded?(listener: (picture: VideoFrame) => void): void;
  /** What a first pass leaves for a second, plain data; absent if the codec has no passes. */
  readonly statistics?: () => object;
}

/** The facts about a video codec that are known before its code is loaded. */
export interface VideoCodecDescription {
  readonly kind: 'video';
  /** ffmpeg's name: `h264`. */
  readonly name: string;
  /** Other names that people use for it, lower case. */
  readonly aliases?: readonly string[];
  readonly description: string;
  /** The pixel formats that it codes, best first. Frames in other formats are converted to the closest of these. */
  readonly pixFmts: readonly PixFmt[];
}

/** A video codec as its adapter has it; `videoCodec` makes the row of it. */
export interface VideoCodecAdapter extends VideoCodecDescription {
  /** Opens an encoder; throws `ConfigError` for what it cannot do. */
  open(request: VideoRequest): VideoCodecSession;
}

/** A video codec that a muxer can be handed. */
export interface VideoCodec extends VideoCodecAdapter {
  /**
   * Makes the encoder of a stream: it converts pictures and times to what `open` wants.
   * @param pixFmts those of the codec's formats that the file can hold
   */
  createEncoder(
    config: VideoEncodeConfig,
    options: Readonly<Record<string, unknown>>,
    pixFmts: readonly PixFmt[],
  ): VideoEncoder;
}

/** The request that opens an audio codec. */
export interface AudioRequest extends SharedSettings {
  readonly sampleRate: number;
  readonly numChannels: number;
  /** One of the codec's `sampleFmts`: what `encode` will be given. */
  readonly sampleFmt: SampleFmt;
  /** WAVE channel mask of the channels; 0 if nothing was said. */
  readonly channelMask: number;
  /** Options of the codec's own. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** An open audio encoder. */
export interface AudioCodecSession {
  readonly streamInfo: AudioStreamInfo;
  /** Whether NaN and infinity are samples like others; if not, the session refuses them. */
  readonly keepsNonFinite?: boolean;
  /**
   * @param frame of the request's format, with `streamInfo.frameSize` samples per channel, fewer in the last call only; any
   *   number if that is 0. Its pts counts samples from 0 on. Read during the call only.
   */
  encode(frame: AudioFrame): readonly Packet[];
  /** The packets that were held back. Called once, last. */
  flush(): readonly Packet[];
}

/** The facts about an audio codec that are known before its code is loaded. */
export interface AudioCodecDescription {
  readonly kind: 'audio';
  /** ffmpeg's name: `pcm_s16le`. */
  readonly name: string;
  /** Other names that people use for it, lower case. */
  readonly aliases?: readonly string[];
  readonly description: string;
  /** The sample formats that it codes, best first. */
  readonly sampleFmts: readonly SampleFmt[];
}

/** An audio codec as its adapter has it; `audioCodec` makes the row of it. */
export interface AudioCodecAdapter extends AudioCodecDescription {
  /** Opens an encoder; throws `ConfigError` for what it cannot do. */
  open(request: AudioRequest): AudioCodecSession;
}

/** An audio codec that a muxer can be handed. */
export interface AudioCodec extends AudioCodecAdapter {
  /** Makes the encoder of a stream: it converts samples, and cuts the sound to the frames that `open` wants. */
  createEncoder(
    config: AudioEncodeConfig,
    options: Readonly<Record<string, unknown>>,
  ): AudioEncoder;
}

/** What is known of any codec before its code is loaded. */
export type CodecDescription = VideoCodecDescription | AudioCodecDescription;

/** Any codec that a muxer can be handed. */
export type Codec = VideoCodec | AudioCodec;
