/**
 * Temporal noise shaping, AAC clause 4.6.9: the spectrum is predicted from line to line, and the residual is coded. A
 * decoder's recursive filter then gives the quantization noise the temporal envelope of the signal.
 */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { EIGHT_SHORT_SEQUENCE } from './window-sequence.ts';

/** TNS_MAX_ORDER of long windows for AAC-LC, clause 4.6.9.4. */
export const TNS_MAX_ORDER_LONG = 12;
/** TNS_MAX_ORDER of short windows, clause 4.6.9.4. */
export const TNS_MAX_ORDER_SHORT = 7;

/** At most one filter a window is used: the syntax allows three in a long window. */
export class TnsData {
  /** Whether any window has a filter (tns_data_present). */
  isPresent = false;
  /** Per window: 1 if it has a filter. */
  readonly n_filt = new Uint8Array(8);
  /** Per window: number of bands that the filter covers, counted down from the last band of the table. */
  readonly length = new Uint8Array(8);
  /** Per window: order of the filter, 0..12 (long) or 0..7 (short). */
  readonly order = new Uint8Array(8);
  /** Per window: 0 filters upwards in frequency, 1 downwards. */
  readonly direction = new Uint8Array(8);
  /** Reflection coefficients as transmitted with coef_res = 1: -8..7, `TNS_MAX_ORDER_LONG` a window. */
  readonly coef = new Int8Array(8 * TNS_MAX_ORDER_LONG);

  clear(): void {
    this.isPresent = false;
    this.n_filt.fill(0);
  }

  /** Whether any window has a filter, be it sent or not. */
  hasFilter(): boolean {
    for (let w = 0; w < this.n_filt.length; w++) if (this.n_filt[w] > 0) return true;
    return false;
  }
}

/** Inverse quantization of 4-bit reflection coefficients, clause 4.6.9.3: index coef + 8 => value within ±1. */
export const REFLECTION_VALUES: Float64Array = Float64Array.from({ length: 16 }, (_, i) => {
  const coef = i - 8;
  const iqfac = (8 + (coef >= 0 ? -0.5 : 0.5)) / (Math.PI / 2);
  return Math.fround(Math.sin(coef / iqfac));
});

/**
 * Reflection coefficients to the coefficients of the prediction polynomial, clause 4.6.9.3.
 * @param coef transmitted values -8..7 from `pos` on
 * @param lpc receives `order` + 1 values; lpc[0] is 1
 */
export function predictionPolynomial(
  coef: Int8Array,
  pos: number,
  order: number,
  lpc: Float64Array,
): void {
  lpc[0] = 1;
  for (let m = 1; m <= order; m++) {
    const reflection = REFLECTION_VALUES[coef[pos + m - 1] + 8];
    for (let i = 1, j = m - 1; i <= j; i++, j--) {
      const low = lpc[i];
      const high = lpc[j];
      lpc[i] = low + reflection * high;
      lpc[j] = high + reflection * low;
    }
    lpc[m] = reflection;
  }
}

/** Bits of tns_data() (clause 4.4.2.7) in a frame of `window_sequence`, without tns_data_present. */
export function countTnsBits(tns: TnsData, window_sequence: number): number {
  const isShort = window_sequence === EIGHT_SHORT_SEQUENCE;
  let bits = 0;
  for (let w = 0; w < (isShort ? 8 : 1); w++) {
    bits += isShort ? 1 : 2;
    if (tns.n_filt[w] === 0) continue;
    bits += 1 + (isShort ? 4 + 3 : 6 + 5);
    const order = tns.order[w];
    if (order > 0) bits += 2 + order * (4 - coefCompress(tns, w));
  }
  return bits;
}

/** coef_compress: 1 if all coefficients of window `w` fit in three bits. */
function coefCompress(tns: TnsData, w: number): 0 | 1 {
  for (let i = 0; i < tns.order[w]; i++) {
    const coef = tns.coef[w * TNS_MAX_ORDER_LONG + i];
    if (coef < -4 || coef > 3) return 0;
  }
  return 1;
}

/** tns_data(), clause 4.4.2.7. */
export function writeTnsData(w: SyntaxWriter, tns: TnsData, window_sequence: number): void {
  const isShort = window_sequence === EIGHT_SHORT_SEQUENCE;
  for (let window = 0; window < (isShort ? 8 : 1); window++) {
    w.u('n_filt', isShort ? 1 : 2, tns.n_filt[window]);
    if (tns.n_filt[window] === 0) continue;
    w.u('coef_res', 1, 1);
    w.u('length', isShort ? 4 : 6, tns.length[window]);
    const order = tns.order[window];
    w.u('order', isShort ? 3 : 5, order);
    if (order === 0) continue;
    w.u('direction', 1, tns.direction[window]);
    const coef_compress = coefCompress(tns, window);
    w.u('coef_compress', 1, coef_compress);
    const width = 4 - coef_compress;
    for (let i = 0; i < order; i++) {
      w.u('coef', width, tns.coef[window * TNS_MAX_ORDER_LONG + i] & ((1 << width) - 1));
    }
  }
}
