/** Text as UTF-8 (RFC 3629) and back, and from UTF-16, without the classes of the web platform: small engines do not have them. */

/** The character that replaces bytes that are no text, and halves of surrogate pairs. */
const REPLACEMENT = 0xfffd;

/** The bytes of `text`. A half of a surrogate pair becomes U+FFFD, as with `TextEncoder`. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(3 * text.length);
  let at = 0;
  for (const character of text) {
    let code = character.codePointAt(0)!;
    if (code >= 0xd800 && code < 0xe000) code = REPLACEMENT;
    if (code < 0x80) bytes[at++] = code;
    else if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
      bytes[at++] = 0x80 | (code & 63);
    } else if (code < 0x10000) {
      bytes[at++] = 0xe0 | (code >> 12);
      bytes[at++] = 0x80 | ((code >> 6) & 63);
      bytes[at++] = 0x80 | (code & 63);
    } else {
      bytes[at++] = 0xf0 | (code >> 18);
      bytes[at++] = 0x80 | ((code >> 12) & 63);
      bytes[at++] = 0x80 | ((code >> 6) & 63);
      bytes[at++] = 0x80 | (code & 63);
    }
  }
  return bytes.slice(0, at);
}

/** The text of `bytes`, as `TextDecoder` gives it: a byte order mark is left out, and what is no text becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const pieces: string[] = [];
  let units: number[] = [];
  for (let at = hasMark ? 3 : 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    const code = length > 0 ? codePoint(bytes, at, length) : REPLACEMENT;
    at += Math.max(length, -length);
    if (code < 0x10000) units.push(code);
    else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + (code & 0x3ff));
    if (units.length >= MAX_UNITS) {
      pieces.push(String.fromCharCode(...units));
      units = [];
    }
  }
  pieces.push(String.fromCharCode(...units));
  return pieces.join('');
}

/** Units that are turned into text at once: engines limit the number of arguments. */
const MAX_UNITS = 4096;

/**
 * Bytes of the character that starts at `at`. If there is none, as many as one U+FFFD stands for, negative: the longest start
 * of a character that there could be (Unicode, section 3.9, substitution of maximal subparts).
 */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    const min = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const max = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (byte < min || byte > max) return -i;
  }
  return length;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return bytes[at]!;
  let code = bytes[at]! & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) code = (code << 6) | (bytes[at + i]! & 63);
  return code;
}

/** The text of `bytes` in UTF-16, as `TextDecoder` gives it: half a character becomes U+FFFD. */
export function decodeUtf16(bytes: Uint8Array, isBigEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unitAt = (at: number) => (at + 1 < bytes.length ? view.getUint16(at, !isBigEndian) : -1);
  const characters: string[] = [];
  for (let at = 0; at < bytes.length; at += 2) {
    const unit = unitAt(at);
    const isWhole = unit >= 0 && (unit < 0xd800 || unit >= 0xe000);
    const isHigh = unit >= 0xd800 && unit < 0xdc00;
    const next = unitAt(at + 2);
    if (isWhole) characters.push(String.fromCharCode(unit));
    else if (isHigh && next >= 0xdc00 && next < 0xe000) {
      characters.push(String.fromCharCode(unit, next));
      at += 2;
    } else {
      characters.push(String.fromCharCode(REPLACEMENT));
      // A sequence that is cut off at the end is one mistake.
      if (isHigh && at + 3 === bytes.length) break;
    }
  }
  return characters.join('');
}
