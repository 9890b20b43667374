/** Copies the streams of an open file into another, without decoding them. */
import { ConfigError, FormatError, rejectUnknownKeys, requireInteger } from '../base/errors.ts';
import type { Abortable } from '../base/pace.ts';
import type { Packet } from '../base/packet.ts';
import type { Problem } from '../base/problems.ts';
import { toSeconds } from '../base/rational.ts';
import type { Demuxer } from './demuxer.ts';
import type { Muxer } from './muxer.ts';

/** What `copyStreams` shall do. An aborted `signal` ends the copy; nothing is left of the new file then. */
export interface CopyOptions extends Abortable {
  /** Streams to copy, in this order; default all of them. */
  readonly indices?: readonly number[];
  /** Options of the new container. They win over what the old file says of itself, which is taken over otherwise. */
  readonly muxerOptions?: object;
  /** Whether what a reader can read past (`problems`) fails the copy. Default false. */
  readonly strict?: boolean;
  /** Told now and then how far the copy has come, in seconds of the file. */
  readonly onProgress?: (seconds: number) => void;
}

/** What was copied. */
export interface RemuxResult {
  readonly format: string;
  readonly packets: number;
  /** Bytes of the packets. */
  readonly bytes: number;
  /** What was wrong with the old file and read past. */
  readonly problems: readonly Problem[];
}

/** The keys of `CopyOptions`. */
export const COPY_KEYS = ['indices', 'muxerOptions', 'onProgress', 'strict', 'signal'];

/**
 * Copies what `demuxer` reads into the file of `muxer`, which is new, and completes that. Throws like `remux`; the file of
 * `muxer` is given up then.
 */
export async function copyStreams(
  demuxer: Demuxer,
  muxer: Muxer,
  options: CopyOptions = {},
): Promise<RemuxResult> {
  rejectUnknownKeys('copyStreams', options, COPY_KEYS);
  options.signal?.throwIfAborted();
  const targets = addStreams(demuxer, muxer, options.indices);
  const { about } = demuxer.reader;
  const carried = about === undefined ? {} : muxer.carriedOptions(about);
  await muxer.open({ ...carried, ...options.muxerOptions });
  try {
    const counts = await copyPackets(demuxer, muxer, targets, options);
    if (counts.packets === 0) {
      throw new FormatError('remux', 'the streams to copy hold no packet; nothing was written');
    }
    const { problems = [] } = demuxer.reader;
    const [first] = problems;
    if (options.strict === true && first !== undefined) {
      const isPlaced = first.message.includes('byte offset');
      throw new FormatError('remux', first.message, isPlaced ? -1 : first.offset);
    }
    await muxer.close();
    return { format: demuxer.format, ...counts, problems };
  } catch (error) {
    await muxer.abort(error);
    throw error;
  }
}

/** Adds the streams to copy; returns which stream of the old file becomes which of the new one. */
function addStreams(
  demuxer: Demuxer,
  muxer: Muxer,
  chosen: readonly number[] | undefined,
): ReadonlyMap<number, number> {
  const indices = chosen ?? demuxer.streams.map((_, i) => i);
  if (indices.length === 0) throw new ConfigError('remux.indices', 'names no stream');
  const targets = new Map<number, number>();
  for (const [target, index] of indices.entries()) {
    requireInteger('remux.indices', index, 0, demuxer.streams.length - 1);
    if (targets.has(index)) throw new ConfigError('remux.indices', `${index} is named twice`);
    targets.set(index, target);
    muxer.addRemuxStream(demuxer.streams[index]!);
  }
  return targets;
}

async function copyPackets(
  demuxer: Demuxer,
  muxer: Muxer,
  targets: ReadonlyMap<number, number>,
  { onProgress, signal }: CopyOptions,
): Promise<{ packets: number; bytes: number }> {
  const counts = { packets: 0, bytes: 0 };
  for await (const run of demuxer.packetRuns(signal === undefined ? {} : { signal })) {
    const parts: Packet[][] = demuxer.streams.map(() => []);
    for (const { streamIndex, packet } of run) {
      if (!targets.has(streamIndex)) continue;
      parts[streamIndex]!.push(packet);
      counts.packets++;
      counts.bytes += packet.data.length;
    }
    for (const [index, packets] of parts.entries()) {
      if (packets.length === 0) continue;
      const { kind, timeBase } = demuxer.streams[index]!;
      await muxer.write(targets.get(index)!, { kind, timeBase, packets });
      onProgress?.(toSeconds(packets.at(-1)!.dts, timeBase));
    }
  }
  return counts;
}
