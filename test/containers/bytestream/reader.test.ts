/** The byte stream reader: packets and times of MP4 files found again in their byte streams, and broken input. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, UnsupportedError } from '../../../src/base/errors.ts';
import type { Packet } from '../../../src/base/packet.ts';
import {
  createAnnexBWriter,
  isAnnexB,
  openAnnexB,
} from '../../../src/containers/bytestream/index.ts';
import { openMp4 } from '../../../src/containers/isobmff/index.ts';
import { MemorySink, MemorySource, StreamSource } from '../../../src/io/index.ts';
import { splitLengthPrefixed } from '../../../src/syntax/h264/byte-stream.ts';
import { rbspOf } from '../../../src/syntax/h264/nal.ts';
import { readSequenceParameterSet } from '../../../src/syntax/h264/sps.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';

async function read(bytes: Uint8Array) {
  const reader = await openAnnexB(new MemorySource(bytes));
  const packets: Packet[] = [];
  for await (const { packet } of reader.packets()) packets.push(packet);
  return { reader, packets };
}

/** Slices of a packet: what is left when parameter sets, delimiters and SEI are taken away. */
function slicesOf(packet: Packet): Uint8Array {
  const units = splitLengthPrefixed(packet.data, () => new Error('broken packet'));
  return Buffer.concat(units.filter((unit) => [1, 2, 3, 4, 5].includes(unit[0]! & 31)));
}

/** Places of the packets in output order. */
function ranks(packets: readonly Packet[]): number[] {
  const sorted = packets.map(({ pts }) => pts).sort((a, b) => a - b);
  return packets.map(({ pts }) => sorted.indexOf(pts));
}

function md5OfPictures(args: readonly string[], input?: Uint8Array): (string | undefined)[] {
  const text = runFfmpeg([...args, '-map', '0:v', '-f', 'framemd5', '-'], input, {
    allowWarnings: true,
  });
  const lines = new TextDecoder().decode(text).split('\n');
  return lines.filter((line) => /^0,/.test(line)).map((line) => line.split(',').at(-1)?.trim());
}

describe.skipIf(!hasMedia)('byte streams of real files', () => {
  const files = [
    'h264_aac_plain_10s.mp4',
    'h264_bframes_aac_faststart.mp4',
    'h264_bpyramid.mp4',
    'editlist_trim_iibbibb.mp4',
    'h264_aac_2byte_nal_length_co64.mp4',
  ];
  for (const name of files) {
    it(`${name}: the packets, key pictures and order of output of the MP4 file`, async () => {
      const path = mediaPath(`containers/${name}`);
      const mp4 = await openMp4(new MemorySource(readFileSync(path)));
      const index = mp4.streams.findIndex(({ codec }) => codec === 'h264');
      const expected: Packet[] = [];
      for await (const { streamIndex, packet } of mp4.packets()) {
        if (streamIndex === index) expected.push(packet);
      }
      const copy = ['-ignore_editlist', '1', '-i', path, '-map', '0:v:0', '-c', 'copy'];
      const bytes = runFfmpeg([...copy, '-f', 'h264', '-'], undefined, { allowWarnings: true });
      const { reader, packets } = await read(bytes);
      const [stream] = reader.streams;
      const video = mp4.streams[index]!;
      if (video.kind !== 'video') throw new Error('not video');
      expect([stream.width, stream.height]).toEqual([video.width, video.height]);
      expect(stream.pixFmt).toBe(probeFile(path).streams[index].pix_fmt);
      expect(packets.length).toBe(expected.length);
      for (const [i, packet] of packets.entries()) {
        expect(Buffer.compare(slicesOf(packet), slicesOf(expected[i]!)), `packet ${i}`).toBe(0);
        expect(packet.dts).toBeLessThanOrEqual(packet.pts);
        if (i > 0) expect(packet.dts).toBe(packets[i - 1]!.dts + 1);
      }
      expect(ranks(packets)).toEqual(ranks(expected));
      expect(packets.map(({ isKey }) => isKey)).toEqual(expected.map(({ isKey }) => isKey));
      expect([...packets].sort((a, b) => a.pts - b.pts).map(({ pts }) => pts)).toEqual(
        packets.map((_, i) => i),
      );
    });
  }

  for (const name of ['containers/annexb_BA1_Sony_D.h264', 'containers/annexb_MR1_BT_A.h264']) {
    it(`${name}: written again, ffmpeg decodes the same pictures`, async () => {
      const path = mediaPath(name);
      const { reader, packets } = await read(new Uint8Array(readFileSync(path)));
      const expected = md5OfPictures(['-i', path]);
      expect(packets.length).toBe(expected.length);
      const sink = new MemorySink();
      const writer = createAnnexBWriter(sink, reader.streams);
      for (const packet of packets) await writer.writePacket(0, packet);
      expect(md5OfPictures(['-f', 'h264', '-i', '-'], sink.toBytes())).toEqual(expected);
    });
  }

  it('come the same from a stream in small pieces, and a second time from a file', async () => {
    const bytes = new Uint8Array(readFileSync(mediaPath('containers/annexb_BA1_Sony_D.h264')));
    const { reader, packets } = await read(bytes);
    const again: Packet[] = [];
    for await (const { packet } of reader.packets()) again.push(packet);
    expect(again).toEqual(packets);
    const pieces = (async function* () {
      for (let at = 0; at < bytes.length; at += 777) yield bytes.subarray(at, at + 777);
    })();
    const streamed = await openAnnexB(new StreamSource(pieces), { frameRate: [30000, 1001] });
    expect(streamed.streams[0].timeBase).toEqual([1001, 30000]);
    const found: Packet[] = [];
    for await (const { packet } of streamed.packets()) found.push(packet);
    expect(found).toEqual(packets);
  });

  it('damaged anywhere give packets or a typed error', async () => {
    const all = new Uint8Array(readFileSync(mediaPath('containers/annexb_MR1_BT_A.h264')));
    const bytes = all.subarray(0, 6000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 8 }),
        fc.nat(bytes.length),
        async (changes, cut) => {
          const copy = bytes.slice();
          for (const [at, value] of changes) copy[at] = value;
          try {
            const { packets } = await read(copy.subarray(0, cut));
            for (const packet of packets) expect(packet.dts).toBeLessThanOrEqual(packet.pts);
          } catch (error) {
            if (!(error instanceof FormatError || error instanceof UnsupportedError)) throw error;
          }
        },
      ),
      { numRuns: 300, seed: 26 },
    );
  });
});

describe('byte streams', () => {
  it('have times from the VUI: rate, aspect, colors and range as they were asked for', async () => {
    const { createH264Encoder } = await import('../../../src/codecs/h264/index.ts');
    const encoder = createH264Encoder({
      width: 36,
      height: 22,
      frameRate: [24000, 1001],
      sampleAspectRatio: [10, 11],
      color: {
        colour_primaries: 9,
        transfer_characteristics: 14,
        matrix_coefficients: 9,
        video_full_range_flag: 0,
      },
    });
    const sink = new MemorySink();
    const writer = createAnnexBWriter(sink, [encoder.streamInfo]);
    const coded: Packet[] = [];
    for (let pts = 0; pts < 5; pts++) {
      const data = new Uint8Array((36 * 22 * 3) / 2).fill(pts * 40);
      const planes = [
        { data, offset: 0, stride: 36 },
        { data, offset: 36 * 22, stride: 18 },
        { data, offset: (36 * 22 * 5) / 4, stride: 18 },
      ];
      coded.push(...encoder.encode({ pixFmt: 'yuv420p', width: 36, height: 22, planes, pts }));
    }
    coded.push(...encoder.flush());
    for (const packet of coded) await writer.writePacket(0, packet);
    const { reader, packets } = await read(sink.toBytes());
    const { streamInfo } = encoder;
    expect(reader.streams[0]).toMatchObject({
      width: 36,
      height: 22,
      pixFmt: 'yuv420p',
      frameRate: [24000, 1001],
      timeBase: [1001, 24000],
      sampleAspectRatio: [10, 11],
      color: streamInfo.color,
      config: streamInfo.config,
    });
    expect(packets).toEqual(coded);
  });

  it('without start code, picture or parameter sets name the byte offset', async () => {
    const refused = async (bytes: readonly number[], message: RegExp) => {
      const act = openAnnexB(new MemorySource(Uint8Array.from(bytes)));
      await expect(act).rejects.toThrow(FormatError);
      await expect(openAnnexB(new MemorySource(Uint8Array.from(bytes)))).rejects.toThrow(message);
    };
    await refused([], /no start code.*byte offset 0\)/);
    await refused([1, 2, 3, 4, 0, 1, 0, 0x65], /no start code/);
    await refused([0, 0, 0, 1, 9, 0x10], /no picture.*byte offset 6\)/);
    await refused([0, 0, 1, 0x65, 0x88, 0x80, 0x40], /no picture/);
    await refused([0, 0, 1, 0x67, 66, 0], /h264\.sps.*byte offset/);
    expect(isAnnexB(Uint8Array.of(0, 0, 0, 1, 0x67, 66))).toBe(true);
    expect(isAnnexB(Uint8Array.of(0, 0, 1, 0xe7, 66))).toBe(false);
    expect(isAnnexB(Uint8Array.of(0x52, 0x49, 0x46, 0x46))).toBe(false);
  });

  it('lose emulation prevention bytes when they are read', () => {
    const unit = Uint8Array.of(0x67, 0, 0, 3, 1, 0, 0, 3, 0, 0, 3);
    expect([...rbspOf(unit)]).toEqual([0, 0, 1, 0, 0, 0, 0]);
    expect(() => readSequenceParameterSet(Uint8Array.of(0x67, 66, 0, 30), 70)).toThrow(
      /byte offset 7\d\)/,
    );
  });
});
