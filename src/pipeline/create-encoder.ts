/** Opens the encoder of a stream that a muxer shall encode. */
import { ConfigError, messageOf, StateError } from '../base/errors.ts';
import type { AudioEncoder } from './audio-encoder.ts';
import type { Codec } from './codec.ts';
import type { AudioEncodeConfig, VideoEncodeConfig } from './encode-config.ts';
import { requireCodec } from './find-codec.ts';
import type { Format, FormatDescription } from './format.ts';
import type { VideoEncoder } from './video-encoder.ts';

const ENCODER = 'muxer.addEncodeStream.encoder';

/** Opens the codec; pictures in those of its pixel formats that the file can say. */
export function createEncoder(
  config: VideoEncodeConfig | AudioEncodeConfig,
  given: string | Codec,
  options: Readonly<Record<string, unknown>>,
  { format, codecs }: { readonly format: Format; readonly codecs: readonly Codec[] },
): VideoEncoder | AudioEncoder {
  if (config.kind === 'audio') {
    return requireCodec(ENCODER, given, 'audio', codecs).createEncoder(config, options);
  }
  const codec = requireCodec(ENCODER, given, 'video', codecs);
  const { pixFmts } = format;
  const allowed = codec.pixFmts.filter((pixFmt) => pixFmts?.includes(pixFmt) ?? true);
  const defaults = codec.name === format.defaultVideo ? format.videoDefaults : {};
  return codec.createEncoder(config, { ...defaults, ...options }, allowed);
}

/** Name of the codec that files of `format` have where none is asked for. Throws `ConfigError` if they take none of the kind. */
export function defaultCodec(
  { name, defaultVideo, defaultAudio }: FormatDescription,
  kind: 'video' | 'audio',
): string {
  const codec = kind === 'video' ? defaultVideo : defaultAudio;
  if (codec !== undefined) return codec;
  throw new ConfigError(
    'muxer.addEncodeStream',
    `${name} files take no ${kind} that is encoded here`,
  );
}

/** The failure of the first encoder that failed: its stream is not whole. Null if none did. */
export function failureOf(
  encoders: readonly (VideoEncoder | AudioEncoder | null)[],
): { readonly reason: unknown } | null {
  return encoders.find((encoder) => encoder !== null && encoder.failure !== null)?.failure ?? null;
}

/** Rejects with a `StateError` if an encoder failed: what is missing from its stream would be missing from the file. */
export async function requireWholeStreams(
  encoders: readonly (VideoEncoder | AudioEncoder | null)[],
): Promise<void> {
  const failure = failureOf(encoders);
  if (failure === null) return;
  const { reason } = failure;
  const why = `an encoder failed before (${messageOf(reason)}); the file was given up`;
  throw new StateError('muxer.close', why, { cause: reason });
}

/** Encoders that were not flushed give back what they hold; calls that wait reject with `reason`. */
export async function closeEncoders(
  encoders: readonly (VideoEncoder | AudioEncoder | null)[],
  reason?: unknown,
): Promise<void> {
  const closing = encoders.map((encoder) =>
    encoder?.kind === 'video' ? encoder.close(reason).catch(() => {}) : null,
  );
  await Promise.all(closing);
}
