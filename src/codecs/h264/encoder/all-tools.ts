/** The tools of every profile in one object, for encoders that may use all of them. */
import { createLowSearch, LOW_SEARCH_KERNELS } from '../kernels/vector/low-search.ts';
import { KERNELS_8X8 } from '../kernels/vector/residual-8x8.ts';
import { createWindowRows, WINDOW_KERNELS } from '../kernels/vector/window-rows.ts';
import { keepColocated } from '../standard/direct-prediction.ts';
import { AccessUnitMessages } from './access-unit-messages.ts';
import { createBDecision } from './b-decision.ts';
import { BlockInspection } from './block-inspection.ts';
import { CABAC } from './cabac-coding.ts';
import { withDefaults } from './defaults.ts';
import { createLowWeights } from './low-weights.ts';
import { MONOCHROME } from './monochrome.ts';
import { PartOrigins } from './part-origins.ts';
import { PredictionInspection } from './prediction-inspection.ts';
import type {
  BSlices,
  Inspection,
  LowSearchTool,
  ProfileTools,
  Transform8x8,
  WindowTool,
} from './profile-tools.ts';
import { psyLevelDecider } from './psy-levels.ts';
import { ReorderedReferences } from './reordered-references.ts';
import { ResidualCoder8x8 } from './residual-8x8.ts';
import { createRows } from './rows.ts';
import { createScaling } from './scaling.ts';
import { withTune } from './tunes.ts';
import { SECOND_PASS } from './two-pass.ts';
import { UnitInspection } from './unit-inspection.ts';
import { WeightedReferences } from './weighted-references.ts';
import { Zones } from './zones.ts';

/** The tool of B slices. */
export const B_SLICES: BSlices = {
  createDecision: createBDecision,
  createReferences: (order) => new ReorderedReferences(order),
  createRows,
  keepColocated,
};

/** The tool of the 8x8 transform. */
export const TRANSFORM_8X8: Transform8x8 = {
  requireKernels: (where, kernels) => void KERNELS_8X8.requireKernels(where, kernels),
  createCoder: (...parts) => new ResidualCoder8x8(...parts),
};

/** The tool that tells inspectors. */
export const INSPECTION: Inspection = {
  ofUnits: (inspector, syntax) => new UnitInspection(inspector, syntax),
  ofBlocks: (inspector, memory) => new BlockInspection(inspector, memory),
  ofPredictions: (...parts) => new PredictionInspection(...parts),
};

/** The lookahead's search with vectors. */
export const LOW_SEARCH: LowSearchTool = {
  requireKernels: (where, kernels) => void LOW_SEARCH_KERNELS.requireKernels(where, kernels),
  create: createLowSearch,
};

/** The search of windows with vectors. */
export const WINDOW_ROWS: WindowTool = {
  requireKernels: (where, kernels) => void WINDOW_KERNELS.requireKernels(where, kernels),
  create: ({ kernelMemory, words, windows, sourceLumaStride: width }, vectorKernels, kind) =>
    createWindowRows(kernelMemory, vectorKernels, words, windows[kind], kind, width),
};

/** All tools that there are. */
export const ALL_TOOLS: ProfileTools = {
  cabac: CABAC,
  bSlices: B_SLICES,
  transform8x8: TRANSFORM_8X8,
  weightedReferences: (...parts) => new WeightedReferences(...parts),
  monochrome: MONOCHROME,
  createScaling,
  psyLevels: psyLevelDecider,
  createMessages: (setup, vbv) => new AccessUnitMessages(setup, vbv),
  inspection: INSPECTION,
  lowSearch: LOW_SEARCH,
  windowRows: WINDOW_ROWS,
  createPartOrigins: (...parts) => new PartOrigins(...parts),
  createLowWeights,
  secondPass: SECOND_PASS,
  createZones: (zones, mbs) => new Zones(zones, mbs),
  applyTune: withTune,
  applyDefaults: withDefaults,
};
