/**
 * ARCHITECTURE.md has one line for each folder of `src` that holds files: what the folder is for. A folder with an
 * `index.ts` is described by the first sentence of that file; the sentences of the others are written by hand and kept.
 * The lines stand between two markers; `npm run architecture` puts them in order, the check compares them. What a file is
 * for stands in the comment that it opens with.
 */
import type { Finding, Project } from './finding.ts';
import { firstSentence } from './source.ts';

const BEGIN = '<!-- folders: begin -->';
const END = '<!-- folders: end -->';
const LINE = /^- `(src[^`]*)`: (.*)$/;

/** Folders of `src` that hold files, in order, each with the sentence of its `index.ts`, or null where there is none. */
export function architectureFolders(project: Project): Map<string, string | null> {
  const folders = new Map<string, string | null>();
  for (const { path, opening } of project.files) {
    if (!path.startsWith('src/')) continue;
    const folder = path.slice(0, path.lastIndexOf('/'));
    const isIndex = path === `${folder}/index.ts`;
    if (isIndex && opening !== null) folders.set(folder, firstSentence(opening));
    else if (!folders.has(folder)) folders.set(folder, null);
  }
  return new Map([...folders].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `document` with its list of folders written anew. Throws `Error` if the markers are not there. */
export function renewArchitecture(document: string, project: Project): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`ARCHITECTURE.md lacks ${BEGIN} … ${END}`);
  const written = new Map<string, string>();
  for (const text of document.slice(begin, end).split('\n')) {
    const match = LINE.exec(text);
    if (match !== null) written.set(match[1] as string, match[2] as string);
  }
  const lines = [...architectureFolders(project)].map(
    ([folder, sentence]) => `- \`${folder}\`: ${sentence ?? written.get(folder) ?? ''}`,
  );
  return `${document.slice(0, begin + BEGIN.length)}\n\n${lines.join('\n')}\n\n${document.slice(end)}`;
}

/** Folders that the list lacks, names that do not exist, and lines that do not say what the folder says of itself. */
export function checkArchitecture(project: Project): Finding[] {
  const path = 'ARCHITECTURE.md';
  const document = project.documents.get(path);
  if (document === undefined) return [{ path, line: 1, message: 'the file does not exist' }];
  const expected = architectureFolders(project);
  const seen = new Set<string>();
  const findings: Finding[] = [];
  const remedy = 'run npm run architecture';
  document.split('\n').forEach((text, index) => {
    const match = LINE.exec(text);
    if (match === null) return;
    const [, folder, sentence] = match as unknown as [string, string, string];
    const find = (message: string) => findings.push({ path, line: index + 1, message });
    if (seen.has(folder)) find(`${folder} is listed twice; ${remedy}`);
    seen.add(folder);
    const own = expected.get(folder);
    if (own === undefined) find(`${folder} does not exist; ${remedy}`);
    else if (own !== null && own !== sentence)
      find(`${folder}/index.ts opens with another sentence; ${remedy}`);
    else if (sentence === '') find(`${folder} has no index.ts; write here what the folder is for`);
  });
  for (const folder of expected.keys()) {
    if (!seen.has(folder)) {
      findings.push({ path, line: 1, message: `${folder} is not listed; ${remedy}` });
    }
  }
  return findings;
}
