/** `npm run docs:options`: writes docs/h264/options.md. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { optionsPage } from './options/page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
writeFileSync(`${root}/docs/h264/options.md`, optionsPage(root));
