/**
 * The boxes of texts that people read: titles, cover art, chapters. MetaBox is of ISOBMFF clause 8.11; the items inside are those of the
 * QuickTime File Format's metadata as iTunes writes them, which every player reads.
 */
import { encodeUtf8 } from '../../base/utf8.ts';
import { describeBox, describeContainer, type FieldSyntax, fullBox, NO_BYTES } from './syntax.ts';

/** MetaBox. QuickTime's own is no FullBox: the reader tells them apart before it comes here. */
export const meta = /* @__PURE__ */ describeContainer(
  'meta',
  'ISOBMFF 8.11.1',
  { version: 0, flags: 0 },
  fullBox,
);

/** More keys than any file needs. */
export const MAX_KEYS = 4096;

/** Well-known type of a `data` box: UTF-8 text. */
export const DATA_UTF8 = 1;
/** Well-known type of a `data` box: JPEG. */
export const DATA_JPEG = 13;
/** Well-known type of a `data` box: PNG. */
export const DATA_PNG = 14;

/** Value of a metadata item. */
export const data = /* @__PURE__ */ describeBox(
  'data',
  'QuickTime metadata value',
  { type: DATA_UTF8, locale: 0, value: NO_BYTES },
  (s, b) => {
    b.type = s.u('type', 32, b.type);
    b.locale = s.u('locale', 32, b.locale);
    b.value = s.bytes('value', s.remaining, b.value);
  },
);

/** `mean` and `name` of a free-form item (`----`): who defines it, and what it is called. */
export const freeFormName = /* @__PURE__ */ describeBox(
  'name',
  'QuickTime metadata free form',
  { version: 0, flags: 0, text: '' },
  (s, b) => {
    fullBox(s, b);
    b.text = s.text('text', s.remaining, b.text);
  },
);

/** A key of metadata: who defines it, and its name. */
export interface MetadataKey {
  namespace: string;
  name: string;
}

/** The names of items whose types are numbers, from 1 on. */
export const keys = /* @__PURE__ */ describeBox(
  'keys',
  'QuickTime metadata item keys',
  { version: 0, flags: 0, keys: [] as MetadataKey[] },
  (s, b) => {
    fullBox(s, b);
    const count = s.u('entry_count', 32, b.keys.length);
    const found: MetadataKey[] = [];
    for (let i = 0; i < Math.min(count, MAX_KEYS) && (!s.isReading || s.remaining >= 8); i++) {
      const key = b.keys[i] ?? { namespace: 'mdta', name: '' };
      const length = s.u('key_size', 32, 8 + encodeUtf8(key.name).length) - 8;
      const namespace = s.fourcc('key_namespace', key.namespace);
      const size = s.isReading ? Math.max(0, Math.min(length, s.remaining)) : 0;
      found.push({ namespace, name: s.text('key_value', size, key.name) });
    }
    b.keys = found;
  },
);

/** A chapter: where it starts, in units of 100 ns, and its title. */
export interface ChapterEntry {
  start: number;
  title: string;
}

/** Longest title that the length byte of a `chpl` can state. */
export const MAX_CHAPTER_TITLE_BYTES = 255;

/** Chapter list as Nero introduced it. Titles are cut to 255 bytes by whoever fills in the list. */
export const chpl = /* @__PURE__ */ describeBox(
  'chpl',
  'Nero chapter list',
  { version: 1, flags: 0, chapters: [] as ChapterEntry[] },
  (s, b) => {
    fullBox(s, b);
    if (b.version !== 0) s.u('reserved', 32, 0);
    const count = s.u('count', 8, b.chapters.length);
    const chapters: ChapterEntry[] = [];
    for (let i = 0; i < count && (!s.isReading || s.remaining >= 9); i++) {
      const chapter = b.chapters[i] ?? { start: 0, title: '' };
      const start = s.u('start', 64, chapter.start);
      const length = s.u('length', 8, encodeUtf8(chapter.title).length);
      const title = s.text('title', s.isReading ? Math.min(length, s.remaining) : 0, chapter.title);
      chapters.push({ start, title });
    }
    b.chapters = chapters;
  },
);

/** GenericMediaHeader of QuickTime text tracks (`gmhd` with `gmin`). */
export const gmin = /* @__PURE__ */ describeBox(
  'gmin',
  'QuickTime base media information',
  { version: 0, flags: 0 },
  (s: FieldSyntax, b) => {
    fullBox(s, b);
    s.u('graphicsMode', 16, 0x40);
    for (let i = 0; i < 3; i++) s.u('opcolor', 16, 0x8000);
    s.u('balance', 16, 0);
    s.u('reserved', 16, 0);
  },
);
