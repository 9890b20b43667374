/**
 * The `fmt ` chunk: what the samples of a WAVE file are. Three forms, each longer than the last: PCMWAVEFORMAT,
 * WAVEFORMATEX and WAVEFORMATEXTENSIBLE (Multiple Channel Audio Data and WAVE Files, 2007).
 */
import { ConfigError, FormatError, UnsupportedError } from '../../base/errors.ts';
import type { ByteWriter } from '../../bits/byte-writer.ts';

const WAVE_FORMAT_PCM = 1;
const WAVE_FORMAT_IEEE_FLOAT = 3;
const WAVE_FORMAT_ALAW = 6;
const WAVE_FORMAT_MULAW = 7;
const WAVE_FORMAT_EXTENSIBLE = 0xfffe;

/** Bytes of a SubFormat GUID after the two of the format tag: xxxx0000-0000-0010-8000-00AA00389B71. */
// biome-ignore format: as the bytes lie in the file
const SUBFORMAT_TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71);

/** How WAVE names one PCM codec. */
export interface WaveCodec {
  readonly codec: string;
  readonly formatTag: number;
  readonly bitsPerSample: number;
  /** Sample format that decoding gives. */
  readonly sampleFmt: string;
}

/** Table: codec => format tag, bits, decoded sample format. All are little endian. */
// biome-ignore format: one line per codec
export const WAVE_CODECS: readonly WaveCodec[] = [
  { codec: 'pcm_u8', formatTag: WAVE_FORMAT_PCM, bitsPerSample: 8, sampleFmt: 'u8' },
  { codec: 'pcm_s16le', formatTag: WAVE_FORMAT_PCM, bitsPerSample: 16, sampleFmt: 's16' },
  { codec: 'pcm_s24le', formatTag: WAVE_FORMAT_PCM, bitsPerSample: 24, sampleFmt: 's32' },
  { codec: 'pcm_s32le', formatTag: WAVE_FORMAT_PCM, bitsPerSample: 32, sampleFmt: 's32' },
  { codec: 'pcm_s64le', formatTag: WAVE_FORMAT_PCM, bitsPerSample: 64, sampleFmt: 's64' },
  { codec: 'pcm_f32le', formatTag: WAVE_FORMAT_IEEE_FLOAT, bitsPerSample: 32, sampleFmt: 'flt' },
  { codec: 'pcm_f64le', formatTag: WAVE_FORMAT_IEEE_FLOAT, bitsPerSample: 64, sampleFmt: 'dbl' },
  { codec: 'pcm_alaw', formatTag: WAVE_FORMAT_ALAW, bitsPerSample: 8, sampleFmt: 's16' },
  { codec: 'pcm_mulaw', formatTag: WAVE_FORMAT_MULAW, bitsPerSample: 8, sampleFmt: 's16' },
];

/** The fields of a `fmt ` chunk. */
export interface WaveFormat {
  readonly codec: WaveCodec;
  readonly sampleRate: number;
  readonly numChannels: number;
  /** dwChannelMask; 0 if the order is not specified. */
  readonly channelMask: number;
  /** Bytes of one sample of all channels. */
  readonly blockAlign: number;
}

/** The loudspeakers that a file without a mask means: one in the center, or left and right; for more, none in particular. */
function impliedMask(numChannels: number): number {
  return numChannels === 1 ? 0x4 : numChannels === 2 ? 0x3 : 0;
}

/** Checks that WAVE can hold the stream, and gives what its `fmt ` chunk must say; throws `ConfigError`. */
export function waveFormatOf(
  where: string,
  stream: {
    readonly codec: string;
    readonly sampleRate: number;
    readonly numChannels: number;
    readonly channelMask: number;
  },
): WaveFormat {
  const codec = WAVE_CODECS.find((entry) => entry.codec === stream.codec);
  if (codec === undefined) {
    const allowed = WAVE_CODECS.map((entry) => entry.codec).join(', ');
    throw new ConfigError(
      `${where}.codec`,
      `a WAV file cannot hold ${stream.codec}, allowed are ${allowed}`,
    );
  }
  const { sampleRate, numChannels, channelMask } = stream;
  const bytes = codec.bitsPerSample >> 3;
  const maxChannels = Math.floor(0xffff / bytes);
  if (!Number.isInteger(numChannels) || numChannels < 1 || numChannels > maxChannels) {
    throw new ConfigError(
      `${where}.numChannels`,
      `got ${numChannels}, allowed are 1..${maxChannels} for ${codec.codec} (nBlockAlign has 16 bits)`,
    );
  }
  const blockAlign = bytes * numChannels;
  const maxRate = Math.floor(0xffffffff / blockAlign);
  if (!Number.isInteger(sampleRate) || sampleRate < 1 || sampleRate > maxRate) {
    throw new ConfigError(
      `${where}.sampleRate`,
      `got ${sampleRate}, allowed are 1..${maxRate} here (nAvgBytesPerSec has 32 bits)`,
    );
  }
  return { codec, sampleRate, numChannels, channelMask, blockAlign };
}

/**
 * Whether the rules ask for WAVEFORMATEXTENSIBLE: more than two channels, integers of other than 8 or 16 bits, or
 * loudspeakers other than the implied ones.
 */
export function needsExtensible(format: WaveFormat): boolean {
  const { codec, numChannels, channelMask } = format;
  if (numChannels > 2) return true;
  if (codec.formatTag === WAVE_FORMAT_PCM && codec.bitsPerSample > 16) return true;
  return channelMask !== 0 && channelMask !== impliedMask(numChannels);
}

/** Whether a `fact` chunk must stand beside it: every format but integer PCM (RIFF/WAVE, "Fact Chunk"). */
export function needsFact(format: WaveFormat): boolean {
  return format.codec.formatTag !== WAVE_FORMAT_PCM;
}

/** Writes the whole chunk. */
export function writeFormatChunk(w: ByteWriter, format: WaveFormat): void {
  const { codec, sampleRate, numChannels, channelMask, blockAlign } = format;
  const isExtensible = needsExtensible(format);
  const isPlainPcm = !isExtensible && codec.formatTag === WAVE_FORMAT_PCM;
  w.ascii('fmt ');
  w.u32le(isExtensible ? 40 : isPlainPcm ? 16 : 18);
  w.u16le(isExtensible ? WAVE_FORMAT_EXTENSIBLE : codec.formatTag); // wFormatTag
  w.u16le(numChannels); // nChannels
  w.u32le(sampleRate); // nSamplesPerSec
  w.u32le(sampleRate * blockAlign); // nAvgBytesPerSec
  w.u16le(blockAlign); // nBlockAlign
  w.u16le(codec.bitsPerSample); // wBitsPerSample
  if (isPlainPcm) return;
  w.u16le(isExtensible ? 22 : 0); // cbSize
  if (!isExtensible) return;
  w.u16le(codec.bitsPerSample); // wValidBitsPerSample
  w.u32le(channelMask); // dwChannelMask
  w.u16le(codec.formatTag); // SubFormat, first two bytes
  w.append(SUBFORMAT_TAIL);
}

/**
 * Reads the contents of the chunk.
 * @param bytes the chunk without its header, or the first 40 bytes of a longer one
 * @param offset where `bytes` begin in the file, for messages
 */
export function readFormatChunk(bytes: Uint8Array, offset: number): WaveFormat {
  if (bytes.length < 14) {
    throw new FormatError('wav.fmt', `the chunk has ${bytes.length} bytes, needed are 16`, offset);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const outerTag = view.getUint16(0, true);
  const numChannels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const blockAlign = view.getUint16(12, true);
  const bits = bytes.length >= 16 ? view.getUint16(14, true) : 0;
  if (numChannels === 0) throw new FormatError('wav.fmt.nChannels', 'is 0', offset + 2);
  if (sampleRate === 0 || sampleRate > 0x7fffffff) {
    throw new FormatError('wav.fmt.nSamplesPerSec', `is ${sampleRate}`, offset + 4);
  }
  const isExtensible = outerTag === WAVE_FORMAT_EXTENSIBLE;
  if (isExtensible && bytes.length < 40) {
    const message = `an extensible format has 40 bytes, found ${bytes.length}`;
    throw new FormatError('wav.fmt', message, offset);
  }
  if (isExtensible && !SUBFORMAT_TAIL.every((byte, i) => bytes[26 + i] === byte)) {
    const guid = [...bytes.subarray(24, 40)].map((byte) => byte.toString(16).padStart(2, '0'));
    throw new UnsupportedError('wav.fmt.SubFormat', `GUID with bytes ${guid.join(' ')}`);
  }
  const formatTag = isExtensible ? view.getUint16(24, true) : outerTag;
  // The size of the container decides, not wBitsPerSample: 12 bits may lie in 16, left-justified.
  const containerBits = (blockAlign / numChannels) * 8;
  const codec = WAVE_CODECS.find(
    (entry) => entry.formatTag === formatTag && entry.bitsPerSample === containerBits,
  );
  if (codec === undefined) {
    if (WAVE_CODECS.some((entry) => entry.formatTag === formatTag)) {
      throw new FormatError(
        'wav.fmt.nBlockAlign',
        `is ${blockAlign} for ${numChannels} channels of ${bits} bits with format tag ${formatTag}`,
        offset + 12,
      );
    }
    throw new UnsupportedError(
      'wav.fmt.wFormatTag',
      `format tag 0x${formatTag.toString(16)} (byte offset ${offset}); read are PCM, float, A-law and mu-law`,
    );
  }
  const mask = isExtensible ? view.getUint32(20, true) : impliedMask(numChannels);
  return { codec, sampleRate, numChannels, channelMask: mask, blockAlign };
}
