/** The destination of the file that a command makes: a path, or standard output. */
import { type ByteSink, type ByteSource, piecesOf } from '../base/byte-stream.ts';
import { ConfigError, IoError, MediaError, messageOf, StateError } from '../base/errors.ts';
import {
  type Destination,
  openPictureSink,
  type PictureSink,
  type PictureSinkOptions,
} from '../io/index.ts';
import type { Output } from './command.ts';

/** The output file, as commands use it. */
export interface OutputFile {
  readonly sink: ByteSink;
  /** Whether it is standard output: no report goes there too. */
  readonly isStandard: boolean;
  /** Bytes of the file; to be asked when it is closed. */
  size(): number;
  /** What was written, to be read when it is closed; null where it cannot be read. */
  source(): ByteSource | null;
}

/** Checks the option `--output`; throws `ConfigError` if it is missing, or does not go with `--json`. */
export function requireOutput(path: string | undefined, isJson: boolean): string {
  if (path === undefined) throw new ConfigError('--output', 'needed is -o FILE');
  if (path === '-' && isJson) {
    throw new ConfigError('--json', 'goes to stdout, and so does the output; give -o FILE');
  }
  return path;
}

/** Standard output. */
export function standardOutput(output: Output): OutputFile {
  const sink = new StandardSink(output);
  return { sink, isStandard: true, size: () => sink.size, source: () => null };
}

/** Files of pictures, of which each is one `write`, at a path or in a sink. */
export async function pictureOutput(
  destination: Destination,
  pictures: PictureSinkOptions = {},
): Promise<OutputFile> {
  const sink = new CountedSink(await openPictureSink(destination, pictures));
  return { sink, isStandard: false, size: () => sink.size, source: () => null };
}

/** Counts the bytes of files of pictures. */
class CountedSink implements PictureSink {
  readonly takesPictures = true;
  readonly seekable = false;
  private readonly sink: ByteSink;
  size = 0;

  constructor(sink: ByteSink) {
    this.sink = sink;
  }

  write(bytes: Uint8Array): Promise<void> | void {
    this.size += bytes.length;
    return this.sink.write(bytes);
  }

  writeAt(): never {
    throw new StateError('--output', 'pictures are written from start to end');
  }

  async close(): Promise<void> {
    await this.sink.close();
  }

  async abort(reason?: unknown): Promise<void> {
    await this.sink.abort(reason);
  }
}

function fail(error: unknown): never {
  if (error instanceof MediaError) throw error;
  throw new IoError('stdout', messageOf(error), { cause: error });
}

/** Standard output as a sink. */
class StandardSink implements ByteSink {
  readonly seekable = false;
  private readonly output: Output;
  size = 0;

  constructor(output: Output) {
    this.output = output;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.size += bytes.length;
    // The reader may take them later, and the container may write over them.
    for (const piece of piecesOf(bytes)) await this.output.bytes(piece.slice()).catch(fail);
  }

  writeAt(): never {
    throw new StateError('--output', 'stdout cannot go back');
  }

  close(): void {}
  abort(): void {}
}
