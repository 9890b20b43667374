/** Reads what a PNG file says beside its pixels. */
import {
  MetadataMemory,
  type MutableMetadata,
  type PngMetadata,
  readAncillary,
} from './metadata.ts';
import { FRAME_CHUNKS, readChunks } from './standard/chunks.ts';

/** The ancillary chunks of a file, without its pixels. Throws `FormatError` with chunk and offset as `decodePng` does. */
export function readPngMetadata(file: Uint8Array): PngMetadata {
  const metadata: MutableMetadata = {};
  const memory = new MetadataMemory();
  let isBeforePixels = true;
  for (const chunk of readChunks(file)) {
    if (chunk.type === 'IDAT') isBeforePixels = false;
    else if (!FRAME_CHUNKS.includes(chunk.type))
      readAncillary(chunk, metadata, isBeforePixels, memory);
  }
  return metadata;
}
