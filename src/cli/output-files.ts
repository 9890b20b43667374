/**
 * All files that a command writes: its result, and side files such as a trace, the log of a first pass or a page. None replaces an
 * input by accident, and all of them appear together, when the whole job is done.
 */
import { dirname } from 'node:path';
import type { ByteSource } from '../base/byte-stream.ts';
import { ConfigError, IoError, MediaError, messageOf } from '../base/errors.ts';
import { type PictureSinkOptions, writeWhole } from '../io/index.ts';
import { type HeldSink, openHeldSink } from '../io/node/path-sink.ts';
import type { Output } from './command.ts';
import {
  type FilePlace,
  isAt,
  overlap,
  placeOf,
  placeOfInput,
  placeOfResult,
} from './file-place.ts';
import { openLate } from './late-file.ts';
import { type OutputFile, pictureOutput, standardOutput } from './output-file.ts';
import { firstReplaced, mayWrite, type OverwriteValues, sequenceOf } from './overwrite.ts';

/** What a name on the command line is, and where it leads. */
interface Claim {
  readonly what: string;
  readonly place: FilePlace;
}

/** The files of one run of a command. */
export class OutputFiles {
  private readonly values: OverwriteValues;
  private readonly output: Output;
  private readonly claims: Claim[] = [];
  private readonly results: HeldSink[] = [];
  private readonly sideFiles: HeldSink[] = [];
  /** Path of a side file => the option that names it. */
  private readonly options = new Map<string, string>();

  private constructor(values: OverwriteValues, output: Output) {
    this.values = values;
    this.output = output;
  }

  /** Does `work`, then gives the files that it opened their names; removes them where it fails. */
  static async during<T>(
    inputs: readonly string[],
    values: OverwriteValues,
    output: Output,
    work: (files: OutputFiles) => Promise<T>,
  ): Promise<T> {
    const files = new OutputFiles(values, output);
    try {
      for (const name of inputs) await files.addInput(name);
      const result = await work(files);
      await files.commit();
      return result;
    } catch (error) {
      await files.abort();
      throw error;
    }
  }

  private async addInput(name: string): Promise<void> {
    this.claims.push({ what: 'an input', place: await placeOfInput(name) });
  }

  /**
   * Says that the result goes to `path`, and asks whether it may be replaced if it is there. An input may be replaced by what is made of
   * it, when that is complete; throws `ConfigError` if it would be replaced by one of many pictures, which are written while inputs are read.
   * @param pictures as those of `openResult`
   * @param isWritten false for a name that is only kept free
   */
  async claimResult(path: string, pictures?: PictureSinkOptions, isWritten = true): Promise<void> {
    const place = await placeOfResult(path, sequenceOf(path, pictures) !== null);
    if (isWritten && appearsEarly(path, pictures)) await this.requireNoInput(path, place);
    if (isWritten) await mayWrite(await firstReplaced(path, pictures), this.values, this.output);
    this.claims.push({ what: 'the output', place });
  }

  private async requireNoInput(path: string, place: FilePlace): Promise<void> {
    for (const claim of this.claims) {
      if (!(await overlap(place, claim.place, dirname(path)))) continue;
      throw new ConfigError(
        '--output',
        `${path} has a picture that is ${claim.what} of this command; give another name or folder`,
      );
    }
  }

  /**
   * The same of a side file, named by `option`. Throws `ConfigError` if it is an input or another output of the command.
   * @param isWritten false for one that is read
   */
  async claimSideFile(option: string, path: string | undefined, isWritten = true): Promise<void> {
    if (path === undefined) return;
    if (path === '-') throw new ConfigError(option, 'got -, needed is the name of a file');
    const place = await placeOf(path);
    const other = this.claims.find((claim) => isAt(place, claim.place));
    if (other !== undefined) {
      throw new ConfigError(option, `${path} is ${other.what} of this command; name another file`);
    }
    if (isWritten) await mayWrite(path, this.values, this.output);
    this.claims.push({ what: `the file of ${option}`, place });
    this.options.set(path, option);
  }

  /**
   * Opens the result at `path`, or standard output for `-`.
   * @param pictures given if the output is files of pictures, of which each is one `write`. Those of a sequence appear one by one.
   */
  async openResult(path: string, pictures?: PictureSinkOptions): Promise<OutputFile> {
    if (path === '-') return standardOutput(this.output);
    if (appearsEarly(path, pictures)) return pictureOutput(path, pictures);
    const open = () => openNamed(path);
    const file = pictures === undefined ? await open() : await openLate(path, open);
    this.results.push(file);
    if (pictures !== undefined) return pictureOutput(file, pictures);
    return { sink: file, isStandard: false, size: () => file.size, source: () => sourceOf(file) };
  }

  /** Opens a side file. Throws `ConfigError` of its option if it cannot. */
  async openSideFile(path: string): Promise<HeldSink> {
    const file = await openNamed(path).catch((error: unknown) => {
      const option = this.options.get(path);
      if (option === undefined || !(error instanceof ConfigError)) throw error;
      const why = error.message.slice(error.where.length + 2);
      throw new ConfigError(option, why, { cause: error.cause });
    });
    this.sideFiles.push(file);
    return file;
  }

  /** Writes all of a side file. */
  async writeSideFile(path: string, bytes: Uint8Array): Promise<void> {
    await writeWhole(await this.openSideFile(path), bytes);
  }

  /** The result comes last: where it is, the others are. */
  private async commit(): Promise<void> {
    for (const file of [...this.sideFiles, ...this.results]) await file.commit();
  }

  private async abort(): Promise<void> {
    for (const file of [...this.sideFiles, ...this.results]) await file.abort();
  }
}

/** Whether files are there before the job is done: those of a sequence, and one that each picture replaces. */
function appearsEarly(path: string, pictures: PictureSinkOptions | undefined): boolean {
  return pictures?.update === true || sequenceOf(path, pictures) !== null;
}

/** What was written, to be read until it has its name; null for a pipe. */
function sourceOf(file: HeldSink): ByteSource | null {
  if (!file.seekable) return null;
  return {
    size: file.size,
    read: (position, length) =>
      file.readAt(position, Math.max(0, Math.min(length, file.size - position))),
    close: async () => {},
  };
}

async function openNamed(path: string): Promise<HeldSink> {
  return new NamedSink(path, await openHeldSink(path));
}

/** A sink whose errors say which file it is. */
class NamedSink implements HeldSink {
  readonly seekable: boolean;
  private readonly path: string;
  private readonly file: HeldSink;

  constructor(path: string, file: HeldSink) {
    this.seekable = file.seekable;
    this.path = path;
    this.file = file;
  }

  get size(): number {
    return this.file.size;
  }

  write(bytes: Uint8Array): Promise<void> | void {
    return this.file.write(bytes)?.catch(this.fail);
  }

  async writeAt(position: number, bytes: Uint8Array): Promise<void> {
    await this.named(this.file.writeAt(position, bytes));
  }

  readAt(position: number, length: number): Promise<Uint8Array> {
    return this.file.readAt(position, length).catch(this.fail);
  }

  async flush(): Promise<void> {
    await this.named(this.file.flush?.());
  }

  async close(): Promise<void> {
    await this.named(this.file.close());
  }

  async commit(): Promise<void> {
    await this.named(this.file.commit());
  }

  abort(): Promise<void> {
    return this.file.abort();
  }

  private async named(step: Promise<void> | void): Promise<void> {
    await step?.catch(this.fail);
  }

  private readonly fail = (error: unknown): never => {
    if (error instanceof MediaError) throw error;
    throw new IoError(this.path, `cannot be written: ${messageOf(error)}`, { cause: error });
  };
}
