/**
 * Pictures of QuickTime's codecs in Matroska ("Matroska Codec Mappings"): ProRes and FFV1 have a CodecID of their own, CineForm the one of
 * Windows; all others are V_QUICKTIME, whose CodecPrivate is the sample entry of the QuickTime file with its size and type.
 */
import { joinBytes } from '../../base/byte-stream.ts';
import type { Packet, StreamInfo, VideoStreamInfo } from '../../base/packet.ts';
import { ByteWriter } from '../../bits/byte-writer.ts';
import { bitmapInfoHeader, VFW_CODEC_ID } from './pcm-and-fourcc.ts';

/** CodecID of a sample entry as QuickTime has it. */
const QUICKTIME_CODEC_ID = 'V_QUICKTIME';
const PRORES_CODEC_ID = 'V_PRORES';
const FFV1_CODEC_ID = 'V_FFV1';

/** Types of sample entries of ProRes (Apple ProRes, SMPTE RDD 36 Annex): proxy, LT, standard, HQ, 4444, 4444 XQ. */
const PRORES_TYPES: readonly string[] = ['apco', 'apcs', 'apcn', 'apch', 'ap4h', 'ap4x'];
const FFV1_TYPE = 'FFV1';
/** CineForm (SMPTE ST 2073), which Matroska has as Windows does. */
const CINEFORM_TYPE = 'CFHD';
const NO_BYTES = /* @__PURE__ */ new Uint8Array(0);
/** The box of FFV1's configuration in a sample entry. */
const FFV1_RECORD = 'glbl';

/** Bytes of VisualSampleEntry before the boxes in it, ISOBMFF clause 12.1.3.2. */
const VISUAL_ENTRY_BYTES = 78;

/** `frame_size` and `frame_identifier` (`icpf`) of a ProRes frame, RDD 36 clause 5.1: Matroska stores frames without them. */
const PRORES_HEADER_BYTES = 8;
const PRORES_IDENTIFIER = 0x69637066;

/** How a stream is stored. */
export interface QuickTimeMapping {
  readonly codecId: string;
  readonly codecPrivate: Uint8Array;
}

/** How pictures are stored that QuickTime's sample entry alone describes; undefined for other streams. */
export function quickTimeMappingOf(stream: StreamInfo): QuickTimeMapping | undefined {
  const { sampleEntry } = stream;
  if (stream.kind !== 'video' || sampleEntry === undefined) return undefined;
  const { type, data } = sampleEntry;
  if (data.length < VISUAL_ENTRY_BYTES) return undefined;
  if (PRORES_TYPES.includes(type)) {
    return { codecId: PRORES_CODEC_ID, codecPrivate: ascii(type) };
  }
  if (type === FFV1_TYPE) {
    return { codecId: FFV1_CODEC_ID, codecPrivate: childOf(data, FFV1_RECORD) ?? NO_BYTES };
  }
  if (type === CINEFORM_TYPE) {
    const codecPrivate = bitmapInfoHeader(type, stream.width, stream.height);
    return { codecId: VFW_CODEC_ID, codecPrivate };
  }
  return { codecId: QUICKTIME_CODEC_ID, codecPrivate: boxOf(type, data) };
}

/** The frames of a stream as blocks have them; null where they stay as they are. */
export function quickTimeBlock(stream: StreamInfo): ((packet: Packet) => Packet) | null {
  if (quickTimeMappingOf(stream)?.codecId !== PRORES_CODEC_ID) return null;
  return (packet) => {
    const { data } = packet;
    return hasProResHeader(data) ? { ...packet, data: data.subarray(PRORES_HEADER_BYTES) } : packet;
  };
}

/** A stream of a track with such a CodecID, with its sample entry, so that it goes to QuickTime and MP4 again; others as they are. */
export function withSampleEntry(stream: VideoStreamInfo, codecId: string): VideoStreamInfo {
  const { config, width, height } = stream;
  const typeAt = (at: number): string => String.fromCharCode(...config.subarray(at, at + 4));
  if (codecId === PRORES_CODEC_ID && PRORES_TYPES.includes(typeAt(0))) {
    return { ...stream, sampleEntry: { type: typeAt(0), data: visualEntry(width, height) } };
  }
  if (stream.codec === CINEFORM_TYPE) {
    return { ...stream, sampleEntry: { type: CINEFORM_TYPE, data: visualEntry(width, height) } };
  }
  if (codecId === FFV1_CODEC_ID) {
    const record = config.length === 0 ? NO_BYTES : boxOf(FFV1_RECORD, config);
    const data = joinBytes([visualEntry(width, height), record]);
    return { ...stream, sampleEntry: { type: FFV1_TYPE, data } };
  }
  const type = typeAt(4);
  const isEntry = config.length >= 8 + VISUAL_ENTRY_BYTES && /^[ -~]{4}$/.test(type);
  if (codecId !== QUICKTIME_CODEC_ID || !isEntry) return stream;
  const sampleEntry = { type, data: config.subarray(8) };
  return { ...stream, codec: type.trim(), config: NO_BYTES, sampleEntry };
}

/** A frame of a track with such a CodecID as packets have it. */
export function quickTimeFrame({ sampleEntry }: StreamInfo, data: Uint8Array): Uint8Array {
  if (!PRORES_TYPES.includes(sampleEntry?.type ?? '') || hasProResHeader(data)) return data;
  const frame = new Uint8Array(PRORES_HEADER_BYTES + data.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, frame.length);
  view.setUint32(4, PRORES_IDENTIFIER);
  frame.set(data, PRORES_HEADER_BYTES);
  return frame;
}

function hasProResHeader(data: Uint8Array): boolean {
  if (data.length < PRORES_HEADER_BYTES) return false;
  return new DataView(data.buffer, data.byteOffset).getUint32(4) === PRORES_IDENTIFIER;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function boxOf(type: string, content: Uint8Array): Uint8Array {
  const w = new ByteWriter();
  w.u32(8 + content.length);
  w.append(ascii(type));
  w.append(content);
  return w.toBytes();
}

/** Content of the first box of `type` in a sample entry. */
function childOf(entry: Uint8Array, type: string): Uint8Array | undefined {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
  for (let at = VISUAL_ENTRY_BYTES; at + 8 <= entry.length; ) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > entry.length) return undefined;
    if (String.fromCharCode(...entry.subarray(at + 4, at + 8)) === type) {
      return entry.slice(at + 8, at + size);
    }
    at += size;
  }
  return undefined;
}

/** VisualSampleEntry behind its type, ISOBMFF clause 12.1.3.2. */
function visualEntry(width: number, height: number): Uint8Array {
  const w = new ByteWriter();
  w.zeros(6); // reserved
  w.u16(1); // data_reference_index
  w.zeros(16); // pre_defined, reserved
  w.u16(width);
  w.u16(height);
  w.u32(0x480000); // horizresolution: 72 dpi
  w.u32(0x480000); // vertresolution
  w.u32(0); // reserved
  w.u16(1); // frame_count
  w.zeros(32); // compressorname
  w.u16(24); // depth
  w.u16(0xffff); // pre_defined
  return w.toBytes();
}
