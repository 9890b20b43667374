/** Laws of whole sessions over random settings: what ffprobe reports is what was asked for, to the tick. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { convertVideoFrames, PIX_FMTS } from '../../src/frames/index.ts';
import { audioEncodeConfig, Muxer, videoEncodeConfig } from '../../src/index.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';
import { movingPicture, pcmFrames, rgbFrames, tones } from './clips.ts';

const folder = mkdtempSync(join(tmpdir(), 'laws-'));
afterAll(() => rmSync(folder, { recursive: true }));

const frameRate = fc.oneof(
  fc.constantFrom<[number, number]>([24000, 1001], [25, 1], [30000, 1001], [60, 1], [1, 1], [1, 7]),
  fc.tuple(fc.integer({ min: 1, max: 240 }), fc.integer({ min: 1, max: 13 })),
);

const settings = fc.record({
  width: fc.integer({ min: 2, max: 70 }),
  height: fc.integer({ min: 2, max: 50 }),
  numFrames: fc.integer({ min: 1, max: 9 }),
  batch: fc.integer({ min: 1, max: 9 }),
  pixFmt: fc.constantFrom(...PIX_FMTS),
  frameRate,
  gopSize: fc.integer({ min: 0, max: 5 }),
  qscale: fc.integer({ min: 0, max: 31 }),
  numSamples: fc.integer({ min: 1, max: 5000 }),
  numChannels: fc.integer({ min: 1, max: 2 }),
  sampleRate: fc.constantFrom(8000, 44100, 48000),
  container: fc.constantFrom('mp4', 'mov'),
  fragmented: fc.boolean(),
});

test('MP4 and MOV with pictures and sound', async () => {
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(settings, async (s) => {
      const path = join(folder, `${serial++}.${s.container}`);
      const muxer = new Muxer(path);
      const { width, height, pixFmt, gopSize, qscale, numChannels, sampleRate } = s;
      const video = muxer.addEncodeStream({
        config: videoEncodeConfig({
          width,
          height,
          pixFmt,
          frameRate: s.frameRate,
          gopSize,
          qscale,
        }),
        encoderConfig: { sceneCut: false },
      });
      const audio = muxer.addEncodeStream({
        config: audioEncodeConfig({ numChannels, sampleRate }),
      });
      await muxer.open({ fragmented: s.fragmented });
      const pictures = convertVideoFrames(
        rgbFrames(movingPicture(s.numFrames, width, height), 0, s.frameRate),
        pixFmt,
      );
      for (let start = 0; start < s.numFrames; start += s.batch) {
        await muxer.write(0, await video.encode(pictures.slice(start, start + s.batch)));
      }
      await muxer.write(
        1,
        await audio.encode(pcmFrames(tones(s.numSamples, numChannels, sampleRate), 0, sampleRate)),
      );
      await muxer.close();
      const { streams, packets } = probeFile(path, [
        '-show_entries',
        'packet=pts,stream_index,flags',
        '-count_packets',
      ]);
      const [picture, sound] = streams;
      expect(picture).toMatchObject({
        codec_name: 'h264',
        profile: 'High',
        nb_read_packets: String(s.numFrames),
      });
      expect([picture.width, picture.height]).toEqual([width + (width & 1), height + (height & 1)]);
      const [num, den] = picture.time_base.split('/').map(Number);
      const ofPicture = packets
        .filter((packet: { stream_index: number }) => packet.stream_index === 0)
        .sort((a: { pts: number }, b: { pts: number }) => a.pts - b.pts);
      ofPicture.forEach((packet: { pts: number; flags: string }, n: number) => {
        expect(packet.pts * num * s.frameRate[0]).toBe(n * s.frameRate[1] * den);
        expect(packet.flags.startsWith('K')).toBe(gopSize === 0 || n % gopSize === 0);
      });
      expect(sound).toMatchObject({
        codec_name: 'aac',
        sample_rate: String(sampleRate),
        channels: numChannels,
      });
      if (!s.fragmented) {
        expect(picture.duration_ts * num * s.frameRate[0]).toBe(s.numFrames * s.frameRate[1] * den);
        expect(sound.duration_ts).toBe(s.numSamples);
      }
      runFfmpeg(['-i', path, '-map', '0', '-f', 'null', '-']);
    }),
    { seed: 606, numRuns: 12 },
  );
});
