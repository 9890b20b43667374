/**
 * How long a coded frame lasts by its own first bytes, for the audio codecs whose frames say it. Files need not store the
 * duration of such frames, and those that count in milliseconds cannot.
 */
import type { AudioStreamInfo } from '../../base/packet.ts';

/** Samples per channel (at the stream's rate) in `frame`; 0 if the codec's frames do not say. Never throws. */
export function samplesInFrame(stream: AudioStreamInfo, frame: Uint8Array): number {
  switch (stream.codec) {
    case 'aac':
      return stream.frameSize > 0 ? stream.frameSize : 1024;
    case 'opus':
      return opusSamples(frame);
    case 'mp1':
      return 384;
    case 'mp2':
      return 1152;
    case 'mp3':
      return mp3Samples(frame);
    case 'alac':
      return alacSamples(stream.config, frame);
    case 'ac3':
      return 1536;
    case 'eac3':
      return eac3Samples(frame);
    case 'flac':
      return flacSamples(frame);
    default: {
      const bytes = pcmSampleBytes(stream.codec) * stream.numChannels;
      return bytes > 0 ? Math.floor(frame.length / bytes) : 0;
    }
  }
}

/** Samples at 48 kHz of one Opus packet: its TOC byte, RFC 6716 clause 3.1, and frame count, clause 3.2. */
function opusSamples(packet: Uint8Array): number {
  if (packet.length === 0) return 0;
  const toc = packet[0]!;
  const config = toc >> 3;
  // Tenths of milliseconds. SILK: 10, 20, 40, 60 ms; hybrid: 10, 20; CELT: 2.5, 5, 10, 20.
  const tenths =
    config < 12
      ? [100, 200, 400, 600][config & 3]!
      : config < 16
        ? [100, 200][config & 1]!
        : [25, 50, 100, 200][config & 3]!;
  const code = toc & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : packet.length > 1 ? packet[1]! & 63 : 0;
  return (frames * tenths * 48) / 10;
}

/** Layer III has 1152 samples in MPEG-1 and 576 in MPEG-2 (ISO/IEC 11172-3 and 13818-3 clause 2.4.3.1). */
function mp3Samples(frame: Uint8Array): number {
  const isMpeg1 = frame.length > 1 && (frame[1]! & 0x18) === 0x18;
  return isMpeg1 || frame.length < 2 ? 1152 : 576;
}

const EAC3_BLOCKS = [1, 2, 3, 6];

/** E-AC-3: numblkscod, ETSI TS 102 366 clause E.1.3.1.3; six blocks at half rates. */
function eac3Samples(frame: Uint8Array): number {
  if (frame.length < 5) return 1536;
  const fscod = frame[4]! >> 6;
  return fscod === 3 ? 1536 : 256 * EAC3_BLOCKS[(frame[4]! >> 4) & 3]!;
}

const FLAC_BLOCK_SIZES = [0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096];

/** FLAC: block size bits, RFC 9639 clause 9.1.1, and the uncommon sizes behind the coded number, clause 9.1.6. */
function flacSamples(frame: Uint8Array): number {
  if (frame.length < 6 || frame[0] !== 0xff) return 0;
  const code = frame[2]! >> 4;
  if (code !== 6 && code !== 7) return FLAC_BLOCK_SIZES[code] ?? 256 << (code - 8);
  // The coded number is stored like UTF-8: as many bytes as its first byte has leading ones.
  const ones = Math.clz32(~(frame[4]! << 24));
  const at = 4 + Math.max(1, ones);
  if (at + 2 > frame.length) return 0;
  return code === 6 ? frame[at]! + 1 : (frame[at]! << 8) + frame[at + 1]! + 1;
}

/**
 * ALAC: frameLength, the first field of ALACSpecificConfig. A last frame that is shorter says so itself: behind the 3 bits of its first
 * element's tag, 4 of the instance and 12 that are not used stands partialFrame, and three bits later numSamples of 32 bits.
 */
function alacSamples(config: Uint8Array, frame: Uint8Array): number {
  if (config.length < 24) return 0;
  const frameLength = new DataView(config.buffer, config.byteOffset).getUint32(0) & 0xffff;
  if (frame.length < 7 || (frame[2]! & 0x10) === 0) return frameLength;
  const numSamples =
    (frame[2]! & 1) * 2 ** 31 +
    (frame[3]! << 23) +
    (frame[4]! << 15) +
    (frame[5]! << 7) +
    (frame[6]! >> 1);
  return numSamples > 0 && numSamples < frameLength ? numSamples : frameLength;
}

/** Bytes of one sample of a PCM codec, by its name; 0 for other codecs. */
function pcmSampleBytes(codec: string): number {
  if (codec === 'pcm_alaw' || codec === 'pcm_mulaw') return 1;
  return Number(/^pcm_[suf](8|16|24|32|64)(le|be)?$/.exec(codec)?.[1] ?? 0) >> 3;
}
