/** Inflating at once: a whole stream in, all its bytes out. */
import { FormatError, rejectUnknownKeys, requireInteger } from '../../base/errors.ts';
import type { DeflateFormat } from './formats.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { INFLATE_KEYS, type InflateOptions, Inflater } from './inflater.ts';

/** Options of the functions. */
export interface InflateAtOnceOptions extends Omit<InflateOptions, 'format'> {
  /** How many bytes will come out, if that is known: memory is taken once. Default: it is found out. */
  readonly size?: number;
}

/** The most bytes of output unless the caller says otherwise. */
const DEFAULT_MAX_BYTES = 2 ** 30;
const KEYS: readonly string[] = ['size', ...INFLATE_KEYS].filter((key) => key !== 'format');

/** The bytes of a raw deflate stream, RFC 1951. Throws `FormatError` if it is none, and for what `options` forbid. */
export function inflate(bytes: Uint8Array, options: InflateAtOnceOptions = {}): Uint8Array {
  return inflateAs('raw', bytes, options);
}

/** The bytes of a zlib stream, RFC 1950. Throws `FormatError` if it is none, and for what `options` forbid. */
export function unzlib(bytes: Uint8Array, options: InflateAtOnceOptions = {}): Uint8Array {
  return inflateAs('zlib', bytes, options);
}

/** The bytes of a gzip file, RFC 1952; of all its members, if there are several. Throws as `unzlib` does. */
export function gunzip(bytes: Uint8Array, options: InflateAtOnceOptions = {}): Uint8Array {
  return inflateAs('gzip', bytes, options);
}

function inflateAs(
  format: DeflateFormat,
  bytes: Uint8Array,
  options: InflateAtOnceOptions,
): Uint8Array {
  rejectUnknownKeys('inflate.options', options, KEYS);
  const { size, maxBytes = DEFAULT_MAX_BYTES, ...rest } = options;
  const inflater = new Inflater({ ...rest, format, maxBytes });
  if (size !== undefined) requireInteger('inflate.options.size', size, 0, maxBytes);
  const output = new GrowingBytes(size ?? Math.min(4 * bytes.length + 512, maxBytes));
  inflater.push(bytes, (piece) => output.append(piece));
  inflater.finish();
  if (size !== undefined && output.length !== size) {
    throw new FormatError(
      'inflate.options.size',
      `${output.length} bytes came out, expected were ${size}`,
    );
  }
  return output.take();
}
