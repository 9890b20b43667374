/** `thumbnail`: of every so many pictures the one whose histogram is nearest to the mean of all. */
import type { VideoFrame } from '../../frames/frame.ts';
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import { componentsOf, picture } from '../pixels/picture-work.ts';

const PIX_FMTS = ALL_PIX_FMTS.filter((name) => {
  const info = pixFmtInfo(name);
  return info.bitDepth === 8 && info.model !== 'gray' && info.samplesPerPixel.length !== 2;
});

/** Picks the most typical picture of each run. */
export const THUMBNAIL: FilterDefinition = {
  name: 'thumbnail',
  description: 'picks the most typical of every so many pictures',
  options: [
    {
      name: 'n',
      kind: 'integer',
      default: '100',
      min: 2,
      max: 0x7fffffff,
      description: 'pictures in a run',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(PIX_FMTS),
  open(setup) {
    const size = setup.options.number('n');
    let run: VideoFrame[] = [];
    let histograms: Int32Array[] = [];
    const pick = (): void => {
      if (run.length === 0) return;
      setup.emit(0, run[mostTypical(histograms)]!);
      run = [];
      histograms = [];
    };
    return {
      push(_, frame) {
        run.push(picture(frame));
        histograms.push(histogram(picture(frame)));
        if (run.length === size) pick();
      },
      end(_, pts) {
        pick();
        setup.finish(0, pts);
      },
    };
  },
};

/** How often each value occurs in each of the first three components. */
function histogram(frame: VideoFrame): Int32Array {
  const counts = new Int32Array(3 * 256);
  for (const [c, { data, offset, stride, step, width, height }] of componentsOf(frame).entries()) {
    if (c === 3) break;
    for (let y = 0; y < height; y++) {
      const end = offset + y * stride + width * step;
      for (let p = offset + y * stride; p < end; p += step) counts[c * 256 + data[p]!]!++;
    }
  }
  return counts;
}

/** The index of the histogram with the least squared distance from the mean of all. */
function mostTypical(histograms: readonly Int32Array[]): number {
  const mean = new Float64Array(3 * 256);
  for (const counts of histograms) {
    for (let i = 0; i < mean.length; i++) mean[i]! += counts[i]! / histograms.length;
  }
  let best = 0;
  let least = Infinity;
  histograms.forEach((counts, index) => {
    let distance = 0;
    for (let i = 0; i < mean.length; i++) distance += (mean[i]! - counts[i]!) ** 2;
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}
