/** The integer transform against the definition in floating point. */
import { describe, expect, it } from 'vitest';
import { inverseDct } from '../../../../src/codecs/jpeg/standard/idct.ts';
import { randomNumbers } from '../../../fuzz/mutate.ts';

/** T.81 clause A.3.3, as it is written. */
function definition(S: Int16Array): Float64Array {
  const s = new Float64Array(64);
  const c = (u: number) => (u === 0 ? Math.SQRT1_2 : 1);
  const cos = (x: number, u: number) => Math.cos(((2 * x + 1) * u * Math.PI) / 16);
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let v = 0; v < 8; v++) {
        for (let u = 0; u < 8; u++) sum += c(u) * c(v) * S[8 * v + u]! * cos(x, u) * cos(y, v);
      }
      s[8 * y + x] = sum / 4;
    }
  }
  return s;
}

describe('inverseDct', () => {
  it('is the definition within the limits of IEEE 1180: peak 1, mean square error below 0.06 a sample', () => {
    const random = randomNumbers(1);
    const ones = new Int16Array(64).fill(1);
    const work = new Int16Array(64);
    const samples = new Uint8ClampedArray(64);
    const squares = new Float64Array(64);
    const count = 1500;
    let peak = 0;
    for (let n = 0; n < count; n++) {
      const S = new Int16Array(64);
      const range = [5, 60, 300][n % 3]!;
      const places = 1 + (random() % 64);
      for (let i = 0; i < places; i++) S[random() % 64] = (random() % (2 * range + 1)) - range;
      inverseDct(S, 0, ones, 0, work, samples, 0, 8);
      const exact = definition(S);
      for (let i = 0; i < 64; i++) {
        const expected = Math.min(255, Math.max(0, Math.round(exact[i]! + 128)));
        const error = samples[i]! - expected;
        peak = Math.max(peak, Math.abs(error));
        squares[i]! += error * error;
      }
    }
    expect(peak).toBeLessThanOrEqual(1);
    for (const square of squares) expect(square / count).toBeLessThan(0.06);
  });
});
