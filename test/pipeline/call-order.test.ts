/** Calls in any order: each works or says what is wrong; what was closed is a file that can be read. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MediaError } from '../../src/base/errors.ts';
import type { Packets } from '../../src/base/packet.ts';
import { openMp4 } from '../../src/containers/isobmff/index.ts';
import { audioEncodeConfig, Muxer, videoEncodeConfig } from '../../src/index.ts';
import { MemorySink, MemorySource } from '../../src/io/index.ts';
import { movingPicture, pcmFrames, rgbFrames, tones } from './clips.ts';

const video = movingPicture(1, 16, 16);
const sound = tones(700, 1, 8000);

const call = fc.constantFrom(
  ...[
    'open',
    'open',
    'picture',
    'picture',
    'sound',
    'sound',
    'write',
    'write',
    'write',
    'flush',
    'close',
  ],
  ...['flushVideo', 'flushAudio', 'dispose', 'writeTwice', 'swapped'],
);

test('no order of calls breaks anything', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 25 }), async (calls) => {
      const sink = new MemorySink();
      const muxer = new Muxer(sink, { format: 'mp4' });
      const pictures = muxer.addEncodeStream({
        config: videoEncodeConfig({ width: 16, height: 16 }),
      });
      const tone = muxer.addEncodeStream({
        config: audioEncodeConfig({ numChannels: 1, sampleRate: 8000 }),
      });
      const ready: [number, Packets][] = [];
      let numPictures = 0;
      let numSamples = 0;
      let written = 0;
      let isClosed = false;
      const steps: Record<string, () => Promise<unknown>> = {
        open: () => muxer.open(),
        async picture() {
          const packets = await pictures.encode(rgbFrames(video, numPictures, [25, 1]));
          numPictures++;
          ready.push([0, packets]);
        },
        async sound() {
          const packets = await tone.encode(pcmFrames(sound, numSamples, 8000));
          numSamples += 700;
          ready.push([1, packets]);
        },
        async write() {
          const [index, packets] = ready[0] ?? [0, null];
          await muxer.write(index, packets);
          if (packets !== null) ready.shift();
          if (index === 0) written += packets?.packets.length ?? 0;
        },
        flush: () => muxer.flush(),
        async flushVideo() {
          ready.push([0, await pictures.flush()]);
        },
        async flushAudio() {
          ready.push([1, await tone.flush()]);
        },
        async close() {
          await muxer.close();
          isClosed = true;
        },
        dispose: () => muxer[Symbol.asyncDispose](),
        async writeTwice() {
          const [index, packets] = ready[0] ?? [0, null];
          await muxer.write(index, packets);
          if (packets === null) return;
          ready.shift();
          if (index === 0) written += packets.packets.length;
          if (packets.packets.length > 0) await muxer.write(index, packets);
        },
        swapped: () => muxer.write(1 - (ready[0]?.[0] ?? 0), ready[0]?.[1]),
      };
      for (const name of calls) {
        try {
          await steps[name]!();
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError);
        }
      }
      if (!isClosed || written === 0) return;
      const reader = await openMp4(new MemorySource(sink.toBytes()));
      let count = 0;
      const index = reader.streams.findIndex((stream) => stream.kind === 'video');
      for await (const { streamIndex } of reader.packets()) if (streamIndex === index) count++;
      expect(count).toBeGreaterThanOrEqual(written);
    }),
    { seed: 2024, numRuns: 150 },
  );
});
