/** Writing JPEG files: whole pictures, or rows as they come, in stated memory. */
import { ConfigError, rejectUnknownKeys, requireOneOf, StateError } from '../../base/errors.ts';
import { decodeJpeg } from './decoder.ts';
import type { SamplePlane } from './encoder/band-samples.ts';
import { FastEncoder } from './encoder/fast-encoder.ts';
import { PictureEncoder } from './encoder/picture-encoder.ts';
import type { PixelChannels } from './encoder/pixel-rows.ts';
import { tuningOf } from './encoder/quality.ts';
import { type MeasuredPicture, Ssimulacra2 } from './encoder/ssimulacra2.ts';
import {
  ENCODE_OPTIONS,
  frameOf,
  type JpegEncodeOptions,
  type JpegSubsampling,
  requireSettings,
  requireSize,
} from './options.ts';
import { fitBytes, type JpegTarget, reachScore, requireTarget } from './target.ts';

/** A picture with interleaved samples of 8 bits: gray, RGB, or RGBA. An `ImageData` is one. */
export interface JpegImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Default: as many as `data` holds for each pixel. */
  readonly channels?: PixelChannels;
  /** Elements from one row to the next. Default: rows without gaps. */
  readonly stride?: number;
}

/** Options of `JpegEncoder`: those of `encodeJpeg`, and what the rows are. */
export interface JpegEncoderOptions extends JpegEncodeOptions {
  readonly width: number;
  readonly height: number;
  readonly channels: PixelChannels;
}

/**
 * Encodes a picture row by row. It holds a window of 2 MB, mostly a byte for each coefficient that is not zero, and the file: for
 * 4032x3024 pixels at quality 75 some 13 MB in all.
 */
export class JpegEncoder {
  private readonly picture: PictureEncoder | FastEncoder;
  private readonly height: number;
  private readonly rowLength: number;
  private isFinished = false;

  /** Throws `ConfigError` naming the option that is wrong. */
  constructor(options: JpegEncoderOptions) {
    const { width, height, channels } = options;
    rejectUnknownKeys('jpeg.options', options, [...ENCODE_OPTIONS, 'width', 'height', 'channels']);
    requireSize('jpeg.options', width, height);
    requireOneOf('jpeg.options.channels', channels, [1, 3, 4]);
    const settings = requireSettings(options);
    const frame = frameOf(width, height, channels === 1, settings.subsampling);
    this.height = height;
    this.rowLength = width * channels;
    const isReduced = settings.subsampling !== '4:4:4';
    const picture = { ...settings, frame, channels, tuning: tuningOf(settings.quality, isReduced) };
    this.picture =
      settings.effort === 'fast'
        ? new FastEncoder(picture, settings.vectorKernels)
        : new PictureEncoder({ ...picture, isExact: settings.effort === 'best' });
  }

  /** Rows that have not been written yet. */
  get rowsLeft(): number {
    return this.height - this.picture.rowCount;
  }

  /** Adds rows, as many as `samples` holds; they are read before this returns. */
  writeRows(samples: Uint8Array | Uint8ClampedArray): void {
    const count = samples.length / this.rowLength;
    if (!Number.isInteger(count) || count > this.rowsLeft) {
      throw new ConfigError(
        'jpeg.writeRows.samples',
        `got ${samples.length} elements, allowed are whole rows of ${this.rowLength}, at most ${this.rowsLeft}`,
      );
    }
    const bytes = bytesOf(samples);
    for (let i = 0; i < count; i++) this.picture.addRow(bytes, i * this.rowLength);
  }

  /** The file. Throws `StateError` if rows are missing, or at a second call. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.rowsLeft > 0) {
      throw new StateError('jpeg.finish', `${this.rowsLeft} rows are missing; write them first`);
    }
    if (this.isFinished) throw new StateError('jpeg.finish', 'the file has been handed out');
    this.isFinished = true;
    return this.picture.finish();
  }
}

/** Kernels see one type: clamped arrays as plain ones, the same memory. */
function bytesOf(samples: Uint8Array | Uint8ClampedArray): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.length);
}

function requireChannels({ width, height, data, channels, stride }: JpegImage): PixelChannels {
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new ConfigError('jpeg.image.data', 'needed is a Uint8Array or Uint8ClampedArray');
  }
  const asked = channels ?? (stride === undefined ? data.length / (width * height) : Number.NaN);
  if (asked === 1 || asked === 3 || asked === 4) return asked;
  throw new ConfigError(
    'jpeg.image.channels',
    `got ${channels ?? `${data.length} elements for ${width}x${height} pixels`}, allowed are 1, 3 or 4 a pixel`,
  );
}

/** Options of `encodeJpeg`. */
export interface JpegPictureOptions extends JpegEncodeOptions {
  /**
   * In place of `quality`: the quality is searched. With `ssimulacra2` and `subsampling` `auto`, chroma keeps all samples; the search
   * takes some eight encodings, and memory for 30 numbers of 32 bits a pixel.
   */
  readonly target?: JpegTarget;
}

/** A picture as a JPEG file. Throws `ConfigError` naming what is wrong with the picture or an option, or a size that cannot be met. */
export function encodeJpeg(
  image: JpegImage,
  options: JpegPictureOptions = {},
): Uint8Array<ArrayBuffer> {
  rejectUnknownKeys('jpeg.options', options, [...ENCODE_OPTIONS, 'target']);
  const { target, ...others } = options;
  const { width, height, data } = image;
  requireSize('jpeg.image', width, height);
  const channels = requireChannels(image);
  const rowLength = width * channels;
  const { stride = rowLength } = image;
  if (!(stride >= rowLength) || data.length < stride * (height - 1) + rowLength) {
    throw new ConfigError(
      'jpeg.image.data',
      `${data.length} elements do not hold ${height} rows of ${rowLength}, ${stride} apart`,
    );
  }
  const encode = (changes: JpegEncodeOptions) => {
    const encoder = new JpegEncoder({ ...others, ...changes, width, height, channels });
    if (stride === rowLength) encoder.writeRows(data.subarray(0, height * rowLength));
    else {
      for (let y = 0; y < height; y++) {
        encoder.writeRows(data.subarray(y * stride, y * stride + rowLength));
      }
    }
    return encoder.finish();
  };
  if (target === undefined) return encode({});
  if (options.quality !== undefined) {
    throw new ConfigError('jpeg.options.target', 'quality is given too; one of them decides');
  }
  if (options.inspect !== undefined && options.inspect !== null) {
    throw new ConfigError(
      'jpeg.options.inspect',
      'the quality is searched; watch with a given one',
    );
  }
  const checked = requireTarget('jpeg.options.target', target);
  if ('bytes' in checked) return fitBytes((quality) => encode({ quality }), checked.bytes);
  const { subsampling = 'auto' } = options;
  const sampling = { subsampling: subsampling === 'auto' ? ('4:4:4' as const) : subsampling };
  const original = opaquePicture(image, channels, stride, requireSettings(others).background);
  const measure = new Ssimulacra2(original);
  const scoreOf = (file: Uint8Array) => {
    const format = original.channels === 1 ? 'gray' : 'rgb';
    const { data: decoded } = decodeJpeg(file, { format, limits: { maxPixels: width * height } });
    return measure.score({ ...original, data: decoded });
  };
  return reachScore((quality) => encode({ ...sampling, quality }), scoreOf, checked.ssimulacra2);
}

/** The picture as gray or RGB without gaps, on its background: what a decoder should come near to. */
function opaquePicture(
  { width, height, data }: JpegImage,
  channels: PixelChannels,
  stride: number,
  background: readonly number[],
): MeasuredPicture {
  const kept = channels === 1 ? 1 : 3;
  const out = new Uint8Array(width * height * kept);
  for (let y = 0, to = 0; y < height; y++) {
    for (let from = y * stride; from < y * stride + width * channels; from += channels) {
      const alpha = channels === 4 ? data[from + 3]! / 255 : 1;
      for (let c = 0; c < kept; c++) {
        const behind = background[c]!;
        out[to++] = Math.round(behind + (data[from + c]! - behind) * alpha);
      }
    }
  }
  return { width, height, channels: kept, data: out };
}

/** One plane of a picture that is Y, Cb, Cr already. */
export interface JpegSourcePlane {
  readonly data: Uint8Array;
  /** Default 0. */
  readonly offset?: number;
  readonly stride: number;
}

/** A picture as Y, or Y, Cb and Cr, the latter as `subsampling` says: ceil(width / 2) wide and so on. */
export interface JpegPlanarImage {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly JpegSourcePlane[];
  readonly subsampling: JpegSubsampling;
  /** Whether samples use 0..255 as JPEG does, or video's 16..235 and 16..240, which are stretched. */
  readonly range: 'full' | 'limited';
}

/** The same from planes of BT.601 Y, Cb, Cr, without a conversion of color: frames of video. Effort `fast` is that of `default` here. Throws as `encodeJpeg` does. */
export function encodeJpegPlanes(
  image: JpegPlanarImage,
  options: Omit<JpegEncodeOptions, 'subsampling' | 'background'> = {},
): Uint8Array<ArrayBuffer> {
  const { width, height, planes, subsampling, range } = image;
  rejectUnknownKeys('jpeg.options', options, ENCODE_OPTIONS);
  requireSize('jpeg.image', width, height);
  requireOneOf('jpeg.image.range', range, ['full', 'limited']);
  requireOneOf('jpeg.image.planes.length', planes.length, [1, 3]);
  const settings = requireSettings({ ...options, subsampling });
  const frame = frameOf(width, height, planes.length === 1, subsampling);
  const sources = planes.map((plane, i): SamplePlane => {
    const { data, offset = 0, stride } = plane;
    const { width: planeWidth, height: planeHeight } = frame.components[i]!;
    if (
      offset < 0 ||
      stride < planeWidth ||
      offset + stride * (planeHeight - 1) + planeWidth > data.length
    ) {
      throw new ConfigError(
        `jpeg.image.planes.${i}`,
        `${data.length} elements do not hold ${planeWidth}x${planeHeight} samples`,
      );
    }
    if (range === 'full') return { data, offset, stride, black: 0, scale: 1 };
    // H.273 clause 8.3: 219 steps of luma above 16, 224 of chroma around 128.
    if (i === 0) return { data, offset, stride, black: 16, scale: 255 / 219 };
    return { data, offset, stride, black: 128 - (128 * 224) / 255, scale: 255 / 224 };
  });
  const tuning = tuningOf(settings.quality, subsampling !== '4:4:4');
  const channels = planes.length === 1 ? 1 : 3;
  const isExact = settings.effort === 'best';
  const picture = new PictureEncoder({ ...settings, frame, channels, tuning, isExact });
  picture.addPlanes(sources);
  return picture.finish();
}
