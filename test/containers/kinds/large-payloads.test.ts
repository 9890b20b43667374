/** Large payloads live once on their way through a copy, and large tables are read with turns of the event loop between. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ByteSink, joinBytes } from '../../../src/base/byte-stream.ts';
import type { Packet } from '../../../src/base/packet.ts';
import { DecodeOrder } from '../../../src/containers/matroska/decode-order.ts';
import { Demuxer, MemorySink, Muxer, remux } from '../../../src/index.ts';
import { formatTree } from '../../../src/inspect/index.ts';
import { Interleaver } from '../../../src/pipeline/interleaver.ts';
import { boxesOf } from '../../fuzz/box-tree.ts';
import { changedBoxes, mp4Of, readFile, VIDEO } from './files.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function packetOf(bytes: number, time: number): Packet {
  return { data: new Uint8Array(bytes), pts: time, dts: time, duration: 1, isKey: true };
}

/** Whether what `weak` refers to is kept by anybody. What was looked at in this turn of the event loop is. */
async function isKept(weak: WeakRef<object>): Promise<boolean> {
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return weak.deref() !== undefined;
}

describe('packets that have left a queue are not kept by it', () => {
  it('interleaver', async () => {
    const queue = new Interleaver([[1, 30]], [false]);
    const push = (time: number) => {
      const packet = packetOf(8, time);
      queue.push(0, packet);
      return new WeakRef(packet.data);
    };
    const first = push(0);
    const others = [1, 2, 3].map(push);
    queue.take(false);
    expect(await isKept(first)).toBe(false);
    expect(await isKept(others[0]!)).toBe(true);
    expect(queue.take(false)?.packet.dts).toBe(1);
  });

  it('decoding order of Matroska', async () => {
    const order = new DecodeOrder([{ mayReorder: false, endPts: 0, defaultTicks: 1 }]);
    const add = (pts: number) => {
      const data = new Uint8Array(8);
      order.add(0, { data, pts, duration: 1, isKey: true, discardPadding: 0 });
      return new WeakRef(data);
    };
    const first = add(0);
    const second = add(1);
    order.next(false);
    expect(await isKept(first)).toBe(false);
    expect(await isKept(second)).toBe(true);
    expect(order.next(false)?.packet.dts).toBe(1);
  });
});

const LARGE_BYTES = 9 << 20;
const COUNT = 6;

/** A file of pictures of 9 MiB. */
async function largeFile(format: string, isFragmented: boolean): Promise<Uint8Array> {
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format });
  const { stream } = VIDEO;
  muxer.addRemuxStream(stream);
  await muxer.open(isFragmented ? { fragmented: true } : {});
  const duration = Math.round(stream.timeBase[1] / stream.timeBase[0] / 30);
  for (let i = 0; i < COUNT; i++) {
    const packet = packetOf(LARGE_BYTES, i * duration);
    const { data } = packet;
    new DataView(data.buffer).setUint32(0, data.length - 4);
    data[4] = 0x65;
    data[100] = i;
    const packets = [{ ...packet, duration }];
    await muxer.write(0, { kind: 'video', timeBase: stream.timeBase, packets });
  }
  await muxer.close();
  return sink.toBytes();
}

/** Counts what it is given, and looks at how much memory is in use while it is. */
function measuring(isSeekable: boolean): ByteSink & { bytes: number; most: number } {
  return {
    seekable: isSeekable,
    bytes: 0,
    most: 0,
    write(bytes) {
      this.bytes += bytes.length;
      if (bytes.length < LARGE_BYTES) return;
      collectGarbage();
      this.most = Math.max(this.most, process.memoryUsage().arrayBuffers);
    },
    writeAt() {},
    close() {},
    abort() {},
  };
}

// Pictures of H.264 in Matroska wait for later ones, 24 MiB of them; beside them one is read and one is written.
const KINDS = [
  {
    name: 'Matroska',
    format: 'matroska',
    isFragmented: false,
    allowed: (24 << 20) + 2 * LARGE_BYTES,
  },
  { name: 'MP4', format: 'mp4', isFragmented: false, allowed: 2.5 * LARGE_BYTES },
  { name: 'fragments', format: 'mp4', isFragmented: true, allowed: 2.5 * LARGE_BYTES },
];

describe('a copy holds few large packets', () => {
  for (const { name, format, isFragmented, allowed } of KINDS) {
    it(`from ${name}`, async () => {
      const bytes = await largeFile(format, isFragmented);
      for (const [to, isSeekable] of [
        ['matroska', true],
        ['mp4', true],
        ['mp4', false],
      ] as const) {
        collectGarbage();
        const before = process.memoryUsage().arrayBuffers;
        const sink = measuring(isSeekable);
        await remux(bytes, sink, { format: to });
        expect(sink.bytes).toBeGreaterThan(COUNT * LARGE_BYTES);
        expect((sink.most - before) / 2 ** 20, to).toBeLessThan(allowed / 2 ** 20);
      }
    }, 120_000);
  }

  it('and writes them whole, with the same bytes in live files and others', async () => {
    const from = await largeFile('mp4', false);
    for (const options of [{ format: 'matroska' }, { format: 'mp4' }] as const) {
      for (const isSeekable of [true, false]) {
        const sink = new MemorySink({ seekable: isSeekable });
        await remux(from, sink, options);
        const demuxer = await Demuxer.open(sink.toBytes());
        const { packets } = await demuxer.demuxVideo();
        expect(packets.map(({ data }) => data.length)).toEqual(
          Array.from({ length: COUNT }, () => LARGE_BYTES),
        );
        expect(packets.map(({ data }) => data[100])).toEqual(packets.map((_, i) => i));
        await demuxer.close();
      }
    }
  }, 120_000);

  it('chunks end with a large packet', async () => {
    const demuxer = await Demuxer.open(await largeFile('mp4', false));
    for await (const chunk of demuxer.streamingDemux({ indices: 0, numPackets: 100 })) {
      expect(chunk.length).toBe(1);
    }
    await demuxer.close();
  }, 60_000);
});

afterEach(() => void vi.restoreAllMocks());

describe('the event loop runs while a large moov is read', () => {
  it('tables of many rows', async () => {
    const rows = 1 << 20;
    const bytes = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      const stts = boxesOf(boxes, 'stts')[0]!;
      const table = new Uint8Array(8 + rows * 8);
      new DataView(table.buffer).setUint32(4, rows);
      table.set(stts.bytes.subarray(8), 8);
      stts.bytes = table;
    });
    // A clock that goes on by a millisecond each time that somebody looks at it: turns do not depend on the machine.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now++);
    let turns = 0;
    const immediate = globalThis.setImmediate;
    vi.spyOn(globalThis, 'setImmediate').mockImplementation(((callback: () => void) => {
      turns++;
      return immediate(callback);
    }) as typeof setImmediate);
    const demuxer = await Demuxer.open(bytes);
    // 2^21 values in pieces of 2^16, and a turn each eighth look at the clock at the latest.
    expect(turns).toBeGreaterThanOrEqual(4);
    expect((await demuxer.demuxVideo()).length).toBeGreaterThan(0);
    await demuxer.close();
  });
});

it('a tree of more nodes than a call takes arguments is shown', () => {
  const children = Array.from({ length: 200_000 }, (_, i) => ({
    name: 'free',
    start: i * 8,
    end: i * 8 + 8,
    clause: '',
    fields: [],
    children: [],
  }));
  expect(formatTree([{ ...children[0]!, children }])).toHaveLength(200_001);
});

it('a NAL unit that is larger than what a stream keeps is read once, whole', async () => {
  const sink = new MemorySink();
  await remux(await mp4Of([VIDEO]), sink, { format: 'h264' });
  const small = sink.toBytes();
  const padding = new Uint8Array(LARGE_BYTES).fill(0x41);
  // The last slice grows; an access unit delimiter follows it.
  const bytes = joinBytes([small, padding, Uint8Array.of(0, 0, 1, 9, 0xf0)]);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  }
  const { packets } = await readFile(small);
  const sizes: number[] = [];
  const demuxer = await Demuxer.open(pieces());
  for await (const { packet } of demuxer.packets()) sizes.push(packet.data.length);
  const expected = packets[0]!.map(({ data }) => data.length);
  expected.push(expected.pop()! + LARGE_BYTES);
  expect(sizes).toEqual(expected);
});
