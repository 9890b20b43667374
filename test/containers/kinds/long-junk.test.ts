/** Junk that looks like something at every other byte is passed over in a time that grows with its length, and quickly. */
import { expect, it } from 'vitest';
import { joinBytes } from '../../../src/base/byte-stream.ts';
import type { VideoStreamInfo } from '../../../src/base/packet.ts';
import { ID } from '../../../src/containers/matroska/element-table.ts';
import { Demuxer } from '../../../src/index.ts';
import {
  adtsFrameLengthAt,
  adtsStreamAt,
  isSameStream,
  readAdtsHeader,
  writeAdtsHeader,
} from '../../../src/syntax/aac/adts-header.ts';
import { readAll, writeAll } from '../matroska/files.ts';

const HEADER = {
  ...{ protection_absent: 1, profile_ObjectType: 1, sampling_frequency_index: 4 },
  ...{ channel_configuration: 2, aac_frame_length: 20, number_of_raw_data_blocks_in_frame: 0 },
};

function frames(count: number): Uint8Array {
  const frame = new Uint8Array(20).fill(0x21);
  writeAdtsHeader(HEADER, frame);
  return joinBytes(Array.from({ length: count }, () => frame));
}

async function packetsOf(bytes: Uint8Array): Promise<number> {
  const demuxer = await Demuxer.open(bytes);
  let count = 0;
  for await (const run of demuxer.packetRuns()) count += run.length;
  return count;
}

it('a header is told from its bytes as from its fields', () => {
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed >>> 24;
  };
  let found = 0;
  let last: readonly [Uint8Array, number] | null = null;
  for (let i = 0; i < 40_000; i++) {
    const bytes = Uint8Array.from({ length: 9 }, random);
    bytes[1] = 0xff;
    bytes[2] = random() % 4 === 0 ? random() : 0xf0 | (random() & 9);
    const header = readAdtsHeader(bytes.subarray(1));
    expect(adtsFrameLengthAt(bytes, 1)).toBe(header?.aac_frame_length ?? 0);
    if (header === null) continue;
    found++;
    if (last !== null) {
      const other = readAdtsHeader(last[0].subarray(1))!;
      const isSame = adtsStreamAt(bytes, 1) === last[1];
      expect(isSame).toBe(isSameStream(header, other));
    }
    last = [bytes, adtsStreamAt(bytes, 1)];
  }
  expect(found).toBeGreaterThan(5000);
});

it('16 MB of syncwords between frames of ADTS (23 s per 105 MB, now 1)', async () => {
  const junk = new Uint8Array(16 << 20).map((_, i) => (i & 1 ? 0xf1 : 0xff));
  const started = performance.now();
  expect(await packetsOf(joinBytes([frames(20), junk, frames(30)]))).toBe(50);
  expect(performance.now() - started).toBeLessThan(8000);
});

it('4 MB of Void elements of two bytes (6.7 s per 100 MB, now 2.7)', async () => {
  const stream: VideoStreamInfo = {
    kind: 'video',
    codec: 'vp8',
    timeBase: [1, 1000],
    config: new Uint8Array(0),
    ...{ width: 16, height: 16, pixFmt: '' },
  };
  const packet = { data: new Uint8Array(9), pts: 0, dts: 0, duration: 40, isKey: true };
  const options = { live: true };
  const given = [{ streamIndex: 0, packet }];
  const bytes = (await writeAll([stream], given, options)).bytes();
  const voids = new Uint8Array(4 << 20).map((_, i) => (i & 1 ? 0x80 : ID.Void));
  const { packets, reader } = await readAll(joinBytes([bytes, voids]));
  expect(packets).toHaveLength(1);
  expect(reader.problems).toEqual([]);
});
