/** PNG in the session. */
import type { ColorTags } from '../../base/packet.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';
import { describePng, rasterChannels, readPngHeader } from '../../codecs/png/describe.ts';
import {
  decodePng,
  type EncodePngOptions,
  encodePng,
  PngDecoder,
  type PngEffort,
  PngEncoder,
  type PngImage,
  type PngMetadata,
  pngToRgba8,
  pngToRgba16,
} from '../../codecs/png/index.ts';
import { readPngMetadata } from '../../codecs/png/read-metadata.ts';
import {
  densityOfMeter,
  frameOfRaster,
  type ImageMetadata,
  orientationOf,
  pixelsPerMeter,
  type Raster,
  rasterOfFrame,
  requireRasterSize,
  withOrientation,
} from '../../frames/index.ts';
import type { VideoRequest } from '../codec.ts';
import { type ImageCodec, imageCodec } from '../image-codec.ts';
import { ABOUT_PNG } from './descriptions.ts';
import { headerOf } from './raster-header.ts';

/** `encoderConfig` of PNG. */
export type PngEncoderConfig = EncodePngOptions & { readonly metadata?: ImageMetadata };

/** Color types by samples of a pixel: gray, gray and alpha, RGB, RGBA. PNG clause 11.2.1. */
const COLOR_TYPES = [0, 4, 2, 6] as const;

/** PNG clause 11.3.2.5: the chunk's keyword for an XMP packet (XMP part 3 clause 1.1.5). */
const XMP_KEYWORD = 'XML:com.adobe.xmp';

/** What samples may take: no less than those of a picture that has as many pixels as the limits allow. */
const MOST_BYTES = 2 ** 32;

/** The row of PNG. `compressionLevel` 0 to 2 is the effort `fast`, 9 and more `best`; bit rate and quality do not apply. */
export const PNG: ImageCodec = /* @__PURE__ */ imageCodec({
  ...ABOUT_PNG,
  createWriter(request, given) {
    const { pixFmt } = request;
    const { settings, metadata } = settingsOf(request, given);
    return {
      pixFmt,
      write(frame) {
        const { width, height, channels, data } = rasterOfFrame(frame);
        const bitDepth = data instanceof Uint16Array ? 16 : 8;
        const colorType = COLOR_TYPES[channels - 1]!;
        return encodePng({ width, height, colorType, bitDepth, data, metadata }, settings);
      },
    };
  },
  createRowWriter(request, given) {
    const { settings, metadata } = settingsOf(request, given);
    const { effort, interlaced = false, inspect = null } = settings;
    if (interlaced || inspect !== null) return null;
    const { width, height, channels, isDeep } = headerOf(request);
    const colorType = COLOR_TYPES[channels - 1]!;
    const bitDepth = isDeep ? 16 : 8;
    const picture = { width, height, colorType, bitDepth, metadata } as const;
    const encoder = new PngEncoder({ ...picture, ...(effort === undefined ? {} : { effort }) });
    return {
      goesBack: false,
      push: (rows, emit) => encoder.push(rows, emit),
      finish(emit) {
        encoder.finish(emit);
        return [];
      },
    };
  },
  openRows(bytes, limits) {
    const header = describePng(bytes);
    requireRasterSize('png.IHDR', header.width, header.height, limits, 16);
    if (readPngHeader(bytes).interlaced) return null;
    const decoder = new PngDecoder(bytes);
    return {
      ...header,
      metadata: readMetadata(decoder.metadata),
      advance: (take) => decoder.advance((rows) => take(rasterOfPng(rows).data)),
    };
  },
  decode(bytes, limits) {
    const { width, height } = describePng(bytes);
    requireRasterSize('png.IHDR', width, height, limits, 16);
    const decoded = decodePng(bytes, { frames: false, limits: { maxBytes: MOST_BYTES } });
    return { frame: frameOfRaster(rasterOfPng(decoded)), metadata: readMetadata(decoded.metadata) };
  },
  readMetadata: (bytes) => readMetadata(readPngMetadata(bytes)),
});

function settingsOf({ compressionLevel, color, options }: VideoRequest, given: ImageMetadata) {
  const effort = compressionLevel === undefined ? {} : { effort: effortOf(compressionLevel) };
  const settings: EncodePngOptions = { ...effort, ...options };
  return { settings, metadata: { ...pngMetadata(given), ...colorMetadata(color) } };
}

function effortOf(compressionLevel: number): PngEffort {
  return compressionLevel <= 2 ? 'fast' : compressionLevel < 9 ? 'default' : 'best';
}

/** The picture with as few channels as hold it: palettes become RGB, a transparent color becomes opacity. */
function rasterOfPng(image: PngImage): Raster {
  const { width, height, colorType, bitDepth, transparent, paletteAlpha } = image;
  const hasTransparency = transparent !== undefined || paletteAlpha !== undefined;
  const channels = rasterChannels(colorType, hasTransparency);
  if (colorType !== 3 && transparent === undefined) {
    const { data } = image;
    const factor = bitDepth < 8 ? 255 / ((1 << bitDepth) - 1) : 1;
    if (factor !== 1) for (let i = 0; i < data.length; i++) data[i] = data[i]! * factor;
    return { width, height, channels, data };
  }
  const rgba = bitDepth === 16 ? pngToRgba16(image) : pngToRgba8(image);
  if (channels === 4) return { width, height, channels, data: rgba };
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    for (let c = 0; c < 3; c++) rgba[to++] = rgba[from + c]!;
  }
  return { width, height, channels, data: rgba.subarray(0, 3 * width * height) };
}

/**
 * Table 2 to 4 of H.273 => cICP. Pictures without it are taken for sRGB, and those of BT.709 and of standard definition are shown so
 * too; only wider primaries and other transfers are worth saying.
 */
function colorMetadata(color: ColorTags | undefined): PngMetadata {
  if (color === undefined) return {};
  const { colour_primaries: primaries, transfer_characteristics: transfer } = color;
  const isLikeSrgb = primaries < 8 && (transfer < 8 || transfer === 13);
  return isLikeSrgb ? {} : { cicp: [primaries, transfer, 0, 1] };
}

function pngMetadata({ density, orientation, exif, icc, xmp }: ImageMetadata): PngMetadata {
  const oriented = orientation === undefined ? exif : withOrientation(exif, orientation);
  const isMeter = density !== undefined && density.unit !== 'none';
  const [x, y] = isMeter ? pixelsPerMeter(density) : [density?.x ?? 0, density?.y ?? 0];
  const text = xmp && decodeUtf8(xmp);
  return {
    ...(density && { physical: { x, y, isMeter } }),
    ...(oriented && { exif: oriented }),
    ...(icc && { iccProfile: { name: 'ICC profile', profile: icc } }),
    ...(text !== undefined && {
      texts: [{ keyword: XMP_KEYWORD, text, language: '', translatedKeyword: '' }],
    }),
  };
}

function readMetadata({ physical, exif, iccProfile, texts }: PngMetadata): ImageMetadata {
  const ratio = physical && { unit: 'none' as const, x: physical.x, y: physical.y };
  const density = physical?.isMeter === true ? densityOfMeter(physical.x, physical.y) : ratio;
  const orientation = orientationOf(exif);
  const xmp = texts?.find(({ keyword }) => keyword === XMP_KEYWORD)?.text;
  return {
    ...(density && { density }),
    ...(orientation > 1 && { orientation }),
    ...(exif && { exif }),
    ...(iccProfile && { icc: iccProfile.profile }),
    ...(xmp !== undefined && { xmp: encodeUtf8(xmp) }),
  };
}
