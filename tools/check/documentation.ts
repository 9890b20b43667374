/** Every file opens with its idea, every export says its contract, and what a standard fixes cites the clause. */
import type { Finding, Project } from './finding.ts';
import { shapesOf } from './functions.ts';
import type { Exported, SourceFile } from './source.ts';

const DOCUMENTED = ['function', 'class', 'interface', 'const'];

/** A citation names a clause, table, annex, equation, figure or section by its number; or the comment says that there is none. */
const CITATION =
  /\b[Nn]ot normative\b|\b([Ss]ub-?)?([Cc]lauses?|[Tt]ables?|[Aa]nnex(es)?|[Ee]quations?|[Ff]igures?|[Ss]ections?)\s+\(?([A-Z](?=[,.;:)]|$)|([A-Z][.-])?\d)|\b[Aa]nnex [A-Z]\b|§\s*\d/;

/** Files without an opening comment, exports without a doc comment, normative functions without a citation. */
export function checkDocumentation(project: Project): Finding[] {
  const findings: Finding[] = [];
  const isFunction = ({ path }: SourceFile, { kind, name, line }: Exported): boolean => {
    if (kind === 'function') return true;
    const { functions } = shapesOf(project).get(path)!;
    const isSet = functions.some((found) => {
      return found.name === name && found.isNamed && found.line >= line && found.line <= line + 1;
    });
    return kind === 'const' && isSet;
  };
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
      } else if (normative && isFunction(file, declared) && !CITATION.test(declared.doc)) {
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
