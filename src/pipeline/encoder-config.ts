/** The union of all codecs' own options. */
import type { AacEncoderConfig } from './codecs/aac.ts';
import type { H264EncoderConfig } from './codecs/h264-codec.ts';
import type { JpegEncoderConfig } from './codecs/jpeg.ts';
import type { PcmEncoderConfig } from './codecs/pcm.ts';
import type { PngEncoderConfig } from './codecs/png.ts';
import type { TiffEncoderConfig } from './codecs/small-images.ts';

/** The options of a codec, or those of ffmpeg as text: `{ crf: '23', b: '2M' }`. Raw video has none. */
export type EncoderConfig =
  | H264EncoderConfig
  | AacEncoderConfig
  | PcmEncoderConfig
  | PngEncoderConfig
  | JpegEncoderConfig
  | TiffEncoderConfig
  | Readonly<Record<string, string>>;
