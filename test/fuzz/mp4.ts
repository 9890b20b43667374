/** What must hold for any bytes that claim to be an MP4 file: a typed error with its place, or what could be saved. */
import { MediaError } from '../../src/base/errors.ts';
import { inspectMp4, openMp4 } from '../../src/containers/isobmff/index.ts';
import { formatTree } from '../../src/inspect/format-tree.ts';
import { walkTree } from '../../src/inspect/tree.ts';
import { TestSource } from '../containers/isobmff/memory-file.ts';
import { readFromTimes, StrictSource } from './windows.ts';

/** What one input led to. */
export interface FuzzOutcome {
  readonly opened: boolean;
  readonly packets: number;
}

/** A file may use its bytes more than once, but what is read of it stays in proportion. */
const MAX_READ_RATIO = 64;

/**
 * Reads and inspects `bytes`. Throws an error that says what was not as it must be: any error other than a
 * `FormatError` or `UnsupportedError`, a packet with impossible times, or more work than the file's size explains.
 */
export async function fuzzMp4(bytes: Uint8Array): Promise<FuzzOutcome> {
  const source = new TestSource(bytes);
  let opened = false;
  let packets = 0;
  let payload = 0;
  try {
    const reader = await openMp4(source);
    opened = true;
    for await (const { streamIndex, packet } of reader.packets()) {
      packets++;
      payload += packet.data.length;
      if (!Number.isSafeInteger(packet.pts) || !Number.isSafeInteger(packet.dts)) {
        throw new Error(`times ${packet.pts}, ${packet.dts}`);
      }
      if (!Number.isSafeInteger(packet.duration) || packet.duration < 0) {
        throw new Error(`duration ${packet.duration}`);
      }
      if (reader.streams[streamIndex] === undefined) throw new Error(`stream ${streamIndex}`);
      if (payload > MAX_READ_RATIO * bytes.length) throw new Error(`${payload} bytes of payload`);
    }
  } catch (error) {
    requireFormatError(error, bytes.length);
  }
  try {
    const reader = await openMp4(new StrictSource(bytes));
    await readFromTimes(reader, MAX_READ_RATIO * bytes.length);
  } catch (error) {
    requireFormatError(error, bytes.length);
  }
  const nodes = await inspectMp4(new TestSource(bytes));
  for (const node of walkTree(nodes)) {
    if (node.start > node.end && Number.isFinite(node.end)) throw new Error(`box ${node.name}`);
  }
  formatTree(nodes);
  return { opened, packets };
}

function requireFormatError(error: unknown, size: number): void {
  if (!(error instanceof MediaError)) throw error;
  if (error.name !== 'FormatError' && error.name !== 'UnsupportedError') throw error;
  if (error.name === 'FormatError') {
    const { offset } = error as MediaError & { offset: number };
    if (!(offset >= -1) || offset > size + 64)
      throw new Error(`offset ${offset} of ${size}`, { cause: error });
  }
}

/** Byte ranges of a file that are structure, not media data. */
export async function structureRanges(bytes: Uint8Array): Promise<[number, number][]> {
  const nodes = await inspectMp4(new TestSource(bytes));
  return nodes.map(({ name, start, end }) => [start, name === 'mdat' ? start + 16 : end]);
}
