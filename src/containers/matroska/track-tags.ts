/** Tags of single tracks (RFC 9559 clause 5.1.8): those that name a track by its TagTrackUID, timecode among them. */
import type { StreamInfo } from '../../base/packet.ts';
import type { Children } from './ebml-reader.ts';
import type { EbmlWriter } from './ebml-writer.ts';

/** Name of the tag with the timecode of the first picture, as ffmpeg writes it. */
const TIMECODE = 'TIMECODE';
const TYPE_VIDEO = 1;

/** Names of tags that programs make of the packets or of the program itself: a copy has others, or none. */
const MADE =
  /^(DURATION|ENCODER|HANDLER_NAME|VENDOR_ID|BPS|NUMBER_OF_FRAMES|NUMBER_OF_BYTES|_STATISTICS_.*|SOURCE_ID)(-.*)?$/;

/** Names of one track beyond these are not looked at. */
const MAX_TAGS = 256;

/** Timecode and tags of a stream. */
export type TrackTags = Pick<StreamInfo, 'timecode' | 'tags'>;

/** What the Tags of a file say of single tracks, by TrackNumber. */
export function readTrackTags(
  tags: Children | undefined,
  tracks: Children | undefined,
): ReadonlyMap<number, TrackTags> {
  const numbers = new Map<number, number>();
  const entries = [...(tracks?.masters('TrackEntry') ?? [])];
  for (const entry of entries) numbers.set(entry.uint('TrackUID', 0), entry.uint('TrackNumber', 0));
  const texts = new Map<number, Map<string, string>>();
  for (const tag of tags?.masters('Tag') ?? []) {
    const uid = tag.master('Targets').uint('TagTrackUID', 0);
    const number = uid === 0 ? undefined : numbers.get(uid);
    if (number === undefined) continue;
    const found = texts.get(number) ?? new Map<string, string>();
    texts.set(number, found);
    for (const simple of tag.masters('SimpleTag')) {
      const name = simple.text('TagName', '');
      const isNew = name !== '' && !found.has(name) && found.size < MAX_TAGS;
      if (isNew && !MADE.test(name)) found.set(name, simple.text('TagString', ''));
    }
  }
  addFileTimecode(tags, entries, texts);
  return new Map([...texts].map(([number, found]) => [number, trackTags(found)]));
}

/** Gives the first track of pictures the timecode that a file has as a whole, as ffmpeg's `-timecode` writes it, if it has none itself. */
function addFileTimecode(
  tags: Children | undefined,
  entries: readonly Children[],
  texts: Map<number, Map<string, string>>,
): void {
  const pictures = entries.find((entry) => entry.uint('TrackType', 0) === TYPE_VIDEO);
  if (pictures === undefined) return;
  const isTimecode = (name: string): boolean => name.toUpperCase() === TIMECODE;
  for (const tag of tags?.masters('Tag') ?? []) {
    if (tag.master('Targets').uint('TagTrackUID', 0) !== 0) continue;
    const simple = tag.masters('SimpleTag').find((each) => isTimecode(each.text('TagName', '')));
    if (simple === undefined) continue;
    const number = pictures.uint('TrackNumber', 0);
    const own = texts.get(number) ?? new Map<string, string>();
    if (![...own.keys()].some(isTimecode)) own.set(TIMECODE, simple.text('TagString', ''));
    texts.set(number, own);
    return;
  }
}

function trackTags(texts: Map<string, string>): TrackTags {
  const timecode = [...texts].find(([name]) => name.toUpperCase() === TIMECODE);
  if (timecode !== undefined) texts.delete(timecode[0]);
  return {
    ...(timecode === undefined ? {} : { timecode: { text: timecode[1] } }),
    ...(texts.size === 0 ? {} : { tags: texts }),
  };
}

/** The tags of a stream to write: name and text. */
export function tagsOf({ timecode, tags = new Map() }: StreamInfo): [string, string][] {
  const own: [string, string][] = timecode === undefined ? [] : [[TIMECODE, timecode.text]];
  return [...own, ...tags];
}

/** Writes a Tag for each stream that has any. */
export function writeTrackTags(all: EbmlWriter, streams: readonly StreamInfo[]): void {
  for (const [i, stream] of streams.entries()) {
    const texts = tagsOf(stream);
    if (texts.length === 0) continue;
    all.master('Tag', (tag) => {
      tag.master('Targets', (targets) => targets.uint('TagTrackUID', i + 1));
      for (const [name, value] of texts) {
        tag.master('SimpleTag', (simple) => {
          simple.text('TagName', name);
          simple.text('TagString', value);
        });
      }
    });
  }
}
