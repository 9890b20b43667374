/**
 * Chapters as QuickTime has them, which Apple's players read: a text track that is not shown, with a sample for each
 * chapter, named as such by the tracks that it belongs to (QuickTime File Format, "Chapter Lists"). Other players read the
 * list of `chpl`; a file has both.
 */

import type { Chapter } from '../../base/file-description.ts';
import type { Packet, StreamInfo } from '../../base/packet.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import { describeBox, describeContainer } from './syntax.ts';
import { Mp4Track } from './track.ts';

/** Codec of the stream that stands for the track while it is written: no packets of users have it. */
export const CHAPTER_CODEC = 'qt_text';

const TICKS_PER_SECOND = 1000;

/** Whether a stream is that of the chapters. */
export function isChapters({ codec }: StreamInfo): boolean {
  return codec === CHAPTER_CODEC;
}

/** Text sample description, QuickTime File Format, "Text sample description". */
export const quickTimeText = /* @__PURE__ */ describeContainer(
  'text',
  'QuickTime text sample description',
  { data_reference_index: 1, displayFlags: 0, textJustification: 1, textName: 0 },
  (s, b) => {
    for (let i = 0; i < 6; i++) s.u('reserved', 8, 0);
    b.data_reference_index = s.u('data_reference_index', 16, b.data_reference_index);
    b.displayFlags = s.u('displayFlags', 32, b.displayFlags);
    b.textJustification = s.i('textJustification', 32, b.textJustification);
    for (const color of ['red', 'green', 'blue']) s.u(`backgroundColor ${color}`, 16, 0);
    for (const side of ['top', 'left', 'bottom', 'right']) s.u(`defaultTextBox ${side}`, 16, 0);
    s.u('reserved', 32, 0);
    s.u('reserved', 32, 0);
    s.u('fontNumber', 16, 0);
    s.u('fontFace', 16, 0);
    s.u('reserved', 8, 0);
    s.u('reserved', 16, 0);
    for (const color of ['red', 'green', 'blue']) s.u(`foregroundColor ${color}`, 16, 0);
    b.textName = s.u('textName', 8, b.textName);
  },
);

/** Text media information in `gmhd`: the matrix of the text's place, QuickTime File Format, "Text media information". */
export const textMediaInformation = /* @__PURE__ */ describeBox(
  'text',
  'QuickTime text media information',
  { matrix: [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000] as readonly number[] },
  (s, b) => {
    b.matrix = b.matrix.map((entry) => s.u('matrix', 32, entry));
  },
);

/** `encd` behind the text of a sample: kTextEncodingUnicodeDefault, which is UTF-8 for text without a byte order mark. */
const UTF8_ENCODING = 0x0000_0100;
const MAX_TITLE_BYTES = 0xffff;

/** One sample: a 16-bit length, the title in UTF-8, and the box that says so. */
function titleSample(title: string): Uint8Array {
  const text = encodeUtf8(title).subarray(0, MAX_TITLE_BYTES);
  const w = new ByteWriter();
  w.u16(text.length);
  w.append(text);
  w.u32(12);
  w.ascii('encd');
  w.u32(UTF8_ENCODING);
  return w.toBytes();
}

/**
 * The track of `chapters`, and a packet for each. A chapter lasts until the next, the last one until `endSeconds`; of
 * chapters that begin in the same millisecond, which QuickTime cannot tell apart, each lasts one.
 */
export function chapterTrack(
  chapters: readonly Chapter[],
  streamIndex: number,
  endSeconds: number,
): { readonly track: Mp4Track; readonly packets: readonly Packet[] } {
  const timeBase = [1, TICKS_PER_SECOND] as const;
  const track = new Mp4Track(
    {
      kind: 'subtitle',
      codec: CHAPTER_CODEC,
      timeBase,
      config: new Uint8Array(0),
      isDefault: false,
    },
    streamIndex,
  );
  const ticksPerMillisecond = track.timescale / TICKS_PER_SECOND;
  const starts: number[] = [];
  for (const { start } of chapters) {
    const tick = Math.round(start * TICKS_PER_SECOND);
    starts.push(Math.max(tick, (starts.at(-1) ?? -1) + 1));
  }
  const end = Math.max(Math.round(endSeconds * TICKS_PER_SECOND), (starts.at(-1) ?? 0) + 1);
  const packets = chapters.map(({ title }, i): Packet => {
    const start = starts[i] * ticksPerMillisecond;
    const duration = ((starts[i + 1] ?? end) - starts[i]) * ticksPerMillisecond;
    return { data: titleSample(title), pts: start, dts: start, duration, isKey: true };
  });
  return { track, packets };
}
