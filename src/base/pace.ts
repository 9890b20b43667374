/**
 * Long work that is not alone: every few milliseconds the event loop takes a turn, so that timers, requests and the caller's own
 * decision to stop are not kept waiting; and an `AbortSignal` ends it. Everything asynchronous of this library takes such a
 * signal, and rejects with the signal's reason when it is aborted, as the functions of the web platform do.
 */
import type { AbortSignalLike } from './platform.ts';

/** The options of everything that takes time. */
export interface Abortable {
  /** Ends the work when it is aborted; what was begun is undone. */
  readonly signal?: AbortSignalLike;
}

/** Longest time without a turn of the event loop, in milliseconds; half of a frame at 60 pictures per second. */
const TURN_MS = 8;

/** Paces one piece of work. */
export class Pace {
  private readonly signal: AbortSignalLike | undefined;
  private last = milliseconds();

  constructor(signal?: AbortSignalLike) {
    this.signal = signal;
  }

  /**
   * To be called between steps of the work. Returns nothing where it can go on at once, which costs less than a promise that is
   * there already; else a promise of the next turn. Throws or rejects with the signal's reason if it is aborted.
   */
  step(): Promise<void> | undefined {
    this.signal?.throwIfAborted();
    if (milliseconds() - this.last < TURN_MS) return undefined;
    return this.rest();
  }

  private async rest(): Promise<void> {
    await nextTurn();
    this.last = milliseconds();
    this.signal?.throwIfAborted();
  }
}

/** A clock that only goes forward, where the engine has one. */
function milliseconds(): number {
  return typeof performance === 'object' ? performance.now() : Date.now();
}

declare const setImmediate: ((callback: () => void) => unknown) | undefined;

/** Settles when everything else that was ready has run. Timers of browsers wait 4 ms at least; a message does not. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    if (typeof MessageChannel !== 'function') {
      // Engines without timers have no loop to keep waiting.
      if (typeof setTimeout === 'function') setTimeout(resolve, 0);
      else resolve();
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/**
 * `work`, or a rejection with the signal's reason as soon as it is aborted. The work itself goes on then; what becomes of it is
 * nobody's concern any more.
 */
export function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignalLike | undefined,
): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** A signal that is aborted as soon as one of two is. */
export function eitherSignal(
  first: AbortSignalLike | undefined,
  second: AbortSignalLike | undefined,
): AbortSignalLike | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const controller = new AbortController();
  const once = { once: true, signal: controller.signal };
  for (const signal of [first, second]) {
    const onAbort = () => controller.abort(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, once);
  }
  return controller.signal;
}
