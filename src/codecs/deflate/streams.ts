/**
 * Compressing and inflating between streams of the platform: in the shape of its `CompressionStream` and `DecompressionStream`,
 * with every level, limits, and the same bytes on every engine.
 */
import { requireOneOf } from '../../base/errors.ts';
import type { PlatformReadableStream, PlatformWritableStream } from '../../base/platform.ts';
import { type DeflateOptions, Deflater } from './deflater.ts';
import type { DeflateFormat } from './formats.ts';
import { type Emit, type InflateOptions, Inflater } from './inflater.ts';

/** The names that the platform has: `deflate` is zlib, RFC 1950; `deflate-raw` is RFC 1951. */
export type StreamFormat = 'deflate' | 'deflate-raw' | 'gzip';

const FORMATS: Readonly<Record<StreamFormat, DeflateFormat>> = {
  deflate: 'zlib',
  'deflate-raw': 'raw',
  gzip: 'gzip',
};

function formatOf(format: StreamFormat): DeflateFormat {
  const names = Object.keys(FORMATS) as StreamFormat[];
  return FORMATS[requireOneOf('stream.format', format, names)];
}

/** Takes `BufferSource`s as the platform's streams do. */
function bytesOf(chunk: Uint8Array | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk))
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return new Uint8Array(chunk);
}

type Chunk = Uint8Array | ArrayBuffer | ArrayBufferView;
type Output = Uint8Array<ArrayBuffer>;

function transform(
  push: (bytes: Uint8Array, emit: Emit) => void,
  finish: (emit: Emit) => void,
): TransformStream<Chunk, Output> {
  return new TransformStream<Chunk, Output>({
    transform: (chunk, controller) =>
      push(bytesOf(chunk), (piece) => controller.enqueue(piece.slice())),
    flush: (controller) => finish((piece) => controller.enqueue(piece.slice())),
  });
}

/** `readable.pipeThrough(new DeflateStream('gzip', { level: 9 }))`. */
export class DeflateStream {
  readonly readable: PlatformReadableStream;
  readonly writable: PlatformWritableStream;

  constructor(format: StreamFormat, options: Omit<DeflateOptions, 'format'> = {}) {
    const deflater = new Deflater({ ...options, format: formatOf(format) });
    const { readable, writable } = transform(
      (bytes, emit) => deflater.push(bytes, emit),
      (emit) => deflater.finish(emit),
    );
    this.readable = readable;
    this.writable = writable;
  }
}

/** `readable.pipeThrough(new InflateStream('gzip', { maxBytes: 1e9 }))`. */
export class InflateStream {
  readonly readable: PlatformReadableStream;
  readonly writable: PlatformWritableStream;

  constructor(format: StreamFormat, options: Omit<InflateOptions, 'format'> = {}) {
    const inflater = new Inflater({ ...options, format: formatOf(format) });
    const { readable, writable } = transform(
      (bytes, emit) => inflater.push(bytes, emit),
      () => inflater.finish(),
    );
    this.readable = readable;
    this.writable = writable;
  }
}
