/** The state of elements: tables and scratch that all elements share, and the memory of each channel. */
import { SearchMemory, searchBytes } from '../kernels/search-memory.ts';
import { Transforms, transformBytes } from '../kernels/transforms.ts';
import { ChannelStream } from '../standard/channel-stream.ts';
import { SWB_OFFSET_SHORT_WINDOW } from '../standard/scalefactor-bands.ts';
import { FRAME_LENGTH, NUM_SHORT_WINDOWS } from '../standard/window-sequence.ts';
import { ChannelSearch } from './band-cost.ts';
import { AttackDetector } from './block-switching.ts';
import { FilterBank } from './filterbank.ts';
import { NoiseCandidates } from './noise-substitution.ts';
import type { EncoderSettings } from './options.ts';
import { ChannelEar, EarModel } from './psychoacoustics.ts';
import { ShortEarModel } from './short-ear.ts';

/** Samples kept of a channel: the block of the frame to code (2048) and the frame after it, whose attacks decide on its window. */
export const BUFFER_LENGTH = 3 * FRAME_LENGTH;
/** Float64 of a channel in the memory of transforms, at most: samples, lines, energies. */
const CHANNEL_DOUBLES = BUFFER_LENGTH + FRAME_LENGTH + 256;

/** Tables and scratch that all elements of an encoder share. */
export class SharedTools {
  readonly transforms: Transforms;
  readonly filterBank: FilterBank;
  readonly ear: EarModel;
  readonly shortEar: ShortEarModel;
  readonly search: SearchMemory;

  constructor(settings: EncoderSettings) {
    const { numChannels, tuning } = settings;
    const start = searchBytes(numChannels);
    const bytes = start + transformBytes(numChannels * CHANNEL_DOUBLES);
    const memory = settings.kernels.createMemory(bytes, settings.vectorKernels);
    this.search = new SearchMemory(memory, tuning.roundingFirst, tuning.roundingRest);
    this.transforms = new Transforms(memory, start);
    this.filterBank = new FilterBank(this.transforms);
    this.ear = new EarModel(settings.sampleRate, tuning);
    this.transforms.setBands(this.ear);
    this.shortEar = new ShortEarModel(
      settings.sampleRate,
      SWB_OFFSET_SHORT_WINDOW[settings.samplingFrequencyIndex],
      tuning,
    );
  }
}

/** What the encoder remembers of one channel. */
export class ChannelState {
  readonly ear: ChannelEar;
  readonly detector: AttackDetector;
  readonly stream: ChannelStream;
  readonly search: ChannelSearch;
  readonly noise = new NoiseCandidates();
  /** Lines as the filter bank gives them. */
  readonly spectrum: Float64Array;
  /** Weights of long lines, where they are asked for one by one: in short frames, and when window shapes are tried. */
  readonly lineWeights = new Float64Array(FRAME_LENGTH);
  readonly shortWeights: Float64Array;
  readonly filterGains = new Float64Array(NUM_SHORT_WINDOWS);
  /** Whether the frame has an attack, and the next. */
  attackNow = false;
  attackNext = false;
  /** Bands of the frame before its last zeros are dropped. */
  maxSfb = 0;
  /** Whether bands of the frame may be substituted by noise. */
  hasNoise = false;

  constructor(tools: SharedTools, settings: EncoderSettings) {
    this.search = new ChannelSearch(tools.search);
    this.stream = new ChannelStream(this.search.memory);
    this.spectrum = tools.transforms.take(FRAME_LENGTH);
    this.ear = new ChannelEar(tools.ear, tools.transforms.take(tools.ear.numBands));
    this.detector = new AttackDetector(settings.tuning);
    this.shortWeights = new Float64Array(NUM_SHORT_WINDOWS * tools.shortEar.numBands);
  }
}
