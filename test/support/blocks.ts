/** Programs out of documents, and the files that they read. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  audioEncodeConfig,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  Muxer,
  ndarray,
  videoEncodeConfig,
} from '../../src/index.ts';

/** The texts of the code blocks of a language, in order. */
export function blocksOf(markdown: string, language: string): string[] {
  const blocks = markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return [...blocks].filter(([, name]) => name === language).map(([, , text]) => text!);
}

/** Makes `pictures.y4m`, `sound.wav` and `clip.mp4` in a folder: a second of 25 small pictures and of sound. */
export async function prepareFiles(folder: string): Promise<void> {
  const [count, height, width, sampleRate] = [25, 48, 64, 48000];
  const size = height * width * 1.5;
  const header = `YUV4MPEG2 W${width} H${height} F25:1 Ip A1:1 C420jpeg\n`;
  const frames = Array.from({ length: count }, (_, n) => [
    Buffer.from('FRAME\n'),
    Uint8Array.from({ length: size }, (_, i) => (i + n) * 3),
  ]);
  writeFileSync(
    join(folder, 'pictures.y4m'),
    Buffer.concat([Buffer.from(header), ...frames.flat()]),
  );
  const samples = Int16Array.from({ length: 2 * sampleRate }, (_, i) => ((i * 97) % 20000) - 10000);
  const sound = () =>
    createReferenceAudioFrame({
      ...{ array: ndarray(samples, [sampleRate, 2]), sampleFmt: 's16', sampleRate, pts: 0 },
    });
  const config = audioEncodeConfig({ numChannels: 2, sampleRate, sampleFmt: 's16' });
  const wav = new Muxer(join(folder, 'sound.wav'));
  const encoder = wav.addEncodeStream({ config });
  await wav.open();
  await wav.write(0, await encoder.encode(sound()));
  await wav.close();
  const clip = new Muxer(join(folder, 'clip.mp4'));
  const video = clip.addEncodeStream({
    config: videoEncodeConfig({ height, width, frameRate: 25 }),
  });
  const audio = clip.addEncodeStream({ config });
  await clip.open();
  const pixels = Uint8Array.from({ length: count * height * width * 3 }, (_, i) => i >> 4);
  const array = ndarray(pixels, [count, height, width, 3]);
  const pictures = createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate: 25, pts: 0 });
  await clip.write(0, await video.encode(pictures));
  await clip.write(1, await audio.encode(sound()));
  await clip.close();
}
