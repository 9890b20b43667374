/** AAC in the session. */
import { type AacEncoderOptions, createAacEncoder } from '../../codecs/aac/index.ts';
import { audioCodec } from '../audio-encoder.ts';
import type { AudioCodec } from '../codec.ts';
import { rejectSessionKeys } from '../session-keys.ts';
import { ABOUT_AAC } from './descriptions.ts';

/** The options that the session sets from the config. */
const SESSION_KEYS = ['sampleRate', 'numChannels'] as const;

/** `encoderConfig` of AAC: every option of the encoder that the config does not already say. */
export type AacEncoderConfig = Omit<AacEncoderOptions, (typeof SESSION_KEYS)[number]>;

/** The row of AAC. `qscale` is the encoder's `quality`; there is one effort only, so `compressionLevel` changes nothing. */
export const AAC: AudioCodec = /* @__PURE__ */ audioCodec({
  ...ABOUT_AAC,
  open({ sampleRate, numChannels, channelMask, bitRate, qscale, options }) {
    rejectSessionKeys(options, SESSION_KEYS, 'audioEncodeConfig');
    return createAacEncoder({
      sampleRate,
      numChannels,
      ...(channelMask === 0 ? {} : { channelMask }),
      ...(bitRate === undefined ? {} : { bitRate }),
      ...(qscale === undefined ? {} : { quality: qscale }),
      ...(options as AacEncoderConfig),
    });
  },
});
