/** From a stream's description to its sample entry: which type, which boxes in it, and what they hold. Other codecs: other-entries.ts. */
import { ConfigError } from '../../base/errors.ts';
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../../base/packet.ts';
import type { BoxWriter } from './box-writer.ts';
import {
  audioSampleEntry,
  btrt,
  codecRecord,
  colr,
  esds,
  pasp,
  visualSampleEntry,
} from './boxes-entries.ts';
import { type Mp4Format, type Mp4Tools, missingTool } from './tools.ts';
import type { BitRates, Mp4Track } from './track.ts';

/** streamType of ESDS table 6. */
export const STREAM_TYPE_VISUAL = 4;
const STREAM_TYPE_AUDIO = 5;

/** objectTypeIndication of MPEG-4 audio, ESDS table 5. */
const AAC_OBJECT_TYPE = 0x40;

const MAX_DIMENSION = 0xffff;
const MAX_CHANNELS = 0xffff;
/** Rates from here on do not fit in the 16.16 field, which then says 0; the codec's own configuration has them. */
const MAX_SAMPLERATE_FIELD = 0xffff;

/** Throws `UnsupportedError` or `ConfigError` if `stream` cannot be a track of a file of this `format`. */
export function checkStream(
  stream: StreamInfo,
  index: number,
  format: Mp4Format,
  { entries, text, writePictureBoxes }: Mp4Tools,
): void {
  const where = `mp4.streams[${index}]`;
  const { codec, kind } = stream;
  if (kind === 'subtitle') {
    if (text === null) throw missingTool(`${where}.codec`, `${codec} is text`);
    text.check(`${where}.codec`, stream);
    return;
  }
  const isKnown = codec === 'h264' || codec === 'aac';
  if (!isKnown && entries === null) throw missingTool(`${where}.codec`, `got ${codec}`);
  if (!isKnown) entries!.check(where, stream, format);
  else if (stream.config.length === 0) throw missingConfig(where, codec);
  if (stream.kind === 'video') {
    requireRange(`${where}.width`, stream.width, MAX_DIMENSION);
    requireRange(`${where}.height`, stream.height, MAX_DIMENSION);
    const { crop, masteringDisplay, contentLight } = stream;
    const needsBoxes = crop ?? masteringDisplay ?? contentLight;
    if (needsBoxes !== undefined && writePictureBoxes === null) {
      throw missingTool(where, 'crop, masteringDisplay or contentLight is given');
    }
  } else {
    requireRange(`${where}.sampleRate`, stream.sampleRate, 0xffffffff);
    requireRange(`${where}.numChannels`, stream.numChannels, MAX_CHANNELS);
  }
}

/** The error for a stream that lacks its configuration. */
export function missingConfig(where: string, codec: string): ConfigError {
  return new ConfigError(`${where}.config`, `is empty; '${codec}' needs its configuration record`);
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
  format: Mp4Format,
  rates: BitRates | null,
  tools: Mp4Tools,
): void {
  const { stream } = track;
  if (stream.kind === 'subtitle') tools.text?.writeEntry(w, stream);
  else if (stream.kind === 'video' && stream.codec === 'h264') {
    const writeRecord = () => w.put(codecRecord, { record: stream.config });
    writeVisualEntry(w, stream, 'avc1', writeRecord, rates, tools.writePictureBoxes);
  } else if (stream.kind === 'audio' && stream.codec === 'aac') {
    const entry = { objectType: AAC_OBJECT_TYPE, writeCarriedBoxes: tools.writeCarriedBoxes };
    writeEsdsAudio(w, stream, entry, format, rates);
  } else tools.entries?.write(w, track, format, rates);
}

/** A visual sample entry: what `writeRecord` writes, the colors, the shape of samples; `rates` for `btrt`, null for none. */
export function writeVisualEntry(
  w: BoxWriter,
  stream: VideoStreamInfo,
  type: string,
  writeRecord: () => void,
  rates: BitRates | null,
  writePictureBoxes: Mp4Tools['writePictureBoxes'],
): void {
  const { width, height } = stream;
  const children = (): void => {
    writeRecord();
    writeColor(w, stream);
    const [hSpacing, vSpacing] = stream.sampleAspectRatio ?? [1, 1];
    w.put(pasp, { hSpacing, vSpacing });
    writePictureBoxes?.(w, stream);
    writeBitRates(w, rates);
  };
  w.put(visualSampleEntry, { width, height }, children, type);
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

/** Writes `btrt`, if bit rates are known. */
export function writeBitRates(w: BoxWriter, rates: BitRates | null): void {
  if (rates === null) return;
  w.put(btrt, {
    bufferSizeDB: rates.largestSample,
    maxBitrate: rates.peak,
    avgBitrate: rates.mean,
  });
}

/** Fields of an audio sample entry for channels at a rate. */
export function audioFields(channelcount: number, sampleRate: number) {
  const rate = sampleRate > MAX_SAMPLERATE_FIELD ? 0 : sampleRate;
  return { channelcount, samplerate: rate * 65536 };
}

/** Fields of QuickTime's entry for compressed sound: version 1, with the number of samples in each packet; -2: bytes vary. */
export function compressedFields({ numChannels, sampleRate, frameSize }: AudioStreamInfo) {
  const version1 = { version: 1, compression_id: -2, bytesPerSample: 2 };
  return { ...audioFields(numChannels, sampleRate), ...version1, samplesPerPacket: frameSize };
}

/** What an `esds` says the codec is, and the tool that writes other boxes of the entry. */
export interface EsdsEntry {
  readonly objectType: number;
  readonly writeCarriedBoxes: Mp4Tools['writeCarriedBoxes'];
}

/** The entry of sound that an `esds` describes; in QuickTime files that is within `wave`. */
export function writeEsdsAudio(
  w: BoxWriter,
  stream: AudioStreamInfo,
  { objectType, writeCarriedBoxes }: EsdsEntry,
  format: Mp4Format,
  rates: BitRates | null,
): void {
  const isQuickTime = format === 'mov';
  const fields = isQuickTime
    ? compressedFields(stream)
    : audioFields(stream.numChannels, stream.sampleRate);
  const descriptor = (): void => writeEsds(w, stream, objectType, STREAM_TYPE_AUDIO, rates);
  w.put(audioSampleEntry, fields, () => {
    if (isQuickTime) w.box('wave', () => writeWave(w, descriptor));
    else descriptor();
    writeCarriedBoxes?.(w, stream);
  });
}

/** Content of `wave`, QuickTime File Format, "siDecompressionParam": format, the decoder's boxes, terminator. */
function writeWave(w: BoxWriter, children: () => void): void {
  w.put(codecRecord, { record: Uint8Array.from('mp4a', (c) => c.charCodeAt(0)) }, null, 'frma');
  children();
  w.u('size', 32, 8);
  w.u('type', 32, 0);
}

/** Writes `esds`. */
export function writeEsds(
  w: BoxWriter,
  stream: StreamInfo,
  objectTypeIndication: number,
  streamType: number,
  rates: BitRates | null,
): void {
  w.put(esds, {
    objectTypeIndication,
    streamType,
    bufferSizeDB: Math.min(rates?.largestSample ?? 0, 0xffffff),
    maxBitrate: rates?.peak ?? stream.bitRate ?? 0,
    avgBitrate: rates?.mean ?? stream.bitRate ?? 0,
    decSpecificInfo: stream.config,
  });
}
