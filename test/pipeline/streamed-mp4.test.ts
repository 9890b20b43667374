/** Kind 9: MP4 from a stream is read from front to back where its layout allows it; only what must be read backwards is kept. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { IoError } from '../../src/base/errors.ts';
import {
  audioEncodeConfig,
  Demuxer,
  MemorySink,
  Muxer,
  videoEncodeConfig,
} from '../../src/index.ts';
import { MemorySource, SpillSource, type SpillStore, StreamSource } from '../../src/io/index.ts';
import { openSpillStore } from '../../src/io/open.ts';
import { movingPicture, pcmFrames, rgbFrames, tones } from './clips.ts';

/** Two seconds of pictures and sound. */
async function makeMp4(options: object): Promise<Uint8Array> {
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format: 'mp4' });
  const video = muxer.addEncodeStream({
    config: videoEncodeConfig({ width: 32, height: 32, gopSize: 10 }),
  });
  const audio = muxer.addEncodeStream({
    config: audioEncodeConfig({ numChannels: 1, sampleRate: 8000 }),
  });
  await muxer.open(options);
  await muxer.write(0, await video.encode(rgbFrames(movingPicture(50, 32, 32), 0, [25, 1])));
  await muxer.write(1, await audio.encode(pcmFrames(tones(16000, 1, 8000), 0, 8000)));
  await muxer.close();
  return sink.toBytes();
}

/** `bytes` with a box of `free` space of that size behind the first box that `isBefore` names, as a stream. */
async function* padded(
  bytes: Uint8Array,
  behind: string,
  extra: number,
): AsyncGenerator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let at = 0;
  for (let type = ''; type !== behind; at += view.getUint32(at)) {
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  }
  yield bytes.subarray(0, at);
  const header = Uint8Array.of(0, 0, 0, 0, 0x66, 0x72, 0x65, 0x65);
  new DataView(header.buffer).setUint32(0, extra);
  yield header;
  const zeros = new Uint8Array(1 << 18);
  for (let left = extra - 8; left > 0; left -= zeros.length) yield zeros.subarray(0, left);
  yield bytes.subarray(at);
}

async function countPackets(demuxer: Demuxer): Promise<number> {
  let count = 0;
  for await (const { packet } of demuxer.packets()) count += packet.data.length > 0 ? 1 : 0;
  await demuxer.close();
  return count;
}

const LAYOUTS = [
  ['fragmented', { fragmented: true }, true],
  ['fast start', { faststart: true }, true],
  ['index at the end', {}, false],
] as const;

describe.each(LAYOUTS)('MP4 from a stream, %s (kind 9)', (_, options, isForward) => {
  test('has the packets of the file', async () => {
    const bytes = await makeMp4(options);
    const expected = await countPackets(await Demuxer.open(bytes));
    for (const chunk of [100, 7777, 1 << 20]) {
      const pieces = async function* () {
        for (let at = 0; at < bytes.length; at += chunk) yield bytes.slice(at, at + chunk);
      };
      expect(await countPackets(await Demuxer.open(pieces()))).toBe(expected);
    }
  });

  test(isForward ? 'keeps nothing' : 'is kept as far as is allowed', async () => {
    const bytes = await makeMp4(options);
    const expected = await countPackets(await Demuxer.open(bytes));
    const free = () =>
      padded(bytes, isForward && !('faststart' in options) ? 'mdat' : 'ftyp', 24 << 20);
    const behindMoov = () => padded(bytes, 'mdat', 24 << 20);
    const stream = 'fragmented' in options || 'faststart' in options ? behindMoov() : free();
    // Positions of `moov` at the end are not those of the padded file: its packets are not asked for.
    const opening = Demuxer.open(stream, { maxSpillBytes: 8 << 20 });
    if (isForward) expect(await countPackets(await opening)).toBe(expected);
    else await expect(opening).rejects.toThrow(/more than 8388608 bytes/);
  });
});

test('what must be read backwards is on the disk, without a name, beyond a few MiB (kind 9)', async () => {
  const names = () => readdirSync(tmpdir()).filter((name) => /^vitrine-.*\.tmp$/.test(name));
  const before = names();
  const bytes = Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * 7 + (i >> 8)) & 255);
  const stores: SpillStore[] = [];
  let closed = 0;
  const openStore = async () => {
    const store = await openSpillStore();
    expect(store).not.toBeNull();
    stores.push(store!);
    const { close } = store!;
    store!.close = () => {
      closed++;
      return close();
    };
    return store;
  };
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
  }
  const source = new SpillSource(new StreamSource(pieces()), { memoryBytes: 1 << 20, openStore });
  for (const at of [500, 900_000, 2_900_000, 0, 1_000_000, 3 * 2 ** 20 - 10]) {
    const got = await source.read(at, 50_000);
    expect(Buffer.from(got).equals(bytes.subarray(at, at + 50_000))).toBe(true);
  }
  expect(stores.length).toBe(1);
  if (process.platform !== 'win32') expect(names()).toEqual(before);
  await source.close();
  expect(closed).toBe(1);
});

test('a file that is read forward after all gives back what was kept (kind 9)', async () => {
  const bytes = new Uint8Array(3 << 20).fill(5);
  let closed = false;
  const store: SpillStore = {
    write: async () => {},
    read: async (_, length) => new Uint8Array(length),
    close: async () => {
      closed = true;
    },
  };
  const source = new SpillSource(new MemorySource(bytes), {
    memoryBytes: 1000,
    openStore: async () => store,
  });
  await source.read(0, 2 << 20);
  source.forwardOnly();
  expect(closed).toBe(true);
  expect((await source.read(2 << 20, 10))[0]).toBe(5);
});

test('a disk that is full while a stream is kept is an `IoError`, and the store is given up', async () => {
  for (const fullAfter of [0, 1 << 20]) {
    let closed = 0;
    const store: SpillStore = {
      write: async (position) => {
        if (position >= fullAfter) throw new Error('ENOSPC: no space left on device, write');
      },
      read: async (_, length) => new Uint8Array(length),
      close: async () => {
        closed++;
      },
    };
    const source = new SpillSource(new MemorySource(new Uint8Array(3 << 20)), {
      memoryBytes: 1000,
      openStore: async () => store,
    });
    const error = await source.read(2 << 20, 10).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IoError);
    expect(String(error)).toMatch(/temporary file: ENOSPC/);
    await source.close();
    expect(closed).toBe(1);
  }
});
