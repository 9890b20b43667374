/** `hflip` and `vflip`: pictures mirrored. Upside down is a view with rows in the other order. */
import type { VideoFrame } from '../../frames/frame.ts';
import { pixFmtInfo, planeHeight, planeWidth } from '../../frames/pixel-format.ts';
import { type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import { type newPicture, picture, type Samples, upsideDown } from '../pixels/picture-work.ts';

/** Mirrors left and right. */
export const HFLIP: FilterDefinition = {
  name: 'hflip',
  description: 'mirrors pictures left and right',
  options: [],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  open: (setup) => ({
    letsGo: true,
    push: (_, frame) => setup.emit(0, mirrored(picture(frame), setup.takePicture)),
  }),
};

/** Mirrors top and bottom. */
export const VFLIP: FilterDefinition = {
  ...HFLIP,
  name: 'vflip',
  description: 'mirrors pictures top and bottom',
  open: (setup) => ({
    push: (_, frame) => setup.emit(0, fromBottom(picture(frame))),
  }),
};

function fromBottom(frame: VideoFrame): VideoFrame {
  const info = pixFmtInfo(frame.pixFmt);
  const planes = frame.planes.map((plane, p) =>
    upsideDown(plane, planeHeight(info, p, frame.height)),
  );
  return { ...frame, planes };
}

function mirrored(frame: VideoFrame, make: typeof newPicture): VideoFrame {
  const info = pixFmtInfo(frame.pixFmt);
  const out = make(frame.pixFmt, frame.width, frame.height, frame.pts);
  frame.planes.forEach((plane, p) => {
    const target = out.planes[p]!;
    const step = info.samplesPerPixel[p]!;
    const width = planeWidth(info, p, frame.width);
    const rows = planeHeight(info, p, frame.height);
    for (let row = 0; row < rows; row++) {
      const from = plane.offset + row * plane.stride;
      const to = target.offset + row * target.stride;
      mirrorRow(plane.data as Samples, from, target.data as Samples, to, width, step);
    }
  });
  return out;
}

function mirrorRow(
  source: Samples,
  from: number,
  target: Samples,
  to: number,
  width: number,
  step: number,
): void {
  let q = to + (width - 1) * step;
  for (let p = from; p < from + width * step; p += step, q -= step) {
    for (let i = 0; i < step; i++) target[q + i] = source[p + i]!;
  }
}
