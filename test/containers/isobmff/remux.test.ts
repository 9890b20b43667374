/** Files through the reader and the writer: ffmpeg must see the same packets before and after. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Mp4Options, openMp4 } from '../../../src/containers/isobmff/index.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';
import { breathe, temporaryFile } from './coded-streams.ts';
import { TestSource } from './memory-file.ts';
import { muxMp4 } from './mux.ts';

afterEach(breathe);

/** The file at `path` written anew. */
async function remux(path: string, options: Mp4Options = {}): Promise<Uint8Array> {
  const reader = await openMp4(new TestSource(readFileSync(path)));
  const coded = reader.streams.map((stream) => ({ stream, packets: [] as never[] }));
  for await (const { streamIndex, packet } of reader.packets()) {
    (coded[streamIndex].packets as unknown[]).push(packet);
  }
  return muxMp4(coded, options);
}

/** Packets as ffmpeg copies them: stream, dts, pts, duration, size, hash. */
function packetLines(path: string): string[][] {
  const text = runFfmpeg(
    ['-i', path, '-map', '0', '-c', 'copy', '-copyts', '-f', 'framemd5', '-'],
    undefined,
    { allowWarnings: true },
  );
  const lines = new TextDecoder().decode(text).split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').map((part) => part.trim()))
    .sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1]));
}

const FILES = hasMedia
  ? readdirSync(mediaPath('containers')).filter((name) => /\.(mp4|mov|m4a)$/.test(name))
  : [];

const LAYOUTS: [string, Mp4Options][] = [
  ['plain', {}],
  ['fast start', { faststart: true }],
];

describe.runIf(hasMedia)('real files keep their packets', () => {
  for (const name of FILES) {
    for (const [layout, options] of LAYOUTS) {
      it(`${name}, ${layout}`, async () => {
        const source = mediaPath(`containers/${name}`);
        const format = name.includes('twos') || name.endsWith('.mov') ? 'mov' : 'mp4';
        const result = temporaryFile(await remux(source, { ...options, format }), 'a.mp4');
        const before = packetLines(source);
        const after = packetLines(result);
        expect(after.length).toBe(before.length);
        const timeBases = (path: string): string[] =>
          probeFile(path).streams.map((stream: { time_base: string }) => stream.time_base);
        const sameBases = timeBases(source).join() === timeBases(result).join();
        for (const [i, line] of before.entries()) {
          const isLast = before[i + 1]?.[0] !== line[0];
          // Time bases may be finer than they were; then pts and dts are in proportion, which the reader's tests show.
          if (sameBases) expect(after[i].slice(0, 3), `packet ${i}`).toEqual(line.slice(0, 3));
          // ffmpeg guesses the duration of a last packet from headers that have no place for what it guesses.
          if (sameBases && !isLast && !name.includes('fragmented')) {
            expect(after[i][3], `duration of packet ${i}`).toBe(line[3]);
          }
          // H.264 with short lengths is written with four bytes. What follows the hash is side data of ffmpeg's own.
          if (!name.includes('2byte')) expect(after[i].slice(4, 6)).toEqual(line.slice(4, 6));
        }
      });
    }
  }
});
