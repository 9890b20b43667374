/** `npm run architecture`: writes the list of files in ARCHITECTURE.md from the sentence that each file opens with. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renewArchitecture } from './check/architecture.ts';
import { readProject } from './check/project.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = `${root}/ARCHITECTURE.md`;
writeFileSync(path, renewArchitecture(readFileSync(path, 'utf8'), readProject(root)));
