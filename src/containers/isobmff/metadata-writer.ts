/** Writes `udta`: titles and cover art as items, and the chapter list. */

import { ConfigError } from '../../base/errors.ts';
import type { FileMetadata } from '../../base/file-description.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';
import type { BoxWriter } from './box-writer.ts';
import {
  chpl,
  DATA_JPEG,
  DATA_PNG,
  DATA_UTF8,
  data,
  MAX_CHAPTER_TITLE_BYTES,
  meta,
} from './boxes-metadata.ts';
import { hdlr } from './boxes-movie.ts';
import { isKey, writeKeyedItems } from './keyed-metadata.ts';
import { writeOtherItems, writeUserTexts } from './other-items.ts';
import type { UserData } from './tools.ts';

/** Table: our name => type of the item. U+00A9 is byte 0xA9. */
const TEXT_ITEMS = [
  ['title', '\u00a9nam'],
  ['artist', '\u00a9ART'],
  ['album', '\u00a9alb'],
  ['comment', '\u00a9cmt'],
  ['description', 'desc'],
  ['genre', '\u00a9gen'],
  ['copyright', 'cprt'],
  ['date', '\u00a9day'],
  ['encoder', '\u00a9too'],
] as const;

/** Units of a chapter's start in `chpl`: 100 ns. */
const CHAPTER_UNITS_PER_SECOND = 10_000_000;

/** Writes `udta` of the movie, and `meta` with keys, if there is anything to say. */
export function writeUserData(w: BoxWriter, about: UserData): void {
  const { metadata, chapters, otherTags, format } = about;
  writeKeyedItems(
    w,
    [...otherTags].filter(([name]) => isKey(name)),
    format,
  );
  const hasItems =
    [...otherTags.keys()].some((name) => !isKey(name)) ||
    Object.values(metadata).some((value) => value !== undefined);
  if (!hasItems && chapters.length === 0) return;
  w.box('udta', () => {
    if (hasItems) writeItems(w, metadata, otherTags);
    writeUserTexts(w, otherTags);
    if (chapters.length > 0) {
      w.put(chpl, {
        chapters: chapters.map(({ start, title }) => ({
          start: Math.round(start * CHAPTER_UNITS_PER_SECOND),
          title: cutUtf8(title, MAX_CHAPTER_TITLE_BYTES),
        })),
      });
    }
  });
}

function writeItems(
  w: BoxWriter,
  metadata: FileMetadata,
  otherTags: ReadonlyMap<string, string>,
): void {
  w.put(meta, {}, () => {
    w.put(hdlr, { handler_type: 'mdir' });
    w.box('ilst', () => {
      for (const [name, type] of TEXT_ITEMS) {
        const text = metadata[name];
        if (text === undefined) continue;
        const value = encodeUtf8(text);
        w.box(type, () => w.put(data, { type: DATA_UTF8, value }));
      }
      const { coverArt } = metadata;
      if (coverArt) {
        w.box('covr', () => w.put(data, { type: pictureType(coverArt), value: coverArt }));
      }
      writeOtherItems(w, otherTags);
    });
  });
}

function pictureType(picture: Uint8Array): number {
  if (picture[0] === 0xff && picture[1] === 0xd8) return DATA_JPEG;
  if (picture[0] === 0x89 && picture[1] === 0x50) return DATA_PNG;
  throw new ConfigError('mp4.options.metadata.coverArt', 'is neither JPEG nor PNG');
}

/** The longest start of `text` that takes at most `maxBytes` in UTF-8 and ends with a whole character. */
function cutUtf8(text: string, maxBytes: number): string {
  const bytes = encodeUtf8(text);
  if (bytes.length <= maxBytes) return text;
  // Bytes 10xxxxxx go on with a character (RFC 3629 clause 3).
  let end = maxBytes;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return decodeUtf8(bytes.subarray(0, end));
}
