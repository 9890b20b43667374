/** Packets from file to file without coding: SPDL's remux tests, and our own streams through every container. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ContainerReader } from '../../src/base/container.ts';
import { openMp4 } from '../../src/containers/isobmff/index.ts';
import { openWav } from '../../src/containers/riff/index.ts';
import { audioEncodeConfig, Muxer, videoEncodeConfig } from '../../src/index.ts';
import { openSource } from '../../src/io/index.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';
import { movingPicture, pcmFrames, rgbFrames, tones } from './clips.ts';

const folder = mkdtempSync(join(tmpdir(), 'remux-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Copies every stream of `from` to `to`, packet by packet. */
async function remux(reader: ContainerReader, to: string): Promise<void> {
  const muxer = new Muxer(to);
  for (const stream of reader.streams) muxer.addRemuxStream(stream);
  await using file = await muxer.open();
  for await (const { streamIndex, packet } of reader.packets()) {
    const { kind, timeBase } = reader.streams[streamIndex]!;
    await file.write(streamIndex, { kind, timeBase, packets: [packet] });
  }
}

function decoded(path: string, ...args: string[]): Buffer {
  return Buffer.from(runFfmpeg(['-i', path, ...args, '-'], undefined, { allowWarnings: true }));
}

test('remux_audio of SPDL: 8 kHz stereo WAV to WAV', async () => {
  const [from, to] = [join(folder, 'in.wav'), join(folder, 'out.wav')];
  const sine = 'sine=frequency=300:sample_rate=8000:duration=5';
  runFfmpeg(
    ['-f', 'lavfi', '-i', sine, '-ac', '2', '-c:a', 'pcm_s16le', '-bitexact', from],
    undefined,
    { allowWarnings: true },
  );
  const source = await openSource('test', from);
  await remux(await openWav(source), to);
  await source.close();
  const samples = decoded(to, '-f', 's16le');
  expect(samples.length).toBe(40000 * 4);
  expect(samples.equals(decoded(from, '-f', 's16le'))).toBe(true);
});

test('remux_video of SPDL: 300 pictures with B pictures, MP4 to MP4', async () => {
  const [from, to] = [join(folder, 'in.mp4'), join(folder, 'out.mp4')];
  const input = 'testsrc2=size=320x240:rate=30:duration=10';
  runFfmpeg(
    [
      '-f',
      'lavfi',
      '-i',
      input,
      '-pix_fmt',
      'yuvj420p',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-bf',
      '2',
      from,
    ],
    undefined,
    { allowWarnings: true },
  );
  const source = await openSource('test', from);
  await remux(await openMp4(source), to);
  await source.close();
  const times = (path: string) =>
    probeFile(path, ['-show_entries', 'packet=pts,dts,duration,flags']).packets;
  expect(times(to)).toEqual(times(from));
  expect(decoded(to, '-f', 'rawvideo').equals(decoded(from, '-f', 'rawvideo'))).toBe(true);
});

test('our own H.264 and AAC go from MP4 to MOV and Matroska and back', async () => {
  const first = join(folder, 'first.mp4');
  const muxer = new Muxer(first);
  const audio = muxer.addEncodeStream({
    config: audioEncodeConfig({ numChannels: 1, sampleRate: 48000 }),
  });
  const video = muxer.addEncodeStream({
    config: videoEncodeConfig({
      width: 64,
      height: 48,
      frameRate: [30000, 1001],
      colorspace: 'bt709',
    }),
  });
  await muxer.open();
  await muxer.write(0, await audio.encode(pcmFrames(tones(20000, 1, 48000))));
  await muxer.write(1, await video.encode(rgbFrames(movingPicture(12, 64, 48), 0, [30000, 1001])));
  await muxer.close();
  const source = await openSource('test', first);
  const there = join(folder, 'there.mov');
  await remux(await openMp4(source), there);
  const again = await openSource('test', there);
  const back = join(folder, 'back.mp4');
  await remux(await openMp4(again), back);
  expect(readFileSync(back).equals(readFileSync(first))).toBe(true);
  const matroska = join(folder, 'there.mkv');
  await remux(await openMp4(source), matroska);
  for (const path of [there, matroska]) {
    expect(
      decoded(path, '-map', '0:v', '-vsync', '0', '-f', 'rawvideo').equals(
        decoded(first, '-map', '0:v', '-vsync', '0', '-f', 'rawvideo'),
      ),
    ).toBe(true);
    const { streams } = probeFile(path);
    expect(streams.map((stream: { codec_name: string }) => stream.codec_name)).toEqual([
      'aac',
      'h264',
    ]);
    expect(streams[1].color_space).toBe('bt709');
  }
  await source.close();
  await again.close();
});
