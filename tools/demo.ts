/** `npm run demo`: makes a moving picture with sound, writes it as MP4 and the sound as WAV, and reads both back. */
import { mkdirSync, statSync } from 'node:fs';
import { openMp4 } from '../src/containers/isobmff/index.ts';
import { openWav } from '../src/containers/riff/index.ts';
import {
  audioEncodeConfig,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  Muxer,
  ndarray,
  videoEncodeConfig,
} from '../src/index.ts';
import { openSource } from '../src/io/index.ts';
import { DEMO, drawFrames, playBells } from './demo-content.ts';

const MP4 = 'out/demo.mp4';
const WAV = 'out/demo.wav';
const { width, height, frameRate, seconds, sampleRate } = DEMO;

/** Picture and sound, a second of each by turns; returns the seconds that encoding the picture took. */
async function writeMp4(sound: Int16Array): Promise<number> {
  const framesPerSecond = frameRate[0];
  const muxer = new Muxer(MP4);
  const video = muxer.addEncodeStream({
    config: videoEncodeConfig({ height, width, pixFmt: 'rgb24', frameRate, compressionLevel: 2 }),
  });
  const audio = muxer.addEncodeStream({
    config: audioEncodeConfig({ numChannels: 2, sampleRate, sampleFmt: 's16', bitRate: 128_000 }),
  });
  let milliseconds = 0;
  await using file = await muxer.open();
  for (let second = 0; second < seconds; second++) {
    const start = second * framesPerSecond;
    const pixels = drawFrames(start, framesPerSecond);
    const frames = createReferenceVideoFrame({
      array: ndarray(pixels, [framesPerSecond, height, width, 3]),
      pixFmt: 'rgb24',
      frameRate,
      pts: start,
    });
    const before = performance.now();
    const packets = await video.encode(frames);
    milliseconds += performance.now() - before;
    await file.write(0, packets);
    const samples = sound.subarray(2 * second * sampleRate, 2 * (second + 1) * sampleRate);
    const heard = createReferenceAudioFrame({
      array: ndarray(samples, [sampleRate, 2]),
      sampleFmt: 's16',
      sampleRate,
      pts: second * sampleRate,
    });
    await file.write(1, await audio.encode(heard));
  }
  await file.write(0, await video.flush());
  await file.write(1, await audio.flush());
  return milliseconds / 1000;
}

async function writeWav(sound: Int16Array): Promise<void> {
  const muxer = new Muxer(WAV);
  const audio = muxer.addEncodeStream({
    config: audioEncodeConfig({ numChannels: 2, sampleRate, sampleFmt: 's16' }),
  });
  await using file = await muxer.open();
  const heard = createReferenceAudioFrame({
    array: ndarray(sound, [sound.length / 2, 2]),
    sampleFmt: 's16',
    sampleRate,
    pts: 0,
  });
  await file.write(0, await audio.encode(heard));
  await file.write(0, await audio.flush());
}

/** What a file holds, by our own readers: `h264 640x360 180 packets, aac 48000 Hz 283 packets, 400 KiB`. */
async function describeFile(path: string): Promise<string> {
  const source = await openSource('demo', path);
  const reader = path === MP4 ? await openMp4(source) : await openWav(source);
  const counts = reader.streams.map(() => 0);
  for await (const { streamIndex } of reader.packets()) counts[streamIndex]!++;
  await source.close();
  const streams = reader.streams.map((stream, i) => {
    const what =
      stream.kind === 'video'
        ? `${stream.width}x${stream.height}`
        : stream.kind === 'audio'
          ? `${stream.sampleRate} Hz, ${stream.numChannels} channels`
          : '';
    return `${stream.codec} ${what}, ${counts[i]} packets`;
  });
  return `${path}: ${streams.join('; ')}; ${Math.round(statSync(path).size / 1024)} KiB`;
}

mkdirSync('out', { recursive: true });
const sound = playBells();
const spent = await writeMp4(sound);
await writeWav(sound);
const numFrames = seconds * frameRate[0];
console.log(
  `Drew ${seconds} s: ${numFrames} frames of ${width}x${height}, and a bell each second.`,
);
console.log(await describeFile(MP4));
console.log(await describeFile(WAV));
console.log(
  `H.264: ${(numFrames / spent).toFixed(0)} frames per second, from rgb24, preset veryfast, one thread.`,
);
console.log('Open out/demo.mp4 in any player.');
