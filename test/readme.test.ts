/** The README is true: its programs run as written and make the files that they say, and its commands exist. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../src/cli/program.ts';
import { KERNEL_SETS } from '../src/pipeline/kernel-sets.ts';
import { kernelsFile } from '../src/wasm/kernels-file.ts';
import { blocksOf, prepareFiles } from './support/blocks.ts';
import { probeFile } from './support/ffmpeg.ts';
import { quietOutput } from './support/quiet-output.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const programs = blocksOf(readme, 'js');
const scripts = join(ROOT, 'out', 'readme');
let folder = '';
let before = '';

beforeAll(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'vitrine-readme-'));
  mkdirSync(scripts, { recursive: true });
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
  rmSync(scripts, { recursive: true });
});

/** Runs a program as a module, in the folder. */
async function runBlock(number: number, text: string): Promise<Record<string, unknown>> {
  const script = join(scripts, `program-${number}.js`);
  writeFileSync(script, text);
  return import(/* @vite-ignore */ pathToFileURL(script).href);
}

describe('README', () => {
  it('shows a program of ten lines that makes a video', async () => {
    const lines = programs[0]!.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBe(10);
    await runBlock(0, programs[0]!);
    const { streams } = probeFile(join(folder, 'output.mp4'), ['-count_frames']);
    expect(streams).toHaveLength(1);
    expect(streams[0]).toMatchObject({
      ...{ codec_name: 'h264', width: 160, height: 120, nb_read_frames: '60' },
    });
  });

  it('shows programs for sound, memory, streams, pictures, copies and parts that run', async () => {
    const others = programs.slice(1).filter((text) => !text.includes('export default'));
    expect(others).toHaveLength(6);
    for (const [i, text] of others.entries()) await runBlock(i + 1, text);
    const { streams } = probeFile(join(folder, 'tone.m4a'));
    expect(streams[0]).toMatchObject({ codec_name: 'aac', channels: 1, duration_ts: 48000 });
    expect(probeFile(join(folder, 'picture.jpg')).streams[0]).toMatchObject({ width: 160 });
    expect(probeFile(join(folder, 'output.mkv')).streams[0]).toMatchObject({ codec_name: 'h264' });
  });

  it('shows a worker that answers with a video', async () => {
    const text = programs.find((program) => program.includes('export default'))!;
    const kernels = "import vectorKernels from 'vitrine/kernels.wasm';";
    expect(text).toContain(kernels);
    const module = new WebAssembly.Module(kernelsFile(KERNEL_SETS));
    Object.assign(globalThis, { testKernels: module });
    const linked = text.replace(kernels, 'const vectorKernels = globalThis.testKernels;');
    const worker = (await runBlock(100, linked)).default as { fetch(): Promise<Response> };
    const response = await worker.fetch();
    writeFileSync('worker.mp4', new Uint8Array(await response.arrayBuffer()));
    expect(probeFile(join(folder, 'worker.mp4'), ['-count_frames']).streams[0]).toMatchObject({
      ...{ codec_name: 'h264', nb_read_frames: '30' },
    });
  });

  it('shows command lines that work', async () => {
    await prepareFiles(folder);
    const [text] = blocksOf(readme, 'sh');
    const commands = text!.trim().split('\n');
    expect(commands.length).toBeGreaterThanOrEqual(5);
    for (const command of commands) {
      const [npx, vitrine, ...args] = command.split(' ');
      expect([npx, vitrine]).toEqual(['npx', 'vitrine']);
      const notes: string[] = [];
      const status = await runProgram(args, quietOutput(notes));
      expect(notes).toEqual([]);
      expect(status).toBe(0);
    }
  });

  it('names exactly two commands for a fresh machine', () => {
    const commands = readme.match(/^npm ci && .*$/gm)!.map((line) => line.replace(/\s*#.*/, ''));
    expect(commands).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
    const { scripts: known } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(known).toHaveProperty('demo');
    expect(known).toHaveProperty('test');
  });
});
