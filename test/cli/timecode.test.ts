/** What is coded anew keeps the timecode of its first picture, and the texts of its stream. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { timecodeAfter } from '../../src/base/timecode-text.ts';
import { runProgram } from '../../src/cli/program.ts';
import { Demuxer } from '../../src/index.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';
import { quietOutput } from '../support/quiet-output.ts';

const folder = mkdtempSync(join(tmpdir(), 'timecode-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

beforeAll(() => {
  const input = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=1', '-pix_fmt', 'rgb24'];
  const png = [...input, '-c:v', 'png'];
  runFfmpeg(['-y', ...png, '-timecode', '01:00:00:20', at('in.mov')]);
  const texts = ['-metadata:s:v', 'REEL=A001', '-metadata:s:v', 'timecode=01:00:00:20'];
  runFfmpeg(['-y', ...png, ...texts, at('in.mkv')]);
});

async function timecodeOf(name: string): Promise<string | undefined> {
  const { reader } = await Demuxer.open(new Uint8Array(readFileSync(at(name))));
  return reader.streams[0]!.timecode?.text;
}

describe('an encode', () => {
  it.each([
    [[], '01:00:00:20'],
    [['--vf', 'hflip'], '01:00:00:20'],
    [['--cut', '0.4..'], '01:00:01:05'],
    [['--cut-inputs', '0.5..'], '01:00:01:08'],
    [['--output-rate', '50'], '01:00:00:40'],
  ] as const)('with %j begins at %s', async (options, text) => {
    for (const from of ['in.mov', 'in.mkv']) {
      for (const to of ['out.mp4', 'out.mov', 'out.mkv']) {
        const args = ['encode', '-y', at(from), '-o', at(to), '--preset', 'ultrafast', ...options];
        expect(await runProgram(args, quietOutput([]))).toBe(0);
        expect(await timecodeOf(to), `${from} ${to}`).toBe(text);
      }
    }
    const tags: Record<string, string>[] = probeFile(at('out.mp4')).streams.map(
      (stream: { tags?: Record<string, string> }) => stream.tags ?? {},
    );
    expect(tags.some(({ timecode }) => timecode === text)).toBe(true);
  });

  it('keeps the texts of a stream', async () => {
    const args = ['encode', '-y', at('in.mkv'), '-o', at('texts.mkv'), '--preset', 'ultrafast'];
    expect(await runProgram(args, quietOutput([]))).toBe(0);
    expect(probeFile(at('texts.mkv')).streams[0].tags).toMatchObject({ REEL: 'A001' });
  });
});

test('timecode later, and at another rate', () => {
  expect(timecodeAfter('01:00:59;29', 1 / 29.97, [30000, 1001])).toBe('01:01:00;02');
  expect(timecodeAfter('23:59:59:24', 0.04, [25, 1])).toBe('00:00:00:00');
  expect(timecodeAfter('00:00:01:12', 0, [25, 1], [50, 1])).toBe('00:00:01:24');
  expect(timecodeAfter('00:10:00;00', 0, [30000, 1001], [25, 1])).toBe('00:10:00:00');
  expect(timecodeAfter('none', 0, [25, 1])).toBeNull();
});
