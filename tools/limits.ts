/** `npm run limits`: renews tools/check/limits-exceeded.txt, the list of what is over a limit. Look at what it adds: the list may not grow. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EXCEEDED_PATH, listExcesses } from './check/limits.ts';
import { readProject } from './check/project.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
writeFileSync(`${root}${EXCEEDED_PATH}`, `${listExcesses(readProject(root)).join('\n')}\n`);
