/** Rows as text: on the terminal, and as the table of docs/runtimes.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measures, Row } from './row.ts';

/** One line for the terminal. */
export function line({ group, name, version, outcome, note, measures }: Row): string {
  const mark = { same: 'ok', failed: 'FAILED', skipped: 'skipped' }[outcome];
  const times = measures === undefined ? '' : ` ${JSON.stringify(rounded(measures))}`;
  const why = note === undefined ? '' : `: ${note}`;
  return `${mark.padEnd(8)}${group}: ${name} ${version}${why}${times}`;
}

function rounded(measures: Measures): Record<string, number> {
  return Object.fromEntries(
    Object.entries(measures).map(([name, value]) => [name, Math.round(value as number)]),
  );
}

const BEGIN = '<!-- runtimes: begin -->';
const END = '<!-- runtimes: end -->';

/** Puts the rows into docs/runtimes.md, with the date. */
export function writeTable(root: string, rows: readonly Row[]): void {
  const path = join(root, 'docs', 'runtimes.md');
  const text = readFileSync(path, 'utf8');
  const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  if (after < 0) throw new Error(`${path} has no place for the table`);
  writeFileSync(path, `${text.slice(0, before)}\n\n${tables(rows)}\n${text.slice(after)}`);
}

const TITLES: Readonly<Record<string, string>> = {
  process: 'Processes',
  edge: 'Edge workers and small engines',
  browser: 'Browsers',
  bundler: 'Bundlers',
  types: 'Compilers',
  size: 'Sizes',
};

function tables(rows: readonly Row[]): string {
  const day = new Date().toISOString().slice(0, 10);
  const parts = [`Made on ${day} by \`npm run test:runtimes -- --write\`.`];
  for (const [group, title] of Object.entries(TITLES)) {
    const own = rows.filter((row) => row.group === group);
    if (own.length === 0) continue;
    const hasTimes = own.some(({ measures }) => measures !== undefined);
    parts.push(`### ${title}\n\n${hasTimes ? timed(own) : plain(own)}`);
  }
  return `${parts.join('\n\n')}\n`;
}

const OUTCOMES = { same: 'yes', failed: 'no', skipped: 'not tried' } as const;

function timed(rows: readonly Row[]): string {
  const cell = (value: number | undefined) => (value === undefined ? '' : `${Math.round(value)}`);
  return table([
    [
      'runtime',
      'version',
      'same bytes',
      'import ms',
      'first ms',
      'second ms',
      'processor ms until first',
      'processor ms second',
      'MB',
      'note',
    ],
    ...rows.map(({ name, version, outcome, note, measures = {} }) => [
      name,
      version,
      OUTCOMES[outcome],
      cell(measures.importMs),
      cell(measures.firstMs),
      cell(measures.secondMs),
      cell(measures.cpuMs),
      cell(measures.secondCpuMs),
      cell(measures.memoryMb),
      note ?? '',
    ]),
  ]);
}

function plain(rows: readonly Row[]): string {
  return table([
    ['what', 'version', 'as it should be', 'note'],
    ...rows.map(({ name, version, outcome, note }) => [
      name,
      version,
      OUTCOMES[outcome],
      note ?? '',
    ]),
  ]);
}

function table([head, ...body]: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(head!), row(head!.map(() => '---')), ...body.map(row)].join('\n');
}
