/**
 * H.264 (ITU-T H.264, ISO/IEC 14496-10) in the profiles Constrained Baseline, Main and High, frames only.
 *
 * The bitstream. A stream is a sequence of NAL units (clause 7.3.1), each a header byte and a payload in which no start code
 * can occur. The sequence parameter set describes the stream: profile, level, size, cropping, time. The picture parameter set
 * describes what pictures share: entropy coding, chroma QP, deblocking controls. Containers have both in the decoder's
 * configuration, not among the pictures. Each picture is one access unit: messages if there are any, then one slice or several.
 * The first picture is an IDR picture, which has only I slices; so are later pictures from which decoding can start, unless the
 * option `keyPictures` makes recovery points of them. The other pictures have P slices, or with the option `bframes` B slices,
 * and are then not coded in the order in which they are shown.
 *
 * A slice is a header (clause 7.3.3: frame number, reference lists, QP) and its macroblocks in raster order, each of 16x16 luma
 * and twice 8x8 chroma samples. P and B slices say which macroblocks are skipped. A macroblock (clause 7.3.5) has a type, its
 * prediction (intra modes, or references and vector differences), a pattern of the parts that have coefficients, its QP
 * difference, and the levels of its 4x4 or 8x8 blocks in the order of a scan. CAVLC (clause 9.2) codes a block by the number of
 * levels in the blocks to the left and above; CABAC (clause 9.3) codes elements by contexts that learn. A decoder
 * predicts, scales the levels, transforms them back, adds them to the prediction, and at the end of the picture filters the
 * edges of the blocks. Later pictures are predicted from the result. The encoder does the same, so it knows what decoders see.
 *
 * In which order to read. First the part that has one right answer: the headers in `src/syntax/h264`, and `standard/`:
 * 1. of the headers nal.ts, sps.ts, vui.ts, pps.ts, slice-header.ts; levels.ts: their limits; aud.ts, sei.ts,
 *    configuration-record.ts when they come up;
 * 2. macroblock.ts, macroblock-sink.ts, macroblock-syntax.ts: the types and the syntax of a macroblock; picture.ts: what is
 *    kept of it;
 * 3. intra-4x4.ts, intra-8x8.ts, intra-16x16.ts: prediction from the picture itself;
 * 4. reference-pictures.ts, motion-prediction.ts, interpolation.ts: prediction from other pictures; direct-prediction.ts,
 *    weighted-prediction.ts, picture-distance.ts, reference-lists-b.ts: what Main adds to it;
 * 5. scaling.ts, transform.ts, transform-8x8.ts, scaling-lists.ts: from levels to samples;
 * 6. cavlc-tables.ts, coeff-token.ts, cavlc.ts, coefficient-grid.ts, cavlc-sinks.ts: from levels and elements to bits by CAVLC;
 *    cabac-encoder.ts, cabac-states.ts, cabac-binarization.ts, cabac-residual.ts, cabac-syntax.ts, cabac-sinks.ts: by CABAC;
 * 7. deblock.ts.
 *
 * Then what we choose, in `encoder/`:
 * 1. options.ts, rate-options.ts, parameter-sets.ts, stream-setup.ts; encoder.ts: pictures in, access units out; picture-plan.ts,
 *    picture-coder.ts, access-unit.ts, slice-coder.ts, reference-choice.ts; order-options.ts, coding-order.ts, rows.ts,
 *    reordered-references.ts: where pictures are not coded in the order in which they are shown;
 * 2. memory.ts, source.ts, macroblock-context.ts, candidate.ts: where everything lies;
 * 3. lambda.ts, mode-decision.ts: how a macroblock is decided, and from there candidate-evaluation.ts, intra-decision.ts,
 *    intra-search.ts, inter-search.ts, motion-search.ts, inter-prediction.ts;
 * 4. residual.ts with block-quantizer.ts and level-decision.ts; macroblock-coder.ts writes the best candidate;
 * 5. profile-tools.ts, all-tools.ts, cabac-coding.ts, b-decision.ts, b-search.ts, residual-8x8.ts, intra-8x8-search.ts: what Main
 *    and High add;
 * 6. picture-planner.ts with lookahead.ts, low-resolution.ts, importance.ts, adaptive-quantization.ts, rate-control.ts,
 *    size-model.ts, two-pass.ts, vbv.ts: how pictures get their QP.
 *
 * The inner loops are kernels: kernels/contract.ts names each, kernels/plain has them as functions over typed arrays,
 * kernels/vector with vector instructions (docs/kernels.md).
 *
 * docs/h264 walks through all of it, with examples.
 */

export { LEVELS, type LevelName } from '../../syntax/h264/levels.ts';
export { createH264BaselineEncoder } from './encoder/create-baseline-encoder.ts';
export { createH264Encoder } from './encoder/create-encoder.ts';
export type { H264Encoder, Reconstruction } from './encoder/encoder.ts';
export { bothInspectors, type H264Inspector, QUIET_INSPECTOR } from './encoder/inspector.ts';
export { H264_KEYS } from './encoder/option-tables.ts';
export type { H264Options } from './encoder/options.ts';
export { B_PYRAMIDS, type BPyramid } from './encoder/order-options.ts';
export type { ScalingLists } from './encoder/scaling.ts';
export { PRESETS, type Preset } from './encoder/speed-options.ts';
export { PROFILES, type Profile } from './encoder/stream-options.ts';
export {
  formatStatistics,
  StatisticsCollector,
  type StreamStatistics,
} from './encoder/stream-statistics.ts';
export { TraceInspector, traceFacts } from './encoder/trace-inspector.ts';
export { H264_TABLES } from './encoder/trace-tables.ts';
export { TUNES, type Tune } from './encoder/tunes.ts';
export type { PassStatistics, PictureStatistics } from './encoder/two-pass.ts';
export type { Zone } from './encoder/zones.ts';
