/** Frames: arrays seen as pictures and sound, and what they can be converted to. */
export { allocatePicture } from './allocate-picture.ts';
export { AudioFrames } from './audio-frames.ts';
export { requireAudioFrame, requireVideoFrame } from './check-frame.ts';
export { type ColorProperty, colorName, colorNames, requireColorCode } from './color-names.ts';
export { completeColor, defaultMatrix } from './complete-color.ts';
export { allocateAudioPlanes, convertAudioFrame, convertAudioFrames } from './convert-audio.ts';
export { convertFrames } from './convert-frames.ts';
export {
  convertVideoFrames,
  createPictureConverter,
  type PictureConversion,
  type PictureConverter,
} from './convert-picture.ts';
export { convertSamples } from './convert-samples.ts';
export { orientationOf, withOrientation } from './exif.ts';
export type { AudioFrame, Plane, SampleArray, Timed, VideoFrame } from './frame.ts';
export { ArrayView, type NdArray, ndarray } from './ndarray.ts';
export { orient, orientedSize, orientFrame } from './orient.ts';
export {
  bandRows,
  type Patch,
  type PictureRows,
  type RasterRows,
  type RowWriter,
  rowsOfBand,
} from './picture-rows.ts';
export {
  ALL_PIX_FMTS,
  hasAlpha,
  IMAGE_PIX_FMTS,
  PIX_FMTS,
  type PixFmt,
  type PixFmtInfo,
  type PixFmtName,
  pictureByteLength,
  pixFmtInfo,
  planeHeight,
  planeRowLength,
  planeWidth,
  requirePixFmt,
} from './pixel-format.ts';
export {
  affordablePixels,
  DEFAULT_MAX_PIXELS,
  type Density,
  densityOfMeter,
  frameOfRaster,
  type ImageMetadata,
  pixelsPerMeter,
  RASTER_PIX_FMTS,
  type Raster,
  type RasterChannels,
  type RasterHeader,
  type RasterLimits,
  rasterOfFrame,
  rasterPixFmt,
  requireRaster,
  requireRasterSize,
} from './raster.ts';
export { createReferenceAudioFrame, type ReferenceAudioOptions } from './reference-audio.ts';
export {
  createReferenceVideoFrame,
  type ImageDataLike,
  type PlaneArrays,
  type ReferenceVideoOptions,
} from './reference-video.ts';
export {
  requireSampleFmt,
  SAMPLE_FMTS,
  type SampleFmt,
  type SampleFmtInfo,
  type SampleKind,
  sampleFmtInfo,
} from './sample-format.ts';
export { copyRows, toArray, toPlaneArrays } from './to-array.ts';
export { VideoFrames } from './video-frames.ts';
