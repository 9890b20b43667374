/**
 * The test that a GPU must pass before its numbers are believed: every kernel on small planes of extreme and of random samples,
 * against the plain kernels. Drivers have given zeros without an error, and halves of the precision that was asked for.
 */
import { codeRange, forwardMatrix, lumaWeights } from '../frames/color-matrix.ts';
import type { BlockQuantizer, FrameKernels, SamplePlane } from './frame-kernels.ts';
import {
  bentPicture,
  createBytes,
  doubled,
  edgedPicture,
  movedBlocks,
  noise,
  planeOf,
  slopedPicture,
  tiedPicture,
} from './known-pictures.ts';
import { answerWithin, closeQuietly, DEFAULT_TIMEOUT_MS } from './plain/answer.ts';
import type { PlainFrameKernels } from './plain/plain-frame-kernels.ts';

/** Multipliers, rounding and bits of QP 0 and of QP 51: the smallest and the largest step. */
const QUANTIZERS: readonly BlockQuantizer[] = [
  { even: 13107, odd: 5243, mixed: 8066, offset: 10922, bits: 15 },
  { even: 9362, odd: 3647, mixed: 5825, offset: 2796202, bits: 23 },
];

/**
 * Asks `kernels` and `plain` the same questions.
 * @param wait for an answer of `kernels`; may reject where it takes too long
 * @returns the name of the first kernel that gives other numbers; null if there is none
 * @throws what `kernels` and `wait` throw
 */
export async function findWrongKernel(
  kernels: FrameKernels,
  plain: PlainFrameKernels,
  wait: <T>(answer: Promise<T>) => Promise<T> = (answer) =>
    answerWithin(DEFAULT_TIMEOUT_MS, answer),
): Promise<string | null> {
  for (const [name, ask] of questions()) {
    const answer = await wait(ask(kernels));
    const expected = await ask(plain);
    if (!isSame(expected, answer)) return name;
  }
  return null;
}

type Question = readonly [name: string, ask: (kernels: FrameKernels) => Promise<unknown>];

function questions(): readonly Question[] {
  const bytes = createBytes();
  const before = noise(bytes);
  const random = planeOf((x) => (x < 24 ? 255 * (bytes() & 1) : bytes()));
  const [small, other] = [planeOf(bytes, 32, 16), planeOf(bytes, 32, 16)];
  return [
    ['halve', (kernels) => kernels.halve(random)],
    ...searchQuestions(before),
    ['sadField', (kernels) => kernels.sadField(small, other, 16, 16)],
    ['intraCosts', (kernels) => kernels.intraCosts(random)],
    ['intraCosts', (kernels) => kernels.intraCosts(slopedPicture())],
    ...costQuestions(random, before),
    ...sampleQuestions(bytes, random),
    ['openAnalysis', (kernels) => analyzeAll(kernels, analyzedPictures(before))],
  ];
}

/** Every row and column of both ranges, and costs that tie. */
function searchQuestions(before: SamplePlane): readonly Question[] {
  return ([8, 16] as const).flatMap((size) =>
    ([16, 32] as const).flatMap((range): Question[] => {
      const now = movedBlocks(before, size, range);
      const tied = [tiedPicture(true), tiedPicture(false)] as const;
      return [
        ['searchBlocks', (kernels) => kernels.searchBlocks(now, before, size, range)],
        ['searchBlocks', (kernels) => kernels.searchBlocks(...tied, size, range)],
      ];
    }),
  );
}

/** Costs at vectors to both ends on both axes, the least of all and the largest. */
function costQuestions(now: SamplePlane, before: SamplePlane): readonly Question[] {
  const count = (now.width * now.height) / 64;
  const none = { x: new Int8Array(count), y: new Int8Array(count) };
  const bent = [bentPicture(true), bentPicture(false)] as const;
  return [
    ['interCosts', (kernels) => kernels.interCosts(now, before, vectors(count))],
    ['interCosts', (kernels) => kernels.interCosts(...bent, none)],
    ['interCosts', (kernels) => kernels.interCosts(now, now, none)],
  ];
}

/** The kernels that give samples or levels. */
function sampleQuestions(bytes: () => number, plane: SamplePlane): readonly Question[] {
  const { width, height } = plane;
  const count = width * height;
  const residual = Int16Array.from({ length: count }, (_, i) =>
    i < count / 2 ? 255 - 510 * (bytes() & 1) : bytes() - bytes(),
  );
  const rgb = Uint8Array.from({ length: 3 * count }, (_, i) =>
    i < count ? 255 * (bytes() & 1) : bytes(),
  );
  const matrix = forwardMatrix(...lumaWeights('gpu', 1), codeRange(true));
  return [
    ...QUANTIZERS.map(
      (quantizer): Question => [
        'transformQuantize',
        (kernels) => kernels.transformQuantize(residual, width, height, quantizer),
      ],
    ),
    ['halfSamples', (kernels) => kernels.halfSamples(plane)],
    ['rgbToYuv420', (kernels) => kernels.rgbToYuv420(rgb, width, height, matrix)],
  ];
}

/** Pictures of a stream in an order in which each has its question for the one after it. */
function analyzedPictures(before: SamplePlane): readonly SamplePlane[] {
  const flat = planeOf(() => 0);
  const pictures = [
    before,
    movedBlocks(before, 8, 16),
    tiedPicture(false),
    tiedPicture(true),
    edgedPicture(),
    slopedPicture(),
    edgedPicture(),
    flat,
    bentPicture(false),
    before,
    edgedPicture(),
  ];
  return pictures.map(doubled);
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
