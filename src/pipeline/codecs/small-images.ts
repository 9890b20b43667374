/** The small formats of pictures in the session: BMP, Netpbm, QOI, TIFF. Bit rate and quality do not apply to any of them. */
import { BmpEncoder, decodeBmp, encodeBmp, openBmpRows } from '../../codecs/bmp/index.ts';
import { readBmpMetadata } from '../../codecs/bmp/read.ts';
import {
  decodeNetpbm,
  encodeNetpbm,
  NetpbmEncoder,
  type NetpbmFormat,
  openNetpbmRows,
} from '../../codecs/netpbm/index.ts';
import { decodeQoi, encodeQoi, openQoiRows, QoiEncoder } from '../../codecs/qoi/index.ts';
import {
  decodeTiff,
  encodeTiff,
  openTiffRows,
  TiffEncoder,
  type TiffOptions,
} from '../../codecs/tiff/index.ts';
import { readTiffMetadata } from '../../codecs/tiff/read.ts';
import {
  frameOfRaster,
  type ImageMetadata,
  type PixFmt,
  type Raster,
  type RasterLimits,
  rasterOfFrame,
} from '../../frames/index.ts';
import type { VideoRequest } from '../codec.ts';
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
import { headerOf } from './raster-header.ts';

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
  createRowWriter: (request, metadata) => new BmpEncoder(headerOf(request), metadata),
  decode: decoding(decodeBmp),
  openRows: openBmpRows,
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
    createRowWriter: (request) => new NetpbmEncoder(headerOf(request), format),
    decode: decoding(decodeNetpbm),
    openRows: openNetpbmRows,
  });
}

/** The row of QOI. */
export const QOI: ImageCodec = /* @__PURE__ */ imageCodec({
  ...ABOUT_QOI,
  createWriter: ({ pixFmt }) => ({
    pixFmt,
    write: (frame) => encodeQoi(rasterOfFrame(frame)),
  }),
  createRowWriter: (request) => new QoiEncoder(headerOf(request)),
  decode: decoding(decodeQoi),
  openRows: openQoiRows,
});

/** `encoderConfig` of TIFF. */
export type TiffEncoderConfig = Omit<TiffOptions, 'metadata'> & {
  readonly metadata?: ImageMetadata;
};

/** The row of TIFF. `compressionLevel` is the level of deflate. */
export const TIFF: ImageCodec = /* @__PURE__ */ imageCodec({
  ...ABOUT_TIFF,
  createWriter(request, metadata) {
    const settings = tiffOptions(request, metadata);
    const { pixFmt } = request;
    return { pixFmt, write: (frame) => encodeTiff(rasterOfFrame(frame), settings) };
  },
  createRowWriter: (request, metadata) =>
    new TiffEncoder(headerOf(request), tiffOptions(request, metadata)),
  decode: decoding(decodeTiff),
  openRows: openTiffRows,
  readMetadata: readTiffMetadata,
});

function tiffOptions(
  { compressionLevel, options }: VideoRequest,
  metadata: ImageMetadata,
): TiffOptions {
  const level = compressionLevel === undefined ? {} : { level: Math.min(compressionLevel, 13) };
  return { ...level, ...(options as TiffOptions), metadata };
}
