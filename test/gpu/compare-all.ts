/** Frame kernels of any kind against the plain ones. */
import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import type { FrameKernels } from '../../src/gpu/frame-kernels.ts';
import { PlainFrameKernels } from '../../src/gpu/index.ts';
import { otherQuestions, planePairs, questionsAbout } from './questions.ts';
import { realPairs } from './real-pictures.ts';

/** Asks `kernels` and the plain ones all questions; returns how many numbers were compared. */
export async function compareAll(kernels: FrameKernels): Promise<number> {
  const plain = new PlainFrameKernels();
  const pairs = [...planePairs(64, 48), ...planePairs(48, 80), ...realPairs(96, 80)];
  const questions = pairs.flatMap((pair) =>
    questionsAbout(pair).map(([name, ask]) => [`${pair.name}: ${name}`, ask] as const),
  );
  let count = 0;
  for (const [name, ask] of [...questions, ...otherQuestions()]) {
    // Kernels that run on the processor leave the event loop no turn, and the test runner takes that for a hang.
    await setImmediate();
    const expected = await ask(plain);
    expect(await ask(kernels), name).toEqual(expected);
    count += JSON.stringify(expected).split(',').length;
  }
  return count;
}
