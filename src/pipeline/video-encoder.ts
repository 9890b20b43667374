/** The video encoder of a session: frames of any format and time base in, packets out. */
import {
  ConfigError,
  messageOf,
  rejectUnknownKeys,
  requireOneOf,
  StateError,
  UnsupportedError,
} from '../base/errors.ts';
import { type Abortable, Pace, unlessAborted } from '../base/pace.ts';
import type { ColorTags, Packet, VideoStreamInfo } from '../base/packet.ts';
import { rescale } from '../base/rational.ts';
import { TurnQueue } from '../base/turn-queue.ts';
import { allocatePicture } from '../frames/allocate-picture.ts';
import { requireVideoFrame } from '../frames/check-frame.ts';
import { UNSPECIFIED } from '../frames/color-names.ts';
import { completeColor, defaultMatrix, isUntagged } from '../frames/complete-color.ts';
import { createPictureConverter, type PictureConverter } from '../frames/convert-picture.ts';
import type { VideoFrame } from '../frames/frame.ts';
import { type PixFmt, pixFmtInfo } from '../frames/pixel-format.ts';
import { VideoFrames } from '../frames/video-frames.ts';
import { closestPixFmt } from './closest-pix-fmt.ts';
import type { VideoCodec, VideoCodecAdapter, VideoCodecSession, VideoRequest } from './codec.ts';
import { PacketList } from './demuxed-packets.ts';
import type { VideoEncodeConfig } from './encode-config.ts';

const WHERE = 'videoEncoder.encode.frames';

/** The options of one call of `encode`. */
export interface VideoEncodeCall extends Abortable {
  /** Makes the first frame of this call a key frame: decoding can start there. Default false: where the encoder wants one. */
  readonly keyFrame?: boolean;
}

/** Made by `Muxer.addEncodeStream`. Calls may overlap: they are done one after the other. */
export class VideoEncoder {
  readonly kind = 'video';
  /** The config that it was made with. */
  readonly config: VideoEncodeConfig;
  private readonly session: VideoCodecSession;
  private readonly color: ColorTags;
  /** Format that the codec is given. */
  private readonly pixFmt: PixFmt;
  /** The picture that conversions write to; null until the first one. */
  private target: VideoFrame | null = null;
  /** Format of the frames => the converter for it. */
  private readonly converters = new Map<PixFmt, PictureConverter>();
  /** Copies of the pictures that the codec holds, by their times, if somebody wants to compare. */
  private sources: Map<number, VideoFrame> | null = null;
  private lastPts = Number.NEGATIVE_INFINITY;
  private state: 'open' | 'flushed' | 'failed' = 'open';
  /** The error that the codec failed with; null if it did not. */
  private failed: { readonly reason: unknown } | null = null;
  private isClosed = false;
  /** The coding of a picture that waits for something outside, such as a GPU; an aborted call leaves it to the next. */
  private underWay: Promise<void> | null = null;
  /** Why the stream was given up, and how the call that waits then is told. */
  private givenUp: { readonly reason: unknown } | null = null;
  private stop: (reason: unknown) => void = () => {};
  private readonly queue = new TurnQueue();
  /** Packets of a call that did not come to its end, and one whose duration is not known yet: given by the next one. */
  private held: Packet[] = [];
  /** Time of each picture => time of the next, for streams whose pictures come at any time; null for others. */
  private readonly nextTimes: Map<number, number> | null;

  /**
   * Opens `codec`; throws what it throws for a request that it cannot serve.
   * @param pixFmts those of the codec's formats that may be coded; default all
   */
  constructor(
    codec: VideoCodecAdapter,
    config: VideoEncodeConfig,
    options: Readonly<Record<string, unknown>>,
    pixFmts: readonly PixFmt[] = codec.pixFmts,
  ) {
    this.config = config;
    const request = videoRequest(config, options, pixFmts);
    this.pixFmt = request.pixFmt;
    this.color = streamColor(config, this.pixFmt);
    this.session = codec.open(request);
    this.nextTimes = this.session.streamInfo.frameRate === undefined ? new Map() : null;
  }

  /** The description of the packets: codec, configuration, size, the pixel format that was coded, color. */
  get streamInfo(): VideoStreamInfo {
    return this.session.streamInfo;
  }

  /**
   * What the first of two passes leaves for the second, complete after `flush`: with H.264 under `collectStatistics: true`, the
   * `statistics` of the second encoder. Plain data, to be kept as JSON. Undefined if the codec has no passes.
   */
  get statistics(): object | undefined {
    return this.session.statistics?.();
  }

  /** True until `flush`, or until the codec failed. */
  get isOpen(): boolean {
    return this.state === 'open' || this.underWay !== null;
  }

  /** The error that the codec, its inspector or a listener failed with, after which pictures are missing; null if there was none. */
  get failure(): { readonly reason: unknown } | null {
    return this.failed;
  }

  /**
   * Tells `listener` of each picture when it is coded: as the codec was given it, and what a decoder will make of it. Both
   * are valid during the call. For measuring: the pictures that wait in the codec are copied. Ask before the first `encode`.
   * Throws `UnsupportedError` if the codec does not tell.
   */
  onCoded(listener: (source: VideoFrame, decoded: VideoFrame) => void): void {
    if (this.session.tellDecoded === undefined) {
      throw new UnsupportedError(
        'videoEncoder.onCoded',
        `${this.streamInfo.codec} does not tell what it coded`,
      );
    }
    const waiting = new Map<number, VideoFrame>();
    this.sources = waiting;
    this.session.tellDecoded((decoded) => {
      const source = waiting.get(decoded.pts);
      waiting.delete(decoded.pts);
      if (source !== undefined) listener(source, decoded);
    });
  }

  /**
   * Codes frames; the first becomes a key frame if `options.keyFrame` is true. Their pixel format may be any; their size must be the config's, and their times must rise from call to
   * call. Times are put on the ticks of the stream, to the nearest. The samples are read until the promise settles.
   * @returns the packets that are ready, in decoding order: none, one or many
   * Throws `ConfigError` for frames that do not fit: nothing is coded then, and the encoder goes on with the next. Throws
   * `StateError` after `flush`. Where `options.signal` is aborted, or memory is taken away while the frames are coded, those before
   * are coded, and their packets come with the next call; so does a picture that was waiting for a GPU.
   */
  encode(frames: VideoFrames, options: VideoEncodeCall = {}): Promise<PacketList> {
    return this.queue.run(async () => {
      if (this.underWay !== null) await this.unlessStopped(this.underWay, options);
      this.requireOpen('encode');
      rejectUnknownKeys('videoEncoder.encode', options, ['signal', 'keyFrame']);
      const { keyFrame = false } = options;
      requireOneOf('videoEncoder.encode.keyFrame', keyFrame, [true, false]);
      options.signal?.throwIfAborted();
      const times = this.checkFrames(frames);
      const pace = new Pace(options.signal);
      for (const [index, frame] of frames.frames.entries()) {
        if (index > 0) {
          const turn = pace.step();
          if (turn !== undefined) await turn;
          requireVideoFrame(WHERE, frame);
        }
        this.codeFrame(frame, times[index]!, keyFrame && index === 0);
        if (this.underWay !== null) await this.unlessStopped(this.underWay, options);
      }
      return this.takePackets();
    });
  }

  /** Ends the stream: the packets that were held back. Throws `StateError` if called twice. */
  flush(): Promise<PacketList> {
    return this.queue.run(async () => {
      if (this.underWay !== null) await this.unlessStopped(this.underWay, {});
      this.requireOpen('flush');
      this.state = 'failed';
      try {
        const packets = this.session.flush();
        const isReady = !(packets instanceof Promise);
        this.held.push(...(isReady ? packets : await this.unlessStopped(packets, {})));
      } catch (error) {
        this.fail(error);
      }
      this.state = 'flushed';
      return this.takePackets();
    });
  }

  /**
   * Gives the stream up, if it is not flushed: the packets that were held back are lost. `Muxer.abort` calls it.
   * @param reason what a call that waits for a GPU rejects with; default a `StateError`
   */
  close(reason?: unknown): Promise<void> {
    const why = new StateError('videoEncoder.close', 'the stream was given up');
    this.givenUp ??= { reason: reason ?? why };
    this.stop(this.givenUp.reason);
    return this.queue.run(async () => {
      if (this.state === 'flushed' || this.isClosed) return;
      this.state = 'failed';
      this.isClosed = true;
      await this.session.close?.();
    });
  }

  /** `work` unless the signal is aborted, or the stream is given up, before it is done. */
  private unlessStopped<T>(work: Promise<T>, { signal }: Abortable): Promise<T> {
    const stopped = new Promise<never>((_, reject) => {
      this.stop = reject;
      if (this.givenUp !== null) reject(this.givenUp.reason);
    });
    return unlessAborted(Promise.race([stopped, work]), signal);
  }

  /** A failure in here leaves the codec in the middle of a picture. Sets `underWay` if there is something to await. */
  private codeFrame(frame: VideoFrame, pts: number, keyFrame: boolean): void {
    this.state = 'failed';
    let packets: readonly Packet[] | Promise<readonly Packet[]>;
    try {
      const picture = this.convert(frame);
      this.sources?.set(pts, { ...copyPicture(picture), pts });
      packets = this.session.encode({ ...picture, pts }, { keyFrame });
    } catch (error) {
      this.fail(error);
    }
    if (Number.isFinite(this.lastPts)) this.nextTimes?.set(this.lastPts, pts);
    this.lastPts = pts;
    if (!(packets instanceof Promise)) {
      this.keep(packets);
      return;
    }
    this.underWay = packets
      .then(
        (coded) => this.keep(coded),
        (error: unknown) => this.fail(error),
      )
      .finally(() => {
        this.underWay = null;
      });
  }

  private fail(reason: unknown): never {
    this.failed = { reason };
    throw reason;
  }

  private keep(packets: readonly Packet[]): void {
    this.held.push(...packets);
    this.state = 'open';
  }

  /**
   * The packets that are held. Where pictures come at any time, each lasts until the next one; the last is held until that comes,
   * and at the end lasts as long as the codec says.
   */
  private takePackets(): PacketList {
    const { held, nextTimes } = this;
    let ready = held.length;
    if (nextTimes !== null) {
      for (const [i, packet] of held.entries()) {
        const next = nextTimes.get(packet.pts);
        if (next !== undefined) held[i] = { ...packet, duration: next - packet.pts };
        else if (this.state === 'open') {
          ready = i;
          break;
        }
        nextTimes.delete(packet.pts);
      }
    }
    return this.asPackets(held.splice(0, ready));
  }

  private asPackets(packets: readonly Packet[]): PacketList {
    return new PacketList({ kind: 'video', packets, timeBase: this.streamInfo.timeBase });
  }

  private requireOpen(method: string): void {
    if (this.state === 'flushed') {
      throw new StateError(`videoEncoder.${method}`, 'the encoder was flushed; make a new stream');
    }
    if (this.state === 'failed') {
      const why = this.failed === null ? '' : ` (${messageOf(this.failed.reason)})`;
      throw new StateError(
        `videoEncoder.${method}`,
        `an earlier call failed${why}; make a new stream`,
      );
    }
  }

  /** Times of the frames in ticks of the stream. */
  private checkFrames(frames: VideoFrames): number[] {
    const { width, height } = this.config;
    if (!(frames instanceof VideoFrames)) {
      throw new ConfigError(WHERE, 'needed are VideoFrames; see createReferenceVideoFrame');
    }
    if (frames.width !== width || frames.height !== height) {
      this.refuseSize(frames);
    }
    const { timeBase } = this.streamInfo;
    let last = this.lastPts;
    return frames.frames.map((frame, index) => {
      requireVideoFrame(`${WHERE}[${index}]`, frame);
      if (frame.width !== width || frame.height !== height) this.refuseSize(frame);
      this.converterFor(frame.pixFmt);
      const pts = rescale(frame.pts, frames.timeBase, timeBase);
      if (!(pts > last)) {
        throw new ConfigError(
          WHERE,
          `time ${frame.pts} in units of ${frames.timeBase.join('/')} s is tick ${pts} of the stream (${timeBase.join('/')} s), but tick ${last} was coded before; times must rise, and config.frameRate must not be lower than the frames' rate; for pictures that come at any time give config.timeBase`,
        );
      }
      last = pts;
      return pts;
    });
  }

  private refuseSize(got: { readonly width: number; readonly height: number }): never {
    const { width, height } = this.config;
    throw new ConfigError(
      WHERE,
      `got ${got.width}x${got.height}, the config says ${width}x${height}; all pictures of a stream have one size`,
    );
  }

  /** `frame` as the codec takes it: itself, or a copy in the target picture. */
  private convert(frame: VideoFrame): VideoFrame {
    const { pixFmt, config } = this;
    const convert = this.converterFor(frame.pixFmt);
    if (convert === null) return { ...frame, pixFmt };
    this.target ??= allocatePicture(pixFmt, config.width, config.height);
    convert(frame, this.target);
    return this.target;
  }

  /** The converter from a format to that of the codec; null if both are the same. Throws if there is none. */
  private converterFor(from: PixFmt): PictureConverter | null {
    const known = this.converters.get(from);
    if (known !== undefined) return known;
    const { pixFmt: to, color } = this;
    const fromFullRange = this.isFullRange(from);
    const toFullRange = pixFmtInfo(to).fullRange || color.video_full_range_flag === 1;
    if (isSameLayout(from, to) && fromFullRange === toFullRange) return null;
    const { width, height } = this.config;
    const { matrix_coefficients } = color;
    const matrix =
      matrix_coefficients === UNSPECIFIED ? defaultMatrix(height) : matrix_coefficients;
    const options = { from, to, width, height, matrix, fromFullRange, toFullRange };
    const made = createPictureConverter(options);
    this.converters.set(from, made);
    return made;
  }

  /** The format that the config names has the range that the config says; others have their own. */
  private isFullRange(pixFmt: PixFmt): boolean {
    const info = pixFmtInfo(pixFmt);
    if (info.model !== 'yuv' || pixFmt !== this.config.pixFmt) return info.fullRange;
    return this.config.color.video_full_range_flag === 1;
  }
}

/** What a codec is asked for: the format of `pixFmts` that keeps most of the config's, and its colors. */
export function videoRequest(
  config: VideoEncodeConfig,
  options: Readonly<Record<string, unknown>>,
  pixFmts: readonly PixFmt[],
): VideoRequest {
  const pixFmt = closestPixFmt(config, pixFmts);
  const color = streamColor(config, pixFmt);
  return { ...config, pixFmt, color: isUntagged(color) ? undefined : color, options };
}

/** The row of a codec for muxers: `adapter`, and the encoder of a session over it. */
export function videoCodec(adapter: VideoCodecAdapter): VideoCodec {
  return {
    ...adapter,
    createEncoder: (config, options, pixFmts) =>
      new VideoEncoder(adapter, config, options, pixFmts),
  };
}

/** What the stream is tagged with: what was said, and all that follows from it. */
function streamColor(config: VideoEncodeConfig, pixFmt: PixFmt): ColorTags {
  const isFromRgb = pixFmtInfo(config.pixFmt).model === 'rgb' && pixFmtInfo(pixFmt).model === 'yuv';
  return completeColor(config.color, config.height, isFromRgb);
}

/** The same samples in memory of their own. */
export function copyPicture(frame: VideoFrame): VideoFrame {
  const { pixFmt, width, height } = frame;
  const copy = allocatePicture(pixFmt, width, height);
  createPictureConverter({ from: pixFmt, to: pixFmt, width, height })(frame, copy);
  return copy;
}

/** Whether samples lie in the same way: yuv420p and yuvj420p differ in range only. */
function isSameLayout(a: PixFmt, b: PixFmt): boolean {
  return a === b || a.replace('yuvj', 'yuv') === b.replace('yuvj', 'yuv');
}
