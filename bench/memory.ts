/**
 * How much memory an H.264 encode takes: growth of the heap over 300 frames of 640x360 after a warm-up (nothing may be
 * allocated per macroblock, so that it stays flat), and the peak of the whole process at 1920x1080. Each is measured in
 * a process of its own. Writes `memory.json`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatTable } from './table.ts';

/** What the measured process prints as its last line. */
interface MemoryMeasure {
  /** Bytes by which the heap grew between two full collections, before and after the measured frames. */
  readonly heapGrowth: number;
  /** Bytes of short-lived objects made for each frame, as far as samples of the heap show them. */
  readonly allocatedPerFrame: number;
  /** Largest resident size of the process, bytes. */
  readonly peakResident: number;
}

const { values: flags } = parseArgs({
  options: {
    preset: { type: 'string', default: 'medium' },
    out: { type: 'string', default: fileURLToPath(new URL('./results', import.meta.url)) },
  },
});

function measure(width: number, height: number, warmUp: number, frames: number): MemoryMeasure {
  const script = fileURLToPath(new URL('./memory-child.ts', import.meta.url));
  const run = spawnSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', script, flags.preset].concat(
      [width, height, warmUp, frames].map(String),
    ),
    { encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

const steady = measure(640, 360, 60, 300);
const large = measure(1920, 1080, 5, 25);
const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
const rows = [
  ['what', 'measured', 'bar'],
  ['heap growth over 300 frames, 640x360', mib(steady.heapGrowth), '2 MB'],
  ['made and dropped for each frame, 640x360', mib(steady.allocatedPerFrame), ''],
  ['peak of the process, 1920x1080', mib(large.peakResident), '250 MB'],
];
console.log(`H.264, preset ${flags.preset}\n${formatTable(rows)}`);
mkdirSync(flags.out, { recursive: true });
writeFileSync(
  `${flags.out}/memory.json`,
  `${JSON.stringify({ preset: flags.preset, steady, large }, null, 1)}\n`,
);
