/** Decides about the metadata of a picture: carry it to a file that has a place for it, or apply it. */
import { type ImageMetadata, withOrientation } from '../frames/index.ts';
import type { ImageCodecDescription } from '../pipeline/image-codec.ts';
import { carriedMetadata, type ImageValues, imageConfig, isImageFormat } from './image-options.ts';

/** The decisions for one output. */
export interface PicturePlan {
  /** The codec of pictures that the output has; undefined for video. */
  readonly target: ImageCodecDescription | undefined;
  /** Options of the encoder of pictures. */
  readonly config: object;
  readonly orientation: number;
  /** Whether pictures are turned when they are decoded. */
  readonly isTurned: boolean;
  /** The rotation of a video file. */
  readonly rotation: { readonly rotation?: number };
}

/** Table: orientation => clockwise rotation that shows it, in degrees; mirrored ones have none. */
const ROTATIONS: Readonly<Record<number, number>> = { 3: 180, 6: 90, 8: 270 };

/** Formats of video that say a rotation: MP4 and QuickTime in the track's matrix, Matroska in its projection. */
const SAYING_ROTATION = ['mp4', 'mov', 'matroska', 'webm'];

/**
 * Decides it: files of pictures keep metadata that they can hold, and are turned where those cannot say how; video says its rotation,
 * and is turned where that is more than a rotation, or where the format says none (y4m, H.264 byte streams, raw pictures).
 * @param format name of the output's format
 */
export function picturePlan(
  format: string,
  target: ImageCodecDescription | undefined,
  metadata: ImageMetadata,
  values: ImageValues,
): PicturePlan {
  const { orientation = 1 } = metadata;
  const isVideo = !isImageFormat(format);
  const degrees = isVideo && SAYING_ROTATION.includes(format) ? ROTATIONS[orientation] : undefined;
  const rotation = degrees === undefined ? {} : { rotation: degrees };
  // Pictures within video: players look at what the container says, not at what each picture does.
  const own = isVideo ? withoutOrientation(metadata) : metadata;
  const isKept = target !== undefined && values['no-metadata'] !== true;
  const carried = isKept ? carriedMetadata(own, target) : {};
  const isSaid = degrees !== undefined || carried.orientation !== undefined;
  const config = target === undefined ? {} : imageConfig(values, target);
  const given = Object.keys(carried).length === 0 ? {} : { metadata: carried };
  return {
    target,
    config: { ...config, ...given },
    orientation,
    isTurned: orientation > 1 && !isSaid,
    rotation,
  };
}

function withoutOrientation({ orientation: _, exif, ...rest }: ImageMetadata): ImageMetadata {
  const upright = withOrientation(exif, 1);
  return { ...rest, ...(upright && { exif: upright }) };
}
