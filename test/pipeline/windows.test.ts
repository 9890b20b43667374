/** Windows of large files: the right packets, and no more of the file read than its index makes necessary. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/base/byte-stream.ts';
import type { AudioStreamInfo, Packet, VideoStreamInfo } from '../../src/base/packet.ts';
import { Demuxer, MemorySink, Muxer } from '../../src/index.ts';
import { writeAvcRecord } from '../../src/syntax/h264/configuration-record.ts';

const SECONDS = 120;
const FRAME_RATE = 25;
const GOP = 50;
const PICTURE_BYTES = 4000;
const AUDIO_PACKET = 1024;
const AUDIO_RATE = 48_000;

const VIDEO: VideoStreamInfo = {
  kind: 'video',
  codec: 'h264',
  timeBase: [1, FRAME_RATE],
  config: writeAvcRecord([Uint8Array.of(0x67, 66, 192, 30, 1)], [Uint8Array.of(0x68, 1)]),
  width: 320,
  height: 240,
  pixFmt: 'yuv420p',
};

const AUDIO: AudioStreamInfo = {
  kind: 'audio',
  codec: 'aac',
  timeBase: [1, AUDIO_RATE],
  config: Uint8Array.of(0x11, 0x90),
  sampleRate: AUDIO_RATE,
  numChannels: 2,
  channelMask: 3,
  sampleFmt: 'fltp',
  frameSize: AUDIO_PACKET,
  priming: 0,
};

/** A picture's packet: pictures are coded in the order 0 2 1 4 3 …, each key frame begins a GOP. */
function picture(i: number): Packet {
  const inGop = i % GOP;
  const shown = inGop === 0 ? 0 : inGop % 2 === 1 ? Math.min(inGop + 1, GOP - 1) : inGop - 1;
  const data = new Uint8Array(PICTURE_BYTES).fill(i & 127, 4);
  new DataView(data.buffer).setUint32(0, PICTURE_BYTES - 4);
  data[4] = inGop === 0 ? 0x65 : 0x41;
  return { data, pts: i - inGop + shown + 1, dts: i, duration: 1, isKey: inGop === 0 };
}

/** Counts what is read of `bytes`, in the blocks that a disk would give. */
class CountingSource implements ByteSource {
  readonly size: number;
  count = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.size = bytes.length;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const bytes = this.bytes.subarray(position, position + length);
    this.count += bytes.length;
    return bytes;
  }

  async close(): Promise<void> {}
}

async function makeFile(format: string, options: object): Promise<Uint8Array> {
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format });
  muxer.addRemuxStream(VIDEO);
  muxer.addRemuxStream(AUDIO);
  await muxer.open(options);
  const numFrames = SECONDS * FRAME_RATE;
  let sent = 0;
  for (let i = 0; i < numFrames; i++) {
    await muxer.write(0, { kind: 'video', timeBase: VIDEO.timeBase, packets: [picture(i)] });
    const packets: Packet[] = [];
    for (; sent / AUDIO_RATE < (i + 1) / FRAME_RATE; sent += AUDIO_PACKET) {
      const data = new Uint8Array(200).fill(sent / AUDIO_PACKET);
      packets.push({ data, pts: sent, dts: sent, duration: AUDIO_PACKET, isKey: true });
    }
    await muxer.write(1, { kind: 'audio', timeBase: AUDIO.timeBase, packets });
  }
  await muxer.close();
  return sink.toBytes();
}

const LAYOUTS: readonly [name: string, format: string, options: object][] = [
  ['MP4', 'mp4', {}],
  ['MP4 with its tables in front', 'mp4', { faststart: true }],
  ['MP4 in fragments with mfra', 'mp4', { fragmented: { randomAccessTable: true } }],
  ['MP4 in fragments with an index each', 'mp4', { fragmented: { segmentIndex: true } }],
  ['MP4 in fragments, nothing else', 'mp4', { fragmented: true }],
  ['Matroska', 'matroska', {}],
];

describe.each(LAYOUTS)('windows of %s', (_name, format, options) => {
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = await makeFile(format, options);
  });

  it('hold what was asked for, wherever they are', async () => {
    const start = fc.double({ min: 0, max: SECONDS - 1, noNaN: true });
    const length = fc.double({ min: 0.1, max: 5, noNaN: true });
    await fc.assert(
      fc.asyncProperty(start, length, async (from, seconds) => {
        const demuxer = await Demuxer.open(bytes);
        const { packets, timeBase } = await demuxer.demuxVideo([from, from + seconds]);
        const tick = timeBase[0] / timeBase[1];
        // Before the first picture there is nothing to begin with but that.
        const key = packets[0]!;
        expect(key.isKey).toBe(true);
        expect(key.pts * tick).toBeLessThanOrEqual(Math.max(from, 1 / FRAME_RATE) + tick);
        expect(key.pts * tick + GOP / FRAME_RATE).toBeGreaterThan(from - 2 * tick);
        const times = packets.map(({ pts }) => pts * tick);
        expect(Math.max(...times)).toBeGreaterThan(
          Math.min(from + seconds, SECONDS - 1 / FRAME_RATE) - 1.5 / FRAME_RATE,
        );
        const marks = packets.map(({ data }) => data[10]!);
        for (let i = 1; i < marks.length; i++) expect(marks[i]).toBe((marks[i - 1]! + 1) & 127);
        await demuxer.close();
      }),
      { numRuns: 20 },
    );
  });

  it('near the end leave most of the file unread', async () => {
    for (const what of ['demuxVideo', 'demuxAudio'] as const) {
      const source = new CountingSource(bytes);
      const demuxer = await Demuxer.open(source);
      const { packets, timeBase } = await demuxer[what]([SECONDS - 4, SECONDS - 3]);
      const tick = timeBase[0] / timeBase[1];
      expect(packets[0]!.pts * tick).toBeLessThan(SECONDS - 3.9);
      expect(packets.at(-1)!.pts * tick).toBeGreaterThan(SECONDS - 3.2);
      // Up to ten seconds before the window, one way or the other, and what tables take.
      expect(source.count).toBeLessThan(bytes.length * 0.2);
      await demuxer.close();
    }
  });
});
