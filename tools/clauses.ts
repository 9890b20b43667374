/** `npm run clauses`: renews docs/clauses.txt, the list of clauses and the files that implement them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CLAUSES_PATH, renewClauses } from './check/clauses.ts';
import { readProject } from './check/project.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = readProject(root);
const before = project.documents.has(CLAUSES_PATH)
  ? readFileSync(`${root}${CLAUSES_PATH}`, 'utf8')
  : '';
writeFileSync(`${root}${CLAUSES_PATH}`, renewClauses(project, before));
