/** Whatever a user names as a place for bytes, as a sink or a source. Files are reached by `import('#files')`, so that nothing here needs Node. */
import type { ByteSink, ByteSource } from '../base/byte-stream.ts';
import { ConfigError, UnsupportedError } from '../base/errors.ts';
import { BlobSource, MemorySource } from './memory-source.ts';
import { SpillSource, type SpillStore } from './spill-source.ts';
import { StreamSink } from './stream-sink.ts';
import { type ByteStream, StreamSource } from './stream-source.ts';

/** Where a file can go: a path, a stream of the web platform, or any sink (`MemorySink`). */
export type Destination = string | URL | WritableStream<Uint8Array> | ByteSink;

/** Where a file can come from. */
export type Origin =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | ByteStream
  | ByteSource;

/** Opens a sink. Throws `ConfigError` for a path that cannot be written and for what is no destination. */
export async function openSink(where: string, destination: Destination): Promise<ByteSink> {
  if (typeof destination === 'string' || destination instanceof URL) {
    const { openPathSink } = await loadFiles(where);
    return openPathSink(destination);
  }
  if (isSink(destination)) return destination;
  if (isWritableStream(destination)) return new StreamSink(destination);
  throw new ConfigError(where, 'needed is a path, a WritableStream, or a ByteSink');
}

/** Opens a source. Throws `ConfigError` for a path that cannot be read and for what is no origin. */
export async function openSource(where: string, origin: Origin): Promise<ByteSource> {
  if (typeof origin === 'string' || origin instanceof URL) {
    const { openPathSource } = await loadFiles(where);
    return openPathSource(origin);
  }
  if (origin instanceof Uint8Array) return new MemorySource(origin);
  if (origin instanceof ArrayBuffer) return new MemorySource(new Uint8Array(origin));
  if (typeof Blob !== 'undefined' && origin instanceof Blob) return new BlobSource(origin);
  if (typeof origin === 'object' && origin !== null) {
    // Streams of Node have a `read` of another meaning, so what can be iterated over is taken for a stream first.
    if (isReadableStream(origin)) {
      if (!origin.locked) return new StreamSource(origin);
      throw new ConfigError(where, 'the stream is locked; release its reader before');
    }
    if (Symbol.asyncIterator in origin) return new StreamSource(origin as ByteStream);
    if ('read' in origin && typeof origin.read === 'function') return origin as ByteSource;
  }
  throw new ConfigError(
    where,
    'needed is a path, bytes, a Blob, a ReadableStream, or a ByteSource',
  );
}

/**
 * A source that can be read backwards, over one that may be a stream: what has come of that is kept, on the disk where there is
 * one.
 * @param maxBytes most bytes that are kept; default see `SpillOptions`
 */
export function backwardSource(source: ByteSource, maxBytes?: number): ByteSource {
  if (source.size !== null) return source;
  const bound = maxBytes === undefined ? {} : { maxBytes };
  return new SpillSource(source, { openStore: openSpillStore, ...bound });
}

/** A temporary file to keep a stream in; null where there are no files, or none can be made. */
export async function openSpillStore(): Promise<SpillStore | null> {
  const files = await loadFiles('source').catch(() => null);
  return files === null ? null : files.openTemporaryFile().catch(() => null);
}

/** Whether `value` can be written to; decides before anything is opened. */
export function isDestination(value: unknown): value is Destination {
  if (typeof value === 'string' || value instanceof URL) return true;
  return isSink(value) || isWritableStream(value);
}

function isSink(value: unknown): value is ByteSink {
  const sink = value as ByteSink | null;
  return typeof sink?.write === 'function' && typeof sink.writeAt === 'function';
}

function isWritableStream(value: unknown): value is WritableStream<Uint8Array> {
  return typeof (value as WritableStream | null)?.getWriter === 'function';
}

function isReadableStream(value: unknown): value is ReadableStream<Uint8Array> {
  return typeof (value as ReadableStream | null)?.getReader === 'function';
}

/** `#files` is `node/files.ts` or `no-files.ts`, by the platform. Where nobody resolves such names (a page without a bundler) there are no files. */
async function loadFiles(where: string): Promise<typeof import('./node/files.ts')> {
  try {
    return await import('#files');
  } catch (error) {
    throw new UnsupportedError(
      where,
      'there are no files on this platform; pass a MemorySink, a stream, bytes or a Blob instead of a path',
      { cause: error },
    );
  }
}
