/** Boxes of the movie and its tracks, ISOBMFF clauses 4.3 and 8.1 to 8.5: everything except samples. */
import {
  describeBox,
  describeContainer,
  type FieldSyntax,
  fullBox,
  MAX_OBJECT_ROWS,
  NO_BYTES,
  NO_U32S,
} from './syntax.ts';

/** Transformation matrix in the order a b u c d v x y w, as 16.16 and (u v w) 2.30 fixed point: the unity matrix. */
export const UNITY_MATRIX: Uint32Array = /* @__PURE__ */ Uint32Array.of(
  0x00010000,
  0,
  0,
  0,
  0x00010000,
  0,
  0,
  0,
  0x40000000,
);

function brands(s: FieldSyntax, b: typeof FILE_TYPE): void {
  b.major_brand = s.fourcc('major_brand', b.major_brand);
  b.minor_version = s.u('minor_version', 32, b.minor_version);
  const count = s.isReading
    ? Math.min(MAX_OBJECT_ROWS, s.remaining >> 2)
    : b.compatible_brands.length;
  const list: string[] = [];
  for (let i = 0; i < count; i++) {
    list.push(s.fourcc('compatible_brands', b.compatible_brands[i] ?? ''));
  }
  b.compatible_brands = list;
}
const FILE_TYPE = { major_brand: 'isom', minor_version: 0, compatible_brands: [] as string[] };

/** FileTypeBox. */
export const ftyp = /* @__PURE__ */ describeBox('ftyp', 'ISOBMFF 4.3', FILE_TYPE, brands);

/** SegmentTypeBox. */
export const styp = /* @__PURE__ */ describeBox('styp', 'ISOBMFF 8.16.2', FILE_TYPE, brands);

/** MovieHeaderBox. Times are seconds since 1904-01-01 UTC. */
export const mvhd = /* @__PURE__ */ describeBox(
  'mvhd',
  'ISOBMFF 8.2.2',
  {
    version: 0,
    flags: 0,
    creation_time: 0,
    modification_time: 0,
    timescale: 1000,
    duration: 0,
    rate: 0x00010000,
    volume: 0x0100,
    matrix: UNITY_MATRIX,
    next_track_ID: 1,
  },
  (s, b) => {
    fullBox(s, b);
    const width = b.version === 1 ? 64 : 32;
    b.creation_time = s.u('creation_time', width, b.creation_time);
    b.modification_time = s.u('modification_time', width, b.modification_time);
    b.timescale = s.u('timescale', 32, b.timescale);
    b.duration = s.u('duration', width, b.duration);
    b.rate = s.i('rate', 32, b.rate);
    b.volume = s.i('volume', 16, b.volume);
    s.u('reserved', 16, 0);
    s.u32s(['reserved'], 2, new Uint32Array(2));
    b.matrix = s.u32s(['matrix'], 9, b.matrix);
    s.u32s(['pre_defined'], 6, new Uint32Array(6));
    b.next_track_ID = s.u('next_track_ID', 32, b.next_track_ID);
  },
);

/** Flag of `tkhd`: the track takes part in the presentation unless the viewer chooses others. */
export const TRACK_ENABLED = 1;
/** Flag of `tkhd`: the track is used in the presentation. */
export const TRACK_IN_MOVIE = 2;

/** TrackHeaderBox. Width and height are 16.16 fixed point; `duration` counts in the movie's timescale. */
export const tkhd = /* @__PURE__ */ describeBox(
  'tkhd',
  'ISOBMFF 8.3.2',
  {
    version: 0,
    flags: TRACK_ENABLED | TRACK_IN_MOVIE,
    creation_time: 0,
    modification_time: 0,
    track_ID: 1,
    duration: 0,
    layer: 0,
    alternate_group: 0,
    volume: 0,
    matrix: UNITY_MATRIX,
    width: 0,
    height: 0,
  },
  (s, b) => {
    fullBox(s, b);
    const width = b.version === 1 ? 64 : 32;
    b.creation_time = s.u('creation_time', width, b.creation_time);
    b.modification_time = s.u('modification_time', width, b.modification_time);
    b.track_ID = s.u('track_ID', 32, b.track_ID);
    s.u('reserved', 32, 0);
    b.duration = s.u('duration', width, b.duration);
    s.u32s(['reserved'], 2, new Uint32Array(2));
    b.layer = s.i('layer', 16, b.layer);
    b.alternate_group = s.i('alternate_group', 16, b.alternate_group);
    b.volume = s.i('volume', 16, b.volume);
    s.u('reserved', 16, 0);
    b.matrix = s.u32s(['matrix'], 9, b.matrix);
    b.width = s.u('width', 32, b.width);
    b.height = s.u('height', 32, b.height);
  },
);

/** TrackReferenceTypeBox: its type is the reference type (`chap`, `cdsc`, `hint` …). ISOBMFF clause 8.3.3. */
export const trackReference = /* @__PURE__ */ describeBox(
  'chap',
  'ISOBMFF 8.3.3',
  { track_IDs: NO_U32S },
  (s, b) => {
    b.track_IDs = s.u32s(
      ['track_IDs'],
      s.isReading ? s.remaining >> 2 : b.track_IDs.length,
      b.track_IDs,
    );
  },
);

/** MediaHeaderBox. `language` is three letters of ISO 639-2/T, each stored in five bits as its distance from 0x60. */
export const mdhd = /* @__PURE__ */ describeBox(
  'mdhd',
  'ISOBMFF 8.4.2',
  {
    version: 0,
    flags: 0,
    creation_time: 0,
    modification_time: 0,
    timescale: 1000,
    duration: 0,
    language: 'und',
  },
  (s, b) => {
    fullBox(s, b);
    const width = b.version === 1 ? 64 : 32;
    b.creation_time = s.u('creation_time', width, b.creation_time);
    b.modification_time = s.u('modification_time', width, b.modification_time);
    b.timescale = s.u('timescale', 32, b.timescale);
    b.duration = s.u('duration', width, b.duration);
    s.u('pad', 1, 0);
    let language = '';
    for (let i = 0; i < 3; i++) {
      language += String.fromCharCode(0x60 + s.u('language', 5, b.language.charCodeAt(i) - 0x60));
    }
    b.language = language;
    s.u('pre_defined', 16, 0);
  },
);

/**
 * HandlerBox. QuickTime files have the component's type (`mhlr`, `dhlr`) in `pre_defined` and may store the name behind
 * a length byte; it is given here as it lies in the file.
 */
export const hdlr = /* @__PURE__ */ describeBox(
  'hdlr',
  'ISOBMFF 8.4.3',
  { version: 0, flags: 0, pre_defined: 0, handler_type: 'vide', name: '' },
  (s, b) => {
    fullBox(s, b);
    b.pre_defined = s.u('pre_defined', 32, b.pre_defined);
    b.handler_type = s.fourcc('handler_type', b.handler_type);
    s.u32s(['reserved'], 3, new Uint32Array(3));
    b.name = s.cstring('name', b.name);
  },
);

/** ExtendedLanguageBox: a BCP 47 tag. */
export const elng = /* @__PURE__ */ describeBox(
  'elng',
  'ISOBMFF 8.4.6',
  { version: 0, flags: 0, extended_language: '' },
  (s, b) => {
    fullBox(s, b);
    b.extended_language = s.cstring('extended_language', b.extended_language);
  },
);

/** VideoMediaHeaderBox. */
export const vmhd = /* @__PURE__ */ describeBox(
  'vmhd',
  'ISOBMFF 12.1.2',
  { version: 0, flags: 1, graphicsmode: 0 },
  (s, b) => {
    fullBox(s, b);
    b.graphicsmode = s.u('graphicsmode', 16, b.graphicsmode);
    for (let i = 0; i < 3; i++) s.u('opcolor', 16, 0);
  },
);

/** SoundMediaHeaderBox. `balance` is 8.8 fixed point. */
export const smhd = /* @__PURE__ */ describeBox(
  'smhd',
  'ISOBMFF 12.2.2',
  { version: 0, flags: 0, balance: 0 },
  (s, b) => {
    fullBox(s, b);
    b.balance = s.i('balance', 16, b.balance);
    s.u('reserved', 16, 0);
  },
);

/** NullMediaHeaderBox. */
export const nmhd = /* @__PURE__ */ describeBox(
  'nmhd',
  'ISOBMFF 8.4.5.2',
  { version: 0, flags: 0 },
  fullBox,
);

/** SubtitleMediaHeaderBox. */
export const sthd = /* @__PURE__ */ describeBox(
  'sthd',
  'ISOBMFF 12.6.2',
  { version: 0, flags: 0 },
  fullBox,
);

/** DataReferenceBox; entries follow as boxes. */
export const dref = /* @__PURE__ */ describeContainer(
  'dref',
  'ISOBMFF 8.7.2',
  { version: 0, flags: 0, entry_count: 1 },
  (s, b) => {
    fullBox(s, b);
    b.entry_count = s.u('entry_count', 32, b.entry_count);
  },
);

/** DataEntryUrlBox; flag 1 says that the media data is in this file, and there is no location then. */
export const url = /* @__PURE__ */ describeBox(
  'url ',
  'ISOBMFF 8.7.2',
  { version: 0, flags: 1, location: '' },
  (s, b) => {
    fullBox(s, b);
    if ((b.flags & 1) === 0 && (!s.isReading || s.remaining > 0)) {
      b.location = s.cstring('location', b.location);
    }
  },
);

/** One row of an edit list. `media_time` -1 is an empty edit; the rate is 16.16 fixed point in two halves. */
export interface EditListEntry {
  segment_duration: number;
  media_time: number;
  media_rate_integer: number;
  media_rate_fraction: number;
}

/** EditListBox. */
export const elst = /* @__PURE__ */ describeBox(
  'elst',
  'ISOBMFF 8.6.6',
  { version: 0, flags: 0, entries: [] as EditListEntry[] },
  (s, b) => {
    fullBox(s, b);
    const width = b.version === 1 ? 64 : 32;
    const entry_count = s.u('entry_count', 32, b.entries.length);
    // A count beyond what the box holds is cut: the rows that are there still tell when the track starts.
    const count = s.isReading
      ? Math.min(entry_count, Math.floor(s.remaining / (width / 4 + 4)), MAX_OBJECT_ROWS)
      : entry_count;
    const entries: EditListEntry[] = [];
    for (let i = 0; i < count; i++) {
      const entry = b.entries[i];
      entries.push({
        segment_duration: s.u('segment_duration', width, entry?.segment_duration ?? 0),
        media_time: s.i('media_time', width, entry?.media_time ?? 0),
        media_rate_integer: s.i('media_rate_integer', 16, entry?.media_rate_integer ?? 1),
        media_rate_fraction: s.i('media_rate_fraction', 16, entry?.media_rate_fraction ?? 0),
      });
    }
    b.entries = entries;
  },
);

/** FreeSpaceBox and MediaDataBox: bytes that nobody looks into here. */
export const opaque = /* @__PURE__ */ describeBox(
  'free',
  'ISOBMFF 8.1.2',
  { data: NO_BYTES },
  (s, b) => {
    b.data = s.bytes('data', s.remaining, b.data);
  },
);

/** Boxes that hold only other boxes: type => clause. */
export const PLAIN_CONTAINERS: Readonly<Record<string, string>> = {
  moov: 'ISOBMFF 8.2.1',
  trak: 'ISOBMFF 8.3.1',
  tref: 'ISOBMFF 8.3.3',
  edts: 'ISOBMFF 8.6.5',
  mdia: 'ISOBMFF 8.4.1',
  minf: 'ISOBMFF 8.4.4',
  dinf: 'ISOBMFF 8.7.1',
  stbl: 'ISOBMFF 8.5.1',
  mvex: 'ISOBMFF 8.8.1',
  moof: 'ISOBMFF 8.8.4',
  traf: 'ISOBMFF 8.8.6',
  mfra: 'ISOBMFF 8.8.9',
  udta: 'ISOBMFF 8.10.1',
  sinf: 'ISOBMFF 8.12.1',
  schi: 'ISOBMFF 8.12.7',
  ilst: 'QuickTime metadata item list',
  wave: 'QuickTime sound description extensions',
};
