/** What a rule sees, and what it says. */
import type { SourceFile } from './source.ts';

/** The project as the rules see it: the TypeScript files, and the text of the few other files that rules read. */
export interface Project {
  readonly files: readonly SourceFile[];
  /** Text of `package.json`, `package-lock.json`, `tsconfig.json` and of the Markdown files, by path; absent if the file is. */
  readonly documents: ReadonlyMap<string, string>;
  /** Whether a file or folder is there, by its path from the repository's root. */
  readonly exists: (path: string) => boolean;
}

/** A broken rule, and where. */
export interface Finding {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** A rule: looks at the project, gives what is wrong. */
export type Rule = (project: Project) => Finding[];
