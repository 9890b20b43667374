/** What the QOI specification fixes: the header, the operations, the index of colors. */

/** Bytes of the header, and of the end marker behind the pixels: seven zeros and a one. */
export const HEADER_BYTES = 14;
export const END_BYTES = 8;

/** The operations: whole bytes, or the two highest bits of one. */
export const OP_RGB = 0xfe;
export const OP_RGBA = 0xff;
export const OP_INDEX = 0x00;
export const OP_DIFF = 0x40;
export const OP_LUMA = 0x80;
export const OP_RUN = 0xc0;
/** The longest run. 63 and 64 would read as `OP_RGB` and `OP_RGBA`. */
export const MAX_RUN = 62;

/** Where a color stands in the table of 64 colors that were seen. */
export function indexOf(r: number, g: number, b: number, a: number): number {
  return (r * 3 + g * 5 + b * 7 + a * 11) & 63;
}

/** Whether these are the first bytes of a QOI file. */
export function isQoi(start: Uint8Array): boolean {
  return [0x71, 0x6f, 0x69, 0x66].every((byte, i) => start[i] === byte);
}
