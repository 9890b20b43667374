/** Every file opens with its idea, every export says its contract, and what a standard fixes cites the clause. */
import type { Finding, Project } from './finding.ts';

const DOCUMENTED = ['function', 'class', 'interface', 'const'];

/** A citation names a clause, table, annex, equation, figure or section by its number; or the comment says that there is none. */
const CITATION =
  /\bnot normative\b|\b(sub-?)?(clauses?|tables?|annex(es)?|equations?|figures?|sections?)\s+\(?([A-Z]\b|([A-Z][.-])?\d)|§\s*\d/i;

/** Files without an opening comment, exports without a doc comment, normative functions without a citation. */
export function checkDocumentation(project: Project): Finding[] {
  const findings: Finding[] = [];
  for (const file of project.files) {
    const inSource = file.path.startsWith('src/');
    if (file.opening === null || file.opening === '') {
      findings.push({
        path: file.path,
        line: 1,
        message: 'the file does not open with a comment that says its idea',
      });
    }
    if (!inSource) continue;
    const normative = file.path.split('/').includes('standard');
    for (const declared of file.exports) {
      if (!DOCUMENTED.includes(declared.kind)) continue;
      const what = `${declared.kind} ${declared.name}`;
      if (declared.doc === null) {
        findings.push({
          path: file.path,
          line: declared.line,
          message: `${what} has no doc comment`,
        });
      } else if (normative && declared.kind === 'function' && !CITATION.test(declared.doc)) {
        findings.push({
          path: file.path,
          line: declared.line,
          message: `${what} is in standard/, but its doc comment cites no clause (nor says "not normative")`,
        });
      }
    }
  }
  return findings;
}
