/** Pictures turned and mirrored, as their orientation says (Exif clause 4.6.5.1.4). */
import type { Raster } from './raster.ts';

/** Width and height of the picture as it is to be seen. */
export function orientedSize(
  width: number,
  height: number,
  orientation: number,
): readonly [width: number, height: number] {
  return orientation >= 5 ? [height, width] : [width, height];
}

/**
 * The picture as it is to be seen; the same one for orientation 1.
 * @param orientation 1..8: what lies at the top and the left of the stored picture
 */
export function orient(raster: Raster, orientation: number): Raster {
  if (orientation === 1) return raster;
  const { width, height, channels, data } = raster;
  const [outWidth, outHeight] = orientedSize(width, height, orientation);
  const out =
    data instanceof Uint8Array ? new Uint8Array(data.length) : new Uint16Array(data.length);
  // Pixel (x, y) of the result is pixel (x, y) of the source, of which each axis may be mirrored, or (y, x) of it.
  const isTransposed = orientation >= 5;
  const isMirroredX = [2, 3, 7, 8].includes(orientation);
  const isMirroredY = [3, 4, 6, 7].includes(orientation);
  const stepX = (isMirroredX ? -1 : 1) * channels;
  const stepY = (isMirroredY ? -1 : 1) * channels * width;
  const origin =
    channels * ((isMirroredX ? width - 1 : 0) + (isMirroredY ? (height - 1) * width : 0));
  for (let y = 0, to = 0; y < outHeight; y++) {
    let from = origin + y * (isTransposed ? stepX : stepY);
    for (let x = 0; x < outWidth; x++) {
      for (let c = 0; c < channels; c++) out[to++] = data[from + c]!;
      from += isTransposed ? stepY : stepX;
    }
  }
  return { width: outWidth, height: outHeight, channels, data: out };
}
