/** The parts of a Segment beside the media: Info, Tags, Chapters, Attachments (RFC 9559 clauses 5.1.2, 5.1.6 to 5.1.8). */
import { ConfigError } from '../../base/errors.ts';
import type { StreamInfo } from '../../base/packet.ts';
import type { EbmlWriter } from './ebml-writer.ts';
import { type ResolvedMatroskaOptions, TAG_NAMES } from './options.ts';
import { tagsOf, writeTrackTags } from './track-tags.ts';

/** Name that files carry as MuxingApp and WritingApp; without a version, so that equal input gives equal bytes. */
const APP_NAME = 'vitrine';

/** Seconds from 1970-01-01 to 2001-01-01, the epoch of dates in EBML (RFC 8794 clause 7.6). */
const EPOCH_DIFFERENCE_SECONDS = 978_307_200;

/** Bytes of a Duration element: ID, size, 8 bytes of float. */
const DURATION_BYTES = 11;

/** TargetTypeValue 50: the tags are about the whole movie or album, RFC 9559 clause 5.1.8.1.1.1. */
const TARGET_WHOLE = 50;

/**
 * Writes Info. Returns where in `w` the bytes of a Duration element are kept free, filled with Void: a live file has no
 * duration, and one that was not finished must not claim a wrong one.
 */
export function writeInfo(w: EbmlWriter, options: ResolvedMatroskaOptions): number {
  const { metadata, creationTime } = options;
  w.master('Info', (info) => {
    info.uint('TimestampScale', options.timestampScale);
    if (creationTime !== null) {
      const seconds = BigInt(Math.floor(creationTime)) - BigInt(EPOCH_DIFFERENCE_SECONDS);
      info.date('DateUTC', seconds * 1_000_000_000n);
    }
    if (metadata.title) info.text('Title', metadata.title);
    info.text('MuxingApp', APP_NAME);
    info.text('WritingApp', metadata.encoder ?? APP_NAME);
    if (!options.live) info.void(DURATION_BYTES);
  });
  return w.position - DURATION_BYTES;
}

/** Writes Tags, those of the whole and those of `streams`, if there are any. */
export function writeTags(
  w: EbmlWriter,
  options: ResolvedMatroskaOptions,
  streams: readonly StreamInfo[],
): void {
  const tags = [...TAG_NAMES].flatMap(([key, name]) => {
    const value = options.metadata[key];
    // Title and encoder have places of their own, in Info.
    return value && key !== 'title' ? [{ name, value }] : [];
  });
  for (const [name, value] of options.otherTags) tags.push({ name, value });
  if (tags.length === 0 && streams.every((stream) => tagsOf(stream).length === 0)) return;
  w.master('Tags', (all) => {
    writeTrackTags(all, streams);
    if (tags.length === 0) return;
    all.master('Tag', (tag) => {
      tag.master('Targets', (targets) => targets.uint('TargetTypeValue', TARGET_WHOLE));
      for (const { name, value } of tags) {
        tag.master('SimpleTag', (simple) => {
          simple.text('TagName', name);
          simple.text('TagString', value);
        });
      }
    });
  });
}

/** Writes Chapters, as one edition, if there are any. */
export function writeChapters(w: EbmlWriter, options: ResolvedMatroskaOptions): void {
  const { chapters } = options;
  if (chapters.length === 0) return;
  w.master('Chapters', (all) => {
    all.master('EditionEntry', (edition) => {
      edition.uint('EditionUID', 1);
      edition.uint('EditionFlagDefault', 1);
      for (const [i, chapter] of chapters.entries()) {
        edition.master('ChapterAtom', (atom) => {
          atom.uint('ChapterUID', i + 1);
          atom.uint('ChapterTimeStart', Math.round(chapter.start * 1e9));
          if (chapter.end !== undefined) {
            atom.uint('ChapterTimeEnd', Math.round(chapter.end * 1e9));
          }
          atom.master('ChapterDisplay', (display) => {
            display.text('ChapString', chapter.title);
            display.text('ChapLanguage', 'und');
          });
        });
      }
    });
  });
}

/** Writes Attachments, the cover picture among them, if there are any. */
export function writeAttachments(w: EbmlWriter, options: ResolvedMatroskaOptions): void {
  const { coverArt } = options.metadata;
  const attachments = [...options.attachments];
  if (coverArt !== undefined) {
    const mediaType = imageTypeOf(coverArt);
    const name = mediaType === 'image/png' ? 'cover.png' : 'cover.jpg';
    attachments.push({ name, mediaType, data: coverArt });
  }
  if (attachments.length === 0) return;
  w.master('Attachments', (all) => {
    for (const [i, { name, mediaType, data, description }] of attachments.entries()) {
      all.master('AttachedFile', (file) => {
        if (description) file.text('FileDescription', description);
        file.text('FileName', name);
        file.text('FileMediaType', mediaType);
        file.binary('FileData', data);
        file.uint('FileUID', i + 1);
      });
    }
  });
}

function imageTypeOf(bytes: Uint8Array): string {
  if (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) {
    return 'image/png';
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  throw new ConfigError(
    'matroska.options.metadata.coverArt',
    'is neither PNG nor JPEG by its first bytes',
  );
}
