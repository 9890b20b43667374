/** The writer of files with one `moov`, with all that they can hold. */
import type { ByteSink } from '../../base/byte-stream.ts';
import type { ContainerWriter } from '../../base/container.ts';
import type { StreamInfo } from '../../base/packet.ts';
import { ALL_TOOLS } from './all-tools.ts';
import type { Mp4Options } from './options.ts';
import { openWriter } from './writer.ts';

/**
 * Makes a writer of an MP4, M4A or MOV file with one `moov`, as `createMp4Writer` does where no fragments are asked for. Programs
 * that need no fragments load less with it.
 *
 * Throws `ConfigError` for wrong options or incomplete streams, `UnsupportedError` for codecs that the file cannot hold.
 */
export function createPlainMp4Writer(
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: Mp4Options = {},
): ContainerWriter {
  return openWriter(sink, streams, options, ALL_TOOLS);
}
