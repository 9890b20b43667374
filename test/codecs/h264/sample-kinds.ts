/** Samples that try a kernel: noise, nothing but 0 and 255, nearly flat, a ramp. */

export const SAMPLE_KINDS = ['noise', 'extremes', 'flat', 'ramp'] as const;

export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** Fills `bytes` from `start` to `end` with samples of a kind; the same seed gives the same samples. */
export function fillSamples(
  bytes: Uint8Array,
  start: number,
  end: number,
  kind: SampleKind,
  seed: number,
): void {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  const base = (state >>> 9) & 0xf0;
  for (let at = start; at < end; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const random = state >>> 24;
    if (kind === 'noise') bytes[at] = random;
    else if (kind === 'extremes') bytes[at] = random & 1 ? 255 : 0;
    else if (kind === 'flat') bytes[at] = base + (random & 3);
    else bytes[at] = at * 3 + base;
  }
}
