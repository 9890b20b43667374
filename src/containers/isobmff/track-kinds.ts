/**
 * What a track is for: `kind` boxes with the roles of DASH (ISO/IEC 23009-1 clause 5.8.5.5), to and from the flags that Matroska
 * has for the same (`carriedElements`).
 */
import type { CarriedElement, StreamInfo } from '../../base/packet.ts';
import { saidByBoxes } from '../config/picture-facts.ts';
import { type BoxView, boxesIn, type FileBytes, findPath, readFields } from './box-reader.ts';
import type { BoxWriter } from './box-writer.ts';
import { describeBox, fullBox } from './syntax.ts';
import { losesTimecode } from './timecode-track.ts';

/** KindBox: a role, by the scheme that names it. */
export const kind = /* @__PURE__ */ describeBox(
  'kind',
  'ISOBMFF 8.10.4',
  { version: 0, flags: 0, schemeURI: '', value: '' },
  (s, b) => {
    fullBox(s, b);
    b.schemeURI = s.cstring('schemeURI', b.schemeURI);
    b.value = s.cstring('value', b.value);
  },
);

const DASH_ROLES = 'urn:mpeg:dash:role:2011';

/** Table: flag of Matroska, its value, and the role that says the same, as ffmpeg has them. Of two for a role the first is that of sound. */
const ROLES: readonly (readonly [flag: string, value: 0 | 1, role: string])[] = [
  ['FlagHearingImpaired', 1, 'caption'],
  ['FlagCommentary', 1, 'commentary'],
  ['FlagVisualImpaired', 1, 'description'],
  ['FlagTextDescriptions', 1, 'description'],
  ['FlagOriginal', 0, 'dub'],
  ['FlagForced', 1, 'forced-subtitle'],
];

/** What changes how a track is chosen or shown and has no box that players know; Matroska's default is 0 for each. */
const LOST: readonly string[] = ['FlagOriginal', 'StereoMode', 'Projection'];

function rolesOf({ carriedElements = [] }: StreamInfo): string[] {
  const roles = ROLES.filter(([flag, value]) =>
    carriedElements.some(({ name, data }) => name === flag && isSet(data) === (value === 1)),
  );
  return [...new Set(roles.map(([, , role]) => role))];
}

function isSet(data: Uint8Array): boolean {
  return data.some((byte) => byte !== 0);
}

/** Writes the roles of a track in its `udta`. */
export function writeKinds(w: BoxWriter, stream: StreamInfo): void {
  for (const value of rolesOf(stream)) w.put(kind, { schemeURI: DASH_ROLES, value });
}

/** Whether a track has roles to write. */
export function hasKinds(stream: StreamInfo): boolean {
  return rolesOf(stream).length > 0;
}

/**
 * What the tracks say that has no place in the file, a sentence each.
 * @param isFragmented whether the file has its samples in fragments, and no place for timecode
 */
export function lostElements(streams: readonly StreamInfo[], isFragmented = false): string[] {
  return streams.flatMap((stream, i) => {
    const said = saidByBoxes(stream);
    const lost = (stream.carriedElements ?? [])
      .filter(({ name, data }) => LOST.includes(name) && isSet(data) && !said.includes(name))
      .map(({ name }) => name);
    if (isFragmented ? stream.timecode !== undefined : losesTimecode(stream)) {
      lost.push(`the timecode (${stream.timecode?.text})`);
    }
    const where = isFragmented ? 'a fragmented MP4 file' : 'MP4';
    return lost.map((what) => `${what} of stream ${i} has no place in ${where}; it is left out`);
  });
}

/** Roles beyond these are not looked at: each takes a box of some thirty bytes. */
const MAX_KINDS = 64;

/** The flags of the roles that a track has. What describes pictures is spoken in a track of sound, and text in others. */
export function readKinds(
  file: FileBytes,
  trak: BoxView,
  isSound: boolean,
): { carriedElements?: readonly CarriedElement[] } {
  const udta = findPath(file, trak, 'udta');
  const found = new Map<string, CarriedElement>();
  let count = 0;
  if (udta === null) return {};
  for (const box of boxesIn(file.bytes, udta.dataStart, udta.end)) {
    if (box.type !== 'kind') continue;
    if (++count > MAX_KINDS) break;
    const { schemeURI, value } = readFields(kind, file, box).fields;
    const roles = schemeURI === DASH_ROLES ? ROLES.filter(([, , name]) => name === value) : [];
    const role = isSound ? roles[0] : roles.at(-1);
    if (role === undefined) continue;
    const [name, set] = role;
    found.set(name, { name, data: Uint8Array.of(set) });
  }
  return found.size > 0 ? { carriedElements: [...found.values()] } : {};
}
