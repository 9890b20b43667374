/** Sample entries and media headers of tracks of text: cues (`tx3g`, `wvtt`) and chapters. */
import { UnsupportedError } from '../../base/errors.ts';
import type { StreamInfo } from '../../base/packet.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import type { BoxWriter } from './box-writer.ts';
import { gmin } from './boxes-metadata.ts';
import { nmhd, sthd } from './boxes-movie.ts';
import { ftab, plainSampleEntry, tx3g, vttC } from './boxes-other-entries.ts';
import { writeCarriedEntry } from './carried-boxes.ts';
import { CHAPTER_CODEC, quickTimeText, textMediaInformation } from './chapter-track.ts';
import { TIMECODE_CODEC, timecodeMediaInformation } from './timecode-track.ts';
import type { Mp4Format } from './tools.ts';

/** Text codecs that become timed text (`tx3g`). */
const TIMED_TEXT_CODECS: readonly string[] = ['mov_text', 'subrip', 'text'];
/** The text codec that becomes `wvtt`. */
export const WEBVTT_CODEC = 'webvtt';

/** Throws `UnsupportedError` for codecs of text that MP4 has no place for. */
export function checkTextCodec(where: string, { codec, sampleEntry }: StreamInfo): void {
  if (sampleEntry !== undefined) return;
  if (TIMED_TEXT_CODECS.includes(codec) || codec === WEBVTT_CODEC) return;
  throw new UnsupportedError(
    where,
    `'${codec}' subtitles have no place in MP4, allowed are ${TIMED_TEXT_CODECS.join(', ')}, webvtt`,
  );
}

/** handler_type of a track, ISOBMFF clause 8.4.3. */
export function textHandlerType({ codec, sampleEntry }: StreamInfo): string {
  if (sampleEntry?.type === 'stpp') return 'subt';
  if (codec === TIMECODE_CODEC) return TIMECODE_CODEC;
  return codec === CHAPTER_CODEC || codec === WEBVTT_CODEC ? 'text' : 'sbtl';
}

/** Writes the header of the media: QuickTime's of text for chapters, that of no kind for cues. */
export function writeTextMediaHeader(
  w: BoxWriter,
  { codec, sampleEntry }: StreamInfo,
  format: Mp4Format,
): void {
  if (codec === TIMECODE_CODEC && format === 'mov') {
    w.box('gmhd', () => {
      w.put(gmin);
      w.box('tmcd', () => w.put(timecodeMediaInformation));
    });
    return;
  }
  if (sampleEntry?.type === 'stpp') {
    w.put(sthd);
    return;
  }
  if (codec !== CHAPTER_CODEC) {
    w.put(nmhd);
    return;
  }
  w.box('gmhd', () => {
    w.put(gmin);
    w.put(textMediaInformation);
  });
}

/** Writes the sample entry. */
export function writeTextEntry(w: BoxWriter, stream: StreamInfo): void {
  const { sampleEntry } = stream;
  if (sampleEntry !== undefined) writeCarriedEntry(w, sampleEntry);
  else if (stream.codec === CHAPTER_CODEC) w.put(quickTimeText);
  else if (stream.codec === WEBVTT_CODEC) {
    w.put(plainSampleEntry, {}, () => w.put(vttC, vttConfig(stream.config)), 'wvtt');
  } else if (stream.codec === 'mov_text' && stream.config.length > 0) {
    const record = stream.config;
    w.put(plainSampleEntry, {}, () => w.bytes('tx3g', record.length, record), 'tx3g');
  } else w.put(tx3g, {}, () => w.put(ftab));
}

function vttConfig(config: Uint8Array): { config: string } {
  const text = decodeUtf8(config).trim();
  return { config: text.startsWith('WEBVTT') ? text : 'WEBVTT' };
}
