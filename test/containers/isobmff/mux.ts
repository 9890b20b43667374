/** Muxes whole streams in the order that the pipeline would. */
import type { Packet, StreamInfo } from '../../../src/base/packet.ts';
import { rescale } from '../../../src/base/rational.ts';
import { createMp4Writer, type Mp4Options } from '../../../src/containers/isobmff/index.ts';
import type { CodedStream } from './coded-streams.ts';
import { type SinkAbilities, TestSink } from './memory-file.ts';

/** Packets of all streams by decoding time, in the writer's time bases. */
export function interleave(
  coded: readonly CodedStream<StreamInfo>[],
  timeBases: readonly (readonly [number, number])[],
): { streamIndex: number; packet: Packet }[] {
  const all = coded.flatMap(({ stream, packets }, streamIndex) =>
    packets.map((packet) => {
      const to = (ticks: number): number => rescale(ticks, stream.timeBase, timeBases[streamIndex]);
      const { pts, dts, duration } = packet;
      return {
        streamIndex,
        packet: { ...packet, pts: to(pts), dts: to(dts), duration: to(duration) },
      };
    }),
  );
  const seconds = ({ streamIndex, packet }: (typeof all)[number]): number =>
    (packet.dts * timeBases[streamIndex][0]) / timeBases[streamIndex][1];
  return all.sort((a, b) => seconds(a) - seconds(b) || a.streamIndex - b.streamIndex);
}

export async function muxMp4(
  coded: readonly CodedStream<StreamInfo>[],
  options: Mp4Options = {},
  abilities: SinkAbilities = {},
  create: typeof createMp4Writer = createMp4Writer,
): Promise<Uint8Array> {
  const sink = new TestSink(abilities);
  const writer = create(
    sink,
    coded.map(({ stream }) => stream),
    options,
  );
  await writer.writeHeader();
  for (const { streamIndex, packet } of interleave(coded, writer.timeBases)) {
    await writer.writePacket(streamIndex, packet);
  }
  await writer.writeTrailer();
  return sink.bytes();
}
