/** The recipes of docs/kernels.md, taken from there as they stand: how `vitrine/kernels.wasm` is handed over on each platform. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Setting } from './row.ts';

/** The program below the heading `### title`. */
export function recipe(setting: Setting, title: string): string {
  const text = readFileSync(join(setting.root, 'docs', 'kernels.md'), 'utf8');
  const block = new RegExp(`^### ${title}\\n[^#]*?\`\`\`js\\n([\\s\\S]*?)\`\`\``, 'm').exec(
    text,
  )?.[1];
  if (block === undefined) throw new Error(`docs/kernels.md has no program below "${title}"`);
  return block;
}

/** Writes a program that begins with a recipe, in the folder that has the package; returns its path. */
export function writeProgram(setting: Setting, title: string, name: string, rest: string): string {
  const folder = join(setting.app, 'recipes', name.replace(/\W/g, '-'));
  mkdirSync(folder, { recursive: true });
  for (const file of ['movie.js', 'sets.js']) {
    cpSync(join(setting.here, 'programs', file), join(folder, file));
  }
  const path = join(folder, name);
  writeFileSync(path, `${recipe(setting, title)}\n${rest}`);
  return path;
}

/** What bundles of recipes end with: a function that makes the movie, as `programs/bundled.js` leaves it. */
export const MAKES_MOVIE = `import * as library from 'vitrine';
import { makeMovie } from './movie.js';
globalThis.makeMovie = () => makeMovie(library);
`;
