/**
 * Opens the places for bytes that a user can name, as sinks and sources. Files are reached by `import('#files')`, so that
 * nothing here needs Node.
 */
import type { ByteSink, ByteSource } from '../base/byte-stream.ts';
import { ConfigError, described, UnsupportedError } from '../base/errors.ts';
import {
  type BlobLike,
  isBlob,
  isUrl,
  type ReadableStreamLike,
  type UrlLike,
  type WritableStreamLike,
} from '../base/platform.ts';
import { BlobSource, MemorySource } from './memory-source.ts';
import { SpillSource, type SpillStore } from './spill-source.ts';
import { StreamSink } from './stream-sink.ts';
import { type ByteStream, StreamSource } from './stream-source.ts';

/** A destination of a file: a path, a stream of the web platform, or any sink (`MemorySink`). */
export type Destination = string | UrlLike | WritableStreamLike<Uint8Array> | ByteSink;

/** An origin of a file. */
export type Origin =
  | string
  | UrlLike
  | Uint8Array
  | ArrayBuffer
  | BlobLike
  | ReadableStreamLike<Uint8Array>
  | ByteStream
  | ByteSource;

/** Opens a sink. Throws `ConfigError` for a path that cannot be written and for what is no destination. */
export async function openSink(where: string, destination: Destination): Promise<ByteSink> {
  if (typeof destination === 'string' || isUrl(destination)) {
    const files = await requireFiles(
      destination,
      'a MemorySink, a WritableStream or a ByteSink of your own',
    );
    return files.openPathSink(destination);
  }
  requireDestination(where, destination);
  return isSink(destination) ? destination : new StreamSink(destination);
}

/** Writes all of a file and closes it; the sink is aborted where that fails, and the error is thrown on. */
export async function writeWhole(sink: ByteSink, bytes: Uint8Array): Promise<void> {
  try {
    await sink.write(bytes);
    await sink.close();
  } catch (error) {
    try {
      await sink.abort(error);
    } catch {
      // The first error says what went wrong.
    }
    throw error;
  }
}

/** Opens a source. Throws `ConfigError` for a path that cannot be read and for what is no origin. */
export async function openSource(where: string, origin: Origin): Promise<ByteSource> {
  if (typeof origin === 'string' || isUrl(origin)) {
    const files = await requireFiles(
      origin,
      'the bytes (Uint8Array, ArrayBuffer), a Blob or File, or a ReadableStream such as the body of a fetch',
    );
    return files.openPathSource(origin);
  }
  if (origin instanceof Uint8Array) return new MemorySource(origin);
  if (isArrayBuffer(origin)) return new MemorySource(new Uint8Array(origin));
  if (ArrayBuffer.isView(origin)) {
    const { buffer, byteOffset, byteLength } = origin as ArrayBufferView;
    return new MemorySource(new Uint8Array(buffer, byteOffset, byteLength));
  }
  if (isBlob(origin)) return new BlobSource(origin);
  if (typeof origin === 'object' && origin !== null) {
    // Streams of Node have a `read` of another meaning, so an object that can be iterated over is first taken for a stream.
    if (isReadableStream(origin)) {
      if (!origin.locked) return new StreamSource(origin);
      throw new ConfigError(where, 'the stream is locked; release its reader before');
    }
    if (Symbol.asyncIterator in origin) return new StreamSource(origin);
    if ('read' in origin && typeof origin.read === 'function') return origin;
  }
  throw new ConfigError(
    where,
    `got ${described(origin)}, allowed are a path, bytes, a Blob, a ReadableStream, or a ByteSource${adviceOn(origin)}`,
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
  const files = await loadFiles();
  return files === null ? null : files.openTemporaryFile().catch(() => null);
}

/** Names of the files in a folder. Throws `ConfigError` for what is none, `UnsupportedError` where there are no files. */
export async function listFolder(path: string): Promise<readonly string[]> {
  const files = await requireFiles(path, 'the pictures one by one');
  return files.listFolder(path);
}

/** Throws `ConfigError` for what cannot be written to; called before anything is opened. */
export function requireDestination(where: string, value: unknown): asserts value is Destination {
  if (typeof value === 'string' || isUrl(value) || isSink(value) || isWritableStream(value)) return;
  throw new ConfigError(
    where,
    `got ${described(value)}, allowed are a path, a WritableStream, or a ByteSink such as MemorySink${adviceOn(value)}`,
  );
}

/** What to do about things that people try; empty for others. */
function adviceOn(value: unknown): string {
  const given = value as Record<string, unknown> | null | undefined;
  const has = (name: string) => typeof given?.[name] === 'function';
  if (has('then')) return '; this is a promise: await it before';
  if (has('pipe') && has('on') && has('write')) {
    return '; a stream of Node becomes a WritableStream by Writable.toWeb(stream) of node:stream';
  }
  if (has('arrayBuffer')) return '; of a Response take its body';
  if (has('createWritable')) return '; of a file handle take await handle.createWritable()';
  return '';
}

function isSink(value: unknown): value is ByteSink {
  const sink = value as ByteSink | null | undefined;
  return typeof sink?.write === 'function' && typeof sink.writeAt === 'function';
}

function isWritableStream(value: unknown): value is WritableStreamLike<Uint8Array> {
  return typeof (value as WritableStreamLike<Uint8Array> | null)?.getWriter === 'function';
}

function isReadableStream(value: unknown): value is ReadableStreamLike<Uint8Array> {
  return typeof (value as ReadableStreamLike<Uint8Array> | null)?.getReader === 'function';
}

/** Of whatever realm. */
function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

type Files = typeof import('./node/files.ts');

/** `#files` is `node/files.ts` or `no-files.ts`, by the platform; null where there are no files, or nobody resolves such names (a page without a bundler). */
async function loadFiles(): Promise<Files | null> {
  const files = await import('#files').catch(() => null);
  return files !== null && 'openPathSink' in files ? files : null;
}

/** Throws `UnsupportedError` where there are no files, saying what to pass instead. */
async function requireFiles(path: string | UrlLike, instead: string): Promise<Files> {
  const files = await loadFiles();
  if (files !== null) return files;
  const name = typeof path === 'string' ? path : path.href;
  throw new UnsupportedError(
    'path',
    `there are no files on this platform, so ${name} cannot be opened; pass ${instead}`,
  );
}
