/** Reads the WAV files that the measure takes: PCM of 16 or 24 bits or 32-bit float, as planar samples. */
import { FormatError, UnsupportedError } from '../../src/base/errors.ts';

/** Format tags of RIFF/WAVE. */
const PCM = 1;
const IEEE_FLOAT = 3;
const EXTENSIBLE = 0xfffe;

export interface WavSamples {
  readonly sampleRate: number;
  /** One array a channel, full scale ±1. */
  readonly channels: Float64Array[];
}

/** Reader of one sample at a byte position, scaled to full scale ±1. */
function sampleReader(view: DataView, tag: number, bits: number): (at: number) => number {
  if (tag === PCM && bits === 16) return (at) => view.getInt16(at, true) / 32768;
  if (tag === PCM && bits === 24) {
    return (at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 8388608;
  }
  if (tag === IEEE_FLOAT && bits === 32) return (at) => view.getFloat32(at, true);
  throw new UnsupportedError(
    'wav.fmt',
    `got format tag ${tag} with ${bits} bits, allowed PCM of 16 or 24 bits and float of 32`,
  );
}

/** @throws FormatError if `bytes` are no RIFF/WAVE file, UnsupportedError if of another sample format */
export function readWav(bytes: Uint8Array): WavSamples {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || name(0) !== 'RIFF' || name(8) !== 'WAVE') {
    throw new FormatError('wav', 'no RIFF/WAVE header', 0);
  }
  let format: { tag: number; channels: number; sampleRate: number; bits: number } | null = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = Math.min(view.getUint32(at + 4, true), bytes.length - at - 8);
    const body = at + 8;
    if (name(at) === 'fmt ' && size >= 16) {
      const tag = view.getUint16(body, true);
      format = {
        tag: tag === EXTENSIBLE && size >= 26 ? view.getUint16(body + 24, true) : tag,
        channels: view.getUint16(body + 2, true),
        sampleRate: view.getUint32(body + 4, true),
        bits: view.getUint16(body + 14, true),
      };
    }
    if (name(at) === 'data' && format !== null && format.channels > 0) {
      const { channels, bits, sampleRate } = format;
      const read = sampleReader(view, format.tag, bits);
      const step = bits / 8;
      const count = Math.floor(size / (step * channels));
      return {
        sampleRate,
        channels: Array.from({ length: channels }, (_, c) =>
          Float64Array.from({ length: count }, (_, n) => read(body + (n * channels + c) * step)),
        ),
      };
    }
    at = body + size + (size & 1);
  }
  throw new FormatError('wav', 'no samples: data behind a fmt chunk expected', bytes.length);
}
