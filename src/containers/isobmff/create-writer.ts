/** The MP4 writer: chooses between a file with one `moov` and a fragmented one. */
import type { ByteSink } from '../../base/byte-stream.ts';
import type { ContainerWriter } from '../../base/container.ts';
import type { StreamInfo } from '../../base/packet.ts';
import { ALL_TOOLS } from './all-tools.ts';
import { FragmentedMp4Writer } from './fragment-writer.ts';
import { type Mp4Options, resolveMp4Options } from './options.ts';
import { openTracks, PlainMp4Writer } from './writer.ts';

/**
 * Makes a writer of an MP4, M4A or MOV file.
 *
 * Throws `ConfigError` for wrong options or incomplete streams, `UnsupportedError` for codecs that the file cannot hold.
 * @param sink takes the file; the caller closes it after `writeTrailer`
 * @param streams one track each; a stream that gets no packet has no track in a file with one `moov`
 */
export function createMp4Writer(
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: Mp4Options = {},
): ContainerWriter {
  const resolved = resolveMp4Options(options, sink.seekable);
  const tracks = openTracks(streams, resolved, ALL_TOOLS);
  return resolved.fragmented === null
    ? new PlainMp4Writer(sink, tracks, resolved, ALL_TOOLS)
    : new FragmentedMp4Writer(sink, tracks, resolved, resolved.fragmented);
}
