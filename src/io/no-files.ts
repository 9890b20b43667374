/**
 * What stands for `node/files.ts` on platforms without files: pages, edge workers. package.json says which of the two `#files`
 * is, by the conditions `node`, `bun`, `deno` and `default`, so that a bundle for a page holds nothing of Node.
 */

import type { ByteSink, ByteSource } from '../base/byte-stream.ts';
import { UnsupportedError } from '../base/errors.ts';
import type { UrlLike } from '../base/platform.ts';
import type { SpillStore } from './spill-source.ts';

/** Always throws `UnsupportedError`. */
export async function openPathSink(file: string | UrlLike): Promise<ByteSink> {
  throw noFiles(file, 'a MemorySink, a WritableStream or a ByteSink of your own');
}

/** Always throws `UnsupportedError`. */
export async function openPathSource(file: string | UrlLike): Promise<ByteSource> {
  throw noFiles(
    file,
    'the bytes (Uint8Array, ArrayBuffer), a Blob or File, or a ReadableStream such as the body of a fetch',
  );
}

/** Always throws `UnsupportedError`. */
export async function listFolder(path: string): Promise<readonly string[]> {
  throw noFiles(path, 'the pictures one by one');
}

/** Always throws `UnsupportedError`. */
export async function openTemporaryFile(): Promise<SpillStore> {
  throw new UnsupportedError('source', 'there are no files on this platform');
}

function noFiles(file: string | UrlLike, instead: string): UnsupportedError {
  return new UnsupportedError(
    'path',
    `there are no files on this platform, so ${typeof file === 'string' ? file : file.href} cannot be opened; pass ${instead}`,
  );
}
