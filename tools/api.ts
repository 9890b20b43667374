/** `npm run docs:api`: writes docs/api, a page for each part that package.json exports, from the comments in the sources. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeApiPages } from './api/make.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'docs', 'api');
mkdirSync(folder, { recursive: true });
const pages = makeApiPages(root);
for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(join(folder, name));
for (const [name, text] of pages) {
  const path = join(folder, name);
  let before = '';
  try {
    before = readFileSync(path, 'utf8');
  } catch {}
  if (before !== text) writeFileSync(path, text);
}
