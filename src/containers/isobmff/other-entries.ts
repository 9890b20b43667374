/** Sample entries of the codecs beside H.264 and AAC: those with a record of their own, those that an `esds` describes, and PCM. */
import { UnsupportedError } from '../../base/errors.ts';
import type { AudioStreamInfo, StreamInfo } from '../../base/packet.ts';
import { ac3BoxFromFrame, eac3BoxFromFrame } from '../config/ac3.ts';
import { refuseEncrypted } from '../config/encrypted.ts';
import { opusHeadToBox } from '../config/opus-head.ts';
import { vp8Record, vp9RecordFromFrame } from '../config/vp-record.ts';
import type { BoxWriter } from './box-writer.ts';
import { audioSampleEntry, codecRecord } from './boxes-entries.ts';
import { chan, chnl, fullCodecRecord, pcmC } from './boxes-other-entries.ts';
import { writeCarriedBoxes, writeCarriedEntry } from './carried-boxes.ts';
import {
  LPCM_IS_BIG_ENDIAN,
  LPCM_IS_FLOAT,
  LPCM_IS_PACKED,
  LPCM_IS_SIGNED_INTEGER,
  PCM_FORMATS,
  type PcmFormat,
  pcmBytes,
  speakerPositions,
} from './pcm-formats.ts';
import { writePictureBoxes } from './picture-boxes.ts';
import {
  audioFields,
  compressedFields,
  missingConfig,
  STREAM_TYPE_VISUAL,
  writeBitRates,
  writeEsds,
  writeEsdsAudio,
  writeVisualEntry,
} from './sample-entries.ts';
import type { Mp4Format, OtherEntries } from './tools.ts';
import { type BitRates, type Mp4Track, OPUS_RATE } from './track.ts';

/** Codecs with a sample entry and a record of their own: codec => type of the entry, type of the record. */
const RECORD_CODECS: ReadonlyMap<string, readonly [entry: string, record: string]> =
  /* @__PURE__ */ new Map([
    ['hevc', ['hvc1', 'hvcC']],
    ['av1', ['av01', 'av1C']],
    ['vp8', ['vp08', 'vpcC']],
    ['vp9', ['vp09', 'vpcC']],
    ['opus', ['Opus', 'dOps']],
    ['flac', ['fLaC', 'dfLa']],
    ['alac', ['alac', 'alac']],
    ['ac3', ['ac-3', 'dac3']],
    ['eac3', ['ec-3', 'dec3']],
  ]);

/** Codecs described by an `esds`: codec => objectTypeIndication, ESDS table 5 and the registration authority's list. */
const OBJECT_TYPES: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['mpeg4', 0x20],
  ['mpeg2video', 0x61],
  ['mpeg1video', 0x6a],
  ['mp2', 0x6b],
  ['mp3', 0x6b],
  ['mjpeg', 0x6c],
  ['png', 0x6d],
]);

/** Codecs that have a type of their own in QuickTime files, where MP4 has `esds`: codec => type (QuickTime File Format, "Media Data Atom Types"). */
const QUICKTIME_TYPES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['mjpeg', 'jpeg'],
  ['png', 'png '],
  ['mpeg2video', 'm2v1'],
  ['mpeg1video', 'm1v '],
  ['mp2', '.mp2'],
  ['mp3', '.mp3'],
]);

/** MPEG-2 audio (half rates) has an object type of its own, ESDS table 5. */
const MPEG2_AUDIO_OBJECT_TYPE = 0x69;
const MPEG1_LOWEST_RATE = 32_000;

const FLAC_STREAMINFO_BYTES = 34;
const MAX_SAMPLERATE_FIELD = 0xffff;

/** Codecs whose configuration comes with the stream, not out of its first packet. */
const NEEDS_CONFIG = ['hevc', 'av1', 'opus', 'flac', 'alac'];

/** The entries as a tool. */
export const OTHER_ENTRIES: OtherEntries = { check, pcmBytes, write };

function check(where: string, stream: StreamInfo, format: Mp4Format): void {
  const { codec, config } = stream;
  if (stream.sampleEntry !== undefined) return;
  refuseEncrypted(`${where}.codec`, codec);
  const pcm = PCM_FORMATS.get(codec);
  if (!pcm && !RECORD_CODECS.has(codec) && !OBJECT_TYPES.has(codec)) {
    throw new UnsupportedError(`${where}.codec`, `'${codec}' has no sample entry in MP4`);
  }
  if (pcm && !pcm.isInMp4 && format !== 'mov') {
    throw new UnsupportedError(
      `${where}.codec`,
      `'${codec}' has no sample entry in MP4 (ISO/IEC 23003-5); format 'mov' holds it`,
    );
  }
  if (NEEDS_CONFIG.includes(codec) && config.length === 0) throw missingConfig(where, codec);
}

function write(
  w: BoxWriter,
  { stream, firstPacket }: Mp4Track,
  format: Mp4Format,
  rates: BitRates | null,
): void {
  if (stream.sampleEntry !== undefined) {
    writeCarriedEntry(w, stream.sampleEntry);
    return;
  }
  const quickTimeType = format === 'mov' ? QUICKTIME_TYPES.get(stream.codec) : undefined;
  if (quickTimeType !== undefined) {
    writeQuickTimeEntry(w, stream, quickTimeType);
    return;
  }
  const record = RECORD_CODECS.get(stream.codec);
  const writeOwn = (): void => {
    if (record) writeRecord(w, stream, record[1], firstPacket);
    else writeEsds(w, stream, objectType(stream), STREAM_TYPE_VISUAL, rates);
  };
  if (stream.kind === 'video') {
    const type = record ? record[0] : 'mp4v';
    writeVisualEntry(w, stream, type, writeOwn, record ? rates : null, writePictureBoxes);
  } else if (stream.kind === 'audio') {
    const pcm = PCM_FORMATS.get(stream.codec);
    if (pcm && format === 'mov') writeQuickTimePcm(w, stream, pcm);
    else if (pcm) writePcm(w, stream, pcm);
    else if (!record) {
      writeEsdsAudio(
        w,
        stream,
        { objectType: objectType(stream), writeCarriedBoxes },
        format,
        rates,
      );
    } else {
      const sampleRate = stream.codec === 'opus' ? OPUS_RATE : stream.sampleRate;
      const children = (): void => {
        writeOwn();
        if (format === 'mov') writeSoundBoxes(w, stream);
        else writeCarriedBoxes(w, stream);
        writeBitRates(w, rates);
      };
      w.put(audioSampleEntry, audioFields(stream.numChannels, sampleRate), children, record[0]);
    }
  }
}

/** The entry of a codec that its type alone names. Headers of MPEG pictures that came beside the stream go into `glbl`, ffmpeg's box. */
function writeQuickTimeEntry(w: BoxWriter, stream: StreamInfo, type: string): void {
  if (stream.kind === 'video') {
    const record = stream.config;
    const writeHeaders = (): void => {
      if (record.length > 0) w.put(codecRecord, { record }, null, 'glbl');
    };
    writeVisualEntry(w, stream, type, writeHeaders, null, writePictureBoxes);
  } else if (stream.kind === 'audio') {
    const fields = compressedFields(stream);
    w.put(audioSampleEntry, fields, () => writeSoundBoxes(w, stream), type);
  }
}

function objectType(stream: StreamInfo): number {
  const isMpegAudio = stream.codec === 'mp3' || stream.codec === 'mp2';
  const rate = stream.kind === 'audio' ? stream.sampleRate : MPEG1_LOWEST_RATE;
  if (isMpegAudio && rate < MPEG1_LOWEST_RATE) return MPEG2_AUDIO_OBJECT_TYPE;
  return OBJECT_TYPES.get(stream.codec) ?? 0;
}

/** `ipcm` and `fpcm`, ISO/IEC 23003-5. */
function writePcm(w: BoxWriter, stream: AudioStreamInfo, pcm: PcmFormat): void {
  const fields = audioFields(stream.numChannels, stream.sampleRate);
  w.put(
    audioSampleEntry,
    { ...fields, samplesize: pcm.bits },
    () => {
      w.put(pcmC, { format_flags: pcm.isLittleEndian ? 1 : 0, PCM_sample_size: pcm.bits });
      const speaker_position = speakerPositions(stream.channelMask, stream.numChannels);
      if (speaker_position.length > 0) w.put(chnl, { speaker_position });
      writeCarriedBoxes(w, stream);
    },
    pcm.isFloat ? 'fpcm' : 'ipcm',
  );
}

/** QuickTime's `chan`, where the speakers are known. */
function writeLayout(w: BoxWriter, { channelMask }: AudioStreamInfo): void {
  if (channelMask !== 0) w.put(chan, { mChannelBitmap: channelMask });
}

/** The same, and the boxes that another file had. */
function writeSoundBoxes(w: BoxWriter, stream: AudioStreamInfo): void {
  writeLayout(w, stream);
  writeCarriedBoxes(w, stream);
}

/** QuickTime File Format: version 0 where the type says everything, else `lpcm` in a version 2 description. */
function writeQuickTimePcm(w: BoxWriter, stream: AudioStreamInfo, pcm: PcmFormat): void {
  const { numChannels, sampleRate } = stream;
  if (pcm.quickTimeType !== 'lpcm' && sampleRate <= MAX_SAMPLERATE_FIELD) {
    const samplesize = pcm.quickTimeType === 'raw ' ? 8 : 16;
    w.put(
      audioSampleEntry,
      { channelcount: numChannels, samplesize, samplerate: sampleRate * 65536 },
      () => writeSoundBoxes(w, stream),
      pcm.quickTimeType,
    );
    return;
  }
  const isUnsigned = stream.codec === 'pcm_u8';
  w.put(
    audioSampleEntry,
    {
      version: 2,
      channelcount: 3,
      samplesize: 16,
      compression_id: -2,
      samplerate: 65536,
      audioSampleRate: sampleRate,
      numAudioChannels: numChannels,
      constBitsPerChannel: pcm.bits,
      formatSpecificFlags:
        (pcm.isFloat ? LPCM_IS_FLOAT : isUnsigned ? 0 : LPCM_IS_SIGNED_INTEGER) |
        (pcm.isLittleEndian ? 0 : LPCM_IS_BIG_ENDIAN) |
        LPCM_IS_PACKED,
      constBytesPerAudioPacket: (pcm.bits >> 3) * numChannels,
      constLPCMFramesPerAudioPacket: 1,
    },
    () => writeSoundBoxes(w, stream),
    'lpcm',
  );
}

/** The codec's own record, converted from the canonical form of docs/packets.md where MP4 has another. */
function writeRecord(
  w: BoxWriter,
  stream: StreamInfo,
  type: string,
  firstPacket: Uint8Array,
): void {
  const { config } = stream;
  switch (type) {
    case 'vpcC': {
      const size = stream.kind === 'video' ? stream : { width: 0, height: 0, color: undefined };
      const { width, height, color } = size;
      let record = config;
      if (!isVpRecord(config)) {
        record =
          stream.codec === 'vp8'
            ? vp8Record(width, height, color)
            : vp9RecordFromFrame(firstPacket, width, height, color);
      }
      w.put(fullCodecRecord, { version: 1, record }, null, type);
      break;
    }
    case 'dfLa':
      w.put(fullCodecRecord, { record: flacBlocks(config) }, null, type);
      break;
    case 'alac':
      w.put(fullCodecRecord, { record: config }, null, type);
      break;
    case 'dOps':
      w.put(codecRecord, { record: opusHeadToBox(config) }, null, type);
      break;
    case 'dac3':
      w.put(
        codecRecord,
        { record: config.length > 0 ? config : ac3BoxFromFrame(firstPacket) },
        null,
        type,
      );
      break;
    case 'dec3':
      w.put(
        codecRecord,
        { record: config.length > 0 ? config : eac3BoxFromFrame(firstPacket) },
        null,
        type,
      );
      break;
    default:
      w.put(codecRecord, { record: config }, null, type);
  }
}

const VP_RECORD_BYTES = 8;

/** A VPCodecConfigurationRecord without initialization data, as opposed to WebM's list of (id, length, value). */
function isVpRecord(config: Uint8Array): boolean {
  return config.length === VP_RECORD_BYTES && config[6] === 0 && config[7] === 0;
}

/** Metadata blocks for `dfLa`, from `fLaC` and blocks (the start of a FLAC file) or a bare STREAMINFO of 34 bytes. */
function flacBlocks(config: Uint8Array): Uint8Array {
  if (String.fromCharCode(...config.subarray(0, 4)) === 'fLaC') return config.subarray(4);
  if (config.length !== FLAC_STREAMINFO_BYTES) return config;
  const LAST_BLOCK = 0x80;
  return Uint8Array.of(LAST_BLOCK, 0, 0, FLAC_STREAMINFO_BYTES, ...config);
}
