/** Traces as tests look at them. */
import { joinBytes } from '../../src/base/byte-stream.ts';
import { readTrace, type Trace } from '../../src/inspect/index.ts';

/** Ends the trace that `inspector` writes, and reads it. */
export function endTrace(inspector: { end(): void; take(): Uint8Array[] }): Trace {
  inspector.end();
  return readTrace(joinBytes(inspector.take()));
}

/** The rows of a table as objects. */
export function traceRows({ tables }: Trace, name: string): Record<string, number>[] {
  const { columns, rowCount } = tables[name];
  return Array.from({ length: rowCount }, (_, i) =>
    Object.fromEntries(Object.entries(columns).map(([key, values]) => [key, values[i]])),
  );
}

/** The sum of some numbers. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
