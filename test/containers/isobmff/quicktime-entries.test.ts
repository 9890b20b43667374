/** What QuickTime files say of sound and pictures: loudspeakers by tags, types of codecs. Judged by what ffprobe sees. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Packet, StreamInfo } from '../../../src/base/packet.ts';
import { flacChannelMask } from '../../../src/containers/config/flac-layout.ts';
import { openMp4 } from '../../../src/containers/isobmff/index.ts';
import { quickTimeMask } from '../../../src/containers/isobmff/quicktime-layout.ts';
import { openMatroska } from '../../../src/containers/matroska/index.ts';
import { createWavWriter } from '../../../src/containers/riff/index.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import { temporaryFile } from './coded-streams.ts';
import { TestSink, TestSource } from './memory-file.ts';
import { muxMp4 } from './mux.ts';

const folder = mkdtempSync(join(tmpdir(), 'quicktime-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The file that ffmpeg makes of a source from its filters. */
function made(name: string, filter: string, ...args: string[]): Uint8Array {
  const path = join(folder, name);
  runFfmpeg(['-f', 'lavfi', '-i', filter, ...args, path], undefined, { allowWarnings: true });
  return new Uint8Array(readFileSync(path));
}

/** Fields of ffprobe's view of a stream. */
interface Probed {
  readonly codec_name: string;
  readonly codec_tag_string: string;
  readonly nb_frames: string;
  readonly channel_layout?: string;
}

interface Coded {
  readonly stream: StreamInfo;
  readonly packets: Packet[];
}

async function readOne(
  bytes: Uint8Array,
  open: typeof openMp4 | typeof openMatroska,
): Promise<Coded> {
  const reader = await open(new TestSource(bytes));
  const packets: Packet[] = [];
  for await (const { packet } of reader.packets()) packets.push(packet);
  return { stream: reader.streams[0]!, packets };
}

function probed(bytes: Uint8Array, name: string): Probed {
  return probeFile(temporaryFile(bytes, name)).streams[0] as never;
}

async function asWav({ stream, packets }: Coded): Promise<Uint8Array> {
  const sink = new TestSink();
  const writer = createWavWriter(sink, [stream]);
  await writer.writeHeader();
  for (const packet of packets) await writer.writePacket(0, packet);
  await writer.writeTrailer();
  return sink.bytes();
}

// biome-ignore format: as ffmpeg names them
const LAYOUTS = ['quad', '2.1', '3.1', '4.0', '5.0', '5.0(side)', '5.1', '5.1(side)', '6.1', '7.1', '7.1(wide)', '7.1(wide-side)'];

for (const layout of LAYOUTS) {
  test(`the loudspeakers of ${layout} in a QuickTime file are those of its copies`, async () => {
    const source = `anullsrc=cl=${layout}:r=8000:d=0.1`;
    const coded = await readOne(made(`${layout}.mov`, source, '-c:a', 'pcm_s16le'), openMp4);
    expect(probed(await muxMp4([coded], { format: 'mov' }), 'a.mov').channel_layout).toBe(layout);
    expect(probed(await asWav(coded), 'a.wav').channel_layout).toBe(layout);
    const again = await readOne(await muxMp4([coded], { format: 'mp4' }), openMp4);
    expect(again.stream).toMatchObject(
      coded.stream.kind === 'audio' ? { channelMask: coded.stream.channelMask } : {},
    );
  });
}

describe('chan', () => {
  const NONE = { mChannelBitmap: 0, mChannelDescriptions: new Uint8Array(0) };
  const labels = (...values: number[]): Uint8Array => {
    const bytes = new Uint8Array(20 * values.length);
    const view = new DataView(bytes.buffer);
    for (const [i, label] of values.entries()) view.setUint32(20 * i, label);
    return bytes;
  };

  test('a tag in another order than the mask, or for another number of channels, says nothing', () => {
    expect(quickTimeMask({ ...NONE, mChannelLayoutTag: (121 << 16) | 6 })).toBe(0x60f);
    expect(quickTimeMask({ ...NONE, mChannelLayoutTag: (122 << 16) | 6 })).toBe(0);
    expect(quickTimeMask({ ...NONE, mChannelLayoutTag: (121 << 16) | 5 })).toBe(0);
  });

  test('each channel described', () => {
    const described = (...values: number[]): number =>
      quickTimeMask({ ...NONE, mChannelLayoutTag: 0, mChannelDescriptions: labels(...values) });
    expect(described(1, 2, 3, 4, 5, 6)).toBe(0x3f);
    expect(described(2, 1)).toBe(0);
    expect(described(1, 33)).toBe(0);
  });
});

test('FLAC of 5.1 goes from Matroska to a QuickTime file with its loudspeakers', async () => {
  const source = 'anullsrc=cl=5.1:r=48000:d=0.1';
  const coded = await readOne(made('five.mkv', source, '-c:a', 'flac'), openMatroska);
  const copy = await muxMp4([coded], { format: 'mov' });
  expect(probed(copy, 'a.mov')).toMatchObject({ codec_name: 'flac', channel_layout: '5.1' });
});

test('a mask in comments of FLAC that are cut off is none', () => {
  const text = new TextEncoder().encode('WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x33');
  const comments = [0, 0, 0, 0, 1, 0, 0, 0, text.length, 0, 0, 0, ...text];
  const config = Uint8Array.of(0x66, 0x4c, 0x61, 0x43, 0x84, 0, 0, comments.length, ...comments);
  expect(flacChannelMask(config, 4)).toBe(0x33);
  expect(flacChannelMask(config, 2)).toBe(0);
  for (let length = 0; length < config.length; length++) {
    const mask = flacChannelMask(config.subarray(0, length), 4);
    expect(mask === 0 || mask === 0x33).toBe(true);
  }
});

const PICTURES = 'testsrc2=s=64x48:r=25:d=0.4';
const SOUND = 'sine=r=48000:d=0.5';

/** Table: encoder => type that ffmpeg and we give it in a QuickTime file, source. */
const TYPES: Readonly<Record<string, readonly [type: string, source: string]>> = {
  mjpeg: ['jpeg', PICTURES],
  png: ['png ', PICTURES],
  mpeg2video: ['m2v1', PICTURES],
  mpeg1video: ['m1v ', PICTURES],
  mp2: ['.mp2', SOUND],
  libmp3lame: ['.mp3', SOUND],
};

for (const [encoder, [type, source]] of Object.entries(TYPES)) {
  test(`${encoder} has its own type in a QuickTime file`, async () => {
    const option = source === SOUND ? '-c:a' : '-c:v';
    for (const [name, open] of [
      ['mov', openMp4],
      ['mkv', openMatroska],
    ] as const) {
      const file = made(`${encoder}.${name}`, source, option, encoder);
      const coded = await readOne(file, open);
      const copy = await muxMp4([coded], { format: 'mov' });
      const seen = probed(copy, 'a.mov');
      const from = probed(file, `b.${name}`);
      expect(seen.codec_name).toBe(from.codec_name);
      expect(seen.codec_tag_string.padEnd(4)).toBe(type);
      expect(seen.nb_frames).toBe(String(coded.packets.length));
      const again = await readOne(copy, openMp4);
      expect(again.stream.codec).toBe(coded.stream.codec);
      expect(again.packets.map(({ data }) => data)).toEqual(coded.packets.map(({ data }) => data));
    }
  });
}
