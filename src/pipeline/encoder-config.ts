/** What a codec's own options look like, over all codecs; raw video has none. */
import type { AacEncoderConfig } from './codecs/aac.ts';
import type { H264EncoderConfig } from './codecs/h264.ts';
import type { PcmEncoderConfig } from './codecs/pcm.ts';

export type EncoderConfig = H264EncoderConfig | AacEncoderConfig | PcmEncoderConfig;
