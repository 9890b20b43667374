/** `npm run architecture`: puts the list of folders in ARCHITECTURE.md in order, with the sentence that each `index.ts` opens with. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renewArchitecture } from './check/architecture.ts';
import { readProject } from './check/project.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = `${root}/ARCHITECTURE.md`;
writeFileSync(path, renewArchitecture(readFileSync(path, 'utf8'), readProject(root)));
