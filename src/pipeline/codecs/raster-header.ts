/** What is asked of a codec of pictures, as the header of a raster. */
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import type { RasterChannels, RasterHeader } from '../../frames/raster.ts';
import type { VideoRequest } from '../codec.ts';

/** The raster that rows of a request are. */
export function headerOf({ width, height, pixFmt }: VideoRequest): RasterHeader {
  const { samplesPerPixel, bitDepth } = pixFmtInfo(pixFmt);
  return { width, height, channels: samplesPerPixel[0] as RasterChannels, isDeep: bitDepth > 8 };
}
