/**
 * Elements of a TrackEntry that no other field of a stream's description says. A copy from Matroska to Matroska has them
 * again, byte for byte; other containers have no place for them.
 */
import type { Budget } from '../../base/limits.ts';
import type { CarriedElement, StreamInfo } from '../../base/packet.ts';
import type { Children } from './ebml-reader.ts';
import type { EbmlWriter } from './ebml-writer.ts';
import { ELEMENTS, type ElementName } from './element-table.ts';

/** Masters of a track whose elements are carried one by one. */
type Parent = 'TrackEntry' | 'Video' | 'Colour' | 'Audio';

/**
 * Table: master => elements of it that are carried (RFC 9559 clause 5.1.4.1). Left out is what the description says in its
 * own fields, what belongs to the one file (numbers, links between tracks, encodings), and AlphaMode, for it promises
 * BlockAdditions, which are not copied.
 */
const CARRIED: Readonly<Record<Parent, readonly ElementName[]>> = {
  TrackEntry: [
    'FlagEnabled',
    'FlagForced',
    'FlagHearingImpaired',
    'FlagVisualImpaired',
    'FlagTextDescriptions',
    'FlagOriginal',
    'FlagCommentary',
    'LanguageBCP47',
    'CodecName',
    'BlockAdditionMapping',
  ],
  Video: ['FlagInterlaced', 'FieldOrder', 'StereoMode', 'UncompressedFourCC', 'Projection'],
  Colour: [
    'BitsPerChannel',
    'ChromaSubsamplingHorz',
    'ChromaSubsamplingVert',
    'CbSubsamplingHorz',
    'CbSubsamplingVert',
    'ChromaSitingHorz',
    'ChromaSitingVert',
  ],
  Audio: ['BitDepth', 'Emphasis'],
};

/** Elements that WebM has no place for (WebM Container Guidelines). */
const NOT_IN_WEBM: readonly string[] = ['BlockAdditionMapping', 'UncompressedFourCC', 'Emphasis'];

const PARENTS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ ELEMENTS.map(({ name, parent }) => [name, parent]),
);

/** The elements of `entry` to carry, with copies of their bytes; none where there are none. */
export function readCarried(
  entry: Children,
  budget: Budget,
): { carriedElements?: readonly CarriedElement[] } {
  const video = entry.master('Video');
  const masters: Readonly<Record<Parent, Children>> = {
    TrackEntry: entry,
    Video: video,
    Colour: video.master('Colour'),
    Audio: entry.master('Audio'),
  };
  const carriedElements: CarriedElement[] = [];
  for (const parent of Object.keys(CARRIED) as Parent[]) {
    for (const name of CARRIED[parent]) {
      for (const element of masters[parent].every(name)) {
        if (isSaidOtherwise(name, masters[parent].of.bind(masters[parent]), element)) continue;
        budget.hold(name, element.data.length, element.offset);
        carriedElements.push({ name, data: element.data.slice() });
      }
    }
  }
  return carriedElements.length > 0 ? { carriedElements } : {};
}

type Of = Children['of'];

/**
 * Whether an element says nothing to carry: a projection that is flat, of which `rotation` tells, and mappings of
 * BlockAdditions, which are not copied; those without BlockAddIDValue hold a record of the track (Dolby Vision).
 */
function isSaidOtherwise(name: ElementName, of: Of, element: Parameters<Of>[0]): boolean {
  if (name === 'Projection') return of(element).uint('ProjectionType', 0) === 0;
  if (name === 'BlockAdditionMapping') return of(element).find('BlockAddIDValue') !== undefined;
  return false;
}

/** Whether `stream` carries the element `name`. */
export function carries(stream: StreamInfo, name: ElementName): boolean {
  return stream.carriedElements?.some((element) => element.name === name) === true;
}

/** Whether `stream` carries elements of the master `parent`. */
export function carriesIn(stream: StreamInfo, parent: Parent): boolean {
  return stream.carriedElements?.some(({ name }) => PARENTS.get(name) === parent) === true;
}

/** Writes the elements that `stream` carries for the master `parent`, whose children `w` writes, without those `written` already. */
export function writeCarried(
  w: EbmlWriter,
  stream: StreamInfo,
  parent: Parent,
  docType: 'matroska' | 'webm',
  written: readonly ElementName[] = [],
): void {
  const allowed: readonly string[] = CARRIED[parent].filter((name) => !written.includes(name));
  for (const { name, data } of stream.carriedElements ?? []) {
    if (!allowed.includes(name) || (docType === 'webm' && NOT_IN_WEBM.includes(name))) continue;
    w.stored(name as ElementName, data);
  }
}
