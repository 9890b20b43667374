/** The options of the encoder, checked once, and the settings that follow from them. */
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireNumber,
  requireOneOf,
} from '../../../base/errors.ts';
import { ID_LFE } from '../../../syntax/aac/element-ids.ts';
import type { KernelSet, VectorKernels } from '../../../wasm/kernel-memory.ts';
import { type ChannelLayout, channelLayout } from '../standard/channel-configuration.ts';
import { samplingFrequencyIndex } from '../standard/sampling-frequency.ts';
import { FRAME_LENGTH } from '../standard/window-sequence.ts';
import type { AacInspector } from './inspector.ts';
import { DEFAULT_TUNING, type Tuning } from './tuning.ts';

/** Options of `createAacEncoder`. */
export interface AacEncoderOptions {
  /** Hz: 7350, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200 or 96000. */
  readonly sampleRate: number;
  /** 1..8, in the order of WAVE channel masks (stereo is left, right; 5.1 is L R C LFE Ls Rs). */
  readonly numChannels: number;
  /**
   * WAVE channel mask if it is not the usual one of the count (0x4, 0x3, 0x7, 0x107, 0x37, 0x3f, 0x70f, 0x63f): any whole pairs and single ones of the eleven loudspeakers 0x7ff, one of them in front.
   */
  readonly channelMask?: number;
  /**
   * Bits per second of all channels together. Default: 64000 a channel at 48 kHz, in proportion at other rates, more
   * for one channel alone and less for many.
   */
  readonly bitRate?: number;
  /**
   * `cbr`: the bit reservoir of the decoder is never exceeded, the rate is held over a few frames. `average`: the rate is
   * held over a third of a second, and each frame takes what it needs. `quality`: every frame has the noise-to-mask ratio that `quality` asks
   * for, whatever it takes. Default: `quality` if `quality` is given, else `cbr`.
   */
  readonly rateControl?: 'cbr' | 'average' | 'quality';
  /** Constant quality, 0.1 (coarse) to 10 (fine); 2 is about 128 kbit/s for stereo at 48 kHz. */
  readonly quality?: number;
  /** Highest frequency coded, Hz. Default: by the bits there are for each line. */
  readonly bandwidth?: number;
  /** Whether attacks may switch to short windows. Default true. */
  readonly blockSwitching?: boolean;
  /** Temporal noise shaping. Default true. */
  readonly tns?: boolean;
  /** Middle and side coding of pairs, decided per band. Default true. */
  readonly midSide?: boolean;
  /** Intensity stereo of high bands of pairs, decided per band, where bits are few. Default true. */
  readonly intensityStereo?: boolean;
  /** Noise substitution of bands that sound like noise, where bits are few. Default true. */
  readonly noiseSubstitution?: boolean;
  /** Vector kernels: made here (true, the default), none (false), or those of `vitrine/kernels.wasm`. The bytes are the same. */
  readonly vectorKernels?: VectorKernels;
  /** Told of every decision; null (default) for none. Changes no byte of the output. */
  readonly inspect?: AacInspector | null;
}

const KEYS = [
  'sampleRate',
  'numChannels',
  'channelMask',
  'bitRate',
  'rateControl',
  'quality',
  'bandwidth',
  'blockSwitching',
  'tns',
  'midSide',
  'intensityStereo',
  'noiseSubstitution',
  'vectorKernels',
  'inspect',
] as const satisfies readonly (keyof AacEncoderOptions)[];

/** Options with every default filled in. */
export interface EncoderSettings {
  readonly sampleRate: number;
  readonly samplingFrequencyIndex: number;
  readonly numChannels: number;
  readonly layout: ChannelLayout;
  readonly rateControl: 'cbr' | 'average' | 'quality';
  /** Bits per second; in quality mode an estimate, used for bandwidth only. */
  readonly bitRate: number;
  readonly quality: number;
  /** Bits for each sample of each channel but the LFE; in quality mode an estimate. */
  readonly bitsPerSample: number;
  /** Hz, at most half the sample rate. */
  readonly bandwidth: number;
  readonly blockSwitching: boolean;
  readonly tns: boolean;
  readonly midSide: boolean;
  readonly intensityStereo: boolean;
  readonly noiseSubstitution: boolean;
  /** The set of kernels, and which of them are used. */
  readonly kernels: KernelSet;
  readonly vectorKernels: VectorKernels;
  readonly inspector: AacInspector | null;
  readonly tuning: Tuning;
}

/** Decoder input buffer for each channel but the LFE, in bits, AAC clause 4.5.3.1. */
export const BUFFER_BITS_PER_CHANNEL = 6144;
/** Fewer bits than this in a frame leave no room for anything but headers. */
const MIN_BITS_PER_CHANNEL = 64;

/** Channels that count for the size of the decoder's buffer: all but LFE. */
export function countMainChannels(layout: ChannelLayout): number {
  let count = 0;
  for (const element of layout.elements) {
    if (element.id_syn_ele !== ID_LFE) count += element.channels.length;
  }
  return count;
}

/** Checks `options` of an encoder with these `kernels`; throws `ConfigError` or `UnsupportedError` naming the option and what is allowed. */
export function resolveOptions(
  options: AacEncoderOptions,
  kernels: KernelSet,
  tuning: Tuning = DEFAULT_TUNING,
): EncoderSettings {
  rejectUnknownKeys('aac.options', options, KEYS);
  const { sampleRate } = options;
  const index = samplingFrequencyIndex(sampleRate);
  if (!Number.isInteger(options.numChannels)) {
    throw new ConfigError(
      'aac.options.numChannels',
      `got ${String(options.numChannels)}, allowed are 1..8`,
    );
  }
  const layout = channelLayout(
    options.numChannels,
    requireInteger('aac.options.channelMask', options.channelMask ?? 0, 0, 0x3ffff),
  );
  const mainChannels = countMainChannels(layout);
  const rateControl = resolveRateControl(options);
  const quality = requireNumber('aac.options.quality', options.quality ?? 2, 0.1, 10);
  const bitRate =
    options.bitRate === undefined
      ? defaultBitRate(sampleRate, mainChannels)
      : checkBitRate(options.bitRate, sampleRate, mainChannels);
  const rateForBandwidth =
    rateControl === 'quality'
      ? defaultBitRate(sampleRate, 2) * 0.5 * mainChannels * Math.sqrt(quality / 2)
      : bitRate;
  const bandwidth =
    options.bandwidth === undefined
      ? defaultBandwidth(rateForBandwidth, sampleRate, mainChannels, tuning)
      : requireNumber('aac.options.bandwidth', options.bandwidth, 100, sampleRate / 2);
  return {
    sampleRate,
    samplingFrequencyIndex: index,
    numChannels: options.numChannels,
    layout,
    rateControl,
    bitRate,
    quality,
    bitsPerSample: rateForBandwidth / (mainChannels * sampleRate),
    bandwidth,
    blockSwitching: requireBoolean('blockSwitching', options.blockSwitching),
    tns: requireBoolean('tns', options.tns),
    midSide: requireBoolean('midSide', options.midSide),
    intensityStereo: requireBoolean('intensityStereo', options.intensityStereo),
    noiseSubstitution: requireBoolean('noiseSubstitution', options.noiseSubstitution),
    kernels,
    vectorKernels: kernels.requireKernels(
      'aac.options.vectorKernels',
      options.vectorKernels ?? true,
    ),
    inspector: options.inspect ?? null,
    tuning,
  };
}

function resolveRateControl(options: AacEncoderOptions): EncoderSettings['rateControl'] {
  const rateControl = requireOneOf(
    'aac.options.rateControl',
    options.rateControl ?? (options.quality === undefined ? 'cbr' : 'quality'),
    ['cbr', 'average', 'quality'] as const,
  );
  if (rateControl !== 'quality' && options.quality !== undefined) {
    throw new ConfigError(
      'aac.options.quality',
      `cannot be held together with rateControl '${rateControl}', give bitRate instead`,
    );
  }
  return rateControl;
}

function requireBoolean(key: string, value: unknown): boolean {
  return requireOneOf(`aac.options.${key}`, value ?? true, [true, false]);
}

function defaultBitRate(sampleRate: number, mainChannels: number): number {
  const perChannel = mainChannels === 1 ? 72000 : 64000;
  return Math.round((perChannel * mainChannels * sampleRate) / 48000);
}

/** No frame may exceed the decoder's buffer, so no rate can be above that of frames which all fill it. */
function checkBitRate(bitRate: number, sampleRate: number, mainChannels: number): number {
  const framesPerSecond = sampleRate / FRAME_LENGTH;
  const most = Math.floor(BUFFER_BITS_PER_CHANNEL * mainChannels * framesPerSecond);
  const least = Math.ceil(MIN_BITS_PER_CHANNEL * mainChannels * framesPerSecond);
  if (typeof bitRate !== 'number' || !(bitRate >= least && bitRate <= most)) {
    throw new ConfigError(
      'aac.options.bitRate',
      `got ${String(bitRate)}, allowed are ${least}..${most} for ${mainChannels} channels at ${sampleRate} Hz ` +
        '(a frame holds at most 6144 bits a channel, clause 4.5.3.1)',
    );
  }
  return bitRate;
}

/**
 * Choice: the bandwidth grows with the bits there are for each channel and second. Below it, bits do more good than
 * above; the points are those of `Tuning.bandwidth`, with straight lines between.
 */
function defaultBandwidth(
  bitRate: number,
  sampleRate: number,
  mainChannels: number,
  tuning: Tuning,
): number {
  const points = tuning.bandwidth;
  // A pair shares much between its channels; one channel alone has to pay for everything itself.
  const perChannel = (bitRate / mainChannels) * (mainChannels === 1 ? tuning.monoRateFactor : 1);
  let i = 1;
  while (i < points.length - 1 && perChannel > points[i][0]) i++;
  const [r0, f0] = points[i - 1];
  const [r1, f1] = points[i];
  const t = Math.min(1, Math.max(0, (perChannel - r0) / (r1 - r0)));
  return Math.min(sampleRate / 2, f0 + t * (f1 - f0));
}
