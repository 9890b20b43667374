/** What must hold for any bytes that claim to be a media file: a typed error with its place, or what could be saved. */
import { MediaError } from '../../src/base/errors.ts';
import { inspectMatroska, openMatroska } from '../../src/containers/matroska/index.ts';
import { Demuxer } from '../../src/index.ts';
import { formatTree } from '../../src/inspect/format-tree.ts';
import { walkTree } from '../../src/inspect/tree.ts';
import { TestSource } from '../containers/isobmff/memory-file.ts';
import type { FuzzOutcome } from './mp4.ts';
import { readFromTimes, StrictSource } from './windows.ts';

/**
 * Opens `bytes` with the demuxer and reads all packets. Throws an error that says what was not as it must be: any error
 * other than a `FormatError` or `UnsupportedError`, impossible times, or more packets than bytes explain.
 */
export async function fuzzDemuxer(bytes: Uint8Array): Promise<FuzzOutcome> {
  let opened = false;
  let packets = 0;
  try {
    const demuxer = await Demuxer.open(new TestSource(bytes));
    opened = true;
    const lastDts = demuxer.streams.map(() => Number.NEGATIVE_INFINITY);
    let payload = 0;
    for await (const { streamIndex, packet } of demuxer.packets()) {
      const { pts, dts, duration } = packet;
      packets++;
      payload += packet.data.length;
      if (![pts, dts, duration].every(Number.isSafeInteger) || duration < 0) {
        throw new Error(`times ${pts}, ${dts}, ${duration}`);
      }
      if (demuxer.format === 'matroska' || demuxer.format === 'webm') {
        if (dts > pts || dts < lastDts[streamIndex]!) throw new Error(`order ${pts}, ${dts}`);
      }
      lastDts[streamIndex] = dts;
      if (payload > 64 * bytes.length || packets > 64 * bytes.length) {
        throw new Error(`${packets} packets, ${payload} bytes of ${bytes.length}`);
      }
    }
  } catch (error) {
    requireFormatError(error, bytes.length);
  }
  return { opened, packets };
}

/** The same for Matroska: as a file, as a stream of unknown size, and inspected. */
export async function fuzzMatroska(bytes: Uint8Array): Promise<FuzzOutcome> {
  const outcome = await fuzzDemuxer(bytes);
  try {
    const reader = await openMatroska(new TestSource(bytes, false));
    let count = 0;
    for await (const _ of reader.packets()) count++;
    if (count > 64 * bytes.length) throw new Error(`${count} packets from a stream`);
  } catch (error) {
    requireFormatError(error, bytes.length);
  }
  try {
    await readFromTimes(await openMatroska(new StrictSource(bytes)), 64 * bytes.length);
  } catch (error) {
    requireFormatError(error, bytes.length);
  }
  const nodes = await inspectMatroska(new TestSource(bytes));
  for (const node of walkTree(nodes)) {
    if (node.start > node.end) throw new Error(`element ${node.name}`);
  }
  formatTree(nodes);
  return outcome;
}

function requireFormatError(error: unknown, size: number): void {
  if (!(error instanceof MediaError)) throw error;
  if (error.name !== 'FormatError' && error.name !== 'UnsupportedError') throw error;
  if (error.name === 'FormatError') {
    const { offset } = error as MediaError & { offset: number };
    if (!(offset >= -1)) throw new Error(`offset ${offset} of ${size}`, { cause: error });
  }
}

/** Byte ranges of a Matroska file that are structure: everything but the frames in blocks. */
export async function matroskaStructure(bytes: Uint8Array): Promise<[number, number][]> {
  const nodes = await inspectMatroska(new TestSource(bytes));
  const ranges: [number, number][] = [];
  for (const node of walkTree(nodes)) {
    const isBlock = node.name === 'SimpleBlock' || node.name === 'Block';
    const first = Math.min(...[...node.fields, ...node.children].map((part) => part.start));
    if (isBlock) ranges.push([node.start, Math.min(node.end, node.start + 16)]);
    else ranges.push([node.start, Number.isFinite(first) ? first : node.end]);
    for (const field of isBlock ? [] : node.fields) ranges.push([field.start, field.end]);
  }
  return ranges;
}
