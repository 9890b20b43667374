/** Kind 1: a job that fails leaves the older file as it was, and nothing of its own. Every kind of file, every way to fail. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError, FormatError } from '../../src/base/errors.ts';
import type { Packet, StreamInfo } from '../../src/base/packet.ts';
import { audioEncodeConfig, Demuxer, MemorySink, Muxer, remux } from '../../src/index.ts';
import { copyStreams } from '../../src/pipeline/index.ts';
import { pcmFrames, tones } from './clips.ts';

const folder = mkdtempSync(join(tmpdir(), 'failed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'out');
beforeEach(() => writeFileSync(path, 'the old file'));

const stays = () => {
  expect(readFileSync(path, 'utf8')).toBe('the old file');
  expect(readdirSync(folder)).toEqual(['out']);
};

const RATE = 8000;
const sound: StreamInfo = {
  ...{ kind: 'audio', codec: 'pcm_s16le', timeBase: [1, RATE], config: new Uint8Array(0) },
  ...{ sampleRate: RATE, numChannels: 1, channelMask: 4, sampleFmt: 's16', frameSize: 0 },
  priming: 0,
};
const packet = (pts: number): Packet => ({
  ...{ data: new Uint8Array(2000), pts, dts: pts, duration: 1000, isKey: true },
});

/** A demuxer of one stream of sound that gives `count` packets and then fails. */
async function brokenDemuxer(count: number): Promise<Demuxer> {
  async function* packets() {
    for (let i = 0; i < count; i++) yield { streamIndex: 0, packet: packet(i * 1000) };
    if (count > 0) throw new FormatError('test', 'is broken from here on', 77);
  }
  const format = {
    ...{ name: 'test', description: 'test', goesBack: false, isFormat: () => true },
    open: async () => ({ format: 'test', streams: [sound], packets }),
  };
  return Demuxer.open(new Uint8Array(10), { format });
}

describe.each(['mp4', 'mov', 'matroska', 'wav', 's16le'])(
  'a failed copy to %s (kind 1)',
  (format) => {
    test('whose input is broken', async () => {
      const copying = copyStreams(await brokenDemuxer(5), new Muxer(path, { format }));
      await expect(copying).rejects.toThrow(/broken from here on \(byte offset 77\)/);
      stays();
    });

    test('of nothing', async () => {
      const copying = copyStreams(await brokenDemuxer(0), new Muxer(path, { format }));
      await expect(copying).rejects.toThrow(FormatError);
      stays();
    });

    test('over its own input', async () => {
      const muxer = new Muxer(path, { format: 'wav' });
      const config = audioEncodeConfig({ numChannels: 1, sampleRate: RATE });
      const encoder = muxer.addEncodeStream({ config });
      await muxer.open();
      await muxer.write(0, await encoder.encode(pcmFrames(tones(RATE, 1, RATE), 0, RATE)));
      await muxer.close();
      const before = readFileSync(path);
      await remux(path, path, { format });
      // What only some formats can hold is refused, or the other file is there.
      expect((await Demuxer.open(path).catch(() => null))?.streams[0]?.kind ?? 'audio').toBe(
        'audio',
      );
      writeFileSync(path, before);
      await expect(remux(path, path, { format, indices: [3] })).rejects.toThrow(ConfigError);
      expect(readFileSync(path).equals(before)).toBe(true);
    });

    test('given up by the program', async () => {
      const muxer = new Muxer(path, { format });
      muxer.addRemuxStream(sound);
      await muxer.open();
      await muxer.write(0, { kind: 'audio', timeBase: [1, RATE], packets: [packet(0)] });
      await muxer.abort();
      await muxer.abort();
      stays();
      await expect(muxer.close()).rejects.toThrow(/given up/);
    });
  },
);

test('a close that fails leaves the older file', async () => {
  const muxer = new Muxer(path, { format: 'wav' });
  const encoder = muxer.addEncodeStream({
    config: audioEncodeConfig({ numChannels: 1, sampleRate: RATE }),
  });
  await muxer.open();
  await muxer.write(0, await encoder.encode(pcmFrames(tones(RATE, 1, RATE), 0, RATE)));
  encoder.flush = () => Promise.reject(new ConfigError('test', 'cannot flush'));
  await expect(muxer.close()).rejects.toThrow('cannot flush');
  stays();
});

test('memory and streams are told that it was given up', async () => {
  const sink = new MemorySink();
  await expect(
    copyStreams(await brokenDemuxer(5), new Muxer(sink, { format: 'wav' })),
  ).rejects.toThrow(FormatError);
  expect(sink.size).toBe(0);
  let reason: unknown;
  const stream = new WritableStream<Uint8Array>({
    abort(why) {
      reason = why;
    },
  });
  const copying = copyStreams(await brokenDemuxer(5), new Muxer(stream, { format: 'wav' }));
  await expect(copying).rejects.toThrow(FormatError);
  expect(reason).toBeInstanceOf(FormatError);
});
