/** What strips and tiles are compressed with: PackBits (TIFF clause 9), LZW (clause 13), and zlib (Photoshop TIFF Technical Notes). */
import { FormatError, UnsupportedError } from '../../../base/errors.ts';
import { Inflater } from '../../deflate/index.ts';
import { openLzw } from './lzw.ts';
import { COMPRESSION } from './tags.ts';

/** A strip or tile that is expanded from its start on, some bytes at a time. */
export interface Expander {
  /** Puts the next bytes into `out`, and returns how many there are: fewer than `out` takes only at the end. Throws `FormatError`. */
  read(out: Uint8Array): number;
  /** Reads what is left without giving it. Throws `FormatError` if the end is not what it should be. */
  end(): void;
}

/**
 * Begins to expand a strip or tile (TIFF clauses 9 and 13).
 * @param length how many bytes it has when it is whole
 * @param offset where it lies in the file, for errors
 */
export function openExpander(
  compression: number,
  bytes: Uint8Array,
  length: number,
  offset: number,
): Expander {
  switch (compression) {
    case COMPRESSION.none:
      return openStored(bytes);
    case COMPRESSION.packBits:
      return openPackBits(bytes);
    case COMPRESSION.lzw:
      return openLzw(bytes, offset);
    case COMPRESSION.deflate:
    case COMPRESSION.oldDeflate:
      return openZlib(bytes, length, offset);
    default:
      throw new UnsupportedError(
        'tiff.Compression',
        `${compression} is not read; 1 (none), 5 (LZW), 8 (deflate) and 32773 (PackBits) are`,
      );
  }
}

function openStored(bytes: Uint8Array): Expander {
  let at = 0;
  return {
    read(out) {
      const piece = bytes.subarray(at, at + out.length);
      out.set(piece);
      at += piece.length;
      return piece.length;
    },
    end() {},
  };
}

/** PackBits: a count n and n + 1 bytes as they are, or a count -n and one byte n + 1 times; -128 is nothing. */
function openPackBits(bytes: Uint8Array): Expander {
  let at = 0;
  // What is left of the run that was begun, and whether it is one byte again and again.
  let left = 0;
  let isRepeated = false;
  return {
    read(out) {
      let to = 0;
      while (to < out.length && at < bytes.length) {
        if (left === 0) {
          const count = (bytes[at++]! << 24) >> 24;
          if (count === -128) continue;
          isRepeated = count < 0;
          left = isRepeated ? 1 - count : count + 1;
        }
        const count = Math.min(left, out.length - to);
        if (isRepeated) out.fill(bytes[at] ?? 0, to, to + count);
        else out.set(bytes.subarray(at, at + count), to);
        to += isRepeated ? count : Math.min(count, bytes.length - at);
        left -= count;
        if (!isRepeated) at += count;
        else if (left === 0) at++;
      }
      return to;
    },
    end() {},
  };
}

/** Compressed bytes that are expanded at a time: to a thousand times as many at most (RFC 1951 clause 3.2.5). */
const PIECE_BYTES = 2048;

function openZlib(bytes: Uint8Array, length: number, offset: number): Expander {
  const inflater = new Inflater({ format: 'zlib', maxBytes: length + 65536 });
  let at = 0;
  /** What came out and did not fit. */
  let waiting: Uint8Array[] = [];
  const said = (act: () => void): void => {
    try {
      act();
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause;
      throw new FormatError('tiff.strip', cause.message, offset, { cause });
    }
  };
  const push = (emit: (piece: Uint8Array) => void): void => {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    at += piece.length;
    said(() => inflater.push(piece, emit));
  };
  return {
    read(out) {
      let to = 0;
      const take = (piece: Uint8Array): Uint8Array => {
        const fitting = piece.subarray(0, out.length - to);
        out.set(fitting, to);
        to += fitting.length;
        return piece.subarray(fitting.length);
      };
      waiting = waiting.map(take).filter((rest) => rest.length > 0);
      while (to < out.length && at < bytes.length) {
        push((piece) => {
          const rest = take(piece);
          if (rest.length > 0) waiting.push(rest.slice());
        });
      }
      return to;
    },
    end() {
      while (at < bytes.length) push(() => {});
      said(() => inflater.finish());
    },
  };
}
