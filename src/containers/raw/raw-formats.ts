/** Raw files of sound by ffmpeg's names: the samples of one codec, and nothing else. */

/** How a raw PCM codec is stored, and the name of its file format. */
export interface RawAudioFormat {
  /** `s16le`, `alaw`. */
  readonly format: string;
  /** `pcm_s16le`, `pcm_alaw`. */
  readonly codec: string;
  readonly bytesPerSample: number;
  /** Sample format that decoding gives. */
  readonly sampleFmt: string;
}

function row(format: string, bytesPerSample: number, sampleFmt: string): RawAudioFormat {
  return { format, codec: `pcm_${format}`, bytesPerSample, sampleFmt };
}

/** Table: name => codec, bytes, decoded sample format. */
// biome-ignore format: one line per width
export const RAW_AUDIO_FORMATS: readonly RawAudioFormat[] = [
  row('u8', 1, 'u8'), row('alaw', 1, 's16'), row('mulaw', 1, 's16'),
  row('s16le', 2, 's16'), row('s16be', 2, 's16'),
  row('s24le', 3, 's32'), row('s24be', 3, 's32'),
  row('s32le', 4, 's32'), row('s32be', 4, 's32'),
  row('s64le', 8, 's64'), row('s64be', 8, 's64'),
  row('f32le', 4, 'flt'), row('f32be', 4, 'flt'),
  row('f64le', 8, 'dbl'), row('f64be', 8, 'dbl'),
];
