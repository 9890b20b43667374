/** The tools of the encoder in the page: those of all profiles, without what the page lets nobody choose, for its size. */
import { B_SLICES, INSPECTION, TRANSFORM_8X8 } from '../src/codecs/h264/encoder/all-tools.ts';
import { CABAC } from '../src/codecs/h264/encoder/cabac-coding.ts';
import { withDefaults } from '../src/codecs/h264/encoder/defaults.ts';
import { PartOrigins } from '../src/codecs/h264/encoder/part-origins.ts';
import { BASELINE_TOOLS, type ProfileTools } from '../src/codecs/h264/encoder/profile-tools.ts';
import { WeightedReferences } from '../src/codecs/h264/encoder/weighted-references.ts';

/** No kernels of the lookahead and of windows, which have plain twins; no messages, zones, tunes, scaling lists, second pass, pictures without chroma. */
export const PAGE_TOOLS: ProfileTools = {
  ...BASELINE_TOOLS,
  cabac: CABAC,
  bSlices: B_SLICES,
  transform8x8: TRANSFORM_8X8,
  weightedReferences: (...parts) => new WeightedReferences(...parts),
  inspection: INSPECTION,
  createPartOrigins: (...parts) => new PartOrigins(...parts),
  applyDefaults: withDefaults,
};
