/** What stands beside a frame in Matroska goes along in copies, and where it cannot, a note says so. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { ReadPacket } from '../../../src/base/container.ts';
import { FormatError } from '../../../src/base/errors.ts';
import type { CarriedElement, PacketAddition, VideoStreamInfo } from '../../../src/base/packet.ts';
import { Demuxer, MemorySink, Muxer, remux } from '../../../src/index.ts';
import { copyStreams } from '../../../src/pipeline/copy-streams.ts';
import {
  cloneElement,
  element,
  elementsOf,
  master,
  parseElements,
  type TreeElement,
  uint,
  writeElements,
} from '../../fuzz/element-tree.ts';
import { ffmpegPath } from '../../support/ffmpeg.ts';
import { made, readAll, saved, writeAll } from '../matroska/files.ts';

const ALPHA: readonly CarriedElement[] = [
  { name: 'MaxBlockAdditionID', data: Uint8Array.of(1) },
  { name: 'AlphaMode', data: Uint8Array.of(1) },
];

function stream(
  codec: string,
  carriedElements: readonly CarriedElement[] = ALPHA,
): VideoStreamInfo {
  const size = { width: 16, height: 16, pixFmt: '' };
  const timeBase = [1, 1000] as const;
  const config = new Uint8Array(0);
  return { kind: 'video', codec, timeBase, config, ...size, carriedElements };
}

/** Pictures of 40 ms, each other one with additions. */
function pictures(additionsOf: (i: number) => readonly PacketAddition[] | undefined): ReadPacket[] {
  return Array.from({ length: 6 }, (_, i) => {
    const additions = i % 2 === 0 ? additionsOf(i) : undefined;
    const times = { pts: 40 * i, dts: 40 * i, duration: 40, isKey: i === 0 };
    const packet = { data: new Uint8Array(5).fill(i + 1), ...times };
    return { streamIndex: 0, packet: additions === undefined ? packet : { ...packet, additions } };
  });
}

const alphaOf = (i: number): PacketAddition[] => [{ id: 1, data: Uint8Array.of(9, i) }];

function additionsOf(packets: readonly ReadPacket[]) {
  return packets.map(({ packet }) => packet.additions);
}

describe('additions to blocks', () => {
  for (const docType of ['matroska', 'webm'] as const) {
    it(`are read as they were written, with numbers and mappings: ${docType}`, async () => {
      const carried = [
        { name: 'MaxBlockAdditionID', data: Uint8Array.of(200) },
        // BlockAddIDValue 200, BlockAddIDType 4
        {
          name: 'BlockAdditionMapping',
          data: Uint8Array.of(0x41, 0xf0, 0x81, 200, 0x41, 0xe7, 0x81, 4),
        },
      ];
      const given = pictures((i) => [
        { id: 1, data: Uint8Array.of(7, i) },
        { id: 200, data: new Uint8Array(70_000).fill(i) },
      ]);
      const bytes = (await writeAll([stream('vp9', carried)], given, { docType })).bytes();
      const { packets, streams, reader } = await readAll(bytes);
      expect(packets).toEqual(given);
      expect(streams[0]!.carriedElements).toEqual(carried);
      expect(reader.problems).toEqual([]);
    });
  }

  it('go through copies, cuts and other time bases', async () => {
    const source = (await writeAll([stream('vp8')], pictures(alphaOf))).bytes();
    for (const [format, options] of [
      ['matroska', { muxerOptions: { timestampScale: 100_000 } }],
      ['webm', { muxerOptions: { live: true } }],
      ['matroska', { range: [0.01, 9] as const }],
    ] as const) {
      const demuxer = await Demuxer.open(source);
      const sink = new MemorySink();
      const { problems } = await copyStreams(demuxer, new Muxer(sink, { format }), options);
      const copy = await readAll(sink.toBytes());
      expect(additionsOf(copy.packets)).toEqual(additionsOf(pictures(alphaOf)));
      expect(copy.streams[0]!.carriedElements).toEqual(ALPHA);
      expect(problems).toEqual([]);
    }
  });

  it('HDR10+ of WebM gets the mapping that Matroska wants', async () => {
    const carried = [{ name: 'MaxBlockAdditionID', data: Uint8Array.of(4) }];
    const given = pictures(() => [{ id: 4, data: Uint8Array.of(0xb5, 0, 60) }]);
    const webm = (await writeAll([stream('vp9', carried)], given, { docType: 'webm' })).bytes();
    const source = await readAll(webm);
    expect(source.streams[0]!.carriedElements).toEqual(carried);
    const copy = await readAll((await writeAll(source.streams, source.packets)).bytes());
    expect(copy.streams[0]!.carriedElements).toEqual([
      ...carried,
      {
        name: 'BlockAdditionMapping',
        data: Uint8Array.of(0x41, 0xf0, 0x81, 4, 0x41, 0xe7, 0x81, 4),
      },
    ]);
    expect(additionsOf(copy.packets)).toEqual(additionsOf(given));
  });

  for (const format of ['mp4', 'mov']) {
    it(`have no place in ${format}: said once, refused where notes are errors`, async () => {
      const source = (await writeAll([stream('vp8')], pictures(alphaOf))).bytes();
      const { problems, packets } = await remux(source, new MemorySink(), { format });
      expect(packets).toBe(6);
      expect(problems).toHaveLength(1);
      expect(problems[0]!.message).toMatch(/stream 0 .BlockAdditions.* has no place in/);
      const strict = remux(source, new MemorySink(), { format, strict: true });
      await expect(strict).rejects.toThrow(FormatError);
    });
  }

  it('a copy without additions has no note', async () => {
    const source = (
      await writeAll(
        [stream('vp8')],
        pictures(() => undefined),
      )
    ).bytes();
    const { problems } = await remux(source, new MemorySink(), { format: 'mp4' });
    expect(problems).toEqual([]);
  });
});

/** A file whose third BlockGroup was changed. */
async function changed(change: (group: TreeElement) => void): Promise<Uint8Array> {
  const bytes = (await writeAll([stream('vp8')], pictures(alphaOf))).bytes();
  const tree = parseElements(bytes);
  change(elementsOf(tree, 'BlockGroup')[2]!);
  return writeElements(tree);
}

describe('additions that are damaged', () => {
  it('cost no frame', async () => {
    const bytes = await changed((group) => {
      const additions = group.children!.find(({ id }) => id === 0x75a1)!;
      additions.children = null;
      additions.data = Uint8Array.of(0xa6, 0x90, 1);
    });
    const { packets, reader } = await readAll(bytes);
    expect(packets).toHaveLength(6);
    expect(additionsOf(packets).map((list) => list !== undefined)).toEqual([
      ...[true, false, false, false, true, false],
    ]);
    expect(reader.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('BlockAdditions: has a broken element'),
    ]);
  });

  it('of an empty frame are said to be lost with it', async () => {
    const bytes = await changed((group) => {
      const block = group.children!.find(({ id }) => id === 0xa1)!;
      block.data = block.data.subarray(0, 4);
    });
    const { packets, reader } = await readAll(bytes);
    expect(packets).toHaveLength(5);
    expect(reader.problems).toHaveLength(1);
  });

  it('no more than 64 of a block are kept, empty ones not at all', async () => {
    const more = master('BlockMore', element('BlockAdditional', Uint8Array.of(1)));
    const empty = master(
      'BlockMore',
      element('BlockAdditional', new Uint8Array(0)),
      uint('BlockAddID', 2),
    );
    const bytes = await changed((group) => {
      const additions = group.children!.find(({ id }) => id === 0x75a1)!;
      additions.children = [empty, ...Array.from({ length: 100 }, () => cloneElement(more))];
    });
    const { packets, reader } = await readAll(bytes);
    expect(packets[2]!.packet.additions).toHaveLength(64);
    expect(new Set(packets[2]!.packet.additions!.map(({ id }) => id))).toEqual(new Set([1]));
    expect(reader.problems).toHaveLength(1);
  });
});

// biome-ignore format: one source a line
const SOURCE = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=10:d=1,format=yuva420p,geq=lum=lum(X\\,Y):cb=cb(X\\,Y):cr=cr(X\\,Y):a=mod(X+N*8\\,255)'];

for (const encoder of ['libvpx', 'libvpx-vp9']) {
  it(`alpha of ${encoder} decodes like its source after a copy`, async (context) => {
    const options = ['-c:v', encoder, '-auto-alt-ref', '0', '-pix_fmt', 'yuva420p'];
    const bytes = made(`${encoder}.webm`, [...SOURCE, ...options]);
    if (bytes === null) return context.skip();
    const decoded = (path: string) => {
      const input = ['-v', 'error', '-xerror', '-c:v', encoder, '-i', path];
      return execFileSync(ffmpegPath(), [
        ...input,
        '-pix_fmt',
        'yuva420p',
        '-f',
        'md5',
        '-',
      ]).toString();
    };
    const source = saved(`${encoder}-source.webm`, bytes);
    for (const format of ['webm', 'matroska']) {
      const sink = new MemorySink();
      const { problems } = await remux(bytes, sink, { format });
      expect(problems).toEqual([]);
      expect(decoded(saved(`${encoder}-${format}`, sink.toBytes()))).toBe(decoded(source));
    }
  });
}

describe('CodecState', () => {
  const state: PacketAddition = { id: 0, data: Uint8Array.of(1, 2, 3) };

  it('goes along with its packet, alone and beside additions', async () => {
    for (const beside of [[state], [state, { id: 1, data: Uint8Array.of(9) }]]) {
      const packets = pictures(() => beside);
      const file = (await writeAll([stream('vp8')], packets)).bytes();
      const read = await readAll(file);
      expect(additionsOf(read.packets)).toEqual(additionsOf(packets));
      const sink = new MemorySink();
      const { problems } = await remux(file, sink, { format: 'matroska' });
      expect(problems).toEqual([]);
      expect(additionsOf((await readAll(sink.toBytes())).packets)).toEqual(additionsOf(packets));
    }
  });

  it('is said where it has no place', async () => {
    const file = (
      await writeAll(
        [stream('vp8')],
        pictures(() => [state]),
      )
    ).bytes();
    const { problems } = await remux(file, new MemorySink(), { format: 'mp4' });
    expect(problems.map(({ message }) => message).join()).toMatch(/CodecState of Matroska/);
  });
});
