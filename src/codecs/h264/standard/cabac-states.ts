/**
 * The states of CABAC's contexts, clauses 9.3.1.1, 9.3.3.2.1 and 9.3.4.2: how they begin, how a bin moves them on, how much of the
 * range the less probable symbol takes, and what a bin costs.
 *
 * The state of a context is one byte, 2·pStateIdx + valMPS. Contexts stand at their ctxIdx.
 */
import { exp2, log2 } from '../../../base/exp-log.ts';
import { clip3 } from '../../../base/math.ts';
import {
  CONTEXTS_8X8_I,
  CONTEXTS_8X8_IDC0,
  CONTEXTS_8X8_IDC1,
  CONTEXTS_8X8_IDC2,
  CONTEXTS_I,
  CONTEXTS_IDC0,
  CONTEXTS_IDC1,
  CONTEXTS_IDC2,
} from './cabac-context-tables.ts';

/** Contexts of frame macroblocks of 4:2:0 and monochrome lie below this ctxIdx (Table 9-34). */
export const CONTEXT_COUNT = 436;

/** cabac_init_idc of I slices, which have none. */
export const INTRA_CONTEXTS = -1;

/** Where the second part of each table begins: transform_size_8x8_flag. */
const FIRST_8X8_CONTEXT = 399;
/** The contexts that I slices do not have, 11 to 59, are not in their table. */
const FIRST_INTER_CONTEXT = 11;
const LAST_INTER_CONTEXT = 59;

const TABLES = [CONTEXTS_IDC0, CONTEXTS_IDC1, CONTEXTS_IDC2];
const TABLES_8X8 = [CONTEXTS_8X8_IDC0, CONTEXTS_8X8_IDC1, CONTEXTS_8X8_IDC2];

/**
 * Sets the contexts as a slice begins, clause 9.3.1.1.
 * @param states CONTEXT_COUNT states by ctxIdx
 * @param cabac_init_idc 0..2 of P and B slices, INTRA_CONTEXTS for I slices
 * @param sliceQpY 0..51
 */
export function initializeContexts(
  states: Uint8Array,
  cabac_init_idc: number,
  sliceQpY: number,
): void {
  if (cabac_init_idc === INTRA_CONTEXTS) {
    const resume = 2 * FIRST_INTER_CONTEXT;
    setStates(states, 0, CONTEXTS_I, 0, resume, sliceQpY);
    setStates(states, LAST_INTER_CONTEXT + 1, CONTEXTS_I, resume, CONTEXTS_I.length, sliceQpY);
    setStates(states, FIRST_8X8_CONTEXT, CONTEXTS_8X8_I, 0, CONTEXTS_8X8_I.length, sliceQpY);
  } else {
    const low = TABLES[cabac_init_idc];
    const high = TABLES_8X8[cabac_init_idc];
    setStates(states, 0, low, 0, low.length, sliceQpY);
    setStates(states, FIRST_8X8_CONTEXT, high, 0, high.length, sliceQpY);
  }
}

/** Equation 9-5 for the contexts of `table` from element `from` to before `end`, which stand from `ctxIdx` on. */
function setStates(
  states: Uint8Array,
  ctxIdx: number,
  table: Int8Array,
  from: number,
  end: number,
  sliceQpY: number,
): void {
  for (let i = from, at = ctxIdx; i < end; i += 2, at++) {
    const preCtxState = clip3(1, 126, ((table[i] * sliceQpY) >> 4) + table[i + 1]);
    states[at] = preCtxState <= 63 ? 2 * (63 - preCtxState) : 2 * (preCtxState - 64) + 1;
  }
}

/** Table 9-44: 4·pStateIdx + qCodIRangeIdx => rangeTabLPS. */
// biome-ignore format: four states a row
export const RANGE_LPS: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  128, 176, 208, 240, 128, 167, 197, 227, 128, 158, 187, 216, 123, 150, 178, 205,
  116, 142, 169, 195, 111, 135, 160, 185, 105, 128, 152, 175, 100, 122, 144, 166,
   95, 116, 137, 158,  90, 110, 130, 150,  85, 104, 123, 142,  81,  99, 117, 135,
   77,  94, 111, 128,  73,  89, 105, 122,  69,  85, 100, 116,  66,  80,  95, 110,
   62,  76,  90, 104,  59,  72,  86,  99,  56,  69,  81,  94,  53,  65,  77,  89,
   51,  62,  73,  85,  48,  59,  69,  80,  46,  56,  66,  76,  43,  53,  63,  72,
   41,  50,  59,  69,  39,  48,  56,  65,  37,  45,  54,  62,  35,  43,  51,  59,
   33,  41,  48,  56,  32,  39,  46,  53,  30,  37,  43,  50,  29,  35,  41,  48,
   27,  33,  39,  45,  26,  31,  37,  43,  24,  30,  35,  41,  23,  28,  33,  39,
   22,  27,  32,  37,  21,  26,  30,  35,  20,  24,  29,  33,  19,  23,  27,  31,
   18,  22,  26,  30,  17,  21,  25,  28,  16,  20,  23,  27,  15,  19,  22,  25,
   14,  18,  21,  24,  14,  17,  20,  23,  13,  16,  19,  22,  12,  15,  18,  21,
   12,  14,  17,  20,  11,  14,  16,  19,  11,  13,  15,  18,  10,  12,  15,  17,
   10,  12,  14,  16,   9,  11,  13,  15,   9,  11,  12,  14,   8,  10,  12,  14,
    8,   9,  11,  13,   7,   9,  11,  12,   7,   9,  10,  12,   7,   8,  10,  11,
    6,   8,   9,  11,   6,   7,   9,  10,   6,   7,   8,   9,   2,   2,   2,   2);

/** Table 9-45: pStateIdx => transIdxLPS. transIdxMPS is the next state up to 62, where it stays. */
// biome-ignore format: 16 states a row
export const TRANS_IDX_LPS: Uint8Array = /* @__PURE__ */ Uint8Array.of(
   0,  0,  1,  2,  2,  4,  4,  5,  6,  7,  8,  9,  9, 11, 11, 12,
  13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21, 21, 22, 22, 23, 24,
  24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33,
  33, 33, 34, 34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63);

/** Clause 9.3.4.2.1 as one table: 2·state + bin => next state. */
export const NEXT_STATE: Uint8Array = /* @__PURE__ */ nextStates();

function nextStates(): Uint8Array {
  const next = new Uint8Array(256);
  for (let pStateIdx = 0; pStateIdx < 64; pStateIdx++) {
    for (let valMPS = 0; valMPS < 2; valMPS++) {
      const state = 2 * pStateIdx + valMPS;
      next[2 * state + valMPS] = 2 * Math.min(pStateIdx + 1, Math.max(pStateIdx, 62)) + valMPS;
      // At state 0 the symbols change places.
      const mps = pStateIdx === 0 ? 1 - valMPS : valMPS;
      next[2 * state + 1 - valMPS] = 2 * TRANS_IDX_LPS[pStateIdx] + mps;
    }
  }
  return next;
}

/** Bits are counted in units of 1/256 bit. */
export const BIT = 256;

/**
 * The cost of a bin in 1/256 bit: 2·state + bin => -log2 of its probability. Table 9-44 is built on a model in which the less
 * probable symbol has probability 0.5 in state 0, and (0.01875 / 0.5)^(1/63) times as much from each state to the next (Marpe,
 * Schwarz, Wiegand, IEEE Transactions on Circuits and Systems for Video Technology 13(7), 2003, section III.C).
 */
export const BIN_COST: Uint16Array = /* @__PURE__ */ binCosts();

function binCosts(): Uint16Array {
  const costs = new Uint16Array(256);
  for (let pStateIdx = 0; pStateIdx < 63; pStateIdx++) {
    const halvings = 1 - (pStateIdx / 63) * log2(0.01875 / 0.5);
    const lps = exp2(-halvings);
    for (let valMPS = 0; valMPS < 2; valMPS++) {
      const at = 2 * (2 * pStateIdx + valMPS);
      costs[at + valMPS] = Math.round(-BIT * log2(1 - lps));
      costs[at + 1 - valMPS] = Math.round(BIT * halvings);
    }
  }
  return costs;
}
