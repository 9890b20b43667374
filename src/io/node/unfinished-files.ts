/** Files that this process has begun and not finished: what is to be removed if it ends before they are complete. */
import { unlinkSync } from 'node:fs';

const unfinished = new Set<string>();

let watcher: (isAny: boolean) => void = () => {};

/** Calls `watch` whenever the first such file is begun, and whenever none is left. */
export function watchUnfinished(watch: (isAny: boolean) => void): void {
  watcher = watch;
}

/** Remembers a file that is about to be made. */
export function noteUnfinished(path: string): void {
  unfinished.add(path);
  if (unfinished.size === 1) watcher(true);
}

/** Forgets a file that is complete, or that was removed. */
export function noteFinished(path: string): void {
  if (unfinished.delete(path) && unfinished.size === 0) watcher(false);
}

/** Whether it is remembered. */
export function isUnfinished(path: string): boolean {
  return unfinished.has(path);
}

/** Removes all of them at once, without waiting: for programs that are told to end (src/cli/signals.ts). */
export function removeUnfinished(): void {
  for (const path of unfinished) {
    try {
      unlinkSync(path);
    } catch {
      // It is gone already, or it cannot be removed: nothing more can be done for it.
    }
  }
  unfinished.clear();
}
