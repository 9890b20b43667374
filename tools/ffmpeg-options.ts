/**
 * Writes test/filters/vectors/ffmpeg-options.json: the options that ffmpeg lists for each of our filters, with the names of their
 * values: `npx tsx tools/ffmpeg-options.ts`, with ffmpeg 5.1 on the PATH.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FILTERS } from '../src/filters/index.ts';

/** What ffmpeg says of one filter. */
interface Listed {
  /** Whether it has the option `enable`. */
  enable: boolean;
  /** Table: name of an option => names of its values. */
  options: Record<string, string[]>;
}

function listedOf(text: string): Listed {
  const listed: Listed = { enable: text.includes('support for timeline'), options: {} };
  let values: string[] = [];
  for (const line of text.split('\n')) {
    // The options of the scaler and of frame synchronization stand behind those of the filter.
    if (/^SW\w+ AVOptions:/.test(line)) break;
    const option = /^ {2,3}-?(\w+) +<\w+> /.exec(line);
    if (option !== null) {
      values = [];
      listed.options[option[1]!] = values;
      continue;
    }
    const value = /^ {4,6}(\S+) +(?:-?\d+)? +[.EDFVASXRBTP]{6,}/.exec(line);
    if (value !== null) values.push(value[1]!);
  }
  return listed;
}

const all: Record<string, Listed> = {};
for (const { name } of FILTERS) {
  const args = ['-hide_banner', '-h', `filter=${name}`];
  const { stdout } = spawnSync('ffmpeg', args, { encoding: 'utf8' });
  if (stdout.startsWith('Filter ')) all[name] = listedOf(stdout);
}
const lines = Object.entries(all).map(
  ([name, listed]) => `  ${JSON.stringify(name)}: ${JSON.stringify(listed)}`,
);
const path = new URL('../test/filters/vectors/ffmpeg-options.json', import.meta.url);
writeFileSync(fileURLToPath(path), `{\n${lines.join(',\n')}\n}\n`);
