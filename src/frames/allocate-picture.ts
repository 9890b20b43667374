/** New pictures. */
import { newPictureArray } from './element-type.ts';
import type { Plane, VideoFrame } from './frame.ts';
import { type PixFmt, pixFmtInfo, planeHeight, planeRowLength } from './pixel-format.ts';

/** A new picture, all samples 0; its planes lie in one buffer, without gaps. */
export function allocatePicture(pixFmt: PixFmt, width: number, height: number): VideoFrame {
  const info = pixFmtInfo(pixFmt);
  const lengths = info.samplesPerPixel.map(
    (_, p) => planeRowLength(info, p, width) * planeHeight(info, p, height),
  );
  const data = newPictureArray(
    info,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  let offset = 0;
  const planes: Plane[] = lengths.map((length, p) => {
    const plane = { data, offset, stride: planeRowLength(info, p, width) };
    offset += length;
    return plane;
  });
  return { pixFmt, width, height, planes, pts: 0 };
}
