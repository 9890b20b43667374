/** The destination of the file that a command makes: a path, or standard output. */
import { stat } from 'node:fs/promises';
import { type ByteSink, piecesOf } from '../base/byte-stream.ts';
import { ConfigError, StateError } from '../base/errors.ts';
import { openPictureSink, type PictureSink, type PictureSinkOptions } from '../io/index.ts';
import { openPathSink } from '../io/node/path-sink.ts';
import type { Output } from './command.ts';

/** The output file, as commands use it. */
export interface OutputFile {
  readonly sink: ByteSink;
  /** Whether it is standard output: no report goes there too. */
  readonly isStandard: boolean;
  /** Bytes of the file; to be asked when it is closed. */
  size(): Promise<number>;
}

/** Checks the option `--output`; throws `ConfigError` if it is missing, or does not go with `--json`. */
export function requireOutput(path: string | undefined, isJson: boolean): string {
  if (path === undefined) throw new ConfigError('--output', 'needed is -o FILE');
  if (path === '-' && isJson) {
    throw new ConfigError('--json', 'goes to stdout, and so does the output; give -o FILE');
  }
  return path;
}

/**
 * Opens the file at `path`, or standard output for `-`.
 * @param pictures given if the output is files of pictures, of which each is one `write`
 */
export async function openOutput(
  path: string,
  output: Output,
  pictures?: PictureSinkOptions,
): Promise<OutputFile> {
  if (path === '-') {
    const sink = new StandardSink(output);
    return { sink, isStandard: true, size: async () => sink.size };
  }
  if (pictures !== undefined) {
    const counted = new CountedSink(await openPictureSink(path, pictures));
    return { sink: counted, isStandard: false, size: async () => counted.size };
  }
  const sink = await openPathSink(path);
  return { sink, isStandard: false, size: async () => (await stat(path)).size };
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
    for (const piece of piecesOf(bytes)) await this.output.bytes(piece.slice());
  }

  writeAt(): never {
    throw new StateError('--output', 'stdout cannot go back');
  }

  close(): void {}
  abort(): void {}
}
