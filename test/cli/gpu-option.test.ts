/** `--gpu`: gpu.js as it is installed beside the user's files, or not, or broken; the bytes are those of full search by the encoder. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeAnalysis } from '../../src/cli/gpu-option.ts';
import { runProgram } from '../../src/cli/program.ts';

/** A gpu.js that finds no GPU. */
const SILENT =
  'class GPU { static async isWebGPUAvailable() { return false; } }\nmodule.exports = { GPU, Input: class {} };';

let before = '';
let folder = '';

/** Puts a package of that text into a folder of its own, and makes that the working folder. */
function enter(name: string, gpuJs: string | null): void {
  const here = join(folder, name);
  const home = join(here, 'node_modules', 'gpu.js');
  mkdirSync(home, { recursive: true });
  if (gpuJs === null) rmSync(home, { recursive: true });
  else writeFileSync(join(home, 'index.js'), gpuJs);
  const pictures = [Buffer.from('YUV4MPEG2 W48 H32 F25:1 C420jpeg\n')];
  for (let n = 0; n < 8; n++) {
    const picture = Buffer.alloc(48 * 48, 128);
    for (let i = 0; i < 48 * 32; i++) picture[i] = ((i % 48) * 5 + 3 * n + (i >> 6)) & 255;
    pictures.push(Buffer.from('FRAME\n'), picture);
  }
  writeFileSync(join(here, 'in.y4m'), Buffer.concat(pictures));
  process.chdir(here);
}

/** Runs the command; what it says, and its exit status. */
async function encode(...args: string[]) {
  const lines: string[] = [];
  const notes: string[] = [];
  const status = await runProgram(['encode', 'in.y4m', 'out.h264', '-y', ...args], {
    line: (text) => void lines.push(text),
    note: (text) => void notes.push(text),
    bytes: async () => {},
    finish: async () => {},
    showsProgress: false,
    progress: () => {},
    input: (async function* () {})(),
  });
  return { status, lines, notes };
}

beforeAll(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'gpu-option-'));
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

it('says what to install where gpu.js is not', async () => {
  enter('absent', null);
  const { status, notes } = await encode('--gpu', 'auto');
  expect(status).toBe(1);
  expect(notes[0]).toMatch(/gpu\.js is not installed in .*absent; type npm install gpu\.js webgpu/);
});

it('tells a package that is missing from one that lacks what it needs', async () => {
  enter('dependency', "require('acorn-of-nowhere');");
  expect((await encode('--gpu', 'cpu')).notes[0]).toMatch(
    /gpu\.js cannot be loaded: Cannot find module 'acorn-of-nowhere'$/,
  );
  enter('null', 'throw null;');
  expect((await encode('--gpu', 'cpu')).notes[0]).toMatch(
    /gpu\.js cannot be loaded: no reason was given/,
  );
});

it('says why the package webgpu is no help', async () => {
  enter('no-webgpu', SILENT);
  const home = join(process.cwd(), 'node_modules', 'webgpu');
  mkdirSync(home);
  writeFileSync(join(home, 'index.js'), 'throw new Error("built for another system");');
  const { status, lines } = await encode('--gpu', 'webgpu', '--json');
  expect(status).toBe(0);
  expect(JSON.parse(lines[0]!).analysis.fallbackReason).toMatch(
    /\(package webgpu cannot be loaded: built for another system\)$/,
  );
});

it('says what is wrong with a gpu.js that cannot be loaded, or is another package', async () => {
  enter('broken', 'throw new Error("built for another system");');
  expect((await encode('--gpu', 'cpu')).notes[0]).toMatch(
    /gpu\.js cannot be loaded: built for another system/,
  );
  enter('other', 'module.exports = {};');
  expect((await encode('--gpu', 'cpu')).notes[0]).toMatch(/needed is gpu\.js/);
});

it('goes on in TypeScript where no GPU answers, says so, and codes what full search codes', async () => {
  enter('silent', SILENT);
  const { status, lines } = await encode('--gpu', 'auto');
  expect(status).toBe(0);
  expect(lines[1]).toMatch(
    /^motion searched by typescript, since no GPU answers: .*VK_ICD_FILENAMES may name one\) \(package webgpu is not installed in .*silent\)$/,
  );
  const coded = readFileSync('out.h264');
  const { lines: json } = await encode('--gpu', 'webgpu', '--json');
  expect(JSON.parse(json[0]!).analysis).toMatchObject({ backend: 'typescript' });
  expect(readFileSync('out.h264')).toEqual(coded);
  await encode('--h264', 'analysis=full-search');
  expect(readFileSync('out.h264')).toEqual(coded);
});

it('says in one line why the GPU did not search', () => {
  const fallbackReason = 'no overload matched:\n  value is not object\nat layout';
  expect(describeAnalysis({ backend: 'typescript', fallbackReason })).toBe(
    'motion searched by typescript, since no overload matched: value is not object at layout',
  );
});
