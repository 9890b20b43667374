/** Waiting for a GPU, but not for ever: a driver that hangs neither answers nor fails. */
import { UnsupportedError } from '../../base/errors.ts';

/** Longest wait for one answer of a GPU, in milliseconds. A GPU in software takes up to 6 s for the analysis of 1280x720. */
export const DEFAULT_TIMEOUT_MS = 60_000;

/** There was no answer in time. */
export class NoAnswerError extends UnsupportedError {}

/**
 * A wait is in so many parts. Where the caller keeps the event loop busy, answers that are there cannot be heard; however long that
 * takes, it is one part.
 */
const PARTS = 10;

/**
 * What `asked` comes to, or a rejection where it has not settled after `timeoutMs` milliseconds in which it could. The GPU cannot be
 * stopped: an answer that comes later is dropped. Engines without timers wait.
 * @throws NoAnswerError if there was no answer in time
 */
export function answerWithin<T>(timeoutMs: number, asked: Promise<T>): Promise<T> {
  if (typeof setTimeout !== 'function') return asked;
  return new Promise((resolve, reject) => {
    let parts = 0;
    let timer: ReturnType<typeof setTimeout>;
    const waitFurther = () => {
      if (parts++ < PARTS) timer = setTimeout(waitFurther, timeoutMs / PARTS);
      else reject(new NoAnswerError('gpu', `the GPU gave no answer in ${timeoutMs / 1000} s`));
    };
    waitFurther();
    asked.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Longest wait for a GPU that is given back, in milliseconds: nobody needs its answer. */
const CLOSE_TIMEOUT_MS = 2000;

/** Waits a short time for a GPU to close. Whether it does, fails or hangs changes nothing about what was computed. */
export async function closeQuietly(close: () => Promise<unknown>): Promise<void> {
  try {
    await answerWithin(CLOSE_TIMEOUT_MS, close());
  } catch {
    // What it holds goes with the process.
  }
}

/** Largest SATD of an 8x8 block: four blocks of 4x4, of which 16 differences of 255 come to 16 · 4 · 255 at most, halved. */
const LARGEST_SATD = 32_640;
/** Largest number that stands for a cost of an 8x8 block. */
export const LARGEST_COST = LARGEST_SATD + 1;

/**
 * Checks what a GPU gave: it may fail in mid-stream without an error.
 * @throws UnsupportedError unless all numbers are integers from 1 to `largest`
 */
export function requireComputed(values: Float32Array | Uint32Array, largest: number): void {
  for (const value of values) {
    if (value >= 1 && value <= largest && Number.isInteger(value)) continue;
    const why = value === 0 ? 'no result' : `${value}, allowed are integers from 1 to ${largest}`;
    throw new UnsupportedError('gpu', `the GPU gave ${why}`);
  }
}
