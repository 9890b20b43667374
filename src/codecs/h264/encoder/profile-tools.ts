/**
 * The tools that profiles have beyond Constrained Baseline. They are handed to an encoder, so that programs which code
 * Constrained Baseline only need not carry them: bundlers leave out what is not handed over.
 */
import { UnsupportedError } from '../../../base/errors.ts';
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import { KERNELS_8X8 } from '../kernels/vector/residual-8x8.ts';
import type { ReconstructedPicture } from '../standard/picture.ts';
import { type CreateBDecision, createBDecision } from './b-decision.ts';
import { createCabac } from './cabac-coding.ts';
import type { CreateEntropyCoding } from './entropy-coding.ts';
import type { LevelDecider } from './level-decision.ts';
import type { EncoderMemory } from './memory.ts';
import type { ResolvedOptions } from './options.ts';
import { ResidualCoder8x8 } from './residual-8x8.ts';
import { WeightedReferences } from './weighted-references.ts';

/** What an encoder is handed; null: it is without. */
export interface ProfileTools {
  /** Entropy coding by CABAC, of profile Main. */
  readonly cabac: CreateEntropyCoding | null;
  /** B slices, of profile Main. */
  readonly bSlices: CreateBDecision | null;
  /** The 8x8 transform, of profile High. */
  readonly transform8x8: Transform8x8 | null;
  /** Weights of references, of profile Main. */
  readonly weightedReferences:
    | ((memory: EncoderMemory, copies: readonly ReconstructedPicture[]) => WeightedReferences)
    | null;
}

/** The 8x8 transform as a tool. */
export interface Transform8x8 {
  /** Checks that a module of kernels has those of 8x8 blocks; throws `ConfigError` naming `where`. */
  requireKernels(where: string, kernels: VectorKernels): void;
  /** Makes the coder of 8x8 blocks over an encoder's memory; `decider` as its constructor has it. */
  createCoder(
    memory: EncoderMemory,
    decider: LevelDecider | null,
    vectorKernels: VectorKernels,
  ): ResidualCoder8x8;
}

/** No tool: Constrained Baseline. */
export const BASELINE_TOOLS: ProfileTools = {
  cabac: null,
  bSlices: null,
  transform8x8: null,
  weightedReferences: null,
};

/** All tools that there are. */
export const ALL_TOOLS: ProfileTools = {
  cabac: createCabac,
  bSlices: createBDecision,
  transform8x8: {
    requireKernels: (where, kernels) => void KERNELS_8X8.requireKernels(where, kernels),
    createCoder: (memory, decider, vectorKernels) =>
      new ResidualCoder8x8(memory, decider, vectorKernels),
  },
  weightedReferences: (memory, copies) => new WeightedReferences(memory, copies),
};

/** Throws if the options need a tool that was not handed over. */
export function requireTools(options: ResolvedOptions, tools: ProfileTools): void {
  const { cabac, transform8x8, weightP, profile, vectorKernels } = options;
  const at = 'h264.options';
  if (
    (cabac && tools.cabac === null) ||
    (transform8x8 && tools.transform8x8 === null) ||
    (weightP && tools.weightedReferences === null)
  ) {
    throw new UnsupportedError(
      `${at}.profile`,
      `this encoder is without the tools of profile ${profile}; take createH264Encoder, or the codec H264 of vitrine/codecs`,
    );
  }
  if (transform8x8) tools.transform8x8?.requireKernels(`${at}.vectorKernels`, vectorKernels);
}
