/**
 * Turns the titles, cover and chapters of an old file into options of the new container. Entries that the container has no
 * place for, or that are broken in the old file, are left out: no copy fails for a title.
 */
import type { Chapter, FileDescription, FileMetadata } from '../base/file-description.ts';
import type { Mp4Options } from '../containers/isobmff/index.ts';
import type { MatroskaOptions } from '../containers/matroska/index.ts';
import type { WavOptions } from '../containers/riff/index.ts';

/** Everything but the name of the program that wrote the old file; it did not write this one. */
function texts({ encoder: _, coverArt: __, ...rest }: FileMetadata): FileMetadata {
  return rest;
}

function withCover(metadata: FileMetadata): FileMetadata {
  const { coverArt } = metadata;
  if (coverArt === undefined || !isPicture(coverArt)) return texts(metadata);
  return { ...texts(metadata), coverArt };
}

/** Whether the bytes begin like JPEG or PNG. */
function isPicture(bytes: Uint8Array): boolean {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  return isJpeg || (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e);
}

const MAX_SECONDS = 1e9;

/** The chapters by their starts; those before the file begins or far behind all time are left out. */
function inOrder(chapters: readonly Chapter[]): Chapter[] {
  const sound = chapters.filter(({ start }) => start >= 0 && start <= MAX_SECONDS);
  return sound
    .map(({ start, end, title }) =>
      end !== undefined && end >= start && end <= MAX_SECONDS
        ? { start, end, title }
        : { start, title },
    )
    .sort((a, b) => a.start - b.start);
}

/** For MP4 and QuickTime. */
export function carriedToMp4({ metadata, chapters, otherTags }: FileDescription): Mp4Options {
  return { metadata: withCover(metadata), chapters: inOrder(chapters), otherTags };
}

/** For Matroska. */
export function carriedToMatroska(about: FileDescription): MatroskaOptions {
  const attachments = about.attachments.filter(({ name, mediaType }) => name && mediaType);
  return { ...carriedToWebm(about), metadata: withCover(about.metadata), attachments };
}

/** For WebM, which has no attachments, and so no cover. */
export function carriedToWebm({ metadata, chapters, otherTags }: FileDescription): MatroskaOptions {
  return { metadata: texts(metadata), chapters: inOrder(chapters), otherTags };
}

/** For WAV. */
export function carriedToWav({ metadata }: FileDescription): WavOptions {
  const { description: _, ...tags } = texts(metadata);
  return { tags };
}
