/** Boxes that say where the samples of a track are and when, ISOBMFF clauses 8.5 to 8.7 and 8.9, 10.1. */
import {
  describeBox,
  describeContainer,
  type FieldSyntax,
  fullBox,
  NO_BYTES,
  NO_U32S,
} from './syntax.ts';

/** SampleDescriptionBox; sample entries follow as boxes. */
export const stsd = /* @__PURE__ */ describeContainer(
  'stsd',
  'ISOBMFF 8.5.2',
  { version: 0, flags: 0, entry_count: 1 },
  (s, b) => {
    fullBox(s, b);
    b.entry_count = s.u('entry_count', 32, b.entry_count);
  },
);

/** A FullBox with a count of rows and then the rows, which is what most sample tables are. */
function rowsOf(names: readonly string[]) {
  return (s: FieldSyntax, b: { version: number; flags: number; entries: Uint32Array }): void => {
    fullBox(s, b);
    const entry_count = s.u('entry_count', 32, b.entries.length / names.length);
    b.entries = s.u32s(names, entry_count, b.entries);
  };
}

const NO_ROWS = { version: 0, flags: 0, entries: NO_U32S };

/** TimeToSampleBox: runs of samples of one duration. */
export const stts = /* @__PURE__ */ describeBox(
  'stts',
  'ISOBMFF 8.6.1.2',
  NO_ROWS,
  /* @__PURE__ */ rowsOf(['sample_count', 'sample_delta']),
);

/** CompositionOffsetBox: runs of samples of one offset, which is signed in version 1. */
export const ctts = /* @__PURE__ */ describeBox(
  'ctts',
  'ISOBMFF 8.6.1.3',
  NO_ROWS,
  /* @__PURE__ */ rowsOf(['sample_count', 'sample_offset']),
);

/** CompositionToDecodeBox. */
export const cslg = /* @__PURE__ */ describeBox(
  'cslg',
  'ISOBMFF 8.6.1.4',
  {
    version: 0,
    flags: 0,
    compositionToDTSShift: 0,
    leastDecodeToDisplayDelta: 0,
    greatestDecodeToDisplayDelta: 0,
    compositionStartTime: 0,
    compositionEndTime: 0,
  },
  (s, b) => {
    fullBox(s, b);
    const width = b.version === 0 ? 32 : 64;
    b.compositionToDTSShift = s.i('compositionToDTSShift', width, b.compositionToDTSShift);
    b.leastDecodeToDisplayDelta = s.i(
      'leastDecodeToDisplayDelta',
      width,
      b.leastDecodeToDisplayDelta,
    );
    b.greatestDecodeToDisplayDelta = s.i(
      'greatestDecodeToDisplayDelta',
      width,
      b.greatestDecodeToDisplayDelta,
    );
    b.compositionStartTime = s.i('compositionStartTime', width, b.compositionStartTime);
    b.compositionEndTime = s.i('compositionEndTime', width, b.compositionEndTime);
  },
);

/** SyncSampleBox: numbers, from 1, of the samples where decoding can start. */
export const stss = /* @__PURE__ */ describeBox(
  'stss',
  'ISOBMFF 8.6.2',
  NO_ROWS,
  /* @__PURE__ */ rowsOf(['sample_number']),
);

/** SampleDependencyTypeBox: one byte per sample, up to the end of the box. */
export const sdtp = /* @__PURE__ */ describeBox(
  'sdtp',
  'ISOBMFF 8.6.4',
  { version: 0, flags: 0, samples: NO_BYTES },
  (s, b) => {
    fullBox(s, b);
    // Each byte is is_leading(2) sample_depends_on(2) sample_is_depended_on(2) sample_has_redundancy(2).
    b.samples = s.bytes('samples', s.remaining, b.samples);
  },
);

/** SampleSizeBox: one size for all, or a table if `sample_size` is 0. */
export const stsz = /* @__PURE__ */ describeBox(
  'stsz',
  'ISOBMFF 8.7.3.2',
  { version: 0, flags: 0, sample_size: 0, sample_count: 0, entry_size: NO_U32S },
  (s, b) => {
    fullBox(s, b);
    b.sample_size = s.u('sample_size', 32, b.sample_size);
    b.sample_count = s.u('sample_count', 32, b.sample_count);
    if (b.sample_size === 0) b.entry_size = s.u32s(['entry_size'], b.sample_count, b.entry_size);
  },
);

/** CompactSampleSizeBox: a table of 4-, 8- or 16-bit sizes. `entry_size` holds them widened when reading. */
export const stz2 = /* @__PURE__ */ describeBox(
  'stz2',
  'ISOBMFF 8.7.3.3',
  { version: 0, flags: 0, field_size: 16, sample_count: 0, data: NO_BYTES },
  (s, b) => {
    fullBox(s, b);
    s.u('reserved', 24, 0);
    b.field_size = s.u('field_size', 8, b.field_size);
    b.sample_count = s.u('sample_count', 32, b.sample_count);
    b.data = s.bytes('entry_size', Math.ceil((b.sample_count * b.field_size) / 8), b.data);
  },
);

/** SampleToChunkBox: runs of chunks with the same number of samples and the same description. */
export const stsc = /* @__PURE__ */ describeBox(
  'stsc',
  'ISOBMFF 8.7.4',
  NO_ROWS,
  /* @__PURE__ */ rowsOf(['first_chunk', 'samples_per_chunk', 'sample_description_index']),
);

/** ChunkOffsetBox: file offsets of the chunks. */
export const stco = /* @__PURE__ */ describeBox(
  'stco',
  'ISOBMFF 8.7.5',
  NO_ROWS,
  /* @__PURE__ */ rowsOf(['chunk_offset']),
);

/** ChunkLargeOffsetBox: file offsets of the chunks in 64 bits. */
export const co64 = /* @__PURE__ */ describeBox(
  'co64',
  'ISOBMFF 8.7.5',
  { version: 0, flags: 0, entries: new Float64Array(0) as Float64Array },
  (s, b) => {
    fullBox(s, b);
    const entry_count = s.u('entry_count', 32, b.entries.length);
    b.entries = s.u64s('chunk_offset', entry_count, b.entries);
  },
);

/** SampleToGroupBox: runs of samples of one group. */
export const sbgp = /* @__PURE__ */ describeBox(
  'sbgp',
  'ISOBMFF 8.9.2',
  { version: 0, flags: 0, grouping_type: 'roll', grouping_type_parameter: 0, entries: NO_U32S },
  (s, b) => {
    fullBox(s, b);
    b.grouping_type = s.fourcc('grouping_type', b.grouping_type);
    if (b.version === 1) {
      b.grouping_type_parameter = s.u('grouping_type_parameter', 32, b.grouping_type_parameter);
    }
    const names = ['sample_count', 'group_description_index'];
    const entry_count = s.u('entry_count', 32, b.entries.length / 2);
    b.entries = s.u32s(names, entry_count, b.entries);
  },
);

/**
 * SampleGroupDescriptionBox with one entry of AudioRollRecoveryEntry or VisualRollRecoveryEntry (ISOBMFF 10.1.1) when
 * writing: `roll_distance` samples must be decoded before (negative) the one that is wanted is right. What other groups
 * hold is kept as bytes.
 */
export const sgpd = /* @__PURE__ */ describeBox(
  'sgpd',
  'ISOBMFF 8.9.3',
  {
    version: 1,
    flags: 0,
    grouping_type: 'roll',
    default_length: 2,
    default_sample_description_index: 0,
    entry_count: 1,
    roll_distance: -1,
    data: NO_BYTES,
  },
  (s, b) => {
    fullBox(s, b);
    b.grouping_type = s.fourcc('grouping_type', b.grouping_type);
    if (b.version === 1) b.default_length = s.u('default_length', 32, b.default_length);
    else if (b.version >= 2) {
      b.default_sample_description_index = s.u(
        'default_sample_description_index',
        32,
        b.default_sample_description_index,
      );
    }
    b.entry_count = s.u('entry_count', 32, b.entry_count);
    const isRoll = b.grouping_type === 'roll' || b.grouping_type === 'prol';
    if (isRoll && b.default_length === 2 && b.entry_count === 1) {
      b.roll_distance = s.i('roll_distance', 16, b.roll_distance);
    } else {
      b.data = s.bytes('entries', s.remaining, b.data);
    }
  },
);
