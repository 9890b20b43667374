/** What every container writer and reader looks like from the pipeline. */
import type { Packet, StreamInfo } from './packet.ts';

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
  /** Throws `ConfigError` for times that the container cannot hold. */
  writePacket(streamIndex: number, packet: Packet): Promise<void>;
  /** Completes the file: sizes, indexes, tables. */
  writeTrailer(): Promise<void>;
}

/** One packet read from a file, with the stream that it belongs to. */
export interface ReadPacket {
  readonly streamIndex: number;
  readonly packet: Packet;
}

/** Reads the streams of a file; packets come in file order, in canonical form (docs/packets.md). */
export interface ContainerReader {
  /** ffmpeg's short name: `mp4`, `matroska`, `wav`, `adts`, `h264`. */
  readonly format: string;
  readonly streams: readonly StreamInfo[];
  packets(): AsyncGenerator<ReadPacket>;
}
