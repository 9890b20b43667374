/** Lookahead: scenes, costs and importance, on pictures made for it. */
import { describe, expect, it } from 'vitest';
import { adaptiveOffsets } from '../../../../src/codecs/h264/encoder/adaptive-quantization.ts';
import { CodingOrder } from '../../../../src/codecs/h264/encoder/coding-order.ts';
import {
  importanceOffsets,
  propagateImportance,
} from '../../../../src/codecs/h264/encoder/importance.ts';
import { Lookahead, type LookaheadOptions } from '../../../../src/codecs/h264/encoder/lookahead.ts';
import { LowResolution } from '../../../../src/codecs/h264/encoder/low-resolution.ts';
import {
  createPicturePlan,
  isIntraPicture,
  type PicturePlan,
  resetPicturePlan,
} from '../../../../src/codecs/h264/encoder/picture-plan.ts';
import { createRows } from '../../../../src/codecs/h264/encoder/rows.ts';
import { variance16 } from '../../../../src/codecs/h264/kernels/plain/variance.ts';
import { mvX, mvY, packMv } from '../../../../src/codecs/h264/standard/picture.ts';

const WIDTH = 10;
const HEIGHT = 6;
const STRIDE = 16 * WIDTH;

/** A smooth random texture, seen from (x, y); different by `seed`. */
function texture(seed: number, dx: number, dy: number): Uint8Array {
  const luma = new Uint8Array(STRIDE * 16 * HEIGHT);
  for (let y = 0; y < 16 * HEIGHT; y++) {
    for (let x = 0; x < STRIDE; x++) {
      const u = x + dx;
      const v = y + dy;
      const value =
        Math.sin((u + seed * 7) / 9) +
        Math.sin((v * (1 + seed / 3)) / 7) +
        Math.sin((u + 2 * v) / 5);
      luma[y * STRIDE + x] = Math.round(128 + 40 * value);
    }
  }
  return luma;
}

function noise(seed: number): Uint8Array {
  let state = 2 * seed + 1;
  return Uint8Array.from({ length: STRIDE * 16 * HEIGHT }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  });
}

const OPTIONS: LookaheadOptions = {
  widthInMbs: WIDTH,
  heightInMbs: HEIGHT,
  frames: 0,
  gopSize: 1000,
  minGopSize: 2,
  sceneCut: 0.7,
  sceneMemory: 0,
  keptPictures: 0,
  vectorKernels: true,
  analysis: 'hexagon',
  createLowSearch: null,
  createWindowRows: null,
  createPartOrigins: null,
  createLowWeights: null,
  importance: 0,
  bframes: 0,
  pyramidDepth: 0,
  bAdapt: 0,
  keepsRate: true,
};

/** A lookahead with its plans: pictures go in one by one, decided plans come out. */
class Looking {
  private readonly ring: PicturePlan[];
  private readonly lookahead: Lookahead;
  private added = 0;

  constructor(options: Partial<LookaheadOptions>) {
    const all = { ...OPTIONS, ...options };
    const mbs = WIDTH * HEIGHT;
    const count = Lookahead.planCount(all.frames);
    this.ring = Array.from({ length: count }, () =>
      createPicturePlan(mbs, all.importance > 0 ? mbs : 0),
    );
    const order = new CodingOrder(this.ring, all.pyramidDepth);
    const rows = all.bframes > 0 ? createRows : null;
    this.lookahead = new Lookahead(all, this.ring, order, rows);
  }

  get waiting(): number {
    return this.lookahead.waiting;
  }

  add(picture: Uint8Array, isForced = false): void {
    const plan = this.ring[this.added % this.ring.length];
    resetPicturePlan(plan);
    plan.displayNumber = this.added++;
    plan.isForced = isForced;
    this.lookahead.add(picture, 0, STRIDE);
  }

  next(flushing: boolean): PicturePlan | null {
    return this.lookahead.next(flushing);
  }
}

/** Numbers of the pictures that become IDR pictures. */
function idrPictures(
  pictures: readonly Uint8Array[],
  options: Partial<LookaheadOptions>,
  forced = -1,
): number[] {
  const lookahead = new Looking(options);
  const found: number[] = [];
  let count = 0;
  const take = (flushing: boolean) => {
    for (let d = lookahead.next(flushing); d !== null; d = lookahead.next(flushing)) {
      expect(d.displayNumber).toBe(count++);
      if (d.isIdr) found.push(d.displayNumber);
    }
  };
  for (const [n, picture] of pictures.entries()) {
    lookahead.add(picture, n === forced);
    take(false);
    expect(lookahead.waiting).toBeLessThanOrEqual(options.frames ?? 0);
  }
  take(true);
  expect(count).toBe(pictures.length);
  return found;
}

describe('scenes', () => {
  const moving = (seed: number) => Array.from({ length: 8 }, (_, n) => texture(seed, 4 * n, n));

  it.each([0, 3, 20])('change where the picture does, looking %i pictures ahead', (frames) => {
    const pictures = [...moving(1), ...moving(5), ...moving(9)];
    expect(idrPictures(pictures, { frames })).toEqual([0, 8, 16]);
    expect(idrPictures(pictures, { frames, sceneCut: 2 })).toEqual([0]);
    expect(idrPictures(pictures, { frames, minGopSize: 12 })).toEqual([0, 16]);
  });

  it('do not change in noise, which nothing predicts', () => {
    expect(
      idrPictures(
        Array.from({ length: 20 }, (_, n) => noise(n + 1)),
        {},
      ),
    ).toEqual([0]);
  });

  it('end with the group of pictures, or when told', () => {
    expect(idrPictures(moving(1), { gopSize: 3 })).toEqual([0, 3, 6]);
    expect(idrPictures(moving(1), { gopSize: 3, frames: 2 }, 4)).toEqual([0, 3, 4, 7]);
    expect(idrPictures(moving(1), { gopSize: 1 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('flashes', () => {
  /** What is decided of each picture: I an IDR picture, i an intra one, f a flash, 0.. a scene returned to, - any other. */
  function kinds(pictures: readonly Uint8Array[], options: Partial<LookaheadOptions>): string {
    const lookahead = new Looking(options);
    let found = '';
    const take = (flushing: boolean) => {
      for (let d = lookahead.next(flushing); d !== null; d = lookahead.next(flushing)) {
        const other = d.isReference ? '-' : 'f';
        found += d.isIdr ? 'I' : isIntraPicture(d) ? 'i' : d.returnsTo >= 0 ? d.returnsTo : other;
      }
    };
    for (const picture of pictures) {
      lookahead.add(picture);
      take(false);
    }
    take(true);
    return found;
  }

  const shot = (seed: number, count: number) =>
    Array.from({ length: count }, (_, n) => texture(seed, 4 * n, n));
  const bright = () => new Uint8Array(STRIDE * 16 * HEIGHT).fill(250);
  const withFlash = () => shot(1, 8).map((picture, n) => (n === 5 ? bright() : picture));

  it.each([1, 2, 8])('start no scene, seen %i pictures ahead', (frames) => {
    expect(kinds(withFlash(), { frames })).toBe('I----f--');
    expect(kinds(withFlash(), { frames, minGopSize: 7 })).toBe('I----f--');
    expect(kinds(withFlash().slice(0, 6), { frames })).toBe('I----I');
    expect(kinds(withFlash(), { frames, gopSize: 5 })).toBe('I----I--');
  });

  it('are not known where nothing is looked ahead', () => {
    expect(kinds(withFlash(), { minGopSize: 4 })).toBe('I----I--');
  });

  it('leave importance as it was without them', () => {
    const means = (pictures: readonly Uint8Array[]) => {
      const lookahead = new Looking({ frames: 9, importance: 1 });
      for (const picture of pictures) lookahead.add(picture);
      const found: number[] = [];
      for (let d = lookahead.next(true); d !== null; d = lookahead.next(true)) {
        found.push(d.meanQpOffset);
      }
      return found;
    };
    const still = shot(1, 1)[0];
    const plain = means(Array.from({ length: 8 }, () => still));
    const flashed = means(Array.from({ length: 9 }, (_, n) => (n === 4 ? bright() : still)));
    expect(flashed[4]).toBe(0);
    expect([...flashed.slice(0, 4), ...flashed.slice(5)]).toEqual(plain);
  });

  it('are told from scenes that return', () => {
    const a = shot(1, 9);
    const b = shot(5, 9);
    const c = shot(9, 9);
    const turns = [
      ...[...a.slice(0, 3), ...b.slice(0, 3), ...a.slice(3, 6), ...b.slice(3, 6)],
      ...[...c.slice(0, 3), ...a.slice(6, 9), ...c.slice(3, 6)],
    ];
    const options = { frames: 4, minGopSize: 1 };
    expect(kinds(turns, options)).toBe('I--I--I--I--I--I--I--');
    // One scene remembered: the last, in whose place the one that is left is kept.
    expect(kinds(turns, { ...options, sceneMemory: 1 })).toBe('I--i--0--0--i--i--0--');
    expect(kinds(turns, { ...options, sceneMemory: 2 })).toBe('I--i--0--0--i--0--0--');
    expect(kinds(turns, { frames: 0, minGopSize: 1, sceneMemory: 2 })).toBe(
      'I--i--0--0--i--0--0--',
    );
  });
});

describe('LowResolution', () => {
  it('finds a fast pan from the vectors of the picture before', () => {
    const planes = new LowResolution(WIDTH, HEIGHT, 2, true);
    const mbs = WIDTH * HEIGHT;
    const costs = {
      intra: new Int32Array(mbs),
      inter: new Int32Array(mbs),
      mv: new Int32Array(mbs),
    };
    planes.load(0, texture(1, 0, 0), 0, STRIDE);
    planes.load(1, texture(1, 34, 22), 0, STRIDE);
    // The picture before moved nearly as far.
    planes.analyze(1, 0, new Int32Array(mbs).fill(packMv(16, 10)), costs);
    const inside = (WIDTH >> 1) + WIDTH * (HEIGHT >> 1);
    expect([mvX(costs.mv[inside]), mvY(costs.mv[inside])]).toEqual([17, 11]);
  });

  it('finds a pan, and what it costs less than intra', () => {
    const planes = new LowResolution(WIDTH, HEIGHT, 2, true);
    const costs = {
      intra: new Int32Array(WIDTH * HEIGHT),
      inter: new Int32Array(WIDTH * HEIGHT),
      mv: new Int32Array(WIDTH * HEIGHT),
    };
    planes.load(0, texture(1, 0, 0), 0, STRIDE);
    planes.load(1, texture(1, 6, -4), 0, STRIDE);
    planes.analyze(0, -1, null, costs);
    expect(costs.inter).toEqual(costs.intra);
    planes.analyze(1, 0, null, costs);
    for (let y = 1; y < HEIGHT - 1; y++) {
      for (let x = 1; x < WIDTH - 1; x++) {
        const mbAddr = y * WIDTH + x;
        expect([mvX(costs.mv[mbAddr]), mvY(costs.mv[mbAddr])]).toEqual([3, -2]);
        expect(costs.inter[mbAddr]).toBeLessThan(costs.intra[mbAddr] / 2);
      }
    }
  });
});

describe('importance', () => {
  const mbs = WIDTH * HEIGHT;
  const costsWith = (intra: number, inter: number, mv: number) => ({
    intra: new Int32Array(mbs).fill(intra),
    inter: new Int32Array(mbs).fill(inter),
    mv: new Int32Array(mbs).fill(mv),
  });
  const total = (values: Float64Array) => values.reduce((a, b) => a + b, 0);

  it('is passed on whole, wherever vectors point', () => {
    for (const mv of [0, packMv(3, -5), packMv(-17, 9), packMv(100, 100)]) {
      const inherited = new Float64Array(mbs).fill(50);
      const propagated = new Float64Array(mbs);
      propagateImportance(costsWith(100, 25, mv), inherited, propagated, WIDTH, HEIGHT);
      // 75 % of the own 100 and the inherited 50.
      expect(total(propagated)).toBeCloseTo(mbs * 0.75 * 150, 6);
    }
  });

  it('is not passed on by intra macroblocks', () => {
    const propagated = new Float64Array(mbs);
    propagateImportance(costsWith(100, 100, 0), new Float64Array(mbs), propagated, WIDTH, HEIGHT);
    expect(total(propagated)).toBe(0);
  });

  it('lowers QP by the strength for each doubling, within bounds', () => {
    const offsets = new Int16Array(mbs);
    const inherited = new Float64Array(mbs);
    inherited.set([0, 100, 300, 1e9]);
    importanceOffsets(costsWith(100, 0, 0), inherited, 1.5, offsets);
    expect([...offsets.subarray(0, 4)]).toEqual([0, -384, -768, -2560]);
  });

  it('is high where nothing moves and nil before a change of scene', () => {
    const still = texture(1, 0, 0);
    const lookahead = new Looking({ frames: 4, importance: 2 });
    const means: number[] = [];
    for (let n = 0; n < 12; n++) {
      lookahead.add(n < 6 ? still : texture(9, 0, 0));
      const d = lookahead.next(false);
      if (d !== null) means.push(d.meanQpOffset);
    }
    for (let d = lookahead.next(true); d !== null; d = lookahead.next(true))
      means.push(d.meanQpOffset);
    expect(means[0]).toBeLessThan(-600);
    expect(means[1]).toBeCloseTo(means[0], 6);
    expect(means[3]).toBeGreaterThan(means[1]);
    expect(means[5]).toBe(0);
    expect(means[6]).toBeLessThan(-600);
    expect(means[11]).toBe(0);
  });
});

describe('rows of B pictures', () => {
  /** The pictures in coding order: number, type, and mean offset in QP. */
  function coded(pictures: readonly Uint8Array[], options: Partial<LookaheadOptions>) {
    const lookahead = new Looking({ frames: 8, bframes: 3, pyramidDepth: 1, ...options });
    const found: { n: number; type: string; qp: number; complexity: number }[] = [];
    const take = (flushing: boolean) => {
      for (let d = lookahead.next(flushing); d !== null; d = lookahead.next(flushing)) {
        const { displayNumber: n, meanQpOffset, complexity } = d;
        found.push({ n, type: 'PBI'[d.type], qp: meanQpOffset / 256, complexity });
      }
    };
    for (const picture of pictures) {
      lookahead.add(picture);
      take(false);
    }
    take(true);
    return found;
  }
  const typesOf = (found: ReturnType<typeof coded>) =>
    [...found].sort((a, b) => a.n - b.n).map(({ type }) => type);
  const pictures = (dx: number) => Array.from({ length: 14 }, (_, n) => texture(3, dx * n, 0));

  it.each([0, 1, 2] as const)('are long where nothing moves (bAdapt %i)', (bAdapt) => {
    expect(typesOf(coded(pictures(0), { bAdapt })).join('')).toBe('IBBBPBBBPBBBPP');
  });

  it('let importance flow to anchors most, to B pictures that others refer to less, and to others not', () => {
    const found = coded(pictures(0), { bAdapt: 1, importance: 1 });
    const [first, anchor, middle, left, right] = found;
    expect([first.n, anchor.n, middle.n, left.n, right.n]).toEqual([0, 4, 2, 1, 3]);
    expect(first.qp).toBeLessThan(anchor.qp);
    expect(anchor.qp).toBeLessThan(middle.qp);
    expect(middle.qp).toBeLessThan(-0.5);
    expect([left.qp, right.qp]).toEqual([0, 0]);
    expect(middle.complexity).toBeLessThan(first.complexity);
  });

  it('give the same each time, by either kernels', () => {
    for (const bAdapt of [0, 1, 2] as const) {
      const options = { bAdapt, importance: 2, frames: 6 };
      const plain = coded(pictures(3), { ...options, vectorKernels: false });
      expect(coded(pictures(3), options)).toEqual(plain);
    }
  });
});

describe('adaptive quantization', () => {
  it('measures variance as it is defined', () => {
    const luma = noise(3);
    const values = Array.from({ length: 256 }, (_, i) => luma[(i >> 4) * STRIDE + (i & 15)]);
    const mean = values.reduce((a, b) => a + b, 0) / 256;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / 256;
    expect(variance16(luma, 0, STRIDE) / 65536).toBeCloseTo(variance, 6);
  });

  it('moves flat macroblocks down, busy ones up, and the mean not at all', () => {
    const luma = texture(1, 0, 0);
    for (let y = 0; y < 48; y++) luma.fill(90 + (y & 1), y * STRIDE, (y + 1) * STRIDE);
    const offsets = new Int16Array(WIDTH * HEIGHT);
    const scratch = new Float64Array(WIDTH * HEIGHT);
    const ofLuma = (at: number, stride: number) => variance16(luma, at, stride);
    adaptiveOffsets(ofLuma, 0, STRIDE, WIDTH, HEIGHT, { strength: 1, floor: 1 }, scratch, offsets);
    expect(offsets[0]).toBeLessThan(-256);
    expect(offsets[WIDTH * HEIGHT - 1]).toBeGreaterThan(256);
    const mean = offsets.reduce((a, b) => a + b, 0) / offsets.length;
    expect(Math.abs(mean)).toBeLessThan(1);
    luma.fill(7);
    adaptiveOffsets(ofLuma, 0, STRIDE, WIDTH, HEIGHT, { strength: 3, floor: 1 }, scratch, offsets);
    expect(new Set(offsets)).toEqual(new Set([0]));
  });
});
