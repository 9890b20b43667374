/** Our SSIMULACRA2 against the one in plain JavaScript that lies beside the checkout, which agrees with the reference tool. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeJpeg, encodeJpeg } from 'vitrine/jpeg';
import { Ssimulacra2 } from '../../../../src/codecs/jpeg/encoder/ssimulacra2.ts';
import { makePicture } from '../pictures.ts';

const REFERENCE = fileURLToPath(
  new URL('../../../../../shared/reference/ssimulacra2.mjs', import.meta.url),
);
if (!existsSync(REFERENCE)) console.warn(`${REFERENCE} is not there: its test is skipped`);

describe('Ssimulacra2', () => {
  it('gives 100 to the picture itself, and less the more is lost', () => {
    const image = {
      width: 70,
      height: 45,
      channels: 3,
      data: makePicture('smooth', 70, 45, 3, 1),
    } as const;
    const measure = new Ssimulacra2(image);
    expect(measure.score(image)).toBe(100);
    const scores = [95, 70, 30, 5].map((quality) =>
      measure.score({ ...image, data: decodeJpeg(encodeJpeg(image, { quality })).data }),
    );
    expect(scores.toSorted((a, b) => b - a)).toEqual(scores);
  });

  it.skipIf(!existsSync(REFERENCE))('agrees with the reference within 0.01', async () => {
    const { ssimulacra2 } = await import(REFERENCE);
    for (const [kind, width, height, channels] of [
      ['smooth', 90, 61, 3],
      ['edges', 64, 64, 3],
      ['lines', 33, 100, 1],
      ['smooth', 9, 8, 3],
    ] as const) {
      const image = {
        width,
        height,
        channels,
        data: makePicture(kind, width, height, channels, 4),
      };
      const measure = new Ssimulacra2(image);
      for (const quality of [20, 60, 90]) {
        const other = { ...image, data: decodeJpeg(encodeJpeg(image, { quality })).data };
        expect(Math.abs(measure.score(other) - ssimulacra2(image, other))).toBeLessThan(0.01);
      }
    }
  });
});
