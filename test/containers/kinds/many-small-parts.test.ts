/**
 * Kind "no budget for a whole file", by number: packets, fragments and boxes of a few bytes cost memory beside their bytes. What
 * holds them counts that too, and what is left unread is told.
 */
import { describe, expect, it } from 'vitest';
import type { Packet, VideoStreamInfo } from '../../../src/base/packet.ts';
import { createMp4Writer } from '../../../src/containers/isobmff/index.ts';
import { Mp4Track } from '../../../src/containers/isobmff/track.ts';
import { TrackFragment } from '../../../src/containers/isobmff/track-fragment.ts';
import { Demuxer, MemorySink, remux } from '../../../src/index.ts';
import { Interleaver } from '../../../src/pipeline/interleaver.ts';
import { boxesOf, concat, parseBoxes } from '../../fuzz/box-tree.ts';
import { mp4Of, readFile, VIDEO } from './files.ts';

const STREAM: VideoStreamInfo = VIDEO.stream;

/** A packet of one byte. */
function tiny(dts: number, isKey = false): Packet {
  return { data: Uint8Array.of(0), pts: dts, dts, duration: 1, isKey };
}

describe('many small packets', () => {
  it('wait for other streams only so far as they fit in memory', () => {
    const queue = new Interleaver(
      [
        [1, 1_000_000_000],
        [1, 1_000_000_000],
      ],
      [false, false],
    );
    let held = 0;
    let most = 0;
    for (let i = 0; i < 200_000; i++) {
      queue.push(0, tiny(i));
      held++;
      while (queue.take(false) !== null) held--;
      most = Math.max(most, held);
    }
    expect(most).toBeLessThan(30_000);
  });

  it('end a fragment that no key picture ends', async () => {
    const sink = new MemorySink();
    const writer = createMp4Writer(sink, [STREAM], { fragmented: true });
    await writer.writeHeader();
    for (let i = 0; i < 100_000; i++) await writer.writePacket(0, tiny(i, i === 0));
    await writer.writeTrailer();
    expect(boxesOf(parseBoxes(sink.toBytes()), 'moof').length).toBeGreaterThan(1);
  });

  it('are all copied, and the index of Matroska has each key picture', async () => {
    const sink = new MemorySink();
    const writer = createMp4Writer(sink, [STREAM], {});
    await writer.writeHeader();
    const COUNT = 20_000;
    // Every duration differs from the one before, and every offset.
    for (let i = 0; i < COUNT; i++) {
      const dts = 3000 * i + (i % 2);
      await writer.writePacket(0, { ...tiny(dts, true), pts: dts + (i % 3) });
    }
    await writer.writeTrailer();
    const file = sink.toBytes();
    const copy = new MemorySink();
    await remux(file, copy, { format: 'matroska' });
    const demuxer = await Demuxer.open(copy.toBytes());
    let packets = 0;
    for await (const _ of demuxer.packets()) packets++;
    expect(packets).toBe(COUNT);
    const middle = (3000 * COUNT) / 90_000 / 2;
    const found = await demuxer.demuxVideo([middle, middle + 1]);
    const { timeBase } = found;
    const first = (found.packets[0]!.pts * timeBase[0]) / timeBase[1];
    expect(first).toBeLessThanOrEqual(middle);
    expect(first).toBeGreaterThan(middle - 0.2);
  });
});

describe('many boxes and fragments', () => {
  it('are read as long as the file pays for them; what is left unread is told', async () => {
    const file = await mp4Of([VIDEO], true);
    const boxes = new Uint8Array(8 * 100_000);
    for (let at = 0; at < boxes.length; at += 8)
      boxes.set([0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65], at);
    const whole = await readFile(file);
    const { packets, problems } = await readFile(concat([file, boxes]));
    expect(packets[0]!.length).toBe(whole.packets[0]!.length);
    expect(problems).toEqual([expect.stringMatching(/the rest is left unread/)]);
  });

  it('a table of random access points has no more rows than are read', () => {
    const fragment = new TrackFragment(new Mp4Track(STREAM, 0), 1);
    for (let i = 0; i < 200_000; i++) {
      const numbers = { traf_number: 1, trun_number: 1, sample_number: 1 };
      fragment.noteAccess({ time: i, moof_offset: i, ...numbers });
    }
    const times = fragment.randomAccess.map(({ time }) => time);
    expect(times.length).toBeGreaterThan(1 << 14);
    expect(times.length).toBeLessThanOrEqual(1 << 16);
    expect(new Set(times.map((time, i) => time - (times[i - 1] ?? -4)))).toEqual(new Set([4]));
  });
});
