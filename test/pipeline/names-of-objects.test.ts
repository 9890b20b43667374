/** Kind 24: names that every object has (`constructor`, `__proto__`) are names like others, from files and from callers. */
import { describe, expect, test } from 'vitest';
import { ConfigError, MediaError } from '../../src/base/errors.ts';
import type { AudioStreamInfo } from '../../src/base/packet.ts';
import { runProgram } from '../../src/cli/program.ts';
import { requireConfig } from '../../src/containers/config/check-config.ts';
import { requireColorCode, requirePixFmt, requireSampleFmt } from '../../src/frames/index.ts';
import {
  audioEncodeConfig,
  createReferenceVideoFrame,
  Demuxer,
  MemorySink,
  Muxer,
  ndarray,
  videoEncodeConfig,
} from '../../src/index.ts';
import { createBsfChain } from '../../src/pipeline/bsf.ts';

const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

const sound: Omit<AudioStreamInfo, 'codec'> = {
  ...{ kind: 'audio', timeBase: [1, 8000], config: new Uint8Array(0), sampleRate: 8000 },
  ...{ numChannels: 1, channelMask: 4, sampleFmt: 's16', frameSize: 0, priming: 0 },
};

describe.each(NAMES)('the name %s (kind 24)', (name) => {
  test('is no option, format, codec or color', async () => {
    const size = { width: 16, height: 16 };
    const config = videoEncodeConfig(size);
    const muxer = () => new Muxer(new MemorySink(), { format: 'mp4' });
    const calls: (() => unknown)[] = [
      () => new Muxer(new MemorySink(), { format: name }),
      () => new Muxer(`file.${name}`),
      () => muxer().addEncodeStream({ config, encoder: name }),
      () => muxer().addEncodeStream({ config, encoderConfig: { preset: name } as object }),
      () => muxer().addEncodeStream({ config, encoderConfig: { level: name } as object }),
      () => videoEncodeConfig({ ...size, pixFmt: name as 'rgb24' }),
      () => videoEncodeConfig({ ...size, colorspace: name }),
      () => videoEncodeConfig({ ...size, colorRange: name as 'tv' }),
      () => videoEncodeConfig({ ...size, frameRate: name }),
      () => audioEncodeConfig({ numChannels: 1, sampleRate: 8000, sampleFmt: name as 's16' }),
      () => requirePixFmt('test', name),
      () => requireSampleFmt('test', name),
      () => requireColorCode('test', 'matrix', name),
      () => createBsfChain({ ...sound, codec: 'aac' }, name),
      () =>
        createReferenceVideoFrame({
          array: ndarray(new Uint8Array(768), [1, 16, 16, 3]),
          ...{ pixFmt: name as 'rgb24', frameRate: [25, 1], pts: 0 },
        }),
    ];
    for (const call of calls) expect(call, String(call)).toThrow(ConfigError);
    await expect(Demuxer.open(new Uint8Array(10), { format: name })).rejects.toThrow(ConfigError);
  });

  test('is a codec like others that nobody knows', async () => {
    requireConfig(name, Uint8Array.of(1, 2, 3));
    const sink = new MemorySink();
    const muxer = new Muxer(sink, { format: 'matroska' });
    muxer.addRemuxStream({ ...sound, codec: 'pcm_s16le' });
    await muxer.open();
    const packets = [{ data: new Uint8Array(4), pts: 0, dts: 0, duration: 2, isKey: true }];
    await muxer.write(0, { kind: 'audio', timeBase: [1, 8000], packets });
    await muxer.close();
    // The codec's own name in place of ours: as long, or padded with zeros.
    const bytes = Buffer.from(sink.toBytes());
    const at = bytes.indexOf('A_PCM/INT/LIT');
    bytes.write(name.padEnd(13, '\0').slice(0, 13), at, 'latin1');
    const demuxer = await Demuxer.open(new Uint8Array(bytes));
    const [stream] = demuxer.streams;
    expect(stream).toMatchObject({ kind: 'audio', frameSize: 0 });
    const mp4 = new Muxer(new MemorySink(), { format: 'mp4' });
    mp4.addRemuxStream(stream!);
    await expect(mp4.open()).rejects.toThrow(MediaError);
  });

  test('is no option, command or extension of the program', async () => {
    const run = async (...args: string[]) => {
      const notes: string[] = [];
      const status = await runProgram(args, {
        ...{ line: () => {}, note: (text) => void notes.push(text), bytes: async () => {} },
        ...{ finish: async () => {}, showsProgress: false, progress: () => {} },
        input: (async function* () {})(),
      });
      // One line, and no stack: it is no bug.
      expect([status, notes.length]).toEqual([1, 1]);
    };
    await run(name);
    await run('encode', `--${name}`, 'x');
    await run('encode', '-', '-o', `x.${name}`);
    await run('encode', '-', '-o', 'x.mp4', '--preset', name);
    await run('encode', '-', '-o', 'x.mp4', '--rate', name);
    await run('probe', `/nonexistent.${name}`);
    await run('remux', '-', '-o', 'x.mp4', '--format', name);
  });
});
