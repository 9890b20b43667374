/**
 * Codec mappings: which CodecID a codec has (draft-ietf-cellar-codec, "Matroska Codec Mappings"), and how CodecPrivate
 * relates to our canonical decoder configuration (docs/packets.md). PCM and FourCC codecs are in pcm-and-fourcc.ts.
 */
import { FormatError } from '../../base/errors.ts';
import {
  channelConfigurationOf,
  writeAacLcConfig,
} from '../../syntax/aac/audio-specific-config.ts';
import { SAMPLING_FREQUENCIES } from '../../syntax/aac/sampling-frequency.ts';

/** Table: codec => CodecID. Several CodecIDs may mean one codec; the first is the one that is written. */
// biome-ignore format: one line per codec
const CODEC_IDS: readonly (readonly [codec: string, codecId: string, kind: 'video' | 'audio' | 'subtitle'])[] = [
  ['h264', 'V_MPEG4/ISO/AVC', 'video'],
  ['hevc', 'V_MPEGH/ISO/HEVC', 'video'],
  ['av1', 'V_AV1', 'video'],
  ['vp8', 'V_VP8', 'video'],
  ['vp9', 'V_VP9', 'video'],
  ['mjpeg', 'V_MJPEG', 'video'],
  ['mpeg1video', 'V_MPEG1', 'video'],
  ['mpeg2video', 'V_MPEG2', 'video'],
  ['mpeg4', 'V_MPEG4/ISO/ASP', 'video'],
  ['mpeg4', 'V_MPEG4/ISO/SP', 'video'],
  ['mpeg4', 'V_MPEG4/ISO/AP', 'video'],
  ['theora', 'V_THEORA', 'video'],
  ['ffv1', 'V_FFV1', 'video'],
  ['prores', 'V_PRORES', 'video'],
  ['aac', 'A_AAC', 'audio'],
  ['opus', 'A_OPUS', 'audio'],
  ['vorbis', 'A_VORBIS', 'audio'],
  ['flac', 'A_FLAC', 'audio'],
  ['mp3', 'A_MPEG/L3', 'audio'],
  ['mp2', 'A_MPEG/L2', 'audio'],
  ['mp1', 'A_MPEG/L1', 'audio'],
  ['ac3', 'A_AC3', 'audio'],
  ['eac3', 'A_EAC3', 'audio'],
  ['dts', 'A_DTS', 'audio'],
  ['truehd', 'A_TRUEHD', 'audio'],
  ['alac', 'A_ALAC', 'audio'],
  ['subrip', 'S_TEXT/UTF8', 'subtitle'],
  ['text', 'S_TEXT/UTF8', 'subtitle'],
  ['mov_text', 'S_TEXT/UTF8', 'subtitle'],
  ['ass', 'S_TEXT/ASS', 'subtitle'],
  ['ass', 'S_ASS', 'subtitle'],
  ['webvtt', 'S_TEXT/WEBVTT', 'subtitle'],
  ['dvd_subtitle', 'S_VOBSUB', 'subtitle'],
  ['hdmv_pgs_subtitle', 'S_HDMV/PGS', 'subtitle'],
  ['dvb_subtitle', 'S_DVBSUB', 'subtitle'],
];

/** The text before the CodecID of a codec that we have no name for, so that it can go from Matroska to Matroska. */
export const UNKNOWN_CODEC_PREFIX = 'matroska:';

/** Codecs that a file of DocType `webm` may hold (WebM Container Guidelines, "Codecs"). */
export const WEBM_CODECS: readonly string[] = ['vp8', 'vp9', 'av1', 'opus', 'vorbis', 'webvtt'];

/** Codecs whose packets cannot be decoded without CodecPrivate. */
const NEED_CONFIG: readonly string[] = [
  'h264', 'hevc', 'av1', 'aac', 'opus', 'vorbis', 'flac', 'alac', 'theora',
]; // biome-ignore format: one line

/** Whether `codec` needs its configuration to be decoded. */
export function needsConfig(codec: string): boolean {
  return NEED_CONFIG.includes(codec);
}

/** CodecID for `codec`; undefined if there is none (PCM and FourCC codecs included). */
export function codecIdOf(codec: string): string | undefined {
  if (codec.startsWith(UNKNOWN_CODEC_PREFIX)) return codec.slice(UNKNOWN_CODEC_PREFIX.length);
  return CODEC_IDS.find(([name]) => name === codec)?.[1];
}

/** Codec that `codecId` means; undefined if it is none of the table. */
export function codecOfId(codecId: string): string | undefined {
  // Old files say the AAC profile in the CodecID: A_AAC/MPEG4/LC and the like.
  if (codecId.startsWith('A_AAC')) return 'aac';
  if (codecId.startsWith('D_WEBVTT/')) return 'webvtt';
  return CODEC_IDS.find(([, id]) => id === codecId)?.[0];
}

const FLAC_MAGIC = 'fLaC';
const FLAC_STREAMINFO_BYTES = 34;
const VP_RECORD_BYTES = 8;

/**
 * CodecPrivate for a canonical configuration. FLAC files begin with `fLaC` there, MP4 leaves the magic out; the
 * 8-byte record that MP4 has for VP8 and VP9 has no place in Matroska.
 */
export function codecPrivateOf(codec: string, config: Uint8Array): Uint8Array {
  if (codec === 'flac' && config.length > 0 && !startsWith(config, FLAC_MAGIC)) {
    const isBare = config.length === FLAC_STREAMINFO_BYTES;
    // A metadata block header: last-metadata-block flag, type 0 (STREAMINFO), 24-bit length (RFC 9639 clause 8.1).
    const header = isBare ? [0x80, 0, 0, FLAC_STREAMINFO_BYTES] : [];
    return Uint8Array.of(...[...FLAC_MAGIC].map((c) => c.charCodeAt(0)), ...header, ...config);
  }
  if ((codec === 'vp8' || codec === 'vp9') && config.length >= VP_RECORD_BYTES) {
    const isMp4Record = config[config.length - 1] === 0 && config[config.length - 2] === 0;
    return isMp4Record ? new Uint8Array(0) : config;
  }
  if (['subrip', 'text', 'mov_text'].includes(codec)) return new Uint8Array(0);
  // Dolby's boxes of MP4 say nothing that the frames do not; Matroska has no CodecPrivate for them.
  if (codec === 'ac3' || codec === 'eac3') return new Uint8Array(0);
  return config;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((char, i) => bytes[i] === char.charCodeAt(0));
}

/** AudioSpecificConfig of AAC-LC, for old files that say it in the CodecID and carry none. */
export function aacConfigOf(sampleRate: number, numChannels: number): Uint8Array {
  const channelConfiguration = channelConfigurationOf(numChannels);
  if (!SAMPLING_FREQUENCIES.includes(sampleRate) || channelConfiguration === 0) {
    throw new FormatError(
      'matroska.tracks.CodecPrivate',
      `is missing, and ${sampleRate} Hz with ${numChannels} channels has no plain AudioSpecificConfig`,
    );
  }
  return writeAacLcConfig(sampleRate, channelConfiguration);
}
