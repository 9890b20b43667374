/**
 * The test that a GPU must pass before its numbers are believed: every kernel on small planes of extreme and of random samples,
 * against the plain kernels. Drivers have given zeros without an error, and halves of the precision that was asked for.
 */
import { codeRange, forwardMatrix, lumaWeights } from '../frames/color-matrix.ts';
import type { BlockQuantizer, FrameKernels, SamplePlane } from './frame-kernels.ts';
import { answerWithin, closeQuietly, DEFAULT_TIMEOUT_MS } from './plain/answer.ts';
import type { PlainFrameKernels } from './plain/plain-frame-kernels.ts';

const WIDTH = 64;
const HEIGHT = 48;

/** Multipliers, rounding and bits of QP 0 and of QP 51: the smallest and the largest step. */
const QUANTIZERS: readonly BlockQuantizer[] = [
  { even: 13107, odd: 5243, mixed: 8066, offset: 10922, bits: 15 },
  { even: 9362, odd: 3647, mixed: 5825, offset: 2796202, bits: 23 },
];

/** Numbers from 0 to 255, the same on every call: a linear congruential generator (Numerical Recipes, 1992). */
function createBytes(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
}

/**
 * Asks `kernels` and `plain` the same questions, and waits `timeoutMs` milliseconds at most for each answer of `kernels`.
 * @returns the name of the first kernel that gives other numbers; null if there is none
 * @throws UnsupportedError if an answer does not come in time; what `kernels` throw
 */
export async function findWrongKernel(
  kernels: FrameKernels,
  plain: PlainFrameKernels,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<string | null> {
  for (const [name, ask] of questions()) {
    const expected = await ask(plain);
    const answer = await answerWithin(timeoutMs, ask(kernels));
    if (!isSame(expected, answer)) return name;
  }
  return null;
}

type Question = readonly [name: string, ask: (kernels: FrameKernels) => Promise<unknown>];

function questions(): readonly Question[] {
  const bytes = createBytes();
  const size = { width: WIDTH, height: HEIGHT };
  const count = WIDTH * HEIGHT;
  const before: SamplePlane = { samples: Uint8Array.from({ length: count }, bytes), ...size };
  // Black and white on the left; the plane before, moved, on the right.
  const samples = Uint8Array.from({ length: count }, (_, i) =>
    i % WIDTH < 24 ? 255 * (bytes() & 1) : before.samples[Math.max(0, i - 2 * WIDTH - 3)],
  );
  const now: SamplePlane = { samples, ...size };
  const residual = Int16Array.from({ length: count }, (_, i) =>
    i < count / 2 ? 255 - 510 * (bytes() & 1) : bytes() - bytes(),
  );
  const rgb = Uint8Array.from({ length: 3 * count }, (_, i) =>
    i < count ? 255 * (bytes() & 1) : bytes(),
  );
  const matrix = forwardMatrix(...lumaWeights('gpu', 1), codeRange(true));
  return [
    ['halve', (kernels) => kernels.halve(now)],
    ['searchBlocks', (kernels) => kernels.searchBlocks(now, before, 16, 16)],
    ['sadField', (kernels) => kernels.sadField(now, before, 16, 16)],
    ['intraCosts', (kernels) => kernels.intraCosts(now)],
    ['interCosts', (kernels) => kernels.interCosts(now, before, vectors(count / 64))],
    ...QUANTIZERS.map(
      (quantizer): Question => [
        'transformQuantize',
        (kernels) => kernels.transformQuantize(residual, WIDTH, HEIGHT, quantizer),
      ],
    ),
    ['halfSamples', (kernels) => kernels.halfSamples(now)],
    ['rgbToYuv420', (kernels) => kernels.rgbToYuv420(rgb, WIDTH, HEIGHT, matrix)],
    ['openAnalysis', (kernels) => analyzeAll(kernels, [before, now, before])],
  ];
}

/** What is computed in a stream: its shaders may be others than those of the kernels above. */
async function analyzeAll(kernels: FrameKernels, planes: readonly SamplePlane[]): Promise<unknown> {
  const analysis = kernels.openAnalysis();
  try {
    const results: unknown[] = [];
    for (const plane of planes) results.push(await analysis.analyze(plane));
    return results;
  } finally {
    void closeQuietly(() => analysis.close());
  }
}

/** Vectors that reach to both ends on both axes. */
function vectors(count: number): { readonly x: Int8Array; readonly y: Int8Array } {
  const at = (i: number, step: number) => ((i * step) % 65) - 32;
  return {
    x: Int8Array.from({ length: count }, (_, i) => at(i, 7)),
    y: Int8Array.from({ length: count }, (_, i) => at(i, 64)),
  };
}

/** Whether two answers hold the same numbers under the same names. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null) return a === b;
  const keys = Object.keys(a);
  const other = b as Record<string, unknown>;
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => isSame((a as Record<string, unknown>)[key], other[key]))
  );
}
