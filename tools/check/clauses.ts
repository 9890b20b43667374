/**
 * The clauses that are implemented: `docs/clauses.txt` has a line for each clause and each file that cites it, in the folders
 * that hold what standards fix, with a status written by hand. The check holds the list against the citations, both ways;
 * `npm run clauses` renews it and keeps the statuses.
 */
import type { Finding, Project } from './finding.ts';
import { lineAt, type SourceFile } from './source.ts';

/** The list, from the repository's root. */
export const CLAUSES_PATH = 'docs/clauses.txt';

const HEAD = '# standard clause file status; renew with: npm run clauses';
const NEW_STATUS = 'implemented';

/** Standard that a bare "clause" means, by folder. */
const FOLDERS: readonly (readonly [prefix: string, standard: string])[] = [
  ['src/syntax/h264/', 'H.264'],
  ['src/codecs/h264/standard/', 'H.264'],
  ['src/syntax/aac/', 'AAC'],
  ['src/codecs/aac/standard/', 'AAC'],
];

const NUMBER = String.raw`(?:[A-E]\.|\d+\.)[0-9A-E]+(?:\.[0-9A-E]+)*`;
/** What stands between the numbers of one citation: "7.3.3, 7.3.4 and 7.4.3", "8.2.9-8.2.11". */
const JOINT = '(?:,? (?:and|or|to|through) |, | ?[-–] ?)';
const CITATION = new RegExp(
  String.raw`(?:\b(NALFF|AAC|H\.264) )?\b(?:[Ss]ub-?)?[Cc]lauses? (${NUMBER}(?:${JOINT}${NUMBER})*)`,
  'g',
);

/** One citation. */
interface Citation {
  /** `H.264 7.3.3 src/…`. */
  readonly key: string;
  readonly line: number;
}

function citationsOf({ path, text }: SourceFile): Citation[] {
  const folder = FOLDERS.find(([prefix]) => path.startsWith(prefix));
  if (folder === undefined) return [];
  const flat = text.replace(/\n\s*(?:\*|\/\/) ?/g, (gap) => ' '.padEnd(gap.length));
  return [...flat.matchAll(CITATION)].flatMap((match) =>
    [...match[2]!.matchAll(new RegExp(NUMBER, 'g'))].map(([clause]) => ({
      key: `${match[1] ?? folder[1]} ${clause} ${path}`,
      line: lineAt(text, match.index),
    })),
  );
}

/** The list of a project, each line with the status that `before` has for it. */
export function renewClauses(project: Project, before: string): string {
  const statuses = statusesOf(before);
  const keys = new Set(project.files.flatMap(citationsOf).map(({ key }) => key));
  const lines = [...keys].sort().map((key) => `${key} ${statuses.get(key) ?? NEW_STATUS}`);
  return `${[HEAD, ...lines].join('\n')}\n`;
}

function statusesOf(list: string): Map<string, string> {
  const statuses = new Map<string, string>();
  for (const line of list.split('\n')) {
    const match = /^(\S+ \S+ \S+) (.+)$/.exec(line);
    if (match !== null && !line.startsWith('#')) statuses.set(match[1]!, match[2]!);
  }
  return statuses;
}

/** Citations that the list lacks, and lines of it that nothing cites. */
export function checkClauses(project: Project): Finding[] {
  const list = project.documents.get(CLAUSES_PATH);
  if (list === undefined) {
    return [
      { path: CLAUSES_PATH, line: 1, message: 'the file does not exist; run npm run clauses' },
    ];
  }
  const listed = statusesOf(list);
  const findings: Finding[] = [];
  const cited = new Set<string>();
  for (const file of project.files) {
    for (const { key, line } of citationsOf(file)) {
      const isNew = !cited.has(key);
      cited.add(key);
      if (!isNew || listed.has(key)) continue;
      const message = `'${key}' is not in ${CLAUSES_PATH}; run npm run clauses`;
      findings.push({ path: file.path, line, message });
    }
  }
  for (const key of listed.keys()) {
    if (cited.has(key)) continue;
    const message = `nothing cites '${key}'; run npm run clauses`;
    findings.push({ path: CLAUSES_PATH, line: 1, message });
  }
  return findings;
}
