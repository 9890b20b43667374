/** From a sample entry to a stream's description: codec, configuration in canonical form, format of picture or sound. */
import type { CarriedBox, ColorTags, StreamInfo } from '../../base/packet.ts';
import type { Rational } from '../../base/rational.ts';
import { audioFormatOf, readAudioSpecificConfig } from '../../syntax/aac/audio-specific-config.ts';
import { flacChannelMask } from '../config/flac-layout.ts';
import { opusBoxToHead } from '../config/opus-head.ts';
import {
  type BoxView,
  boxesIn,
  type FileBytes,
  findBox,
  readChild,
  readFields,
} from './box-reader.ts';
import { audioSampleEntry, btrt, colr, esds, pasp, visualSampleEntry } from './boxes-entries.ts';
import { chan, chnl, fullCodecRecord, plainSampleEntry, tx3g } from './boxes-other-entries.ts';
import { carriedBoxes, carriedEntry } from './carried-boxes.ts';
import { type PcmFields, pcmCodec } from './pcm-entries.ts';
import { channelMaskOf } from './pcm-formats.ts';
import { readPictureBoxes } from './picture-boxes.ts';
import { quickTimeMask } from './quicktime-layout.ts';
import { NO_BYTES } from './syntax.ts';

/** The fields of a sample entry that all kinds of tracks have. */
export interface EntryInfo {
  /** Type of the sample entry. */
  readonly type: string;
  readonly codec: string;
  readonly config: Uint8Array;
  readonly bitRate: number;
  /** The entry, or boxes of it, for copies: carried-boxes.ts. */
  readonly carried: Pick<StreamInfo, 'sampleEntry' | 'carriedBoxes'>;
}

/** The fields of a visual sample entry. */
export interface VisualEntry extends EntryInfo {
  readonly width: number;
  readonly height: number;
  readonly sampleAspectRatio: Rational | null;
  readonly color: ColorTags | null;
  /** The facts about the picture that is shown, from the boxes within. */
  readonly picture: ReturnType<typeof readPictureBoxes>;
  /** Bytes of the NAL lengths in the samples, for codecs that have them; 4 else. */
  readonly nalLengthSize: number;
}

/** The fields of an audio sample entry. */
export interface AudioEntry extends EntryInfo {
  readonly sampleRate: number;
  readonly numChannels: number;
  readonly channelMask: number;
  /** Samples per packet; 0 if the entry does not tell. */
  readonly frameSize: number;
  /** Bytes of one sample of all channels for PCM, else 0. */
  readonly pcmFrameBytes: number;
}

/** Types of sample entries with a record: type => codec, type of the record ('' if none). */
const VISUAL_TYPES: ReadonlyMap<string, readonly [codec: string, record: string]> =
  /* @__PURE__ */ new Map([
    ['avc1', ['h264', 'avcC']],
    ['avc3', ['h264', 'avcC']],
    ['hvc1', ['hevc', 'hvcC']],
    ['hev1', ['hevc', 'hvcC']],
    ['av01', ['av1', 'av1C']],
    ['vp08', ['vp8', 'vpcC']],
    ['vp09', ['vp9', 'vpcC']],
    ['jpeg', ['mjpeg', '']],
    ['png ', ['png', '']],
    ['m2v1', ['mpeg2video', 'glbl']],
    ['m1v ', ['mpeg1video', 'glbl']],
    ['m1v1', ['mpeg1video', 'glbl']],
  ]);

const AUDIO_TYPES: ReadonlyMap<string, readonly [codec: string, record: string]> =
  /* @__PURE__ */ new Map([
    ['Opus', ['opus', 'dOps']],
    ['fLaC', ['flac', 'dfLa']],
    ['alac', ['alac', 'alac']],
    ['ac-3', ['ac3', 'dac3']],
    ['ec-3', ['eac3', 'dec3']],
    ['.mp3', ['mp3', '']],
    ['.mp2', ['mp2', '']],
  ]);

/** Object types of `esds`, ESDS table 5 and the registration authority's list: objectTypeIndication => codec. */
const OBJECT_TYPES: ReadonlyMap<number, string> = /* @__PURE__ */ new Map([
  [0x20, 'mpeg4'],
  [0x21, 'h264'],
  [0x23, 'hevc'],
  [0x40, 'aac'],
  [0x60, 'mpeg2video'],
  [0x61, 'mpeg2video'],
  [0x66, 'aac'],
  [0x67, 'aac'],
  [0x68, 'aac'],
  [0x69, 'mp3'],
  [0x6a, 'mpeg1video'],
  [0x6b, 'mp3'],
  [0x6c, 'mjpeg'],
  [0x6d, 'png'],
  [0xa5, 'ac3'],
  [0xa6, 'eac3'],
  [0xdd, 'vorbis'],
]);

/** Content of the first box of `type` among the children, as a copy; empty if there is none. */
function childRecord(file: FileBytes, start: number, end: number, type: string): Uint8Array {
  const box = type === '' ? null : findBox(file.bytes, start, end, type);
  return box === null ? NO_BYTES : file.bytes.slice(box.dataStart, box.end);
}

function unknownCodec(type: string): string {
  return type.trim();
}

/** Index, in an `avcC` and in an `hvcC`, of the byte whose last two bits are lengthSizeMinusOne. NALFF 5.3.3, 8.3.3. */
const LENGTH_SIZE_BYTE: Readonly<Record<string, number>> = { h264: 4, hevc: 21 };

/** Reads a visual sample entry. */
export function readVisualEntry(file: FileBytes, box: BoxView): VisualEntry {
  const { fields, childrenStart } = readFields(visualSampleEntry, file, box);
  const children = { ...box, dataStart: childrenStart };
  const known = VISUAL_TYPES.get(box.type);
  let codec = known?.[0] ?? unknownCodec(box.type);
  let config = childRecord(file, childrenStart, box.end, known?.[1] ?? '');
  let bitRate = readChild(btrt, file, children)?.avgBitrate ?? 0;
  if (box.type === 'mp4v') {
    const descriptor = readChild(esds, file, children);
    codec = OBJECT_TYPES.get(descriptor?.objectTypeIndication ?? 0) ?? codec;
    config = descriptor?.decSpecificInfo ?? NO_BYTES;
    bitRate ||= descriptor?.avgBitrate ?? 0;
  }
  // `vpcC` is a FullBox: the record starts behind version and flags.
  if (known?.[1] === 'vpcC') config = config.slice(4);
  const lengthSizeByte = LENGTH_SIZE_BYTE[codec];
  let nalLengthSize = 4;
  if (lengthSizeByte !== undefined && config.length > lengthSizeByte) {
    nalLengthSize = (config[lengthSizeByte] & 3) + 1;
    config[lengthSizeByte] |= 3;
  }
  const aspect = readChild(pasp, file, children);
  const isKnown = known !== undefined || codec !== unknownCodec(box.type);
  return {
    type: box.type,
    codec,
    config,
    bitRate,
    width: fields.width,
    height: fields.height,
    sampleAspectRatio:
      aspect !== null && aspect.hSpacing > 0 && aspect.vSpacing > 0
        ? [aspect.hSpacing, aspect.vSpacing]
        : null,
    color: readColor(file, children),
    picture: readPictureBoxes(file, children, fields),
    nalLengthSize,
    carried: isKnown
      ? boxesToCarry(carriedBoxes(file, children, known?.[1] ?? ''))
      : entryToCarry(file, box),
  };
}

function boxesToCarry(boxes: readonly CarriedBox[]): EntryInfo['carried'] {
  return boxes.length > 0 ? { carriedBoxes: boxes } : {};
}

function entryToCarry(file: FileBytes, box: BoxView): EntryInfo['carried'] {
  const sampleEntry = carriedEntry(file, box);
  return sampleEntry === undefined ? {} : { sampleEntry };
}

function readColor(file: FileBytes, children: BoxView): ColorTags | null {
  for (const box of boxesIn(file.bytes, children.dataStart, children.end)) {
    if (box.type !== 'colr') continue;
    const { fields } = readFields(colr, file, box);
    if (fields.colour_type !== 'nclx' && fields.colour_type !== 'nclc') continue;
    return {
      colour_primaries: fields.colour_primaries,
      transfer_characteristics: fields.transfer_characteristics,
      matrix_coefficients: fields.matrix_coefficients,
      video_full_range_flag: fields.full_range_flag === 1 ? 1 : 0,
    };
  }
  return null;
}

/** Reads an audio sample entry: ISOBMFF's, or one of QuickTime's three versions. */
export function readAudioEntry(file: FileBytes, box: BoxView): AudioEntry {
  const { fields, childrenStart } = readFields(audioSampleEntry, file, box);
  const children = { ...box, dataStart: childrenStart };
  const isVersion2 = fields.version === 2;
  const entry = {
    type: box.type,
    codec: unknownCodec(box.type),
    config: NO_BYTES,
    bitRate: readChild(btrt, file, children)?.avgBitrate ?? 0,
    sampleRate: isVersion2
      ? wholeRate(fields.audioSampleRate)
      : Math.floor(fields.samplerate / 65536),
    numChannels: isVersion2 ? fields.numAudioChannels : fields.channelcount,
    channelMask: readChannelMask(file, children),
    frameSize: 0,
    pcmFrameBytes: 0,
    carried: {},
  };
  const described = describeSound(file, box, children, { entry, fields });
  const { codec, channelMask } = described;
  if (codec === entry.codec && !codec.startsWith('pcm_')) {
    return { ...described, carried: entryToCarry(file, box) };
  }
  const record = AUDIO_TYPES.get(box.type)?.[1] ?? '';
  const boxes = carriedBoxes(file, children, record, channelMask !== 0);
  return { ...described, carried: boxesToCarry(boxes) };
}

/** Codec, configuration and format of sound, over `entry`, which has those of the entry's own fields. */
function describeSound(
  file: FileBytes,
  box: BoxView,
  children: BoxView,
  { entry, fields }: { entry: AudioEntry; fields: PcmFields },
): AudioEntry {
  const pcm = pcmCodec(file, box.type, children, fields);
  if (pcm !== null) {
    return { ...entry, codec: pcm.codec, pcmFrameBytes: pcm.bytes * entry.numChannels };
  }
  const known = AUDIO_TYPES.get(box.type);
  if (known) {
    const config = readRecord(file, children, known[1]);
    const mask = known[0] === 'flac' ? flacChannelMask(config, entry.numChannels) : 0;
    return { ...entry, codec: known[0], config, channelMask: mask || entry.channelMask };
  }
  if (box.type === 'mp4a') return readEsdsEntry(file, children, entry);
  return entry;
}

/** Rates beyond this, of channels too, are damage. */
const MAX_RATE = 0x7fffffff;

/**
 * QuickTime's version 2 states the sampling rate in 64-bit floating point, and files have 47952.05 Hz. Streams have whole
 * rates, the nearest (halves down, as ffmpeg has them); the times do not depend on them. 0 for what is none.
 */
function wholeRate(rate: number): number {
  return rate > 0.5 && rate <= MAX_RATE ? Math.ceil(rate - 0.5) : 0;
}

function readRecord(file: FileBytes, children: BoxView, type: string): Uint8Array {
  // QuickTime puts the record into `wave`.
  const wave = findBox(file.bytes, children.dataStart, children.end, 'wave');
  const parent =
    findBox(file.bytes, children.dataStart, children.end, type) === null && wave !== null
      ? wave
      : children;
  if (type === 'dfLa') {
    const blocks = readFirst(file, parent, type);
    return Uint8Array.of(0x66, 0x4c, 0x61, 0x43, ...blocks); // 'fLaC'
  }
  if (type === 'alac') return readFirst(file, parent, type);
  const record = childRecord(file, parent.dataStart, parent.end, type);
  return type === 'dOps' && record.length > 0 ? opusBoxToHead(record) : record;
}

/** Content of a record in a FullBox, behind version and flags. */
function readFirst(file: FileBytes, parent: BoxView, type: string): Uint8Array {
  const box = findBox(file.bytes, parent.dataStart, parent.end, type);
  return box === null ? NO_BYTES : readFields(fullCodecRecord, file, box).fields.record;
}

function readEsdsEntry(file: FileBytes, children: BoxView, entry: AudioEntry): AudioEntry {
  const wave = findBox(file.bytes, children.dataStart, children.end, 'wave');
  const descriptor = readChild(esds, file, children) ?? (wave && readChild(esds, file, wave));
  if (descriptor === null) return { ...entry, codec: 'aac' };
  const codec = OBJECT_TYPES.get(descriptor.objectTypeIndication) ?? entry.codec;
  const config = descriptor.decSpecificInfo;
  const bitRate = entry.bitRate || descriptor.avgBitrate;
  if (codec !== 'aac' || config.length < 2) {
    return { ...entry, codec, config, bitRate, frameSize: codec === 'mp3' ? 1152 : 0 };
  }
  const format = audioFormatOf(readAudioSpecificConfig(config));
  return {
    ...entry,
    codec,
    config,
    bitRate,
    sampleRate: format.sampleRate,
    numChannels: format.numChannels || entry.numChannels,
    channelMask: format.channelMask || entry.channelMask,
    frameSize: format.frameSize,
  };
}

function readChannelMask(file: FileBytes, children: BoxView): number {
  const quickTime = readChild(chan, file, children);
  const mask = quickTime === null ? 0 : quickTimeMask(quickTime);
  if (mask !== 0) return mask;
  const layout = readChild(chnl, file, children);
  return layout === null ? 0 : channelMaskOf(layout.speaker_position);
}

/** Reads the sample entry of a text track. */
export function readTextEntry(file: FileBytes, box: BoxView): EntryInfo {
  const codec = unknownCodec(box.type);
  const entry = { type: box.type, codec, config: NO_BYTES, bitRate: 0, carried: {} };
  if (box.type === 'tx3g') {
    // The configuration of timed text is the entry behind the fields that all sample entries have.
    const plain = readFields(plainSampleEntry, file, box);
    readFields(tx3g, file, box);
    return { ...entry, codec: 'mov_text', config: file.bytes.slice(plain.childrenStart, box.end) };
  }
  if (box.type === 'text') return { ...entry, codec: 'mov_text' };
  if (box.type === 'wvtt') {
    const { childrenStart } = readFields(plainSampleEntry, file, box);
    const config = childRecord(file, childrenStart, box.end, 'vttC');
    return { ...entry, codec: 'webvtt', config };
  }
  return { ...entry, carried: entryToCarry(file, box) };
}
