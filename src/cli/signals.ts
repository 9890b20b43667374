/** The program is told to end: by a key (SIGINT), by another program (SIGTERM), or because its terminal is gone (SIGHUP). */
import { removeUnfinished } from '../io/node/unfinished-files.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * From now on files in progress are removed when the program is told to end; then it dies of the signal, as whoever sent it expects
 * (a shell reports 128 and the signal's number, and ends its script).
 */
export function endCleanly(): void {
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      removeUnfinished();
      // The handler is gone by now: this is what the system does with the signal.
      process.kill(process.pid, signal);
    });
  }
}
