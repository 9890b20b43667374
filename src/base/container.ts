/** The interfaces of container writers and readers, as the pipeline uses them. */
import type { FileDescription } from './file-description.ts';
import type { Packet, StreamInfo } from './packet.ts';
import type { Problem } from './problems.ts';

/**
 * Writes packets of several streams into one file. The pipeline calls in this order: the container's create function
 * with sink and streams, `writeHeader`, `writePacket` in interleaved order (rising decoding time over all streams, in
 * seconds), `writeTrailer`. The sink is closed by the pipeline.
 */
export interface ContainerWriter {
  /**
   * The time base that the container stores for each stream; packets given to `writePacket` count in it. Fixed from the
   * moment that the writer exists.
   */
  readonly timeBases: readonly (readonly [num: number, den: number])[];
  writeHeader(): Promise<void>;
  /** Whether the decoding times of a stream must rise from packet to packet, not only never fall. Default false. */
  readonly needsRisingTimes?: boolean;
  /** Whether what goes beside a packet (`additions`) is written too. Default false. */
  readonly holdsAdditions?: boolean;
  /** What the file has no place for of its streams, a sentence each. */
  readonly losses?: readonly string[];
  /** What the file has no place for of a packet, a sentence that is told once; null if nothing. Called before `writePacket`. */
  lossOf?(streamIndex: number, packet: Packet): string | null;
  /**
   * Throws or rejects with `ConfigError` for times that the container cannot hold. A promise that is returned must be
   * awaited before the next call; most packets need no waiting, and nothing is returned.
   */
  writePacket(streamIndex: number, packet: Packet): Promise<void> | void;
  /** Completes the file: sizes, indexes, tables. */
  writeTrailer(): Promise<void>;
}

/** One packet read from a file, with the stream that it belongs to. */
export interface ReadPacket {
  readonly streamIndex: number;
  readonly packet: Packet;
}

/** The point at which reading begins: the last key packet of a stream that is presented at or before a time. */
export interface ReadStart {
  readonly streamIndex: number;
  readonly seconds: number;
}

/** Reads the streams of a file; packets come in file order, in canonical form (docs/packets.md). */
export interface ContainerReader {
  /** ffmpeg's short name: `mp4`, `matroska`, `wav`, `adts`, `h264`. */
  readonly format: string;
  readonly streams: readonly StreamInfo[];
  /** Titles, chapters and the like, if this kind of file can carry them. */
  readonly about?: FileDescription;
  /**
   * Errors of the file that the reader could read past, in the order in which it met them; at most 100. Grows while packets are read.
   */
  readonly problems?: readonly Problem[];
  packets(): AsyncGenerator<ReadPacket>;
  /**
   * The same packets, all that lie together in memory at once: a turn of the event loop for each packet costs more than
   * reading it. Readers of files with an index go to `from`; they may begin earlier, and then give packets that nobody
   * asked for, but never later. Absent where packets are read one by one; `packetRuns` below is for all readers.
   */
  packetRuns?(from?: ReadStart): AsyncGenerator<readonly ReadPacket[]>;
}

/** Packets of `reader` in runs: its own, or of one packet each if it has none. */
export function packetRuns(
  reader: ContainerReader,
  from?: ReadStart,
): AsyncGenerator<readonly ReadPacket[]> {
  return reader.packetRuns?.(from) ?? runsOfOne(reader);
}

async function* runsOfOne(reader: ContainerReader): AsyncGenerator<readonly ReadPacket[]> {
  for await (const packet of reader.packets()) yield [packet];
}

/** The packets of `runs`, one by one. */
export async function* eachPacket(
  runs: AsyncGenerator<readonly ReadPacket[]>,
): AsyncGenerator<ReadPacket> {
  for await (const run of runs) yield* run;
}

/**
 * One run: what `take` appends to it, if anything. If `take` throws, what it appended before is given, and then the error
 * thrown: nothing is lost that was whole.
 */
export function* untilError<T>(take: (run: T[]) => void): Generator<readonly T[]> {
  const run: T[] = [];
  try {
    take(run);
  } catch (error) {
    if (run.length > 0) yield run;
    throw error;
  }
  if (run.length > 0) yield run;
}
