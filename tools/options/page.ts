/** Makes docs/h264/options.md: the tables of the H.264 encoder's options, from their rows and the comments above these. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OptionRow, OptionRows } from '../../src/codecs/h264/encoder/option-rows.ts';
import { GENERAL_ROWS } from '../../src/codecs/h264/encoder/option-tables.ts';
import { ORDER_ROWS } from '../../src/codecs/h264/encoder/order-options.ts';
import { QUALITY_ROWS } from '../../src/codecs/h264/encoder/quality-options.ts';
import { RATE_ROWS } from '../../src/codecs/h264/encoder/rate-options.ts';
import {
  PRESETS,
  presetOptions,
  SPEED_ROWS,
  type SpeedOptions,
} from '../../src/codecs/h264/encoder/speed-options.ts';
import { STREAM_ROWS } from '../../src/codecs/h264/encoder/stream-options.ts';

/** One table of the page: its title, the file of its rows, and these. */
type Section = readonly [title: string, file: string, rows: OptionRows];

const SECTIONS: readonly Section[] = [
  ['General', 'option-tables', GENERAL_ROWS],
  ['The stream', 'stream-options', STREAM_ROWS],
  ['Rate and lookahead', 'rate-options', RATE_ROWS],
  ['Order and references', 'order-options', ORDER_ROWS],
  ['Speed', 'speed-options', SPEED_ROWS],
  ['What the eye sees', 'quality-options', QUALITY_ROWS],
];

const OPENING = `<!-- Made from the rows of the options by \`npm run docs:options\`. -->

# Options of the H.264 encoder

This page has all options of \`createH264Encoder\` whose values are numbers, words, or true or false. The other options (\`width\`,
\`height\`, \`frameRate\`, \`timeBase\`, \`tune\`, \`statistics\`, \`keyFrames\`, \`zones\`, \`scalingLists\`, \`sampleAspectRatio\`, \`color\`,
\`vectorKernels\`, \`inspect\`) are explained in [docs/api](../api/vitrine-h264.md#h264options). \`vitrine encode --h264 KEY=VALUE:…\` takes
the options of this page by the same names, but not \`collectStatistics\`.`;

/** The page; `root` is the folder of the repository. */
export function optionsPage(root: string): string {
  const parts = SECTIONS.map(([title, file, rows]) => {
    const path = join(root, 'src/codecs/h264/encoder', `${file}.ts`);
    const meanings = meaningsIn(readFileSync(path, 'utf8'));
    const lines = Object.entries(rows).map(([name, row]) => {
      const meaning = meanings.get(name);
      if (meaning === undefined) throw new Error(`${path}: no comment says what ${name} means`);
      return [`\`${name}\``, allowedBy(row), initialOf(name, row), meaning];
    });
    return `## ${title}\n\n${table([['option', 'values', 'default', 'meaning'], ...lines])}`;
  });
  return `${[OPENING, ...parts, presetsPart()].join('\n\n')}\n`;
}

const ROW = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+(\w+): (?:integer|number|flag|choice)\(/g;

/** The comments above the rows of a source, by option, as plain text. */
function meaningsIn(source: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, comment, name] of source.matchAll(ROW)) {
    const text = comment!.replace(/^\s*\*?\s?/gm, '').replace(/\s+/g, ' ');
    found.set(name!, text.trim());
  }
  return found;
}

function allowedBy(row: OptionRow): string {
  if (row.kind === 'flag') return 'true, false';
  if (row.kind === 'choice') return row.values.map((value) => `\`${value}\``).join(', ');
  const isTiny = row.min === Number.MIN_VALUE;
  const numbers = row.kind === 'integer' ? 'whole, ' : '';
  return `${numbers}${isTiny ? 'above 0' : row.min} to ${row.max}`;
}

/** The default; of options that presets set, that they do; empty where the meaning says it. */
function initialOf(name: string, row: OptionRow): string {
  if (row.initial !== undefined) return `\`${row.initial}\``;
  return name in presetOptions('medium') ? 'by preset' : '';
}

function presetsPart(): string {
  const presets = PRESETS.map((preset) => presetOptions(preset));
  const names = Object.keys(presets[0]!) as (keyof SpeedOptions)[];
  const lines = names.map((name) => [
    `\`${name}\``,
    ...presets.map((options) => String(options[name])),
  ]);
  const head = ['option', ...PRESETS.map((preset) => `\`${preset}\``)];
  return `## What presets set\n\n${table([head, ...lines])}`;
}

/** A table of Markdown, its columns as wide as their widest cells. */
function table([head, ...lines]: readonly (readonly string[])[]): string {
  const widths = head!.map((_, i) =>
    Math.max(...[head!, ...lines].map((cells) => cells[i]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head!), rule, ...lines.map(line)].join('\n');
}
