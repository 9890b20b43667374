/**
 * Texts of QuickTime files: a language is beside each, which says the encoding too (QuickTime File Format, "User data atoms" and
 * "Language code values").
 */
import { decodeUtf8, decodeUtf16 } from '../../base/utf8.ts';

/** Characters 0x80 to 0xff of MacRoman (Unicode's VENDORS/APPLE/ROMAN.TXT): U+F8FF is the apple. */
// biome-ignore format: four rows of 32
const ROMAN =
  'ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü' +
  '†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø' +
  '¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ' +
  '‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ';

/** Languages from here on are three letters, and their texts Unicode. */
const FIRST_OF_LETTERS = 0x400;
/** No language is said; the text is of the Macintosh. */
const UNSPECIFIED = 0x7fff;

/** Languages of the Macintosh that are written in MacRoman: English to Norwegian, Finnish, Flemish, Albanian, Basque to Latin. */
const ROMAN_LANGUAGES: readonly number[] = [
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  13,
  34,
  36,
  129,
  130,
  131,
  UNSPECIFIED,
];

/**
 * The text of `bytes`; null where it is in an encoding of the Macintosh that is not read (Japanese, Greek, Polish).
 * Choice: bytes that are UTF-8 beyond ASCII are that, whatever the language: as MacRoman they would be no words, and programs write them.
 */
export function quickTimeText(bytes: Uint8Array, language: number): string | null {
  const isMacintosh = language < FIRST_OF_LETTERS || language === UNSPECIFIED;
  if (!isMacintosh) {
    const mark = bytes.length >= 2 ? (bytes[0] << 8) | bytes[1] : 0;
    const isWide = mark === 0xfeff || mark === 0xfffe;
    return isWide ? decodeUtf16(bytes.subarray(2), mark === 0xfeff) : decodeUtf8(bytes);
  }
  const text = decodeUtf8(bytes);
  if (!text.includes('\ufffd')) return text;
  if (!ROMAN_LANGUAGES.includes(language)) return null;
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : ROMAN[byte - 0x80],
  ).join('');
}
