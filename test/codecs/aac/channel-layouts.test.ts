/** Layouts with and without a channel configuration: ffmpeg finds each channel in its place, and names the layout. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UnsupportedError } from '../../../src/base/errors.ts';
import type { Packet } from '../../../src/base/packet.ts';
import { createAacEncoder } from '../../../src/codecs/aac/index.ts';
import { channelLayout } from '../../../src/codecs/aac/standard/channel-configuration.ts';
import { createAdtsWriter, openAdts } from '../../../src/containers/adts/index.ts';
import { createMp4Writer } from '../../../src/containers/isobmff/index.ts';
import { MemorySink, MemorySource } from '../../../src/io/index.ts';
import {
  audioFormatOf,
  readAudioSpecificConfig,
} from '../../../src/syntax/aac/audio-specific-config.ts';
import { SAMPLING_FREQUENCIES } from '../../../src/syntax/aac/sampling-frequency.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-layouts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LENGTH = 6000;
/** Mask, what ffmpeg calls it, and its channel configuration. */
const LAYOUTS = [
  [0xb, '2.1', 0],
  [0x103, '3.0(back)', 0],
  [0x107, '4.0', 4],
  [0x33, 'quad', 0],
  [0x37, '5.0', 5],
  [0x3f, '5.1', 6],
  [0x6c3, '6.0(front)', 0],
  [0x70f, '6.1', 0],
  [0x13f, '6.1(back)', 0],
  [0x63f, '7.1', 7],
  [0xff, '7.1(wide)', 0],
  [0x737, 'octagonal', 0],
] as const;

const count = (mask: number) => [...mask.toString(2)].filter((digit) => digit === '1').length;

/** A tone of its own for each channel, a low one for the LFE. */
function tones(mask: number): Float32Array[] {
  const lfe = mask & 8 ? count(mask & 7) : -1;
  return Array.from({ length: count(mask) }, (_, c) => {
    const step = (2 * Math.PI * (c === lfe ? 40 : 300 * (c + 1))) / 48000;
    return Float32Array.from({ length: LENGTH }, (_, n) => 0.4 * Math.sin(step * n));
  });
}

function encode(channels: readonly Float32Array[], channelMask: number) {
  const numChannels = channels.length;
  const encoder = createAacEncoder({ sampleRate: 48000, numChannels, channelMask });
  const packets = encoder.encode({
    sampleFmt: 'fltp',
    sampleRate: 48000,
    numChannels,
    numSamples: LENGTH,
    planes: channels.map((data) => ({ data, offset: 0, stride: LENGTH })),
    pts: 0,
  });
  return { stream: encoder.streamInfo, packets: [...packets, ...encoder.flush()] };
}

/** For each decoded channel, the index of the tone that it is most like. */
function matchTones(
  decoded: Float32Array,
  skip: number,
  channels: readonly Float32Array[],
): number[] {
  const numChannels = channels.length;
  return channels.map((_, c) => {
    const likeness = channels.map((tone) => {
      let product = 0;
      for (let n = 1000; n < 5000; n++) product += decoded[(n + skip) * numChannels + c] * tone[n];
      return product;
    });
    return likeness.indexOf(Math.max(...likeness));
  });
}

for (const [mask, name, channelConfiguration] of LAYOUTS) {
  test(`${name}: each channel in its place, in ADTS and MP4`, async () => {
    const channels = tones(mask);
    const { stream, packets } = encode(channels, mask);
    expect(stream.channelMask).toBe(mask);
    expect((stream.config[1] >> 3) & 15).toBe(channelConfiguration);
    expect(audioFormatOf(readAudioSpecificConfig(stream.config))).toMatchObject({
      numChannels: channels.length,
      channelMask: mask === 0x63f ? 0xff : mask,
    });

    const adts = new MemorySink({ seekable: false });
    const mp4 = new MemorySink();
    for (const writer of [
      createAdtsWriter(adts, [stream], { crc: true }),
      createMp4Writer(mp4, [stream], {}),
    ]) {
      await writer.writeHeader();
      for (const packet of packets) await writer.writePacket(0, packet);
      await writer.writeTrailer();
    }
    const expected = channels.map((_, c) => c);
    const path = join(folder, `${mask}.mp4`);
    writeFileSync(path, mp4.toBytes());
    const pipe = ['-f', 'aac', '-i', '-'];
    for (const [input, bytes, skip] of [
      [pipe, adts.toBytes(), 1024],
      [['-i', path], undefined, 0],
    ] as const) {
      const raw = runFfmpeg([...input, '-f', 'f32le', '-'], bytes);
      const decoded = new Float32Array(raw.slice().buffer);
      expect(matchTones(decoded, skip, channels), input.join(' ')).toEqual(expected);
    }
    const [probed] = probeFile(path).streams;
    expect(probed.channels).toBe(channels.length);
    expect(probed.channel_layout).toBe(name);

    const reader = await openAdts(new MemorySource(adts.toBytes()));
    expect([...reader.streams[0].config]).toEqual([...stream.config]);
    const read: Packet[] = [];
    for await (const { packet } of reader.packets()) read.push(packet);
    const again = new MemorySink({ seekable: false });
    const writer = createAdtsWriter(again, reader.streams);
    await writer.writeHeader();
    for (const packet of read) await writer.writePacket(0, packet);
    await writer.writeTrailer();
    // Without CRC, and the program config element not doubled.
    expect(again.toBytes().length).toBe(adts.toBytes().length - 2 * packets.length);
  });
}

test('seven channels at every sample rate and the least, a usual and the most bit rate are decoded to the last frame', {
  timeout: 60_000,
}, async () => {
  for (const sampleRate of SAMPLING_FREQUENCIES) {
    const numSamples = 3 * 1024 + 77;
    const planes = Array.from({ length: 7 }, (_, c) => ({
      data: Float32Array.from({ length: numSamples }, (_, n) => 0.3 * Math.sin(n * n * 1e-4 * c)),
      offset: 0,
      stride: numSamples,
    }));
    const most = Math.floor((6144 * 6 * sampleRate) / 1024);
    for (const bitRate of [Math.ceil(most / 96), most >> 3, most]) {
      const encoder = createAacEncoder({ sampleRate, numChannels: 7, bitRate });
      const frame = { sampleRate, numSamples, planes, numChannels: 7, pts: 0 };
      const packets = encoder.encode({ ...frame, sampleFmt: 'fltp' });
      packets.push(...encoder.flush());
      const sink = new MemorySink();
      const writer = createMp4Writer(sink, [encoder.streamInfo], {});
      await writer.writeHeader();
      for (const packet of packets) await writer.writePacket(0, packet);
      await writer.writeTrailer();
      const path = join(folder, 'seven.mp4');
      writeFileSync(path, sink.toBytes());
      const raw = runFfmpeg(['-i', path, '-f', 's16le', '-']);
      expect(raw.length / 14, `${sampleRate} Hz, ${bitRate} bit/s`).toBe(
        (packets.length - 1) * 1024,
      );
    }
  }
});

test('a mask that no elements can tell is refused', () => {
  for (const [numChannels, mask] of [
    [1, 0x2],
    [2, 0x5],
    [3, 0x3],
    [3, 0x13],
    [4, 0xf0],
    [2, 0x30],
    [5, 0x1007],
    [9, 0],
    [0, 0],
  ] as const) {
    expect(() => channelLayout(numChannels, mask), `0x${mask.toString(16)}`).toThrow(
      UnsupportedError,
    );
  }
});
