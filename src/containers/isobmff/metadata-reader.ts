/** Reads what people put into a file: titles, cover art, chapters. Everything that is not understood is left out. */

import type { Chapter, FileMetadata } from '../../base/file-description.ts';
import { type Problem, report } from '../../base/problems.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import {
  type BoxView,
  boxesIn,
  type FileBytes,
  findBox,
  findPath,
  readChild,
} from './box-reader.ts';
import { chpl, DATA_JPEG, DATA_PNG, DATA_UTF8, data, freeFormName } from './boxes-metadata.ts';
import { type KeyedItems, readKeyedItems } from './keyed-metadata.ts';
import { quickTimeText } from './macintosh-text.ts';
import { isCarriedItem, placeText, readOtherItem, USER_TEXTS } from './other-items.ts';

/** Items by our names, and free-form ones (such as `iTunSMPB`) by theirs. */
export interface ReadMetadata {
  readonly metadata: FileMetadata;
  readonly freeForm: ReadonlyMap<string, string>;
  /** Texts beyond those, by Matroska's names. */
  readonly otherTags: ReadonlyMap<string, string>;
  readonly chapters: readonly Chapter[];
}

/** Table: type of an item => our name. */
const ITEM_NAMES: ReadonlyMap<string, keyof FileMetadata> = /* @__PURE__ */ new Map([
  ['\u00a9nam', 'title'],
  ['\u00a9ART', 'artist'],
  ['\u00a9alb', 'album'],
  ['\u00a9cmt', 'comment'],
  ['desc', 'description'],
  ['\u00a9gen', 'genre'],
  ['cprt', 'copyright'],
  ['\u00a9day', 'date'],
  ['\u00a9too', 'encoder'],
]);

const CHAPTER_UNITS_PER_SECOND = 10_000_000;

/** Table: key => our name, for what every container has a place for. */
const KEY_NAMES: ReadonlyMap<string, keyof FileMetadata> = /* @__PURE__ */ new Map(
  (['title', 'artist', 'album', 'comment', 'description', 'genre', 'copyright'] as const).map(
    (name) => [`com.apple.quicktime.${name}`, name],
  ),
);

/** Table: key => the name that other files have for it too. These are written under both. */
const KEY_TAGS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['com.apple.quicktime.location.ISO6709', 'LOCATION'],
  ['com.apple.quicktime.make', 'MAKE'],
  ['com.apple.quicktime.model', 'MODEL'],
]);
const KEY_OF_DATE = 'com.apple.quicktime.creationdate';

/** Reads the movie's `udta` and `meta`. What is a text and cannot be read is noted among `problems`. */
export function readMetadata(file: FileBytes, moov: BoxView, problems: Problem[]): ReadMetadata {
  const metadata: Record<string, string | Uint8Array> = {};
  const freeForm = new Map<string, string>();
  const otherTags = new Map<string, string>();
  const udta = findPath(file, moov, 'udta');
  const into = { metadata, otherTags };
  const chapters = udta === null ? [] : readUserData(file, udta, { ...into, freeForm }, problems);
  for (const parent of udta === null ? [moov] : [moov, udta]) {
    addKeyed(readKeyedItems(file, parent, problems), into);
  }
  return { metadata, freeForm, otherTags, chapters };
}

interface Found {
  readonly metadata: Record<string, string | Uint8Array>;
  readonly otherTags: Map<string, string>;
}

/** Adds what keys say, where nothing else says it. */
function addKeyed(keyed: KeyedItems | null, { metadata, otherTags }: Found): void {
  for (const [key, text] of keyed?.texts ?? []) {
    const name = KEY_NAMES.get(key);
    if (name !== undefined) {
      metadata[name] ??= text;
      continue;
    }
    if (key === KEY_OF_DATE) metadata.date ??= text;
    const tag = KEY_TAGS.get(key);
    if (tag !== undefined && !otherTags.has(tag)) otherTags.set(tag, text);
    if (!otherTags.has(key)) otherTags.set(key, text);
  }
  if (keyed?.coverArt !== undefined) metadata.coverArt ??= keyed.coverArt;
}

/** Reads `udta`; returns its chapters. */
function readUserData(
  file: FileBytes,
  udta: BoxView,
  into: Found & { readonly freeForm: Map<string, string> },
  problems: Problem[],
): Chapter[] {
  const { metadata, otherTags, freeForm } = into;
  const items = itemList(file, udta);
  for (const item of items === null ? [] : boxesIn(file.bytes, items.dataStart, items.end)) {
    const value = readChild(data, file, item);
    if (value === null) continue;
    const name = ITEM_NAMES.get(item.type);
    if (name !== undefined && value.type === DATA_UTF8) {
      metadata[name] = decodeUtf8(value.value);
    } else if (item.type === 'covr' && (value.type === DATA_JPEG || value.type === DATA_PNG)) {
      metadata.coverArt = value.value;
    } else if (item.type === '----') {
      const free = readChild(freeFormName, file, item);
      if (free === null) continue;
      freeForm.set(free.text, decodeUtf8(value.value));
      const isText = value.type === DATA_UTF8 && isCarriedItem(free.text);
      if (isText) otherTags.set(free.text, decodeUtf8(value.value));
    } else {
      const other = readOtherItem(item.type, value.type, value.value);
      if (other !== null) otherTags.set(...other);
    }
  }
  readQuickTimeTexts(file, udta, into, problems);
  const loci = findBox(file.bytes, udta.dataStart, udta.end, 'loci');
  const place = loci && placeText(file.bytes.subarray(loci.dataStart, loci.end));
  if (place !== null && !otherTags.has('LOCATION')) otherTags.set('LOCATION', place);
  const list = readChild(chpl, file, udta);
  return (list?.chapters ?? []).map(({ start, title }) => ({
    start: start / CHAPTER_UNITS_PER_SECOND,
    title,
  }));
}

/** `ilst` in `meta`, which is a FullBox in MP4 and none in QuickTime: there its first child starts at once. */
function itemList(file: FileBytes, udta: BoxView): BoxView | null {
  const box = findBox(file.bytes, udta.dataStart, udta.end, 'meta');
  if (box === null) return null;
  return (
    findBox(file.bytes, box.dataStart + 4, box.end, 'ilst') ??
    findBox(file.bytes, box.dataStart, box.end, 'ilst')
  );
}

/** QuickTime's texts directly in `udta`: 16-bit size and language before each. Of several languages the first that can be read is taken. */
function readQuickTimeTexts(
  file: FileBytes,
  udta: BoxView,
  into: Found,
  problems: Problem[],
): void {
  const { bytes } = file;
  const texts = new Map<string, string>();
  for (const box of boxesIn(bytes, udta.dataStart, udta.end)) {
    const own = ITEM_NAMES.get(box.type);
    const name = own ?? USER_TEXTS.find(([type]) => type === box.type)?.[1];
    if (name === undefined || !box.type.startsWith('\u00a9')) continue;
    let unread = -1;
    for (let at = box.dataStart; at + 4 <= box.end && !texts.has(name); ) {
      const size = (bytes[at] << 8) | bytes[at + 1];
      const language = (bytes[at + 2] << 8) | bytes[at + 3];
      const text = quickTimeText(
        bytes.subarray(at + 4, Math.min(box.end, at + 4 + size)),
        language,
      );
      if (text === null) unread = language;
      else texts.set(name, text);
      at += 4 + size;
    }
    if (unread < 0 || texts.has(name)) continue;
    const detail = `the ${name} is in an encoding of the Macintosh (language ${unread}) that is not read; it is left out`;
    report(problems, file.fileOffset + box.start, detail);
  }
  for (const [name, text] of texts) {
    if (USER_TEXTS.some(([, each]) => each === name)) {
      if (!into.otherTags.has(name)) into.otherTags.set(name, text);
    } else into.metadata[name] ??= text;
  }
}
