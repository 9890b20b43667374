/** A sample of the fuzzing that `tools/fuzz-mp4.ts` does at length. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codedAudio, codedVideo, pcmAudio } from '../containers/isobmff/coded-streams.ts';
import { muxMp4 } from '../containers/isobmff/mux.ts';
import { hasMedia, mediaPath } from '../support/media.ts';
import { fuzzMp4, structureRanges } from './mp4.ts';
import { mutate } from './mutate.ts';

const SEED = 20_240_601;
const CASES = 2000;

async function samples(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const coded = [codedVideo(), codedAudio(), pcmAudio('pcm_s16le', 3000, 500)];
  files.set('plain', (await muxMp4(coded, { chapters: [{ start: 0, title: 'a' }] })).slice());
  files.set('fragmented', (await muxMp4(coded, { fragmented: { segmentIndex: true } })).slice());
  files.set('mov', (await muxMp4(coded, { format: 'mov', faststart: true })).slice());
  if (!hasMedia) return files;
  for (const name of readdirSync(mediaPath('containers'))) {
    if (!/\.(mp4|mov|m4a)$/.test(name)) continue;
    files.set(name, new Uint8Array(readFileSync(mediaPath(`containers/${name}`))));
  }
  return files;
}

describe('damaged files', () => {
  it(`give a FormatError or what could be saved, ${CASES} times from seed ${SEED}`, async () => {
    const files = [...(await samples())];
    const ranges = await Promise.all(files.map(([, bytes]) => structureRanges(bytes)));
    let opened = 0;
    for (let i = 0; i < CASES; i++) {
      // Sources in memory never wait: without this the test runner would not hear of us until the end.
      if (i % 32 === 0) await new Promise((resolve) => setImmediate(resolve));
      const index = i % files.length;
      const [name, bytes] = files[index];
      const damaged = mutate(bytes, SEED + i, ranges[index]);
      try {
        if ((await fuzzMp4(damaged)).opened) opened++;
      } catch (error) {
        throw new Error(`${name}, seed ${SEED + i}`, { cause: error });
      }
    }
    // The damage must not be so great that nothing behind the first box is tried.
    expect(opened).toBeGreaterThan(CASES / 4);
  });

  it('of no structure at all give a FormatError', async () => {
    for (let i = 0; i < 200; i++) {
      const noise = mutate(new Uint8Array(200), SEED + i);
      expect((await fuzzMp4(noise)).packets).toBe(0);
    }
  });
});
