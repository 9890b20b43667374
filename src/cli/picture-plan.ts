/** What becomes of what a picture says of itself: carried to a file that has a place for it, or applied. */
import type { ImageMetadata } from '../frames/index.ts';
import type { ImageCodec } from '../pipeline/image-codec.ts';
import { carriedMetadata, type ImageValues, imageConfig } from './image-options.ts';

/** What is decided for one output. */
export interface PicturePlan {
  /** The codec of pictures that the output has; undefined for video. */
  readonly target: ImageCodec | undefined;
  /** Options of the encoder of pictures. */
  readonly config: object;
  readonly orientation: number;
  /** Whether pictures are turned when they are decoded. */
  readonly isTurned: boolean;
  /** What a video file says of its rotation. */
  readonly rotation: { readonly rotation?: number };
}

/** Table: orientation => clockwise rotation that shows it, in degrees; mirrored ones have none. */
const ROTATIONS: Readonly<Record<number, number>> = { 3: 180, 6: 90, 8: 270 };

/**
 * Decides it: pictures keep metadata that their files can hold, and are turned where those cannot say how; video says its rotation, and
 * is turned where that is more than a rotation.
 */
export function picturePlan(
  target: ImageCodec | undefined,
  metadata: ImageMetadata,
  values: ImageValues,
): PicturePlan {
  const { orientation = 1 } = metadata;
  if (target === undefined) {
    const degrees = ROTATIONS[orientation];
    const rotation = degrees === undefined ? {} : { rotation: degrees };
    const isTurned = orientation > 1 && degrees === undefined;
    return { target, config: {}, orientation, isTurned, rotation };
  }
  const isKept = values['no-metadata'] !== true;
  const carried = isKept ? carriedMetadata(metadata, target) : {};
  const isTurned = orientation > 1 && carried.orientation === undefined;
  const given = Object.keys(carried).length === 0 ? {} : { metadata: carried };
  return {
    target,
    config: { ...imageConfig(values, target), ...given },
    orientation,
    isTurned,
    rotation: {},
  };
}
