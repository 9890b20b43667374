/** Kind 18: an aborted signal ends whatever is going on, cleans up, and long work lets the event loop run. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import {
  audioEncodeConfig,
  Demuxer,
  MemorySink,
  Muxer,
  remux,
  videoEncodeConfig,
} from '../../src/index.ts';
import { movingPicture, pcmFrames, rgbFrames, tones } from './clips.ts';

const folder = mkdtempSync(join(tmpdir(), 'abort-'));
afterAll(() => rmSync(folder, { recursive: true }));

const reason = new Error('the user left');

/** Many small packets, 1 ms of sound each, in one file. */
async function smallPackets(format: string, count: number): Promise<Uint8Array> {
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format });
  muxer.addRemuxStream({
    ...{ kind: 'audio', codec: 'pcm_u8', timeBase: [1, 8000], config: new Uint8Array(0) },
    ...{ sampleRate: 8000, numChannels: 1, channelMask: 4, sampleFmt: 'u8', frameSize: 0 },
    priming: 0,
  });
  await muxer.open();
  for (let from = 0; from < count; from += 1000) {
    const packets = Array.from({ length: 1000 }, (_, i) => ({
      ...{
        data: new Uint8Array(8),
        pts: (from + i) * 8,
        dts: (from + i) * 8,
        duration: 8,
        isKey: true,
      },
    }));
    await muxer.write(0, { kind: 'audio', timeBase: [1, 8000], packets });
  }
  await muxer.close();
  return sink.toBytes();
}

/** A stream that gives `start` and then nothing, for ever; says when it is cancelled. */
function hanging(start: Uint8Array, onCancel: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(start),
    pull: () => new Promise(() => {}),
    cancel: onCancel,
  });
}

const matroska = await smallPackets('matroska', 60_000);

describe('an aborted signal (kind 18)', () => {
  test('before anything begins', async () => {
    const signal = AbortSignal.abort(reason);
    await expect(Demuxer.open(matroska, { signal })).rejects.toBe(reason);
    await expect(remux(matroska, join(folder, 'a.mkv'), { signal })).rejects.toBe(reason);
    const muxer = new Muxer(join(folder, 'a.mkv'), { signal });
    muxer.addEncodeStream({ config: videoEncodeConfig({ width: 16, height: 16 }) });
    await expect(muxer.open()).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('ends opening and reading of a stream that hangs, and cancels it', async () => {
    for (const length of [10, 5000]) {
      let cancelled = false;
      const controller = new AbortController();
      const stream = hanging(matroska.slice(0, length), () => {
        cancelled = true;
      });
      const reading = async () => {
        const demuxer = await Demuxer.open(stream, { signal: controller.signal });
        for await (const _ of demuxer.packets());
      };
      setTimeout(() => controller.abort(reason), 20);
      await expect(reading()).rejects.toBe(reason);
      await vi.waitFor(() => expect(cancelled).toBe(true));
    }
  });

  test.each([
    ['packets', (d: Demuxer, signal: AbortSignal) => d.packets({ signal })],
    ['packetRuns', (d: Demuxer, signal: AbortSignal) => d.packetRuns({ signal })],
    [
      'streamingDemux',
      (d: Demuxer, signal: AbortSignal) => d.streamingDemux({ numPackets: 10, signal }),
    ],
  ])('ends %s, and the file can be read again', async (_, read) => {
    const demuxer = await Demuxer.open(matroska);
    const controller = new AbortController();
    let count = 0;
    const reading = async () => {
      for await (const _ of read(demuxer, controller.signal))
        if (++count === 5) controller.abort(reason);
    };
    await expect(reading()).rejects.toBe(reason);
    // What was read together with the fifth still comes.
    expect(count).toBeLessThanOrEqual(256);
    const { packets } = await demuxer.demuxAudio([0, 1]);
    expect(packets.length).toBeGreaterThan(990);
    const aborted = AbortSignal.abort(reason);
    await expect(demuxer.demuxAudio([0, 1], { signal: aborted })).rejects.toBe(reason);
  });

  test('ends a copy at once; nothing is left', async () => {
    for (const when of ['timer', 'progress']) {
      const controller = new AbortController();
      const stop = () => controller.abort(reason);
      if (when === 'timer') setTimeout(stop, 10);
      const onProgress = (seconds: number) => {
        if (when === 'progress' && seconds > 2) stop();
      };
      const copying = remux(matroska, join(folder, 'a.mov'), {
        signal: controller.signal,
        onProgress,
      });
      await expect(copying).rejects.toBe(reason);
      await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]));
    }
  });

  test('gives a file up that nobody writes to just now', async () => {
    const controller = new AbortController();
    const muxer = new Muxer(join(folder, 'a.mkv'), { signal: controller.signal });
    muxer.addEncodeStream({ config: videoEncodeConfig({ width: 16, height: 16 }) });
    await muxer.open();
    expect(readdirSync(folder).length).toBe(1);
    controller.abort(reason);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]));
    await expect(muxer.write(0, null)).rejects.toBe(reason);
    await expect(muxer.close()).rejects.toBe(reason);
    await muxer[Symbol.asyncDispose]();
  });

  test('does not wait for a destination that hangs', async () => {
    const controller = new AbortController();
    const stream = new WritableStream<Uint8Array>({ write: () => new Promise(() => {}) });
    setTimeout(() => controller.abort(reason), 20);
    const copying = remux(matroska, stream, { format: 'matroska', signal: controller.signal });
    await expect(copying).rejects.toBe(reason);
  });

  test('after the end changes nothing', async () => {
    const controller = new AbortController();
    const path = join(folder, 'done.mkv');
    await remux(matroska, path, { signal: controller.signal });
    controller.abort(reason);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(readdirSync(folder)).toEqual(['done.mkv']);
  });
});

/** Longest time that a timer had to wait while `work` ran, in milliseconds. */
async function longestWait(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  await work();
  look();
  clearInterval(timer);
  return longest;
}

/** Times are bounded loosely: the work takes seconds without a turn, and other processes run beside. */
const LONGEST_MS = 500;

describe('the event loop runs (kind 18)', () => {
  test.each(['matroska', 'mov'])(
    'while a file in memory is read and copied (%s)',
    async (format) => {
      const bytes = await smallPackets(format, 800_000);
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      const wait = await longestWait(() => remux(bytes, new MemorySink(), { format: 'matroska' }));
      clearInterval(timer);
      expect(turns).toBeGreaterThan(1);
      expect(wait).toBeLessThan(LONGEST_MS);
    },
  );

  test('while blocks of nothing but empty frames are read past', async () => {
    const sink = new MemorySink({ seekable: false });
    const muxer = new Muxer(sink, { format: 'matroska' });
    muxer.addEncodeStream({ config: audioEncodeConfig({ numChannels: 1, sampleRate: 8000 }) });
    await muxer.open();
    await muxer.flush();
    const head = sink.toBytes();
    // A cluster of unknown size: SimpleBlocks of 256 empty frames each, in fixed-size lacing.
    const cluster = [
      0x1f, 0x43, 0xb6, 0x75, 0x01, 255, 255, 255, 255, 255, 255, 255, 0xe7, 0x81, 0,
    ];
    const block = [0xa3, 0x85, 0x81, 0, 0, 0x84, 0xff];
    const blocks = Buffer.alloc(40_000 * block.length, Uint8Array.from(block));
    const bytes = new Uint8Array(Buffer.concat([head, Uint8Array.from(cluster), blocks]));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const demuxer = await Demuxer.open(bytes);
    for await (const _ of demuxer.packets());
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  test('while many pictures, or much sound, are given at once', async () => {
    const muxer = new Muxer(new MemorySink(), { format: 'mp4' });
    const video = muxer.addEncodeStream({ config: videoEncodeConfig({ width: 160, height: 120 }) });
    const audio = muxer.addEncodeStream({
      config: audioEncodeConfig({ numChannels: 2, sampleRate: 48000 }),
    });
    await muxer.open();
    const pictures = rgbFrames(movingPicture(100, 160, 120), 0, [25, 1]);
    expect(await longestWait(() => video.encode(pictures))).toBeLessThan(LONGEST_MS);
    const sound = pcmFrames(tones(48000 * 20, 2, 48000));
    expect(await longestWait(() => audio.encode(sound))).toBeLessThan(LONGEST_MS);
  });
});
