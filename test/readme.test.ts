/** The README is true: its program runs as written and makes the file that it says, and its commands exist. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { probeFile } from './support/ffmpeg.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('README', () => {
  it('shows a program that runs as written', async () => {
    const program = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
    expect(
      program
        .trimEnd()
        .split('\n')
        .filter((line) => line.trim() !== '').length,
    ).toBeLessThanOrEqual(12);
    const folder = mkdtempSync(join(tmpdir(), 'vitrine-readme-'));
    const script = join(ROOT, 'out', 'readme', 'program.ts');
    mkdirSync(join(ROOT, 'out', 'readme'), { recursive: true });
    // The block scope of a module ends with the process, so `await using` needs one of its own here.
    const [imports, body] = program.split(/(?<=from 'vitrine';\n)/);
    writeFileSync(script, `${imports}export async function run() {\n${body}\n}\n`);
    const before = process.cwd();
    try {
      process.chdir(folder);
      const { run } = await import(/* @vite-ignore */ pathToFileURL(script).href);
      await run();
      const { streams } = probeFile(join(folder, 'output.mp4'), ['-count_frames']);
      expect(streams).toHaveLength(1);
      expect(streams[0]).toMatchObject({
        codec_name: 'h264',
        width: 160,
        height: 120,
        nb_read_frames: '60',
      });
    } finally {
      process.chdir(before);
      rmSync(folder, { recursive: true });
      rmSync(join(ROOT, 'out', 'readme'), { recursive: true });
    }
  });

  it('names exactly two commands for a fresh machine', () => {
    const commands = readme.match(/^npm ci && .*$/gm)!.map((line) => line.replace(/\s*#.*/, ''));
    expect(commands).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(scripts).toHaveProperty('demo');
    expect(scripts).toHaveProperty('test');
  });
});
