/** Compressing in pieces: bytes come as they come, and what they become is handed on as soon as it is there. */
import { ConfigError, rejectUnknownKeys, requireInteger, StateError } from '../../base/errors.ts';
import type { VectorKernels } from '../../wasm/kernel-memory.ts';
import { BitSink } from './encoder/bit-sink.ts';
import type { BlockMaker, MakeBlocks } from './encoder/block-maker.ts';
import { writeStored } from './encoder/block-writer.ts';
import type { DeflateInspector } from './encoder/inspector.ts';
import {
  createBlockMaker,
  DEFAULT_LEVEL,
  effortOf,
  MAX_LEVEL,
  MIN_LEVEL,
} from './encoder/levels.ts';
import {
  type DeflateFormat,
  type GzipHeader,
  headerBytes,
  initialChecksum,
  requireFormat,
  trailerBytes,
  updateChecksum,
} from './formats.ts';
import type { Emit } from './inflater.ts';
import { DEFLATE_KERNELS } from './kernels/vector.ts';
import { MAX_DISTANCE } from './standard/symbols.ts';

/** Options of everything that compresses. */
export interface DeflateOptions {
  /** The format around the stream. Default `raw` for `Deflater`; the functions say it by their names. */
  readonly format?: DeflateFormat;
  /** 0 (stored) to 13 (smallest, slow); 1 to 9 as with zlib. Default 6. */
  readonly level?: number;
  /** Bytes that whoever inflates has as well: matches reach into their last 32 KiB. Not for gzip. Default: none. */
  readonly dictionary?: Uint8Array;
  /** Fields of the gzip header. Default: none. */
  readonly header?: GzipHeader;
  /** How many bytes will come at most, if that is known: memory is taken for no more. The result is the same. */
  readonly maxBytes?: number;
  /** Told of every block and symbol that is written; null (default) for none. The result is the same. */
  readonly inspect?: DeflateInspector | null;
  /**
   * Kernels of levels 1 to 13: true where the engine can make them, false for none, or the module of `vitrine/kernels.wasm`.
   * The result is the same. Default true.
   */
  readonly vectorKernels?: VectorKernels;
}

/** The keys of `DeflateOptions`. */
export const DEFLATE_KEYS = [
  'format',
  'level',
  'dictionary',
  'header',
  'maxBytes',
  'inspect',
  'vectorKernels',
] as const;

const NO_BYTES = new Uint8Array(0);

/** Takes bytes in pieces and makes a deflate, zlib or gzip stream of them. */
export class Deflater {
  private readonly format: DeflateFormat;
  private readonly sink: BitSink;
  private readonly maker: BlockMaker;
  private readonly lends: boolean;
  private header: Uint8Array | null;
  private checksum: number;
  private length = 0;
  private bytesLeft: number;
  private isFinished = false;

  /**
   * `makeBlocks`: how blocks are made, where not as the level says. `lends`: pieces are valid during the call that hands them on only,
   * so that none is copied.
   */
  constructor(options: DeflateOptions = {}, makeBlocks: MakeBlocks | null = null, lends = false) {
    rejectUnknownKeys('deflate.options', options, DEFLATE_KEYS);
    const { dictionary, inspect = null } = options;
    this.sink = new BitSink(inspect);
    this.lends = lends;
    this.format = requireFormat('deflate.options.format', options.format ?? 'raw');
    const level = requireInteger(
      'deflate.options.level',
      options.level ?? DEFAULT_LEVEL,
      MIN_LEVEL,
      MAX_LEVEL,
    );
    if (dictionary !== undefined && this.format === 'gzip') {
      throw new ConfigError(
        'deflate.options.dictionary',
        'gzip has none, allowed with raw and zlib',
      );
    }
    if (options.header !== undefined && this.format !== 'gzip') {
      throw new ConfigError('deflate.options.header', `${this.format} has none, allowed with gzip`);
    }
    this.header = headerBytes(this.format, effortOf(level), dictionary, options.header);
    this.checksum = initialChecksum(this.format);
    const unlimited = Number.MAX_SAFE_INTEGER;
    this.bytesLeft = requireInteger(
      'deflate.options.maxBytes',
      options.maxBytes ?? unlimited,
      0,
      unlimited,
    );
    const where = 'deflate.options.vectorKernels';
    const kernels = DEFLATE_KERNELS.requireKernels(where, options.vectorKernels ?? true);
    // Room that is never quite full, so that no work is done before the end.
    const size = Math.min(
      this.bytesLeft + Math.min(dictionary?.length ?? 0, MAX_DISTANCE) + 1,
      unlimited,
    );
    this.maker =
      makeBlocks === null
        ? createBlockMaker(level, this.sink, size, kernels)
        : makeBlocks(this.sink, size, kernels);
    if (dictionary !== undefined) {
      this.maker.append(dictionary.subarray(Math.max(0, dictionary.length - MAX_DISTANCE)));
      this.maker.skipDictionary();
    }
  }

  /** Takes bytes; hands on what is ready, in pieces that are the receiver's own. */
  push(bytes: Uint8Array, emit: Emit): void {
    this.requireOpen('push');
    const { maker } = this;
    const adlerOf = this.format === 'zlib' ? maker.adlerOf : undefined;
    if (adlerOf === undefined) {
      this.checksum = updateChecksum(this.format, this.checksum, bytes);
    }
    this.length += bytes.length;
    this.bytesLeft -= bytes.length;
    if (this.bytesLeft < 0)
      throw new ConfigError('deflate.options.maxBytes', `got ${this.length} bytes`);
    for (let at = 0; at < bytes.length; ) {
      if (maker.room === 0) {
        maker.work('more');
        this.handOn(emit);
      }
      const count = Math.min(bytes.length - at, maker.room);
      maker.append(bytes.subarray(at, at + count));
      if (adlerOf !== undefined) this.checksum = adlerOf.call(maker, this.checksum, count);
      at += count;
    }
  }

  /**
   * Codes all bytes so far and hands them on, so that a receiver can inflate them now; an empty stored block brings the stream
   * to a whole byte (as zlib's Z_SYNC_FLUSH does).
   */
  flush(emit: Emit): void {
    this.requireOpen('flush');
    this.maker.work('flush');
    writeStored(this.sink, NO_BYTES, 0, 0, false);
    this.handOn(emit);
  }

  /** Ends the stream and hands on the rest. */
  finish(emit: Emit): void {
    this.requireOpen('finish');
    this.isFinished = true;
    this.maker.work('last');
    this.sink.reserve(8);
    const { inspector, bitCount } = this.sink;
    this.sink.align();
    this.handOn(emit);
    const trailer =
      this.format === 'raw' ? NO_BYTES : trailerBytes(this.format, this.checksum, this.length);
    if (inspector !== null) {
      inspector.around('alignment', -bitCount & 7);
      inspector.around('trailer', 8 * trailer.length);
    }
    if (trailer.length > 0) emit(trailer);
  }

  private requireOpen(method: string): void {
    if (!this.isFinished) return;
    throw new StateError(`deflate.${method}`, 'the stream was finished; begin with a new Deflater');
  }

  private handOn(emit: Emit): void {
    if (this.header !== null && this.header.length > 0) {
      this.sink.inspector?.around('header', 8 * this.header.length);
      emit(this.header);
    }
    this.header = null;
    if (this.sink.length === 0) return;
    const piece = this.sink.lend();
    emit(this.lends ? piece : piece.slice());
  }
}
