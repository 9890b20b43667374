/** PCM packets back to frames. Little-endian samples on a little-endian machine are a view of the packet. */
import { ConfigError, rejectUnknownKeys, requireInteger } from '../../base/errors.ts';
import type { Packet } from '../../base/packet.ts';
import type { AudioFrame, SampleArray } from '../../frames/frame.ts';
import { type PcmCodec, type PcmFormat, pcmFormat } from './formats.ts';
import {
  expandSamples,
  MACHINE_IS_BIG_ENDIAN,
  swapBytes16,
  swapBytes32,
  swapBytes64,
  unpackUpper24Be,
  unpackUpper24Le,
} from './sample-kernels.ts';
import { expansionTable } from './standard/g711.ts';

/** What `createPcmDecoder` takes; `AudioStreamInfo` has all of it. */
export interface PcmDecoderOptions {
  readonly codec: PcmCodec;
  readonly sampleRate: number;
  readonly numChannels: number;
}

/** Decodes packets of one stream. */
export interface PcmDecoder {
  /**
   * The packet's samples in the packed sample format of the codec (`pcmSampleFmts(codec)[0]`). The frame may share the
   * packet's memory. Throws `ConfigError` if the packet does not hold whole samples of all channels.
   */
  decode(packet: Packet): AudioFrame;
}

/** A decoder of PCM packets; throws `ConfigError` naming the option that is wrong. */
export function createPcmDecoder(options: PcmDecoderOptions): PcmDecoder {
  rejectUnknownKeys('pcm.options', options, ['codec', 'sampleRate', 'numChannels']);
  const format = pcmFormat('pcm.options.codec', options.codec);
  const sampleRate = requireInteger('pcm.options.sampleRate', options.sampleRate, 1, 0x7fffffff);
  const numChannels = requireInteger('pcm.options.numChannels', options.numChannels, 1, 0xffff);
  const samples = format.law === null ? new Int16Array(0) : expansionTable(format.law);
  const blockAlign = numChannels * format.bytesPerSample;
  return {
    decode({ data, pts }) {
      if (data.length % blockAlign !== 0) {
        throw new ConfigError(
          'pcm.packet.data',
          `got ${data.length} bytes, allowed are multiples of ${blockAlign}`,
        );
      }
      const plane = { data: decodeSamples(format, samples, data), offset: 0, stride: numChannels };
      return {
        sampleFmt: format.sampleFmt,
        sampleRate,
        numChannels,
        numSamples: data.length / blockAlign,
        planes: [plane],
        pts,
      };
    },
  };
}

/** `bytes` as samples; `law` is the expansion table of a G.711 codec. */
function decodeSamples(format: PcmFormat, law: Int16Array, bytes: Uint8Array): SampleArray {
  const { bytesPerSample, bigEndian } = format;
  const count = bytes.length / bytesPerSample;
  if (format.law !== null) {
    const out = new Int16Array(count);
    expandSamples(law, bytes, out);
    return out;
  }
  if (bytesPerSample === 1) return bytes;
  if (bytesPerSample === 3) {
    const out = new Int32Array(count);
    if (bigEndian) unpackUpper24Be(bytes, out);
    else unpackUpper24Le(bytes, out);
    return out;
  }
  const mustSwap = bigEndian !== MACHINE_IS_BIG_ENDIAN;
  const isAligned = bytes.byteOffset % bytesPerSample === 0;
  const own = mustSwap || !isAligned ? new Uint8Array(bytes) : bytes;
  const { buffer, byteOffset } = own;
  if (mustSwap) {
    if (bytesPerSample === 2) swapBytes16(new Uint16Array(buffer, byteOffset, count));
    else if (bytesPerSample === 4) swapBytes32(new Uint32Array(buffer, byteOffset, count));
    else swapBytes64(new Uint32Array(buffer, byteOffset, count * 2));
  }
  if (format.sampleFmt === 's16') return new Int16Array(buffer, byteOffset, count);
  if (format.sampleFmt === 's32') return new Int32Array(buffer, byteOffset, count);
  if (format.sampleFmt === 'flt') return new Float32Array(buffer, byteOffset, count);
  if (format.sampleFmt === 'dbl') return new Float64Array(buffer, byteOffset, count);
  return new BigInt64Array(buffer, byteOffset, count);
}
