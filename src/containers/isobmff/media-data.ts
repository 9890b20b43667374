/**
 * Where the bytes of the samples go while a file with one `moov` is written. Three ways, by what the sink can do:
 * through to the sink into one `mdat` whose size is patched at the end; into a row of smaller `mdat` boxes, each written
 * when it is full, for sinks that cannot go back; or into memory, when `moov` must come first and nothing can be moved.
 */
import type { ByteSink } from '../../base/byte-stream.ts';
import { StateError, UnsupportedError } from '../../base/errors.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';

/** Takes the bytes of samples, and says where in the file each packet lies. */
export interface MediaData {
  /** Bytes of the file before and in the media data so far: where what follows `finish` will lie. */
  readonly end: number;
  /** Where in the file the next `count` bytes to be appended go. */
  place(count: number): number;
  /** Appends `bytes`. A promise that is returned must be awaited before the next call. */
  append(bytes: Uint8Array): Promise<void> | void;
  /** No more samples: completes the boxes that hold them. */
  finish(): Promise<void>;
}

const BOX_HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;
const MAX_BOX_SIZE = 0xffffffff;

/** Header of a box; 64-bit `largesize` where 32 bits are too few. Box, ISOBMFF clause 4.2. */
export function boxHeader(type: string, payloadBytes: number): Uint8Array {
  const w = new ByteWriter();
  const isLarge = payloadBytes + BOX_HEADER_BYTES > MAX_BOX_SIZE;
  w.u32(isLarge ? 1 : payloadBytes + BOX_HEADER_BYTES);
  w.ascii(type);
  if (isLarge) w.u64(payloadBytes + LARGE_HEADER_BYTES);
  return w.toBytes();
}

/** One `mdat` behind an empty `free`, which gives way to a 64-bit size if that is needed. The sink must be seekable. */
export class PatchedMediaData implements MediaData {
  private readonly sink: ByteSink;
  private readonly start: number;
  end: number;

  private constructor(sink: ByteSink, start: number) {
    this.sink = sink;
    this.start = start;
    this.end = start + LARGE_HEADER_BYTES;
  }

  /** `start`: bytes of the file written so far. */
  static async begin(sink: ByteSink, start: number): Promise<PatchedMediaData> {
    await sink.write(boxHeader('free', 0));
    const w = new ByteWriter();
    w.u32(0); // up to the end of the file, until the size is known
    w.ascii('mdat');
    await sink.write(w.toBytes());
    return new PatchedMediaData(sink, start);
  }

  place(): number {
    return this.end;
  }

  append(bytes: Uint8Array): Promise<void> | void {
    this.end += bytes.length;
    return this.sink.write(bytes);
  }

  async finish(): Promise<void> {
    const payload = this.end - this.start - LARGE_HEADER_BYTES;
    const header = boxHeader('mdat', payload);
    await this.sink.writeAt(this.start + LARGE_HEADER_BYTES - header.length, header);
  }
}

/** Bytes that are collected before an `mdat` is written: larger costs memory, smaller costs 8 bytes more often. */
const SEGMENT_BYTES = 1 << 20;

/** Many `mdat` boxes, each with its size in front. */
export class SegmentedMediaData implements MediaData {
  private readonly sink: ByteSink;
  private written: number;
  private readonly buffer = new Uint8Array(SEGMENT_BYTES);
  private buffered = 0;

  constructor(sink: ByteSink, start: number) {
    this.sink = sink;
    this.written = start;
  }

  get end(): number {
    return this.written + (this.buffered > 0 ? BOX_HEADER_BYTES + this.buffered : 0);
  }

  place(count: number): number {
    const isNewBox = this.buffered === 0 || this.buffered + count > SEGMENT_BYTES;
    return isNewBox ? this.end + BOX_HEADER_BYTES : this.end;
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (this.buffered + bytes.length > SEGMENT_BYTES) await this.finish();
    if (bytes.length > SEGMENT_BYTES) {
      await this.writeBox(bytes);
    } else {
      this.buffer.set(bytes, this.buffered);
      this.buffered += bytes.length;
    }
  }

  private async writeBox(payload: Uint8Array): Promise<void> {
    const header = boxHeader('mdat', payload.length);
    await this.sink.write(header);
    await this.sink.write(payload);
    this.written += header.length + payload.length;
  }

  async finish(): Promise<void> {
    if (this.buffered === 0) return;
    const payload = this.buffer.subarray(0, this.buffered);
    this.buffered = 0;
    await this.writeBox(payload);
  }
}

/** Most bytes that are held in memory for a `moov` in front. */
export const MAX_SPOOLED_BYTES = 256 << 20;

/** Bytes that are held in one piece: for each of many small packets an array of its own would take more than its bytes. */
const SPOOL_PIECE_BYTES = 1 << 18;

/** All in memory. Positions are those of a file without `moov`; the caller adds its size. */
export class SpooledMediaData implements MediaData {
  private readonly start: number;
  /** Full pieces, and the bytes of the one that is being filled. */
  private readonly pieces: Uint8Array[] = [];
  private piece = new Uint8Array(0);
  private filled = 0;
  end: number;

  /** `start`: where the `mdat` would begin if there were no `moov`. */
  constructor(start: number) {
    this.start = start;
    this.end = start + LARGE_HEADER_BYTES;
  }

  place(): number {
    return this.end;
  }

  append(bytes: Uint8Array): void {
    if (this.end + bytes.length - this.start > MAX_SPOOLED_BYTES) {
      throw new UnsupportedError(
        'mp4.options.faststart',
        `moov in front of more than ${MAX_SPOOLED_BYTES >> 20} MiB of media, into a sink that cannot be read back; use fragmented, or a file`,
      );
    }
    this.end += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      if (this.filled === this.piece.length) this.beginPiece();
      const count = Math.min(bytes.length - at, this.piece.length - this.filled);
      this.piece.set(bytes.subarray(at, at + count), this.filled);
      this.filled += count;
      at += count;
    }
  }

  private beginPiece(): void {
    if (this.filled > 0) this.pieces.push(this.piece);
    this.piece = new Uint8Array(SPOOL_PIECE_BYTES);
    this.filled = 0;
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  /** Writes the `mdat` behind what the sink has. The header is 16 bytes, as `end` counted it. */
  async writeTo(sink: ByteSink): Promise<void> {
    const header = boxHeader('mdat', this.end - this.start - LARGE_HEADER_BYTES);
    if (header.length < LARGE_HEADER_BYTES) await sink.write(boxHeader('free', 0));
    await sink.write(header);
    for (const piece of this.pieces) await sink.write(piece);
    this.pieces.length = 0;
    await sink.write(this.piece.subarray(0, this.filled));
  }
}

const MOVE_BLOCK_BYTES = 1 << 20;

/** Moves the bytes `start..end` of `sink`, which end it, by `distance` bytes to the back. The sink must have `readAt`. */
export async function moveBack(
  sink: ByteSink,
  start: number,
  end: number,
  distance: number,
): Promise<void> {
  const zeros = new Uint8Array(Math.min(distance, MOVE_BLOCK_BYTES));
  for (let left = distance; left > 0; left -= zeros.length) {
    await sink.write(left < zeros.length ? zeros.subarray(0, left) : zeros);
  }
  for (let blockEnd = end; blockEnd > start; ) {
    const blockStart = Math.max(start, blockEnd - MOVE_BLOCK_BYTES);
    const block = await sink.readAt?.(blockStart, blockEnd - blockStart);
    if (block === undefined) throw new StateError('mp4.faststart', 'the sink has no readAt');
    await sink.writeAt(blockStart + distance, block);
    blockEnd = blockStart;
  }
}
