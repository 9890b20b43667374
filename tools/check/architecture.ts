/**
 * ARCHITECTURE.md has one line for each file of `src`: its path and the first sentence of the comment that it opens
 * with. The lines stand between two markers; `npm run architecture` writes them, the check compares them.
 */
import type { Finding, Project } from './finding.ts';
import { firstSentence } from './source.ts';

const BEGIN = '<!-- files: begin -->';
const END = '<!-- files: end -->';

/** The lines that the list must have, by path, in order. */
export function architectureLines(project: Project): Map<string, string> {
  const lines = new Map<string, string>();
  for (const file of project.files) {
    if (!file.path.startsWith('src/') || file.opening === null) continue;
    lines.set(file.path, `- \`${file.path}\`: ${firstSentence(file.opening)}`);
  }
  return new Map([...lines].sort((a, b) => compareFolders(a[0], b[0])));
}

/** `document` with its list of files written anew. Throws `Error` if the markers are not there. */
export function renewArchitecture(document: string, project: Project): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`ARCHITECTURE.md lacks ${BEGIN} … ${END}`);
  const blocks: string[] = [];
  let folder = '';
  for (const [path, line] of architectureLines(project)) {
    const own = path.slice(0, path.lastIndexOf('/'));
    if (own !== folder) blocks.push(`\n### ${own}\n`);
    folder = own;
    blocks.push(line);
  }
  return `${document.slice(0, begin + BEGIN.length)}\n${blocks.join('\n')}\n\n${document.slice(end)}`;
}

/** Files that the list lacks, names that do not exist, and lines that no longer say what the file says. */
export function checkArchitecture(project: Project): Finding[] {
  const path = 'ARCHITECTURE.md';
  const document = project.documents.get(path);
  if (document === undefined) return [{ path, line: 1, message: 'the file does not exist' }];
  const expected = architectureLines(project);
  const seen = new Set<string>();
  const findings: Finding[] = [];
  const remedy = 'run npm run architecture';
  document.split('\n').forEach((text, index) => {
    const named = /^- `(src\/[^`]+)`/.exec(text)?.[1];
    if (named === undefined) return;
    const line = index + 1;
    if (seen.has(named))
      findings.push({ path, line, message: `${named} is listed twice; ${remedy}` });
    seen.add(named);
    if (!expected.has(named)) {
      findings.push({ path, line, message: `${named} does not exist; ${remedy}` });
    } else if (expected.get(named) !== text) {
      findings.push({ path, line, message: `${named} opens with another sentence; ${remedy}` });
    }
  });
  for (const file of expected.keys()) {
    if (!seen.has(file))
      findings.push({ path, line: 1, message: `${file} is not listed; ${remedy}` });
  }
  return findings;
}

/** Order of paths in which a folder's own files come before its subfolders. */
function compareFolders(a: string, b: string): number {
  const cut = (path: string) => path.lastIndexOf('/');
  const folderA = a.slice(0, cut(a));
  const folderB = b.slice(0, cut(b));
  if (folderA !== folderB) return folderA < folderB ? -1 : 1;
  return a < b ? -1 : 1;
}
