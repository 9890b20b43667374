/** Compressing at once: bytes in, a whole stream out. */
import { rejectUnknownKeys } from '../../base/errors.ts';
import { JoinedBytes } from '../../base/joined-bytes.ts';
import { DEFLATE_KEYS, type DeflateOptions, Deflater } from './deflater.ts';
import type { DeflateFormat } from './formats.ts';

/** Options of the functions. */
export type DeflateAtOnceOptions = Omit<DeflateOptions, 'format'>;

const KEYS: readonly string[] = DEFLATE_KEYS.filter((key) => key !== 'format');

/** A raw deflate stream of `bytes`, RFC 1951. */
export function deflate(bytes: Uint8Array, options: DeflateAtOnceOptions = {}): Uint8Array {
  return deflateAs('raw', bytes, options);
}

/** A zlib stream of `bytes`, RFC 1950. */
export function zlib(bytes: Uint8Array, options: DeflateAtOnceOptions = {}): Uint8Array {
  return deflateAs('zlib', bytes, options);
}

/** A gzip file of `bytes`, RFC 1952. */
export function gzip(bytes: Uint8Array, options: DeflateAtOnceOptions = {}): Uint8Array {
  return deflateAs('gzip', bytes, options);
}

function deflateAs(
  format: DeflateFormat,
  bytes: Uint8Array,
  options: DeflateAtOnceOptions,
): Uint8Array {
  rejectUnknownKeys('deflate.options', options, KEYS);
  const deflater = new Deflater({ ...options, format, maxBytes: bytes.length }, null, true);
  const output = new JoinedBytes();
  const append = (piece: Uint8Array) => output.append(piece);
  deflater.push(bytes, append);
  deflater.finish(append);
  return output.join();
}
