/** `npm run check`, last part: the rules of the project that the compiler and the linter do not know. */
import { fileURLToPath } from 'node:url';
import { checkArchitecture } from './check/architecture.ts';
import { checkClauses } from './check/clauses.ts';
import { checkDocumentation } from './check/documentation.ts';
import { checkFiles } from './check/files.ts';
import type { Rule } from './check/finding.ts';
import { checkLayers } from './check/layers.ts';
import { checkLimits } from './check/limits.ts';
import { checkLockFile } from './check/lock-file.ts';
import { checkManifest } from './check/manifest.ts';
import { checkMarkdown } from './check/markdown.ts';
import { readProject } from './check/project.ts';

const RULES: readonly Rule[] = [
  checkLayers,
  checkDocumentation,
  checkFiles,
  checkManifest,
  checkLockFile,
  checkArchitecture,
  checkMarkdown,
  checkLimits,
  checkClauses,
];

const project = readProject(fileURLToPath(new URL('..', import.meta.url)));
const findings = RULES.flatMap((rule) => rule(project));
for (const { path, line, message } of findings) console.error(`${path}:${line}: ${message}`);
console.log(
  `${project.files.length} files, ${RULES.length} sets of rules: ${findings.length === 0 ? 'all hold' : `${findings.length} findings`}`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
