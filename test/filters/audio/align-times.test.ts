/** `aresample=async` and `first_pts`: gaps become silence, overlaps are dropped, to the sample as in ffmpeg. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FilterGraph } from '../../../src/filters/index.ts';
import { AudioFrames, toArray } from '../../../src/frames/index.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-align-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RATE = 44100;
const LENGTH = 30_000;
const sound = Int16Array.from({ length: LENGTH }, (_, i) => ((i * 7919) % 30_011) - 15_000);

/** The sound in frames of 1024 samples through a graph. */
function here(graph: string): Int16Array {
  const session = new FilterGraph(
    `abuffer=sample_rate=${RATE}:sample_fmt=s16:channel_layout=mono,${graph},abuffersink`,
  );
  const frames = Array.from({ length: Math.ceil(LENGTH / 1024) }, (_, i) => ({
    sampleFmt: 's16' as const,
    sampleRate: RATE,
    numChannels: 1,
    numSamples: Math.min(1024, LENGTH - i * 1024),
    planes: [{ data: sound, offset: i * 1024, stride: 1 }],
    pts: i * 1024,
  }));
  const info = { sampleFmt: 's16', sampleRate: RATE, numChannels: 1, timeBase: [1, RATE] } as const;
  session.addFrames(new AudioFrames(frames, info));
  session.flush();
  return toArray(session.getFrames() as AudioFrames).data as Int16Array;
}

test.each([
  'asetpts=PTS+4410,aresample=async=1:first_pts=0',
  'asetpts=PTS+441,aresample=first_pts=0',
  'asetpts=PTS-4410,aresample=async=1:first_pts=0',
  "asetpts='PTS+if(gt(N,20000),9000,0)',aresample=async=1:min_hard_comp=0.1:first_pts=0",
  "asetpts='PTS+if(gt(N,20000),900,0)',aresample=async=1",
  "asetpts='PTS+if(gt(N,20000),900,0)',aresample=async=1:min_hard_comp=0.01",
  "asetpts='PTS-if(gt(N,20000),9000,0)',aresample=async=1",
])('%s', (graph) => {
  const path = join(folder, 'in.raw');
  writeFileSync(path, sound);
  const args = ['-f', 's16le', '-ar', String(RATE), '-ac', '1', '-i', path, '-af', graph];
  const bytes = runFfmpeg([...args, '-f', 's16le', '-'], undefined, { allowWarnings: true });
  expect(here(graph)).toEqual(new Int16Array(bytes.slice().buffer));
});
