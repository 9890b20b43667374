/**
 * Metadata with keys of their own (QuickTime File Format, "Metadata"; handler `mdta`), as telephones write it: `keys` has the names, and
 * each item of `ilst` the number of its key for a type. It may stand in the movie, in its `udta`, and in tracks.
 */
import type { StreamInfo } from '../../base/packet.ts';
import { type Problem, report } from '../../base/problems.ts';
import { decodeUtf8, decodeUtf16, encodeUtf8 } from '../../base/utf8.ts';
import { type BoxView, boxesIn, type FileBytes, findBox, readChild } from './box-reader.ts';
import type { BoxWriter } from './box-writer.ts';
import { DATA_JPEG, DATA_PNG, DATA_UTF8, data, keys, MAX_KEYS, meta } from './boxes-metadata.ts';
import { hdlr } from './boxes-movie.ts';
import type { Mp4Format } from './tools.ts';

/** What keys say. */
export interface KeyedItems {
  /** Key => its text; numbers in decimal. */
  readonly texts: ReadonlyMap<string, string>;
  readonly coverArt?: Uint8Array;
}

const HANDLER = 'mdta';
/** The key of the picture that stands for the file. */
const ARTWORK = 'com.apple.quicktime.artwork';

/** Keys whose values are no text in files of Android (MediaMuxer): key => well-known type. */
const NUMBER_KEYS: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['com.android.capture.fps', 23],
]);

/** Whether a text goes under a key of its own name: it is one in the manner of domains turned round, as `com.apple.quicktime.make`. */
export function isKey(name: string): boolean {
  return /^[a-z]{2,}(\.[\w-]+){2,}$/i.test(name);
}

/** Reads the items of `parent`; what is neither text nor number is noted among `problems`. */
export function readKeyedItems(
  file: FileBytes,
  parent: BoxView,
  problems: Problem[],
): KeyedItems | null {
  const box = findBox(file.bytes, parent.dataStart, parent.end, 'meta');
  if (box === null) return null;
  // A FullBox in MP4, and none in QuickTime: there its first child starts at once.
  const starts = [box.dataStart + 4, box.dataStart];
  const start = starts.find((from) => findBox(file.bytes, from, box.end, 'keys') !== null);
  const list = start === undefined ? null : findBox(file.bytes, start, box.end, 'ilst');
  if (start === undefined || list === null) return null;
  const names = readChild(keys, file, { ...box, dataStart: start })?.keys ?? [];
  const texts = new Map<string, string>();
  let coverArt: Uint8Array | undefined;
  for (const item of boxesIn(file.bytes, list.dataStart, list.end)) {
    const name = names[numberOf(item.type) - 1]?.name;
    const value = name === undefined ? null : readChild(data, file, item);
    if (name === undefined || value === null || texts.has(name)) continue;
    const text = textOf(value.type, value.value);
    const isPicture = value.type === DATA_JPEG || value.type === DATA_PNG;
    if (text !== null) texts.set(name, text);
    else if (name === ARTWORK && isPicture) coverArt = value.value;
    else {
      const detail = `the value of ${name} is of type ${value.type}, which is not read; it is left out`;
      report(problems, file.fileOffset + item.start, detail);
    }
  }
  return { texts, ...(coverArt === undefined ? {} : { coverArt }) };
}

/** The texts of a track, by their keys. */
export function trackTexts(
  file: FileBytes,
  trak: BoxView,
  problems: Problem[],
): Pick<StreamInfo, 'tags'> {
  const { texts = new Map() } = readKeyedItems(file, trak, problems) ?? {};
  return texts.size === 0 ? {} : { tags: texts };
}

/** The number of four bytes that stand for a type. */
function numberOf(type: string): number {
  return [...type].reduce((sum, letter) => sum * 256 + letter.charCodeAt(0), 0);
}

/** A value as text, by its well-known type (QuickTime File Format, "Well-known types"); null for other values. */
function textOf(type: number, value: Uint8Array): string | null {
  if (type === DATA_UTF8) return decodeUtf8(value);
  if (type === 2) return decodeUtf16(value, true);
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  if (type === 23 && value.length === 4) return `${Math.fround(view.getFloat32(0))}`;
  if (type === 24 && value.length === 8) return `${view.getFloat64(0)}`;
  const isSigned = type === 21 || (type >= 65 && type <= 67) || type === 74;
  const isUnsigned = type === 22 || (type >= 75 && type <= 78);
  if (!(isSigned || isUnsigned) || value.length === 0 || value.length > 8) return null;
  const number = value.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return `${isSigned ? BigInt.asIntN(8 * value.length, number) : number}`;
}

/** Writes the texts of a track, each under its name. */
export function writeTrackTexts(w: BoxWriter, { tags }: StreamInfo, format: Mp4Format): void {
  writeKeyedItems(w, [...(tags ?? [])], format);
}

/** Writes items under their keys, if there are any. */
export function writeKeyedItems(
  w: BoxWriter,
  items: readonly (readonly [key: string, text: string])[],
  format: Mp4Format,
): void {
  const own = items.slice(0, MAX_KEYS);
  if (own.length === 0) return;
  const write = (): void => {
    w.put(hdlr, { handler_type: HANDLER });
    w.put(keys, { keys: own.map(([name]) => ({ namespace: HANDLER, name })) });
    w.box('ilst', () => {
      own.forEach(([name, text], i) => {
        w.box(typeOf(i + 1), () => w.put(data, itemValue(name, text)));
      });
    });
  };
  // QuickTime's is no FullBox.
  if (format === 'mov') w.box('meta', write);
  else w.put(meta, {}, write);
}

function itemValue(name: string, text: string): { type: number; value: Uint8Array } {
  const type = NUMBER_KEYS.get(name);
  if (type === undefined || !Number.isFinite(Number(text))) {
    return { type: DATA_UTF8, value: encodeUtf8(text) };
  }
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, Number(text));
  return { type, value: new Uint8Array(view.buffer) };
}

/** Four bytes for a type that have this number. */
function typeOf(number: number): string {
  return String.fromCharCode(...[24, 16, 8, 0].map((shift) => (number >> shift) & 255));
}
