/** Where the letters of a new page come from: what is found is the same to the last bit, and most letters are found. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LumaPlane, NO_ORIGIN } from '../../../../src/codecs/h264/encoder/block-origins.ts';
import { PartOrigins } from '../../../../src/codecs/h264/encoder/part-origins.ts';
import { mvX, mvY } from '../../../../src/codecs/h264/standard/picture.ts';

const [WIDTH, HEIGHT] = [160, 96];
const [MBS_X, MBS_Y] = [WIDTH / 16, HEIGHT / 16];
const PARTS = 4 * MBS_X * MBS_Y;
const LETTERS = 12;
const LETTER = 8;

/** Numbers from a seed, 0..limit - 1. */
function numbersFrom(seed: number): (limit: number) => number {
  let state = Math.imul(seed, 2654435761) | 1;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) % limit;
  };
}

/** Letters of 8x8 samples, the same at any seed of a page. */
function drawLetters(): Uint8Array[] {
  const next = numbersFrom(7);
  return Array.from({ length: LETTERS }, () =>
    Uint8Array.from({ length: LETTER * LETTER }, () => (next(3) === 0 ? next(120) : 250)),
  );
}

/** A page that is full of letters, its first row at `top`, its first column at `left`. */
function drawPage(seed: number, left: number, top: number): Uint8Array {
  const next = numbersFrom(seed);
  const letters = drawLetters();
  const page = new Uint8Array(WIDTH * HEIGHT).fill(250);
  for (let y = top; y + LETTER <= HEIGHT; y += LETTER) {
    for (let x = left; x + LETTER <= WIDTH; x += LETTER) {
      const letter = letters[next(LETTERS)]!;
      for (let row = 0; row < LETTER; row++) {
        const from = row * LETTER;
        page.set(letter.subarray(from, from + LETTER), (y + row) * WIDTH + x);
      }
    }
  }
  return page;
}

const planeOf = (bytes: Uint8Array): LumaPlane => ({
  bytes,
  words: new Int32Array(bytes.buffer),
  position: 0,
});

const topOf = (part: number) => 16 * Math.floor((part >> 2) / MBS_X) + 8 * ((part >> 1) & 1);
const leftOf = (part: number) => 16 * ((part >> 2) % MBS_X) + 8 * (part & 1);

/** The parts of a picture that were found in another, each of them compared sample by sample. */
function find(current: Uint8Array, other: Uint8Array, displacements: Int32Array): number[] {
  const search = new PartOrigins(MBS_X, MBS_Y, WIDTH);
  const parts = new Int32Array(PARTS);
  const count = search.find(planeOf(current), planeOf(other), displacements, parts);
  const found = [...parts.keys()].filter((part) => parts[part] !== NO_ORIGIN);
  expect(found.length).toBe(count);
  for (const part of found) {
    const [x, y] = [leftOf(part), topOf(part)];
    const from = (y + mvY(parts[part]!)) * WIDTH + x + mvX(parts[part]!);
    for (let row = 0; row < 8; row++) {
      const own = current.subarray((y + row) * WIDTH + x, (y + row) * WIDTH + x + 8);
      expect(own).toEqual(other.subarray(from + row * WIDTH, from + row * WIDTH + 8));
    }
  }
  return found;
}

const nowhere = () => new Int32Array(MBS_X * MBS_Y).fill(NO_ORIGIN);

describe('part origins', () => {
  it('finds every letter of a page that lies on the grid, wherever the other page has it', () => {
    const shift = fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 }));
    fc.assert(
      fc.property(fc.nat(), shift, (seed, [left, top]) => {
        const other = drawPage(seed, left, top);
        const current = drawPage(seed + 1, 0, 0);
        expect(find(current, other, nowhere()).length).toBe(PARTS);
      }),
      { numRuns: 10 },
    );
  });

  it('takes the place that neighbors share', () => {
    const current = drawPage(3, 0, 0);
    const parts = new Int32Array(PARTS);
    new PartOrigins(MBS_X, MBS_Y, WIDTH).find(planeOf(current), planeOf(current), nowhere(), parts);
    const still = parts.filter((displacement) => displacement === 0).length;
    expect(still).toBeGreaterThan(0.75 * PARTS);
  });

  it('looks neither for flat blocks nor for those of macroblocks whose origin is known', () => {
    const page = drawPage(5, 0, 0);
    const flat = new Uint8Array(WIDTH * HEIGHT).fill(250);
    expect(find(flat, page, nowhere())).toEqual([]);
    const known = nowhere().fill(0, 1);
    expect(find(page, page, known)).toEqual([]);
    known.fill(NO_ORIGIN, 0, 8);
    expect(find(page, page, known).every((part) => part < 32)).toBe(true);
  });

  it('finds nothing in a picture that has none of the letters', () => {
    const next = numbersFrom(11);
    const noise = Uint8Array.from({ length: WIDTH * HEIGHT }, () => next(256));
    expect(find(drawPage(1, 0, 0), noise, nowhere())).toEqual([]);
  });
});
