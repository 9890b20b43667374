/**
 * Muxer, demuxer and `remux` that know every format and every codec of the library by name: what the root entry exports.
 * For a small bundle take those of `vitrine/mux`, which know the formats and codecs that they are handed.
 */
import { rejectUnknownKeys } from '../../base/errors.ts';
import type { LimitOptions } from '../../base/limits.ts';
import type { Destination, Origin } from '../../io/open.ts';
import { COPY_KEYS, type CopyOptions, copyStreams, type RemuxResult } from '../copy-streams.ts';
import { type DemuxerOptions, Demuxer as PlainDemuxer } from '../demuxer.ts';
import { Muxer as PlainMuxer } from '../muxer.ts';
import type { MuxerOptions } from '../muxer-options.ts';
import { CODECS, FORMATS, INPUT_FORMATS } from './registry.ts';

/** The muxer of `vitrine/mux` that was handed all formats and codecs. */
export class Muxer extends PlainMuxer {
  /**
   * Touches no file yet.
   * @param destination a path or `file:` URL (Node, Bun, Deno), a `WritableStream`, or a `ByteSink` such as `MemorySink`
   */
  constructor(destination: Destination, options: MuxerOptions = {}) {
    super(destination, { formats: FORMATS, codecs: CODECS, ...options });
  }
}

/** The demuxer of `vitrine/mux` that was handed all formats. */
export class Demuxer extends PlainDemuxer {
  /**
   * Opens a file, told by its content. Throws `FormatError` for what is no media file or is broken, `UnsupportedError`
   * for formats that are not read, `ConfigError` for a path that cannot be opened.
   */
  static override open(origin: Origin, options: DemuxerOptions = {}): Promise<Demuxer> {
    // biome-ignore lint/complexity/noThisInStatic: what is opened is a demuxer of this class
    return super.open(origin, { formats: INPUT_FORMATS, ...options });
  }
}

/** The options of `remux`. */
export interface RemuxOptions extends CopyOptions {
  /** Format of the new file; default by the extension of its path. */
  readonly format?: string;
  /** Format of the old file; default by its content. */
  readonly inputFormat?: string;
  /** What the old file may cost, as for `Demuxer.open`. */
  readonly limits?: LimitOptions;
}

/**
 * Copies a file: its streams, titles, cover, chapters, as far as the new kind of file has a place for them. Throws
 * `UnsupportedError` with the reason for a stream that the new file cannot hold, `FormatError` for a file without any packet or
 * one that turns out to be broken. Whenever it throws, nothing is left of the new file, and an older one of its name stays.
 */
export async function remux(
  origin: Origin,
  destination: Destination,
  options: RemuxOptions = {},
): Promise<RemuxResult> {
  rejectUnknownKeys('remux', options, ['format', 'inputFormat', 'limits', ...COPY_KEYS]);
  const { format, inputFormat, limits, ...copyOptions } = options;
  const abortable = options.signal === undefined ? {} : { signal: options.signal };
  const demuxer = await Demuxer.open(origin, {
    ...(inputFormat === undefined ? {} : { format: inputFormat }),
    ...(limits === undefined ? {} : { limits }),
    ...abortable,
  });
  try {
    const muxer = new Muxer(
      destination,
      format === undefined ? abortable : { format, ...abortable },
    );
    return await copyStreams(demuxer, muxer, copyOptions);
  } finally {
    await demuxer.close();
  }
}
