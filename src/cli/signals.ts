/** The program is told to end: by a key (SIGINT), by another program (SIGTERM), or because its terminal is gone (SIGHUP). */
import { removeUnfinished, watchUnfinished } from '../io/node/unfinished-files.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * From now on files in progress are removed when the program is told to end; then it dies of the signal, as whoever sent it expects
 * (a shell reports 128 and the signal's number, and ends its script). A handler waits for the event loop, and decoding or compressing
 * a large picture does not give it a turn for seconds: so there is none while there is nothing to remove, and the system ends the
 * program at once.
 */
export function endCleanly(): void {
  watchUnfinished((isAny) => {
    for (const signal of SIGNALS) {
      if (isAny) process.on(signal, end);
      else process.off(signal, end);
    }
  });
}

function end(signal: NodeJS.Signals): void {
  removeUnfinished();
  for (const each of SIGNALS) process.off(each, end);
  process.kill(process.pid, signal);
}
