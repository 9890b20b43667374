/** Which of several formats loses least of another one: first what is lost, then what is carried for nothing. */
import {
  ALL_PIX_FMTS,
  hasAlpha,
  type PixFmt,
  type PixFmtInfo,
  pixFmtInfo,
} from '../../frames/pixel-format.ts';
import { type SampleFmt, sampleFmtInfo } from '../../frames/sample-format.ts';
import type { ChannelLayout } from '../definition/channel-layout.ts';

/** All pixel formats, those first that are taken where nothing decides. */
export const PIX_FMT_ORDER: readonly PixFmt[] = [
  ...ALL_PIX_FMTS.filter((name) => name === 'yuv420p'),
  ...ALL_PIX_FMTS.filter((name) => name !== 'yuv420p'),
];

/** Lost things in the order of their weight: a color model's loss counts for more than a bit of depth. */
function pixFmtCost(from: PixFmtInfo, to: PixFmtInfo): number {
  let cost = 0;
  if (hasAlpha(from) && !hasAlpha(to)) cost += 1 << 16;
  if (!hasAlpha(from) && hasAlpha(to)) cost += 4;
  if (from.model !== 'gray' && to.model === 'gray') cost += 1 << 20;
  if (from.model !== to.model && to.model !== 'gray') cost += from.model === 'gray' ? 64 : 1 << 12;
  if (from.model === 'yuv' && to.model === 'yuv' && from.fullRange !== to.fullRange) cost += 1 << 8;
  if (to.model !== 'gray' && from.model !== 'gray') {
    const lost =
      Math.max(0, to.chromaShiftX - from.chromaShiftX) +
      Math.max(0, to.chromaShiftY - from.chromaShiftY);
    const spare =
      Math.max(0, from.chromaShiftX - to.chromaShiftX) +
      Math.max(0, from.chromaShiftY - to.chromaShiftY);
    cost += (lost << 14) + spare * 8;
  }
  const depth = from.bitDepth - to.bitDepth;
  cost += depth > 0 ? (1 << 15) + (depth << 8) : -depth * 2;
  if (to.bigEndian !== from.bigEndian) cost += 1;
  return cost;
}

/** The one of `allowed` that loses least of `from`; the first of equals. */
export function bestPixFmt(from: PixFmt, allowed: readonly PixFmt[]): PixFmt {
  const info = pixFmtInfo(from);
  return least(allowed, (name) => (name === from ? -1 : pixFmtCost(info, pixFmtInfo(name))));
}

/** The same of sample formats: first the bits that are kept, then the layout. */
export function bestSampleFmt(from: SampleFmt, allowed: readonly SampleFmt[]): SampleFmt {
  const a = sampleFmtInfo(from);
  return least(allowed, (name) => {
    const b = sampleFmtInfo(name);
    let cost = 0;
    if (a.kind !== b.kind) {
      const bits = (info: typeof a) =>
        info.kind === 'flt' ? 24 : info.kind === 'dbl' ? 53 : info.bytesPerSample * 8;
      const lost = bits(a) - bits(b);
      cost += lost > 0 ? 1000 + lost * 10 : 100 - lost;
      if (a.isFloat && !b.isFloat) cost += 5000;
    }
    if (a.planar !== b.planar) cost += 1;
    return cost;
  });
}

/** The nearest rate. */
export function bestRate(from: number, allowed: readonly number[]): number {
  return least(allowed, (rate) => Math.abs(rate - from));
}

/** The layout with the most of the channels of `from`, and the fewest others. */
export function bestLayout(from: ChannelLayout, allowed: readonly ChannelLayout[]): ChannelLayout {
  return least(allowed, (layout) => {
    const shared = layout.channels.filter((name) => from.channels.includes(name)).length;
    const lost = Math.max(from.numChannels, from.channels.length) - shared;
    return lost * 10 + Math.abs(layout.numChannels - from.numChannels);
  });
}

function least<T>(values: readonly T[], costOf: (value: T) => number): T {
  let best: T = values[0] as T;
  let bestCost = Infinity;
  for (const value of values) {
    const cost = costOf(value);
    if (cost < bestCost) [best, bestCost] = [value, cost];
  }
  return best;
}
