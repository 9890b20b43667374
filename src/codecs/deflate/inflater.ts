/**
 * Inflating in pieces: bytes come as they come, and what they hold is handed on in pieces of at most 128 KiB. Memory stays what
 * it was at the beginning, however far a stream expands.
 */
import {
  ConfigError,
  FormatError,
  rejectUnknownKeys,
  requireInteger,
  StateError,
} from '../../base/errors.ts';
import { adler32 } from '../../bits/adler32.ts';
import type { VectorKernels } from '../../wasm/kernel-memory.ts';
import { type DecoderMemory, giveBackDecoderMemory, takeDecoderMemory } from './decoder-memory.ts';
import {
  checkTrailer,
  type DeflateFormat,
  type GzipHeader,
  initialChecksum,
  readHeader,
  requireFormat,
  trailerLength,
  updateChecksum,
} from './formats.ts';
import { INFLATE_KERNELS } from './kernels/inflate.ts';
import { DONE, NEEDS_INPUT } from './standard/block-decoder.ts';
import { MAX_DISTANCE } from './standard/symbols.ts';

/** Options of everything that inflates. */
export interface InflateOptions {
  /** The format around the stream. Default `raw` for `Inflater`; the functions say it by their names. */
  readonly format?: DeflateFormat;
  /** The dictionary that the compressor was given. Default: none. */
  readonly dictionary?: Uint8Array;
  /** Throws `FormatError` when more bytes than this come out. Default 2^53 - 1 for `Inflater`, 2^30 for the functions. */
  readonly maxBytes?: number;
  /** Whether bytes may follow the end of the stream, and are then left alone. Default false: they are an error. */
  readonly allowTrailingBytes?: boolean;
  /**
   * The kernel of the inner loop: true where the engine can make it, false for none, or the module of `vitrine/kernels.wasm`. The result is the
   * same. Default true.
   */
  readonly vectorKernels?: VectorKernels;
}

/** The keys of `InflateOptions`. */
export const INFLATE_KEYS = [
  'format',
  'dictionary',
  'maxBytes',
  'allowTrailingBytes',
  'vectorKernels',
] as const;

/** The function that takes each inflated piece; the piece is valid until the function returns. */
export type Emit = (bytes: Uint8Array) => void;

/** Takes a deflate, zlib or gzip stream in pieces. Members of a gzip file are joined, RFC 1952 clause 2.2. */
export class Inflater {
  private readonly format: DeflateFormat;
  private readonly dictionary: Uint8Array | undefined;
  private readonly maxBytes: number;
  private readonly allowTrailingBytes: boolean;
  private readonly memory: DecoderMemory;
  private state: 'header' | 'blocks' | 'trailer' | 'end' = 'header';
  /** Header or trailer as far as it is there. */
  private held: Uint8Array = new Uint8Array(0);
  private checksum = 0;
  private memberBytes = 0;
  private members = 0;
  private emitted = 0;
  private bytesIn = 0;
  private bytesOut = 0;
  private failed = false;
  private finished = false;
  /** The header of the first gzip member; null before it was read, and for other formats. */
  gzipHeader: GzipHeader | null = null;

  constructor(options: InflateOptions = {}) {
    rejectUnknownKeys('inflate.options', options, INFLATE_KEYS);
    this.format = requireFormat('inflate.options.format', options.format ?? 'raw');
    this.dictionary = options.dictionary;
    if (this.dictionary !== undefined && this.format === 'gzip') {
      throw new ConfigError(
        'inflate.options.dictionary',
        'gzip has none, allowed with raw and zlib',
      );
    }
    const unlimited = Number.MAX_SAFE_INTEGER;
    this.maxBytes = requireInteger(
      'inflate.options.maxBytes',
      options.maxBytes ?? unlimited,
      0,
      unlimited,
    );
    this.allowTrailingBytes = options.allowTrailingBytes ?? false;
    const where = 'inflate.options.vectorKernels';
    this.memory = takeDecoderMemory(
      INFLATE_KERNELS.requireKernels(where, options.vectorKernels ?? true),
    );
  }

  /** Bytes that came out so far. */
  get totalOut(): number {
    return this.bytesOut;
  }

  /** Whether the stream has ended; of gzip another member may follow. */
  get isDone(): boolean {
    return (
      this.state === 'end' ||
      (this.state === 'header' && this.members > 0 && this.held.length === 0)
    );
  }

  /**
   * Takes the next bytes and hands on what they hold. Throws `FormatError` with the offset in the whole stream for what breaks
   * its format, and `StateError` after that.
   */
  push(bytes: Uint8Array, emit: Emit): void {
    if (this.failed || this.finished) {
      const after = this.failed ? 'an error' : 'finish()';
      throw new StateError('inflate.push', `called after ${after}; begin with a new Inflater`);
    }
    this.failed = true;
    let at = 0;
    while (at < bytes.length || this.state === 'blocks') {
      const before = at;
      if (this.state === 'header') at = this.takeHeader(bytes, at);
      else if (this.state === 'blocks') at = this.takeBlocks(bytes, at, emit);
      else if (this.state === 'trailer') at = this.takeTrailer(bytes, at);
      else at = this.takeRest(bytes, at);
      if (at === before && at === bytes.length) break;
    }
    this.failed = false;
  }

  /** Says that no more bytes come. Throws `FormatError` if the stream has not ended. */
  finish(): void {
    if (this.finished) return;
    if (this.failed) throw new StateError('inflate.finish', 'called after an error');
    if (this.format === 'raw' && this.state === 'header') this.beginStream(null);
    if (this.isDone) {
      this.finished = true;
      giveBackDecoderMemory(this.memory);
      return;
    }
    throw new FormatError(
      `${this.format === 'raw' ? 'deflate' : this.format}.stream`,
      'ends too early',
      this.bytesIn,
    );
  }

  /** Adds bytes to what is held. */
  private hold(bytes: Uint8Array, from: number, to: number): number {
    const joined = new Uint8Array(this.held.length + to - from);
    joined.set(this.held);
    joined.set(bytes.subarray(from, to), this.held.length);
    this.held = joined;
    this.bytesIn += to - from;
    return to;
  }

  private takeHeader(bytes: Uint8Array, from: number): number {
    if (this.members > 0 && this.held.length === 0 && bytes[from] !== 0x1f) {
      // Behind the last member there may be zeros, as tapes have them.
      if (bytes[from] === 0) {
        this.bytesIn++;
        return from + 1;
      }
      return this.takeRest(bytes, from);
    }
    const heldBefore = this.held.length;
    // Most headers are short; only long ones are joined as a whole.
    const to = Math.min(bytes.length, from + 512);
    const end = this.hold(bytes, from, to);
    const offset = this.bytesIn - this.held.length;
    const header = readHeader(this.format, this.held, 0, this.held.length, offset);
    if (header === null) return end;
    this.bytesIn -= this.held.length - header.length;
    this.held = new Uint8Array(0);
    this.beginStream(header.dictionaryId);
    if (this.members === 0) this.gzipHeader = header.gzip;
    return from + header.length - heldBefore;
  }

  private beginStream(dictionaryId: number | null): void {
    const { decoder } = this.memory;
    const { dictionary } = this;
    if (dictionaryId !== null && dictionary === undefined) {
      throw new ConfigError('inflate.options.dictionary', 'the stream needs one');
    }
    if (dictionaryId !== null && dictionaryId !== adler32(dictionary!)) {
      throw new FormatError(
        'zlib.DICTID',
        'the stream was made with another dictionary (RFC 1950 clause 2.2)',
        this.bytesIn,
      );
    }
    decoder.reset();
    decoder.outStart = 0;
    decoder.outPos = 0;
    decoder.inPos = decoder.inEnd = 0;
    decoder.inOffset = this.bytesIn;
    decoder.outEnd = decoder.output.length;
    if (dictionary !== undefined && (this.format === 'raw' || dictionaryId !== null)) {
      const window = dictionary.subarray(Math.max(0, dictionary.length - MAX_DISTANCE));
      decoder.output.set(window);
      decoder.outPos = window.length;
    }
    this.emitted = decoder.outPos;
    this.memberBytes = 0;
    this.checksum = initialChecksum(this.format);
    this.state = 'blocks';
  }

  /** Decodes from `bytes`; leaves those behind the end of the stream. */
  private takeBlocks(bytes: Uint8Array, from: number, emit: Emit): number {
    const { decoder } = this.memory;
    let at = from;
    for (;;) {
      at += this.fillInput(bytes, at);
      const status = decoder.run();
      this.handOn(emit);
      if (status === DONE) {
        const unread = decoder.inEnd - decoder.inPos;
        at -= unread;
        this.bytesIn -= unread;
        this.state = this.format === 'raw' ? 'end' : 'trailer';
        this.members++;
        return at;
      }
      if (status === NEEDS_INPUT && at === bytes.length) return at;
      if (status !== NEEDS_INPUT) this.slideWindow();
    }
  }

  /** Moves unread input to the front and fills up behind it. */
  private fillInput(bytes: Uint8Array, from: number): number {
    const { decoder } = this.memory;
    const { input } = decoder;
    if (decoder.inPos > 0) {
      input.copyWithin(0, decoder.inPos, decoder.inEnd);
      decoder.inOffset += decoder.inPos;
      decoder.inEnd -= decoder.inPos;
      decoder.inPos = 0;
    }
    const count = Math.min(bytes.length - from, input.length - decoder.inEnd);
    input.set(bytes.subarray(from, from + count), decoder.inEnd);
    decoder.inEnd += count;
    this.bytesIn += count;
    return count;
  }

  private handOn(emit: Emit): void {
    const { decoder } = this.memory;
    const piece = decoder.output.subarray(this.emitted, decoder.outPos);
    if (piece.length === 0) return;
    this.bytesOut += piece.length;
    if (this.bytesOut > this.maxBytes) {
      throw new FormatError(
        'inflate.options.maxBytes',
        `more than ${this.maxBytes} bytes come out`,
        decoder.inOffset + decoder.inPos,
      );
    }
    this.memberBytes += piece.length;
    this.checksum = updateChecksum(this.format, this.checksum, piece);
    this.emitted = decoder.outPos;
    emit(piece);
  }

  /** Keeps what distances can reach, at the front. */
  private slideWindow(): void {
    const { decoder } = this.memory;
    const from = Math.max(0, decoder.outPos - MAX_DISTANCE);
    decoder.output.copyWithin(0, from, decoder.outPos);
    decoder.outPos -= from;
    this.emitted -= from;
  }

  private takeTrailer(bytes: Uint8Array, from: number): number {
    const needed = trailerLength(this.format);
    const end = this.hold(bytes, from, Math.min(bytes.length, from + needed - this.held.length));
    if (this.held.length < needed) return end;
    checkTrailer(this.format, this.held, 0, this.bytesIn - needed, this.checksum, this.memberBytes);
    this.held = new Uint8Array(0);
    this.state = this.format === 'gzip' ? 'header' : 'end';
    return end;
  }

  private takeRest(bytes: Uint8Array, from: number): number {
    if (this.allowTrailingBytes) {
      this.bytesIn += bytes.length - from;
      this.state = 'end';
      return bytes.length;
    }
    throw new FormatError('inflate.stream', 'bytes follow its end', this.bytesIn);
  }
}
