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
  RASTER_PIX_FMTS,
  type Raster,
  type RasterLimits,
  rasterOfFrame,
} from '../../frames/index.ts';
import { type DecodedImage, type ImageCodec, imageCodec } from '../image-codec.ts';

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
const RGBA: readonly PixFmt[] = ['rgba', 'bgra', 'argb', 'abgr'];

/** The row of BMP. */
export const BMP: ImageCodec = /* @__PURE__ */ imageCodec({
  name: 'bmp',
  description: 'BMP (Windows bitmap)',
  pixFmts: [...RGB, ...RGBA, 'gray', 'ya8'],
  metadata: ['density', 'icc'],
  options: [],
  createWriter: ({ pixFmt }, metadata) => ({
    pixFmt: pixFmt === 'gray' ? 'gray' : RGB.includes(pixFmt) ? 'bgr24' : 'bgra',
    write: (frame) => encodeBmp(rasterOfFrame(frame), metadata),
  }),
  decode: decoding(decodeBmp),
  readMetadata: readBmpMetadata,
});

/** The row of PPM: RGB. */
export const PPM: ImageCodec = /* @__PURE__ */ netpbm('ppm', 'PPM', [
  ...RGB,
  ...(['rgb48le', 'rgb48be'] as const),
]);

/** The row of PGM: gray. */
export const PGM: ImageCodec = /* @__PURE__ */ netpbm('pgm', 'PGM', [
  'gray',
  'gray16le',
  'gray16be',
  'gray10le',
]);

/** The row of PAM. */
export const PAM: ImageCodec = /* @__PURE__ */ netpbm('pam', 'PAM', RASTER_PIX_FMTS);

function netpbm(name: NetpbmFormat, title: string, pixFmts: readonly PixFmt[]): ImageCodec {
  return imageCodec({
    name,
    description: `${title} (Netpbm)`,
    pixFmts,
    metadata: [],
    options: [],
    createWriter: ({ pixFmt }) => ({
      pixFmt,
      write: (frame) => encodeNetpbm(rasterOfFrame(frame), name),
    }),
    decode: decoding(decodeNetpbm),
  });
}

/** The row of QOI. */
export const QOI: ImageCodec = /* @__PURE__ */ imageCodec({
  name: 'qoi',
  description: 'QOI (Quite OK Image)',
  pixFmts: [...RGB, ...RGBA],
  metadata: [],
  options: [],
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
  name: 'tiff',
  aliases: ['tif'],
  description: 'TIFF',
  pixFmts: RASTER_PIX_FMTS,
  metadata: ['density', 'orientation', 'icc', 'xmp'],
  options: ['compression', 'level'],
  createWriter({ pixFmt, compressionLevel, options }, metadata) {
    const level = compressionLevel === undefined ? {} : { level: Math.min(compressionLevel, 13) };
    const settings = { ...level, ...(options as TiffOptions), metadata };
    return { pixFmt, write: (frame) => encodeTiff(rasterOfFrame(frame), settings) };
  },
  decode: decoding(decodeTiff),
  readMetadata: readTiffMetadata,
});
