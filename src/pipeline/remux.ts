/** Copies the streams of one file into another kind of file, without decoding them. */
import { ConfigError, rejectUnknownKeys, requireInteger } from '../base/errors.ts';
import type { Packet } from '../base/packet.ts';
import type { Destination, Origin } from '../io/open.ts';
import { Demuxer } from './demuxer.ts';
import { Muxer } from './muxer.ts';

/** What `remux` shall do. */
export interface RemuxOptions {
  /** Format of the new file; default by the extension of its path. */
  readonly format?: string;
  /** Format of the old file; default by its content. */
  readonly inputFormat?: string;
  /** Streams to copy, in this order; default all of them. */
  readonly indices?: readonly number[];
  /** Options of the new container. */
  readonly muxerOptions?: object;
}

/** What was copied. */
export interface RemuxResult {
  readonly format: string;
  readonly packets: number;
  /** Bytes of the packets. */
  readonly bytes: number;
}

/**
 * Copies a file. Throws `UnsupportedError` with the reason for a stream that the new file cannot hold; nothing is left of
 * the new file then.
 */
export async function remux(
  origin: Origin,
  destination: Destination,
  options: RemuxOptions = {},
): Promise<RemuxResult> {
  rejectUnknownKeys('remux', options, ['format', 'inputFormat', 'indices', 'muxerOptions']);
  const demuxer = await Demuxer.open(
    origin,
    options.inputFormat === undefined ? {} : { format: options.inputFormat },
  );
  try {
    const muxer = new Muxer(
      destination,
      options.format === undefined ? {} : { format: options.format },
    );
    const targets = addStreams(demuxer, muxer, options.indices);
    await muxer.open(options.muxerOptions);
    try {
      return { format: demuxer.format, ...(await copyPackets(demuxer, muxer, targets)) };
    } finally {
      // Completes the file also where the old one turned out to be broken: what was copied by then plays.
      await muxer[Symbol.asyncDispose]();
    }
  } finally {
    await demuxer.close();
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
): Promise<{ packets: number; bytes: number }> {
  const counts = { packets: 0, bytes: 0 };
  for await (const run of demuxer.packetRuns()) {
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
    }
  }
  return counts;
}
