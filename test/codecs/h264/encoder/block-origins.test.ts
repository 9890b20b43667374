/** Where blocks come from: what was moved is found to the last bit, what was not is left alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BlockOrigins,
  type LumaPlane,
  NO_ORIGIN,
} from '../../../../src/codecs/h264/encoder/block-origins.ts';
import { looksDrawn } from '../../../../src/codecs/h264/encoder/drawn-picture.ts';
import { OriginSearch } from '../../../../src/codecs/h264/encoder/origin-search.ts';
import { createPictureOrigins } from '../../../../src/codecs/h264/encoder/picture-origins.ts';
import { packMv } from '../../../../src/codecs/h264/standard/picture.ts';

const [WIDTH, HEIGHT] = [320, 240];
const [MBS_X, MBS_Y] = [WIDTH / 16, HEIGHT / 16];

/** Numbers from a seed, 0..limit - 1. */
function numbersFrom(seed: number): (limit: number) => number {
  let state = Math.imul(seed, 2654435761) | 1;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) % limit;
  };
}

/** Something like a page: white, with small dark shapes that nowhere repeat. */
function drawPage(seed: number): Uint8Array {
  const next = numbersFrom(seed);
  const page = new Uint8Array(WIDTH * HEIGHT).fill(250);
  for (let i = 0; i < 1500; i++) {
    const [x, y, width, height] = [next(WIDTH - 8), next(HEIGHT - 8), 1 + next(8), 1 + next(4)];
    const gray = next(120);
    for (let row = y; row < y + height; row++)
      page.fill(gray, row * WIDTH + x, row * WIDTH + x + width);
  }
  return page;
}

const planeOf = (bytes: Uint8Array): LumaPlane => ({
  bytes,
  words: new Int32Array(bytes.buffer),
  position: 0,
});

/** Both pictures in one memory, and what is found of the second in the first. */
function search(before: Uint8Array, after: Uint8Array): { origins: Int32Array; found: number } {
  const bytes = new Uint8Array(2 * WIDTH * HEIGHT);
  bytes.set(before);
  bytes.set(after, WIDTH * HEIGHT);
  const result = createPictureOrigins(MBS_X * MBS_Y);
  const searcher = new OriginSearch(MBS_X, MBS_Y, WIDTH);
  const found = searcher.search(bytes, 1, WIDTH * HEIGHT, 0, result);
  return { origins: result.displacements, found };
}

describe('block origins', () => {
  it('finds a page that scrolled, however far, and nothing that is not the same', () => {
    const shift = fc.tuple(
      fc.integer({ min: -200, max: 200 }),
      fc.integer({ min: -150, max: 150 }),
    );
    fc.assert(
      fc.property(fc.nat(), shift, (seed, [dx, dy]) => {
        const page = drawPage(seed);
        const next = drawPage(seed + 1);
        for (let y = 0; y < HEIGHT; y++) {
          for (let x = 0; x < WIDTH; x++) {
            const isInside = x + dx >= 0 && x + dx < WIDTH && y + dy >= 0 && y + dy < HEIGHT;
            if (isInside) next[y * WIDTH + x] = page[(y + dy) * WIDTH + x + dx]!;
          }
        }
        const { origins } = search(page, next);
        let whole = 0;
        let found = 0;
        for (let mbAddr = 0; mbAddr < origins.length; mbAddr++) {
          const x = 16 * (mbAddr % MBS_X);
          const y = 16 * Math.floor(mbAddr / MBS_X);
          const origin = origins[mbAddr]!;
          if (origin !== NO_ORIGIN) {
            const [ox, oy] = [x + ((origin << 16) >> 16), y + (origin >> 16)];
            let differs = 0;
            for (let i = 0; i < 256; i++) {
              const [column, row] = [i % 16, i >> 4];
              const sample = next[(y + row) * WIDTH + x + column];
              if (sample !== page[(oy + row) * WIDTH + ox + column]) differs++;
            }
            expect(differs).toBe(0);
          }
          const isWhole =
            x + dx >= 0 && x + dx + 16 <= WIDTH && y + dy >= 0 && y + dy + 16 <= HEIGHT;
          if (!isWhole) continue;
          whole++;
          if (origin === packMv(dx, dy) || origin === 0) found++;
        }
        expect(found).toBe(whole);
      }),
      { numRuns: 15 },
    );
  });

  it('finds several windows that moved each its own way', () => {
    const page = drawPage(7);
    const next = page.slice();
    const move = (x: number, y: number, size: number, dx: number, dy: number) => {
      for (let row = 0; row < size; row++) {
        const from = (y + row) * WIDTH + x;
        next.set(page.subarray(from, from + size), (y + dy + row) * WIDTH + x + dx);
      }
    };
    move(16, 16, 96, 150, 20);
    move(20, 130, 80, -13, 9);
    const { origins } = search(page, next);
    const count = (dx: number, dy: number) =>
      origins.filter((origin) => origin === packMv(-dx, -dy)).length;
    expect(count(150, 20)).toBeGreaterThan(20);
    expect(count(-13, 9)).toBeGreaterThan(9);
  });

  it('does not look at pictures of a camera, nor at flat ones', () => {
    const next = numbersFrom(3);
    const noise = Uint8Array.from({ length: WIDTH * HEIGHT }, () => next(256));
    const other = Uint8Array.from({ length: WIDTH * HEIGHT }, () => next(256));
    const drawn = (luma: Uint8Array) => looksDrawn(planeOf(luma), MBS_X, MBS_Y, WIDTH);
    expect(drawn(noise)).toBe(false);
    expect(drawn(new Uint8Array(WIDTH * HEIGHT))).toBe(false);
    expect(drawn(drawPage(1))).toBe(true);
    expect(search(noise, other).found).toBe(0);
  });

  it('finds no window that fits along a line', () => {
    const stripes = (offset: number) =>
      Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
        Math.floor(i / WIDTH) % 20 < 10 + offset ? 30 : 220,
      );
    const blocks = new BlockOrigins(MBS_X, MBS_Y, WIDTH);
    const table = blocks.createTable();
    blocks.index(planeOf(stripes(0)), table);
    expect(table.count).toBe(0);
  });

  it('finds a page that comes back after another, in the picture that was kept', () => {
    const pages = [drawPage(1), drawPage(1), drawPage(2), drawPage(1)];
    const size = WIDTH * HEIGHT;
    const bytes = new Uint8Array(pages.length * size);
    for (const [n, page] of pages.entries()) bytes.set(page, n * size);
    const result = createPictureOrigins(MBS_X * MBS_Y);
    const search = (searcher: OriginSearch, n: number) =>
      searcher.search(bytes, n, n * size, (n - 1) * size, result);
    const searcher = new OriginSearch(MBS_X, MBS_Y, WIDTH, 2);
    expect(search(searcher, 1)).toBe(MBS_X * MBS_Y);
    expect(result.stillFor).toBe(1);
    search(searcher, 2);
    expect(result.stillFor).toBe(0);
    search(searcher, 3);
    expect(result.pictures).toEqual([
      { first: 2, last: 2 },
      { first: 0, last: 1 },
    ]);
    expect(result.displacements.every((displacement) => displacement === 0)).toBe(true);
    searcher.forget();
    search(searcher, 3);
    expect(result.pictures.length).toBe(1);
  });

  it('keeps what a window covers as it moves on, not only what was shown last', () => {
    const behind = drawPage(1);
    const window = drawPage(9);
    const lefts = [16, 36, 56, 76, 96, 116, 136, 156, 176];
    const size = WIDTH * HEIGHT;
    const bytes = new Uint8Array(lefts.length * size);
    for (const [n, left] of lefts.entries()) {
      bytes.set(behind, n * size);
      for (let y = 32; y < 128; y++) {
        const row = window.subarray(y * WIDTH, y * WIDTH + 96);
        bytes.set(row, n * size + y * WIDTH + left);
      }
    }
    const result = createPictureOrigins(MBS_X * MBS_Y);
    const searcher = new OriginSearch(MBS_X, MBS_Y, WIDTH, 2);
    for (let n = 1; n < lefts.length; n++) {
      searcher.search(bytes, n, n * size, (n - 1) * size, result);
      if (n > 1) expect(result.kept).toContainEqual(expect.objectContaining({ first: 0 }));
    }
  });
});
