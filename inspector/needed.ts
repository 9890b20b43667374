/** What a trace must have to be shown. */
import type { Trace } from '../src/inspect/index.ts';

/** Throws an error that says what to do where a trace lacks one of these columns, by table. */
export function requireColumns(
  trace: Trace,
  needed: Readonly<Record<string, readonly string[]>>,
): void {
  for (const [name, columns] of Object.entries(needed)) {
    const table = trace.tables[name];
    const missing =
      table === undefined ? name : columns.find((c) => table.columns[c] === undefined);
    if (missing === undefined) continue;
    throw new Error(
      `The trace lacks '${missing}': it was written by another version of vitrine. Make it again with this one.`,
    );
  }
}
