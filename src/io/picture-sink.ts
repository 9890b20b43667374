/** A sink for pictures, each of which is one call of `write`: a file for each of them, one file that each replaces, or one file for one. */
import type { ByteSink } from '../base/byte-stream.ts';
import { ConfigError, rejectUnknownKeys, requireInteger, StateError } from '../base/errors.ts';
import { numberPattern } from './file-pattern.ts';
import { type Destination, openSink, writeWhole } from './open.ts';

/** How pictures become files. */
export interface PictureSinkOptions {
  /** Number of the first file of a sequence (`frame-%04d.png`). Default 1. */
  readonly startNumber?: number;
  /** Whether each picture replaces the one before, so that the last one stays; the name is then no pattern. Default false. */
  readonly update?: boolean;
}

const WHERE = 'muxer.open';

/** Checks the options; throws `ConfigError` naming the option. */
export function requirePictureOptions(options: PictureSinkOptions): Required<PictureSinkOptions> {
  rejectUnknownKeys(WHERE, options, ['startNumber', 'update']);
  const { startNumber = 1, update = false } = options;
  requireInteger(`${WHERE}.startNumber`, startNumber, 0, Number.MAX_SAFE_INTEGER);
  const isUpdate = update === true || (update as unknown) === 1;
  if (!isUpdate && update !== false && (update as unknown) !== 0) {
    throw new ConfigError(`${WHERE}.update`, `got ${String(update)}, allowed are true and false`);
  }
  return { startNumber, update: isUpdate };
}

/** A sink of which each `write` is a picture, as those that `openPictureSink` gives. */
export interface PictureSink extends ByteSink {
  readonly takesPictures: true;
}

function isPictureSink(destination: Destination): destination is PictureSink {
  return (destination as Partial<PictureSink>).takesPictures === true;
}

/** Opens the destination of pictures. Throws `ConfigError` for a path that cannot be written and for what is no destination. */
export async function openPictureSink(
  destination: Destination,
  options: PictureSinkOptions,
): Promise<PictureSink> {
  if (isPictureSink(destination)) return destination;
  const { startNumber, update } = requirePictureOptions(options);
  const pattern = typeof destination === 'string' ? numberPattern(WHERE, destination) : null;
  if (update) {
    if (typeof destination === 'string') return new FilesSink(() => destination);
    return new LastPictureSink(await openSink('muxer.destination', destination));
  }
  if (pattern === null) return new OnePictureSink(await openSink('muxer.destination', destination));
  return new FilesSink((index) => pattern.nameOf(startNumber + index));
}

/** The part that all of these sinks share: none can go back. */
const neverBack = (): never => {
  throw new StateError('pictures', 'files of pictures are written from start to end');
};

/**
 * Writes a file for each picture, whole or not at all. Files that were written stay, whatever fails later.
 */
class FilesSink implements PictureSink {
  readonly takesPictures = true;
  readonly seekable = false;
  readonly writeAt = neverBack;
  private readonly nameOf: (index: number) => string;
  private index = 0;

  constructor(nameOf: (index: number) => string) {
    this.nameOf = nameOf;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const sink = await openSink('muxer.destination', this.nameOf(this.index++));
    await writeWhole(sink, bytes);
  }

  close(): void {}
  abort(): void {}
}

/** One file that holds one picture. */
class OnePictureSink implements PictureSink {
  readonly takesPictures = true;
  readonly seekable = false;
  readonly writeAt = neverBack;
  private readonly sink: ByteSink;
  private isWritten = false;

  constructor(sink: ByteSink) {
    this.sink = sink;
  }

  write(bytes: Uint8Array): Promise<void> | void {
    if (this.isWritten) {
      throw new ConfigError(
        'muxer.write',
        'the file is one picture, and a second one came; name a sequence (frame-%04d.png), or give update: true to keep the last picture',
      );
    }
    this.isWritten = true;
    return this.sink.write(bytes);
  }

  async close(): Promise<void> {
    await this.sink.close();
  }

  async abort(reason?: unknown): Promise<void> {
    await this.sink.abort(reason);
  }
}

/** The last picture, where what was written cannot be written again: it is held until the end. */
class LastPictureSink implements PictureSink {
  readonly takesPictures = true;
  readonly seekable = false;
  readonly writeAt = neverBack;
  private readonly sink: ByteSink;
  private last: Uint8Array = new Uint8Array(0);

  constructor(sink: ByteSink) {
    this.sink = sink;
  }

  write(bytes: Uint8Array): void {
    this.last = bytes.slice();
  }

  async close(): Promise<void> {
    await this.sink.write(this.last);
    await this.sink.close();
  }

  async abort(reason?: unknown): Promise<void> {
    await this.sink.abort(reason);
  }
}
