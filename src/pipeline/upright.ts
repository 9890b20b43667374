/** Pictures turned as their orientation says. */
import { withOrientation } from '../frames/exif.ts';
import type { VideoFrame } from '../frames/frame.ts';
import { orientFrame } from '../frames/orient.ts';
import type { ImageMetadata } from '../frames/raster.ts';

/** A picture turned as it is to be seen; its metadata say so. */
export function upright(decoded: {
  readonly frame: VideoFrame;
  readonly metadata: ImageMetadata;
}): { readonly frame: VideoFrame; readonly metadata: ImageMetadata } {
  const { orientation = 1, exif, ...metadata } = decoded.metadata;
  const turned = exif === undefined ? undefined : withOrientation(exif, 1);
  return {
    frame: orientFrame(decoded.frame, orientation),
    metadata: { ...metadata, ...(turned && { exif: turned }) },
  };
}
