/** Reads the project from disk for the rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLAUSES_PATH } from './clauses.ts';
import type { Project } from './finding.ts';
import { EXCEEDED_PATH } from './limits.ts';
import { readSource } from './source.ts';

const FOLDERS = ['src', 'inspector', 'test', 'tools', 'bench', 'examples'];
const MANIFESTS = ['package.json', 'package-lock.json', 'tsconfig.json'];
const LISTS = [CLAUSES_PATH, EXCEEDED_PATH];
const SKIPPED = ['node_modules', 'results', 'vectors'];

/** Every TypeScript file below the folders of the project, and the documents that rules read. */
export function readProject(root: string): Project {
  const paths = FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    listFiles(root, folder, '.ts'),
  );
  const documents = readdirSync(root)
    .filter((name) => name.endsWith('.md') || MANIFESTS.includes(name))
    .concat(listFiles(root, 'docs', '.md'))
    .concat(LISTS.filter((path) => existsSync(join(root, path))));
  return {
    files: paths.sort().map((path) => readSource(path, readFileSync(join(root, path), 'utf8'))),
    documents: new Map(documents.map((path) => [path, readFileSync(join(root, path), 'utf8')])),
    exists: (path) => existsSync(join(root, path)),
  };
}

function listFiles(root: string, folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return SKIPPED.includes(entry.name) ? [] : listFiles(root, path, ending);
    return entry.name.endsWith(ending) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}
