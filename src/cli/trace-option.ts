/** `--trace FILE`, for the commands that have it. */
import type { OutputFiles } from './output-files.ts';
import type { TraceOutput } from './trace-output.ts';

/** The option. */
export const TRACE_OPTION = {
  trace: {
    kind: 'text',
    meta: 'FILE',
    help: 'write all that is decided and written to FILE, for vitrine inspect (docs/inspection.md)',
  },
} as const;

/** Opens the trace; null where none is asked for. The code that writes traces knows all codecs, and is loaded only here. */
export async function openTrace(
  command: string,
  path: string | undefined,
  files: OutputFiles,
): Promise<TraceOutput | null> {
  if (path === undefined) return null;
  const { TraceOutput } = await import('./trace-output.ts');
  return TraceOutput.open(command, path, files);
}

/** Does `work` with the trace that is asked for, or without. */
export async function withTrace<T>(
  command: string,
  path: string | undefined,
  files: OutputFiles,
  work: (trace: TraceOutput | null) => Promise<T>,
): Promise<T> {
  const trace = await openTrace(command, path, files);
  const result = await work(trace);
  await trace?.close();
  return result;
}
