/**
 * The CRC of ADTS frames: computed anew as a remainder of polynomials over the bits that AAC clause 1.A.3.2.1 lists, whose
 * places are taken from the trace of the encoder's syntax elements.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnsupportedError } from '../../../src/base/errors.ts';
import type { Packet } from '../../../src/base/packet.ts';
import {
  type AacInspector,
  createAacEncoder,
  QUIET_AAC_INSPECTOR,
} from '../../../src/codecs/aac/index.ts';
import { createAdtsWriter, openAdts } from '../../../src/containers/adts/index.ts';
import {
  audioEncodeConfig,
  createReferenceAudioFrame,
  Muxer,
  ndarray,
} from '../../../src/index.ts';
import { MemorySink, MemorySource } from '../../../src/io/index.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';

const ID_CPE = 1;
const ID_FIL = 6;
const ID_END = 7;

interface Element {
  readonly name: string;
  readonly value: number;
  readonly position: number;
}

/** A tone with noise, quieter from channel to channel, the last silent: elements of all lengths. */
function sound(numChannels: number, length: number, level: number): Float32Array[] {
  let state = 7;
  return Array.from({ length: numChannels }, (_, c) =>
    Float32Array.from({ length }, (_, n) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      if (c > 0 && c === numChannels - 1) return 0;
      return (
        (level / (c + 1)) * (0.5 * Math.sin(n * (0.01 + 0.02 * c)) + 0.2 * (state / 2 ** 31 - 1))
      );
    }),
  );
}

/** All packets, and the syntax elements of each. */
function encode(channels: readonly Float32Array[], bitRate: number) {
  const frames: Element[][] = [];
  const inspect: AacInspector = {
    ...QUIET_AAC_INSPECTOR,
    trace: (name, _descriptor, value, position) => frames.at(-1)!.push({ name, value, position }),
    frame: () => void frames.push([]),
  };
  const numSamples = channels[0].length;
  const numChannels = channels.length;
  const encoder = createAacEncoder({ sampleRate: 48000, numChannels, bitRate, inspect });
  const planes = channels.map((data) => ({ data, offset: 0, stride: numSamples }));
  const packets = encoder.encode({
    sampleFmt: 'fltp',
    sampleRate: 48000,
    numChannels,
    numSamples,
    planes,
    pts: 0,
  });
  return { packets: [...packets, ...encoder.flush()], frames, stream: encoder.streamInfo };
}

/** Bits of `bytes` from `from` to `to` - 1 as digits, then zeros up to `size` digits. */
function digits(bytes: Uint8Array, from: number, to: number, size = to - from): string {
  let text = '';
  for (let at = from; at < to; at++) text += (bytes[at >> 3] >> (7 - (at & 7))) & 1;
  return text.slice(0, size).padEnd(size, '0');
}

/** The bits of a raw_data_block that are covered. */
function coveredBits(data: Uint8Array, elements: readonly Element[]): string {
  let text = '';
  const ids = elements.filter(({ name }) => name === 'id_syn_ele');
  for (const [i, { value, position }] of ids.entries()) {
    if (value === ID_FIL || value === ID_END) continue;
    const end = ids[i + 1].position;
    text += digits(data, position + 3, end, 192);
    if (value !== ID_CPE) continue;
    const gains = elements.filter(
      (e) => e.name === 'global_gain' && e.position > position && e.position < end,
    );
    expect(gains.length).toBe(2);
    text += digits(data, gains[1].position, end, 128);
  }
  return text;
}

/** Remainder of the message, with the register's ones added to its start, times x^16 by x^16 + x^15 + x^2 + 1. */
function remainder(message: string): number {
  const bits = [...message.padEnd(message.length + 16, '0')].map(Number);
  for (let i = 0; i < 16; i++) bits[i] ^= 1;
  const divisor = [...'11000000000000101'].map(Number);
  for (let i = 0; i + 16 < bits.length; i++) {
    if (bits[i] === 0) continue;
    for (let j = 0; j < divisor.length; j++) bits[i + j] ^= divisor[j];
  }
  return Number.parseInt(bits.slice(-16).join(''), 2);
}

async function write(
  stream: Parameters<typeof createAdtsWriter>[1][0],
  packets: readonly Packet[],
) {
  const sink = new MemorySink({ seekable: false });
  const writer = createAdtsWriter(sink, [stream], { crc: true });
  await writer.writeHeader();
  for (const packet of packets) await writer.writePacket(0, packet);
  await writer.writeTrailer();
  return sink.toBytes();
}

test('the CRC is the remainder over header, elements and second channels; ffmpeg takes the file', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, 3, 6, 8),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(0, 1e-4, 0.9),
      async (numChannels, share, level) => {
        const bitRate = Math.round(numChannels * (8000 + 90000 * share));
        const coded = encode(sound(numChannels, 6000, level), bitRate);
        const bytes = await write(coded.stream, coded.packets);
        let at = 0;
        for (const [i, { data }] of coded.packets.entries()) {
          const frame = bytes.subarray(at, at + 9 + data.length);
          expect(frame[1]).toBe(0xf0);
          const expected = remainder(digits(frame, 0, 56) + coveredBits(data, coded.frames[i]));
          expect((frame[7] << 8) | frame[8], `frame ${i}`).toBe(expected);
          expect(Buffer.compare(frame.subarray(9), data)).toBe(0);
          at += frame.length;
        }
        expect(at).toBe(bytes.length);
        const decoded = runFfmpeg(
          ['-err_detect', 'crccheck+bitstream', '-f', 'aac', '-i', '-', '-f', 's16le', '-'],
          bytes,
        );
        expect(decoded.length).toBe(coded.packets.length * 1024 * 2 * numChannels);
        const again = await openAdts(new MemorySource(bytes));
        let count = 0;
        for await (const { packet } of again.packets()) {
          expect(Buffer.compare(packet.data, coded.packets[count++].data)).toBe(0);
        }
        expect(count).toBe(coded.packets.length);
      },
    ),
    { seed: 20261122, numRuns: 12 },
  );
});

test('a session writes it; packets that went through a file cannot have it', async () => {
  const [samples] = sound(1, 5000, 0.5);
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format: 'adts' });
  const encoder = muxer.addEncodeStream({
    config: audioEncodeConfig({ numChannels: 1, sampleFmt: 'flt', sampleRate: 48000 }),
  });
  await muxer.open({ crc: true });
  const frame = createReferenceAudioFrame({
    array: ndarray(samples, [5000, 1]),
    sampleFmt: 'flt',
    sampleRate: 48000,
    pts: 0,
  });
  await muxer.write(0, await encoder.encode(frame));
  await muxer.write(0, await encoder.flush());
  await muxer.close();
  const bytes = sink.toBytes();
  expect(bytes[1] & 1).toBe(0);
  const reader = await openAdts(new MemorySource(bytes));
  for await (const { packet } of reader.packets()) {
    await expect(write(reader.streams[0], [packet])).rejects.toThrow(UnsupportedError);
    break;
  }
});
