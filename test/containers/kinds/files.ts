/** Small files for the tests of this folder, and what reading them gives: packets, problems, or the error that ended it. */
import type { LimitOptions } from '../../../src/base/limits.ts';
import type { Packet, StreamInfo } from '../../../src/base/packet.ts';
import { Demuxer, MemorySink, remux } from '../../../src/index.ts';
import { parseBoxes, type TreeBox, writeBoxes } from '../../fuzz/box-tree.ts';
import { parseElements, type TreeElement, writeElements } from '../../fuzz/element-tree.ts';
import { type CodedStream, codedAudio, codedVideo } from '../isobmff/coded-streams.ts';
import { muxMp4 } from '../isobmff/mux.ts';

/** One second of pictures at 30 per second, a key picture every ten. */
export const VIDEO = codedVideo({ frameRate: [30, 1] });
/** The same with other parameter sets. */
export const OTHER_VIDEO = codedVideo({ frameRate: [30, 1], x264: ['-profile:v', 'baseline'] });
/** One second of sound. */
export const AUDIO = codedAudio();

/** An MP4 file of these streams, its `moov` behind its media data or in fragments. */
export function mp4Of(
  coded: readonly CodedStream<StreamInfo>[] = [VIDEO, AUDIO],
  isFragmented = false,
): Promise<Uint8Array> {
  return muxMp4(coded, isFragmented ? { fragmented: true } : {}).then((bytes) => bytes.slice());
}

/** A Matroska file of these streams. */
export async function matroskaOf(
  coded: readonly CodedStream<StreamInfo>[] = [VIDEO, AUDIO],
): Promise<Uint8Array> {
  const sink = new MemorySink();
  await remux(await mp4Of(coded), sink, { format: 'matroska' });
  return sink.toBytes();
}

/** `bytes` with its tree of boxes changed. */
export function changedBoxes(bytes: Uint8Array, change: (boxes: TreeBox[]) => void): Uint8Array {
  const boxes = parseBoxes(bytes);
  change(boxes);
  return writeBoxes(boxes);
}

/** `bytes` with its tree of elements changed. */
export function changedElements(
  bytes: Uint8Array,
  change: (elements: TreeElement[]) => void,
): Uint8Array {
  const elements = parseElements(bytes);
  change(elements);
  return writeElements(elements);
}

/** What reading a file gave. */
export interface ReadFile {
  readonly format: string;
  readonly streams: readonly StreamInfo[];
  /** By stream. */
  readonly packets: readonly (readonly Packet[])[];
  readonly problems: readonly string[];
  /** Undefined if it was read to its end. */
  readonly error: Error | undefined;
}

/** Opens `bytes` and reads as far as it goes. Throws what opening throws. */
export async function readFile(bytes: Uint8Array, limits?: LimitOptions): Promise<ReadFile> {
  const demuxer = await Demuxer.open(bytes, limits === undefined ? {} : { limits });
  const packets: Packet[][] = demuxer.streams.map(() => []);
  let error: Error | undefined;
  try {
    for await (const { streamIndex, packet } of demuxer.packets()) {
      packets[streamIndex]!.push(packet);
    }
  } catch (caught) {
    error = caught as Error;
  }
  const { format, streams } = demuxer;
  const problems = demuxer.problems.map(({ message }) => message);
  return { format, streams, packets, problems, error };
}

/** The same after a copy into another container. */
export async function readCopy(bytes: Uint8Array, format: string): Promise<ReadFile> {
  const sink = new MemorySink();
  await remux(bytes, sink, { format });
  return await readFile(sink.toBytes());
}

/** Whether decoding times rise, or stay, from packet to packet. */
export function isRising(packets: readonly Packet[]): boolean {
  return packets.every(({ dts }, i) => i === 0 || dts >= packets[i - 1]!.dts);
}
