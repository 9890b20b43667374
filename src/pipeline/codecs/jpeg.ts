/** JPEG in the session: files, and Motion JPEG. */
import type { ColorTags } from '../../base/packet.ts';
import {
  decodeJpeg,
  decodeJpegPlanes,
  encodeJpeg,
  encodeJpegPlanes,
  JpegDecoder,
  JpegEncoder,
  type JpegMetadata,
  type JpegPictureOptions,
  type JpegPlane,
  type JpegSubsampling,
  readJpegInfo,
} from '../../codecs/jpeg/index.ts';
import {
  allocatePicture,
  bandRows,
  createPictureConverter,
  DEFAULT_MAX_PIXELS,
  defaultMatrix,
  frameOfRaster,
  type ImageMetadata,
  orientationOf,
  type PixFmt,
  pixFmtInfo,
  type RasterLimits,
  rasterOfFrame,
  rowsOfBand,
  type VideoFrame,
  withOrientation,
} from '../../frames/index.ts';
import type { VideoRequest } from '../codec.ts';
import { type ImageCodec, imageCodec } from '../image-codec.ts';
import { planarPixFmt } from '../image-headers.ts';
import { ABOUT_JPEG } from './descriptions.ts';
import { headerOf } from './raster-header.ts';

/** Pixels of the largest JPEG file: its header has 16 bits for each side (ITU-T T.81 clause B.2.2). */
const MOST_PIXELS = 65535 * 65535;

/** What a caller allows, for a decoder that takes no larger number than a file can reach. */
function jpegLimits({ maxPixels = DEFAULT_MAX_PIXELS }: RasterLimits) {
  return { maxPixels: Math.min(maxPixels, MOST_PIXELS) };
}

/** `encoderConfig` of JPEG. `scans` is `baseline` in streams and `smallest` in files, if it is not given. */
export type JpegEncoderConfig = Omit<JpegPictureOptions, 'metadata'> & {
  readonly metadata?: ImageMetadata;
};

/** Formats of Y'CbCr that are coded without a conversion => sampling of their chroma. */
const SUBSAMPLINGS: Readonly<Partial<Record<PixFmt, JpegSubsampling>>> = {
  yuvj420p: '4:2:0',
  yuvj422p: '4:2:2',
  yuvj444p: '4:4:4',
  yuv420p: '4:2:0',
  yuv422p: '4:2:2',
  yuv444p: '4:4:4',
};

/** The color space of JPEG files (T.871 clause 7): sRGB, as Y'CbCr by the matrix of BT.601 in full range. */
const JFIF_COLOR: ColorTags = {
  colour_primaries: 1,
  transfer_characteristics: 13,
  matrix_coefficients: 5,
  video_full_range_flag: 1,
};

/** The row of JPEG. `qscale` is ffmpeg's, 1 to 31; `compressionLevel` 0 is the effort `fast`, 9 and more `best`. */
export const JPEG: ImageCodec = /* @__PURE__ */ imageCodec({
  ...ABOUT_JPEG,
  createWriter(request, given) {
    const options = jpegOptions(request, given);
    const isAsCoded = asCoded(request, options);
    const coded = codedPixFmt(request.pixFmt, options, isAsCoded);
    const toRgb = isAsCoded ? null : rgbConverter(request);
    return {
      pixFmt: coded,
      color: { ...(request.color ?? JFIF_COLOR), matrix_coefficients: 5, video_full_range_flag: 1 },
      write: (frame) =>
        toRgb === null
          ? encodeFrame(frame, options, request)
          : encodeFrame(toRgb(frame), options, request),
    };
  },
  createRowWriter(request, given) {
    const { target, ...options } = jpegOptions(request, given);
    if (target !== undefined || SUBSAMPLINGS[request.pixFmt] !== undefined) return null;
    const { width, height, channels } = headerOf(request);
    const isGray = channels === 1;
    const encoder = new JpegEncoder({
      ...options,
      ...(isGray ? { subsampling: 'auto' } : {}),
      ...{ width, height, channels: channels as 1 | 3 | 4 },
    });
    return {
      goesBack: false,
      push: (rows) => encoder.writeRows(rows as Uint8Array),
      finish(emit) {
        emit(encoder.finish());
        return [];
      },
    };
  },
  openRows(bytes, limits) {
    const decoder = new JpegDecoder(bytes, { limits: jpegLimits(limits) });
    const { width, height, metadata } = decoder.info;
    const { channels } = decoder;
    const header = { width, height, channels, isDeep: false, metadata: readMetadata(metadata) };
    const perBand = rowsOfBand(header);
    const band = new Uint8Array(perBand * width * channels);
    return bandRows(header, perBand, (_, count) => {
      const rows = band.subarray(0, count * width * channels);
      decoder.readRows(rows);
      return rows;
    });
  },
  decode(bytes, rasterLimits, planar) {
    const limits = jpegLimits(rasterLimits);
    if (planar) {
      const pixFmt = planarPixFmt(readJpegInfo(bytes, { limits }));
      if (pixFmt !== null) {
        const { planes, metadata } = decodeJpegPlanes(bytes, { limits });
        return { frame: frameOfPlanes(pixFmt, planes), metadata: readMetadata(metadata) };
      }
    }
    const { width, height, channels, data, metadata } = decodeJpeg(bytes, { limits });
    const raster = { width, height, channels, data };
    return { frame: frameOfRaster(raster), metadata: readMetadata(metadata) };
  },
  readMetadata: (bytes) => readMetadata(readJpegInfo(bytes).metadata),
});

/** The encoder's options: those that the caller gave have the last word over the shared settings. */
function jpegOptions(request: VideoRequest, given: ImageMetadata): JpegPictureOptions {
  const { bitRate, qscale, compressionLevel, frameRate, options } = request;
  const own = options as JpegPictureOptions;
  const isSaid = own.quality !== undefined || own.target !== undefined;
  const perPicture = bitRate === undefined ? 0 : (bitRate * frameRate[1]) / frameRate[0] / 8;
  const { orientation, exif, ...metadata } = given;
  const oriented = orientation === undefined ? exif : withOrientation(exif, orientation);
  return {
    scans: 'baseline',
    ...(!isSaid && qscale !== undefined && { quality: qualityOf(qscale) }),
    ...(!isSaid &&
      qscale === undefined &&
      perPicture >= 1 && {
        target: { bytes: Math.floor(perPicture) },
      }),
    ...(compressionLevel !== undefined && {
      effort: compressionLevel === 0 ? 'fast' : compressionLevel < 9 ? 'default' : 'best',
    }),
    ...own,
    metadata: { ...metadata, ...(oriented && { exif: oriented }) },
  };
}

/**
 * The quality whose quantization steps have the mean of those that ffmpeg has at `qscale`: MPEG-1's matrix for intra blocks times
 * `qscale` / 8, of mean 3.8 `qscale`; JPEG's luma table (T.81 Table K.1) has mean 57.6 at quality 50.
 */
export function qualityOf(qscale: number): number {
  const scale = 0.066 * Math.max(qscale, 0.2);
  const quality = scale < 1 ? 100 - 50 * scale : 50 / scale;
  return Math.min(100, Math.max(1, Math.round(quality)));
}

/** The pixel formats that decoders make of the files. Pictures that become RGB before are sampled as those that are RGB. */
function codedPixFmt(pixFmt: PixFmt, options: JpegPictureOptions, isAsCoded: boolean): string {
  if (pixFmt === 'gray') return 'gray';
  const { subsampling = 'auto', quality = 75, target } = options;
  const kept = isAsCoded ? SUBSAMPLINGS[pixFmt] : undefined;
  const own = subsampling === 'auto' ? kept : subsampling;
  if (own === undefined && target !== undefined) return '';
  const coded = own ?? (quality >= 90 ? '4:4:4' : '4:2:0');
  return { '4:4:4': 'yuvj444p', '4:2:2': 'yuvj422p', '4:4:0': 'yuvj440p', '4:2:0': 'yuvj420p' }[
    coded
  ];
}

/** Whether the pictures need not become RGB before: what is Y'CbCr must be that of BT.601, and be sampled as is asked for. */
function asCoded({ pixFmt, color, height }: VideoRequest, options: JpegPictureOptions): boolean {
  const own = SUBSAMPLINGS[pixFmt];
  if (own === undefined) return true;
  const matrix = color?.matrix_coefficients ?? defaultMatrix(height);
  const isBt601 = [5, 6].includes(matrix);
  const { subsampling = 'auto', target } = options;
  return isBt601 && target === undefined && (subsampling === 'auto' || subsampling === own);
}

function rgbConverter({ pixFmt, width, height, color }: VideoRequest) {
  const matrix = color?.matrix_coefficients ?? defaultMatrix(height);
  const target = allocatePicture('rgb24', width, height);
  const fromFullRange = pixFmtInfo(pixFmt).fullRange || color?.video_full_range_flag === 1;
  const sizes = { width, height, matrix, fromFullRange };
  const convert = createPictureConverter({ ...sizes, from: pixFmt, to: 'rgb24' });
  return (frame: VideoFrame): VideoFrame => {
    convert(frame, target);
    return target;
  };
}

function encodeFrame(
  frame: VideoFrame,
  options: JpegPictureOptions,
  { color }: VideoRequest,
): Uint8Array {
  const { width, height, pixFmt } = frame;
  const subsampling = pixFmt === 'gray' ? undefined : SUBSAMPLINGS[pixFmt];
  if (subsampling === undefined) return encodeInterleaved(frame, options);
  const { subsampling: _, background: _2, target: _3, ...rest } = options;
  const isFull = pixFmtInfo(pixFmt).fullRange || color?.video_full_range_flag === 1;
  const planes = upright(frame).planes.map(({ data, offset, stride }) => {
    return { data: data as Uint8Array, offset, stride };
  });
  const range = isFull ? 'full' : 'limited';
  return encodeJpegPlanes({ width, height, planes, subsampling, range }, rest);
}

/** Frames whose rows lie upside down, or on each other, in memory of their own. */
function upright(frame: VideoFrame): VideoFrame {
  if (frame.planes.every(({ stride }) => stride >= frame.width / 2)) return frame;
  const { pixFmt, width, height } = frame;
  const copy = allocatePicture(pixFmt, width, height);
  createPictureConverter({ from: pixFmt, to: pixFmt, width, height })(frame, copy);
  return copy;
}

/** Gray, RGB and RGBA: rows are read where they are. */
function encodeInterleaved(frame: VideoFrame, options: JpegPictureOptions): Uint8Array {
  const { width, height } = frame;
  const channels = pixFmtInfo(frame.pixFmt).samplesPerPixel[0] as 1 | 3 | 4;
  const { data, offset, stride } = frame.planes[0]!;
  const asked = channels === 1 ? { ...options, subsampling: 'auto' as const } : options;
  if (stride < width * channels) {
    return encodeJpeg(
      { width, height, channels, data: rasterOfFrame(frame).data as Uint8Array },
      asked,
    );
  }
  const bytes = (data as Uint8Array).subarray(offset);
  return encodeJpeg({ width, height, channels, stride, data: bytes }, asked);
}

function frameOfPlanes(pixFmt: PixFmt, planes: readonly JpegPlane[]): VideoFrame {
  const { width, height } = planes[0]!;
  const views = planes.map(({ data, width: stride }) => ({ data, offset: 0, stride }));
  return { pixFmt, width, height, planes: views, pts: 0 };
}

function readMetadata({ density, exif, icc, xmp }: JpegMetadata): ImageMetadata {
  const orientation = orientationOf(exif);
  return {
    ...(density && { density }),
    ...(orientation > 1 && { orientation }),
    ...(exif && { exif }),
    ...(icc && { icc }),
    ...(xmp && { xmp }),
  };
}
