/**
 * Types for the objects of the platform, with the members that the library uses. Programs that are compiled without the
 * types of a browser or of Node can use these instead; objects of either platform fit.
 */

/** A `URL`. */
export interface UrlLike {
  readonly href: string;
  readonly protocol: string;
  readonly pathname: string;
}

/** A `WritableStream` of the web platform. */
export interface WritableStreamLike<T> {
  readonly locked: boolean;
  getWriter(): WritableStreamWriterLike<T>;
}

/** The writer of such a stream. */
export interface WritableStreamWriterLike<T> {
  readonly ready: Promise<unknown>;
  readonly closed: Promise<unknown>;
  write(chunk: T): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
}

/** An `AbortSignal`. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(
    type: 'abort',
    listener: () => void,
    options?: { readonly once?: boolean },
  ): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A `ReadableStream` of the web platform. */
export interface ReadableStreamLike<T> {
  readonly locked: boolean;
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: T | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** The platform's own `ReadableStream` where a program is compiled with its types, else what the library uses of it. */
export type PlatformReadableStream = typeof globalThis extends {
  ReadableStream: { prototype: infer Stream };
}
  ? Stream
  : ReadableStreamLike<Uint8Array>;

/** The platform's own `WritableStream`, likewise. */
export type PlatformWritableStream = typeof globalThis extends {
  WritableStream: { prototype: infer Stream };
}
  ? Stream
  : WritableStreamLike<Uint8Array>;

/** A `Blob` or `File`. */
export interface BlobLike {
  readonly size: number;
  slice(start?: number, end?: number): BlobLike;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Whether `value` is a `URL`, of whatever realm; engines without that class have none. */
export function isUrl(value: unknown): value is UrlLike {
  const url = value as Partial<UrlLike> | null | undefined;
  return (
    typeof url === 'object' &&
    url !== null &&
    typeof url.href === 'string' &&
    typeof url.protocol === 'string' &&
    typeof url.pathname === 'string'
  );
}

/** Whether `value` is a `Blob` or `File`, of whatever realm. */
export function isBlob(value: unknown): value is BlobLike {
  const blob = value as Partial<BlobLike> | null | undefined;
  return (
    typeof blob === 'object' &&
    blob !== null &&
    typeof blob.size === 'number' &&
    typeof blob.slice === 'function' &&
    typeof blob.arrayBuffer === 'function'
  );
}
