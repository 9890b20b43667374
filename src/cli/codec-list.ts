/** The codecs that the command line knows: what is said of each, and its code where it is needed. A new codec is a row here too. */
import type { H264Options } from '../codecs/h264/index.ts';
import { PCM_CODECS } from '../codecs/pcm/formats.ts';
import type { Codec, CodecDescription } from '../pipeline/codec.ts';
import {
  ABOUT_AAC,
  ABOUT_BMP,
  ABOUT_H264,
  ABOUT_JPEG,
  ABOUT_PAM,
  ABOUT_PGM,
  ABOUT_PNG,
  ABOUT_PPM,
  ABOUT_QOI,
  ABOUT_RAWVIDEO,
  ABOUT_TIFF,
  aboutPcm,
} from '../pipeline/codecs/descriptions.ts';
import type { ImageCodec, ImageCodecDescription } from '../pipeline/image-codec.ts';

/** A codec in the list. */
export type ListedCodec = CodecDescription & {
  /** Loads its code. `options` are those of its encoder, of which a smaller one may be enough. */
  load(options?: Readonly<Record<string, unknown>>): Promise<Codec>;
};

/** A codec of still pictures in the list. */
export type ListedImageCodec = ImageCodecDescription & { load(): Promise<ImageCodec> };

const smallImages = () => import('../pipeline/codecs/small-images.ts');

/** The codecs of still pictures. */
const IMAGES: readonly ListedImageCodec[] = [
  { ...ABOUT_JPEG, load: async () => (await import('../pipeline/codecs/jpeg.ts')).JPEG },
  { ...ABOUT_PNG, load: async () => (await import('../pipeline/codecs/png.ts')).PNG },
  { ...ABOUT_BMP, load: async () => (await smallImages()).BMP },
  { ...ABOUT_PPM, load: async () => (await smallImages()).PPM },
  { ...ABOUT_PGM, load: async () => (await smallImages()).PGM },
  { ...ABOUT_PAM, load: async () => (await smallImages()).PAM },
  { ...ABOUT_QOI, load: async () => (await smallImages()).QOI },
  { ...ABOUT_TIFF, load: async () => (await smallImages()).TIFF },
];

/** All of them, in the order in which they are looked for. */
export const CODECS: readonly ListedCodec[] = [
  { ...ABOUT_H264, load: loadH264 },
  ...IMAGES,
  { ...ABOUT_AAC, load: async () => (await import('../pipeline/codecs/aac.ts')).AAC },
  {
    ...ABOUT_RAWVIDEO,
    load: async () => (await import('../pipeline/codecs/rawvideo.ts')).RAWVIDEO,
  },
  ...PCM_CODECS.map((codec) => ({
    ...aboutPcm(codec),
    load: async () => (await import('../pipeline/codecs/pcm.ts')).pcm(codec),
  })),
];

/** Options of H.264 that ask for no tool beyond Constrained Baseline by themselves. */
const PLAIN_OPTIONS = ['preset', 'profile', 'crf', 'qp', 'refs', 'level'];

/** Constrained Baseline has half of the code of all profiles. */
async function loadH264(options: H264Options | object = {}): Promise<Codec> {
  const { profileOf } = await import('../codecs/h264/encoder/defaults.ts');
  const isPlain = Object.keys(options).every((name) => PLAIN_OPTIONS.includes(name));
  if (isPlain && profileOf(options as H264Options) === 'baseline') {
    return (await import('../pipeline/codecs/h264-baseline.ts')).H264Baseline;
  }
  return (await import('../pipeline/codecs/h264.ts')).H264;
}
