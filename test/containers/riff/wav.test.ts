/** WAV files: round trips judged by ffmpeg, the headers that the rules ask for, RF64, and broken input. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ByteSink, ByteSource } from '../../../src/base/byte-stream.ts';
import {
  ConfigError,
  FormatError,
  StateError,
  UnsupportedError,
} from '../../../src/base/errors.ts';
import type { AudioStreamInfo, Packet } from '../../../src/base/packet.ts';
import { createWavWriter, openWav, type WavOptions } from '../../../src/containers/riff/index.ts';
import { WAVE_CODECS } from '../../../src/containers/riff/wave-format.ts';
import { MemorySink, MemorySource, StreamSource } from '../../../src/io/index.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-wav-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const MASKS = [0, 0x4, 0x3, 0xb, 0x107, 0x37, 0x3f, 0x70f, 0x63f];

function streamOf(codec: string, numChannels: number, change: object = {}): AudioStreamInfo {
  return {
    kind: 'audio',
    codec,
    timeBase: [1, 48000],
    config: new Uint8Array(0),
    sampleRate: 48000,
    numChannels,
    channelMask: MASKS[numChannels] ?? 0,
    sampleFmt: '',
    frameSize: 0,
    priming: 0,
    ...change,
  };
}

/** Random samples that every codec can hold: for floats, bytes whose exponent is never all ones. */
function randomBytes(count: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(count);
  let state = seed | 1;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = (state >>> 24) & 0xbf;
  }
  return bytes;
}

function packetsOf(bytes: Uint8Array, blockAlign: number, samplesPerPacket: number): Packet[] {
  const packets: Packet[] = [];
  for (let pts = 0; pts * blockAlign < bytes.length; pts += samplesPerPacket) {
    const data = bytes.slice(pts * blockAlign, (pts + samplesPerPacket) * blockAlign);
    packets.push({ data, pts, dts: pts, duration: data.length / blockAlign, isKey: true });
  }
  return packets;
}

async function write(
  sink: ByteSink,
  stream: AudioStreamInfo,
  packets: Packet[],
  options?: WavOptions,
) {
  const writer = createWavWriter(sink, [stream], options);
  await writer.writeHeader();
  for (const packet of packets) await writer.writePacket(0, packet);
  await writer.writeTrailer();
}

async function wavOf(
  stream: AudioStreamInfo,
  packets: Packet[],
  options?: WavOptions,
  seekable = true,
): Promise<Uint8Array> {
  const sink = new MemorySink({ seekable });
  await write(sink, stream, packets, options);
  return sink.toBytes();
}

async function readAll(source: ByteSource, options?: Parameters<typeof openWav>[1]) {
  const reader = await openWav(source, options);
  const parts: Uint8Array[] = [];
  let pts = 0;
  for await (const { packet } of reader.packets()) {
    expect(packet.pts).toBe(pts);
    pts += packet.duration;
    parts.push(packet.data);
  }
  return { reader, bytes: new Uint8Array(Buffer.concat(parts)), numSamples: pts };
}

const id = (bytes: Uint8Array, at: number) => Buffer.from(bytes.subarray(at, at + 4)).toString();
const u32 = (bytes: Uint8Array, at: number) => Buffer.from(bytes).readUInt32LE(at);
/** Position of the chunk `name`; headers of the test files hold no other such letters. */
const chunkAt = (bytes: Uint8Array, name: string) => Buffer.from(bytes).indexOf(name);

describe('WAV through ffmpeg', () => {
  for (const { codec, bitsPerSample } of WAVE_CODECS) {
    it(`${codec}: the same samples, 1..32 channels, any length, with and without seeking`, async () => {
      const cases = [
        ...fc.sample(fc.tuple(fc.integer({ min: 2, max: 31 }), fc.integer({ min: 1, max: 300 })), {
          numRuns: 1,
          seed: 20,
        }),
        [32, 76],
        [1, 1],
      ] as const;
      for (const [index, [numChannels, numSamples]] of cases.entries()) {
        const blockAlign = (numChannels * bitsPerSample) / 8;
        const bytes = randomBytes(numSamples * blockAlign, numSamples * 31 + numChannels);
        const wav = await wavOf(
          streamOf(codec, numChannels),
          packetsOf(bytes, blockAlign, 50),
          {},
          index % 2 === 0,
        );
        const path = join(folder, `${codec}-${numChannels}.wav`);
        writeFileSync(path, wav);
        const decoded = runFfmpeg(
          ['-i', path, '-map', '0:a', '-c:a', codec, '-f', 'data', '-'],
          undefined,
          { allowWarnings: true },
        );
        expect(Buffer.compare(decoded, bytes), `${numChannels} x ${numSamples}`).toBe(0);
        const { streams } = probeFile(path);
        expect(streams[0]).toMatchObject({
          codec_name: codec,
          channels: numChannels,
          sample_rate: '48000',
        });
        const back = await readAll(new MemorySource(wav));
        expect(Buffer.compare(back.bytes, bytes)).toBe(0);
        expect(back.reader.streams[0]).toMatchObject({ codec, numChannels, sampleRate: 48000 });
      }
    });
  }

  it('reads what ffmpeg writes: plain, extensible, RF64 and to a pipe', async () => {
    const source = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=0.1:sample_rate=44100'];
    for (const codec of ['pcm_u8', 'pcm_s24le', 'pcm_mulaw']) {
      for (const extra of [[], ['-rf64', 'always'], ['-ac', '6']]) {
        const path = join(folder, 'other.wav');
        runFfmpeg([...source, '-c:a', codec, ...extra, '-y', path], undefined, {
          allowWarnings: true,
        });
        const raw = runFfmpeg(
          ['-i', path, '-map', '0:a', '-c:a', 'copy', '-f', 'data', '-'],
          undefined,
          {
            allowWarnings: true,
          },
        );
        const { bytes, reader } = await readAll(new MemorySource(readFileSync(path)));
        expect(Buffer.compare(bytes, raw)).toBe(0);
        expect(reader.streams[0].codec).toBe(codec);
      }
    }
    const piped = runFfmpeg([...source, '-f', 'wav', '-'], undefined, { allowWarnings: true });
    const chunks = async function* () {
      for (let at = 0; at < piped.length; at += 1000) yield piped.subarray(at, at + 1000);
    };
    expect((await readAll(new StreamSource(chunks()))).numSamples).toBe(4410);
  });

  it('writes tags that ffprobe shows, and reads them', async () => {
    const tags = { title: 'Straße', artist: 'x', comment: 'one two', date: '2024', encoder: 'v' };
    const wav = await wavOf(streamOf('pcm_s16le', 1), [], { tags });
    const path = join(folder, 'tags.wav');
    writeFileSync(path, wav);
    expect(probeFile(path).format.tags).toMatchObject(tags);
    expect((await readAll(new MemorySource(wav))).reader.tags).toEqual(tags);
  });
});

describe.skipIf(!hasMedia)('real WAV files', () => {
  const files = [
    'rf64_s16_stereo.wav',
    'extensible_f32_5.1.wav',
    'pcm_s24_mono.wav',
    'pcm_f32_mono.wav',
    'pcm_u8_mono.wav',
    'pcm_s16_odd_chunk.wav',
  ];
  for (const name of files) {
    it(`${name}: the samples that ffmpeg finds; written again they are the same`, async () => {
      const path = mediaPath(`containers/${name}`);
      const { reader, bytes } = await readAll(new MemorySource(readFileSync(path)));
      const [stream] = reader.streams;
      const raw = runFfmpeg(
        ['-i', path, '-map', '0:a', '-c:a', 'copy', '-f', 'data', '-'],
        undefined,
        { allowWarnings: true },
      );
      expect(Buffer.compare(bytes, raw)).toBe(0);
      const probed = probeFile(path).streams[0];
      expect(stream).toMatchObject({ codec: probed.codec_name, numChannels: probed.channels });
      const block = (probed.bits_per_sample / 8) * probed.channels;
      const again = await wavOf(stream, packetsOf(bytes, block, 1000));
      expect(Buffer.compare((await readAll(new MemorySource(again))).bytes, raw)).toBe(0);
    });
  }
});

describe('WAV headers', () => {
  it('are the smallest form that the rules allow', async () => {
    const formOf = async (codec: string, channels: number, change: object = {}) => {
      const wav = await wavOf(streamOf(codec, channels, change), [], { rf64: 'never' });
      const at = chunkAt(wav, 'fmt ');
      return {
        tag: Buffer.from(wav).readUInt16LE(at + 8),
        size: u32(wav, at + 4),
        fact: chunkAt(wav, 'fact') > 0,
      };
    };
    expect(await formOf('pcm_s16le', 2)).toEqual({ tag: 1, size: 16, fact: false });
    expect(await formOf('pcm_u8', 1)).toEqual({ tag: 1, size: 16, fact: false });
    expect(await formOf('pcm_f32le', 2)).toEqual({ tag: 3, size: 18, fact: true });
    expect(await formOf('pcm_alaw', 1)).toEqual({ tag: 6, size: 18, fact: true });
    expect(await formOf('pcm_mulaw', 1)).toEqual({ tag: 7, size: 18, fact: true });
    const extensible = { tag: 0xfffe, size: 40, fact: false };
    expect(await formOf('pcm_s24le', 1)).toEqual(extensible);
    expect(await formOf('pcm_s16le', 3)).toEqual(extensible);
    expect(await formOf('pcm_s16le', 2, { channelMask: 0x30 })).toEqual(extensible);
    expect(await formOf('pcm_f32le', 6)).toEqual({ ...extensible, fact: true });
  });

  it('of 16-bit stereo, byte for byte', async () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const wav = await wavOf(streamOf('pcm_s16le', 2), packetsOf(bytes, 4, 1), { rf64: 'never' });
    expect(Buffer.from(wav).toString('hex')).toBe(
      `${Buffer.from('RIFF').toString('hex')}28000000${Buffer.from('WAVEfmt ').toString('hex')}` +
        `10000000${'01000200'}80bb0000${'00ee0200'}04001000` +
        `${Buffer.from('data').toString('hex')}04000000${'01020304'}`,
    );
  });

  it('carry any channel mask there and back', async () => {
    for (const channelMask of [0, 0x4, 0x3, 0x60f, 0x3ffff]) {
      const numChannels = channelMask.toString(2).replaceAll('0', '').length || 5;
      const wav = await wavOf(streamOf('pcm_s16le', numChannels, { channelMask }), []);
      const { reader } = await readAll(new MemorySource(wav));
      expect(reader.streams[0].channelMask).toBe(channelMask);
    }
  });

  it('have a pad byte after an odd number of bytes, and sizes that agree', async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const wav = await wavOf(streamOf('pcm_u8', 1), packetsOf(bytes, 1, 2));
    expect(wav.length % 2).toBe(0);
    expect(u32(wav, 4)).toBe(wav.length - 8);
    expect(u32(wav, chunkAt(wav, 'data') + 4)).toBe(3);
    expect((await readAll(new MemorySource(wav))).bytes).toEqual(bytes);
  });

  it('to a stream: open sizes, or true ones when the length was announced', async () => {
    const stream = streamOf('pcm_s16le', 1);
    const packets = packetsOf(randomBytes(200, 1), 2, 30);
    const open = await wavOf(stream, packets, {}, false);
    expect([u32(open, 4), u32(open, 40)]).toEqual([0xffffffff, 0xffffffff]);
    const announced = await wavOf(stream, packets, { numSamples: 100 }, false);
    expect(announced).toEqual(await wavOf(stream, packets, { rf64: 'never' }));
    const wrong = wavOf(stream, packets, { numSamples: 99 }, false);
    await expect(wrong).rejects.toThrow(StateError);
  });
});

/** Remembers the first bytes only, and counts the others. */
class SparseSink implements ByteSink {
  readonly seekable: boolean;
  readonly start = new Uint8Array(4096);
  size = 0;

  constructor(seekable: boolean) {
    this.seekable = seekable;
  }

  write(bytes: Uint8Array): void {
    if (this.size < this.start.length) {
      this.start.set(bytes.subarray(0, this.start.length - this.size), this.size);
    }
    this.size += bytes.length;
  }

  writeAt(position: number, bytes: Uint8Array): void {
    this.start.set(bytes, position);
  }

  close(): void {}
  abort(): void {}
}

/** A file of a header and zeros. */
function sparseSource(header: Uint8Array, size: number): ByteSource {
  return {
    size,
    async read(position, length) {
      const out = new Uint8Array(Math.max(0, Math.min(length, size - position)));
      out.set(header.subarray(position, position + out.length));
      return out;
    },
    async close() {},
  };
}

describe('RF64', () => {
  const stream = streamOf('pcm_f32le', 2);
  const chunk = new Uint8Array(8 * (1 << 23));
  const packets = Array.from({ length: 65 }, (_, i) => ({
    data: chunk,
    pts: i << 23,
    dts: i << 23,
    duration: 1 << 23,
    isKey: true,
  }));
  const dataBytes = chunk.length * packets.length;

  it('comes by itself when a file outgrows 4 GiB; nothing moves', async () => {
    const sink = new SparseSink(true);
    await write(sink, stream, packets);
    const { start } = sink;
    expect([id(start, 0), u32(start, 4), id(start, 12)]).toEqual(['RF64', 0xffffffff, 'ds64']);
    const sizes = new DataView(start.buffer);
    expect(sizes.getBigUint64(20, true)).toBe(BigInt(sink.size - 8));
    expect(sizes.getBigUint64(28, true)).toBe(BigInt(dataBytes));
    expect(sizes.getBigUint64(36, true)).toBe(BigInt(65 << 23));
    expect(u32(start, chunkAt(start, 'fact') + 8)).toBe(0xffffffff);
    const data = chunkAt(start, 'data');
    expect(u32(start, data + 4)).toBe(0xffffffff);
    expect(sink.size).toBe(data + 8 + dataBytes);

    const path = join(folder, 'rf64.wav');
    writeFileSync(path, start);
    expect(probeFile(path).streams[0]).toMatchObject({ duration_ts: 65 << 23 });
    const reader = await openWav(sparseSource(start, sink.size), {
      packetSamples: 1 << 20,
      truncated: 'error',
    });
    const first = await reader.packets().next();
    expect(first.value?.packet.duration).toBe(1 << 20);

    const small = new SparseSink(true);
    await write(small, stream, packets.slice(0, 1));
    expect([id(small.start, 0), id(small.start, 12)]).toEqual(['RIFF', 'JUNK']);
    expect(chunkAt(small.start, 'data')).toBe(data);
  });

  it('is written to streams of announced length, and on demand', async () => {
    const numSamples = 65 << 23;
    const sink = new SparseSink(false);
    await write(sink, stream, packets, { numSamples });
    const reader = await openWav(sparseSource(sink.start, sink.size), { truncated: 'error' });
    expect(id(sink.start, 0)).toBe('RF64');
    expect(reader.streams[0].codec).toBe('pcm_f32le');
    const always = await wavOf(stream, [], { rf64: 'always' });
    expect(id(always, 0)).toBe('RF64');
    expect((await readAll(new MemorySource(always))).numSamples).toBe(0);
  });

  it("is refused with rf64: 'never', and where it cannot be", async () => {
    await expect(write(new SparseSink(true), stream, packets, { rf64: 'never' })).rejects.toThrow(
      /wav.options.rf64: .*4 GiB/,
    );
    expect(() => createWavWriter(new SparseSink(false), [stream], { rf64: 'always' })).toThrow(
      ConfigError,
    );
  });
});

describe('bad input', () => {
  it('is refused by the writer, naming it', async () => {
    const sink = new MemorySink();
    const refused = (streams: AudioStreamInfo[], options: object, where: string) => {
      const act = () => createWavWriter(sink, streams, options);
      expect(act).toThrow(ConfigError);
      expect(act).toThrow(where);
    };
    const good = streamOf('pcm_s16le', 2);
    refused([], {}, 'wav.streams: got none');
    refused([good, good], {}, 'wav.streams');
    refused([streamOf('aac', 2)], {}, 'wav.streams[0].codec');
    refused([streamOf('pcm_s16be', 2)], {}, 'pcm_s16le');
    refused([streamOf('pcm_f64le', 8192)], {}, 'allowed are 1..8191');
    refused([streamOf('pcm_s16le', 2, { sampleRate: 0 })], {}, 'wav.streams[0].sampleRate');
    refused([good], { rf64: 'yes' }, 'wav.options.rf64');
    refused([good], { numSamples: -1 }, 'wav.options.numSamples');
    refused([good], { tag: {} }, 'wav.options.tag');
    refused([good], { tags: { name: 'x' } }, 'wav.options.tags.name');
    const writer = createWavWriter(sink, [good]);
    await writer.writeHeader();
    const packet = { data: new Uint8Array(8), pts: 5, dts: 5, duration: 2, isKey: true };
    await writer.writePacket(0, packet);
    await expect(writer.writePacket(0, { ...packet, pts: 4 })).rejects.toThrow(ConfigError);
    await expect(writer.writePacket(1, packet)).rejects.toThrow(ConfigError);
    const odd = { ...packet, data: new Uint8Array(7) };
    await expect(writer.writePacket(0, odd)).rejects.toThrow('multiples of 4');
  });

  it('is refused by the reader, naming the byte offset', async () => {
    const wav = await wavOf(streamOf('pcm_s16le', 2), packetsOf(randomBytes(400, 3), 4, 10), {
      rf64: 'never',
    });
    const changed = (at: number, ...bytes: number[]) => {
      const copy = wav.slice();
      copy.set(bytes, at);
      return openWav(new MemorySource(copy));
    };
    const refused = async (act: Promise<unknown>, message: RegExp) => {
      await expect(act).rejects.toThrow(message);
      await expect(act).rejects.toThrow(FormatError);
    };
    await refused(openWav(new MemorySource(new Uint8Array(0))), /byte offset 0\)/);
    await refused(openWav(new MemorySource(wav.slice(0, 30))), /byte offset 12\)/);
    await refused(openWav(new MemorySource(wav.slice(0, 40))), /byte offset 40\)/);
    await refused(changed(12, 0x78), /no fmt chunk.*byte offset 36\)/);
    await refused(changed(16, 255, 255, 255, 255), /wav.fmt: .*byte offset 12\)/);
    await refused(changed(22, 0, 0), /nChannels.*byte offset 22\)/);
    await refused(changed(24, 0, 0, 0, 0), /nSamplesPerSec.*byte offset 24\)/);
    await refused(changed(32, 3, 0), /nBlockAlign.*byte offset 32\)/);
    await expect(changed(20, 0x55, 0)).rejects.toThrow(UnsupportedError);
    await refused(
      openWav(new MemorySource(wav.slice(0, 101)), { truncated: 'error' }),
      /byte offset 101\)/,
    );
  });

  it('with sizes of 0, 0xFFFFFFFF or past the end gives the samples that there are', async () => {
    const bytes = randomBytes(400, 3);
    const wav = await wavOf(streamOf('pcm_s16le', 2), packetsOf(bytes, 4, 10), { rf64: 'never' });
    for (const size of [0, 0xffffffff, 5000, 401]) {
      const copy = wav.slice();
      new DataView(copy.buffer).setUint32(40, size, true);
      const { bytes: found } = await readAll(new MemorySource(copy));
      expect(found).toEqual(bytes);
    }
    const cut = await readAll(new MemorySource(wav.slice(0, 44 + 101)));
    expect(cut.bytes).toEqual(bytes.slice(0, 100));
    const empty = await wavOf(streamOf('pcm_u8', 1), [], { rf64: 'never' });
    expect((await readAll(new MemorySource(empty))).numSamples).toBe(0);
    const chunks = (async function* () {
      yield wav.subarray(0, 150);
    })();
    const act = readAll(new StreamSource(chunks), { truncated: 'error' });
    await expect(act).rejects.toThrow(/byte offset 150\)/);
  });

  it('damaged anywhere gives samples or a typed error', async () => {
    const wav = await wavOf(streamOf('pcm_f32le', 6), packetsOf(randomBytes(240, 3), 24, 10), {
      tags: { title: 'a title' },
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(wav.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(wav.length),
        async (changes, cut) => {
          const copy = wav.slice();
          for (const [at, value] of changes) copy[at] = value;
          try {
            const reader = await openWav(new MemorySource(copy.subarray(0, cut)));
            for await (const { packet } of reader.packets())
              expect(packet.duration).toBeGreaterThan(0);
          } catch (error) {
            if (!(error instanceof FormatError || error instanceof UnsupportedError)) throw error;
          }
        },
      ),
      { numRuns: 500, seed: 2210 },
    );
  });
});

describe('what follows the samples', () => {
  const stream = streamOf('pcm_s16le', 2);
  const samples = randomBytes(4000, 3);
  const chunkOf = (name: string, bytes: Uint8Array) => {
    const header = Buffer.alloc(8);
    header.write(name, 'latin1');
    header.writeUInt32LE(bytes.length, 4);
    return Buffer.concat([header, bytes, new Uint8Array(bytes.length & 1)]);
  };
  const problemsOf = async (bytes: Uint8Array) => {
    const { reader, bytes: read } = await readAll(new MemorySource(Uint8Array.from(bytes)));
    expect(read.length).toBeLessThanOrEqual(samples.length);
    return (reader.problems ?? []).map(({ message }) => message);
  };
  const plain = () => wavOf(stream, packetsOf(samples, 4, 100), { rf64: 'never' });

  it('chunks, tags and padding are no problem, with and without the pad byte', async () => {
    const wav = await plain();
    const odd = await wavOf(streamOf('pcm_u8', 1), packetsOf(randomBytes(77, 1), 1, 50));
    const list = chunkOf('LIST', Buffer.from('INFOIART\x02\0\0\0x\0', 'latin1'));
    const tag = new Uint8Array(128);
    tag.set(Buffer.from('TAGtitle'));
    for (const rest of [
      ...[list, tag, new Uint8Array(2000), chunkOf('cue ', new Uint8Array(5))],
      ...[Buffer.concat([list, chunkOf('id3 ', randomBytes(33, 1)), list]), new Uint8Array(1)],
    ]) {
      expect(await problemsOf(Buffer.concat([wav, rest]))).toEqual([]);
      expect(await problemsOf(Buffer.concat([odd, rest]))).toEqual([]);
      expect(await problemsOf(Buffer.concat([odd.subarray(0, -1), rest]))).toEqual([]);
    }
  });

  it('another file and another data chunk are said', async () => {
    const wav = await plain();
    const joined = await problemsOf(Buffer.concat([wav, wav]));
    expect(joined).toEqual([`another file of ${wav.length} bytes follows, which is left unread`]);
    const two = Buffer.concat([wav, chunkOf('JUNK', new Uint8Array(8)), chunkOf('data', samples)]);
    const message = 'another data chunk of 4000 bytes follows, which is left unread';
    expect(await problemsOf(two)).toEqual([message]);
  });

  it('samples behind a size that is too small are said, silence too', async () => {
    for (const bytes of [samples, new Uint8Array(4000)]) {
      const wav = Buffer.from(await wavOf(stream, packetsOf(bytes, 4, 100), { rf64: 'never' }));
      for (const size of [3996, 3000, 1]) {
        wav.writeUInt32LE(size, chunkAt(wav, 'data') + 4);
        const [message] = await problemsOf(wav);
        if (size < 3996 || bytes === samples) {
          expect(message).toBe(
            `${4000 - size} bytes behind the samples are no chunk; they are left unread`,
          );
        }
      }
    }
  });
});
