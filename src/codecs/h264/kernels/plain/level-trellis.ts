/**
 * The shortest path through the levels that a block may have, by distortion and by the bits of CABAC; encoder/level-trellis.ts
 * describes the states. A table in the encoder's memory holds the bits of each kind of block.
 */
import { BLOCK_X, BLOCK_Y, ZIGZAG } from '../../standard/macroblock.ts';
import { BLOCK_BYTES, type TrellisKernels } from '../contract.ts';
import { QUANTIZER_BYTES, QUANTIZER_FIELD, QUANTIZERS_AT } from './quantize.ts';

/** States: no level yet; one, two, three or more of magnitude 1 alone; then one to four or more beyond 1. */
export const TRELLIS_STATES = 8;
const NONE_YET = 0;
/** State => state after a level of magnitude 1, and after one beyond. */
const AFTER_ONE: Uint8Array = /* @__PURE__ */ Uint8Array.of(1, 2, 3, 3, 4, 5, 6, 7);
const AFTER_BEYOND: Uint8Array = /* @__PURE__ */ Uint8Array.of(4, 4, 4, 4, 5, 6, 7, 7);

/** Coefficients of the largest block. */
export const TRELLIS_PLACES = 64;
/** Magnitudes from here on have an Exp-Golomb suffix (uCoff of clause 9.3.2.3), each bit of which costs TRELLIS_BIT. */
export const FIRST_WITH_SUFFIX = 15;
export const TRELLIS_BIT = 256;

/** Bytes of the fields of a table from its beginning; costs are words of 1/256 bit. */
export const TRELLIS_FIELD = {
  /** By state: a level of magnitude 1 with its sign; the first bin and the sign of one beyond. */
  one: 0,
  beyond: 32,
  /** By state: each further bin of a level beyond 1, and the one that ends it. */
  more: 64,
  end: 96,
  /** By ctxIdxInc of coded_block_flag: of a block without levels, of one with levels. */
  flags: 128,
  /** float64: lambda for a squared error and 1/256 bit. */
  weight: 160,
  /** Scratch of eight bytes. */
  path: 168,
  /**
   * By scan index, four words: significant_coeff_flag 0; 1 with last_significant_coeff_flag 1, 1 with 0; unused. All 0 at the last
   * place of a block, where neither is sent.
   */
  places: 176,
  /** By scan index, float64: size of a quantizer step, and the inverse squared norm of the transform's basis. */
  step: 1200,
  norm: 1712,
  /** By scan index, bytes: twice the place of the coefficient. */
  scan: 2224,
} as const;
/** Bytes of a table. */
export const TRELLIS_BYTES = 2288;

/** Kinds of blocks, each with a table. */
export const TRELLIS_KINDS = 4;

const NO_PATH = Number.POSITIVE_INFINITY;

/** The views that the plain kernel needs. */
export interface TrellisViews {
  readonly bytes: Uint8Array;
  readonly halves: Int16Array;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
}

/** Walks blocks; scratch of one encoder. */
class PlainTrellis {
  private readonly views: TrellisViews;
  private cost = new Float64Array(TRELLIS_STATES);
  private next = new Float64Array(TRELLIS_STATES);
  /** The magnitude, and the state before, by which each state is reached: 8·scan index + state. */
  private readonly magnitudes = new Int16Array(TRELLIS_STATES * TRELLIS_PLACES);
  private readonly before = new Uint8Array(TRELLIS_STATES * TRELLIS_PLACES);

  constructor(views: TrellisViews) {
    this.views = views;
  }

  /** Decides the levels of a block, as `decideLevels4x4`; they are changed in place. */
  decide(
    table: number,
    first: number,
    top: number,
    coefficients: number,
    levels: number,
    flagInc: number,
  ): void {
    const { bytes, halves, doubles } = this.views;
    this.cost.fill(NO_PATH);
    this.cost[NONE_YET] = 0;
    for (let i = top; i >= first; i--) {
      const level = halves[(levels >> 1) + i];
      const magnitude = level < 0 ? -level : level;
      this.passZero(table, i);
      if (magnitude > 0) {
        const c = halves[(coefficients + bytes[table + TRELLIS_FIELD.scan + i]) >> 1];
        const size = c < 0 ? -c : c;
        const step = doubles[((table + TRELLIS_FIELD.step) >> 3) + i];
        const norm = doubles[((table + TRELLIS_FIELD.norm) >> 3) + i];
        const error = size - magnitude * step;
        this.passLevel(table, i, magnitude, (error * error - size * size) * norm);
        if (magnitude > 1) {
          const lower = error + step;
          this.passLevel(table, i, magnitude - 1, (lower * lower - size * size) * norm);
        }
      }
      const { cost } = this;
      this.cost = this.next;
      this.next = cost;
    }
    this.trace(first, top, levels, this.bestState(table, flagInc));
  }

  private weight(table: number): number {
    return this.views.doubles[(table + TRELLIS_FIELD.weight) >> 3];
  }

  /** A level of 0 at scan index i: nothing is said of it unless a level behind it is not 0. */
  private passZero(table: number, i: number): void {
    const { cost, next, magnitudes, before } = this;
    const place = (table + TRELLIS_FIELD.places + 16 * i) >> 2;
    const zero = this.weight(table) * this.views.words[place];
    for (let state = 0; state < TRELLIS_STATES; state++) {
      next[state] = cost[state] + (state === NONE_YET ? 0 : zero);
      magnitudes[TRELLIS_STATES * i + state] = 0;
      before[TRELLIS_STATES * i + state] = state;
    }
  }

  /** A level of that magnitude at scan index i, in place of whatever reaches the same state at a higher cost. */
  private passLevel(table: number, i: number, magnitude: number, gain: number): void {
    const { cost, next, magnitudes, before } = this;
    const { words } = this.views;
    const weight = this.weight(table);
    const place = (table + TRELLIS_FIELD.places + 16 * i) >> 2;
    for (let state = 0; state < TRELLIS_STATES; state++) {
      if (cost[state] === NO_PATH) continue;
      const flags = words[place + (state === NONE_YET ? 1 : 2)];
      const bits = flags + this.levelBits(table, state, magnitude);
      const total = cost[state] + gain + weight * bits;
      const to = magnitude === 1 ? AFTER_ONE[state] : AFTER_BEYOND[state];
      if (total >= next[to]) continue;
      next[to] = total;
      magnitudes[TRELLIS_STATES * i + to] = magnitude;
      before[TRELLIS_STATES * i + to] = state;
    }
  }

  /** Cost of coeff_abs_level_minus1 and the sign. */
  private levelBits(table: number, state: number, magnitude: number): number {
    const { words } = this.views;
    const at = (table >> 2) + state;
    if (magnitude === 1) return words[at];
    const beyond = words[at + TRELLIS_FIELD.beyond / 4];
    const more = words[at + TRELLIS_FIELD.more / 4];
    if (magnitude < FIRST_WITH_SUFFIX) {
      return beyond + (magnitude - 2) * more + words[at + TRELLIS_FIELD.end / 4];
    }
    const suffix = 2 * (31 - Math.clz32(magnitude - FIRST_WITH_SUFFIX + 1)) + 1;
    return beyond + (FIRST_WITH_SUFFIX - 2) * more + TRELLIS_BIT * suffix;
  }

  /** The state that the cheapest path ends in, NONE_YET for a block without levels. */
  private bestState(table: number, flagInc: number): number {
    const { cost } = this;
    const { words } = this.views;
    const weight = this.weight(table);
    const flags = ((table + TRELLIS_FIELD.flags) >> 2) + 2 * flagInc;
    let best = NONE_YET;
    let least = weight * words[flags];
    const coded = weight * words[flags + 1];
    for (let state = 1; state < TRELLIS_STATES; state++) {
      if (cost[state] + coded >= least) continue;
      least = cost[state] + coded;
      best = state;
    }
    return best;
  }

  /** Walks the cheapest path back up the scan and puts its levels in place. */
  private trace(first: number, top: number, levels: number, end: number): void {
    const { halves } = this.views;
    let state = end;
    for (let i = first; i <= top; i++) {
      const at = (levels >> 1) + i;
      const magnitude = this.magnitudes[TRELLIS_STATES * i + state];
      halves[at] = halves[at] < 0 ? -magnitude : magnitude;
      state = this.before[TRELLIS_STATES * i + state];
    }
  }
}

/** Mask of the nonzero levels among `count` from `at`, from the one at `first` on. */
function maskOf(halves: Int16Array, at: number, first: number, count: number): number {
  let mask = 0;
  for (let i = first; i < count; i++) if (halves[at + i] !== 0) mask |= 1 << i;
  return mask;
}

/** Scales the levels of a block as `scaleLevels` does, by the factors that the memory has of a quantizer. */
function scale(
  { halves, words }: TrellisViews,
  quantizer: number,
  levels: number,
  mask: number,
  coefficients: number,
  first: number,
): void {
  const factors = (QUANTIZERS_AT + quantizer * QUANTIZER_BYTES) >> 2;
  for (let i = first; i < 16; i++) {
    const position = ZIGZAG[i];
    const odd = (position & 1) + ((position >> 2) & 1);
    const factor = words[factors + QUANTIZER_FIELD.rescaleEven + odd];
    const level = ((mask >> i) & 1) === 0 ? 0 : halves[(levels >> 1) + i];
    halves[(coefficients >> 1) + position] = Math.imul(level, factor);
  }
}

/** `decideLuma` by the kernel for one block. */
function decideLuma(
  views: TrellisViews,
  decide: TrellisKernels['decideLevels4x4'],
  ...[table, first, quantizer, coefficients, levels, masks, around]: Parameters<
    TrellisKernels['decideLuma']
  >
): number {
  const { words } = views;
  let any = 0;
  let coded = 0;
  for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
    const own = (masks >> 2) + blkIdx;
    // The other of two blocks side by side is decided already, or not yet.
    const isPairEmpty = (blkIdx & 1) === 0 && (words[own] | words[own + 1]) === 0;
    if (isPairEmpty) {
      blkIdx++;
      continue;
    }
    const x = BLOCK_X[blkIdx];
    const y = BLOCK_Y[blkIdx];
    const at = BLOCK_BYTES * blkIdx;
    let mask = words[own];
    if (mask !== 0) {
      const left = x > 0 ? coded >> (4 * y + x - 1) : around >> y;
      const above = y > 0 ? coded >> (4 * y - 4 + x) : around >> (4 + x);
      const inc = (left & 1) + 2 * (above & 1);
      const top = 31 - Math.clz32(mask);
      mask = decide(table, first, top, coefficients + at, levels + at, inc);
      words[own] = mask;
      if (mask !== 0) coded |= 1 << (4 * y + x);
      any |= mask;
    }
    scale(views, quantizer, levels + at, mask, coefficients + at, first);
  }
  return any;
}

/** The plain kernels of levels over a memory. */
export function plainTrellisKernels(views: TrellisViews): TrellisKernels {
  const trellis = new PlainTrellis(views);
  const { halves, words } = views;
  const decideLevels4x4: TrellisKernels['decideLevels4x4'] = (
    ...[table, first, top, coefficients, levels, flagInc]
  ) => {
    trellis.decide(table, first, top, coefficients, levels, flagInc);
    return maskOf(halves, levels >> 1, first, 16);
  };
  return {
    decideLevels4x4,
    decideLuma: (...args) => decideLuma(views, decideLevels4x4, ...args),
    decideLevels8x8: (table, top, coefficients, levels, masks) => {
      trellis.decide(table, 0, top, coefficients, levels, 0);
      const low = maskOf(halves, levels >> 1, 0, 32);
      const high = maskOf(halves, (levels >> 1) + 32, 0, 32);
      words[masks >> 2] = low;
      words[(masks >> 2) + 1] = high;
      return (low | high) === 0 ? 0 : 1;
    },
  };
}
