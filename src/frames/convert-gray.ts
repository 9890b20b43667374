/**
 * Gray of 8, 10 and 16 bits. A gray sample is full range: 0 is black, the largest value white, as R = G = B are. One
 * table per conversion says what each stored element becomes, so depth, range and byte order cost one look-up.
 */
import type { PackedRgb } from './picture-planes.ts';
import type { PixFmtInfo } from './pixel-format.ts';

/** Table: stored element => stored element. */
export type ElementTable = Uint8Array | Uint16Array;

/**
 * The table from luma or gray samples of one format to those of another; values outside of the range are clamped.
 * @param from range of the source: the value of black, and how far white is from it
 * @param to range of the target
 */
export function lumaTable(
  sourceInfo: PixFmtInfo,
  from: { readonly black: number; readonly span: number },
  targetInfo: PixFmtInfo,
  to: { readonly black: number; readonly span: number },
): ElementTable {
  const length = sourceInfo.bytesPerSample === 1 ? 256 : 65536;
  const table = targetInfo.bytesPerSample === 1 ? new Uint8Array(length) : new Uint16Array(length);
  const largest = 2 ** targetInfo.bitDepth - 1;
  for (let element = 0; element < length; element++) {
    const sample = swapIf(isSwapped(sourceInfo), element);
    const value = Math.round(to.black + ((sample - from.black) * to.span) / from.span);
    table[element] = swapIf(isSwapped(targetInfo), Math.min(Math.max(value, 0), largest));
  }
  return table;
}

/** Whether the bytes of a sample lie in the other order than typed arrays read them. */
export function isSwapped(info: PixFmtInfo): boolean {
  const hostIsBig = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
  return info.bytesPerSample === 2 && info.bigEndian !== hostIsBig;
}

/** The two bytes of 0..65535 in the other order. */
export function swapBytes(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}

function swapIf(swap: boolean, value: number): number {
  return swap ? swapBytes(value) : value;
}

/** `target[i] = table[source[i]]` along one row of bytes. */
export function mapByteRow(
  source: Uint8Array,
  from: number,
  table: Uint8Array,
  target: Uint8Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[to + i] = table[source[from + i]!]!;
}

/** `target[i] = table[source[i]]` along one row, bytes to 16-bit elements. */
export function widenRow(
  source: Uint8Array,
  from: number,
  table: Uint16Array,
  target: Uint16Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[to + i] = table[source[from + i]!]!;
}

/** `target[i] = table[source[i]]` along one row, 16-bit elements to bytes. */
export function narrowRow(
  source: Uint16Array,
  from: number,
  table: Uint8Array,
  target: Uint8Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[to + i] = table[source[from + i]!]!;
}

/** `target[i] = table[source[i]]` along one row of 16-bit elements. */
export function mapWordRow(
  source: Uint16Array,
  from: number,
  table: Uint16Array,
  target: Uint16Array,
  to: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[to + i] = table[source[from + i]!]!;
}

/** Gray from RGB: KR·R + KG·G + KB·B, rounded, as a byte. */
export function rgbRowToGray8(
  source: PackedRgb,
  row: number,
  kr: number,
  kb: number,
  target: Uint8Array,
  to: number,
  width: number,
): void {
  const { data, pixelStep, r, g, b } = source;
  const kg = 1 - kr - kb;
  let p = source.offset + row * source.stride;
  for (let x = 0; x < width; x++, p += pixelStep) {
    target[to + x] = kr * data[p + r]! + kg * data[p + g]! + kb * data[p + b]! + 0.5;
  }
}

/** How gray lies in 16-bit elements. */
export interface Gray16 {
  /** White. */
  readonly largest: number;
  /** Whether the bytes of each element are swapped. */
  readonly swap: boolean;
}

/** Gray from RGB, rounded, as a 16-bit element. */
export function rgbRowToGray16(
  source: PackedRgb,
  row: number,
  kr: number,
  kb: number,
  { largest, swap }: Gray16,
  target: Uint16Array,
  to: number,
  width: number,
): void {
  const { data, pixelStep, r, g, b } = source;
  const scale = largest / 255;
  const kg = 1 - kr - kb;
  let p = source.offset + row * source.stride;
  for (let x = 0; x < width; x++, p += pixelStep) {
    const value = (kr * data[p + r]! + kg * data[p + g]! + kb * data[p + b]!) * scale + 0.5;
    target[to + x] = swap ? ((value & 0xff) << 8) | (value >> 8) : value;
  }
}

/** R = G = B from a row of gray bytes; alpha is opaque. */
export function grayRowToRgb(
  gray: Uint8Array,
  from: number,
  target: PackedRgb,
  row: number,
  width: number,
): void {
  const { data, pixelStep, r, g, b, a } = target;
  let p = target.offset + row * target.stride;
  for (let x = 0; x < width; x++, p += pixelStep) {
    const value = gray[from + x]!;
    data[p + r] = value;
    data[p + g] = value;
    data[p + b] = value;
    if (a >= 0) data[p + a] = 255;
  }
}

/** RGB in another order; alpha is copied if both have it, else opaque. */
export function repackRgbRow(
  source: PackedRgb,
  target: PackedRgb,
  row: number,
  width: number,
): void {
  const { data, pixelStep, r, g, b, a } = source;
  const out = target.data;
  let p = source.offset + row * source.stride;
  let q = target.offset + row * target.stride;
  for (let x = 0; x < width; x++, p += pixelStep, q += target.pixelStep) {
    out[q + target.r] = data[p + r]!;
    out[q + target.g] = data[p + g]!;
    out[q + target.b] = data[p + b]!;
    if (target.a >= 0) out[q + target.a] = a >= 0 ? data[p + a]! : 255;
  }
}
