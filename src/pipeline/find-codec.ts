/** The codec that a caller means: handed over as a row, or looked up by its name among those that the muxer was handed. */
import { ConfigError, spelled } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import type { Codec, CodecDescription } from './codec.ts';

/** The codec of `codecs` that is called so, by its own name or another that people use for it (`libx264`), in any case. */
export function findCodec<C extends CodecDescription>(
  codecs: readonly C[],
  name: string,
): C | undefined {
  const wanted = name.toLowerCase();
  return (
    codecs.find((codec) => codec.name === wanted) ??
    codecs.find((codec) => codec.aliases?.includes(wanted))
  );
}

/**
 * The codec of that kind that is given or named. Throws `ConfigError` naming `where` if there is none.
 * @param codecs those that are known by name
 */
export function requireCodec<K extends CodecDescription['kind'], C extends CodecDescription>(
  where: string,
  given: unknown,
  kind: K,
  codecs: readonly C[],
): Extract<C, { kind: K }> {
  const found =
    typeof given === 'string' ? findCodec(codecs, given) : isCodec(given) ? given : undefined;
  if (found?.kind === kind) return found as Extract<C, { kind: K }>;
  if (found !== undefined) {
    throw new ConfigError(where, `${found.name} is an ${found.kind} codec${allowed(codecs, kind)}`);
  }
  if (codecs.length === 0 && typeof given === 'string') {
    throw new ConfigError(
      where,
      `the muxer was handed no codec, so it cannot look up ${given}; give encoder a codec of 'vitrine/codecs', such as H264, or import Muxer from 'vitrine', which knows them all`,
    );
  }
  const names = codecs.filter((codec) => codec.kind === kind).map((codec) => codec.name);
  const hint = didYouMean(given, names);
  throw new ConfigError(where, `unknown codec ${spelled(given)}${hint}${allowed(codecs, kind)}`);
}

function allowed(codecs: readonly CodecDescription[], kind: CodecDescription['kind']): string {
  const names = codecs.filter((codec) => codec.kind === kind).map((codec) => codec.name);
  return names.length === 0 ? '' : `, allowed for ${kind} are ${names.join(', ')}`;
}

function isCodec(value: unknown): value is Codec {
  return typeof (value as Codec | null)?.createEncoder === 'function';
}
