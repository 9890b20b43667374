/** PCM in the session: one row per codec of `src/codecs/pcm`. */
import {
  createPcmEncoder,
  PCM_CODECS,
  type PcmCodec,
  type PcmEncoderOptions,
} from '../../codecs/pcm/index.ts';
import { audioCodec } from '../audio-encoder.ts';
import type { AudioCodec } from '../codec.ts';
import { rejectSessionKeys } from '../session-keys.ts';
import { aboutPcm } from './descriptions.ts';

/** The options that the session sets from the config. */
const SESSION_KEYS = ['codec', 'sampleFmt', 'sampleRate', 'numChannels'] as const;

/** `encoderConfig` of PCM. */
export type PcmEncoderConfig = Omit<PcmEncoderOptions, (typeof SESSION_KEYS)[number]>;

/** The rows of PCM. Bit rate and quality follow from the format; settings of them are not looked at. */
export const PCM: readonly AudioCodec[] = /* @__PURE__ */ PCM_CODECS.map(pcm);

/** The row of one PCM codec, such as `pcm('pcm_s16le')`. */
export function pcm(codec: PcmCodec): AudioCodec {
  return audioCodec({
    ...aboutPcm(codec),
    open({ sampleFmt, sampleRate, numChannels, channelMask, options }) {
      rejectSessionKeys(options, SESSION_KEYS, 'audioEncodeConfig');
      const config = options as PcmEncoderConfig;
      const encoder = createPcmEncoder({
        ...{ codec, sampleFmt, sampleRate, numChannels },
        ...(channelMask === 0 ? {} : { channelMask }),
        ...config,
      });
      return {
        streamInfo: encoder.streamInfo,
        keepsNonFinite: config.nonFinite === 'keep',
        encode: (frame) => encoder.encode(frame),
        flush: () => encoder.flush(),
      };
    },
  });
}
