/** Pictures made by formulas: smooth, sharp, noisy, flat; the same from the same seed. */
import { randomNumbers } from '../../fuzz/mutate.ts';

/** Kinds of picture. */
export const KINDS = ['smooth', 'edges', 'noise', 'flat', 'lines'] as const;

/** A picture of `channels` interleaved samples. */
export function makePicture(
  kind: (typeof KINDS)[number],
  width: number,
  height: number,
  channels: 1 | 3 | 4,
  seed: number,
): Uint8Array {
  const random = randomNumbers(seed);
  const data = new Uint8Array(width * height * channels);
  const phase = random() % 64;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        let value = 128 + 100 * Math.sin((x + phase) / (9 + 5 * c)) * Math.cos(y / (13 - 2 * c));
        if (kind === 'edges') value = ((x + phase) >> 4) % 2 === (y >> 3) % 2 ? 255 : 30 * c;
        else if (kind === 'noise') value = random() % 256;
        else if (kind === 'flat') value = 40 * c + phase;
        else if (kind === 'lines') value = (x * 3 + y * 7 + phase) % 23 < 2 ? 0 : 255;
        data[(y * width + x) * channels + c] = c === 3 ? 255 : value;
      }
    }
  }
  return data;
}
