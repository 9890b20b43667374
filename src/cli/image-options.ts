/** Options of `encode` that concern files of pictures, and what they are to the encoder. */
import { ConfigError } from '../base/errors.ts';
import type { ImageMetadata } from '../frames/index.ts';
import { findCodec } from '../pipeline/find-codec.ts';
import { findFormat } from '../pipeline/format.ts';
import { type ImageCodecDescription, isImageCodec } from '../pipeline/image-codec.ts';
import { CODECS } from './codec-list.ts';
import { FORMATS } from './format-list.ts';
import type { OptionTable, OptionValues } from './options.ts';

/** The options of `encode` for files of pictures. */
// biome-ignore format: one line per option
export const IMAGE_OPTIONS = {
  quality: { kind: 'number', meta: 'N', min: 1, max: 100, help: 'JPEG: quality, 1 to 100 (75)' },
  subsampling: { kind: 'choice', choices: ['auto', '4:4:4', '4:2:2', '4:4:0', '4:2:0'], help: 'JPEG: samples of color' },
  progressive: { kind: 'flag', help: 'JPEG: progressive scans' },
  baseline: { kind: 'flag', help: 'JPEG: no progressive scans' },
  'target-bytes': { kind: 'integer', meta: 'N', min: 1, help: 'JPEG: the best quality that fits into N bytes' },
  'target-ssimulacra2': { kind: 'number', meta: 'N', min: 1, max: 100, help: 'JPEG: the smallest file with this score' },
  effort: { kind: 'choice', choices: ['fast', 'default', 'best'], help: 'JPEG, PNG: work for a small file' },
  interlaced: { kind: 'flag', help: 'PNG: seven passes' },
  compression: { kind: 'choice', choices: ['none', 'deflate'], help: 'TIFF: how strips are stored (deflate)' },
  'no-metadata': { kind: 'flag', help: 'leave out what an input picture says of itself: Exif, ICC, XMP' },
  frames: { kind: 'integer', meta: 'N', min: 1, help: 'stop after N pictures' },
  'start-number': { kind: 'integer', meta: 'N', min: 0, help: 'number of the first file of a sequence (1)' },
  'input-start': { kind: 'integer', meta: 'N', min: 0, help: 'number of the first file that is read of a sequence' },
  update: { kind: 'flag', help: 'write one file again and again: the last picture stays' },
} as const satisfies OptionTable;

/** The values of these options. */
export type ImageValues = OptionValues<typeof IMAGE_OPTIONS>;

/** Table: option => option of the codec. */
const CODEC_OPTIONS: readonly (readonly [keyof ImageValues, string])[] = [
  ['quality', 'quality'],
  ['subsampling', 'subsampling'],
  ['progressive', 'scans'],
  ['baseline', 'scans'],
  ['target-bytes', 'target'],
  ['target-ssimulacra2', 'target'],
  ['effort', 'effort'],
  ['interlaced', 'interlaced'],
  ['compression', 'compression'],
];

/** The codec of pictures that an output is coded with; undefined if it is another codec. */
export function imageCodecOf(
  format: string,
  named: string | undefined,
): ImageCodecDescription | undefined {
  const codec = findCodec(CODECS, named ?? findFormat(FORMATS, format)?.defaultVideo ?? '');
  return codec !== undefined && isImageCodec(codec) ? codec : undefined;
}

/** Whether a format is files of pictures. */
export function isImageFormat(format: string): boolean {
  return findFormat(FORMATS, format)?.openSink !== undefined;
}

/**
 * The codec's own options. Throws `ConfigError` for those that it has not.
 * @param codec undefined for codecs that are none of pictures
 */
export function imageConfig(values: ImageValues, codec: ImageCodecDescription | undefined): object {
  const given = CODEC_OPTIONS.filter(([name]) => values[name] !== undefined);
  const unused = given.find(([, own]) => codec?.options.includes(own) !== true);
  if (unused !== undefined) {
    const why =
      codec === undefined ? 'is for pictures (JPEG, PNG, TIFF)' : `is nothing for ${codec.name}`;
    throw new ConfigError(`--${unused[0]}`, `${why}; leave it out`);
  }
  const twice = given.find(([, own], i) => given.findIndex(([, other]) => other === own) !== i);
  if (twice !== undefined) throw new ConfigError(`--${twice[0]}`, 'contradicts another option');
  const { quality, subsampling, effort, interlaced, compression } = values;
  const [bytes, ssimulacra2] = [values['target-bytes'], values['target-ssimulacra2']];
  return {
    ...(quality === undefined ? {} : { quality }),
    ...(subsampling === undefined ? {} : { subsampling }),
    ...(effort === undefined ? {} : { effort }),
    ...(interlaced === undefined ? {} : { interlaced }),
    ...(compression === undefined ? {} : { compression }),
    ...(values.progressive === true ? { scans: 'progressive' } : {}),
    ...(values.baseline === true ? { scans: 'baseline' } : {}),
    ...(bytes === undefined ? {} : { target: { bytes } }),
    ...(ssimulacra2 === undefined ? {} : { target: { ssimulacra2 } }),
  };
}

/** How the files of a sequence are named. Throws `ConfigError` for outputs that are no such files. */
export function sequenceOptions(values: ImageValues, format: string) {
  const unused = (['start-number', 'update'] as const).find((name) => values[name] !== undefined);
  if (unused !== undefined && !isImageFormat(format)) {
    throw new ConfigError(`--${unused}`, `is for files of pictures, the output is ${format}`);
  }
  const startNumber = values['start-number'];
  return {
    ...(startNumber === undefined ? {} : { startNumber }),
    ...(values.update === true ? { update: true } : {}),
  };
}

/** What of a picture's metadata goes into the files of a codec. */
export function carriedMetadata(
  metadata: ImageMetadata,
  codec: ImageCodecDescription,
): ImageMetadata {
  const kept = Object.entries(metadata).filter(([key]) =>
    codec.metadata.includes(key as keyof ImageMetadata),
  );
  return Object.fromEntries(kept);
}
