/**
 * Makes the prediction of the macroblock just written once more, for an inspector: by then its place in the scratch block holds the
 * reconstruction. Nothing is left changed but scratch that no later step reads.
 */
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { QUANTIZE_INTER } from '../kernels/plain/quantize.ts';
import {
  createQuantizers8x8,
  FLAT_WEIGHT,
  forwardDifference8x8,
  type Quantizer8x8,
  quantize8x8,
} from '../kernels/plain/residual-8x8.ts';
import { predictIntra8x8, smoothNeighbors8x8 } from '../standard/intra-8x8.ts';
import { INTRA_CHROMA_VERTICAL } from '../standard/intra-16x16.ts';
import {
  B_SKIP,
  BLOCK_X,
  BLOCK_Y,
  I_4X4,
  I_8X8,
  I_16X16,
  I_PCM,
  isIntra,
  P_SKIP,
} from '../standard/macroblock.ts';
import type { MacroblockSyntax } from '../standard/macroblock-syntax.ts';
import { ZIGZAG_8X8_BY_COLUMN } from '../standard/transform-8x8.ts';
import type { Candidate } from './candidate.ts';
import type { H264Inspector } from './inspector.ts';
import { CHROMA, LUMA, predictInter } from './inter-prediction.ts';
import { availableAround8x8, hasAboveRight8x8 } from './intra-8x8-search.ts';
import {
  availableAround,
  hasAboveRight,
  MODE_SIZE,
  predict16x16,
  predictChroma,
  repeatsRow,
  TO_CR,
} from './intra-search.ts';
import type { MacroblockContext } from './macroblock-context.ts';
import {
  BLOCK_STRIDE,
  RECON_CB,
  RECON_CR,
  RECON_LUMA,
  RECON_SIZE,
  RECON_STRIDE,
  SOURCE_STRIDE,
} from './memory.ts';
import type { PicturePlan } from './picture-plan.ts';
import type { Scaling } from './scaling.ts';
import { SliceReferences } from './slice-references.ts';

/** Samples of a macroblock, and where its chroma lies among them: luma in rows of 16, then Cb and Cr in rows of 8. */
const SAMPLES = 384;
const CB_AT = 256;
const CR_AT = 320;

/** The inspection of the predictions of one encoder. */
export class PredictionInspection {
  private readonly inspector: H264Inspector;
  private readonly context: MacroblockContext;
  private readonly samples = new Uint8Array(SAMPLES);
  private readonly kept = new Uint8Array(RECON_SIZE);
  private readonly references = new SliceReferences();
  /** Those of 8x8 blocks by dead zone; made when the first such block comes. */
  private quantizers: readonly Quantizer8x8[] = [];
  private readonly weights8x8: Scaling['weights8x8'] | null;
  /** The coefficients of a block by column, then its levels by dead zone. */
  private readonly coefficients = new Int16Array(64 + 64);
  private readonly scanned = new Int16Array(64);
  private readonly told = new Int16Array(64);
  private isB = false;

  /** `weights8x8` of the scaling lists; null: flat. */
  constructor(
    inspector: H264Inspector,
    context: MacroblockContext,
    weights8x8: Scaling['weights8x8'] | null,
  ) {
    this.weights8x8 = weights8x8;
    this.inspector = inspector;
    this.context = context;
  }

  /** Begins a picture, its lists known. */
  startPicture(plan: PicturePlan): void {
    this.isB = plan.type === SliceType.B;
    this.references.lists = plan.lists;
    if (this.isB) this.references.startPicture(plan);
  }

  /** Tells of the candidate that was written for the context's macroblock. */
  tell(candidate: Candidate): void {
    const { context, inspector, samples } = this;
    const { mbAddr, state } = context;
    const mbType = state.mbType[mbAddr]!;
    const { syntax } = candidate;
    const isSkip = mbType === P_SKIP || mbType === B_SKIP;
    if (isSkip || mbType === I_PCM || !hasLevels(syntax)) this.take(candidate.recon);
    else if (!isIntra(mbType)) this.predictInter(candidate);
    else {
      if (mbType === I_16X16) this.predict16x16(candidate);
      else if (mbType === I_8X8) this.predict8x8(candidate);
      else if (mbType === I_4X4) this.predict4x4(candidate);
      this.predictChroma(candidate);
    }
    inspector.decision(mbAddr, candidate.number, syntax, samples);
    if (state.transform8x8[mbAddr] === 0) return;
    const kind = isIntra(mbType) ? 0 : QUANTIZE_INTER;
    this.tellBlocks8x8(syntax, this.quantizerAt(kind + state.qpY[mbAddr]!));
  }

  private quantizerAt(index: number): Quantizer8x8 {
    if (this.quantizers.length === 0) {
      const flat = new Uint8Array(64).fill(FLAT_WEIGHT);
      const [intra, inter] = this.weights8x8 ?? [flat, flat];
      this.quantizers = createQuantizers8x8(intra, inter);
    }
    return this.quantizers[index]!;
  }

  /** Tells of the 8x8 blocks of luma, whose prediction is made: coefficients, levels of the dead zone, and levels. */
  private tellBlocks8x8({ levels, masks8x8 }: MacroblockSyntax, deadZone: Quantizer8x8): void {
    const { inspector, context, samples, coefficients, scanned, told } = this;
    const { bytes, source, blocks } = context.memory;
    const [prediction] = blocks as [number];
    bytes.set(samples.subarray(0, CB_AT), prediction);
    for (let b8 = 0; b8 < 4; b8++) {
      const at = 8 * ((b8 >> 1) * SOURCE_STRIDE + (b8 & 1));
      forwardDifference8x8(
        ...([bytes, source + at, SOURCE_STRIDE, prediction + at, BLOCK_STRIDE] as const),
        ...([coefficients, 0] as const),
      );
      for (let i = 0; i < 64; i++) {
        scanned[i] = coefficients[ZIGZAG_8X8_BY_COLUMN[i]!]!;
        const isSent = (masks8x8[2 * b8 + (i >> 5)]! >> (i & 31)) & 1;
        told[i] = isSent === 0 ? 0 : levels[64 * b8 + i]!;
      }
      quantize8x8(deadZone, coefficients, 0, 64);
      inspector.block8x8(b8, scanned, coefficients.subarray(64), told);
    }
  }

  /** Takes the samples of a scratch block as the prediction; the macroblock has no residual. */
  private take(recon: number): void {
    this.copy(recon + RECON_LUMA, RECON_STRIDE, 0, 16);
    this.copy(recon + RECON_CB, RECON_STRIDE, CB_AT, 8);
    this.copy(recon + RECON_CR, RECON_STRIDE, CR_AT, 8);
  }

  /** Copies a square of `size` by `size` samples to place `to` of the prediction, whose plane has rows of 16 or 8. */
  private copy(from: number, stride: number, to: number, size: number): void {
    const { bytes } = this.context.memory;
    const row = to < CB_AT ? 16 : 8;
    for (let y = 0; y < size; y++) {
      const at = from + y * stride;
      for (let x = 0; x < size; x++) this.samples[to + y * row + x] = bytes[at + x]!;
    }
  }

  private predictInter(candidate: Candidate): void {
    const { context, references, kept } = this;
    const { bytes } = context.memory;
    const { recon } = candidate;
    kept.set(bytes.subarray(recon, recon + RECON_SIZE));
    if (this.isB) references.predict(context, candidate, LUMA | CHROMA);
    else predictInter(context, candidate, references.lists[0]);
    this.take(recon);
    bytes.set(kept, recon);
  }

  private predict16x16({ recon, syntax }: Candidate): void {
    const mode = syntax.intra16x16PredMode;
    const at = predict16x16(this.context, recon + RECON_LUMA, mode);
    this.copy(at, repeatsRow(mode) ? 0 : BLOCK_STRIDE, 0, 16);
  }

  /** The edges of the scratch block are still the neighbors; inside lie the reconstructions that later blocks predict from. */
  private predict4x4({ recon, syntax }: Candidate): void {
    const { context } = this;
    const { kernels, blocks } = context.memory;
    const trial = blocks[0]!;
    for (let blkIdx = 0; blkIdx < 16; blkIdx++) {
      const x = BLOCK_X[blkIdx]!;
      const y = BLOCK_Y[blkIdx]!;
      const available = availableAround(context, x, y);
      const aboveRight = hasAboveRight(context, blkIdx) ? 1 : 0;
      const at = recon + RECON_LUMA + 4 * (y * RECON_STRIDE + x);
      kernels.predictIntra4x4(at, RECON_STRIDE, trial, available, aboveRight);
      const rows = trial + MODE_SIZE * syntax.intra4x4PredMode[blkIdx]!;
      this.copy(rows, 4, 4 * (16 * y + x), 4);
    }
  }

  private predict8x8({ recon, syntax }: Candidate): void {
    const { context } = this;
    const { bytes, blocks } = context.memory;
    const [line, to] = blocks as [number, number];
    for (let b8 = 0; b8 < 4; b8++) {
      const x = 8 * (b8 & 1);
      const y = 8 * (b8 >> 1);
      const available = availableAround8x8(context, b8);
      const at = recon + RECON_LUMA + y * RECON_STRIDE + x;
      smoothNeighbors8x8(bytes, at, RECON_STRIDE, available, hasAboveRight8x8(context, b8), line);
      predictIntra8x8(bytes, line, syntax.intra4x4PredMode[4 * b8]!, available, to, BLOCK_STRIDE);
      this.copy(to, BLOCK_STRIDE, 16 * y + x, 8);
    }
  }

  private predictChroma({ recon, syntax }: Candidate): void {
    const { context } = this;
    const mode = syntax.intra_chroma_pred_mode;
    const [at] = context.memory.blocks as [number];
    predictChroma(context, recon, at, mode);
    const stride = mode === INTRA_CHROMA_VERTICAL ? 0 : BLOCK_STRIDE;
    this.copy(at, stride, CB_AT, 8);
    this.copy(at + TO_CR, stride, CR_AT, 8);
  }
}

/** Whether any level of the macroblock may be other than 0. */
function hasLevels({ masks, masks8x8, transform_size_8x8_flag }: MacroblockSyntax): boolean {
  if (masks.some((mask) => mask !== 0)) return true;
  return transform_size_8x8_flag !== 0 && masks8x8.some((mask) => mask !== 0);
}
