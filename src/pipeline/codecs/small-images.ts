/** The small formats of pictures in the session: BMP, Netpbm, QOI, TIFF. Bit rate and quality do not apply to any of them. */
import { decodeBmp, encodeBmp } from '../../codecs/bmp/index.ts';
import { readBmpMetadata } from '../../codecs/bmp/read.ts';
import { decodeNetpbm, encodeNetpbm, type NetpbmFormat } from '../../codecs/netpbm/index.ts';
import { decodeQoi, encodeQoi } from '../../codecs/qoi/index.ts';
import { decodeTiff, encodeTiff, type TiffOptions } from '../../codecs/tiff/index.ts';
import { readTiffMetadata } from '../../codecs/tiff/read.ts';
import {
  frameOfRaster,
  type ImageMetadata,
  type PixFmt,
  type Raster,
  type RasterLimits,
  rasterOfFrame,
} from '../../frames/index.ts';
import {
  type DecodedImage,
  type ImageCodec,
  type ImageCodecDescription,
  imageCodec,
} from '../image-codec.ts';
import {
  ABOUT_BMP,
  ABOUT_PAM,
  ABOUT_PGM,
  ABOUT_PPM,
  ABOUT_QOI,
  ABOUT_TIFF,
} from './descriptions.ts';

type Decode = (
  bytes: Uint8Array,
  limits: RasterLimits,
) => Raster & { readonly metadata: ImageMetadata };

/** The `decode` of a row, of a decoder that gives a raster. */
function decoding(decode: Decode) {
  return (bytes: Uint8Array, limits: RasterLimits): DecodedImage => {
    const decoded = decode(bytes, limits);
    return { frame: frameOfRaster(decoded), metadata: decoded.metadata };
  };
}

const RGB: readonly PixFmt[] = ['rgb24', 'bgr24'];

/** The row of BMP. */
export const BMP: ImageCodec = /* @__PURE__ */ imageCodec({
  ...ABOUT_BMP,
  createWriter: ({ pixFmt }, metadata) => ({
    pixFmt: pixFmt === 'gray' ? 'gray' : RGB.includes(pixFmt) ? 'bgr24' : 'bgra',
    write: (frame) => encodeBmp(rasterOfFrame(frame), metadata),
  }),
  decode: decoding(decodeBmp),
  readMetadata: readBmpMetadata,
});

/** The row of PPM: RGB. */
export const PPM: ImageCodec = /* @__PURE__ */ netpbm('ppm', ABOUT_PPM);

/** The row of PGM: gray. */
export const PGM: ImageCodec = /* @__PURE__ */ netpbm('pgm', ABOUT_PGM);

/** The row of PAM. */
export const PAM: ImageCodec = /* @__PURE__ */ netpbm('pam', ABOUT_PAM);

function netpbm(format: NetpbmFormat, about: ImageCodecDescription): ImageCodec {
  return imageCodec({
    ...about,
    createWriter: ({ pixFmt }) => ({
      pixFmt,
      write: (frame) => encodeNetpbm(rasterOfFrame(frame), format),
    }),
    decode: decoding(decodeNetpbm),
  });
}

/** The row of QOI. */
export const QOI: ImageCodec = /* @__PURE__ */ imageCodec({
  ...ABOUT_QOI,
  createWriter: ({ pixFmt }) => ({
    pixFmt,
    write: (frame) => encodeQoi(rasterOfFrame(frame)),
  }),
  decode: decoding(decodeQoi),
});

/** `encoderConfig` of TIFF. */
export type TiffEncoderConfig = Omit<TiffOptions, 'metadata'> & {
  readonly metadata?: ImageMetadata;
};

/** The row of TIFF. `compressionLevel` is the level of deflate. */
export const TIFF: ImageCodec = /* @__PURE__ */ imageCodec({
  ...ABOUT_TIFF,
  createWriter({ pixFmt, compressionLevel, options }, metadata) {
    const level = compressionLevel === undefined ? {} : { level: Math.min(compressionLevel, 13) };
    const settings = { ...level, ...(options as TiffOptions), metadata };
    return { pixFmt, write: (frame) => encodeTiff(rasterOfFrame(frame), settings) };
  },
  decode: decoding(decodeTiff),
  readMetadata: readTiffMetadata,
});
