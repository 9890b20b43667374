/** Writes H.264 as a byte stream (.h264): access units behind start codes, parameter sets before each IDR picture. */
import type { ByteSink } from '../../base/byte-stream.ts';
import type { ContainerWriter } from '../../base/container.ts';
import { ConfigError, rejectUnknownKeys, requireOneOf } from '../../base/errors.ts';
import type { Packet, StreamInfo } from '../../base/packet.ts';
import type { Rational } from '../../base/rational.ts';
import { accessUnitToAnnexB } from '../../syntax/h264/byte-stream.ts';
import { readAvcRecord } from '../../syntax/h264/configuration-record.ts';

/** Options of the byte stream writer: there are none. */
export type AnnexBOptions = Readonly<Record<string, never>>;

/**
 * A writer of an Annex B byte stream with one H.264 stream. Times have no place in it: players take them from the VUI of
 * the sequence parameter set. Throws `ConfigError` for other streams, and for one without an `avcC` record.
 */
export function createAnnexBWriter(
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: AnnexBOptions = {},
): ContainerWriter {
  rejectUnknownKeys('h264.options', options, []);
  const [stream] = streams;
  if (streams.length !== 1 || stream?.kind !== 'video' || stream.codec !== 'h264') {
    const found = streams.map(({ codec }) => codec).join(', ') || 'none';
    throw new ConfigError('h264.streams', `got ${found}, allowed is one stream of h264`);
  }
  const { sps, pps } = readAvcRecord(stream.config);
  return new AnnexBWriter(sink, stream.timeBase, [...sps, ...pps]);
}

class AnnexBWriter implements ContainerWriter {
  readonly timeBases: readonly Rational[];
  private readonly sink: ByteSink;
  private readonly parameterSets: readonly Uint8Array[];

  constructor(sink: ByteSink, timeBase: Rational, parameterSets: readonly Uint8Array[]) {
    this.sink = sink;
    this.timeBases = [timeBase];
    this.parameterSets = parameterSets;
  }

  async writeHeader(): Promise<void> {}

  async writePacket(streamIndex: number, packet: Packet): Promise<void> {
    requireOneOf('h264.writePacket.streamIndex', streamIndex, [0]);
    const where = 'h264.writePacket.packet.data';
    await this.sink.write(accessUnitToAnnexB(where, packet.data, this.parameterSets));
  }

  async writeTrailer(): Promise<void> {}
}
