/** Tells Matroska and WebM files by their first bytes. */

/** Whether `bytes` begin like an EBML document. */
export function isEbml(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1a && bytes[1] === 0x45 && bytes[2] === 0xdf && bytes[3] === 0xa3;
}
