/** What an element works with: tables and scratch that all elements share, and what is remembered of each channel. */
import { ChannelStream } from '../standard/channel-stream.ts';
import { SWB_OFFSET_SHORT_WINDOW } from '../standard/scalefactor-bands.ts';
import { FRAME_LENGTH, NUM_SHORT_WINDOWS } from '../standard/window-sequence.ts';
import { ChannelSearch } from './band-cost.ts';
import { AttackDetector } from './block-switching.ts';
import { FilterBank } from './filterbank.ts';
import { NoiseCandidates } from './noise-substitution.ts';
import type { EncoderSettings } from './options.ts';
import { ChannelEar, EarModel } from './psychoacoustics.ts';
import { SectionScratch } from './sectioning.ts';
import { ShortEarModel } from './short-ear.ts';
import { TrellisScratch } from './trellis.ts';

/** Tables and scratch that all elements of an encoder share. */
export class SharedTools {
  readonly filterBank = new FilterBank();
  readonly ear: EarModel;
  readonly shortEar: ShortEarModel;
  readonly trellis = new TrellisScratch();
  readonly sections = new SectionScratch();

  constructor(settings: EncoderSettings) {
    this.ear = new EarModel(settings.sampleRate, settings.tuning);
    this.shortEar = new ShortEarModel(
      settings.sampleRate,
      SWB_OFFSET_SHORT_WINDOW[settings.samplingFrequencyIndex],
      settings.tuning,
    );
  }
}

/** What the encoder remembers of one channel. */
export class ChannelState {
  readonly ear: ChannelEar;
  readonly detector: AttackDetector;
  readonly stream = new ChannelStream();
  readonly search = new ChannelSearch();
  readonly noise = new NoiseCandidates();
  /** Lines as the filter bank gives them. */
  readonly spectrum = new Float64Array(FRAME_LENGTH);
  /** Weights of long lines, where they are asked for one by one: in short frames, and when window shapes are tried. */
  readonly lineWeights = new Float64Array(FRAME_LENGTH);
  readonly shortWeights: Float64Array;

  constructor(tools: SharedTools, settings: EncoderSettings) {
    this.ear = new ChannelEar(tools.ear);
    this.detector = new AttackDetector(settings.tuning);
    this.shortWeights = new Float64Array(NUM_SHORT_WINDOWS * tools.shortEar.numBands);
  }
}
