/**
 * The audio encoder of a session: sound of any sample format and in pieces of any length in, packets out. The pieces are
 * collected in frames of the length that the codec wants, so the packets do not depend on how the sound was cut.
 */
import { ConfigError, messageOf, rejectUnknownKeys, StateError } from '../base/errors.ts';
import { type Abortable, Pace } from '../base/pace.ts';
import type { AudioStreamInfo, Packet } from '../base/packet.ts';
import { rescale } from '../base/rational.ts';
import { TurnQueue } from '../base/turn-queue.ts';
import { AudioFrames } from '../frames/audio-frames.ts';
import { requireFiniteSamples } from '../frames/check-finite.ts';
import { requireAudioFrame } from '../frames/check-frame.ts';
import { allocateAudioPlanes } from '../frames/convert-audio.ts';
import { convertSamples } from '../frames/convert-samples.ts';
import type { AudioFrame, Plane } from '../frames/frame.ts';
import { type SampleFmt, sampleFmtInfo } from '../frames/sample-format.ts';
import type { AudioCodec, AudioCodecAdapter, AudioCodecSession } from './codec.ts';
import { PacketList } from './demuxed-packets.ts';
import type { AudioEncodeConfig } from './encode-config.ts';

/** Samples per packet of codecs that take any number (PCM): small enough to interleave with pictures. */
const FREE_FRAME_SIZE = 1024;

/** A gap between frames is filled with silence up to this length; a longer one is taken for a mistake. */
const MAX_GAP_SECONDS = 60;

const WHERE = 'audioEncoder.encode.frames';

/** Made by `Muxer.addEncodeStream`. Calls may overlap: they are done one after the other. */
export class AudioEncoder {
  readonly kind = 'audio';
  /** The config that it was made with. */
  readonly config: AudioEncodeConfig;
  private readonly session: AudioCodecSession;
  /** Format that the codec is given, and the frame that is being filled. */
  private readonly sampleFmt: SampleFmt;
  private readonly planes: readonly Plane[];
  private readonly packetSamples: number;
  private filled = 0;
  /** Samples given to the codec so far. */
  private coded = 0;
  /** Time of the first sample of all; null before it came. */
  private origin: number | null = null;
  private state: 'open' | 'flushed' | 'failed' = 'open';
  /** The error that the codec failed with; null if it did not. */
  private failed: { readonly reason: unknown } | null = null;
  private readonly queue = new TurnQueue();
  /** Packets of a call that did not come to its end: given by the next one. */
  private held: Packet[] = [];

  /** Opens `codec`; throws what it throws for a request that it cannot serve. */
  constructor(
    codec: AudioCodecAdapter,
    config: AudioEncodeConfig,
    options: Readonly<Record<string, unknown>>,
  ) {
    this.config = config;
    this.sampleFmt = closestSampleFmt(config.sampleFmt, codec.sampleFmts);
    this.session = codec.open({ ...config, sampleFmt: this.sampleFmt, options });
    this.packetSamples = this.session.streamInfo.frameSize || FREE_FRAME_SIZE;
    this.planes = allocateAudioPlanes(this.sampleFmt, config.numChannels, this.packetSamples);
  }

  /** The description of the packets: codec, configuration, rate, channels, the sample format that decoding gives. */
  get streamInfo(): AudioStreamInfo {
    return this.session.streamInfo;
  }

  /** Samples per channel of a packet; 0 if the codec takes any number. `encode` takes any number always. */
  get frameSize(): number {
    return this.streamInfo.frameSize;
  }

  /** True until `flush`, or until the codec failed. */
  get isOpen(): boolean {
    return this.state === 'open';
  }

  /** The error that the codec or its inspector failed with, after which sound is missing; null if there was none. */
  get failure(): { readonly reason: unknown } | null {
    return this.failed;
  }

  /**
   * Codes sound. Its sample format may be any; rate and channels must be the config's. Each call goes on where the last
   * one ended; a gap in the times is filled with silence.
   * @returns the packets that are ready: none, one or many
   * The samples are read until the promise settles.
   * Throws `ConfigError` for frames that do not fit, go back in time, or hold NaN or infinity: nothing is coded then, and the
   * encoder goes on with the next. Throws `StateError` after `flush`. Where `options.signal` is aborted, or memory is taken away
   * while the frames are coded, what came before is coded, and its packets come with the next call.
   */
  encode(frames: AudioFrames, options: Abortable = {}): Promise<PacketList> {
    return this.queue.run(async () => {
      this.requireOpen('encode');
      rejectUnknownKeys('audioEncoder.encode', options, ['signal']);
      options.signal?.throwIfAborted();
      const gaps = this.checkFrames(frames);
      const first = frames.frames[0];
      if (first !== undefined) this.origin ??= this.inSamples(frames, first);
      const pace = new Pace(options.signal);
      for (const [index, frame] of frames.frames.entries()) {
        this.guarded(() => this.fillSilence(gaps[index]!, this.held));
        for (let done = 0; done < frame.numSamples; ) {
          const turn = done === 0 && index === 0 ? undefined : pace.step();
          if (turn !== undefined) {
            await turn;
            requireAudioFrame(WHERE, frame);
          }
          done += this.guarded(() => this.fill(frame, done));
        }
      }
      return this.takePackets();
    });
  }

  /** Ends the stream: codes what is left, and gives the packets held back. Throws `StateError` if called twice. */
  flush(): Promise<PacketList> {
    return this.queue.run(async () => {
      this.requireOpen('flush');
      this.guarded(() => {
        // A stream of a file may be empty where others are not; a codec may refuse that.
        if (this.origin === null) return;
        if (this.filled > 0) this.codeFrame(this.held);
        this.append(this.held, this.session.flush());
      });
      this.state = 'flushed';
      return this.takePackets();
    });
  }

  /** What fails in here leaves the codec in the middle of a frame. */
  private guarded<T>(step: () => T): T {
    this.state = 'failed';
    try {
      const result = step();
      this.state = 'open';
      return result;
    } catch (reason) {
      this.failed = { reason };
      throw reason;
    }
  }

  private takePackets(): PacketList {
    const packets = this.held;
    this.held = [];
    return this.asPackets(packets);
  }

  private asPackets(packets: readonly Packet[]): PacketList {
    return new PacketList({ kind: 'audio', packets, timeBase: this.streamInfo.timeBase });
  }

  private requireOpen(method: string): void {
    if (this.state === 'flushed') {
      throw new StateError(`audioEncoder.${method}`, 'the encoder was flushed; make a new stream');
    }
    if (this.state === 'failed') {
      const why = this.failed === null ? '' : ` (${messageOf(this.failed.reason)})`;
      throw new StateError(
        `audioEncoder.${method}`,
        `an earlier call failed${why}; make a new stream`,
      );
    }
  }

  /** Checks everything before anything is coded; gives the silence that goes before each frame, in samples. */
  private checkFrames(frames: AudioFrames): number[] {
    const { sampleRate, numChannels } = this.config;
    if (!(frames instanceof AudioFrames)) {
      throw new ConfigError(WHERE, 'needed are AudioFrames; see createReferenceAudioFrame');
    }
    if (frames.sampleRate !== sampleRate || frames.numChannels !== numChannels) {
      throw new ConfigError(
        WHERE,
        `got ${frames.sampleRate} Hz, ${frames.numChannels} channels, the config says ${sampleRate} Hz, ${numChannels} channels; all sound of a stream has one rate and one number of channels`,
      );
    }
    // A time base coarser than a sample cannot say where one begins: up to one tick is no gap.
    const tick = (frames.timeBase[0] * sampleRate) / frames.timeBase[1];
    const tolerance = tick > 1 ? Math.ceil(tick) : 0;
    let next = this.origin === null ? null : this.origin + this.coded + this.filled;
    return frames.frames.map((frame, index) => {
      const where = `${WHERE}[${index}]`;
      requireAudioFrame(where, frame);
      if (frame.sampleRate !== sampleRate || frame.numChannels !== numChannels) {
        throw new ConfigError(where, `is of ${frame.sampleRate} Hz, ${frame.numChannels} channels`);
      }
      if (this.refusesNonFinite) requireFiniteSamples(WHERE, frame);
      const start = this.inSamples(frames, frame);
      next ??= start;
      const distance = start - next;
      const gap = Math.abs(distance) <= tolerance ? 0 : distance;
      if (gap < 0 || gap > MAX_GAP_SECONDS * sampleRate) {
        throw new ConfigError(
          WHERE,
          `begin at sample ${start}, but ${next} is next; pass the number of samples given so far as pts (silence fills up to ${MAX_GAP_SECONDS} s)`,
        );
      }
      next += gap + frame.numSamples;
      return gap;
    });
  }

  /** Integers have no place for NaN and infinity, and most codecs cannot do anything with them. */
  private get refusesNonFinite(): boolean {
    return this.session.keepsNonFinite !== true || !sampleFmtInfo(this.sampleFmt).isFloat;
  }

  private inSamples(frames: AudioFrames, frame: AudioFrame): number {
    return rescale(frame.pts, frames.timeBase, [1, this.config.sampleRate]);
  }

  /** Takes samples from `done` on until a packet is full or there are no more; returns how many. */
  private fill(frame: AudioFrame, done: number): number {
    const count = Math.min(frame.numSamples - done, this.packetSamples - this.filled);
    convertSamples(WHERE, frame, done, count, this.sampleFmt, this.planes, this.filled);
    this.filled += count;
    if (this.filled === this.packetSamples) this.codeFrame(this.held);
    return count;
  }

  private fillSilence(count: number, packets: Packet[]): void {
    const { kind } = sampleFmtInfo(this.sampleFmt);
    const silence = kind === 'u8' ? 128 : kind === 's64' ? 0n : 0;
    for (let left = count; left > 0; ) {
      const length = Math.min(left, this.packetSamples - this.filled);
      for (const { data, stride } of this.planes) {
        data.fill(silence as never, this.filled * stride, (this.filled + length) * stride);
      }
      left -= length;
      this.filled += length;
      if (this.filled === this.packetSamples) this.codeFrame(packets);
    }
  }

  /** Gives the codec the samples that are there. */
  private codeFrame(packets: Packet[]): void {
    const { sampleRate, numChannels } = this.config;
    const { sampleFmt, planes, coded: pts, filled: numSamples } = this;
    this.coded += numSamples;
    this.filled = 0;
    const frame = { sampleFmt, sampleRate, numChannels, numSamples, planes, pts };
    this.append(packets, this.session.encode(frame));
  }

  /** The codec counts from 0; the stream from the time of its first sample. */
  private append(packets: Packet[], coded: readonly Packet[]): void {
    const shift = rescale(this.origin ?? 0, [1, this.config.sampleRate], this.streamInfo.timeBase);
    for (const packet of coded) {
      const { pts, dts } = packet;
      packets.push(shift === 0 ? packet : { ...packet, pts: pts + shift, dts: dts + shift });
    }
  }
}

/** The row of a codec for muxers: `adapter`, and the encoder of a session over it. */
export function audioCodec(adapter: AudioCodecAdapter): AudioCodec {
  return {
    ...adapter,
    createEncoder: (config, options) => new AudioEncoder(adapter, config, options),
  };
}

/**
 * The format to code: the config's own if the codec has it in either layout, else the codec's first. What is lost is then
 * what the codec's name says (`pcm_s16le`).
 */
function closestSampleFmt(wanted: SampleFmt, allowed: readonly SampleFmt[]): SampleFmt {
  if (allowed.includes(wanted)) return wanted;
  const { kind } = sampleFmtInfo(wanted);
  return allowed.find((candidate) => sampleFmtInfo(candidate).kind === kind) ?? allowed[0]!;
}
