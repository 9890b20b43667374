/**
 * `npm run bench`: every benchmark after the other, each in a process of its own; `npm run bench -- linear memory` runs
 * those two. What follows `--` goes to each: `npm run bench -- h264 -- --clips foreman`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ALL = ['h264', 'linear', 'memory', 'kernels', 'aac', 'remux', 'images'];

const split = process.argv.indexOf('--');
const end = split < 0 ? process.argv.length : split;
const named = process.argv.slice(2, end);
const rest = process.argv.slice(end + 1);
const pathOf = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));

const unknown = named.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(' or ')}; there are ${ALL.join(', ')}`);
  process.exit(1);
}
for (const name of named.length > 0 ? named : ALL.filter((item) => existsSync(pathOf(item)))) {
  console.log(`\n== ${name}`);
  const run = spawnSync(process.execPath, ['--import', 'tsx', pathOf(name), ...rest], {
    stdio: 'inherit',
  });
  if (run.status !== 0) process.exit(run.status ?? 1);
}
