/** Opens what a command reads: a path or `-`, by its contents, or raw by what the options say. */
import type { ByteSource } from '../base/byte-stream.ts';
import type { ContainerReader } from '../base/container.ts';
import { ConfigError, UnsupportedError } from '../base/errors.ts';
import type { Rational } from '../base/rational.ts';
import { isAdts, openAdts } from '../containers/adts/index.ts';
import { isAnnexB, openAnnexB } from '../containers/bytestream/index.ts';
import { isMp4, openMp4 } from '../containers/isobmff/index.ts';
import { isEbml, openMatroska } from '../containers/matroska/index.ts';
import {
  isY4m,
  openRawAudio,
  openRawVideo,
  openY4m,
  RAW_AUDIO_FORMATS,
} from '../containers/raw/index.ts';
import { isWav, openWav } from '../containers/riff/index.ts';
import { StreamSource } from '../io/index.ts';
import { openPathSource } from '../io/node/path-source.ts';

/** What the options say about inputs that do not say it themselves. */
export interface InputOptions {
  /** `rawvideo`, `s16le`, …; undefined to tell from contents, then from the extension. */
  readonly format?: string;
  readonly size?: readonly [width: number, height: number];
  readonly pixFmt?: string;
  readonly rate?: Rational;
  readonly sampleRate?: number;
  readonly channels?: number;
  /** Whether a file that ends too early is an error. */
  readonly truncated: 'error' | 'salvage';
}

/** An input, opened. */
export interface Input {
  /** As the command line names it. */
  readonly name: string;
  readonly reader: ContainerReader;
  readonly source: MeasuredSource;
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
): Promise<Input> {
  const source = await openInputSource(name, input);
  try {
    return { name, reader: await openReader(name, source, options), source };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openReader(
  name: string,
  source: ByteSource,
  options: InputOptions,
): Promise<ContainerReader> {
  const { truncated, rate } = options;
  if (options.format !== undefined) return openRaw(options.format, source, options);
  const start = await source.read(0, 64);
  if (isY4m(start)) return openY4m(source, { truncated });
  if (isWav(start)) return openWav(source, { truncated });
  if (isMp4(start)) return openMp4(source);
  if (isEbml(start)) return openMatroska(source);
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (RAW_VIDEO_EXTENSIONS.includes(extension)) return openRaw('rawvideo', source, options);
  if (RAW_FORMATS.includes(extension)) return openRaw(extension, source, options);
  if (extension === 'y4m') return openY4m(source, { truncated });
  if (extension === 'wav') return openWav(source, { truncated });
  if (isAdts(start) || extension === 'aac') return openAdts(source);
  if (isAnnexB(start)) return openAnnexB(source, rate === undefined ? {} : { frameRate: rate });
  throw new UnsupportedError(
    name,
    start.length === 0
      ? 'the input is empty'
      : 'not y4m, WAV, MP4, Matroska, ADTS or an H.264 byte stream; raw input needs --input-format',
  );
}

function openRaw(format: string, source: ByteSource, options: InputOptions): ContainerReader {
  const { truncated, size, pixFmt, rate, sampleRate, channels } = options;
  if (format === 'rawvideo') {
    if (size === undefined || pixFmt === undefined) {
      const missing = size === undefined ? '--size' : '--pix-fmt';
      throw new ConfigError(missing, 'raw pictures need --size WxH and --pix-fmt NAME');
    }
    const [width, height] = size;
    const frameRate = rate ?? [25, 1];
    return openRawVideo(source, { width, height, pixFmt, frameRate, truncated });
  }
  if (sampleRate === undefined || channels === undefined) {
    const missing = sampleRate === undefined ? '--sample-rate' : '--channels';
    throw new ConfigError(missing, 'raw sound needs --sample-rate HZ and --channels N');
  }
  return openRawAudio(source, { format, sampleRate, numChannels: channels, truncated });
}
