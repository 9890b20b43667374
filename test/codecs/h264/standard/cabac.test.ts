/** CABAC: tables by their laws, the arithmetic code by a decoder that reads as clause 9.3.3.2 says, binarizations by Tables 9-36 to 9-39. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitWriter } from '../../../../src/bits/bit-writer.ts';
import {
  CTX,
  chromaCodedBlockPattern,
  lumaCodedBlockPattern,
  mbQpDelta,
  mbTypeB,
  mbTypeI,
  mbTypeP,
  mvd,
  subMbTypeB,
  subMbTypeP,
} from '../../../../src/codecs/h264/standard/cabac-binarization.ts';
import {
  CONTEXTS_8X8_I,
  CONTEXTS_8X8_IDC0,
  CONTEXTS_8X8_IDC1,
  CONTEXTS_8X8_IDC2,
  CONTEXTS_I,
  CONTEXTS_IDC0,
  CONTEXTS_IDC1,
  CONTEXTS_IDC2,
} from '../../../../src/codecs/h264/standard/cabac-context-tables.ts';
import {
  BinString,
  BYPASS,
  CabacEncoder,
  createCabacMark,
  estimateBins,
  TERMINATE,
} from '../../../../src/codecs/h264/standard/cabac-encoder.ts';
import {
  LAST_8X8,
  residualBlock,
  residualBlock8x8,
  SIGNIFICANT_8X8,
} from '../../../../src/codecs/h264/standard/cabac-residual.ts';
import {
  BIN_COST,
  BIT,
  CONTEXT_COUNT,
  INTRA_CONTEXTS,
  initializeContexts,
  NEXT_STATE,
  RANGE_LPS,
  TRANS_IDX_LPS,
} from '../../../../src/codecs/h264/standard/cabac-states.ts';
import { BlockCat } from '../../../../src/codecs/h264/standard/macroblock.ts';
import { CabacDecoder } from '../../../reference/cabac-decoder.ts';

/** Probability of the less probable symbol in a state, by the model behind Table 9-44. */
const lps = (pStateIdx: number) => 0.5 * (0.01875 / 0.5) ** (pStateIdx / 63);

describe('tables', () => {
  const interTables = [CONTEXTS_IDC0, CONTEXTS_IDC1, CONTEXTS_IDC2];

  it('have m and n for each context of frame macroblocks', () => {
    for (const table of interTables) expect(table).toHaveLength(2 * 276);
    expect(CONTEXTS_I).toHaveLength(2 * (276 - 49));
    for (const table of [CONTEXTS_8X8_I, CONTEXTS_8X8_IDC0, CONTEXTS_8X8_IDC1, CONTEXTS_8X8_IDC2]) {
      expect(table).toHaveLength(2 * 37);
    }
  });

  it('share what does not depend on the slice: the contexts of the first eleven bins', () => {
    for (const table of interTables) {
      expect(table.subarray(0, 22)).toEqual(CONTEXTS_I.subarray(0, 22));
    }
  });

  it('give the range of the less probable symbol by the model, within what rounding does', () => {
    for (let state = 0; state < 63; state++) {
      for (let q = 0; q < 4; q++) {
        const center = 256 + 64 * q + 32;
        // Of a range that may be 256, never more than half: then one doubling is enough after the other symbol.
        const half = q === 0 ? 128 : 256;
        const model = Math.min(half, Math.max(6, lps(state) * center));
        expect(Math.abs(RANGE_LPS[4 * state + q]! - model)).toBeLessThan(0.02 * model + 1);
      }
    }
  });

  it('move on by the model: p·alpha for the one symbol, p·alpha + 1 - alpha for the other', () => {
    const alpha = (0.01875 / 0.5) ** (1 / 63);
    for (let state = 0; state < 63; state++) {
      const target = alpha * lps(state) + 1 - alpha;
      const model = Math.max(0, (63 * Math.log(target / 0.5)) / Math.log(0.01875 / 0.5));
      expect(Math.abs(TRANS_IDX_LPS[state]! - model)).toBeLessThan(1);
      expect(NEXT_STATE[2 * (2 * state) + 0]).toBe(2 * Math.min(62, state + 1));
      expect(NEXT_STATE[2 * (2 * state + 1) + 1]).toBe(2 * Math.min(62, state + 1) + 1);
    }
    expect(NEXT_STATE[2 * 0 + 1]).toBe(1);
    expect(NEXT_STATE[2 * 1 + 0]).toBe(0);
  });

  it('cost bins by the same model', () => {
    for (let state = 0; state < 63; state++) {
      const most = BIN_COST[2 * (2 * state)]! / BIT;
      const least = BIN_COST[2 * (2 * state) + 1]! / BIT;
      expect(2 ** -most + 2 ** -least).toBeCloseTo(1, 2);
    }
  });

  it('map the 63 places of an 8x8 block to all of their contexts', () => {
    expect(SIGNIFICANT_8X8).toHaveLength(63);
    expect(new Set(SIGNIFICANT_8X8).size).toBe(15);
    expect(LAST_8X8).toHaveLength(63);
    expect([...LAST_8X8]).toEqual([...LAST_8X8].sort((a, b) => a - b));
    expect(new Set(LAST_8X8).size).toBe(9);
  });
});

describe('arithmetic code', () => {
  const bin = fc.record({
    ctxIdx: fc.oneof(
      fc.integer({ min: 0, max: 275 }),
      fc.constant(BYPASS),
      fc.constant(TERMINATE),
      fc.constant(5),
    ),
    value: fc.integer({ min: 0, max: 1 }),
  });
  const bins = fc.array(bin, { maxLength: 400, size: 'max' });

  function stringOf(list: readonly { ctxIdx: number; value: number }[]): BinString {
    const string = new BinString();
    for (const { ctxIdx, value } of list) string.put(ctxIdx, ctxIdx === TERMINATE ? 0 : value);
    return string;
  }

  it('is read back bin by bin, ends with a 1, and goes on behind it', () => {
    fc.assert(
      fc.property(bins, bins, fc.integer({ min: 0, max: 51 }), (first, second, qp) => {
        const out = new BitWriter();
        const encoder = new CabacEncoder(out);
        initializeContexts(encoder.states, qp % 3, qp);
        const states = encoder.states.slice();
        const ends: number[] = [];
        for (const list of [first, second]) {
          encoder.start();
          encoder.encode(stringOf(list));
          encoder.terminate();
          ends.push(out.bitPosition);
        }
        const bytes = out.toBytes();
        let position = 0;
        for (const [i, list] of [first, second].entries()) {
          const decoder = new CabacDecoder(bytes, states, position);
          for (const { ctxIdx, value } of list) {
            if (ctxIdx === BYPASS) expect(decoder.bypass()).toBe(value);
            else if (ctxIdx === TERMINATE) expect(decoder.terminate()).toBe(0);
            else expect(decoder.decision(ctxIdx)).toBe(value);
          }
          expect(decoder.terminate()).toBe(1);
          // Clause 9.3.1.2: after it the decoder does RenormD, and has then read the bit that is rbsp_stop_one_bit.
          const last = decoder.bitPosition + 7 - 9 + 1;
          expect((bytes[last >> 3]! >> (7 - (last & 7))) & 1).toBe(1);
          expect(Math.ceil((last + 1) / 8) * 8).toBe(ends[i]);
          position = ends[i]!;
        }
        expect(states).toEqual(encoder.states);
      }),
      { numRuns: 300 },
    );
  });

  it('costs about what the estimate says', () => {
    fc.assert(
      fc.property(fc.array(bin, { minLength: 200, maxLength: 2000, size: 'max' }), (list) => {
        const out = new BitWriter();
        const encoder = new CabacEncoder(out);
        initializeContexts(encoder.states, INTRA_CONTEXTS, 26);
        const string = stringOf(list.filter(({ ctxIdx }) => ctxIdx !== TERMINATE));
        const estimate = estimateBins(encoder.states.slice(), string) / BIT;
        encoder.encode(string);
        expect(Math.abs(encoder.bitPosition - estimate)).toBeLessThan(0.05 * estimate + 16);
      }),
      { numRuns: 50 },
    );
  });

  it('goes back to where it was marked', () => {
    fc.assert(
      fc.property(bins, bins, bins, (kept, dropped, rest) => {
        const code = (drops: boolean): Uint8Array => {
          const out = new BitWriter();
          const encoder = new CabacEncoder(out);
          initializeContexts(encoder.states, 1, 30);
          encoder.encode(stringOf(kept));
          if (drops) {
            const mark = createCabacMark();
            encoder.mark(mark);
            encoder.encode(stringOf(dropped));
            encoder.rewind(mark);
          }
          encoder.encode(stringOf(rest));
          encoder.terminate();
          return out.toBytes();
        };
        expect(code(true)).toEqual(code(false));
      }),
      { numRuns: 100 },
    );
  });
});

/** The bins of a string as text, terminating ones as t. */
function text(string: BinString): string {
  let result = '';
  for (const entry of string.bins.subarray(0, string.count)) {
    result += entry >> 1 === TERMINATE ? `t${entry & 1}` : String(entry & 1);
  }
  return result;
}

function binsOf(write: (out: BinString) => void): string {
  const out = new BinString();
  write(out);
  for (const entry of out.bins.subarray(0, out.count)) {
    const ctxIdx = entry >> 1;
    expect(ctxIdx < CONTEXT_COUNT || ctxIdx === BYPASS).toBe(true);
  }
  return text(out);
}

/** No word begins another, so that each can be told where it ends. In order, a word stands right before those that it begins. */
function expectPrefixFree(words: readonly string[]): void {
  const sorted = [...words].sort();
  const clash = sorted.filter((word, i) => sorted[i + 1]?.startsWith(word));
  expect(clash).toEqual([]);
}

describe('binarization', () => {
  const range = (count: number) => Array.from({ length: count }, (_, i) => i);

  it('of macroblock types is that of Tables 9-36 to 9-38', () => {
    const i = range(26).map((type) => binsOf((out) => mbTypeI(out, 0, type)));
    expect([i[0], i[1], i[5], i[24]]).toEqual([
      '0',
      '1t0' + '0000',
      '1t0' + '01000',
      '1t0' + '11111',
    ]);
    expectPrefixFree(i.slice(0, 25));
    const p = range(5).map((type) => binsOf((out) => mbTypeP(out, type === 4 ? 5 : type)));
    expect(p).toEqual(['000', '011', '010', '001', '10']);
    const b = range(24).map((type) => binsOf((out) => mbTypeB(out, 0, type)));
    expect([b[0], b[1], b[2], b[3], b[10]]).toEqual(['0', '100', '101', '110000', '110111']);
    expect([b[11], b[12], b[21], b[22]]).toEqual(['111110', '1110000', '1111001', '111111']);
    expect(b[23]).toBe('111101' + '0');
    expectPrefixFree(b);
    expect(range(4).map((type) => binsOf((out) => subMbTypeP(out, type)))).toEqual([
      '1',
      '00',
      '011',
      '010',
    ]);
    const sub = range(13).map((type) => binsOf((out) => subMbTypeB(out, type)));
    expect([sub[0], sub[1], sub[3], sub[6]]).toEqual(['0', '100', '11000', '11011']);
    expect([sub[7], sub[10], sub[11], sub[12]]).toEqual(['111000', '111011', '11110', '11111']);
    expectPrefixFree(sub);
  });

  it('of numbers can be told apart', () => {
    expectPrefixFree(range(53).map((i) => binsOf((out) => mbQpDelta(out, 0, i - 26))));
    expectPrefixFree(range(401).map((i) => binsOf((out) => mvd(out, CTX.mvd_x, 0, i - 200))));
    expect(binsOf((out) => mvd(out, CTX.mvd_y, 40, -9))).toBe('111111111' + '0' + '000' + '1');
    expect(binsOf((out) => mvd(out, CTX.mvd_y, 40, 17))).toBe('111111111' + '10' + '0000' + '0');
  });

  it('of coded_block_pattern looks at its neighbors and at itself', () => {
    const out = new BinString();
    lumaCodedBlockPattern(out, 0b1101, 0b0111, 0x2f & ~2);
    chromaCodedBlockPattern(out, 0, 2, 2);
    const contexts = [...out.bins.subarray(0, out.count)].map((entry) => entry >> 1);
    const luma = CTX.coded_block_pattern_luma;
    const chroma = CTX.coded_block_pattern_chroma;
    // Block 0: block 1 of A is not coded, block 2 of B is; block 1: block 0 and, not coded, block 3 of B; and so on.
    expect(contexts).toEqual([luma + 1, luma + 2, luma, luma + 2, chroma + 2, chroma + 4 + 2]);
    expect(text(out)).toBe('101111');
  });
});

describe('residual blocks', () => {
  const level = fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: -2, max: 2 }) },
    { weight: 1, arbitrary: fc.integer({ min: -32768, max: 32767 }) },
  );

  /** Reads residual_block_cabac( ) as clause 7.3.5.3.3 prints it. */
  function read(decoder: CabacDecoder, cat: number, inc: number, max: number): number[] {
    const coeffLevel = new Array<number>(max).fill(0);
    const is8x8 = cat === BlockCat.LUMA_8X8;
    const offset = (table: readonly number[]) => table[cat]!;
    const flag = CTX.coded_block_flag + offset([0, 4, 8, 12, 16, 0]) + inc;
    if (!is8x8 && decoder.decision(flag) === 0) return coeffLevel;
    const map = (low: number, high: number) =>
      is8x8 ? high : low + offset([0, 15, 29, 44, 47, 0]);
    const significant: number[] = [];
    let isDone = false;
    for (let i = 0; i < max - 1 && !isDone; i++) {
      const small = cat === BlockCat.CHROMA_DC ? Math.min(i, 2) : i;
      const sigInc = is8x8 ? SIGNIFICANT_8X8[i]! : small;
      const lastInc = is8x8 ? LAST_8X8[i]! : small;
      if (decoder.decision(map(105, 402) + sigInc) === 0) continue;
      significant.push(i);
      isDone = decoder.decision(map(166, 417) + lastInc) === 1;
    }
    if (!isDone) significant.push(max - 1);
    const abs = is8x8 ? 426 : 227 + offset([0, 10, 20, 30, 39, 0]);
    let eq1 = 0;
    let gt1 = 0;
    for (const i of significant.reverse()) {
      let minus1 = decoder.decision(abs + (gt1 !== 0 ? 0 : Math.min(4, 1 + eq1)));
      if (minus1 === 1) {
        const next = abs + 5 + Math.min(4 - (cat === BlockCat.CHROMA_DC ? 1 : 0), gt1);
        while (minus1 < 14 && decoder.decision(next) === 1) minus1++;
        if (minus1 === 14) {
          let k = 0;
          while (decoder.bypass() === 1) minus1 += 1 << k++;
          while (k-- > 0) minus1 += decoder.bypass() << k;
        }
      }
      if (minus1 === 0) eq1++;
      else gt1++;
      coeffLevel[i] = decoder.bypass() === 1 ? -minus1 - 1 : minus1 + 1;
    }
    return coeffLevel;
  }

  it('are read back', () => {
    const kinds: readonly (readonly [cat: number, count: number])[] = [
      [BlockCat.LUMA_DC_16X16, 16],
      [BlockCat.LUMA_AC_16X16, 15],
      [BlockCat.LUMA_4X4, 16],
      [BlockCat.CHROMA_DC, 4],
      [BlockCat.CHROMA_AC, 15],
      [BlockCat.LUMA_8X8, 64],
    ];
    const block = fc
      .tuple(fc.constantFrom(...kinds), fc.integer({ min: 0, max: 3 }))
      .chain(([[cat, count], inc]) =>
        fc.record({
          cat: fc.constant(cat),
          inc: fc.constant(inc),
          values: fc.array(level, { minLength: count, maxLength: count }),
        }),
      );
    fc.assert(
      fc.property(fc.array(block, { maxLength: 20 }), (blocks) => {
        const written = blocks.filter(
          ({ cat, values }) => cat !== BlockCat.LUMA_8X8 || values.some((value) => value !== 0),
        );
        const out = new BitWriter();
        const encoder = new CabacEncoder(out);
        initializeContexts(encoder.states, 2, 20);
        const states = encoder.states.slice();
        const string = new BinString();
        for (const { cat, inc, values } of written) {
          string.clear();
          const levels = Int16Array.from(values);
          const mask = (from: number) =>
            values.slice(from, from + 32).reduce((m, v, i) => (v === 0 ? m : m | (1 << i)), 0);
          if (cat === BlockCat.LUMA_8X8) residualBlock8x8(string, levels, 0, mask(0), mask(32));
          else residualBlock(string, cat, inc, levels, 0, mask(0), values.length);
          encoder.encode(string);
        }
        encoder.terminate();
        const decoder = new CabacDecoder(out.toBytes(), states, 0);
        for (const { cat, inc, values } of written) {
          expect(read(decoder, cat, inc, values.length)).toEqual(values);
        }
        expect(decoder.terminate()).toBe(1);
      }),
      { numRuns: 300 },
    );
  });
});
