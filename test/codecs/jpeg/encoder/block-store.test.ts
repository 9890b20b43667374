/** Levels come out of the block store as they went in, whatever their sizes and the zeros between them. */
import { describe, expect, test } from 'vitest';
import { ComponentBlocks } from '../../../../src/codecs/jpeg/encoder/block-store.ts';
import type { Component } from '../../../../src/codecs/jpeg/standard/frame.ts';

const LEVELS = [1, -1, 7, -7, 8, -8, -9, 126, 127, 128, -126, -127, -128, -129, 1023, -1023, 32767];

function storeOf(blocks: readonly (readonly (readonly [number, number])[])[]): ComponentBlocks {
  const component = { blocksWide: blocks.length, blocksHigh: 1 } as Component;
  const store = new ComponentBlocks(component);
  for (const block of blocks) {
    const index = Int32Array.from(block, ([k]) => k);
    const level = Int32Array.from(block, ([, value]) => value);
    store.addAc(block.length, index, level);
  }
  return store;
}

describe('block store', () => {
  test('every level behind 0 to 9 zeros, in the middle and at the end of a block', () => {
    const blocks: [number, number][][] = [];
    for (const level of LEVELS) {
      for (let zeros = 0; zeros < 10; zeros++) {
        blocks.push(
          [[1 + zeros, level]],
          [],
          [
            [2 + zeros, level],
            [63, -level],
          ],
        );
      }
    }
    const store = storeOf(blocks);
    const out = new Int16Array(64 * blocks.length);
    store.readRow(0, out);
    for (const [i, block] of blocks.entries()) {
      const expected = new Int16Array(64);
      for (const [k, level] of block) expected[k] = level;
      expect(out.slice(64 * i, 64 * (i + 1))).toEqual(expected);
    }
  });

  test('a coefficient takes one byte where few zeros are before it and it is small', () => {
    const dense = Array.from({ length: 63 }, (_, i) => [i + 1, (i % 15) - 7 || 1] as const);
    const sparse = Array.from({ length: 15 }, (_, i) => [4 * (i + 1), 7] as const);
    expect(storeOf([dense]).rows[0]!.length).toBe(63);
    expect(storeOf([sparse]).rows[0]!.length).toBe(15);
    expect(storeOf([[]]).rows[0]!.length).toBe(1);
  });
});
