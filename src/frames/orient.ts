/** Pictures turned and mirrored, as their orientation says (Exif clause 4.6.5.1.4). */
import { allocatePicture } from './allocate-picture.ts';
import { createPictureConverter } from './convert-picture.ts';
import type { VideoFrame } from './frame.ts';
import { type PixFmtInfo, pixFmtInfo, planeHeight, planeWidth } from './pixel-format.ts';
import { frameOfRaster, RASTER_PIX_FMTS, type Raster, rasterOfFrame } from './raster.ts';
import { copyRows } from './to-array.ts';

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

/**
 * A frame as it is to be seen, of the format closest to its own: Y'CbCr stays that where each chroma sample belongs to as many luma
 * samples as before, turned; else it becomes RGB by the matrix of BT.601, as files of pictures have it.
 */
export function orientFrame(frame: VideoFrame, orientation: number): VideoFrame {
  if (orientation === 1) return frame;
  const { pixFmt, width, height } = frame;
  if (RASTER_PIX_FMTS.includes(pixFmt)) {
    return frameOfRaster(orient(rasterOfFrame(frame), orientation));
  }
  const info = pixFmtInfo(pixFmt);
  if (staysPlanar(info, width, height, orientation)) return orientPlanes(frame, info, orientation);
  const rgb = allocatePicture('rgb24', width, height);
  createPictureConverter({ from: pixFmt, to: 'rgb24', width, height })(frame, rgb);
  return orientFrame(rgb, orientation);
}

/** Whether planes of bytes can be turned one by one: 4:2:2 becomes no 4:4:0, and a last, halved column no first one. */
function staysPlanar(
  { samplesPerPixel, bytesPerSample, chromaShiftX, chromaShiftY }: PixFmtInfo,
  width: number,
  height: number,
  orientation: number,
): boolean {
  const isWhole = width % (1 << chromaShiftX) === 0 && height % (1 << chromaShiftY) === 0;
  const isSquare = orientation < 5 || chromaShiftX === chromaShiftY;
  return isWhole && isSquare && bytesPerSample === 1 && samplesPerPixel.every((n) => n === 1);
}

function orientPlanes(frame: VideoFrame, info: PixFmtInfo, orientation: number): VideoFrame {
  const planes = frame.planes.map((plane, p) => {
    const width = planeWidth(info, p, frame.width);
    const height = planeHeight(info, p, frame.height);
    const data = new Uint8Array(width * height);
    copyRows(plane, width, height, data, 0);
    const turned = orient({ width, height, channels: 1, data }, orientation);
    return { data: turned.data, offset: 0, stride: turned.width };
  });
  const [width, height] = orientedSize(frame.width, frame.height, orientation);
  return { ...frame, width, height, planes };
}
