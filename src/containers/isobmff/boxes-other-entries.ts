/** Boxes in the sample entries of PCM, text and codecs with a record in a FullBox. ISOBMFF clause 12, and the specifications of the codecs. */
import { sampleEntry } from './boxes-entries.ts';
import { describeBox, describeContainer, fullBox, NO_BYTES } from './syntax.ts';

/** A sample entry of a kind that has no fields of its own that we use. */
export const plainSampleEntry = /* @__PURE__ */ describeContainer(
  'text',
  'ISOBMFF 8.5.2.2',
  { data_reference_index: 1 },
  sampleEntry,
);

/** TextSampleEntry of 3GPP TS 26.245 clause 5.16: the default box and style of the text; a font table follows. */
export const tx3g = /* @__PURE__ */ describeContainer(
  'tx3g',
  '3GPP TS 26.245 5.16',
  {
    data_reference_index: 1,
    displayFlags: 0,
    'horizontal-justification': 1,
    'vertical-justification': -1,
    'background-color-rgba': 0,
    box: [0, 0, 0, 0] as readonly number[],
    'font-size': 16,
    'text-color-rgba': 0xffffffff,
  },
  (s, b) => {
    sampleEntry(s, b);
    b.displayFlags = s.u('displayFlags', 32, b.displayFlags);
    b['horizontal-justification'] = s.i(
      'horizontal-justification',
      8,
      b['horizontal-justification'],
    );
    b['vertical-justification'] = s.i('vertical-justification', 8, b['vertical-justification']);
    b['background-color-rgba'] = s.u('background-color-rgba', 32, b['background-color-rgba']);
    b.box = ['top', 'left', 'bottom', 'right'].map((side, i) => s.i(side, 16, b.box[i]));
    s.u('startChar', 16, 0);
    s.u('endChar', 16, 0);
    s.u('font-ID', 16, 1);
    s.u('face-style-flags', 8, 0);
    b['font-size'] = s.u('font-size', 8, b['font-size']);
    b['text-color-rgba'] = s.u('text-color-rgba', 32, b['text-color-rgba']);
  },
);

/** FontTableBox with one font, 3GPP TS 26.245 clause 5.16. */
export const ftab = /* @__PURE__ */ describeBox(
  'ftab',
  '3GPP TS 26.245 5.16',
  { font: 'Arial' },
  (s, b) => {
    s.u('entry-count', 16, 1);
    s.u('font-ID', 16, 1);
    const length = s.u('font-name-length', 8, b.font.length);
    b.font = s.text('font', length, b.font);
  },
);

/** WebVTTConfigurationBox, ISO/IEC 14496-30 clause 7.5: the text before the first cue. */
export const vttC = /* @__PURE__ */ describeBox(
  'vttC',
  'ISO/IEC 14496-30 7.5',
  { config: 'WEBVTT' },
  (s, b) => {
    b.config = s.text('config', s.remaining, b.config);
  },
);

/** CleanApertureBox: size and offset of the picture to show, as fractions. */
export const clap = /* @__PURE__ */ describeBox(
  'clap',
  'ISOBMFF 12.1.4',
  { fractions: /* @__PURE__ */ new Int32Array(8) as Int32Array },
  (s, b) => {
    const names = ['cleanApertureWidth', 'cleanApertureHeight', 'horizOff', 'vertOff'];
    b.fractions = Int32Array.from(b.fractions, (value, i) =>
      s.i(`${names[i >> 1]}${i & 1 ? 'D' : 'N'}`, 32, value),
    );
  },
);

/** PCMConfig, ISO/IEC 23003-5 clause 7: bit 0 of `format_flags` says little endian. */
export const pcmC = /* @__PURE__ */ describeBox(
  'pcmC',
  'ISO/IEC 23003-5 7',
  { version: 0, flags: 0, format_flags: 0, PCM_sample_size: 16 },
  (s, b) => {
    fullBox(s, b);
    b.format_flags = s.u('format_flags', 8, b.format_flags);
    b.PCM_sample_size = s.u('PCM_sample_size', 8, b.PCM_sample_size);
  },
);

/**
 * ChannelLayout, version 0, ISOBMFF clause 12.2.4. `definedLayout` is ChannelConfiguration of ISO/IEC 23091-3; 0 says
 * that each channel's `speaker_position` (OutputChannelPosition, same standard) follows.
 */
export const chnl = /* @__PURE__ */ describeBox(
  'chnl',
  'ISOBMFF 12.2.4',
  {
    version: 0,
    flags: 0,
    stream_structure: 1,
    definedLayout: 0,
    speaker_position: NO_BYTES,
    omittedChannelsMap: 0,
  },
  (s, b) => {
    fullBox(s, b);
    if (b.version !== 0) return;
    b.stream_structure = s.u('stream_structure', 8, b.stream_structure);
    if ((b.stream_structure & 1) === 0) return;
    b.definedLayout = s.u('definedLayout', 8, b.definedLayout);
    if (b.definedLayout !== 0) {
      b.omittedChannelsMap = s.u('omittedChannelsMap', 64, b.omittedChannelsMap);
    } else {
      b.speaker_position = s.bytes('speaker_position', s.remaining, b.speaker_position);
    }
  },
);

/** mChannelLayoutTag of `chan` that says: the bits of mChannelBitmap tell the speakers. */
export const CHANNEL_LAYOUT_USE_BITMAP = 0x00010000;

/** AudioChannelLayout, QuickTime File Format: bits of the bitmap are those of a WAVE channel mask. */
export const chan = /* @__PURE__ */ describeBox(
  'chan',
  'QuickTime audio channel layout',
  {
    version: 0,
    flags: 0,
    mChannelLayoutTag: CHANNEL_LAYOUT_USE_BITMAP,
    mChannelBitmap: 0,
    mNumberChannelDescriptions: 0,
    mChannelDescriptions: NO_BYTES,
  },
  (s, b) => {
    fullBox(s, b);
    b.mChannelLayoutTag = s.u('mChannelLayoutTag', 32, b.mChannelLayoutTag);
    b.mChannelBitmap = s.u('mChannelBitmap', 32, b.mChannelBitmap);
    b.mNumberChannelDescriptions = s.u(
      'mNumberChannelDescriptions',
      32,
      b.mNumberChannelDescriptions,
    );
    b.mChannelDescriptions = s.bytes('mChannelDescriptions', s.remaining, b.mChannelDescriptions);
  },
);

/** A codec's record in a FullBox: `vpcC`, `dfLa`, `alac`. */
export const fullCodecRecord = /* @__PURE__ */ describeBox(
  'vpcC',
  'of the codec',
  { version: 0, flags: 0, record: NO_BYTES },
  (s, b) => {
    fullBox(s, b);
    b.record = s.bytes('record', s.remaining, b.record);
  },
);
