/** The description of a Matroska file beside its streams: Info, Tags, Chapters and Attachments. */
import { FormatError } from '../../base/errors.ts';
import type { Attachment, Chapter, FileDescription } from '../../base/file-description.ts';
import type { Budget } from '../../base/limits.ts';
import { type Problem, report } from '../../base/problems.ts';
import { toSeconds } from '../../base/rational.ts';
import { type Children, MAX_DEPTH, readText, readUint } from './ebml-reader.ts';
import type { ElementName } from './element-table.ts';
import { TAG_NAMES } from './options.ts';

/** The description of a file beside its streams. */
export interface MatroskaDescription {
  readonly docType: string;
  /** Seconds; 0 if the file does not say. */
  duration: number;
  /** Tags of the whole file by TagName, and `TITLE` from Info. */
  readonly tags: Map<string, string>;
  chapters: Chapter[];
  attachments: Attachment[];
}

/** Files within the file that stand for the whole: Matroska's specification of attachments, "Cover Art". */
const COVER_NAME = /^(small_)?cover(_land)?\.(jpe?g|png)$/i;

/** The description by the names that all containers share. Tags are those of TAG_NAMES, or other ones. */
export function describeFile(description: MatroskaDescription): FileDescription {
  const cover = description.attachments.find(({ name }) => COVER_NAME.test(name));
  const texts: [string, string][] = [];
  const otherTags = new Map(description.tags);
  for (const [key, name] of TAG_NAMES) {
    const text = otherTags.get(name);
    if (text === undefined) continue;
    texts.push([key, text]);
    otherTags.delete(name);
  }
  return {
    metadata: {
      ...Object.fromEntries(texts),
      ...(cover ? { coverArt: cover.data } : {}),
    },
    chapters: description.chapters,
    attachments: description.attachments.filter((attachment) => attachment !== cover),
    otherTags,
  };
}

/** Budget, problems and clock of the file, which `readDescription` goes by. */
interface DescriptionContext {
  readonly budget: Budget;
  readonly problems: Problem[];
  /** Nanoseconds per tick of the segment. */
  readonly timestampScale: number;
}

/**
 * Reads the description of a file from what of its Segment was found. Damaged parts cost what they describe, not the file:
 * they are noted among the problems.
 */
export function readDescription(
  docType: string,
  info: Children,
  found: ReadonlyMap<ElementName, Children>,
  { budget, problems, timestampScale }: DescriptionContext,
): MatroskaDescription {
  const tags = new Map<string, string>();
  const chapters: Chapter[] = [];
  const attachments: Attachment[] = [];
  const duration = toSeconds(info.float('Duration', 0), [timestampScale, 1e9]);
  if (info.find('Title')) tags.set('TITLE', info.text('Title', ''));
  const attempt = (read: () => void): void => salvage(problems, -1, read, undefined);
  attempt(() => readTags(found.get('Tags'), tags));
  attempt(() => readChapters(found.get('Chapters'), chapters));
  attempt(() => readAttachments(found.get('Attachments'), attachments, budget));
  return { docType, duration, tags, chapters, attachments };
}

/** Result of `read`, or `absent`, with the problem noted, if it meets broken bytes. */
export function salvage<T>(problems: Problem[], offset: number, read: () => T, absent: T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    report(problems, offset, error.message);
    return absent;
  }
}

/** Tags of the whole file: those without a target UID, RFC 9559 clause 5.1.8. */
function readTags(tags: Children | undefined, into: Map<string, string>): void {
  for (const tag of tags?.masters('Tag') ?? []) {
    const targets = tag.master('Targets');
    const isWhole = (
      ['TagTrackUID', 'TagEditionUID', 'TagChapterUID', 'TagAttachmentUID'] as const
    ).every((name) => targets.uint(name, 0) === 0);
    if (!isWhole) continue;
    for (const simple of tag.masters('SimpleTag')) {
      const name = simple.text('TagName', '');
      if (name !== '' && !into.has(name)) into.set(name, simple.text('TagString', ''));
    }
  }
}

/** Chapters of the first edition, in order; nested ones follow the one that they are in. RFC 9559 clause 5.1.7. */
function readChapters(chapters: Children | undefined, into: Chapter[]): void {
  const edition = chapters?.masters('EditionEntry')[0];
  if (edition) readAtoms(edition, into, 0);
}

function readAtoms(parent: Children, into: Chapter[], depth: number): void {
  if (depth > MAX_DEPTH) return;
  for (const element of parent.every('ChapterAtom')) {
    const atom = parent.of(element);
    const end = atom.find('ChapterTimeEnd');
    const title = atom.master('ChapterDisplay').find('ChapString');
    into.push({
      start: atom.uint('ChapterTimeStart', 0) / 1e9,
      ...(end === undefined ? {} : { end: readUint(end.data) / 1e9 }),
      title: title === undefined ? '' : readText(title.data),
    });
    readAtoms(atom, into, depth + 1);
  }
}

function readAttachments(
  attachments: Children | undefined,
  into: Attachment[],
  budget: Budget,
): void {
  for (const file of attachments?.masters('AttachedFile') ?? []) {
    const fileData = file.find('FileData');
    budget.hold('FileData', fileData?.data.length ?? 0, fileData?.offset ?? -1);
    const description = file.text('FileDescription', '');
    into.push({
      name: file.text('FileName', ''),
      mediaType: file.text('FileMediaType', ''),
      data: fileData?.data.slice() ?? new Uint8Array(0),
      ...(description === '' ? {} : { description }),
    });
  }
}
