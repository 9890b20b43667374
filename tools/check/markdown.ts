/** What the documents name must be there: files in code spans, and targets of links and pictures. */
import { posix } from 'node:path';
import type { Finding, Project } from './finding.ts';

/** A code span that is one path of the repository, with an ending. */
const CODE_PATH = /`((?:src|test|tools|bench|docs|examples|inspector|\.ci)\/[\w./-]*\w\.\w+)`/g;

const LINK = /\]\(([^)\s]+)\)/g;

/** Names of files that do not exist, in every Markdown file. ARCHITECTURE.md's list has its own rule. */
export function checkMarkdown(project: Project): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of project.documents) {
    if (!path.endsWith('.md')) continue;
    text.split('\n').forEach((lineText, index) => {
      const report = (target: string) => {
        if (project.exists(target)) return;
        findings.push({ path, line: index + 1, message: `${target} does not exist` });
      };
      const listed = path === 'ARCHITECTURE.md' && lineText.startsWith('- `src/');
      for (const [, target] of listed ? [] : lineText.matchAll(CODE_PATH)) report(target!);
      for (const [, target] of lineText.matchAll(LINK)) {
        const file = target!.split('#')[0]!;
        if (file === '' || /^[a-z]+:/.test(file)) continue;
        report(posix.normalize(posix.join(posix.dirname(path), file)));
      }
    });
  }
  return findings;
}
