/** The pixel format that pictures are coded in, of those that a codec and a file take. */
import { hasAlpha, type PixFmt, pixFmtInfo } from '../frames/pixel-format.ts';
import type { VideoEncodeConfig } from './encode-config.ts';

/**
 * The format to code: the config's own if the codec has it, else the one that keeps most of it. In falling order: Y'CbCr
 * stays Y'CbCr and RGB RGB, chroma resolution, bit depth, range; then the codec's order. Opacity is kept before all of these.
 */
export function closestPixFmt(config: VideoEncodeConfig, allowed: readonly PixFmt[]): PixFmt {
  if (allowed.includes(config.pixFmt)) return config.pixFmt;
  const wanted = pixFmtInfo(config.pixFmt);
  const fullRange = config.color.video_full_range_flag === 1;
  let best = allowed[0]!;
  let bestLoss = Number.POSITIVE_INFINITY;
  for (const candidate of allowed) {
    const info = pixFmtInfo(candidate);
    let loss = info.model === wanted.model ? 0 : 1000;
    if (wanted.model !== 'gray') {
      loss += 100 * Math.max(0, info.chromaShiftX - wanted.chromaShiftX);
      loss += 100 * Math.max(0, info.chromaShiftY - wanted.chromaShiftY);
      if (info.model === 'gray') loss += 10000;
    }
    loss += 10 * Math.max(0, wanted.bitDepth - info.bitDepth);
    if (hasAlpha(wanted) && !hasAlpha(info)) loss += 2000;
    // Between formats that keep as much, the smaller one.
    loss += Math.max(0, info.bitDepth - wanted.bitDepth) / 8;
    if (hasAlpha(info) && !hasAlpha(wanted)) loss++;
    if (info.model === 'yuv' && info.fullRange !== fullRange) loss += 5;
    if (loss < bestLoss) {
      best = candidate;
      bestLoss = loss;
    }
  }
  return best;
}
