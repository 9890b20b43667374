/**
 * `npm run test:runtimes`: the package as it is published, in every runtime that is installed here. The same two seconds of picture
 * and sound must become the same bytes in each; bundlers must bundle it, compilers read its types. Says of each row what ran and
 * what did not; `--write` puts the table into docs/runtimes.md, `--require` fails for rows that were skipped.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { browserRows } from './browsers.ts';
import { bundlerRows } from './bundlers.ts';
import { edgeRows } from './edge.ts';
import { packAndInstall } from './pack.ts';
import { processRows } from './processes.ts';
import type { Row, Setting } from './row.ts';
import { sizeRows } from './sizes.ts';
import { line, writeTable } from './table.ts';
import { typeRows } from './types.ts';

const GROUPS: Readonly<Record<string, (setting: Setting) => Promise<Row[]>>> = {
  processes: processRows,
  bundlers: bundlerRows,
  edge: edgeRows,
  browsers: browserRows,
  types: typeRows,
  sizes: sizeRows,
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const out = join(root, 'out', 'runtimes');
// Outside of the repository, whose settings bundlers and compilers would find.
const work = mkdtempSync(join(tmpdir(), 'vitrine-runtimes-'));
const args = process.argv.slice(2);
const chosen = args.filter((arg) => !arg.startsWith('--'));

mkdirSync(out, { recursive: true });
const app = await packAndInstall(root, work);
const { makeMovie, SMALL } = await import(pathToFileURL(join(here, 'programs', 'movie.js')).href);
const library = await import(
  pathToFileURL(join(app, 'node_modules', 'vitrine', 'dist', 'index.js')).href
);
const expected: Uint8Array = await makeMovie(library);
const small: Uint8Array = await makeMovie(library, {}, SMALL);
for (const name of ['movie.js', 'sets.js']) cpSync(join(here, 'programs', name), join(app, name));
const sets: Uint8Array = (await import(pathToFileURL(join(app, 'sets.js')).href)).makeSets();
const setting: Setting = { root, here, app, work, expected, small, sets };

const rows: Row[] = [];
for (const [name, group] of Object.entries(GROUPS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const made = await group(setting);
  for (const row of made) console.log(line(row));
  rows.push(...made);
}
writeFileSync(join(out, 'results.json'), `${JSON.stringify(rows, null, 1)}\n`);
const count = (outcome: Row['outcome']) => rows.filter((row) => row.outcome === outcome).length;
console.log(
  `${count('same')} as they should be, ${count('failed')} failed, ${count('skipped')} skipped`,
);
if (args.includes('--write')) writeTable(root, rows);
if (args.includes('--keep')) console.log(work);
else rmSync(work, { recursive: true, force: true });
const isBad = count('failed') > 0 || (args.includes('--require') && count('skipped') > 0);
process.exit(isBad ? 1 : 0);
