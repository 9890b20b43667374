/** Pictures at a constant rate: what a graph does to their times, in files that have none, as ffmpeg does it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { runFfmpeg } from '../support/ffmpeg.ts';
import { quietOutput } from '../support/quiet-output.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-rate-'));
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=48x32:d=0.4', '-pix_fmt', 'yuv420p'];
  runFfmpeg([...source, join(folder, 'in.y4m')], undefined, { allowWarnings: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string): string => join(folder, name);

/** A sum of each picture of a file. */
function sums(path: string): string[] {
  const args = ['-i', path, '-vsync', '0', '-f', 'framemd5', '-'];
  const text = Buffer.from(runFfmpeg(args, undefined, { allowWarnings: true })).toString();
  const lines = text.split('\n').filter((line) => /^0,/.test(line));
  return lines.map((line) => line.split(',').at(-1)!.trim());
}

async function runOurs(args: readonly string[]): Promise<void> {
  const notes: string[] = [];
  expect(await runProgram(args, quietOutput(notes)), notes.join('\n')).toBe(0);
}

describe('y4m at the rate of the graph', () => {
  it.each([
    'setpts=2*PTS',
    'setpts=PTS/2',
    'setpts=1.7*PTS',
    'setpts=PTS+3/25/TB',
    'setpts=PTS-0.1/TB',
    "select='not(mod(n\\,3))'",
    "select='eq(n\\,0)+eq(n\\,7)'",
    'loop=2:3:4',
    'tpad=start=3',
    'settb=1/1000,setpts=N*33',
    'fps=30000/1001',
  ])('%s', async (filters) => {
    const args = ['-y', '-i', file('in.y4m'), '-vf', filters];
    runFfmpeg([...args, file('theirs.y4m')], undefined, { allowWarnings: true });
    await runOurs([...args, file('ours.y4m')]);
    expect(sums(file('ours.y4m'))).toEqual(sums(file('theirs.y4m')));
  });
});

it('one picture for each where times are passed through, or all files at a constant rate', async () => {
  const slow = ['-y', '-i', file('in.y4m'), '-vf', 'setpts=2*PTS'];
  await runOurs([...slow, '-fps_mode', 'passthrough', file('kept.y4m')]);
  expect(sums(file('kept.y4m'))).toEqual(sums(file('in.y4m')));
  await runOurs([...slow, '-vsync', 'cfr', file('ours.mp4')]);
  expect(sums(file('ours.mp4'))).toHaveLength(19);
  await runOurs([...slow, file('free.mp4')]);
  expect(sums(file('free.mp4'))).toHaveLength(10);
});
