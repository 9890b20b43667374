/** Kind 10: what an input says of itself beside its samples reaches the encoder, and the file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../../src/base/packet.ts';
import { runProgram } from '../../src/cli/program.ts';
import {
  audioEncodeConfig,
  ConfigError,
  Demuxer,
  MemorySink,
  Muxer,
  videoEncodeConfig,
} from '../../src/index.ts';
import { probeFile } from '../support/ffmpeg.ts';

const folder = mkdtempSync(join(tmpdir(), 'says-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

async function vitrine(...args: string[]): Promise<{ status: number; notes: string[] }> {
  const notes: string[] = [];
  const status = await runProgram(args, {
    ...{ line: () => {}, note: (text) => void notes.push(text), bytes: async () => {} },
    ...{ finish: async () => {}, showsProgress: false, progress: () => {} },
    input: (async function* () {})(),
  });
  return { status, notes };
}

/** A file of one stream with one packet of zeros. */
async function makeFile(
  path: string,
  stream: StreamInfo,
  bytes: number,
  options = {},
): Promise<void> {
  const muxer = new Muxer(path);
  muxer.addRemuxStream(stream);
  await muxer.open(options);
  const duration = stream.kind === 'audio' ? 1000 : 1;
  const packet = { data: new Uint8Array(bytes), pts: 0, dts: 0, duration, isKey: true };
  const { kind, timeBase } = stream;
  await muxer.write(0, { kind, timeBase, packets: [packet] });
  await muxer.close();
}

async function streamOf(path: string): Promise<StreamInfo> {
  const demuxer = await Demuxer.open(path);
  await demuxer.close();
  return demuxer.streams[0]!;
}

const sound = (numChannels: number, channelMask: number): AudioStreamInfo => ({
  ...{ kind: 'audio', codec: 'pcm_s16le', timeBase: [1, 8000], config: new Uint8Array(0) },
  ...{ sampleRate: 8000, numChannels, channelMask, sampleFmt: 's16', frameSize: 0, priming: 0 },
});

describe('loudspeakers (kind 10)', () => {
  test.each([
    ['quad', 4, 0x33],
    ['4.0', 4, 0x107],
    ['5.1(side)', 6, 0x60f],
    ['5.1', 6, 0x3f],
    ['6.1', 7, 0x70f],
    ['7.1', 8, 0x63f],
    ['3.0', 3, 0x7],
  ])('%s of a WAV file', async (layout, channels, mask) => {
    await makeFile(at('in.wav'), sound(channels, mask), 2000 * channels);
    for (const name of ['out.wav', 'out.mov', 'out.m4a', 'out.aac', 'out.mkv']) {
      const { status, notes } = await vitrine('encode', at('in.wav'), '-o', at(name));
      expect({ status, notes }).toEqual({ status: 0, notes: [] });
      const pcm = await streamOf(at(name));
      if (name === 'out.wav')
        expect(pcm).toMatchObject({ numChannels: channels, channelMask: mask });
      if (name !== 'out.m4a') continue;
      // Five loudspeakers and a sixth have one configuration in AAC, whether those behind stand aside or not.
      const expected = layout === '5.1(side)' ? '5.1' : layout;
      expect(probeFile(at(name)).streams[0].channel_layout).toBe(expected);
    }
  });

  test('that AAC cannot say are refused, not taken for others; the option says otherwise', async () => {
    await makeFile(at('in.wav'), sound(2, 0x600), 4000);
    const { status, notes } = await vitrine('encode', at('in.wav'), '-o', at('x.m4a'));
    expect(status).toBe(1);
    expect(notes[0]).toMatch(/aac\.options\.channelMask.*0x600|1536/);
    const given = await vitrine('encode', at('in.wav'), '-o', at('x.m4a'), '--channel-mask', '0');
    expect(given).toEqual({ status: 0, notes: [] });
  });

  test('of the session', async () => {
    const muxer = new Muxer(new MemorySink(), { format: 'mov' });
    const config = audioEncodeConfig({ numChannels: 4, sampleRate: 8000, channelMask: 0x33 });
    expect(muxer.addEncodeStream({ config }).streamInfo.channelMask).toBe(0x33);
    const pcm = muxer.addEncodeStream({ config, encoder: 'pcm_s16le' });
    expect(pcm.streamInfo.channelMask).toBe(0x33);
    const wrong = { numChannels: 4, sampleRate: 8000, channelMask: 0x3 };
    expect(() => audioEncodeConfig(wrong)).toThrow(ConfigError);
  });
});

test('aspect and range of y4m (kind 10)', async () => {
  const header = 'YUV4MPEG2 W16 H16 F25:1 A4:3 C420jpeg XCOLORRANGE=FULL\nFRAME\n';
  writeFileSync(at('in.y4m'), Buffer.concat([Buffer.from(header), Buffer.alloc(384, 99)]));
  for (const name of ['out.mp4', 'out.mkv', 'out.mov', 'out.y4m']) {
    expect(await vitrine('encode', at('in.y4m'), '-o', at(name))).toEqual({ status: 0, notes: [] });
    expect((await streamOf(at(name))) as VideoStreamInfo).toMatchObject({
      sampleAspectRatio: [4, 3],
      color: { video_full_range_flag: 1 },
    });
  }
});

test('language, title and default of a stream, titles and chapters of a file (kind 10)', async () => {
  const stream = { ...sound(1, 4), language: 'fra', title: 'Voix', isDefault: true };
  const options = {
    metadata: { title: 'Le film', artist: 'Moi' },
    chapters: [{ start: 0, title: 'Un' }],
  };
  await makeFile(at('in.mkv'), stream, 2000, options);
  for (const name of ['out.m4a', 'out.mkv']) {
    expect(await vitrine('encode', at('in.mkv'), '-o', at(name))).toEqual({ status: 0, notes: [] });
    const demuxer = await Demuxer.open(at(name));
    await demuxer.close();
    expect(demuxer.streams[0]).toMatchObject({ language: 'fra', title: 'Voix', isDefault: true });
    const { about } = demuxer.reader;
    expect(about!.metadata).toMatchObject({ title: 'Le film', artist: 'Moi' });
    expect(about!.chapters.map(({ title }) => title)).toEqual(['Un']);
  }
});

test('rotation, mastering display and light of the session (kind 10)', async () => {
  const muxer = new Muxer(new MemorySink(), { format: 'mp4' });
  const config = videoEncodeConfig({ width: 16, height: 16 });
  const description = {
    rotation: 90,
    contentLight: { maxCLL: 1000, maxFALL: 400 },
    language: 'deu',
  };
  muxer.addEncodeStream({ config, description });
  expect(muxer.streamInfos[0]).toMatchObject(description);
  const sound = audioEncodeConfig({ numChannels: 1, sampleRate: 8000 });
  const wrong = { config: sound, description: { rotation: 90 } };
  expect(() => muxer.addEncodeStream(wrong)).toThrow(/rotation: unknown option/);
});
