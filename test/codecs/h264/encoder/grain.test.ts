/** Grain: what neither the picture itself nor another predicts, in flat places too. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOfGrain } from '../../../../src/codecs/h264/encoder/grain.ts';

const MBS = 400;
const OVERHEAD = 16;

/** Costs of macroblocks, `noise` in all of them, and texture in three of five. */
function costs(noise: number, texture: number, motionLeaves: number): [Int32Array, Int32Array] {
  const textures = Float64Array.from({ length: MBS }, (_, i) => (i % 5 < 2 ? 0 : texture));
  return [
    Int32Array.from(textures, (own) => noise + own + OVERHEAD),
    Int32Array.from(textures, (own) => noise + own * motionLeaves + OVERHEAD),
  ];
}

describe('grain', () => {
  it('is what prediction leaves of flat macroblocks, whatever lies in the others', () => {
    for (const texture of [0, 300, 2000]) {
      expect(shareOfGrain(...costs(300, texture, 0.2))).toBe(1);
      expect(shareOfGrain(...costs(300, texture, 0.9))).toBe(1);
    }
  });

  it('is not there where flat macroblocks are predicted', () => {
    const intra = new Int32Array(MBS).fill(200);
    expect(shareOfGrain(intra, new Int32Array(MBS).fill(OVERHEAD))).toBe(0);
    expect(shareOfGrain(intra, new Int32Array(MBS).fill(OVERHEAD + 90))).toBe(0);
  });

  it('is a share between 0 and 1 of any costs', () => {
    const any = fc.array(fc.integer({ min: 1, max: 60000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(any, any, (a, b) => {
        const count = Math.min(a.length, b.length);
        const share = shareOfGrain(
          Int32Array.from(a.slice(0, count)),
          Int32Array.from(b.slice(0, count)),
        );
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }),
    );
  });
});
