/** Chunks: PNG (third edition) clauses 5.2 to 5.6. */
import { FormatError } from '../../../base/errors.ts';
import type { JoinedBytes } from '../../../base/joined-bytes.ts';
import { crc32 } from '../../../bits/crc32.ts';

/** The signature, clause 5.2. */
export const SIGNATURE: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0x89,
  0x50,
  0x4e,
  0x47,
  0x0d,
  0x0a,
  0x1a,
  0x0a,
);
/** Bytes of a chunk beside its data: length, type, CRC; clause 5.3. */
export const CHUNK_OVERHEAD = 12;

/** A chunk as it lies in a file. */
export interface Chunk {
  readonly type: string;
  /** A view of the file. */
  readonly data: Uint8Array;
  /** Offset of the chunk's length field in the file. */
  readonly offset: number;
}

/** Types of the chunks that make an animation of a picture: clause 11.3.6. */
export const FRAME_CHUNKS: readonly string[] = ['acTL', 'fcTL', 'fdAT'];

/** Whether decoders must know a chunk: clause 5.4, the case of the first letter. */
export function isCritical(type: string): boolean {
  return (type.charCodeAt(0) & 0x20) === 0;
}

/** Whether an editor that does not know a chunk may keep it after changing critical ones: clause 5.4, the fourth letter. */
export function isSafeToCopy(type: string): boolean {
  return (type.charCodeAt(3) & 0x20) !== 0;
}

/**
 * The chunks of a file up to IEND, clause 5.3. Throws `FormatError` with chunk and offset for a wrong signature, types that are
 * none, lengths beyond the file, and wrong CRCs.
 * @param from where a chunk begins that shall be the first; default: the one behind the signature
 */
export function* readChunks(file: Uint8Array, from = SIGNATURE.length): Generator<Chunk> {
  for (let i = 0; i < SIGNATURE.length; i++) {
    if (file[i] !== SIGNATURE[i]) {
      throw new FormatError(
        'png.signature',
        'is not that of PNG (PNG clause 5.2)',
        Math.min(i, file.length),
      );
    }
  }
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (let at = from; ; ) {
    if (at + CHUNK_OVERHEAD > file.length) {
      throw new FormatError('png.chunk', 'the file ends before IEND (PNG clause 5.6)', file.length);
    }
    const length = view.getUint32(at);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) {
      throw new FormatError(
        'png.chunk',
        'a chunk type is no four letters (PNG clause 5.3)',
        at + 4,
      );
    }
    if (length > file.length - at - CHUNK_OVERHEAD) {
      throw new FormatError(
        `png.${type}`,
        `its ${length} bytes go beyond the file (PNG clause 5.3)`,
        at,
      );
    }
    const end = at + 8 + length;
    if (view.getUint32(end) !== crc32(file, 0, at + 4, end)) {
      throw new FormatError(`png.${type}`, 'its data do not match its CRC (PNG clause 5.5)', at);
    }
    yield { type, data: file.subarray(at + 8, end), offset: at };
    if (type === 'IEND') return;
    at = end + 4;
  }
}

/** Hands on a chunk, clause 5.3, whose data come in pieces, so that long data are not copied: length and type, each piece, CRC. */
export function emitChunk(
  type: string,
  pieces: readonly Uint8Array[],
  emit: (bytes: Uint8Array) => void,
): void {
  const head = new Uint8Array(8);
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  new DataView(head.buffer).setUint32(0, length);
  for (let i = 0; i < 4; i++) head[4 + i] = type.charCodeAt(i);
  emit(head);
  let crc = crc32(head, 0, 4, 8);
  for (const piece of pieces) {
    crc = crc32(piece, crc);
    emit(piece);
  }
  const tail = new Uint8Array(4);
  new DataView(tail.buffer).setUint32(0, crc);
  emit(tail);
}

/** Makes a chunk, clause 5.3, at position `at` of `file`, into which its data are moved; returns its bytes. */
export function moveToChunk(file: Uint8Array, type: string, data: JoinedBytes, at: number): number {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const end = at + 8 + data.length;
  view.setUint32(at, data.length);
  for (let i = 0; i < 4; i++) file[at + 4 + i] = type.charCodeAt(i);
  data.moveTo(file, at + 8);
  view.setUint32(end, crc32(file, 0, at + 4, end));
  return end + 4 - at;
}

/** A chunk as bytes, clause 5.3. */
export function chunkBytes(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + CHUNK_OVERHEAD);
  let at = 0;
  emitChunk(type, [data], (part) => {
    bytes.set(part, at);
    at += part.length;
  });
  return bytes;
}
