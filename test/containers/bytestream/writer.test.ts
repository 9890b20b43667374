/** The byte stream writer: what ffmpeg decodes from it is what it decodes from the file that the packets come from. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/base/errors.ts';
import type { VideoStreamInfo } from '../../../src/base/packet.ts';
import { createAnnexBWriter } from '../../../src/containers/bytestream/index.ts';
import { openMp4 } from '../../../src/containers/isobmff/index.ts';
import { MemorySink, MemorySource } from '../../../src/io/index.ts';
import {
  findStartCode,
  joinLengthPrefixed,
  joinWithStartCodes,
  splitLengthPrefixed,
} from '../../../src/syntax/h264/byte-stream.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';

const sps = Uint8Array.of(0x67, 66, 0xc0, 30, 1);
const pps = Uint8Array.of(0x68, 2);
const avcC = Uint8Array.of(
  ...[1, 66, 0xc0, 30, 0xff, 0xe1],
  ...[0, sps.length, ...sps, 1, 0, pps.length, ...pps],
);
const stream: VideoStreamInfo = {
  kind: 'video',
  codec: 'h264',
  timeBase: [1, 25],
  config: avcC,
  width: 16,
  height: 16,
  pixFmt: 'yuv420p',
};

async function write(units: readonly Uint8Array[]): Promise<number[]> {
  const sink = new MemorySink();
  const writer = createAnnexBWriter(sink, [stream]);
  const data = joinLengthPrefixed(units);
  await writer.writePacket(0, { data, pts: 0, dts: 0, duration: 1, isKey: true });
  return [...sink.toBytes()];
}

describe('byte stream writer', () => {
  const idr = Uint8Array.of(0x65, 9);
  const slice = Uint8Array.of(0x41, 8);
  const aud = Uint8Array.of(9, 0x10);

  it('puts parameter sets before IDR pictures only, and the zero byte where clause B.1.2 asks for it', async () => {
    const sets = [0, 0, 0, 1, ...sps, 0, 0, 0, 1, ...pps];
    expect(await write([idr, idr])).toEqual([...sets, 0, 0, 1, ...idr, 0, 0, 1, ...idr]);
    expect(await write([slice])).toEqual([0, 0, 0, 1, ...slice]);
    expect(await write([aud, idr])).toEqual([0, 0, 0, 1, ...aud, ...sets, 0, 0, 1, ...idr]);
    expect(await write([sps, pps, idr])).toEqual([...sets, 0, 0, 1, ...idr]);
  });

  it('finds what it wrote', () => {
    const bytes = joinWithStartCodes([idr, slice]);
    expect([findStartCode(bytes, 0), findStartCode(bytes, 4)]).toEqual([1, 6]);
    expect(findStartCode(bytes, 7)).toBe(-1);
    expect(findStartCode(new Uint8Array(3), 0)).toBe(-1);
  });

  it('refuses packets and streams that are none', async () => {
    const sink = new MemorySink();
    const writer = createAnnexBWriter(sink, [stream]);
    const packet = { pts: 0, dts: 0, duration: 1, isKey: true };
    for (const data of [
      [0, 0, 0, 9, 1],
      [0, 0, 1],
      [0, 0, 0, 0],
      [0xff, 0xff, 0xff, 0xff, 1],
    ]) {
      const act = writer.writePacket(0, { ...packet, data: Uint8Array.from(data) });
      await expect(act).rejects.toThrow(ConfigError);
    }
    const joined = joinLengthPrefixed([idr, slice]);
    expect(splitLengthPrefixed(joined, () => new Error('broken'))).toEqual([idr, slice]);
    expect(() => createAnnexBWriter(sink, [{ ...stream, codec: 'hevc' }])).toThrow(ConfigError);
    expect(() => createAnnexBWriter(sink, [])).toThrow('got none');
  });

  it.skipIf(!hasMedia)('ffmpeg decodes the same pictures', async () => {
    for (const name of ['h264_aac_plain_10s.mp4', 'h264_aac_2byte_nal_length_co64.mp4']) {
      const path = mediaPath(`containers/${name}`);
      const reader = await openMp4(new MemorySource(readFileSync(path)));
      const index = reader.streams.findIndex(({ codec }) => codec === 'h264');
      const sink = new MemorySink();
      const writer = createAnnexBWriter(sink, [reader.streams[index]!]);
      let count = 0;
      for await (const { streamIndex, packet } of reader.packets()) {
        if (streamIndex !== index) continue;
        await writer.writePacket(0, packet);
        if (++count === 60) break;
      }
      const md5 = (args: string[], input?: Uint8Array) => {
        const tail = ['-map', '0:v', '-frames:v', '50'];
        const text = runFfmpeg([...args, ...tail, '-f', 'framemd5', '-'], input, {
          allowWarnings: true,
        });
        const lines = new TextDecoder().decode(text).split('\n');
        return lines.filter((line) => /^0,/.test(line)).map((line) => line.split(',').at(-1));
      };
      const expected = md5(['-ignore_editlist', '1', '-i', path]);
      expect(md5(['-f', 'h264', '-i', '-'], sink.toBytes())).toEqual(expected);
    }
  });
});
