/** Conversions that change no sample: the new picture has the planes of the old one, with full opacity if it needs some. */
import type { Plane, VideoFrame } from '../../frames/frame.ts';
import { hasAlpha, type PixFmt, type PixFmtInfo, pixFmtInfo } from '../../frames/pixel-format.ts';
import { fullOpacity } from '../pixels/picture-work.ts';
import type { PictureSide } from './picture-scaler.ts';

const isPlanar = ({ order, samplesPerPixel }: PixFmtInfo): boolean =>
  order === undefined && samplesPerPixel.every((count) => count === 1);

/** Whether Y'CbCr of a side is full range. */
function isFullRange({ pixFmt, fullRange }: PictureSide): boolean {
  const info = pixFmtInfo(pixFmt);
  return info.model === 'yuv' && fullRange !== undefined ? fullRange : info.fullRange;
}

/** Whether pictures of `from` are ones of `to`, of the same size, but for planes that are left out or are full opacity. */
export function canSharePlanes(from: PictureSide, to: PictureSide): boolean {
  const [a, b] = [pixFmtInfo(from.pixFmt), pixFmtInfo(to.pixFmt)];
  if (isFullRange(from) !== isFullRange(to) || !isPlanar(a) || !isPlanar(b)) return false;
  if (String(from.chromaSite) !== String(to.chromaSite)) return false;
  if (a.bitDepth !== b.bitDepth || a.bigEndian !== b.bigEndian) return false;
  if (hasAlpha(b) && !hasAlpha(a) && b.bitDepth !== 8) return false;
  if (a.model === 'yuv' && b.model === 'gray') return true;
  if (a.model !== b.model) return false;
  return a.chromaShiftX === b.chromaShiftX && a.chromaShiftY === b.chromaShiftY;
}

/** The picture as one of `pixFmt`; the formats are ones that `canSharePlanes` allows. */
export function withSharedPlanes(frame: VideoFrame, pixFmt: PixFmt): VideoFrame {
  const numPlanes = pixFmtInfo(pixFmt).samplesPerPixel.length;
  const planes: Plane[] = frame.planes.slice(0, numPlanes);
  if (planes.length < numPlanes) {
    const { width, height } = frame;
    planes.push({ data: fullOpacity(width * height), offset: 0, stride: width });
  }
  return { ...frame, pixFmt, planes };
}
