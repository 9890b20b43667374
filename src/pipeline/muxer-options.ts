/** The options of a muxer: of the file, and of each stream that it encodes. */
import type { Abortable } from '../base/pace.ts';
import type { StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import type { Codec } from './codec.ts';
import type { AudioEncodeConfig, VideoEncodeConfig } from './encode-config.ts';
import type { EncoderConfig } from './encoder-config.ts';
import type { Format } from './format.ts';

/** How a stream shall be encoded. */
export interface EncodeStreamOptions<C extends VideoEncodeConfig | AudioEncodeConfig> {
  /** From `videoEncodeConfig` or `audioEncodeConfig`. */
  readonly config: C;
  /** A codec of `vitrine/codecs`, or ffmpeg's name of one that the muxer was handed: `h264`, `pcm_s16le`. Default: the format's own. */
  readonly encoder?: string | Codec;
  /** Options of the codec's own; they win over the config. */
  readonly encoderConfig?: EncoderConfig;
  /** Facts that the file states of the stream beside the coding: those of a stream that was decoded, for example. */
  readonly description?: StreamDescription;
}

/** Facts of streams that containers store and codecs do not know. */
export type StreamDescription = Partial<
  Pick<StreamInfo, 'language' | 'title' | 'isDefault' | 'tags'>
> &
  Partial<Pick<VideoStreamInfo, 'rotation' | 'masteringDisplay' | 'contentLight' | 'timecode'>>;

/** The keys of `StreamDescription`, by kind of stream. */
export const DESCRIPTION_KEYS = {
  audio: ['language', 'title', 'isDefault', 'tags'],
  video: [
    ...(['language', 'title', 'isDefault', 'tags', 'timecode'] as const),
    ...(['rotation', 'masteringDisplay', 'contentLight'] as const),
  ],
} as const;

/** The options of a file. An aborted `signal` gives the file up, as `abort` does. */
export interface MuxerOptions extends Abortable {
  /** The format, or ffmpeg's name of one (`mp4`, `wav`); default by the extension of the path. */
  readonly format?: string | Format;
  /** The formats that are known by name and extension; default none. */
  readonly formats?: readonly Format[];
  /** The codecs that are known by name; default none. */
  readonly codecs?: readonly Codec[];
}
