/** Where the packets of an MP4 file lie: from the tables of its tracks, and of its fragments (ISOBMFF clauses 8.7, 8.8). */
import type { TreeNode } from '../src/inspect/index.ts';

/** A packet of a track. */
export interface FilePacket {
  readonly track: string;
  readonly number: number;
  readonly start: number;
  readonly end: number;
  /** When it is decoded, in seconds; NaN where that is not known. */
  readonly seconds: number;
  readonly isSync: boolean;
}

/** Most packets that are placed. */
export const MOST_PACKETS = 200_000;

function child(node: TreeNode | undefined, ...names: readonly string[]): TreeNode | undefined {
  return names.reduce((at, name) => at?.children.find((one) => one.name === name), node);
}

/** The rows of the table of a box; empty where it has none. */
function rowsOf(node: TreeNode | undefined): readonly (readonly number[])[] {
  for (const { value } of node?.fields ?? []) if (typeof value === 'object') return value.rows;
  return [];
}

function numberOf(node: TreeNode | undefined, name: string): number {
  const value = node?.fields.find((field) => field.name === name)?.value;
  return typeof value === 'number' ? value : Number.NaN;
}

/** What a row of `sample_count` and a value stands for, sample after sample. */
function* spread(rows: readonly (readonly number[])[]): Generator<number> {
  for (const [count, value] of rows) for (let i = 0; i < count; i++) yield value;
}

/** Samples of chunks: `first_chunk`, `samples_per_chunk`, from 1 on. */
function samplesIn(stsc: readonly (readonly number[])[], chunk: number): number {
  let samples = 0;
  for (const [first, count] of stsc) if (first <= chunk) samples = count;
  return samples;
}

function trackPackets(trak: TreeNode): FilePacket[] {
  const stbl = child(trak, 'mdia', 'minf', 'stbl');
  const kind = child(trak, 'mdia', 'hdlr')?.fields.find(({ name }) => name === 'handler_type');
  const track = `track ${numberOf(child(trak, 'tkhd'), 'track_ID')} (${kind?.value ?? '?'})`;
  const timescale = numberOf(child(trak, 'mdia', 'mdhd'), 'timescale');
  const stsz = child(stbl, 'stsz');
  const [sizes, whole] = [rowsOf(stsz), numberOf(stsz, 'sample_size')];
  const count = Math.min(MOST_PACKETS, whole > 0 ? numberOf(stsz, 'sample_count') : sizes.length);
  const syncs = new Set(rowsOf(child(stbl, 'stss')).map(([number]) => number));
  const stsc = rowsOf(child(stbl, 'stsc'));
  const deltas = spread(rowsOf(child(stbl, 'stts')));
  const packets: FilePacket[] = [];
  let time = 0;
  for (const [chunk, [offset]] of rowsOf(child(stbl, 'stco') ?? child(stbl, 'co64')).entries()) {
    let start = offset;
    for (let i = samplesIn(stsc, chunk + 1); i > 0 && packets.length < count; i--) {
      const number = packets.length + 1;
      const end = start + (whole > 0 ? whole : sizes[number - 1][0]);
      const isSync = syncs.has(number);
      packets.push({ track, number, start, end, seconds: time / timescale, isSync });
      time += Number(deltas.next().value ?? 0);
      start = end;
    }
  }
  return packets;
}

/** The packets of a fragment, whose data lie from the beginning of the fragment on. */
function fragmentPackets(moof: TreeNode): FilePacket[] {
  const packets: FilePacket[] = [];
  for (const traf of moof.children.filter(({ name }) => name === 'traf')) {
    const tfhd = child(traf, 'tfhd');
    const track = `track ${numberOf(tfhd, 'track_ID')}`;
    const usual = numberOf(tfhd, 'default_sample_size');
    for (const trun of traf.children.filter(({ name }) => name === 'trun')) {
      const offset = numberOf(trun, 'data_offset');
      if (Number.isNaN(offset)) continue;
      let start = moof.start + offset;
      const table = trun.fields.find(({ value }) => typeof value === 'object')?.value;
      const columns = typeof table === 'object' ? table.columns : [];
      const at = columns.indexOf('sample_size');
      for (let i = 0; i < Math.min(MOST_PACKETS, numberOf(trun, 'sample_count')); i++) {
        const end = start + ((at < 0 ? undefined : rowsOf(trun)[i]?.[at]) ?? usual);
        if (!(end >= start)) break;
        const number = packets.length + 1;
        packets.push({ track, number, start, end, seconds: Number.NaN, isSync: false });
        start = end;
      }
    }
  }
  return packets;
}

/** All packets, by their places; `nodes` is a tree with the whole tables. */
export function packetsOf(nodes: readonly TreeNode[]): FilePacket[] {
  const packets = nodes.flatMap((node) => {
    if (node.name === 'moof') return fragmentPackets(node);
    if (node.name !== 'moov') return [];
    return node.children.filter(({ name }) => name === 'trak').flatMap(trackPackets);
  });
  return packets.sort((a, b) => a.start - b.start);
}
