/**
 * Four limits: a function has at most 60 lines, and at most 8 parameters where it is no kernel; a file has at most 400 lines; no
 * folders import each other in a circle. Lines inside of tables are not counted. `limits-exceeded.txt` lists what is over a limit and may not grow: `path name what
 * count`, one a line. A line that is no longer true must go.
 */
import { posix } from 'node:path';
import type { Finding, Project } from './finding.ts';
import { type FileShape, shapesOf } from './functions.ts';
import type { SourceFile } from './source.ts';

const MAX_FUNCTION_LINES = 60;
const MAX_PARAMETERS = 8;
const MAX_FILE_LINES = 400;

/** The list of what is over a limit, from the repository's root. */
export const EXCEEDED_PATH = 'tools/check/limits-exceeded.txt';

/** Something that is over a limit. */
interface Excess {
  readonly path: string;
  readonly line: number;
  /** Name of the function; `-` for the file. */
  readonly name: string;
  readonly what: 'lines' | 'parameters' | 'file-lines';
  readonly count: number;
}

/** Folders that the limits hold in. */
const FOLDERS = /^src\//;

/** Kernels have as many parameters as they need, and those that are generated as many lines. */
function isKernelFile({ path, imports }: SourceFile): boolean {
  const isGenerated = imports.some(({ specifier }) => /\/wasm\//.test(specifier));
  return isGenerated || /\/(kernels|wasm)\//.test(path) || /kernels?(-[a-z]+)?\.ts$/.test(path);
}

function excessesOf(file: SourceFile, { functions, tableLines }: FileShape): Excess[] {
  const { path, text } = file;
  const excesses: Excess[] = [];
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0) - tableLines;
  if (lines > MAX_FILE_LINES) {
    excesses.push({ path, line: 1, name: '-', what: 'file-lines', count: lines });
  }
  if (isKernelFile(file)) return excesses;
  for (const { name, line, lines: count, parameters } of functions) {
    if (count > MAX_FUNCTION_LINES) excesses.push({ path, line, name, what: 'lines', count });
    if (parameters > MAX_PARAMETERS) {
      excesses.push({ path, line, name, what: 'parameters', count: parameters });
    }
  }
  return excesses;
}

/** Everything in `src` that is over a limit, as lines of the list. */
export function listExcesses(project: Project): string[] {
  const sizes = excessesInSource(project).map(
    ({ path, name, what, count }) => `${path} ${name} ${what} ${count}`,
  );
  return [...sizes, ...circlesOf(project).map(({ key }) => `${key} 1`)];
}

function excessesInSource(project: Project): Excess[] {
  const files = project.files.filter(({ path }) => FOLDERS.test(path));
  const shapes = shapesOf(project);
  return files.flatMap((file) => excessesOf(file, shapes.get(file.path)!));
}

/** The four limits, over `src`. */
export function checkLimits(project: Project): Finding[] {
  const allowed = new Map<string, number>();
  for (const text of (project.documents.get(EXCEEDED_PATH) ?? '').split('\n')) {
    const [path, name, what, count] = text.split(' ');
    if (count !== undefined) allowed.set(`${path} ${name} ${what}`, Number(count));
  }
  const findings: Finding[] = [];
  for (const { path, line, name, what, count } of excessesInSource(project)) {
    const key = `${path} ${name} ${what}`;
    const limit = allowed.get(key);
    allowed.delete(key);
    if (limit !== undefined && count <= limit) continue;
    findings.push({ path, line, message: messageOf(name, what, count) });
  }
  for (const { key, finding } of circlesOf(project)) {
    if (!allowed.delete(key)) findings.push(finding);
  }
  for (const key of allowed.keys()) {
    const message = `'${key}' is over no limit any more: take the line away`;
    findings.push({ path: EXCEEDED_PATH, line: 1, message });
  }
  return findings;
}

function messageOf(name: string, what: Excess['what'], count: number): string {
  if (what === 'file-lines') return `${count} lines, allowed are ${MAX_FILE_LINES}`;
  return what === 'lines'
    ? `${name} has ${count} lines, allowed are ${MAX_FUNCTION_LINES}`
    : `${name} has ${count} parameters, allowed are ${MAX_PARAMETERS} where it is no kernel`;
}

/** Folders of `src` that import each other in a circle. Imports of types alone leave nothing behind, and do not count. */
function circlesOf(project: Project): { key: string; finding: Finding }[] {
  const edges = new Map<string, Map<string, Finding>>();
  for (const file of project.files) {
    if (!file.path.startsWith('src/')) continue;
    const from = posix.dirname(file.path);
    for (const link of file.imports) {
      if (link.typeOnly || link.dynamic || !link.specifier.startsWith('.')) continue;
      const to = posix.dirname(posix.join(from, link.specifier));
      if (to === from) continue;
      const targets = edges.get(from) ?? new Map<string, Finding>();
      edges.set(from, targets);
      targets.set(to, { path: file.path, line: link.line, message: '' });
    }
  }
  const circles: { key: string; finding: Finding }[] = [];
  for (const [from, targets] of edges) {
    for (const [to, finding] of targets) {
      if (!reaches(edges, to, from, new Set())) continue;
      const message = `${from} and ${to} import each other in a circle`;
      circles.push({ key: `${from} ${to} circle`, finding: { ...finding, message } });
    }
  }
  return circles;
}

function reaches(
  edges: ReadonlyMap<string, ReadonlyMap<string, Finding>>,
  from: string,
  goal: string,
  seen: Set<string>,
): boolean {
  if (from === goal) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  for (const next of edges.get(from)?.keys() ?? []) {
    if (reaches(edges, next, goal, seen)) return true;
  }
  return false;
}
