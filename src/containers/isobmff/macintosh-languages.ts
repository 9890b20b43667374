/** Languages of QuickTime files, which may give them as numbers of the Macintosh instead of letters. */

/**
 * Letters of ISO 639-2/T by the numbers of the Macintosh (QuickTime File Format, "Language code values"),
 * ten a line.
 */
const CODES = `
  eng fra deu ita nld swe spa dan por nor
  heb jpn ara fin ell isl mlt tur hrv zho
  urd hin tha kor lit pol hun est lav sme
  fao fas rus zho nld gle sqi ron ces slk
  slv yid srp mkd bul ukr bel uzb kaz aze
  aze hye kat ron kir tgk tuk mon mon pus
  kur kas snd bod nep san mar ben asm guj
  pan ori mal kan tam tel sin mya khm lao
  vie ind tgl msa msa amh tir orm som swa
  kin run nya mlg epo`
  .trim()
  .split(/\s+/);

/** Number of the first language of the second part of the table. */
const SECOND_PART = 128;

const SECOND_CODES = 'cym eus cat lat que grn aym tat uig dzo jav'.split(' ');

const LETTERS = /^[a-z]{3}$/;

/** First of the three letters of a number below 0x400: five bits of zero. */
const NO_LETTER = '`';

/**
 * The language of `mdhd`, as its three letters of five bits each, in letters of ISO 639-2/T; undefined if the field says none.
 * A number below 0x400 is one of the Macintosh, which QuickTime and what writes its files use to this day.
 */
export function languageOf(letters: string): string | undefined {
  if (LETTERS.test(letters)) return letters;
  if (letters[0] !== NO_LETTER) return undefined;
  const number = ((letters.charCodeAt(1) - 0x60) << 5) | (letters.charCodeAt(2) - 0x60);
  return CODES[number] ?? SECOND_CODES[number - SECOND_PART];
}
