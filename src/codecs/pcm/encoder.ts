/** Frames of sound to PCM packets: one packet a frame, copied once, interleaved, in the codec's byte order. */
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireOneOf,
  StateError,
} from '../../base/errors.ts';
import type { AudioStreamInfo, Packet } from '../../base/packet.ts';
import type { AudioFrame, Plane } from '../../frames/frame.ts';
import type { SampleFmt } from '../../frames/sample-format.ts';
import {
  defaultChannelMask,
  type PcmCodec,
  type PcmFormat,
  pcmFormat,
  pcmSampleFmts,
} from './formats.ts';
import {
  compressSamples,
  copySamples8,
  copySamples16,
  copySamples32,
  copySamples64,
  MACHINE_IS_BIG_ENDIAN,
  packUpper24Be,
  packUpper24Le,
  swapBytes16,
  swapBytes32,
  swapBytes64,
} from './sample-kernels.ts';
import { compressionTable } from './standard/g711.ts';

/** What `createPcmEncoder` takes. */
export interface PcmEncoderOptions {
  readonly codec: PcmCodec;
  /** One of `pcmSampleFmts(codec)`. */
  readonly sampleFmt: SampleFmt;
  /** In Hz, 1..2147483647. */
  readonly sampleRate: number;
  /** 1..65535. */
  readonly numChannels: number;
  /** WAVE channel mask; if not given, the usual one of the count (`defaultChannelMask`); 0 for no particular order. */
  readonly channelMask?: number;
  /**
   * What to do with NaN and infinite samples of the float codecs: `error` (the default) throws, `keep` stores them bit
   * for bit.
   */
  readonly nonFinite?: 'error' | 'keep';
}

/** Codes frames of one stream. */
export interface PcmEncoder {
  readonly streamInfo: AudioStreamInfo;
  /** 0: frames may have any number of samples. */
  readonly frameSize: 0;
  /**
   * One packet with the frame's samples, or none if it has none. `frame.pts` counts in `streamInfo.timeBase` (one tick a
   * sample). The frame's memory is free again on return. Throws `ConfigError` if the frame is not as the options say.
   */
  encode(frame: AudioFrame): Packet[];
  /** Ends the stream; there is never a packet left. */
  flush(): Packet[];
}

const OPTIONS = ['codec', 'sampleFmt', 'sampleRate', 'numChannels', 'channelMask', 'nonFinite'];

/** An encoder of PCM packets; throws `ConfigError` naming the option that is wrong. */
export function createPcmEncoder(options: PcmEncoderOptions): PcmEncoder {
  rejectUnknownKeys('pcm.options', options, OPTIONS);
  const format = pcmFormat('pcm.options.codec', options.codec);
  const { codec } = format;
  const sampleFmt = requireOneOf('pcm.options.sampleFmt', options.sampleFmt, pcmSampleFmts(codec));
  const sampleRate = requireInteger('pcm.options.sampleRate', options.sampleRate, 1, 0x7fffffff);
  const numChannels = requireInteger('pcm.options.numChannels', options.numChannels, 1, 0xffff);
  const channelMask = requireInteger(
    'pcm.options.channelMask',
    options.channelMask ?? defaultChannelMask(numChannels),
    0,
    0xffffffff,
  );
  const nonFinite = requireOneOf('pcm.options.nonFinite', options.nonFinite ?? 'error', [
    'error',
    'keep',
  ]);
  const streamInfo: AudioStreamInfo = {
    kind: 'audio',
    codec,
    timeBase: [1, sampleRate],
    config: new Uint8Array(0),
    bitRate: sampleRate * numChannels * format.bytesPerSample * 8,
    sampleRate,
    numChannels,
    channelMask,
    sampleFmt: format.sampleFmt,
    frameSize: 0,
    priming: 0,
  };
  return new Encoder(format, sampleFmt, streamInfo, nonFinite === 'error');
}

class Encoder implements PcmEncoder {
  readonly streamInfo: AudioStreamInfo;
  readonly frameSize = 0;
  private readonly format: PcmFormat;
  private readonly sampleFmt: SampleFmt;
  private readonly isPlanar: boolean;
  private readonly refusesNonFinite: boolean;
  /** Sample => octet for the laws of G.711; empty for the others. */
  private readonly octets: Uint8Array;
  private isFlushed = false;

  constructor(
    format: PcmFormat,
    sampleFmt: SampleFmt,
    streamInfo: AudioStreamInfo,
    refusesNonFinite: boolean,
  ) {
    this.format = format;
    this.sampleFmt = sampleFmt;
    this.isPlanar = sampleFmt !== format.sampleFmt;
    this.streamInfo = streamInfo;
    this.refusesNonFinite = refusesNonFinite;
    this.octets = format.law === null ? new Uint8Array(0) : compressionTable(format.law);
  }

  encode(frame: AudioFrame): Packet[] {
    if (this.isFlushed) {
      throw new StateError('pcm.encode', 'called after flush; create another encoder');
    }
    this.checkFrame(frame);
    if (frame.numSamples === 0) return [];
    const { numSamples, pts } = frame;
    const data = this.interleave(frame);
    if (this.format.bigEndian !== MACHINE_IS_BIG_ENDIAN) this.swapBytes(data);
    return [{ data, pts, dts: pts, duration: numSamples, isKey: true }];
  }

  flush(): Packet[] {
    if (this.isFlushed) throw new StateError('pcm.flush', 'called twice');
    this.isFlushed = true;
    return [];
  }

  private checkFrame(frame: AudioFrame): void {
    const { numChannels, sampleRate } = this.streamInfo;
    requireOneOf('pcm.frame.sampleFmt', frame.sampleFmt, [this.sampleFmt]);
    requireOneOf('pcm.frame.numChannels', frame.numChannels, [numChannels]);
    requireOneOf('pcm.frame.sampleRate', frame.sampleRate, [sampleRate]);
    const maxSamples = Math.floor(0x7fffffff / (numChannels * this.format.bytesPerSample));
    requireInteger('pcm.frame.numSamples', frame.numSamples, 0, maxSamples);
    requireInteger('pcm.frame.pts', frame.pts, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    const planes = this.isPlanar ? numChannels : 1;
    if (frame.planes.length !== planes) {
      throw new ConfigError(
        'pcm.frame.planes',
        `got ${frame.planes.length} planes, ${this.sampleFmt} of ${numChannels} channels has ${planes}`,
      );
    }
    if (frame.numSamples === 0) return;
    for (let i = 0; i < planes; i++) this.checkPlane(frame.planes[i]!, i, frame.numSamples);
  }

  private checkPlane(plane: Plane, index: number, numSamples: number): void {
    const where = `pcm.frame.planes[${index}]`;
    const { data, offset, stride } = plane;
    const isFloatFmt = this.format.sampleFmt === 'flt' || this.format.sampleFmt === 'dbl';
    const isFloat = data instanceof Float32Array || data instanceof Float64Array;
    const width = BYTES_PER_ELEMENT[this.format.sampleFmt as keyof typeof BYTES_PER_ELEMENT];
    if (data.BYTES_PER_ELEMENT !== width || isFloat !== isFloatFmt) {
      throw new ConfigError(
        `${where}.data`,
        `got ${isFloat ? 'floats' : 'integers'} of ${data.BYTES_PER_ELEMENT} bytes, ${this.sampleFmt} has ${isFloatFmt ? 'floats' : 'integers'} of ${width}`,
      );
    }
    const lastChannel = this.isPlanar ? 0 : this.streamInfo.numChannels - 1;
    const span = (numSamples - 1) * stride;
    const lowest = offset + Math.min(0, span);
    const highest = offset + Math.max(0, span) + lastChannel;
    if (!Number.isInteger(lowest) || lowest < 0 || !(highest < data.length)) {
      throw new ConfigError(
        where,
        `${numSamples} samples from offset ${offset} with stride ${stride} leave the array of ${data.length}`,
      );
    }
    if (this.refusesNonFinite && isFloat) this.checkFinite(plane, where, numSamples);
  }

  private checkFinite(plane: Plane, where: string, numSamples: number): void {
    const { numChannels } = this.streamInfo;
    const isContiguous = !this.isPlanar && plane.stride === numChannels;
    const runs = this.isPlanar || isContiguous ? 1 : numChannels;
    const count = isContiguous ? numSamples * numChannels : numSamples;
    const stride = isContiguous ? 1 : plane.stride;
    for (let run = 0; run < runs; run++) {
      const from = plane.offset + run;
      const bad =
        plane.data instanceof Float32Array
          ? firstNonFinite32(plane.data, from, stride, count)
          : firstNonFinite64(plane.data as Float64Array, from, stride, count);
      if (bad >= 0) {
        throw new ConfigError(
          where,
          `sample ${isContiguous ? Math.floor(bad / numChannels) : bad} is ${plane.data[from + bad * stride]}, allowed are finite numbers (option nonFinite: 'keep' stores others as they are)`,
        );
      }
    }
  }

  /** A new array with the samples of all channels in turn, in the machine's byte order (24-bit: in the stream's). */
  private interleave(frame: AudioFrame): Uint8Array {
    const { numChannels } = this.streamInfo;
    const { bytesPerSample, law } = this.format;
    const { numSamples, planes } = frame;
    const out = new Uint8Array(numSamples * numChannels * bytesPerSample);
    const first = planes[0]!;
    const width = first.data.BYTES_PER_ELEMENT;
    if (law === null && width === bytesPerSample && first.stride === numChannels) {
      if (!this.isPlanar || numChannels === 1) {
        const { buffer, byteOffset } = first.data;
        out.set(new Uint8Array(buffer, byteOffset + first.offset * width, out.length));
        return out;
      }
    }
    for (let channel = 0; channel < numChannels; channel++) {
      const { data, offset, stride } = this.isPlanar ? planes[channel]! : first;
      const from = this.isPlanar ? offset : offset + channel;
      this.copyChannel(data, from, stride, numSamples, out, channel, numChannels);
    }
    return out;
  }

  private copyChannel(
    data: Plane['data'],
    from: number,
    stride: number,
    count: number,
    out: Uint8Array,
    channel: number,
    numChannels: number,
  ): void {
    const { buffer, byteOffset, length } = data;
    const { bytesPerSample, bigEndian, law } = this.format;
    if (law !== null) {
      const src = new Int16Array(buffer, byteOffset, length);
      compressSamples(this.octets, src, from, stride, count, out, channel, numChannels);
    } else if (bytesPerSample === 3) {
      const pack = bigEndian ? packUpper24Be : packUpper24Le;
      const src = new Int32Array(buffer, byteOffset, length);
      pack(src, from, stride, count, out, channel * 3, numChannels * 3);
    } else if (bytesPerSample === 1) {
      const src = new Uint8Array(buffer, byteOffset, length);
      copySamples8(src, from, stride, count, out, channel, numChannels);
    } else if (bytesPerSample === 2) {
      const src = new Uint16Array(buffer, byteOffset, length);
      copySamples16(src, from, stride, count, new Uint16Array(out.buffer), channel, numChannels);
    } else if (bytesPerSample === 4) {
      const src = new Uint32Array(buffer, byteOffset, length);
      copySamples32(src, from, stride, count, new Uint32Array(out.buffer), channel, numChannels);
    } else {
      const src = new Uint32Array(buffer, byteOffset, length * 2);
      copySamples64(src, from, stride, count, new Uint32Array(out.buffer), channel, numChannels);
    }
  }

  private swapBytes(data: Uint8Array): void {
    const { bytesPerSample } = this.format;
    if (bytesPerSample === 2) swapBytes16(new Uint16Array(data.buffer));
    else if (bytesPerSample === 4) swapBytes32(new Uint32Array(data.buffer));
    else if (bytesPerSample === 8) swapBytes64(new Uint32Array(data.buffer));
  }
}

/** Table: packed sample format => bytes of one element of its array. */
const BYTES_PER_ELEMENT = { u8: 1, s16: 2, s32: 4, s64: 8, flt: 4, dbl: 8 } as const;

/** Index of the first of `count` numbers, every `stride` from `offset` on, that is NaN or infinite; -1 if none is. */
function firstNonFinite32(src: Float32Array, offset: number, stride: number, count: number) {
  for (let i = 0, at = offset; i < count; i++, at += stride) {
    const sample = src[at]!;
    if (sample - sample !== 0) return i;
  }
  return -1;
}

/** `firstNonFinite32` for doubles. */
function firstNonFinite64(src: Float64Array, offset: number, stride: number, count: number) {
  for (let i = 0, at = offset; i < count; i++, at += stride) {
    const sample = src[at]!;
    if (sample - sample !== 0) return i;
  }
  return -1;
}
