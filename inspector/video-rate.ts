/** Pictures a second of a video, as its file says: a browser tells only what it shows at a time. */

import { inspectMp4, isMp4 } from '../src/containers/isobmff/index.ts';
import { inspectMatroska, isEbml } from '../src/containers/matroska/index.ts';
import type { TreeNode } from '../src/inspect/index.ts';
import { MemorySource } from '../src/io/index.ts';
import { MOST_PACKETS, packetsOf } from './packets.ts';

/** Rates that are believed. */
const [LEAST, MOST] = [1, 240];

/** Pictures a second of the first track of a Matroska file that is video. */
function rateOfTracks(nodes: readonly TreeNode[]): number {
  const children = (of: readonly TreeNode[], name: string): TreeNode[] =>
    of.filter((node) => node.name === name).flatMap((node) => node.children);
  const tracks = children(children(nodes, 'Segment'), 'Tracks');
  const video = tracks.find((track) => track.children.some(({ name }) => name === 'Video'));
  const duration = video?.fields.find(({ name }) => name === 'DefaultDuration')?.value;
  return typeof duration === 'number' ? 1e9 / duration : Number.NaN;
}

/** Samples a second of the first track of pictures, in the mean. */
function rateOfTables(nodes: readonly TreeNode[]): number {
  const all = packetsOf(nodes).filter(({ track }) => track.endsWith('(vide)'));
  const own = all.filter(({ track }) => track === all[0].track);
  const times = own.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return (times.length - 1) / (times[times.length - 1] - times[0]);
}

/** The rate of the pictures; null where the file does not tell. */
export async function videoRateOf(bytes: Uint8Array): Promise<number | null> {
  const [source, start] = [new MemorySource(bytes), bytes.subarray(0, 64)];
  let rate = Number.NaN;
  if (isMp4(start)) rate = rateOfTables(await inspectMp4(source, { maxRows: MOST_PACKETS }));
  else if (isEbml(start)) rate = rateOfTracks(await inspectMatroska(source, {}));
  return rate >= LEAST && rate <= MOST ? rate : null;
}
