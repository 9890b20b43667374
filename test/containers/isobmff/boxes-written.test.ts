/** What is in the boxes that players rarely complain of: by the tree that the inspector gives. */
import { describe, expect, it } from 'vitest';
import { inspectMp4, type Mp4Options, openMp4 } from '../../../src/containers/isobmff/index.ts';
import { type TreeNode, walkTree } from '../../../src/inspect/index.ts';
import { MemorySource } from '../../../src/io/index.ts';
import { type CodedStream, codedAudio, codedVideo, pcmAudio } from './coded-streams.ts';
import { muxMp4 } from './mux.ts';

const video = codedVideo({ frames: 40, size: '96x64' });
const audio = codedAudio(40_000);

/** All boxes of a type. */
async function boxes(bytes: Uint8Array, type: string): Promise<TreeNode[]> {
  const tree = await inspectMp4(new MemorySource(bytes));
  return [...walkTree(tree)].filter(({ name }) => name === type);
}

function field(box: TreeNode, name: string): unknown {
  return box.fields.find((each) => each.name === name)?.value;
}

async function written(streams: readonly CodedStream<never>[], options: Mp4Options = {}) {
  return await muxMp4(streams, options);
}

const both = [video, audio] as unknown as readonly CodedStream<never>[];

describe('boxes of a file with one moov', () => {
  it('sdtp says which pictures depend on others', async () => {
    const bytes = await written(both, { sampleDependencies: true });
    const [box] = await boxes(bytes, 'sdtp');
    const at = box!.end - video.packets.length;
    const expected = video.packets.map(({ isKey }) => (isKey ? 2 << 4 : 1 << 4));
    expect([...bytes.subarray(at, box!.end)]).toEqual(expected);
    expect(await boxes(await written(both), 'sdtp')).toEqual([]);
  });

  it('sgpd and sbgp say that sound needs the frame before', async () => {
    const bytes = await written(both);
    const [description] = await boxes(bytes, 'sgpd');
    expect(field(description!, 'grouping_type')).toBe('roll');
    expect(field(description!, 'roll_distance')).toBe(-1);
    const [groups] = await boxes(bytes, 'sbgp');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect(view.getUint32(groups!.end - 8)).toBe(audio.packets.length);
    expect(view.getUint32(groups!.end - 4)).toBe(1);
  });

  it('btrt has the mean and the peak bit rate', async () => {
    const bytes = await written(both);
    const [box] = await boxes(bytes, 'btrt');
    const total = video.packets.reduce((sum, { data }) => sum + data.length, 0);
    const { timeBase } = video.stream;
    const first = video.packets[0]!;
    const last = video.packets.at(-1)!;
    const ticks = last.dts + last.duration - first.dts;
    const mean = (total * 8 * timeBase[1]) / (timeBase[0] * ticks);
    expect(field(box!, 'avgBitrate')).toBe(Math.round(mean));
    expect(field(box!, 'maxBitrate')).toBeGreaterThanOrEqual(Math.round(mean));
    expect(field(box!, 'bufferSizeDB')).toBe(
      Math.max(...video.packets.map(({ data }) => data.length)),
    );
  });

  it('PCM of floats is fpcm, of integers ipcm, with the bits in pcmC', async () => {
    for (const [codec, type, bits] of [
      ['pcm_f32le', 'fpcm', 32],
      ['pcm_s24be', 'ipcm', 24],
    ] as const) {
      const coded = pcmAudio(codec, 500, 100) as unknown as CodedStream<never>;
      const bytes = await written([coded]);
      expect(await boxes(bytes, type)).toHaveLength(1);
      const [configuration] = await boxes(bytes, 'pcmC');
      expect(field(configuration!, 'PCM_sample_size')).toBe(bits);
      expect(field(configuration!, 'format_flags')).toBe(codec.endsWith('le') ? 1 : 0);
    }
  });

  it('sizes in stz2 are read as those in stsz', async () => {
    const bytes = await written([video] as unknown as readonly CodedStream<never>[]);
    const [box] = await boxes(bytes, 'stsz');
    const count = video.packets.length;
    const compact = bytes.slice();
    const view = new DataView(compact.buffer);
    const rows = box!.start + 20;
    const sizes = Array.from({ length: count }, (_, i) => view.getUint32(rows + 4 * i));
    expect(Math.max(...sizes)).toBeLessThan(65_536);
    // The box becomes one of 16-bit rows, and a free box behind it.
    const half = 2 * count;
    view.setUint32(box!.start, 20 + half);
    Buffer.from(compact.buffer).write('stz2', box!.start + 4, 'latin1');
    view.setUint32(box!.start + 12, 16);
    for (const [i, size] of sizes.entries()) view.setUint16(rows + 2 * i, size);
    view.setUint32(rows + half, half);
    Buffer.from(compact.buffer).write('free', rows + half + 4, 'latin1');
    const read = async (from: Uint8Array) => {
      const packets = [];
      for await (const { packet } of (await openMp4(new MemorySource(from))).packets()) {
        packets.push(packet);
      }
      return packets;
    };
    expect(await read(compact)).toEqual(await read(bytes));
  });
});

describe('segments', () => {
  it('begin with styp and an index that spans them, and mfra lists their key frames', async () => {
    const options = { fragmented: { segmentIndex: true, randomAccessTable: true } };
    const bytes = await written(both, options);
    const top = await inspectMp4(new MemorySource(bytes));
    const names = top.map(({ name }) => name);
    const segments = names.filter((name) => name === 'moof').length;
    expect(names.slice(0, 2)).toEqual(['ftyp', 'moov']);
    expect(names.slice(2, -1).join(' ')).toBe(
      Array(segments).fill('styp sidx moof mdat').join(' '),
    );
    for (const [i, box] of top.entries()) {
      if (box.name !== 'sidx') continue;
      const [index] = await boxes(bytes.subarray(box.start, box.end), 'sidx');
      const size = top[i + 2]!.end - top[i + 1]!.start;
      const references = index!.fields.filter(({ name }) => name === 'referenced_size');
      expect(references.map(({ value }) => value)).toEqual([size]);
    }
    expect(names.at(-1)).toBe('mfra');
    const offsets = (await boxes(bytes, 'tfra')).flatMap((box) =>
      box.fields.filter(({ name }) => name === 'moof_offset').map(({ value }) => value),
    );
    const moofs = top.filter(({ name }) => name === 'moof').map(({ start }) => start);
    expect(new Set(offsets)).toEqual(new Set(moofs));
  });
});
