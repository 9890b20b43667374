/**
 * Codecs whose CodecID alone does not name them: PCM (byte order in the CodecID, width in BitDepth) and those wrapped in
 * structures of Windows (A_MS/ACM with WAVEFORMATEX, V_MS/VFW/FOURCC with BITMAPINFOHEADER).
 */
import { ByteWriter } from '../../bits/byte-writer.ts';

/** CodecID and BitDepth of a PCM codec. */
export interface PcmMapping {
  readonly codecId: string;
  readonly bitDepth: number;
}

const LITTLE = 'A_PCM/INT/LIT';
const BIG = 'A_PCM/INT/BIG';
const FLOAT = 'A_PCM/FLOAT/IEEE';

/** Table: codec => CodecID, BitDepth. 8-bit samples are unsigned; floats are little endian. */
// biome-ignore format: one line per codec
const PCM: ReadonlyMap<string, PcmMapping> = /* @__PURE__ */ new Map([
  ['pcm_u8', { codecId: LITTLE, bitDepth: 8 }],
  ['pcm_s16le', { codecId: LITTLE, bitDepth: 16 }],
  ['pcm_s24le', { codecId: LITTLE, bitDepth: 24 }],
  ['pcm_s32le', { codecId: LITTLE, bitDepth: 32 }],
  ['pcm_s64le', { codecId: LITTLE, bitDepth: 64 }],
  ['pcm_s16be', { codecId: BIG, bitDepth: 16 }],
  ['pcm_s24be', { codecId: BIG, bitDepth: 24 }],
  ['pcm_s32be', { codecId: BIG, bitDepth: 32 }],
  ['pcm_f32le', { codecId: FLOAT, bitDepth: 32 }],
  ['pcm_f64le', { codecId: FLOAT, bitDepth: 64 }],
]);

/** How `codec` is stored if it is PCM that Matroska has; undefined if not. */
export function pcmMappingOf(codec: string): PcmMapping | undefined {
  return PCM.get(codec);
}

/** PCM codec of a CodecID and BitDepth; undefined if they name none. */
export function pcmCodecOf(codecId: string, bitDepth: number): string | undefined {
  const id = codecId === BIG && bitDepth === 8 ? LITTLE : codecId;
  for (const [codec, mapping] of PCM) {
    if (mapping.codecId === id && mapping.bitDepth === bitDepth) return codec;
  }
  return undefined;
}

/** Bytes of one sample of one channel; 0 if `codec` is not PCM. */
export function pcmSampleBytes(codec: string): number {
  return (PCM.get(codec)?.bitDepth ?? (ACM_TAGS.has(codec) ? 8 : 0)) >> 3;
}

/** CodecID of sound described by a WAVEFORMATEX in CodecPrivate. */
export const ACM_CODEC_ID = 'A_MS/ACM';
/** CodecID of video described by a BITMAPINFOHEADER in CodecPrivate. */
export const VFW_CODEC_ID = 'V_MS/VFW/FOURCC';

/** Table: codec => wFormatTag (RIFF/WAVE, "Registered formats"). */
const ACM_TAGS: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['pcm_alaw', 6],
  ['pcm_mulaw', 7],
]);

/** Table: codec => biCompression. */
const FOURCCS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['png', 'MPNG'],
  ['mjpeg', 'MJPG'],
  ['CFHD', 'CFHD'],
]);

/** Whether `codec` is stored as A_MS/ACM. */
export function isAcmCodec(codec: string): boolean {
  return ACM_TAGS.has(codec);
}

/** Whether `codec` is stored as V_MS/VFW/FOURCC. */
export function isVfwCodec(codec: string): boolean {
  return codec === 'png';
}

/** WAVEFORMATEX (RIFF/WAVE) of `codec`, one byte per sample. */
export function waveFormatEx(codec: string, sampleRate: number, numChannels: number): Uint8Array {
  const w = new ByteWriter();
  w.u16le(ACM_TAGS.get(codec) ?? 0); // wFormatTag
  w.u16le(numChannels); // nChannels
  w.u32le(sampleRate); // nSamplesPerSec
  w.u32le(sampleRate * numChannels); // nAvgBytesPerSec
  w.u16le(numChannels); // nBlockAlign
  w.u16le(8); // wBitsPerSample
  w.u16le(0); // cbSize
  return w.toBytes();
}

/** Codec named by the wFormatTag of a WAVEFORMATEX; undefined if it is none of the table. */
export function codecOfWaveFormat(format: Uint8Array): string | undefined {
  if (format.length < 16) return undefined;
  const tag = format[0]! | (format[1]! << 8);
  const bits = format[14]! | (format[15]! << 8);
  if (tag === 1) return pcmCodecOf(LITTLE, bits);
  if (tag === 3) return pcmCodecOf(FLOAT, bits);
  for (const [codec, wFormatTag] of ACM_TAGS) if (wFormatTag === tag) return codec;
  return undefined;
}

const BITMAPINFOHEADER_BYTES = 40;
const BI_COMPRESSION_AT = 16;

/** BITMAPINFOHEADER of `codec`: 40 bytes. */
export function bitmapInfoHeader(codec: string, width: number, height: number): Uint8Array {
  const w = new ByteWriter();
  w.u32le(BITMAPINFOHEADER_BYTES); // biSize
  w.u32le(width); // biWidth
  w.u32le(height); // biHeight
  w.u16le(1); // biPlanes
  w.u16le(24); // biBitCount
  w.ascii(FOURCCS.get(codec) ?? ''); // biCompression
  w.u32le(width * height * 3); // biSizeImage
  w.zeros(16); // biXPelsPerMeter, biYPelsPerMeter, biClrUsed, biClrImportant
  return w.toBytes();
}

/** Codec named by the biCompression of a BITMAPINFOHEADER; undefined if it is none of the table. */
export function codecOfBitmapInfo(header: Uint8Array): string | undefined {
  if (header.length < BITMAPINFOHEADER_BYTES) return undefined;
  const fourcc = String.fromCharCode(...header.subarray(BI_COMPRESSION_AT, BI_COMPRESSION_AT + 4));
  for (const [codec, name] of FOURCCS) if (name === fourcc) return codec;
  return undefined;
}
