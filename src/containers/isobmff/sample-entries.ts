/** From a stream's description to its sample entry: which type, which boxes in it, and what they hold. */

import { ConfigError, UnsupportedError } from '../../base/errors.ts';
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../../base/packet.ts';
import { decodeUtf8 } from '../../base/utf8.ts';
import { ac3BoxFromFrame, eac3BoxFromFrame } from '../config/ac3.ts';
import { opusHeadToBox } from '../config/opus-head.ts';
import { vp8Record, vp9RecordFromFrame } from '../config/vp-record.ts';
import type { BoxWriter } from './box-writer.ts';
import {
  audioSampleEntry,
  btrt,
  chan,
  chnl,
  codecRecord,
  colr,
  esds,
  ftab,
  fullCodecRecord,
  pasp,
  pcmC,
  plainSampleEntry,
  tx3g,
  visualSampleEntry,
  vttC,
} from './boxes-entries.ts';
import { CHAPTER_CODEC, quickTimeText } from './chapter-track.ts';
import {
  LPCM_IS_BIG_ENDIAN,
  LPCM_IS_FLOAT,
  LPCM_IS_PACKED,
  LPCM_IS_SIGNED_INTEGER,
  PCM_FORMATS,
  type PcmFormat,
  speakerPositions,
} from './pcm-formats.ts';
import { writePictureBoxes } from './picture-boxes.ts';
import { type BitRates, type Mp4Track, OPUS_RATE } from './track.ts';

/** Codecs with a sample entry and a record of their own: codec => type of the entry, type of the record. */
const RECORD_CODECS: ReadonlyMap<string, readonly [entry: string, record: string]> =
  /* @__PURE__ */ new Map([
    ['h264', ['avc1', 'avcC']],
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
  ['aac', 0x40],
  ['mpeg2video', 0x61],
  ['mpeg1video', 0x6a],
  ['mp2', 0x6b],
  ['mp3', 0x6b],
  ['mjpeg', 0x6c],
  ['png', 0x6d],
]);

/** MPEG-2 audio (half rates) has an object type of its own, ESDS table 5. */
const MPEG2_AUDIO_OBJECT_TYPE = 0x69;
const MPEG1_LOWEST_RATE = 32_000;

const STREAM_TYPE_VISUAL = 4;
const STREAM_TYPE_AUDIO = 5;

/** Text codecs that become timed text (`tx3g`). */
export const TIMED_TEXT_CODECS: readonly string[] = ['mov_text', 'subrip', 'text'];
/** The text codec that becomes `wvtt`. */
export const WEBVTT_CODEC = 'webvtt';

const FLAC_STREAMINFO_BYTES = 34;
const MAX_DIMENSION = 0xffff;
const MAX_CHANNELS = 0xffff;
/** Rates from here on do not fit in the 16.16 field, which then says 0; the codec's own configuration has them. */
const MAX_SAMPLERATE_FIELD = 0xffff;

/** Throws `UnsupportedError` or `ConfigError` if `stream` cannot be a track of a file of this `format`. */
export function checkStream(
  stream: StreamInfo,
  index: number,
  format: 'mp4' | 'm4a' | 'mov',
): void {
  const where = `mp4.streams[${index}]`;
  const { codec, kind } = stream;
  if (kind === 'subtitle') {
    if (!TIMED_TEXT_CODECS.includes(codec) && codec !== WEBVTT_CODEC) {
      throw new UnsupportedError(
        `${where}.codec`,
        `'${codec}' subtitles have no place in MP4, allowed are ${TIMED_TEXT_CODECS.join(', ')}, webvtt`,
      );
    }
    return;
  }
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
  const needsConfig = ['h264', 'hevc', 'av1', 'aac', 'opus', 'flac', 'alac'];
  if (needsConfig.includes(codec) && stream.config.length === 0) {
    throw new ConfigError(`${where}.config`, `is empty; '${codec}' needs its configuration record`);
  }
  if (stream.kind === 'video') {
    requireRange(`${where}.width`, stream.width, MAX_DIMENSION);
    requireRange(`${where}.height`, stream.height, MAX_DIMENSION);
  } else {
    requireRange(`${where}.sampleRate`, stream.sampleRate, 0xffffffff);
    requireRange(`${where}.numChannels`, stream.numChannels, MAX_CHANNELS);
  }
}

function requireRange(where: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new ConfigError(where, `got ${value}, allowed are integers 1..${max}`);
  }
}

/** Writes the sample entry of `track`, with bit rates if they are known. */
export function writeSampleEntry(
  w: BoxWriter,
  track: Mp4Track,
  format: 'mp4' | 'm4a' | 'mov',
  rates: BitRates | null,
): void {
  const { stream } = track;
  if (stream.kind === 'video') writeVisual(w, stream, track.firstPacket, rates);
  else if (stream.kind === 'audio') writeAudio(w, stream, track.firstPacket, format, rates);
  else if (stream.codec === CHAPTER_CODEC) w.put(quickTimeText);
  else if (stream.codec === WEBVTT_CODEC) {
    w.put(plainSampleEntry, {}, () => w.put(vttC, vttConfig(stream.config)), 'wvtt');
  } else if (stream.codec === 'mov_text' && stream.config.length > 0) {
    const record = stream.config;
    w.put(plainSampleEntry, {}, () => w.bytes('tx3g', record.length, record), 'tx3g');
  } else w.put(tx3g, {}, () => w.put(ftab));
}

function vttConfig(config: Uint8Array): { config: string } {
  const text = decodeUtf8(config).trim();
  return { config: text.startsWith('WEBVTT') ? text : 'WEBVTT' };
}

function writeVisual(
  w: BoxWriter,
  stream: VideoStreamInfo,
  firstPacket: Uint8Array,
  rates: BitRates | null,
): void {
  const record = RECORD_CODECS.get(stream.codec);
  const { width, height } = stream;
  const children = (): void => {
    if (record) writeRecord(w, stream, record[1], firstPacket);
    else writeEsds(w, stream, STREAM_TYPE_VISUAL, rates);
    writeColor(w, stream);
    const [hSpacing, vSpacing] = stream.sampleAspectRatio ?? [1, 1];
    w.put(pasp, { hSpacing, vSpacing });
    writePictureBoxes(w, stream);
    if (record) writeBitRates(w, rates);
  };
  w.put(visualSampleEntry, { width, height }, children, record ? record[0] : 'mp4v');
}

function writeColor(w: BoxWriter, stream: VideoStreamInfo): void {
  const { color } = stream;
  if (!color) return;
  w.put(colr, {
    colour_primaries: color.colour_primaries,
    transfer_characteristics: color.transfer_characteristics,
    matrix_coefficients: color.matrix_coefficients,
    full_range_flag: color.video_full_range_flag,
  });
}

function writeBitRates(w: BoxWriter, rates: BitRates | null): void {
  if (rates === null) return;
  w.put(btrt, {
    bufferSizeDB: rates.largestSample,
    maxBitrate: rates.peak,
    avgBitrate: rates.mean,
  });
}

function writeAudio(
  w: BoxWriter,
  stream: AudioStreamInfo,
  firstPacket: Uint8Array,
  format: 'mp4' | 'm4a' | 'mov',
  rates: BitRates | null,
): void {
  const pcm = PCM_FORMATS.get(stream.codec);
  if (pcm) {
    if (format === 'mov') writeQuickTimePcm(w, stream, pcm);
    else writePcm(w, stream, pcm);
    return;
  }
  const record = RECORD_CODECS.get(stream.codec);
  const sampleRate = stream.codec === 'opus' ? OPUS_RATE : stream.sampleRate;
  const rate = sampleRate > MAX_SAMPLERATE_FIELD ? 0 : sampleRate;
  const fields = { channelcount: stream.numChannels, samplerate: rate * 65536 };
  const children = (): void => {
    if (record) writeRecord(w, stream, record[1], firstPacket);
    else writeEsds(w, stream, STREAM_TYPE_AUDIO, rates);
    if (record) writeBitRates(w, rates);
  };
  if (format === 'mov' && !record) {
    // QuickTime wants version 1 for compressed sound, with the number of samples in each packet; -2: variable.
    const version1 = { ...fields, version: 1, compression_id: -2, bytesPerSample: 2 };
    w.put(audioSampleEntry, { ...version1, samplesPerPacket: stream.frameSize }, () =>
      w.box('wave', () => writeWave(w, children)),
    );
    return;
  }
  w.put(audioSampleEntry, fields, children, record ? record[0] : 'mp4a');
}

/** Content of `wave`, QuickTime File Format, "siDecompressionParam": format, the decoder's boxes, terminator. */
function writeWave(w: BoxWriter, children: () => void): void {
  w.put(codecRecord, { record: Uint8Array.from('mp4a', (c) => c.charCodeAt(0)) }, null, 'frma');
  children();
  w.u('size', 32, 8);
  w.u('type', 32, 0);
}

/** `ipcm` and `fpcm`, ISO/IEC 23003-5. */
function writePcm(w: BoxWriter, stream: AudioStreamInfo, pcm: PcmFormat): void {
  const rate = stream.sampleRate > MAX_SAMPLERATE_FIELD ? 0 : stream.sampleRate;
  w.put(
    audioSampleEntry,
    { channelcount: stream.numChannels, samplesize: pcm.bits, samplerate: rate * 65536 },
    () => {
      w.put(pcmC, { format_flags: pcm.isLittleEndian ? 1 : 0, PCM_sample_size: pcm.bits });
      const speaker_position = speakerPositions(stream.channelMask, stream.numChannels);
      if (speaker_position.length > 0) w.put(chnl, { speaker_position });
    },
    pcm.isFloat ? 'fpcm' : 'ipcm',
  );
}

/** QuickTime File Format: version 0 where the type says everything, else `lpcm` in a version 2 description. */
function writeQuickTimePcm(w: BoxWriter, stream: AudioStreamInfo, pcm: PcmFormat): void {
  const { numChannels, sampleRate, channelMask } = stream;
  const writeLayout = (): void => {
    if (channelMask !== 0) w.put(chan, { mChannelBitmap: channelMask });
  };
  if (pcm.quickTimeType !== 'lpcm' && sampleRate <= MAX_SAMPLERATE_FIELD) {
    const samplesize = pcm.quickTimeType === 'raw ' ? 8 : 16;
    w.put(
      audioSampleEntry,
      { channelcount: numChannels, samplesize, samplerate: sampleRate * 65536 },
      writeLayout,
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
    writeLayout,
    'lpcm',
  );
}

function writeEsds(
  w: BoxWriter,
  stream: StreamInfo,
  streamType: number,
  rates: BitRates | null,
): void {
  let objectTypeIndication = OBJECT_TYPES.get(stream.codec) ?? 0;
  if (stream.codec === 'mp3' || stream.codec === 'mp2') {
    const rate = stream.kind === 'audio' ? stream.sampleRate : MPEG1_LOWEST_RATE;
    if (rate < MPEG1_LOWEST_RATE) objectTypeIndication = MPEG2_AUDIO_OBJECT_TYPE;
  }
  w.put(esds, {
    objectTypeIndication,
    streamType,
    bufferSizeDB: Math.min(rates?.largestSample ?? 0, 0xffffff),
    maxBitrate: rates?.peak ?? stream.bitRate ?? 0,
    avgBitrate: rates?.mean ?? stream.bitRate ?? 0,
    decSpecificInfo: stream.config,
  });
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
