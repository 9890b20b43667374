/** Boxes of movie fragments and segments, ISOBMFF clauses 8.8 and 8.16. */
import { describeBox, type FieldSyntax, fullBox, MAX_OBJECT_ROWS, NO_U32S } from './syntax.ts';

/** MovieExtendsHeaderBox. */
export const mehd = /* @__PURE__ */ describeBox(
  'mehd',
  'ISOBMFF 8.8.2',
  { version: 0, flags: 0, fragment_duration: 0 },
  (s, b) => {
    fullBox(s, b);
    b.fragment_duration = s.u('fragment_duration', b.version === 1 ? 64 : 32, b.fragment_duration);
  },
);

/** TrackExtendsBox. */
export const trex = /* @__PURE__ */ describeBox(
  'trex',
  'ISOBMFF 8.8.3',
  {
    version: 0,
    flags: 0,
    track_ID: 1,
    default_sample_description_index: 1,
    default_sample_duration: 0,
    default_sample_size: 0,
    default_sample_flags: 0,
  },
  (s, b) => {
    fullBox(s, b);
    b.track_ID = s.u('track_ID', 32, b.track_ID);
    b.default_sample_description_index = s.u(
      'default_sample_description_index',
      32,
      b.default_sample_description_index,
    );
    b.default_sample_duration = s.u('default_sample_duration', 32, b.default_sample_duration);
    b.default_sample_size = s.u('default_sample_size', 32, b.default_sample_size);
    b.default_sample_flags = s.u('default_sample_flags', 32, b.default_sample_flags);
  },
);

/** MovieFragmentHeaderBox. */
export const mfhd = /* @__PURE__ */ describeBox(
  'mfhd',
  'ISOBMFF 8.8.5',
  { version: 0, flags: 0, sequence_number: 1 },
  (s, b) => {
    fullBox(s, b);
    b.sequence_number = s.u('sequence_number', 32, b.sequence_number);
  },
);

/** tf_flags: base-data-offset-present, ISOBMFF clause 8.8.7.1. */
export const BASE_DATA_OFFSET_PRESENT = 0x000001;
/** tf_flags: sample-description-index-present. */
export const SAMPLE_DESCRIPTION_INDEX_PRESENT = 0x000002;
/** tf_flags: default-sample-duration-present. */
export const DEFAULT_SAMPLE_DURATION_PRESENT = 0x000008;
/** tf_flags: default-sample-size-present. */
export const DEFAULT_SAMPLE_SIZE_PRESENT = 0x000010;
/** tf_flags: default-sample-flags-present. */
export const DEFAULT_SAMPLE_FLAGS_PRESENT = 0x000020;
/** tf_flags: default-base-is-moof. */
export const DEFAULT_BASE_IS_MOOF = 0x020000;

/** TrackFragmentHeaderBox. */
export const tfhd = /* @__PURE__ */ describeBox(
  'tfhd',
  'ISOBMFF 8.8.7',
  {
    version: 0,
    flags: DEFAULT_BASE_IS_MOOF,
    track_ID: 1,
    base_data_offset: 0,
    sample_description_index: 1,
    default_sample_duration: 0,
    default_sample_size: 0,
    default_sample_flags: 0,
  },
  (s, b) => {
    fullBox(s, b);
    b.track_ID = s.u('track_ID', 32, b.track_ID);
    if (b.flags & BASE_DATA_OFFSET_PRESENT) {
      b.base_data_offset = s.u('base_data_offset', 64, b.base_data_offset);
    }
    if (b.flags & SAMPLE_DESCRIPTION_INDEX_PRESENT) {
      b.sample_description_index = s.u('sample_description_index', 32, b.sample_description_index);
    }
    if (b.flags & DEFAULT_SAMPLE_DURATION_PRESENT) {
      b.default_sample_duration = s.u('default_sample_duration', 32, b.default_sample_duration);
    }
    if (b.flags & DEFAULT_SAMPLE_SIZE_PRESENT) {
      b.default_sample_size = s.u('default_sample_size', 32, b.default_sample_size);
    }
    if (b.flags & DEFAULT_SAMPLE_FLAGS_PRESENT) {
      b.default_sample_flags = s.u('default_sample_flags', 32, b.default_sample_flags);
    }
  },
);

/** tr_flags: data-offset-present, ISOBMFF clause 8.8.8.1. */
export const DATA_OFFSET_PRESENT = 0x000001;
/** tr_flags: first-sample-flags-present. */
export const FIRST_SAMPLE_FLAGS_PRESENT = 0x000004;
/** tr_flags: sample-duration-present. */
export const SAMPLE_DURATION_PRESENT = 0x000100;
/** tr_flags: sample-size-present. */
export const SAMPLE_SIZE_PRESENT = 0x000200;
/** tr_flags: sample-flags-present. */
export const SAMPLE_FLAGS_PRESENT = 0x000400;
/** tr_flags: sample-composition-time-offsets-present. */
export const SAMPLE_COMPOSITION_TIME_OFFSETS_PRESENT = 0x000800;

/** Names of the columns that the rows of a `trun` with these flags have, in the order of the syntax table. */
export function trunColumns(flags: number): string[] {
  const names: string[] = [];
  if (flags & SAMPLE_DURATION_PRESENT) names.push('sample_duration');
  if (flags & SAMPLE_SIZE_PRESENT) names.push('sample_size');
  if (flags & SAMPLE_FLAGS_PRESENT) names.push('sample_flags');
  if (flags & SAMPLE_COMPOSITION_TIME_OFFSETS_PRESENT) names.push('sample_composition_time_offset');
  return names;
}

/** TrackRunBox. `samples` holds one row per sample of the columns that `trunColumns(flags)` names. */
export const trun = /* @__PURE__ */ describeBox(
  'trun',
  'ISOBMFF 8.8.8',
  {
    version: 0,
    flags: DATA_OFFSET_PRESENT,
    sample_count: 0,
    data_offset: 0,
    first_sample_flags: 0,
    samples: NO_U32S,
  },
  (s, b) => {
    fullBox(s, b);
    b.sample_count = s.u('sample_count', 32, b.sample_count);
    if (b.flags & DATA_OFFSET_PRESENT) b.data_offset = s.i('data_offset', 32, b.data_offset);
    if (b.flags & FIRST_SAMPLE_FLAGS_PRESENT) {
      b.first_sample_flags = s.u('first_sample_flags', 32, b.first_sample_flags);
    }
    b.samples = s.u32s(trunColumns(b.flags), b.sample_count, b.samples);
  },
);

/** TrackFragmentBaseMediaDecodeTimeBox. */
export const tfdt = /* @__PURE__ */ describeBox(
  'tfdt',
  'ISOBMFF 8.8.12',
  { version: 1, flags: 0, baseMediaDecodeTime: 0 },
  (s, b) => {
    fullBox(s, b);
    const width = b.version === 1 ? 64 : 32;
    b.baseMediaDecodeTime = s.u('baseMediaDecodeTime', width, b.baseMediaDecodeTime);
  },
);

/** One random access point of a track. */
export interface RandomAccessEntry {
  time: number;
  moof_offset: number;
  traf_number: number;
  trun_number: number;
  sample_number: number;
}

function numberOfBytes(lengthSize: number): number {
  return 8 * (lengthSize + 1);
}

/** TrackFragmentRandomAccessBox. The three lengths are bytes minus one. */
export const tfra = /* @__PURE__ */ describeBox(
  'tfra',
  'ISOBMFF 8.8.10',
  {
    version: 1,
    flags: 0,
    track_ID: 1,
    length_size_of_traf_num: 0,
    length_size_of_trun_num: 0,
    length_size_of_sample_num: 0,
    entries: [] as RandomAccessEntry[],
  },
  (s, b) => {
    fullBox(s, b);
    b.track_ID = s.u('track_ID', 32, b.track_ID);
    s.u('reserved', 26, 0);
    b.length_size_of_traf_num = s.u('length_size_of_traf_num', 2, b.length_size_of_traf_num);
    b.length_size_of_trun_num = s.u('length_size_of_trun_num', 2, b.length_size_of_trun_num);
    b.length_size_of_sample_num = s.u('length_size_of_sample_num', 2, b.length_size_of_sample_num);
    const number_of_entry = s.u('number_of_entry', 32, b.entries.length);
    const width = b.version === 1 ? 64 : 32;
    const rowBytes =
      width / 4 +
      3 +
      b.length_size_of_traf_num +
      b.length_size_of_trun_num +
      b.length_size_of_sample_num;
    const count = s.isReading
      ? Math.min(number_of_entry, Math.floor(s.remaining / rowBytes), MAX_OBJECT_ROWS)
      : number_of_entry;
    const entries: RandomAccessEntry[] = [];
    for (let i = 0; i < count; i++) {
      const e = b.entries[i];
      entries.push({
        time: s.u('time', width, e?.time ?? 0),
        moof_offset: s.u('moof_offset', width, e?.moof_offset ?? 0),
        traf_number: s.u(
          'traf_number',
          numberOfBytes(b.length_size_of_traf_num),
          e?.traf_number ?? 1,
        ),
        trun_number: s.u(
          'trun_number',
          numberOfBytes(b.length_size_of_trun_num),
          e?.trun_number ?? 1,
        ),
        sample_number: s.u(
          'sample_number',
          numberOfBytes(b.length_size_of_sample_num),
          e?.sample_number ?? 1,
        ),
      });
    }
    b.entries = entries;
  },
);

/** MovieFragmentRandomAccessOffsetBox: the size of the `mfra` that it ends. */
export const mfro = /* @__PURE__ */ describeBox(
  'mfro',
  'ISOBMFF 8.8.11',
  { version: 0, flags: 0, parent_size: 0 },
  (s, b) => {
    fullBox(s, b);
    b.parent_size = s.u('parent_size', 32, b.parent_size);
  },
);

/** One subsegment in a `sidx`. */
export interface SegmentReference {
  reference_type: number;
  referenced_size: number;
  subsegment_duration: number;
  starts_with_SAP: number;
  SAP_type: number;
  SAP_delta_time: number;
}

const SEGMENT_REFERENCE_BYTES = 12;

function segmentReference(s: FieldSyntax, r: SegmentReference | undefined): SegmentReference {
  return {
    reference_type: s.u('reference_type', 1, r?.reference_type ?? 0),
    referenced_size: s.u('referenced_size', 31, r?.referenced_size ?? 0),
    subsegment_duration: s.u('subsegment_duration', 32, r?.subsegment_duration ?? 0),
    starts_with_SAP: s.u('starts_with_SAP', 1, r?.starts_with_SAP ?? 1),
    SAP_type: s.u('SAP_type', 3, r?.SAP_type ?? 1),
    SAP_delta_time: s.u('SAP_delta_time', 28, r?.SAP_delta_time ?? 0),
  };
}

/** SegmentIndexBox. */
export const sidx = /* @__PURE__ */ describeBox(
  'sidx',
  'ISOBMFF 8.16.3',
  {
    version: 1,
    flags: 0,
    reference_ID: 1,
    timescale: 1000,
    earliest_presentation_time: 0,
    first_offset: 0,
    references: [] as SegmentReference[],
  },
  (s, b) => {
    fullBox(s, b);
    b.reference_ID = s.u('reference_ID', 32, b.reference_ID);
    b.timescale = s.u('timescale', 32, b.timescale);
    const width = b.version === 0 ? 32 : 64;
    b.earliest_presentation_time = s.u(
      'earliest_presentation_time',
      width,
      b.earliest_presentation_time,
    );
    b.first_offset = s.u('first_offset', width, b.first_offset);
    s.u('reserved', 16, 0);
    const reference_count = s.u('reference_count', 16, b.references.length);
    const count = s.isReading
      ? Math.min(reference_count, Math.floor(s.remaining / SEGMENT_REFERENCE_BYTES))
      : reference_count;
    const references: SegmentReference[] = [];
    for (let i = 0; i < count; i++) references.push(segmentReference(s, b.references[i]));
    b.references = references;
  },
);
