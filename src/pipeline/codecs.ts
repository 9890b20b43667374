/** The codecs that the session can encode with, by ffmpeg's names. A new codec is an adapter and a row. */
import { ConfigError } from '../base/errors.ts';
import type { Codec } from './codec.ts';
import { AAC, type AacEncoderConfig } from './codec-aac.ts';
import { H264, type H264EncoderConfig } from './codec-h264.ts';
import { PCM, type PcmEncoderConfig } from './codec-pcm.ts';
import { RAWVIDEO } from './codec-rawvideo.ts';

/** All of them. */
export const CODECS: readonly Codec[] = [H264, AAC, RAWVIDEO, ...PCM];

/** What a codec's own options look like; raw video has none. */
export type EncoderConfig = H264EncoderConfig | AacEncoderConfig | PcmEncoderConfig;

/** The codec of that name and kind; throws `ConfigError` naming `where` if there is none. */
export function requireCodec<K extends Codec['kind']>(
  where: string,
  name: unknown,
  kind: K,
): Extract<Codec, { kind: K }> {
  const found = CODECS.find((codec) => codec.name === name);
  if (found?.kind === kind) return found as Extract<Codec, { kind: K }>;
  const allowed = CODECS.filter((codec) => codec.kind === kind).map((codec) => codec.name);
  const got =
    found === undefined ? `unknown codec ${String(name)}` : `${name} is an ${found.kind} codec`;
  throw new ConfigError(where, `${got}, allowed for ${kind} are ${allowed.join(', ')}`);
}
