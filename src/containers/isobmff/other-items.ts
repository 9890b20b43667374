/**
 * Texts about a file beyond those that all containers share, under Matroska's names: items of iTunes' list, items with names of their
 * own (`----`), QuickTime's texts in `udta`.
 */
import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import type { BoxWriter } from './box-writer.ts';
import { DATA_UTF8, data, freeFormName } from './boxes-metadata.ts';
import { opaque } from './boxes-movie.ts';
import { isKey } from './keyed-metadata.ts';

/** Table: type of a text => its name. */
const TEXTS: readonly (readonly [type: string, name: string])[] = [
  ['aART', 'ALBUM_ARTIST'],
  ['\u00a9wrt', 'COMPOSER'],
  ['\u00a9lyr', 'LYRICS'],
  ['\u00a9grp', 'GROUPING'],
  ['ldes', 'SYNOPSIS'],
  ['sonm', 'SORT_NAME'],
  ['soar', 'SORT_ARTIST'],
  ['soal', 'SORT_ALBUM'],
  ['soaa', 'SORT_ALBUM_ARTIST'],
  ['soco', 'SORT_COMPOSER'],
  ['tvsh', 'SHOW'],
  ['tven', 'EPISODE_ID'],
  ['tvnn', 'NETWORK'],
];

/** Table: type of a number out of how many, in 16 bits each, and bytes of the value => its name. */
const NUMBERED: readonly (readonly [type: string, name: string, bytes: number])[] = [
  ['trkn', 'PART_NUMBER', 8],
  ['disk', 'DISC', 6],
];

/** Table: type of a number => its name, and its bytes. */
const NUMBERS: readonly (readonly [type: string, name: string, bytes: number])[] = [
  ['tmpo', 'BPM', 2],
  ['cpil', 'COMPILATION', 1],
  ['rtng', 'RATING', 1],
  ['pgap', 'GAPLESS_PLAYBACK', 1],
  ['stik', 'MEDIA_TYPE', 1],
];

/** Well-known types of a value: no type, and a signed integer. */
const [DATA_BINARY, DATA_INTEGER] = [0, 21] as const;

/** Table: type of QuickTime's text in `udta` that players look for there => its name. */
export const USER_TEXTS: readonly (readonly [type: string, name: string])[] = [
  ['\u00a9xyz', 'LOCATION'],
  ['\u00a9mak', 'MAKE'],
  ['\u00a9mod', 'MODEL'],
  ['\u00a9wrt', 'COMPOSER'],
];

/** Texts that are about the very bytes of a file: its padding, how it was coded, the brands of another one. */
const OF_THE_FILE: readonly string[] = [
  ...['iTunSMPB', 'Encoding Params', 'MAJOR_BRAND', 'MINOR_VERSION', 'COMPATIBLE_BRANDS'],
];

/** Who defines names of items, where nobody is said to. */
const MEANING = 'com.apple.iTunes';

/** Language of a text in three letters of five bits: `und`. */
const UNDETERMINED = 0x55c4;

/** Name and text of an item of the list; null if it is none of these. */
export function readOtherItem(
  type: string,
  kind: number,
  value: Uint8Array,
): [string, string] | null {
  const text = [...TEXTS, ...USER_TEXTS].find(([each]) => each === type);
  if (text !== undefined) return kind === DATA_UTF8 ? [text[1], decodeUtf8(value)] : null;
  const numbered = NUMBERED.find(([each]) => each === type);
  if (numbered !== undefined && value.length >= 6) {
    const [number, of] = [(value[2] << 8) | value[3], (value[4] << 8) | value[5]];
    return number === 0 ? null : [numbered[1], of === 0 ? `${number}` : `${number}/${of}`];
  }
  const number = NUMBERS.find(([each]) => each === type);
  if (number === undefined || value.length === 0 || value.length > 4) return null;
  const read = value.reduce((sum, byte) => sum * 256 + byte, 0);
  return read === 0 ? null : [number[1], `${read}`];
}

/**
 * The place of a `loci` box (3GPP TS 26.244 clause 8.10) as ISO 6709 text: language, name, role, then longitude, latitude and altitude in
 * 16.16. Null if it is cut off.
 */
export function placeText(box: Uint8Array): string | null {
  let at = 6;
  // The name is UTF-8 or UTF-16, with zeros behind it.
  const isWide = (box[at] === 0xfe && box[at + 1] === 0xff) || box[at] === 0xff;
  if (isWide) while (at + 1 < box.length && (box[at] | box[at + 1]) !== 0) at += 2;
  else while (at < box.length && box[at] !== 0) at++;
  at += isWide ? 3 : 2;
  if (at + 12 > box.length) return null;
  const view = new DataView(box.buffer, box.byteOffset, box.length);
  const [longitude, latitude, altitude] = [0, 4, 8].map((i) => view.getInt32(at + i) / 0x10000);
  const signed = (value: number, digits: number): string =>
    `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4).padStart(digits, '0')}`;
  const height = altitude === 0 ? '' : signed(altitude, 0).replace(/0$/, '');
  return `${signed(latitude, 7)}${signed(longitude, 8)}${height}/`;
}

/** Whether a text goes along in copies, by its name. */
export function isCarriedItem(name: string): boolean {
  return name !== '' && !OF_THE_FILE.includes(name);
}

/** Writes the items of the list for `tags`: those that players know, and the others with their names. */
export function writeOtherItems(w: BoxWriter, tags: ReadonlyMap<string, string>): void {
  for (const [name, text] of tags) {
    if (!isCarriedItem(name) || userTypeOf(name) !== undefined || isKey(name)) continue;
    const item = itemOf(name, text);
    if (item !== null) w.box(item.type, () => w.put(data, { type: item.kind, value: item.value }));
    else {
      w.box('----', () => {
        w.put(freeFormName, { text: MEANING }, null, 'mean');
        w.put(freeFormName, { text: name });
        w.put(data, { type: DATA_UTF8, value: encodeUtf8(text) });
      });
    }
  }
}

function itemOf(name: string, text: string) {
  const known = TEXTS.find(([, each]) => each === name);
  if (known !== undefined) return { type: known[0], kind: DATA_UTF8, value: encodeUtf8(text) };
  const numbered = NUMBERED.find(([, each]) => each === name);
  const parts = /^(\d{1,4})(?:\/(\d{1,4}))?$/.exec(text.trim());
  if (numbered !== undefined && parts !== null) {
    const w = new ByteWriter();
    for (const value of [0, Number(parts[1]), Number(parts[2] ?? 0), 0]) w.u16(value);
    return { type: numbered[0], kind: DATA_BINARY, value: w.toBytes().subarray(0, numbered[2]) };
  }
  const number = NUMBERS.find(([, each]) => each === name);
  const limit = number === undefined ? 0 : 256 ** number[2];
  if (number === undefined || !/^\d{1,5}$/.test(text) || Number(text) >= limit) return null;
  const value = Uint8Array.of(Number(text) >> 8, Number(text) & 255).subarray(2 - number[2]);
  return { type: number[0], kind: DATA_INTEGER, value };
}

/** Type of the text in `udta` itself that says `name`; undefined where the list has an item for it, or nothing has. */
function userTypeOf(name: string): string | undefined {
  if (TEXTS.some(([, each]) => each === name)) return undefined;
  return USER_TEXTS.find(([, each]) => each === name)?.[0];
}

/** Writes those of `tags` that QuickTime has in `udta` itself. */
export function writeUserTexts(w: BoxWriter, tags: ReadonlyMap<string, string>): void {
  for (const [name, text] of tags) {
    const type = userTypeOf(name);
    if (type === undefined) continue;
    const bytes = encodeUtf8(text).subarray(0, 0xffff);
    const content = new ByteWriter();
    content.u16(bytes.length);
    content.u16(UNDETERMINED);
    content.append(bytes);
    w.put(opaque, { data: content.toBytes() }, null, type);
  }
}
