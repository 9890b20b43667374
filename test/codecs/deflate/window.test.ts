/** A window that slides lightly has its positions where one has them that makes all of them smaller. */
import { describe, expect, test } from 'vitest';
import { matchLength, Window } from '../../../src/codecs/deflate/encoder/window.ts';

const OUT_OF_REACH = -32769;

/** The positions of a window, those out of reach as one number. */
function positionsOf({ heads4, heads3, previous, base }: Window): number[][] {
  return [heads4, heads3, previous].map((positions) =>
    Array.from(positions, (position) => Math.max(OUT_OF_REACH, position - base)),
  );
}

describe('window', () => {
  test('sliding lightly is sliding, however far', () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) >> 7);
    const [plain, light] = [new Window(100_000, 15), new Window(100_000, 15)];
    // As if a gigabyte had gone by: with the third slide, positions become smaller at once.
    light.base = (1 << 30) - 2 * 65536 - 1;
    for (let i = 0; i < 4; i++) {
      const more = bytes.subarray(0, 100_000 - plain.end);
      for (const window of [plain, light]) {
        const from = window.end;
        window.append(more);
        window.insert(from, window.end, 1 + (i & 1), true);
      }
      expect(positionsOf(light)).toEqual(positionsOf(plain));
      plain.slide(65536);
      light.slideLightly(65536);
      expect(light.end).toBe(plain.end);
      expect(light.base < 1 << 30).toBe(true);
    }
  });

  test('lengths of matches, up to the longest allowed', () => {
    const view = new DataView(new ArrayBuffer(600));
    for (let same = 4; same < 30; same++) {
      for (let i = 0; i < same; i++) view.setUint8(300 + i, 7);
      for (let i = 0; i < same; i++) view.setUint8(i, 7);
      view.setUint8(same, 1);
      for (let longest = 4; longest < 40; longest++) {
        expect(matchLength(view, 300, 0, longest)).toBe(Math.min(same, longest));
      }
    }
  });
});
