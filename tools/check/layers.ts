/**
 * The layers: which folder may import which. The rows are those of the design's table; a file imports from the rows
 * above its own and from its own folder, siblings never from each other, with two exceptions. What a browser loads
 * must not reach a module of Node.
 */
import { posix } from 'node:path';
import type { Finding, Project } from './finding.ts';
import type { ImportLink, SourceFile } from './source.ts';

/** Table: first folder under `src` => its row. Codecs, containers and syntax are one layer per folder below that. */
const ROWS: ReadonlyMap<string, number> = new Map([
  ['base', 0],
  ['bits', 1],
  ['dsp', 1],
  ['inspect', 1],
  ['wasm', 1],
  ['syntax', 1.5],
  ['frames', 2],
  ['codecs', 3],
  ['containers', 3],
  ['filters', 3],
  ['io', 4],
  ['gpu', 4],
  ['pipeline', 5],
  ['cli', 6],
]);

/** The highest row that a row may import; a row's own folder is always allowed. */
const REACH: ReadonlyMap<number, number> = new Map([
  [0, -1],
  [1, 0],
  [1.5, 1],
  [2, 1],
  [3, 2],
  [4, 2],
  [5, 4],
  [6, 6],
]);

/** A layer: its row, and the folder that counts as "its own". */
interface Layer {
  readonly row: number;
  /** `base`, `codecs/h264`, `pipeline`; `index` for `src/index.ts`. */
  readonly folder: string;
}

/** The layer of a file under `src`; `null` if the folder has no row. */
export function layerOf(path: string): Layer | null {
  const parts = path.split('/').slice(1);
  if (parts.length === 1) return { row: 6, folder: 'index' };
  const row = ROWS.get(parts[0]!);
  if (row === undefined) return null;
  const perFolder = ['codecs', 'containers', 'syntax'].includes(parts[0]!);
  return { row, folder: perFolder ? `${parts[0]}/${parts[1]}` : parts[0]! };
}

/** The layer rule, over every import of every file under `src`. */
export function checkLayers(project: Project): Finding[] {
  const findings: Finding[] = [];
  for (const file of project.files) {
    if (!file.path.startsWith('src/')) continue;
    if (layerOf(file.path) === null) {
      findings.push({
        path: file.path,
        line: 1,
        message: 'its folder has no row in the layer table',
      });
      continue;
    }
    for (const link of file.imports) {
      const message = checkImport(file, link);
      if (message !== null) findings.push({ path: file.path, line: link.line, message });
    }
  }
  return findings;
}

/** What is wrong with one import, or `null`. */
function checkImport(file: SourceFile, link: ImportLink): string | null {
  if (!link.specifier.startsWith('.')) return checkPackageImport(file.path, link);
  if (!link.specifier.endsWith('.ts')) {
    return `import of '${link.specifier}': relative imports end in .ts`;
  }
  const target = posix.join(posix.dirname(file.path), link.specifier);
  if (!target.startsWith('src/')) return `import of '${link.specifier}' leaves src`;
  const from = layerOf(file.path)!;
  const to = layerOf(target);
  if (to === null) return `import of '${link.specifier}': its folder has no row in the layer table`;
  if (usesNode(target) && !usesNode(file.path) && !link.typeOnly && !link.dynamic) {
    return `static import of '${link.specifier}' pulls in modules of Node; load it with import()`;
  }
  if (inside(file.path, 'standard') && inside(target, 'encoder')) {
    return `standard/ imports encoder/ ('${link.specifier}'): what the standard fixes does not know our choices`;
  }
  if (from.folder === to.folder) return null;
  const reach = REACH.get(from.row)!;
  if (to.row <= reach) return null;
  const usesDeflate = ['codecs/png', 'codecs/tiff'].includes(from.folder);
  if (usesDeflate && to.folder === 'codecs/deflate') return null;
  if (from.folder.startsWith('containers/') && to.folder === 'containers/config') return null;
  if (from.folder === 'gpu' && to.row === 3 && link.typeOnly) return null;
  const allowed = from.row === 0 ? 'nothing but its own folder' : `rows 0 to ${reach}`;
  return `${from.folder} (row ${from.row}) imports ${to.folder} (row ${to.row}); allowed: ${allowed}`;
}

/** Bare specifiers: there is no run-time dependency, and Node's own modules stay in two folders. */
function checkPackageImport(path: string, link: ImportLink): string | null {
  if (!link.specifier.startsWith('node:')) {
    if (link.typeOnly) return null;
    if (link.specifier === '#files' && link.dynamic && path.startsWith('src/io/')) return null;
    return `import of '${link.specifier}': the library has no run-time dependency`;
  }
  if (link.typeOnly || link.dynamic || usesNode(path)) return null;
  return `import of '${link.specifier}': modules of Node are imported only in src/io/node and src/cli`;
}

/** The two folders whose files may import modules of Node; elsewhere they are reached by `import()` only. */
function usesNode(path: string): boolean {
  return path.startsWith('src/io/node') || path.startsWith('src/cli/');
}

function inside(path: string, folder: string): boolean {
  return path.split('/').slice(0, -1).includes(folder);
}
