/** The PCM codecs by ffmpeg's names: how one sample of each is stored, and which sample formats it takes. */
import { requireOneOf } from '../../base/errors.ts';
import type { SampleFmt } from '../../frames/sample-format.ts';

/** Names of the PCM codecs that can be written and read here. */
export type PcmCodec =
  | 'pcm_u8'
  | 'pcm_s16le'
  | 'pcm_s16be'
  | 'pcm_s24le'
  | 'pcm_s24be'
  | 'pcm_s32le'
  | 'pcm_s32be'
  | 'pcm_s64le'
  | 'pcm_s64be'
  | 'pcm_f32le'
  | 'pcm_f32be'
  | 'pcm_f64le'
  | 'pcm_f64be'
  | 'pcm_alaw'
  | 'pcm_mulaw';

/** How one sample is stored, and what it is decoded to. */
export interface PcmFormat {
  readonly codec: PcmCodec;
  /** Bytes of one sample of one channel in the stream. */
  readonly bytesPerSample: number;
  readonly bigEndian: boolean;
  /**
   * The packed sample format that holds every stored value, and that the encoder takes (packed or planar). All of them
   * pass without loss, but for two: `pcm_s24*` keeps the upper 24 bits of `s32`, and the G.711 laws round `s16`.
   */
  readonly sampleFmt: SampleFmt;
  /** The companding law of G.711, if any. */
  readonly law: 'alaw' | 'mulaw' | null;
}

function row(
  codec: PcmCodec,
  bytesPerSample: number,
  sampleFmt: SampleFmt,
  law: PcmFormat['law'] = null,
): readonly [PcmCodec, PcmFormat] {
  return [codec, { codec, bytesPerSample, bigEndian: codec.endsWith('be'), sampleFmt, law }];
}

/** Table: codec => format. */
// biome-ignore format: one line per codec
const FORMATS: ReadonlyMap<PcmCodec, PcmFormat> = /* @__PURE__ */ new Map([
  row('pcm_u8', 1, 'u8'),
  row('pcm_s16le', 2, 's16'), row('pcm_s16be', 2, 's16'),
  row('pcm_s24le', 3, 's32'), row('pcm_s24be', 3, 's32'),
  row('pcm_s32le', 4, 's32'), row('pcm_s32be', 4, 's32'),
  row('pcm_s64le', 8, 's64'), row('pcm_s64be', 8, 's64'),
  row('pcm_f32le', 4, 'flt'), row('pcm_f32be', 4, 'flt'),
  row('pcm_f64le', 8, 'dbl'), row('pcm_f64be', 8, 'dbl'),
  row('pcm_alaw', 1, 's16', 'alaw'),
  row('pcm_mulaw', 1, 's16', 'mulaw'),
]);

/** Names of all PCM codecs. */
export const PCM_CODECS: readonly PcmCodec[] = /* @__PURE__ */ Array.from(FORMATS.keys());

/** Whether `codec` names one of the PCM codecs. */
export function isPcmCodec(codec: string): codec is PcmCodec {
  return FORMATS.has(codec as PcmCodec);
}

/** The format of `codec`; throws `ConfigError` naming `where` if there is no such codec. */
export function pcmFormat(where: string, codec: string): PcmFormat {
  return FORMATS.get(requireOneOf(where, codec, PCM_CODECS) as PcmCodec)!;
}

/** The sample formats that `codec` takes: the packed one of its table row, and its planar twin. */
export function pcmSampleFmts(codec: PcmCodec): readonly [packed: SampleFmt, planar: SampleFmt] {
  const { sampleFmt } = FORMATS.get(codec)!;
  return [sampleFmt, `${sampleFmt}p` as SampleFmt];
}

/**
 * Table: number of channels => usual order of loudspeakers as a WAVE channel mask (bit 0 front left, bit 1 front right, …),
 * the layouts that SPDL and ffmpeg assume when only a count is given: mono, stereo, 2.1, 4.0, 5.0, 5.1, 6.1, 7.1.
 */
const DEFAULT_MASKS: readonly number[] = [0, 0x4, 0x3, 0xb, 0x107, 0x37, 0x3f, 0x70f, 0x63f];

/** The usual channel mask of `numChannels` channels; 0 (order not specified) for more than eight. */
export function defaultChannelMask(numChannels: number): number {
  return DEFAULT_MASKS[numChannels] ?? 0;
}
