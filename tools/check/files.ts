/** Size and name of files, and the few forms of import and comment that the style rules out everywhere. */
import type { Finding, Project } from './finding.ts';
import { lineAt, type SourceFile } from './source.ts';

/** Lines that a file may have where limits.ts does not hold it to fewer; past it, the file holds more than one idea. */
const MAX_LINES = 600;

const FORBIDDEN_NAMES = /^(utils?|helpers?|common|misc)$/;

/** The rules on files, over all TypeScript files of the project. */
export function checkFiles(project: Project): Finding[] {
  return project.files.flatMap((file) => [
    ...checkSize(file),
    ...checkName(file),
    ...checkImportForms(file),
    ...checkTodos(file),
    ...checkPure(file),
  ]);
}

function checkSize(file: SourceFile): Finding[] {
  const lines = file.text.split('\n').length - (file.text.endsWith('\n') ? 1 : 0);
  if (lines <= MAX_LINES || file.path.startsWith('src/')) return [];
  const message = `${lines} lines, allowed are ${MAX_LINES}`;
  return [{ path: file.path, line: MAX_LINES + 1, message }];
}

function checkName(file: SourceFile): Finding[] {
  const words = file.path.replace(/\.ts$/, '').split(/[/.]/);
  const bad = words.find((word) => FORBIDDEN_NAMES.test(word) || /-(utils?|helpers?)$/.test(word));
  if (bad === undefined) return [];
  return [
    { path: file.path, line: 1, message: `'${bad}' says nothing: name the file after its idea` },
  ];
}

function checkImportForms(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  for (const link of file.imports) {
    if (link.namespace) {
      const message = `import * from '${link.specifier}': import by name`;
      findings.push({ path: file.path, line: link.line, message });
    }
    if (link.exportStar && !file.path.endsWith('/index.ts')) {
      const message = `export * from '${link.specifier}': only a folder's index.ts re-exports`;
      findings.push({ path: file.path, line: link.line, message });
    }
  }
  return findings;
}

function checkTodos(file: SourceFile): Finding[] {
  if (file.path.startsWith('tools/check/') || file.path.startsWith('test/tools/')) return [];
  return [...file.text.matchAll(/\b(TODO|FIXME|XXX)\b(?!\(#\d+\))/g)].map((match) => ({
    path: file.path,
    line: lineAt(file.text, match.index),
    message: `${match[1]} without an issue number: write TODO(#12)`,
  }));
}

/** Bundlers drop what is marked so and not used, but they know the mark before a call or `new` only. */
function checkPure(file: SourceFile): Finding[] {
  if (!file.path.startsWith('src/')) return [];
  const marks = file.text.matchAll(/\/\* @__PURE__ \*\/\s+(?=[[{'"`\d])/g);
  return [...marks].map((match) => ({
    path: file.path,
    line: lineAt(file.text, match.index),
    message: '@__PURE__ stands before a call or new, nothing else',
  }));
}
