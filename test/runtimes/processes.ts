/** Runtimes that run a program in a process: versions of Node, Bun, Deno. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed, onPath, platformProgram, run } from './installed.ts';
import { writeProgram } from './recipes.ts';
import { compared, failed, type Measures, type Row, type Setting, skipped } from './row.ts';

interface Runtime {
  readonly name: string;
  readonly program: string | null;
  readonly args: readonly string[];
  readonly version: (program: string) => Promise<string>;
}

const firstLine =
  (...args: string[]) =>
  async (program: string) =>
    (await run(program, args))
      .split('\n')[0]!
      .replace(/^(v|deno )/, '')
      .replace(/ \(.*$/, '');

function runtimes(): Runtime[] {
  const node = (major: number): Runtime => ({
    name: `Node ${major}`,
    program: installed(`node${major}`, 'bin', 'node'),
    args: [],
    version: firstLine('--version'),
  });
  return [
    ...[18, 20, 22, 24].map(node),
    {
      name: 'Bun',
      program: installed('bun', 'bin', 'bun.exe') ?? onPath(['bun']),
      args: [],
      version: firstLine('--version'),
    },
    {
      name: 'Deno',
      program: platformProgram('@deno', '', 'deno') ?? onPath(['deno']),
      args: ['run', '--allow-read', '--allow-write', '--allow-env', '--allow-sys'],
      version: firstLine('--version'),
    },
  ];
}

/** A row for each. */
export async function processRows(setting: Setting): Promise<Row[]> {
  for (const name of ['movie.js', 'process.mjs']) {
    cpSync(join(setting.here, 'programs', name), join(setting.app, name));
  }
  const rows: Row[] = [];
  for (const runtime of runtimes()) rows.push(await rowOf(runtime, setting));
  for (const runtime of runtimes().filter(({ name }) => /22|Bun|Deno/.test(name))) {
    rows.push(await setsRow(runtime, setting));
  }
  return rows;
}

/** What has kernels beside H.264, by the recipe of docs/kernels.md that hands over kernels.wasm. */
async function setsRow(runtime: Runtime, setting: Setting): Promise<Row> {
  const { program, args, version } = runtime;
  const group = 'process';
  const name = `${runtime.name}, kernels.wasm: deflate, JPEG, scaling, resampling`;
  if (program === null) return skipped(group, name, 'not installed');
  const file = join(setting.work, 'sets');
  const rest = readFileSync(join(setting.here, 'programs', 'sets-process.mjs'), 'utf8');
  const script = writeProgram(setting, 'Node, Bun and Deno', 'process.mjs', rest);
  try {
    const report = await run(program, [...args, script, file], { cwd: setting.app });
    const measures: Measures = JSON.parse(report.trim().split('\n').at(-1)!);
    const row = { group, name, version: await version(program), measures };
    return compared({ ...setting, expected: setting.sets }, row, readFileSync(file));
  } catch (error) {
    return failed(group, name, error);
  }
}

async function rowOf({ name, program, args, version }: Runtime, setting: Setting): Promise<Row> {
  const group = 'process';
  if (program === null) return skipped(group, name, 'not installed');
  const said = await version(program).catch((error) => error as Error);
  if (typeof said !== 'string') return failed(group, name, said);
  try {
    const file = join(setting.work, `${name.replace(' ', '-')}.mp4`);
    const report = await run(program, [...args, 'process.mjs', file], { cwd: setting.app });
    const measures: Measures = JSON.parse(report.trim().split('\n').at(-1)!);
    return compared(setting, { group, name, version: said, measures }, readFileSync(file));
  } catch (error) {
    return failed(group, name, error, said);
  }
}
