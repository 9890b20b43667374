/** `transpose`: rows become columns, with a flip or without. */
import type { Plane, VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, pixFmtInfo, planeHeight, planeWidth } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import {
  type newPicture,
  picture,
  type Samples,
  upsideDown,
  videoLink,
} from '../pixels/picture-work.ts';

const DIRECTIONS = { cclock_flip: 0, clock: 1, cclock: 2, clock_flip: 3 } as const;

/** Where chroma is subsampled in one direction only, its planes cannot be turned. */
const PIX_FMTS = ALL_PIX_FMTS.filter((name) => {
  const { chromaShiftX, chromaShiftY } = pixFmtInfo(name);
  return chromaShiftX === chromaShiftY;
});

/** Turns pictures by 90 degrees. */
export const TRANSPOSE: FilterDefinition = {
  name: 'transpose',
  description: 'turns pictures by 90 degrees',
  options: [
    {
      name: 'dir',
      kind: 'integer',
      default: 'cclock_flip',
      min: 0,
      max: 7,
      choices: DIRECTIONS,
      description: 'how; 4 to 7 are 0 to 3 with passthrough=landscape',
    },
    {
      name: 'passthrough',
      kind: 'choice',
      default: 'none',
      choices: { none: 0, portrait: 1, landscape: 2 },
      description: 'pictures of this shape pass as they are',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  formats: () => samePixFmt(PIX_FMTS),
  open(setup) {
    const link = videoLink(setup.inputs[0]);
    const { width, height } = link;
    const dir = setup.options.number('dir');
    const passthrough = dir > 3 ? 2 : setup.options.number('passthrough');
    if ((passthrough === 1 && height >= width) || (passthrough === 2 && width >= height)) return {};
    const [num, den] = link.sampleAspectRatio;
    return {
      outputs: [
        {
          ...link,
          width: height,
          height: width,
          sampleAspectRatio: num === 0 ? link.sampleAspectRatio : [den, num],
        },
      ],
      letsGo: true,
      push: (_, frame) =>
        setup.emit(
          0,
          transposed(picture(frame), (dir & 1) === 1, (dir & 2) !== 0, setup.takePicture),
        ),
    };
  },
};

/**
 * The picture with rows and columns exchanged.
 * @param fromBottom rows are taken from the bottom up: the left column of the result is the last row
 * @param upwards each row is written from the bottom of its column up
 */
function transposed(
  frame: VideoFrame,
  fromBottom: boolean,
  upwards: boolean,
  make: typeof newPicture,
): VideoFrame {
  const info = pixFmtInfo(frame.pixFmt);
  const out = make(frame.pixFmt, frame.height, frame.width, frame.pts);
  frame.planes.forEach((plane, p) => {
    const width = planeWidth(info, p, frame.width);
    const height = planeHeight(info, p, frame.height);
    const target = out.planes[p]!;
    transposePlane(
      fromBottom ? upsideDown(plane, height) : plane,
      upwards ? upsideDown(target, width) : target,
      width,
      height,
      info.samplesPerPixel[p]!,
    );
  });
  return out;
}

/** Exchanges rows and columns in blocks of 16, so that both sides stay in the cache. */
function transposePlane(from: Plane, to: Plane, width: number, height: number, step: number): void {
  const [source, target] = [from.data as Samples, to.data as Samples];
  for (let y0 = 0; y0 < height; y0 += 16) {
    const y1 = Math.min(y0 + 16, height);
    for (let x = 0; x < width; x++) {
      let q = to.offset + x * to.stride + y0 * step;
      let s = from.offset + y0 * from.stride + x * step;
      for (let y = y0; y < y1; y++, s += from.stride, q += step) {
        for (let i = 0; i < step; i++) target[q + i] = source[s + i]!;
      }
    }
  }
}
