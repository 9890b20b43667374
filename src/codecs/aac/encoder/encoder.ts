/**
 * The AAC-LC encoder: samples in, packets out. Takes runs of any length, keeps what is left over for the next frame, and
 * says exactly where every sample went.
 *
 * A frame's block is 2048 samples, half of them new; the decoder gives the first half back when it has the frame. So
 * packet p decodes to samples (p - 1)·1024 .. p·1024 - 1: the first packet to 1024 samples that were not in the input
 * (priming), and the last to some that come after it (discardPadding). Attack detection looks one frame further ahead.
 */
import { ConfigError, StateError } from '../../../base/errors.ts';
import type { AudioStreamInfo } from '../../../base/packet.ts';
import { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import type { AudioFrame } from '../../../frames/frame.ts';
import type { AacPacket } from '../../../syntax/aac/aac-packet.ts';
import {
  PLAIN_AUDIO_CONFIG,
  writeAudioSpecificConfig,
} from '../../../syntax/aac/audio-specific-config.ts';
import { NO_KERNELS } from '../../../wasm/kernel-memory.ts';
import { AAC_KERNELS } from '../kernels/kernel-set.ts';
import { programConfigOf } from '../standard/channel-configuration.ts';
import { END_BITS, ProtectedBits, writeEnd, writeFill } from '../standard/raw-data-block.ts';
import { FRAME_LENGTH } from '../standard/window-sequence.ts';
import { ATTACK_OFFSET } from './block-switching.ts';
import { BUFFER_LENGTH, SharedTools } from './channel-state.ts';
import { ElementEncoder } from './element-encoder.ts';
import { type AacEncoderOptions, type EncoderSettings, resolveOptions } from './options.ts';
import { NOISE_TO_LAMBDA, RateControl } from './rate-control.ts';
import type { Tuning } from './tuning.ts';

/** Samples of the decoded stream that come before the input: the first half of the first block. */
const PRIMING = FRAME_LENGTH;
const FULL_SCALE = 32768;
/** Times that a frame is coded again with another lambda before everything is left out. */
const MAX_TRIALS = 12;

/** A frame that was too large is decided again until it has this share of the bits that there are… */
const ENOUGH_BITS = 0.85;
/** …or lambda is known to this factor. */
const NEAR_LAMBDA = 1.15;

/** Below this, less noise is worth nothing: what is left of a frame is filled. */
const LEAST_LAMBDA = 1e-5;

/** Encodes one stream. Make it with `createAacEncoder`. */
export class AacEncoder {
  readonly streamInfo: AudioStreamInfo;
  private readonly settings: EncoderSettings;
  private readonly elements: readonly ElementEncoder[];
  private readonly rate: RateControl;
  private readonly writer: SyntaxWriter;
  private readonly protectedBits = new ProtectedBits();
  /** Input channel => samples; sample 0 is the first of the next block. */
  private readonly buffers: readonly Float64Array[];
  /** Samples in `buffers`. */
  private filled = FRAME_LENGTH;
  /** Samples taken so far, a channel. */
  private numSamples = 0;
  private numPackets = 0;
  private isFlushed = false;

  constructor(settings: EncoderSettings) {
    this.settings = settings;
    const tools = new SharedTools(settings);
    this.elements = settings.layout.elements.map(
      (element) => new ElementEncoder(element, settings, tools),
    );
    this.rate = new RateControl(settings);
    this.writer = new SyntaxWriter(undefined, settings.inspector?.trace ?? null);
    this.buffers = Array.from({ length: settings.numChannels }, () =>
      tools.transforms.take(BUFFER_LENGTH),
    );
    const { places } = settings.layout;
    this.streamInfo = {
      kind: 'audio',
      codec: 'aac',
      timeBase: [1, settings.sampleRate],
      config: writeAudioSpecificConfig({
        ...PLAIN_AUDIO_CONFIG,
        samplingFrequency: settings.sampleRate,
        channelConfiguration: settings.layout.channelConfiguration,
        programConfig:
          places === undefined ? null : programConfigOf(places, settings.samplingFrequencyIndex),
      }),
      ...(settings.rateControl === 'quality' ? {} : { bitRate: settings.bitRate }),
      sampleRate: settings.sampleRate,
      numChannels: settings.numChannels,
      channelMask: settings.layout.channelMask,
      sampleFmt: 'fltp',
      frameSize: FRAME_LENGTH,
      priming: PRIMING,
    };
  }

  /**
   * Takes one run of samples, any number of them; returns the packets that are complete. Times are counted from the first
   * sample taken; `frame.pts` is not looked at.
   * @param frame planar float (`fltp`), full scale ±1; samples beyond it are coded as they are. Read during the call only.
   * @throws ConfigError for another format, rate or channel count, and for samples that are not finite or above 2^15
   */
  encode(frame: AudioFrame): AacPacket[] {
    if (this.isFlushed) {
      throw new StateError('aac.encode', 'called after flush; make a new encoder');
    }
    const planes = this.checkFrame(frame);
    const packets: AacPacket[] = [];
    for (let taken = 0; taken < frame.numSamples; ) {
      const count = Math.min(BUFFER_LENGTH - this.filled, frame.numSamples - taken);
      for (let c = 0; c < planes.length; c++) {
        const { data, offset } = frame.planes[c];
        this.take(c, data as Float32Array, offset + taken, count);
      }
      taken += count;
      this.filled += count;
      this.numSamples += count;
      if (this.filled === BUFFER_LENGTH) packets.push(this.encodeFrame(0));
    }
    return packets;
  }

  /**
   * Codes the samples that are left. Returns the last packets; the very last says how many of its samples are padding. Nothing can be
   * encoded afterwards.
   * @throws ConfigError if there was not one sample: a stream without packets has nothing to play
   */
  flush(): AacPacket[] {
    if (this.isFlushed) throw new StateError('aac.flush', 'called twice');
    this.isFlushed = true;
    if (this.numSamples === 0) {
      throw new ConfigError('aac.flush', 'got a stream of 0 samples, allowed are 1 or more');
    }
    const total = 1 + Math.ceil(this.numSamples / FRAME_LENGTH);
    const padding = (total - 1) * FRAME_LENGTH - this.numSamples;
    const packets: AacPacket[] = [];
    while (this.numPackets < total) {
      for (const buffer of this.buffers) buffer.fill(0, this.filled);
      this.filled = BUFFER_LENGTH;
      packets.push(this.encodeFrame(this.numPackets === total - 1 ? padding : 0));
    }
    return packets;
  }

  private checkFrame(frame: AudioFrame): AudioFrame['planes'] {
    const { sampleRate, numChannels } = this.settings;
    if (frame.sampleFmt !== 'fltp') {
      throw new ConfigError(
        'aac.encode.frame.sampleFmt',
        `got ${frame.sampleFmt}, allowed is fltp`,
      );
    }
    if (frame.sampleRate !== sampleRate) {
      throw new ConfigError(
        'aac.encode.frame.sampleRate',
        `got ${frame.sampleRate}, allowed is ${sampleRate}, the encoder's`,
      );
    }
    if (frame.numChannels !== numChannels || frame.planes.length !== numChannels) {
      throw new ConfigError(
        'aac.encode.frame.numChannels',
        `got ${frame.numChannels} in ${frame.planes.length} planes, allowed is ${numChannels}, the encoder's`,
      );
    }
    for (let c = 0; c < numChannels; c++) {
      const { data, offset } = frame.planes[c];
      if (!(data instanceof Float32Array)) {
        throw new ConfigError(`aac.encode.frame.planes[${c}]`, 'allowed is a Float32Array');
      }
      const isInside = offset >= 0 && offset + frame.numSamples <= data.length;
      if (!Number.isInteger(offset) || !isInside) {
        throw new ConfigError(
          `aac.encode.frame.planes[${c}]`,
          `got ${data.length - offset} samples, frame.numSamples is ${frame.numSamples}`,
        );
      }
      requireFinite(data, offset, frame.numSamples, c);
    }
    return frame.planes;
  }

  private take(channel: number, data: Float32Array, pos: number, count: number): void {
    const buffer = this.buffers[channel];
    const filled = this.filled;
    for (let i = 0; i < count; i++) buffer[filled + i] = data[pos + i] * FULL_SCALE;
  }

  /** Codes the block at the start of the buffers, and moves them on by a frame. */
  private encodeFrame(discardPadding: number): AacPacket {
    const { elements, rate, settings, writer } = this;
    const { inspector } = settings;
    const pts = this.numPackets * FRAME_LENGTH - PRIMING;
    if (inspector !== null) inspector.frame(this.numPackets, pts);
    let lambda = rate.lambda();
    const noise = lambda * NOISE_TO_LAMBDA;
    const substitutes = rate.allowsSubstitutes();
    for (let e = 0; e < elements.length; e++) {
      elements[e].analyze(this.buffers, 0, FRAME_LENGTH + ATTACK_OFFSET, noise, substitutes);
    }
    let demand = 0;
    let isBeforeAttack = false;
    for (let e = 0; e < elements.length; e++) {
      demand += elements[e].estimateBits(noise);
      if (elements[e].isBeforeAttack()) isBeforeAttack = true;
    }
    const planned = rate.planned(lambda, demand, isBeforeAttack);
    lambda = this.decide(planned);

    writer.bits.reset();
    this.protectedBits.reset();
    for (let e = 0; e < elements.length; e++) elements[e].write(writer, this.protectedBits);
    const usefulBits = writer.bits.bitPosition + END_BITS;
    const least = rate.leastBits();
    if (usefulBits < least) {
      // At least `least` bits, so that the reservoir does not run over, and whole bytes that are not too many.
      writeFill(writer, Math.min(least - usefulBits + 6, rate.mostBits() - usefulBits));
    }
    writeEnd(writer);
    const bits = writer.bits.bitPosition;
    rate.frameDone(bits, lambda / planned);
    if (inspector !== null) {
      for (const element of elements) element.inspect(inspector);
      inspector.frameEnd(bits, lambda, rate.reservoirBits);
    }
    for (let c = 0; c < this.buffers.length; c++) this.buffers[c].copyWithin(0, FRAME_LENGTH);
    this.filled = BUFFER_LENGTH - FRAME_LENGTH;
    this.numPackets++;
    return {
      data: writer.bits.toBytes(),
      pts,
      dts: pts,
      duration: FRAME_LENGTH,
      isKey: true,
      protectedBits: this.protectedBits.toArray(),
      ...(discardPadding > 0 ? { discardPadding } : {}),
    };
  }

  /** Codes all elements with `lambda`, or with the next larger (smaller) one that keeps the reservoir's bounds. */
  private decide(lambda: number): number {
    const most = this.rate.mostBits();
    const least = this.rate.leastBits();
    let bits = this.decideWith(lambda);
    if (bits > most) return this.decideLarger(lambda, bits, most);
    for (let trial = 0; bits < least && trial < 3; trial++) {
      const lower = lambda / Math.min(16, 1.2 + 3 * (least / bits - 1));
      if (lower < LEAST_LAMBDA) break;
      bits = this.decideWith(lower);
      if (bits > most) {
        bits = this.decideWith(lambda);
        break;
      }
      lambda = lower;
    }
    return lambda;
  }

  /** The same where `lambda` takes more than `most` bits: the smallest larger one that does not, roughly. */
  private decideLarger(lambda: number, bits: number, most: number): number {
    let tooSmall = lambda;
    for (let trial = 0; bits > most; trial++) {
      // Section headers of eight groups may be more than a frame at the least rates.
      if (trial > MAX_TRIALS) for (const element of this.elements) element.silence();
      tooSmall = lambda;
      lambda *= trial < MAX_TRIALS ? Math.min(16, 1.1 + 4 * (bits / most - 1)) : 1e30;
      bits = this.decideWith(lambda);
    }
    // After a pause lambda is far too small, and the last step may leave most of the bits that there are.
    let isDecided = true;
    while (bits < ENOUGH_BITS * most && lambda > NEAR_LAMBDA * tooSmall && lambda < 1e20) {
      const between = Math.sqrt(lambda * tooSmall);
      const taken = this.decideWith(between);
      isDecided = taken <= most;
      if (isDecided) {
        lambda = between;
        bits = taken;
      } else tooSmall = between;
    }
    if (!isDecided) this.decideWith(lambda);
    return lambda;
  }

  /** Whole bytes of a frame with `lambda`, in bits. */
  private decideWith(lambda: number): number {
    const { elements } = this;
    let bits = END_BITS;
    for (let e = 0; e < elements.length; e++) bits += elements[e].decide(lambda);
    return Math.ceil(bits / 8) * 8;
  }
}

/** Most that a sample may be, ±: louder ones would leave the range of scale factors. */
const LARGEST_SAMPLE = 32768;

function requireFinite(data: Float32Array, offset: number, count: number, channel: number): void {
  for (let i = 0; i < count; i++) {
    const x = data[offset + i];
    if (!(Math.abs(x) <= LARGEST_SAMPLE)) {
      throw new ConfigError(
        `aac.encode.frame.planes[${channel}]`,
        `got ${x} at sample ${i}, allowed are numbers -${LARGEST_SAMPLE}..${LARGEST_SAMPLE} (full scale is 1)`,
      );
    }
  }
}

/**
 * Makes an encoder. Throws `ConfigError` or `UnsupportedError` for options that no AAC-LC stream can have.
 * @param tuning for experiments: other numbers behind the choices
 */
export function createAacEncoder(options: AacEncoderOptions, tuning?: Tuning): AacEncoder {
  return new AacEncoder(resolveOptions(options, AAC_KERNELS, tuning));
}

/** Makes an encoder without vector kernels, for small bundles: the same bytes, in up to twice the time. */
export function createSmallAacEncoder(options: AacEncoderOptions): AacEncoder {
  return new AacEncoder(resolveOptions(options, NO_KERNELS));
}
