/**
 * Perceived audio quality by the basic version of ITU-R BS.1387-1 (PEAQ): how a trained listener would grade a test signal
 * against its reference, as the objective difference grade from 0 (no difference) to -4 (very annoying).
 *
 * samples -> ear-model.ts -> pattern-processing.ts -> frame-measures.ts, error-harmonics.ts -> averaging.ts ->
 * neural-network.ts. Clause numbers in these files are those of Annex 2 of the recommendation. Where its text is open or
 * wrong we follow P. Kabal, An Examination and Interpretation of ITU-R BS.1387: Perceptual Evaluation of Audio Quality,
 * McGill University, 2003, and say so.
 */
import { ConfigError } from '../../src/base/errors.ts';
import {
  averageDistortedBlock,
  maximumFiltered,
  meanOfCounted,
  rootMeanSquare,
  shareAbove,
  weightedMean,
  windowedAverage,
} from './averaging.ts';
import { FRAME_RATE, FRAME_SIZE, HOP_SIZE, SAMPLE_RATE } from './ear-bands.ts';
import { EarModel } from './ear-model.ts';
import { ErrorHarmonics } from './error-harmonics.ts';
import {
  Bandwidth,
  Detection,
  ModulationDifference,
  NoiseToMask,
  noiseLoudness,
} from './frame-measures.ts';
import {
  distortionIndex,
  MOV_NAMES,
  type MovName,
  objectiveDifferenceGrade,
} from './neural-network.ts';
import { loudness, Modulation, PatternAdaptation } from './pattern-processing.ts';
import { dataBoundary, isSilentHalf, LOUDNESS_THRESHOLD } from './signal-bounds.ts';

/** One channel as samples at 48 kHz, full scale ±1. */
export type Channel = Float32Array | Float64Array;

export interface PeaqResult {
  /** Objective difference grade: 0.22 at best, -3.98 at worst. */
  readonly odg: number;
  /** Distortion index, the output of the network before it is mapped to the grade. */
  readonly di: number;
  /** The eleven model output variables. */
  readonly movs: Readonly<Record<MovName, number>>;
  /** Number of frames that counted. */
  readonly frames: number;
}

/** Sees each frame as it is measured. Views are valid during the call only. */
export interface PeaqInspector {
  /**
   * @param frame number of the frame from the start of the signal, in hops of 1024 samples
   * @param channel number of the channel
   * @param noiseToMask ratio of noise to mask in each of the 109 bands
   * @param modulationDifference the frame's part of AvgModDiff1B
   * @param noiseLoudness the frame's part of RmsNoiseLoudB
   */
  frame(
    frame: number,
    channel: number,
    noiseToMask: Float64Array,
    modulationDifference: number,
    noiseLoudness: number,
  ): void;
}

/** Frames of the first half second, which modulation and noise loudness leave out, clause 5.2.4.1. */
const DELAYED_FRAMES = Math.ceil(0.5 * FRAME_RATE);
/** Frames of 50 ms, left out of noise loudness once the loudness threshold is reached, clause 5.2.4.2. */
const LOUDNESS_FRAMES = Math.ceil(0.05 * FRAME_RATE);
/** Frames of the 100 ms window of WinModDiff1B, clause 5.2.3. */
const WINDOW_FRAMES = Math.floor(0.1 * FRAME_RATE);
/** Noise to mask above which a frame is disturbed: 1.5 dB, clause 4.6. */
const DISTURBED = 10 ** 0.15;

/** Everything one channel remembers, and its value for each frame. */
class ChannelMeasures {
  readonly earReference = new EarModel();
  readonly earTest = new EarModel();
  readonly firstDifference: Float64Array;
  readonly secondDifference: Float64Array;
  readonly weight: Float64Array;
  readonly noiseLoudness: Float64Array;
  readonly bandwidthReference: Float64Array;
  readonly bandwidthTest: Float64Array;
  readonly noiseToMask: Float64Array;
  readonly largestNoiseToMask: Float64Array;
  readonly harmonics: Float64Array;
  /** First frame in which both signals are loud enough for noise loudness; the number of frames if none is. */
  loudFrom: number;
  private readonly adaptation = new PatternAdaptation();
  private readonly modulationReference = new Modulation();
  private readonly modulationTest = new Modulation();
  private readonly modulationDifference = new ModulationDifference();
  private readonly bandwidth = new Bandwidth();
  private readonly noise = new NoiseToMask();
  private readonly errorHarmonics = new ErrorHarmonics();
  private readonly frames: number;

  constructor(frames: number) {
    this.frames = frames;
    this.loudFrom = frames;
    this.firstDifference = new Float64Array(frames);
    this.secondDifference = new Float64Array(frames);
    this.weight = new Float64Array(frames);
    this.noiseLoudness = new Float64Array(frames);
    this.bandwidthReference = new Float64Array(frames);
    this.bandwidthTest = new Float64Array(frames);
    this.noiseToMask = new Float64Array(frames);
    this.largestNoiseToMask = new Float64Array(frames);
    this.harmonics = new Float64Array(frames);
  }

  /** The parts that remember: to be called for every frame, also for those before the signal proper. */
  advance(reference: Float64Array, test: Float64Array, position: number): void {
    this.earReference.process(reference, position);
    this.earTest.process(test, position);
    this.adaptation.process(this.earReference.excitation, this.earTest.excitation);
    this.modulationReference.process(this.earReference.unsmeared);
    this.modulationTest.process(this.earTest.unsmeared);
  }

  /** Measures the frame that `advance` has taken, as number `index` of those that count. */
  measure(
    index: number,
    reference: Float64Array,
    test: Float64Array,
    position: number,
  ): Float64Array {
    const { earReference, earTest, modulationReference, modulationTest, adaptation } = this;
    const { modulationDifference, bandwidth, noise } = this;
    modulationDifference.measure(
      modulationReference.modulation,
      modulationTest.modulation,
      modulationReference.averageLoudness,
    );
    this.firstDifference[index] = modulationDifference.first;
    this.secondDifference[index] = modulationDifference.second;
    this.weight[index] = modulationDifference.weight;
    this.noiseLoudness[index] = noiseLoudness(
      modulationReference.modulation,
      modulationTest.modulation,
      adaptation.reference,
      adaptation.test,
    );
    if (
      this.loudFrom === this.frames &&
      loudness(earReference.excitation) > LOUDNESS_THRESHOLD &&
      loudness(earTest.excitation) > LOUDNESS_THRESHOLD
    ) {
      this.loudFrom = index;
    }
    bandwidth.measure(earReference.power, earTest.power);
    this.bandwidthReference[index] = bandwidth.reference;
    this.bandwidthTest[index] = bandwidth.test;
    noise.measure(earReference.weighted, earTest.weighted, earReference.excitation);
    this.noiseToMask[index] = noise.mean;
    this.largestNoiseToMask[index] = noise.largest;
    const silent = isSilentHalf(reference, position) && isSilentHalf(test, position);
    this.harmonics[index] = silent
      ? -1
      : this.errorHarmonics.measure(earReference.power, earTest.power);
    return noise.ratios;
  }
}

/** Copies a channel to double precision with zeros behind it, so that every frame is whole. */
function padded(channel: Channel, length: number): Float64Array {
  const out = new Float64Array(length + FRAME_SIZE);
  out.set(channel.subarray(0, length));
  return out;
}

/**
 * Grades `test` against `reference`.
 * @param reference one or two channels at 48 kHz, at least 2048 samples each; not changed
 * @param test as many channels, aligned with the reference to the sample; a longer signal is cut to the shorter one
 * @param sampleRate must be 48000: the recommendation knows no other, and resampling is the caller's business
 * @throws ConfigError if the channels do not match or are too short, or the reference is silent
 */
export function measurePeaq(
  reference: readonly Channel[],
  test: readonly Channel[],
  sampleRate: number = SAMPLE_RATE,
  inspector: PeaqInspector | null = null,
): PeaqResult {
  const channelCount = reference.length;
  if (sampleRate !== SAMPLE_RATE) {
    throw new ConfigError('peaq.sampleRate', `got ${sampleRate}, allowed ${SAMPLE_RATE}`);
  }
  if (channelCount < 1 || channelCount > 2 || test.length !== channelCount) {
    throw new ConfigError(
      'peaq.channels',
      `got ${channelCount} and ${test.length}, allowed 1 and 1, 2 and 2`,
    );
  }
  const length = Math.min(...reference.map((c) => c.length), ...test.map((c) => c.length));
  const references = reference.map((channel) => padded(channel, length));
  const tests = test.map((channel) => padded(channel, length));
  const [firstSample, lastSample] = dataBoundary(references, length);
  const firstFrame = Math.floor(firstSample / HOP_SIZE);
  const lastFrame = Math.floor((lastSample + 1 - HOP_SIZE) / HOP_SIZE);
  const frames = lastFrame - firstFrame + 1;
  if (lastSample < 0 || frames < 1) {
    throw new ConfigError('peaq.reference', `silent, or shorter than ${FRAME_SIZE} samples`);
  }

  const channels = references.map(() => new ChannelMeasures(frames));
  const detection = new Detection();
  const probability = new Float64Array(frames);
  const steps = new Float64Array(frames);
  for (let frame = 0; frame <= lastFrame; frame++) {
    const position = frame * HOP_SIZE;
    const index = frame - firstFrame;
    detection.begin();
    for (let c = 0; c < channelCount; c++) {
      const channel = channels[c]!;
      channel.advance(references[c]!, tests[c]!, position);
      if (index < 0) continue;
      const ratios = channel.measure(index, references[c]!, tests[c]!, position);
      detection.addChannel(channel.earReference.excitation, channel.earTest.excitation);
      if (inspector !== null) {
        const difference = channel.firstDifference[index]!;
        inspector.frame(frame, c, ratios, difference, channel.noiseLoudness[index]!);
      }
    }
    if (index < 0) continue;
    detection.end();
    probability[index] = detection.probability;
    steps[index] = detection.steps;
  }

  const movs = averageOverTime(channels, probability, steps, frames, firstFrame);
  const di = distortionIndex(movs);
  return {
    odg: objectiveDifferenceGrade(di),
    di,
    movs: Object.fromEntries(MOV_NAMES.map((name, i) => [name, movs[i]!])) as Record<
      MovName,
      number
    >,
    frames,
  };
}

/** The eleven model output variables in the network's order, clause 5; those of single channels are averaged, clause 5.3. */
function averageOverTime(
  channels: readonly ChannelMeasures[],
  probability: Float64Array,
  steps: Float64Array,
  frames: number,
  warmUpFrames: number,
): Float64Array {
  const delayed = Math.max(0, DELAYED_FRAMES - warmUpFrames);
  const loudFrom = Math.min(...channels.map((channel) => channel.loudFrom));
  const loudDelayed = Math.max(loudFrom + LOUDNESS_FRAMES, delayed);
  const mean = (value: (channel: ChannelMeasures) => number): number =>
    channels.reduce((sum, channel) => sum + value(channel), 0) / channels.length;
  return Float64Array.of(
    mean((c) => meanOfCounted(c.bandwidthReference, 0, frames)),
    mean((c) => meanOfCounted(c.bandwidthTest, 0, frames)),
    mean((c) => 10 * Math.log10(meanOfCounted(c.noiseToMask, 0, frames))),
    mean((c) => windowedAverage(c.firstDifference, delayed, frames, WINDOW_FRAMES)),
    averageDistortedBlock(probability, steps, 0, frames),
    mean((c) => 1000 * meanOfCounted(c.harmonics, 0, frames)),
    mean((c) => weightedMean(c.firstDifference, c.weight, delayed, frames)),
    mean((c) => weightedMean(c.secondDifference, c.weight, delayed, frames)),
    mean((c) => rootMeanSquare(c.noiseLoudness, loudDelayed, frames)),
    maximumFiltered(probability, 0, frames),
    mean((c) => shareAbove(c.largestNoiseToMask, 0, frames, DISTURBED)),
  );
}
