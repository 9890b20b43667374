/**
 * Elements of a TrackEntry that no other field of a stream's description says. A copy from Matroska to Matroska has them
 * again, byte for byte; other containers have no place for them.
 */
import type { Budget } from '../../base/limits.ts';
import type { CarriedElement, StreamInfo } from '../../base/packet.ts';
import { WEBM_CODECS } from './codec-ids.ts';
import { type Children, type ElementHeader, readElementHeader, readUint } from './ebml-reader.ts';
import type { EbmlWriter } from './ebml-writer.ts';
import { ELEMENTS, type ElementName, ID } from './element-table.ts';

/** Masters of a track whose elements are carried one by one. */
type Parent = 'TrackEntry' | 'Video' | 'Colour' | 'Audio';

/**
 * Table: master => elements of it that are carried (RFC 9559 clause 5.1.4.1). Left out is what the description says in its
 * own fields, and what belongs to the one file (numbers, links between tracks, encodings).
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
    'MaxBlockAdditionID',
    'BlockAdditionMapping',
  ],
  Video: [
    'FlagInterlaced',
    'FieldOrder',
    'StereoMode',
    'AlphaMode',
    'UncompressedFourCC',
    'Projection',
  ],
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
const NOT_IN_WEBM: readonly string[] = ['UncompressedFourCC', 'Emphasis'];

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
        if (isFlatProjection(name, masters[parent].of.bind(masters[parent]), element)) continue;
        budget.hold(name, element.data.length, element.offset);
        carriedElements.push({ name, data: element.data.slice() });
      }
    }
  }
  return carriedElements.length > 0 ? { carriedElements } : {};
}

type Of = Children['of'];

/** Whether an element is a projection that is flat, of which `rotation` tells. */
function isFlatProjection(name: ElementName, of: Of, element: Parameters<Of>[0]): boolean {
  return name === 'Projection' && of(element).uint('ProjectionType', 0) === 0;
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
    if (!allowed.includes(name) || (docType === 'webm' && isNotInWebm(name, data))) continue;
    w.stored(name as ElementName, data);
  }
}

/** A mapping without BlockAddIDValue holds a record of the track (Dolby Vision) and is no description of additions. */
function isNotInWebm(name: string, data: Uint8Array): boolean {
  if (name !== 'BlockAdditionMapping') return NOT_IN_WEBM.includes(name);
  return !hasChild(data, ID.BlockAddIDValue);
}

function hasChild(data: Uint8Array, id: number): boolean {
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  for (let at = 0; readElementHeader(data, at, data.length, header); ) {
    if (header.id === id) return true;
    at += header.headerLength + header.size;
  }
  return false;
}

/** BlockAddID of ITU-T T.35 messages (HDR10+) in WebM, and the BlockAddIDType that they have in Matroska. */
const WEBM_T35_ID = 4;
const T35_TYPE = 4;

/**
 * Writes the mapping that Matroska wants of HDR10+ and WebM does not have, where nothing maps additions of that number. To be
 * called where TrackEntry is written.
 */
export function writeWebmMapping(w: EbmlWriter, stream: StreamInfo): void {
  const most = stream.carriedElements?.find(({ name }) => name === 'MaxBlockAdditionID');
  const isMapped = carries(stream, 'BlockAdditionMapping');
  if (most === undefined || isMapped || !WEBM_CODECS.includes(stream.codec)) return;
  if (readUint(most.data) < WEBM_T35_ID) return;
  w.master('BlockAdditionMapping', (mapping) => {
    mapping.uint('BlockAddIDValue', WEBM_T35_ID);
    mapping.uint('BlockAddIDType', T35_TYPE);
  });
}
