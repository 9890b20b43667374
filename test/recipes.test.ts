/** Each program of docs/recipes.md runs as it stands. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, prepareFiles } from './support/blocks.ts';
import { probeFile } from './support/ffmpeg.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const recipes = blocksOf(readFileSync(join(ROOT, 'docs', 'recipes.md'), 'utf8'), 'js');
const scripts = join(ROOT, 'out', 'recipes');
let folder = '';
let before = '';

beforeAll(async () => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'vitrine-recipes-'));
  mkdirSync(scripts, { recursive: true });
  await prepareFiles(folder);
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
  rmSync(scripts, { recursive: true });
});

describe('recipes', () => {
  it.each(recipes.map((text, i) => [i, text] as const))('number %i runs', async (i, text) => {
    const script = join(scripts, `recipe-${i}.js`);
    writeFileSync(script, text);
    await import(/* @vite-ignore */ pathToFileURL(script).href);
  });

  it('leave files that play, and nothing of what went wrong', () => {
    const files = readdirSync(folder);
    expect(recipes.length).toBeGreaterThanOrEqual(20);
    expect(files.filter((name) => /^(never|wrong)|\.part$/.test(name))).toEqual([]);
    const media = files.filter((name) => /\.(mp4|m4a|mkv)$/.test(name));
    expect(media.length).toBeGreaterThanOrEqual(15);
    for (const name of media)
      expect(probeFile(join(folder, name)).streams.length).toBeGreaterThan(0);
    const times = probeFile(join(folder, 'screen.mp4'), ['-show_packets']).packets;
    const shown: number[] = times.map(({ pts_time }: { pts_time: string }) => Number(pts_time));
    expect(shown.sort((a, b) => a - b)).toEqual([0, 0.04, 0.5, 0.52, 2]);
  });
});
