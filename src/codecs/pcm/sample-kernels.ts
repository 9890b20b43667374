/**
 * Kernels that move samples between frames and streams. Samples are moved as bits, never as numbers, so that NaN
 * payloads and negative zeros pass unchanged; each kernel sees one element type. Bounds are the caller's duty.
 */

/** Whether this machine stores the high byte of a number first. */
export const MACHINE_IS_BIG_ENDIAN: boolean = /* @__PURE__ */ (() =>
  new Uint8Array(Uint16Array.of(1).buffer)[0] === 0)();

/** Copies `count` samples of one byte: from `src`, every `stride` elements, to `out`, every `outStride` elements. */
export function copySamples8(
  src: Uint8Array,
  offset: number,
  stride: number,
  count: number,
  out: Uint8Array,
  to: number,
  outStride: number,
): void {
  for (let i = 0; i < count; i++) {
    out[to] = src[offset]!;
    offset += stride;
    to += outStride;
  }
}

/** `copySamples8` for samples of two bytes. */
export function copySamples16(
  src: Uint16Array,
  offset: number,
  stride: number,
  count: number,
  out: Uint16Array,
  to: number,
  outStride: number,
): void {
  for (let i = 0; i < count; i++) {
    out[to] = src[offset]!;
    offset += stride;
    to += outStride;
  }
}

/** `copySamples8` for samples of four bytes. */
export function copySamples32(
  src: Uint32Array,
  offset: number,
  stride: number,
  count: number,
  out: Uint32Array,
  to: number,
  outStride: number,
): void {
  for (let i = 0; i < count; i++) {
    out[to] = src[offset]!;
    offset += stride;
    to += outStride;
  }
}

/** `copySamples8` for samples of eight bytes, as pairs of words; positions and strides count pairs. */
export function copySamples64(
  src: Uint32Array,
  offset: number,
  stride: number,
  count: number,
  out: Uint32Array,
  to: number,
  outStride: number,
): void {
  let from = offset * 2;
  let at = to * 2;
  for (let i = 0; i < count; i++) {
    out[at] = src[from]!;
    out[at + 1] = src[from + 1]!;
    from += stride * 2;
    at += outStride * 2;
  }
}

/** Stores the upper 24 bits of each 32-bit sample in three bytes, low byte first; `to` and `outStride` count bytes. */
export function packUpper24Le(
  src: Int32Array,
  offset: number,
  stride: number,
  count: number,
  out: Uint8Array,
  to: number,
  outStride: number,
): void {
  for (let i = 0; i < count; i++) {
    const sample = src[offset]!;
    out[to] = sample >> 8;
    out[to + 1] = sample >> 16;
    out[to + 2] = sample >> 24;
    offset += stride;
    to += outStride;
  }
}

/** `packUpper24Le` with the high byte first. */
export function packUpper24Be(
  src: Int32Array,
  offset: number,
  stride: number,
  count: number,
  out: Uint8Array,
  to: number,
  outStride: number,
): void {
  for (let i = 0; i < count; i++) {
    const sample = src[offset]!;
    out[to] = sample >> 24;
    out[to + 1] = sample >> 16;
    out[to + 2] = sample >> 8;
    offset += stride;
    to += outStride;
  }
}

/** Reads `out.length` samples of three bytes, low byte first, into the upper 24 bits of 32. */
export function unpackUpper24Le(bytes: Uint8Array, out: Int32Array): void {
  for (let i = 0, at = 0; i < out.length; i++, at += 3) {
    out[i] = (bytes[at]! << 8) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 24);
  }
}

/** `unpackUpper24Le` with the high byte first. */
export function unpackUpper24Be(bytes: Uint8Array, out: Int32Array): void {
  for (let i = 0, at = 0; i < out.length; i++, at += 3) {
    out[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8);
  }
}

/** Codes 16-bit samples with `table` (low 16 bits => octet); `to` and `outStride` count bytes. */
export function compressSamples(
  table: Uint8Array,
  src: Int16Array,
  offset: number,
  stride: number,
  count: number,
  out: Uint8Array,
  to: number,
  outStride: number,
): void {
  for (let i = 0; i < count; i++) {
    out[to] = table[src[offset]! & 0xffff]!;
    offset += stride;
    to += outStride;
  }
}

/** Decodes octets with `table` (octet => 16-bit sample); `out` is as long as `octets`. */
export function expandSamples(table: Int16Array, octets: Uint8Array, out: Int16Array): void {
  for (let i = 0; i < out.length; i++) out[i] = table[octets[i]!]!;
}

/** Reverses the bytes of each 16-bit element in place. */
export function swapBytes16(samples: Uint16Array): void {
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    samples[i] = (sample << 8) | (sample >> 8);
  }
}

/** Reverses the bytes of each 32-bit element in place. */
export function swapBytes32(samples: Uint32Array): void {
  for (let i = 0; i < samples.length; i++) samples[i] = swapWord(samples[i]!);
}

/** Reverses the bytes of each pair of words in place. */
export function swapBytes64(samples: Uint32Array): void {
  for (let i = 0; i + 1 < samples.length; i += 2) {
    const first = samples[i]!;
    samples[i] = swapWord(samples[i + 1]!);
    samples[i + 1] = swapWord(first);
  }
}

function swapWord(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
