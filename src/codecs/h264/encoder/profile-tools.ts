/**
 * The tools that an encoder is given when it opens: those that profiles have beyond Constrained Baseline, and those that no
 * profile needs, such as messages and inspection. A program that codes only Constrained Baseline need not contain them;
 * all-tools.ts lists them all.
 */
import { UnsupportedError } from '../../../base/errors.ts';
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import type { VectorKernels } from '../../../wasm/kernel-memory.ts';
import type { CreateLowSearch } from '../kernels/plain/low-search.ts';
import type { WindowKind, WindowRows } from '../kernels/plain/window-rows.ts';
import type { keepColocated } from '../standard/direct-prediction.ts';
import type { ReconstructedPicture } from '../standard/picture.ts';
import type { AccessUnitMessages } from './access-unit-messages.ts';
import type { CreateBDecision } from './b-decision.ts';
import type { BlockInspection } from './block-inspection.ts';
import type { Cabac } from './entropy-coding.ts';
import type { H264Inspector } from './inspector.ts';
import type { LevelDecider } from './level-decision.ts';
import type { CreateLowWeights } from './low-weights.ts';
import type { EncoderMemory } from './memory.ts';
import type { Monochrome } from './monochrome.ts';
import {
  type ApplyDefaults,
  type ApplyTune,
  type ResolvedOptions,
  WITH_ALL_TOOLS,
} from './options.ts';
import type { ResolvedOrderOptions } from './order-options.ts';
import type { CreatePartOrigins } from './part-origins.ts';
import type { PredictionInspection } from './prediction-inspection.ts';
import type { psyLevelDecider } from './psy-levels.ts';
import type { ReferenceStrategy } from './reference-choice.ts';
import type { ResidualCoder8x8 } from './residual-8x8.ts';
import type { CreateRows } from './rows.ts';
import type { Scaling } from './scaling.ts';
import type { StreamSetup } from './stream-setup.ts';
import type { SecondPassTool } from './two-pass.ts';
import type { UnitInspection } from './unit-inspection.ts';
import type { Vbv } from './vbv.ts';
import type { WeightedReferences } from './weighted-references.ts';
import type { Zone, Zones } from './zones.ts';

/** The tools that an encoder is handed; it is without those that are null. */
export interface ProfileTools {
  /** Entropy coding by CABAC, of profile Main. */
  readonly cabac: Cabac | null;
  /** B slices, of profile Main. */
  readonly bSlices: BSlices | null;
  /** The 8x8 transform, of profile High. */
  readonly transform8x8: Transform8x8 | null;
  /** Weights of references, of profile Main. */
  readonly weightedReferences:
    | ((
        memory: EncoderMemory,
        copies: readonly ReconstructedPicture[],
        hasChroma: boolean,
      ) => WeightedReferences)
    | null;
  /** Pictures without chroma, of profile High. */
  readonly monochrome: Monochrome | null;
  /** Scaling lists, of profile High. */
  readonly createScaling: ((options: ResolvedOptions) => Scaling | null) | null;
  /** Levels that keep detail. */
  readonly psyLevels: typeof psyLevelDecider | null;
  /** Messages: of the decoder's buffer, of recovery points, of the settings. */
  readonly createMessages: ((setup: StreamSetup, vbv: Vbv | null) => AccessUnitMessages) | null;
  readonly inspection: Inspection | null;
  readonly windowRows: WindowTool | null;
  /** Finding letters of new text in the picture before, of profiles that keep pictures for that. */
  readonly createPartOrigins: CreatePartOrigins | null;
  /** Weights of references in the lookahead, of profile Main. */
  readonly createLowWeights: CreateLowWeights | null;
  /** The lookahead's search with vectors. */
  readonly lowSearch: LowSearchTool | null;
  /** The second of two passes. */
  readonly secondPass: SecondPassTool | null;
  /** Ranges of pictures that are coded otherwise; made for so many macroblocks. */
  readonly createZones: ((zones: readonly Zone[], mbs: number) => Zones) | null;
  /** Puts the options that `tune` stands for in place. */
  readonly applyTune: ApplyTune | null;
  /** Fills in the defaults of options that the caller leaves out. */
  readonly applyDefaults: ApplyDefaults;
}

/** B slices as a tool. */
export interface BSlices {
  readonly createDecision: CreateBDecision;
  /** Makes the strategy that says which pictures are kept for reference, where some are coded ahead of their turn. */
  createReferences(order: ResolvedOrderOptions): ReferenceStrategy;
  readonly keepColocated: typeof keepColocated;
  /** Where rows of them end, and what they cost. */
  readonly createRows: CreateRows;
}

/** The parts that tell an inspector of units and blocks. The other parts of the encoder tell it of themselves. */
export interface Inspection {
  ofUnits(inspector: H264Inspector, syntax: SyntaxWriter): UnitInspection;
  ofBlocks(inspector: H264Inspector, memory: EncoderMemory): BlockInspection;
  ofPredictions(...parts: ConstructorParameters<typeof PredictionInspection>): PredictionInspection;
}

/** Finding windows of pictures by their hashes with vectors (block-origins.ts, part-origins.ts) as a tool. */
export interface WindowTool {
  /** Checks the kernels, as the function of `Transform8x8` does. */
  requireKernels(where: string, kernels: VectorKernels): void;
  /** Null where the memory has no kernels. */
  create(memory: EncoderMemory, vectorKernels: VectorKernels, kind: WindowKind): WindowRows | null;
}

/** The lookahead's search with vectors as a tool. */
export interface LowSearchTool {
  /** Checks the kernels, as the function of `Transform8x8` does. */
  requireKernels(where: string, kernels: VectorKernels): void;
  readonly create: CreateLowSearch;
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
    weights: Scaling['weights8x8'] | null,
  ): ResidualCoder8x8;
}

/** No tool: Constrained Baseline. */
export const BASELINE_TOOLS: ProfileTools = {
  cabac: null,
  bSlices: null,
  transform8x8: null,
  weightedReferences: null,
  monochrome: null,
  createScaling: null,
  psyLevels: null,
  createMessages: null,
  inspection: null,
  windowRows: null,
  createPartOrigins: null,
  createLowWeights: null,
  lowSearch: null,
  secondPass: null,
  createZones: null,
  applyTune: null,
  applyDefaults: (options) => options,
};

/** The statistics of a first pass, if the options have them. */
function statisticsOf({ target }: ResolvedOptions['rate']) {
  return target.kind === 'bitRate' ? target.statistics : null;
}

/** The option that asks for a tool of no profile which was not handed over; null if there is none. */
function otherTool(
  { rate, order, settingsSei, inspect, zones, quality }: ResolvedOptions,
  tools: ProfileTools,
) {
  if (tools.inspection === null && inspect !== null) return 'inspect';
  if (tools.secondPass === null && statisticsOf(rate) !== null) return 'statistics';
  if (tools.psyLevels === null && quality.psyTrellis > 0) return 'psyTrellis';
  if (tools.createZones === null && zones !== undefined) return 'zones';
  if (tools.createMessages !== null) return null;
  if (rate.hrd !== 'none') return 'hrd';
  if (order.keyPictures === 'recovery') return 'keyPictures';
  return settingsSei ? 'settingsSei' : null;
}

/** Throws if the options need a tool that was not handed over. */
export function requireTools(options: ResolvedOptions, tools: ProfileTools): void {
  const { cabac, transform8x8, monochrome, weightP, profile, vectorKernels } = options;
  const at = 'h264.options';
  const other = otherTool(options, tools);
  if (other !== null)
    throw new UnsupportedError(`${at}.${other}`, `this encoder is without; ${WITH_ALL_TOOLS}`);
  if (
    (cabac && tools.cabac === null) ||
    (transform8x8 && tools.transform8x8 === null) ||
    (monochrome && tools.monochrome === null) ||
    (weightP && tools.weightedReferences === null)
  ) {
    throw new UnsupportedError(
      `${at}.profile`,
      `this encoder is without the tools of profile ${profile}; ${WITH_ALL_TOOLS}`,
    );
  }
  const statistics = statisticsOf(options.rate);
  if (statistics !== null) tools.secondPass?.check(statistics, options.width, options.height);
  if (transform8x8) tools.transform8x8?.requireKernels(`${at}.vectorKernels`, vectorKernels);
  tools.lowSearch?.requireKernels(`${at}.vectorKernels`, vectorKernels);
  tools.windowRows?.requireKernels(`${at}.vectorKernels`, vectorKernels);
  if (cabac) tools.cabac?.requireKernels(`${at}.vectorKernels`, vectorKernels);
}
