/** Opens what a command reads: a path or `-`, by its contents, or raw by what the options say. */
import { stat } from 'node:fs/promises';
import type { ByteSource } from '../base/byte-stream.ts';
import type { ContainerReader } from '../base/container.ts';
import { ConfigError, UnsupportedError } from '../base/errors.ts';
import type { LimitOptions } from '../base/limits.ts';
import type { Rational } from '../base/rational.ts';
import { RAW_AUDIO_FORMATS } from '../containers/raw/index.ts';
import { MemorySource, StreamSource } from '../io/index.ts';
import { openPathSource } from '../io/node/path-source.ts';
import { Demuxer } from '../pipeline/demuxer.ts';
import { isSequencePath } from '../pipeline/image-sequence.ts';
import { readProbe, tellInputFormat } from '../pipeline/input-format.ts';
import { INPUT_FORMATS } from './format-list.ts';
import { LIMIT_NAMES, readLimits } from './limits-option.ts';

/** The options for inputs that do not describe themselves. */
export interface InputOptions {
  /** `rawvideo`, `s16le`, …; undefined to tell from contents, then from the extension. */
  readonly format?: string;
  readonly size?: readonly [width: number, height: number];
  readonly pixFmt?: string;
  readonly rate?: Rational;
  /** Number of the first file of a sequence. */
  readonly startNumber?: number;
  readonly sampleRate?: number;
  readonly channels?: number;
  /** Whether a file that ends too early is an error. */
  readonly truncated: 'error' | 'salvage';
  /** Limits of the file by `--limits`; undefined for the defaults. */
  readonly limits?: string | undefined;
}

/** An input, opened. */
export interface Input {
  /** Its name on the command line. */
  readonly name: string;
  readonly reader: ContainerReader;
  readonly source: MeasuredSource;
  /** What it may cost, as the options say. */
  readonly limits: LimitOptions;
}

/** A file, opened. */
export interface FileInput extends Input {
  readonly demuxer: Demuxer;
}

/** Raw formats by name: what `--input-format` takes. */
export const RAW_FORMATS: readonly string[] = [
  'rawvideo',
  ...RAW_AUDIO_FORMATS.map(({ format }) => format),
];

const RAW_VIDEO_EXTENSIONS = ['yuv', 'rgb', 'raw'];

/** A source that remembers how far it was read, for progress. */
export class MeasuredSource implements ByteSource {
  private readonly inner: ByteSource;
  /** Highest position that was asked for. */
  position = 0;

  constructor(inner: ByteSource) {
    this.inner = inner;
  }

  get size(): number | null {
    return this.inner.size;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const bytes = await this.inner.read(position, length);
    this.position = Math.max(this.position, position + bytes.length);
    return bytes;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/** Share of all inputs that was read; null if one is a stream. */
export function fractionRead(inputs: readonly Input[]): number | null {
  let read = 0;
  let total = 0;
  for (const { source } of inputs) {
    if (source.size === null) return null;
    read += source.position;
    total += source.size;
  }
  return total === 0 ? null : read / total;
}

/** A path, or `-` for standard input, as a source. Throws `ConfigError` if it cannot be read. */
export async function openInputSource(
  name: string,
  input: AsyncIterable<Uint8Array>,
): Promise<MeasuredSource> {
  return new MeasuredSource(name === '-' ? new StreamSource(input) : await openPathSource(name));
}

/** Opens an input; throws `MediaError` naming it. The caller closes its source. */
export async function openInput(
  name: string,
  input: AsyncIterable<Uint8Array>,
  options: InputOptions,
): Promise<FileInput> {
  const limits: LimitOptions =
    options.limits === undefined ? {} : readLimits(options.limits, LIMIT_NAMES);
  const sequence = await openPictures(name, options, limits);
  if (sequence !== null) return sequence;
  const source = await openInputSource(name, input);
  try {
    const format = await chooseFormat(name, source, options);
    const demuxer = await Demuxer.open(source, {
      format,
      formats: INPUT_FORMATS,
      readerOptions: readerOptions(format, options),
      limits,
    });
    return { name, demuxer, reader: demuxer.reader, source, limits };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Whether a format is a file of one picture, or a sequence of such files. */
export function isPictureFile(format: string): boolean {
  return format === 'image2' || format.endsWith('_pipe');
}

/** A sequence of pictures; null if the name is none of one. */
async function openPictures(
  name: string,
  options: InputOptions,
  limits: LimitOptions,
): Promise<FileInput | null> {
  if (name === '-' || options.format !== undefined || !isSequencePath(name)) return null;
  if (await isFile(name)) return null;
  const { rate, startNumber } = options;
  const readerOptions = {
    ...(rate === undefined ? {} : { frameRate: rate }),
    ...(startNumber === undefined ? {} : { startNumber }),
  };
  const demuxer = await Demuxer.open(name, { formats: INPUT_FORMATS, readerOptions, limits });
  const source = new MeasuredSource(new MemorySource(new Uint8Array(0)));
  return { name, demuxer, reader: demuxer.reader, source, limits };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/** Formats whose first bytes cannot be anything else by chance. */
const SIGNED_FORMATS = ['y4m', 'wav', 'mp4', 'matroska', 'png_pipe', 'jpeg_pipe', 'qoi_pipe'];

/** Table: extension => format of a file that does not begin like one of that format. */
const BROKEN_BY_EXTENSION = new Map([
  ['y4m', 'y4m'],
  ['wav', 'wav'],
  ['aac', 'adts'],
]);

/**
 * Name of the format of an input: as the options say, then by its contents, then, for what has no header, by its
 * extension. Throws `UnsupportedError` naming the input if nobody knows it.
 */
async function chooseFormat(
  name: string,
  source: ByteSource,
  options: InputOptions,
): Promise<string> {
  if (options.format !== undefined) return options.format;
  const probe = await readProbe(source);
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const byContents = tellInputFormat(probe, INPUT_FORMATS)?.name;
  // Samples without a header may begin like any other file; the name says what they are.
  if (byContents === undefined || !SIGNED_FORMATS.includes(byContents)) {
    if (RAW_VIDEO_EXTENSIONS.includes(extension)) return 'rawvideo';
    if (RAW_FORMATS.includes(extension)) return extension;
  }
  // A file that is broken from the start is opened all the same: the error says what is wrong with it, and where.
  const found = byContents ?? BROKEN_BY_EXTENSION.get(extension);
  if (found !== undefined) return found;
  throw new UnsupportedError(
    name,
    probe.start.length === 0
      ? 'the input is empty'
      : 'not y4m, WAV, MP4, Matroska, ADTS, a picture or an H.264 byte stream; raw input needs --input-format',
  );
}

/** What the reader of `format` must be told. Throws `ConfigError` for an option that it needs and that is missing. */
function readerOptions(format: string, options: InputOptions): object {
  const { truncated, size, pixFmt, rate, sampleRate, channels } = options;
  if (format === 'wav' || format === 'y4m') return { truncated };
  if (format === 'h264' || isPictureFile(format))
    return rate === undefined ? {} : { frameRate: rate };
  if (format === 'rawvideo') {
    if (size === undefined || pixFmt === undefined) {
      const missing = size === undefined ? '--size' : '--pix-fmt';
      throw new ConfigError(missing, 'raw pictures need --size WxH and --pix-fmt NAME');
    }
    const [width, height] = size;
    return { width, height, pixFmt, frameRate: rate ?? [25, 1], truncated };
  }
  if (!RAW_FORMATS.includes(format)) return {};
  if (sampleRate === undefined || channels === undefined) {
    const missing = sampleRate === undefined ? '--sample-rate' : '--channels';
    throw new ConfigError(missing, 'raw sound needs --sample-rate HZ and --channels N');
  }
  return { sampleRate, numChannels: channels, truncated };
}
