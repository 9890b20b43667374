/** ADTS: the packets that ffmpeg finds, files that it decodes alike, resynchronization, and broken input. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError, UnsupportedError } from '../../../src/base/errors.ts';
import type { AudioStreamInfo, Packet } from '../../../src/base/packet.ts';
import { createAdtsWriter, isAdts, openAdts } from '../../../src/containers/adts/index.ts';
import { MemorySink, MemorySource } from '../../../src/io/index.ts';
import { readAdtsHeader, writeAdtsHeader } from '../../../src/syntax/aac/adts-header.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';

/** A second of sound in ADTS, coded by ffmpeg. */
function coded(args: readonly string[] = []): Uint8Array {
  const all = [
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:duration=1:sample_rate=48000', '-ac', '2'],
    ...['-c:a', 'aac', '-b:a', '64k', '-strict', '-2', ...args, '-f', 'adts', '-'],
  ];
  return runFfmpeg(all, undefined, { allowWarnings: true });
}

async function read(bytes: Uint8Array) {
  const reader = await openAdts(new MemorySource(bytes));
  const packets: Packet[] = [];
  for await (const { packet } of reader.packets()) packets.push(packet);
  return { reader, packets };
}

async function write(stream: AudioStreamInfo, packets: readonly Packet[]): Promise<Uint8Array> {
  const sink = new MemorySink({ seekable: false });
  const writer = createAdtsWriter(sink, [stream]);
  await writer.writeHeader();
  for (const packet of packets) await writer.writePacket(0, packet);
  await writer.writeTrailer();
  return sink.toBytes();
}

/** Sizes of the packets that ffmpeg finds, headers taken off. */
function ffmpegSizes(bytes: Uint8Array): number[] {
  const text = runFfmpeg(
    ['-f', 'aac', '-i', '-', '-c', 'copy', '-bsf:a', 'aac_adtstoasc', '-f', 'framemd5', '-'],
    bytes,
    { allowWarnings: true },
  );
  const lines = new TextDecoder().decode(text).split('\n');
  return lines.filter((line) => /^0,/.test(line)).map((line) => Number(line.split(',')[4]));
}

describe('ADTS', () => {
  it('gives the packets that ffmpeg finds, and is written again to the same frames', async () => {
    const bytes = coded();
    const { reader, packets } = await read(bytes);
    expect(reader.streams[0]).toMatchObject({ codec: 'aac', sampleRate: 48000, numChannels: 2 });
    expect([...reader.streams[0].config]).toEqual([0x11, 0x90]);
    expect(packets.map(({ data }) => data.length)).toEqual(ffmpegSizes(bytes));
    expect(packets.map(({ pts }) => pts)).toEqual(packets.map((_, i) => i * 1024));
    const again = await write(reader.streams[0], packets);
    // ffmpeg writes the fullness of its own buffer; all else is the same.
    expect(again.length).toBe(bytes.length);
    const differing = [...again.keys()].filter((i) => again[i] !== bytes[i]);
    expect(differing.length).toBeLessThanOrEqual(packets.length * 2);
    const decode = (input: Uint8Array) =>
      runFfmpeg(['-f', 'aac', '-i', '-', '-f', 's16le', '-'], input, { allowWarnings: true });
    expect(Buffer.compare(decode(again), decode(bytes))).toBe(0);
  });

  it.skipIf(!hasMedia)('reads a file of another encoder', async () => {
    const bytes = new Uint8Array(readFileSync(mediaPath('containers/aac_lc_adts_44k.aac')));
    const { reader, packets } = await read(bytes);
    expect(reader.streams[0]).toMatchObject({ sampleRate: 44100, numChannels: 1 });
    expect(packets.map(({ data }) => data.length)).toEqual(ffmpegSizes(bytes));
    expect(reader.skippedBytes).toBe(0);
  });

  it('keeps every field of a header', () => {
    const field = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(
        fc.record({
          protection_absent: field(1),
          profile_ObjectType: field(3),
          sampling_frequency_index: field(12),
          channel_configuration: field(7),
          aac_frame_length: fc.integer({ min: 10, max: 8191 }),
          number_of_raw_data_blocks_in_frame: field(3),
        }),
        (header) => {
          const bytes = new Uint8Array(7);
          writeAdtsHeader(header, bytes);
          expect(readAdtsHeader(bytes)).toEqual(header);
        },
      ),
      { seed: 77 },
    );
  });

  it('passes over tags and damage, and finds the frames behind them', async () => {
    const bytes = coded();
    const { packets } = await read(bytes);
    const tag = Uint8Array.of(0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 1, 2, ...new Uint8Array(130));
    const junk = new Uint8Array(3000).map((_, i) => (i * 37) & 0xff);
    const cutAt = packets.slice(0, 10).reduce((sum, { data }) => sum + data.length + 7, 0);
    const damaged = Buffer.concat([tag, bytes.subarray(0, cutAt), junk, bytes.subarray(cutAt)]);
    const found = await read(new Uint8Array(damaged));
    expect(found.packets.length).toBe(packets.length);
    expect(found.reader.skippedBytes).toBe(junk.length);
    expect(found.packets.map(({ data }) => [...data])).toEqual(
      packets.map(({ data }) => [...data]),
    );
    const cut = await read(bytes.subarray(0, bytes.length - 3));
    expect(cut.packets.length).toBe(packets.length - 1);
  });

  it('takes frames with a CRC apart, several blocks too', async () => {
    const header = {
      protection_absent: 0,
      profile_ObjectType: 1,
      sampling_frequency_index: 3,
      channel_configuration: 2,
      aac_frame_length: 7 + 2 + 5,
      number_of_raw_data_blocks_in_frame: 0,
    };
    const one = new Uint8Array(14);
    writeAdtsHeader(header, one);
    one.set([0xcc, 0xcc, 1, 2, 3, 4, 5], 7);
    // Two blocks of 3 and 4 bytes: position of the second, CRC of the header, then each block with its CRC.
    const two = new Uint8Array(7 + 2 + 2 + 3 + 2 + 4 + 2);
    writeAdtsHeader(
      { ...header, aac_frame_length: two.length, number_of_raw_data_blocks_in_frame: 1 },
      two,
    );
    two.set([0, 5, 0xcc, 0xcc, 6, 7, 8, 0xcc, 0xcc, 9, 10, 11, 12, 0xcc, 0xcc], 7);
    const { packets } = await read(new Uint8Array([...one, ...two, ...one]));
    expect(packets.map(({ data }) => [...data])).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7, 8],
      [9, 10, 11, 12],
      [1, 2, 3, 4, 5],
    ]);
    expect(packets.map(({ pts }) => pts)).toEqual([0, 1024, 2048, 3072]);
  });

  it('is refused where it cannot be', async () => {
    const bytes = coded();
    const { reader, packets } = await read(bytes);
    const [stream] = reader.streams;
    const sink = new MemorySink();
    const open = (change: object) => () => createAdtsWriter(sink, [{ ...stream, ...change }]);
    expect(open({ codec: 'opus' })).toThrow(ConfigError);
    expect(open({ config: Uint8Array.of(0xf8, 0xe4, 0) })).toThrow(UnsupportedError);
    expect(open({ config: Uint8Array.of(0x11, 0x80) })).toThrow('channelConfiguration');
    expect(open({ config: Uint8Array.of(0x11, 0x94) })).toThrow('frameLength');
    expect(open({ config: new Uint8Array(0) })).toThrow(FormatError);
    const writer = createAdtsWriter(sink, [stream]);
    const large = { ...packets[0]!, data: new Uint8Array(8185) };
    await expect(writer.writePacket(0, large)).rejects.toThrow('allowed are 1..8184');
    await expect(read(new Uint8Array(100))).rejects.toThrow(FormatError);
    await expect(read(new Uint8Array(0))).rejects.toThrow(FormatError);
    expect(isAdts(bytes)).toBe(true);
    expect(isAdts(bytes.subarray(1))).toBe(false);
  });

  it('damaged anywhere gives packets or a typed error', async () => {
    const bytes = coded(['-t', '0.1']);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(bytes.length),
        async (changes, cut) => {
          const copy = bytes.slice();
          for (const [at, value] of changes) copy[at] = value;
          try {
            await read(copy.subarray(0, cut));
          } catch (error) {
            if (!(error instanceof FormatError || error instanceof UnsupportedError)) throw error;
          }
        },
      ),
      { numRuns: 300, seed: 9 },
    );
  });
});
