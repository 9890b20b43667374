/** The interface of a kind of file in the muxer, and the choice of a kind by name or extension. */
import type { ByteSink } from '../base/byte-stream.ts';
import type { ContainerWriter } from '../base/container.ts';
import { ConfigError, spelled } from '../base/errors.ts';
import type { FileDescription } from '../base/file-description.ts';
import { didYouMean } from '../base/nearest-name.ts';
import type { StreamInfo } from '../base/packet.ts';
import { isUrl } from '../base/platform.ts';
import type { AdtsOptions } from '../containers/adts/index.ts';
import type { Mp4Options } from '../containers/isobmff/index.ts';
import type { MatroskaOptions } from '../containers/matroska/index.ts';
import type { Y4mOptions } from '../containers/raw/index.ts';
import type { WavOptions } from '../containers/riff/index.ts';
import { type Destination, openSink, type PictureSinkOptions, StoredSink } from '../io/index.ts';
import { openSpillStore } from '../io/open.ts';

/** A container's own options; raw files have none. */
export type ContainerOptions =
  | Mp4Options
  | MatroskaOptions
  | WavOptions
  | AdtsOptions
  | Y4mOptions
  | PictureSinkOptions
  | Readonly<Record<string, string>>;

/** The facts about a kind of file that are known before the code of its writer is loaded. */
export interface FormatDescription {
  readonly name: string;
  readonly description: string;
  /** Without the dot, lower case. */
  readonly extensions: readonly string[];
  /** Codec that is used if none is named; undefined if the file holds no such streams. */
  readonly defaultVideo?: string;
  readonly defaultAudio?: string;
  /** Pixel formats of uncompressed video that the file can say; default all. */
  readonly pixFmts?: readonly string[];
  /** Options of the default video codec, unless the caller gives them. */
  readonly videoDefaults?: Readonly<Record<string, unknown>>;
  /** Opens the destination, where that is not one file (a sequence of pictures); `options` are the container's own. */
  openSink?(
    destination: Destination,
    options: Readonly<Record<string, unknown>>,
  ): Promise<ByteSink>;
  /** Options that make the file say what another one says beside its streams. Absent if it has no place for that. */
  carried?(about: FileDescription): ContainerOptions;
}

/** A kind of file. */
export interface Format extends FormatDescription {
  /**
   * Makes a writer. Throws `ConfigError` for options and `UnsupportedError` for streams that the file cannot hold.
   * @param options the container's own, as the caller gave them
   */
  createWriter(
    sink: ByteSink,
    streams: readonly StreamInfo[],
    options: Readonly<Record<string, unknown>>,
  ): ContainerWriter;
}

/** The format of `formats` that is called so: by its name, or by one of its extensions (`mkv`), in any case. */
export function findFormat<F extends FormatDescription>(
  formats: readonly F[],
  name: string,
): F | undefined {
  const wanted = name.toLowerCase().replace(/^\./, '');
  return (
    formats.find((format) => format.name === wanted) ??
    formats.find((format) => format.extensions.includes(wanted))
  );
}

/**
 * The format for a destination: the one given or spelled, else the one of the path's extension. Throws `ConfigError` if there
 * is no such format, or nothing to tell it from.
 * @param formats those that are known by name
 */
export function chooseFormat<F extends FormatDescription>(
  destination: unknown,
  given: string | F | undefined,
  formats: readonly F[],
): F {
  if (typeof given === 'object' && given !== null) return given;
  if (formats.length === 0) {
    throw new ConfigError(
      'muxer.format',
      "no format was given; import one, such as MP4, from 'vitrine/mux', or Muxer from 'vitrine', which knows them all",
    );
  }
  const names = formats.map((format) => format.name);
  const known = names.join(', ');
  const extensions = formats.flatMap((format) => format.extensions);
  if (given !== undefined) {
    const named = typeof given === 'string' ? findFormat(formats, given) : undefined;
    if (named !== undefined) return named;
    throw new ConfigError(
      'muxer.format',
      `unknown format ${spelled(given)}${didYouMean(given, [...names, ...extensions])}; allowed are ${known}`,
    );
  }
  if (typeof destination !== 'string' && !isUrl(destination)) {
    throw new ConfigError(
      'muxer.format',
      `needed if the destination is no path; allowed are ${known}`,
    );
  }
  const path = typeof destination === 'string' ? destination : destination.pathname;
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const byExtension = formats.find((format) => format.extensions.includes(extension));
  if (byExtension !== undefined) return byExtension;
  throw new ConfigError(
    'muxer.format',
    `cannot tell from the name ${path}${didYouMean(extension, extensions)}; give it one of the extensions ${extensions.join(', ')}, or a format: ${known}`,
  );
}

/**
 * Opens a destination as the format wants it: as one file, or in a way of its own. What has its index in front (`faststart`) is kept in a
 * temporary file until that is known, where the destination cannot go back and there are files.
 */
export async function openFormatSink(
  format: Format,
  destination: Destination,
  options: Readonly<Record<string, unknown>>,
): Promise<ByteSink> {
  const own = await format.openSink?.(destination, options);
  const sink = own ?? (await openSink('muxer.destination', destination));
  const { faststart } = options;
  if (faststart !== true || (sink.seekable && sink.readAt !== undefined)) return sink;
  const store = await openSpillStore();
  return store === null ? sink : new StoredSink(sink, store);
}
