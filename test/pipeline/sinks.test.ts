/** Every format to every kind of destination: the same bytes where the layout is the same, and what ffprobe says of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { audioEncodeConfig, Muxer, videoEncodeConfig } from '../../src/index.ts';
import { type Destination, MemorySink } from '../../src/io/index.ts';
import { FORMATS } from '../../src/pipeline/everything/registry.ts';
import { probeFile } from '../support/ffmpeg.ts';
import { movingPicture, pcmFrames, rgbFrames, tones } from './clips.ts';

const folder = mkdtempSync(join(tmpdir(), 'formats-'));
afterAll(() => rmSync(folder, { recursive: true }));

const clip = movingPicture(4, 32, 32);
/** For formats whose files are one picture. */
const picture = movingPicture(1, 32, 32);
const sound = tones(6000, 2, 48000);

/** Sound and pictures, as far as the format holds them. */
async function encodeTo(destination: Destination, format: (typeof FORMATS)[number]) {
  const muxer = new Muxer(destination, { format: format.name });
  const pictures = format.openSink === undefined ? clip : picture;
  const config = videoEncodeConfig({ width: 32, height: 32 });
  const tone = audioEncodeConfig({ numChannels: 2, sampleRate: 48000, sampleFmt: 's16' });
  const video = format.defaultVideo === undefined ? null : muxer.addEncodeStream({ config });
  const audio = format.defaultAudio === undefined ? null : muxer.addEncodeStream({ config: tone });
  await muxer.open();
  if (video !== null) await muxer.write(0, await video.encode(rgbFrames(pictures, 0, [25, 1])));
  if (audio !== null) {
    await muxer.write(video === null ? 0 : 1, await audio.encode(pcmFrames(sound)));
  }
  await muxer.close();
}

/** Formats that go back to write sizes or tables where they can: what a stream gets is another file. */
const GOES_BACK = ['mp4', 'm4a', 'mov', 'wav', 'matroska', 'webm', 'rf64'];
const encodable = FORMATS.filter(
  (f) => f.defaultVideo !== undefined || f.defaultAudio !== undefined,
);

test.each(encodable.map((format) => [format.name, format] as const))('%s', async (name, format) => {
  const path = join(folder, name);
  const [memory, forward] = [new MemorySink(), new MemorySink({ seekable: false })];
  const chunks: Uint8Array[] = [];
  await encodeTo(path, format);
  await encodeTo(memory, format);
  await encodeTo(forward, format);
  await encodeTo(new WritableStream({ write: (chunk) => void chunks.push(chunk) }), format);
  expect(readFileSync(path).equals(memory.toBytes())).toBe(true);
  const streamed = Buffer.concat(chunks);
  expect(streamed.equals(forward.toBytes())).toBe(true);
  if (!GOES_BACK.includes(name)) expect(streamed.equals(memory.toBytes())).toBe(true);
  const again = join(folder, `${name}-again`);
  await encodeTo(pathToFileURL(again), format);
  expect(readFileSync(again).equals(readFileSync(path))).toBe(true);

  // Raw files say nothing of themselves.
  const isRaw = name === 'rawvideo' || format.description.startsWith('samples and nothing');
  // ffprobe knows PAM by its extension only.
  if (isRaw || name === 'pam') return;
  const fromStream = join(folder, `${name}-streamed`);
  writeFileSync(fromStream, streamed);
  const expected = [format.defaultVideo, format.defaultAudio].filter(
    (codec) => codec !== undefined,
  );
  for (const file of [path, fromStream]) {
    const { streams } = probeFile(file);
    expect(streams.map((stream: { codec_name: string }) => stream.codec_name)).toEqual(expected);
  }
});
