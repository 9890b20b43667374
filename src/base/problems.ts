/** Problems of a file that readers can read past: readers note them, and their callers report them. */

/** Something wrong with a file that could be read on. */
export interface Problem {
  /** Byte offset in the source; -1 if it has none. */
  readonly offset: number;
  readonly message: string;
}

/** Problems beyond these say nothing new. */
const MAX_PROBLEMS = 100;

/** Notes a problem, unless there are many already. */
export function report(problems: Problem[], offset: number, message: string): void {
  if (problems.length < MAX_PROBLEMS) problems.push({ offset, message });
}
