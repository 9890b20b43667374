/** Pictures one after another and beside each other share memory, and none sees anything of another. */
import { describe, expect, test } from 'vitest';
import { encodeJpeg, JpegEncoder } from '../../../../src/codecs/jpeg/index.ts';

function pictureOf(width: number, height: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 28) + (i >> 5) * seed) & 255;
  });
}

const SIZES = [
  [16, 16],
  [100, 80],
  [320, 200],
  [40, 300],
  [8, 8],
] as const;

describe('pictures one after another', () => {
  test.each(['fast', 'default', 'best'] as const)(
    'effort %s: in any order the same files',
    (effort) => {
      const encode = ([width, height]: readonly [number, number], quality: number) =>
        encodeJpeg({ width, height, data: pictureOf(width, height, 7) }, { effort, quality });
      const first = SIZES.map((size) => [encode(size, 75), encode(size, 30)]);
      const again = [...SIZES].reverse().map((size) => [encode(size, 75), encode(size, 30)]);
      expect(again.reverse()).toEqual(first);
    },
  );

  test('beside each other, row by row', () => {
    const width = 96;
    const height = 64;
    const settings = [40, 75, 90].map((quality) => ({ quality, effort: 'default' as const }));
    const pictures = settings.map((_, i) => pictureOf(width, height, i + 1));
    const whole = settings.map((options, i) =>
      encodeJpeg({ width, height, data: pictures[i]! }, options),
    );
    const encoders = settings.map(
      (options) => new JpegEncoder({ ...options, width, height, channels: 3 }),
    );
    for (let y = 0; y < height; y++) {
      encoders.forEach((encoder, i) => {
        encoder.writeRows(pictures[i]!.subarray(3 * width * y, 3 * width * (y + 1)));
      });
    }
    expect(encoders.map((encoder) => encoder.finish())).toEqual(whole);
  });
});
