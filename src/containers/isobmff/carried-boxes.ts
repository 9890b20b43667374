/**
 * What a sample entry says and no field of a stream's description: whole entries of codecs that are not known, and boxes within those that
 * are. A copy from MP4 or QuickTime to MP4 or QuickTime has them again, byte for byte.
 */
import type { CarriedBox, StreamInfo } from '../../base/packet.ts';
import { ENCRYPTED_TYPES } from '../config/encrypted.ts';
import { withBoxes } from '../config/picture-facts.ts';
import { type BoxView, boxesIn, type FileBytes } from './box-reader.ts';
import type { BoxWriter } from './box-writer.ts';
import { opaque } from './boxes-movie.ts';

/** Boxes that description fields say, that say nothing, or that belong to the one file, whatever the codec. */
const SAID = ['btrt', 'pasp', 'clap', 'mdcv', 'clli', 'esds', 'glbl', 'free', 'skip', 'wide'];
const SOUND_SAID = ['wave', 'frma', 'enda', 'pcmC', 'samr'];

/** Beyond these, boxes of an entry are not looked at. */
const MAX_BOXES = 64;

/** The boxes among `children` to carry; `record` is the type of the codec's own. */
export function carriedBoxes(
  file: FileBytes,
  children: BoxView,
  record: string,
  hasLayout = false,
): readonly CarriedBox[] {
  const said = [record, ...SAID, ...SOUND_SAID, ...(hasLayout ? ['chan', 'chnl'] : [])];
  const found: CarriedBox[] = [];
  for (const { type, dataStart, end } of boxesIn(file.bytes, children.dataStart, children.end)) {
    if (found.length === MAX_BOXES) break;
    if (said.includes(type) || (type === 'colr' && isNumbers(file, dataStart))) continue;
    if (!/^[ -~]{4}$/.test(type)) continue;
    found.push({ type, data: file.bytes.slice(dataStart, end) });
  }
  return found;
}

/** Whether `colr` gives code points, and no ICC profile. */
function isNumbers({ bytes }: FileBytes, at: number): boolean {
  return bytes[at] === 0x6e && bytes[at + 1] === 0x63 && bytes[at + 2] === 0x6c;
}

/** The entry itself, to be carried; undefined where its samples would be of no use. */
export function carriedEntry(file: FileBytes, box: BoxView): CarriedBox | undefined {
  if (ENCRYPTED_TYPES.includes(box.type)) return undefined;
  return { type: box.type, data: file.bytes.slice(box.dataStart, box.end) };
}

/** Writes the boxes that `stream` carries, and those that say what it carries of Matroska. */
export function writeCarriedBoxes(w: BoxWriter, stream: StreamInfo): void {
  const { carriedBoxes = [] } = withBoxes(stream);
  for (const { type, data } of carriedBoxes) w.put(opaque, { data }, null, type);
}

/** Where `data_reference_index` is in a sample entry: behind six reserved bytes (ISOBMFF clause 8.5.2.2). */
const REFERENCE_INDEX = 6;

/** Writes a carried entry. Its media data is in this file, which the first data reference says. */
export function writeCarriedEntry(w: BoxWriter, { type, data }: CarriedBox): void {
  const entry = data.slice();
  entry[REFERENCE_INDEX] = 0;
  entry[REFERENCE_INDEX + 1] = 1;
  w.put(opaque, { data: entry }, null, type);
}
