/** Packets in chunks, as `Demuxer.streamingDemux` gives them: by time or by number, and never more than fits in memory. */
import type { ReadPacket } from '../base/container.ts';
import type { Packet, StreamInfo } from '../base/packet.ts';
import { compareTimes, type Rational } from '../base/rational.ts';
import { PacketList } from './demuxed-packets.ts';

/** A chunk ends with so many bytes at the latest, or with one packet this large: a file chooses how large its packets are. */
const MAX_CHUNK_BYTES = 32 << 20;
const LARGE_PACKET_BYTES = 8 << 20;
/** What a packet takes beside its bytes, about. */
const PACKET_BYTES = 512;

/** The rule by which chunks end. */
export interface ChunkRule {
  /** Streams that are given. */
  readonly selected: ReadonlySet<number>;
  /** Seconds of a chunk; Infinity: any. */
  readonly seconds: number;
  /** Packets of one stream in a chunk; Infinity: any. */
  readonly numPackets: number;
}

/** The packets of the selected streams in chunks, by stream index. */
export async function* chunksOf(
  packets: AsyncGenerator<ReadPacket>,
  streams: readonly StreamInfo[],
  { selected, seconds, numPackets }: ChunkRule,
): AsyncGenerator<ReadonlyMap<number, PacketList>> {
  let chunk = new Map<number, Packet[]>();
  let start: { pts: number; timeBase: Rational } | null = null;
  let bytes = 0;
  for await (const { streamIndex, packet } of packets) {
    if (!selected.has(streamIndex)) continue;
    const { timeBase } = streams[streamIndex]!;
    start ??= { pts: packet.pts, timeBase };
    if (isLaterBy(seconds, packet.pts, timeBase, start)) {
      yield finishChunk(chunk, streams);
      chunk = new Map();
      start = { pts: packet.pts, timeBase };
      bytes = 0;
    }
    const ofStream = chunk.get(streamIndex);
    if (ofStream === undefined) chunk.set(streamIndex, [packet]);
    else ofStream.push(packet);
    bytes += packet.data.length + PACKET_BYTES;
    const isLarge = bytes >= MAX_CHUNK_BYTES || packet.data.length >= LARGE_PACKET_BYTES;
    if (isLarge || chunk.get(streamIndex)!.length >= numPackets) {
      yield finishChunk(chunk, streams);
      chunk = new Map();
      start = null;
      bytes = 0;
    }
  }
  if (chunk.size > 0) yield finishChunk(chunk, streams);
}

function finishChunk(
  chunk: ReadonlyMap<number, readonly Packet[]>,
  streams: readonly StreamInfo[],
): ReadonlyMap<number, PacketList> {
  const made = new Map<number, PacketList>();
  for (const [index, packets] of chunk) {
    const { kind, timeBase } = streams[index]!;
    made.set(index, new PacketList({ kind, timeBase, packets }));
  }
  return made;
}

/** Whether `pts` is more than `seconds` later than `start`: exact, but for `seconds`, which is taken in nanoseconds. */
function isLaterBy(
  seconds: number,
  pts: number,
  timeBase: Rational,
  start: { readonly pts: number; readonly timeBase: Rational },
): boolean {
  if (!Number.isFinite(seconds)) return false;
  const [num, den] = start.timeBase;
  const isSame = num === timeBase[0] && den === timeBase[1];
  if (isSame && Number.isInteger(seconds)) {
    return compareTimes(pts - start.pts, timeBase, seconds, [1, 1]) > 0;
  }
  const elapsed = (pts * timeBase[0]) / timeBase[1] - (start.pts * num) / den;
  const TOLERANCE_SECONDS = 1e-9;
  return elapsed > seconds + TOLERANCE_SECONDS;
}

/** The same of one stream only. */
export async function* chunksOfOne(
  chunks: AsyncGenerator<ReadonlyMap<number, PacketList>>,
  index: number,
): AsyncGenerator<PacketList> {
  for await (const chunk of chunks) {
    const packets = chunk.get(index);
    if (packets !== undefined) yield packets;
  }
}
