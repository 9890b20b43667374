/**
 * The muxer: streams are added, the file is opened, packets are written, the file is closed. It owns the order of these
 * calls, the times (from each packet's time base to the container's), the interleaving, and what becomes of the file
 * when something fails.
 */
import type { ByteSink } from '../base/byte-stream.ts';
import type { ContainerWriter } from '../base/container.ts';
import {
  ConfigError,
  IoError,
  MediaError,
  messageOf,
  rejectUnknownKeys,
  StateError,
} from '../base/errors.ts';
import type { FileDescription } from '../base/file-description.ts';
import { Pace, unlessAborted } from '../base/pace.ts';
import type { Packet, Packets, StreamInfo } from '../base/packet.ts';
import type { AbortSignalLike } from '../base/platform.ts';
import type { Problem } from '../base/problems.ts';
import { type Destination, requireDestination } from '../io/open.ts';
import type { AudioEncoder } from './audio-encoder.ts';
import type { Codec } from './codec.ts';
import {
  closeEncoders,
  createEncoder,
  defaultCodec,
  failureOf,
  requireWholeStreams,
} from './create-encoder.ts';
import { requirePackets } from './demuxed-packets.ts';
import type { AudioEncodeConfig, VideoEncodeConfig } from './encode-config.ts';
import { ExactTimes } from './exact-times.ts';
import { containerOptions, encoderOptions } from './ffmpeg-options.ts';
import { type ContainerOptions, chooseFormat, type Format, openFormatSink } from './format.ts';
import { Interleaver } from './interleaver.ts';
import { Losses } from './losses.ts';
import { DESCRIPTION_KEYS, type EncodeStreamOptions, type MuxerOptions } from './muxer-options.ts';
import { decodedAt, rescaledPacket } from './stream-times.ts';
import type { VideoEncoder } from './video-encoder.ts';
import { WatchedSink } from './watched-sink.ts';

type State = 'new' | 'opening' | 'open' | 'closing' | 'closed' | 'failed';

/** Packets from one look at the clock to the next: a look costs as much as noting a packet. */
const PACKETS_PER_LOOK = 64;

/**
 * Writes one file. Calls of `write` may overlap: they are done one after the other.
 *
 * `await using file = await muxer.open()` closes the file on leaving the block, on an error too: what was written by then
 * is completed to a valid file. If an encoder, writing or closing fails, or the signal is aborted, the file is given up: nothing is
 * left of it then, and an older file of its name stays.
 */
export class Muxer implements AsyncDisposable {
  private readonly destination: Destination;
  private readonly format: Format;
  private readonly codecs: readonly Codec[];
  private readonly streams: StreamInfo[] = [];
  private readonly encoders: (VideoEncoder | AudioEncoder | null)[] = [];
  private state: State = 'new';
  private failure: unknown;
  private sink: WatchedSink | null = null;
  private writer: ContainerWriter | null = null;
  private interleaver = new Interleaver([], []);
  /** Decoding time of the last packet of each stream, in the container's ticks. */
  private lastDts: number[] = [];
  /** The same as they came, before equal times were set apart. */
  private lastGivenDts: number[] = [];
  /** Stream index => exact times of copied sound. */
  private readonly exactTimes = new Map<number, ExactTimes>();
  /** The calls that were made so far; each begins when the ones before have ended. */
  private pending: Promise<unknown> = Promise.resolve();
  /** Under way or done when the file was given up. */
  private releasing: Promise<void> | null = null;
  private readonly signal: AbortSignalLike | undefined;
  private pace: Pace;
  private readonly losses: Losses;
  private untilLook = PACKETS_PER_LOOK;

  /**
   * Touches no file yet.
   * @param destination a path or `file:` URL (Node, Bun, Deno), a `WritableStream`, or a `ByteSink` such as `MemorySink`
   */
  constructor(destination: Destination, options: MuxerOptions = {}) {
    rejectUnknownKeys('muxer', options, ['format', 'formats', 'codecs', 'signal']);
    requireDestination('muxer.destination', destination);
    this.destination = destination;
    this.format = chooseFormat(destination, options.format, options.formats ?? []);
    this.codecs = options.codecs ?? [];
    this.signal = options.signal;
    this.pace = new Pace(this.signal);
    this.losses = new Losses(this.format.name);
  }

  private readonly onAbort = (): void => void this.giveUp(this.signal?.reason);

  /**
   * Adds a stream and opens its encoder. Streams are numbered in the order in which they are added.
   * Throws `ConfigError` for what format or codec cannot do, and `StateError` after `open`.
   */
  addEncodeStream(options: EncodeStreamOptions<VideoEncodeConfig>): VideoEncoder;
  addEncodeStream(options: EncodeStreamOptions<AudioEncodeConfig>): AudioEncoder;
  addEncodeStream(
    options: EncodeStreamOptions<VideoEncodeConfig | AudioEncodeConfig>,
  ): VideoEncoder | AudioEncoder;
  addEncodeStream(
    options: EncodeStreamOptions<VideoEncodeConfig | AudioEncodeConfig>,
  ): VideoEncoder | AudioEncoder {
    const where = 'muxer.addEncodeStream';
    this.requireState('addEncodeStream', 'new', 'add every stream before open()');
    rejectUnknownKeys(where, options, ['config', 'encoder', 'encoderConfig', 'description']);
    const { config, encoder: name } = options;
    if (config?.kind !== 'video' && config?.kind !== 'audio') {
      throw new ConfigError(
        `${where}.config`,
        'needed is videoEncodeConfig() or audioEncodeConfig()',
      );
    }
    const encoder = createEncoder(
      config,
      name ?? defaultCodec(this.format, config.kind),
      encoderOptions({ ...options.encoderConfig }),
      { format: this.format, codecs: this.codecs },
    );
    const { description = {} } = options;
    rejectUnknownKeys(`${where}.description`, description, DESCRIPTION_KEYS[config.kind]);
    this.streams.push({ ...encoder.streamInfo, ...description });
    this.encoders.push(encoder);
    return encoder;
  }

  /**
   * Adds a stream whose packets come from elsewhere, as a demuxer gives them: nothing is coded again.
   * @param codec the stream's description, such as `demuxer.videoCodec`
   */
  addRemuxStream(codec: StreamInfo): void {
    this.requireState('addRemuxStream', 'new', 'add every stream before open()');
    const kinds = ['video', 'audio', 'subtitle'];
    if (!kinds.includes(codec?.kind) || typeof codec.codec !== 'string') {
      throw new ConfigError('muxer.addRemuxStream.codec', 'needed is the StreamInfo of a stream');
    }
    if (codec.kind === 'audio') this.exactTimes.set(this.streams.length, new ExactTimes(codec));
    this.streams.push(codec);
    this.encoders.push(null);
  }

  /** The container's options that take over what another file says beside its streams: give them to `open`. */
  carriedOptions(about: FileDescription): ContainerOptions {
    const options = this.format.carried?.(about) ?? {};
    this.losses.noteAbout(about, options);
    return options;
  }

  /** What the file has no place for, of the streams and packets that were given; complete when all packets were. */
  get problems(): readonly Problem[] {
    return this.losses.problems;
  }

  /** The streams so far. */
  get streamInfos(): readonly StreamInfo[] {
    return this.streams;
  }

  /**
   * Opens the file and writes what comes before the packets.
   * @param options the container's own: `Mp4Options`, `MatroskaOptions`, `WavOptions` …
   * @returns the muxer itself, for `await using`
   * Throws `ConfigError` or `UnsupportedError` for what the container cannot hold; nothing is left of the file then.
   */
  async open(options: ContainerOptions = {}): Promise<this> {
    this.requireState('open', 'new', 'a muxer writes one file; make a new one');
    if (this.streams.length === 0) {
      throw new ConfigError('muxer.open', 'there is no stream; call addEncodeStream before');
    }
    this.signal?.throwIfAborted();
    this.state = 'opening';
    this.signal?.addEventListener('abort', this.onAbort, { once: true });
    const opening = this.guarded('open', async () => {
      const own = containerOptions({ ...options });
      const { format } = this;
      this.sink = new WatchedSink(await openFormatSink(format, this.destination, own));
      if (this.state !== 'opening') throw this.failure;
      this.writer = format.createWriter(this.sink, this.streams, own);
      const isSparse = this.streams.map((stream) => stream.kind === 'subtitle');
      this.interleaver = new Interleaver(this.writer.timeBases, isSparse);
      this.lastDts = this.streams.map(() => Number.NEGATIVE_INFINITY);
      this.lastGivenDts = [...this.lastDts];
      await this.writer.writeHeader();
      this.losses.noteAll(this.writer);
      this.state = 'open';
      return this;
    });
    this.pending = opening.catch(() => {});
    return unlessAborted(opening, this.signal);
  }

  /**
   * Writes packets of one stream, when their turn in the file has come; until then they are held, but for no more than ten
   * seconds of the file. Write the streams in small pieces by turns, or those pieces end up one after the other.
   * @param packets what an encoder or a demuxer gave; null and an empty list are allowed
   */
  write(streamIndex: number, packets: Packets | null | undefined): Promise<void> {
    return this.inTurn('write', async (writer) => {
      const rescaled = this.checkPackets(streamIndex, packets, writer);
      for (const packet of rescaled) this.interleaver.push(streamIndex, packet);
      await this.writeReady(writer, false);
    });
  }

  /** Writes the packets that are held, without waiting for those of other streams. Encoders are not flushed by this. */
  flush(): Promise<void> {
    return this.inTurn('flush', (writer) => this.writeReady(writer, true));
  }

  /**
   * Completes the file: encoders that were not flushed are, held packets are written, the trailer too. Throws
   * `StateError` if it was closed before, or an encoder failed. If anything fails, the file is given up.
   */
  close(): Promise<void> {
    return this.inTurn('close', async (writer, sink) => {
      const errors: unknown[] = [];
      await this.attempt(errors, () => requireWholeStreams(this.encoders));
      for (const [index, encoder] of this.encoders.entries()) {
        if (encoder?.isOpen) await this.attempt(errors, () => this.drain(index, encoder, writer));
      }
      // A packet that the container refuses is dropped, so each round gets further.
      for (let isDone = false; !isDone; ) {
        isDone = await this.attempt(errors, () => this.writeReady(writer, true));
      }
      await this.guarded('close', async () => {
        if (errors.length > 0) throw errors[0];
        this.state = 'closing';
        await writer.writeTrailer();
        if (this.state !== 'closing') throw this.failure;
        await sink.close();
        this.state = 'closed';
        await closeEncoders(this.encoders);
        this.signal?.removeEventListener('abort', this.onAbort);
      });
    });
  }

  /**
   * Gives the file up: nothing is left of it, and an older file of its name stays. Encoders are closed, not flushed. Does nothing
   * else if the file was not opened, was given up before, or is closed.
   */
  async abort(reason?: unknown): Promise<void> {
    if (this.state === 'new') await closeEncoders(this.encoders, reason);
    await this.giveUp(reason ?? new StateError('muxer.abort', 'the file was given up'));
  }

  /** Settles when nothing is left of the file. While it is being opened, there is nothing yet; `guarded` calls again then. */
  private async giveUp(reason: unknown): Promise<void> {
    if (this.state === 'new' || this.state === 'closed') return;
    if (this.state !== 'failed') {
      this.state = 'failed';
      this.failure = reason;
      this.signal?.removeEventListener('abort', this.onAbort);
    }
    void closeEncoders(this.encoders, reason);
    if (this.sink !== null) this.releasing ??= this.sink.abort(reason);
    await this.releasing;
  }

  /** Takes a step of closing; its error is kept for later, unless the destination failed. True if there was none. */
  private async attempt(errors: unknown[], step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      return true;
    } catch (error) {
      if (this.state === 'failed') throw error;
      errors.push(error);
      return false;
    }
  }

  /** Queues what an encoder has held back. */
  private async drain(
    index: number,
    encoder: VideoEncoder | AudioEncoder,
    writer: ContainerWriter,
  ): Promise<void> {
    const packets = this.checkPackets(index, await encoder.flush(), writer);
    for (const packet of packets) this.interleaver.push(index, packet);
  }

  /** Closes the file if it is open: after an error in the block too. If an encoder failed, its own call told so; the file goes. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.pending;
    const failure = failureOf(this.encoders);
    if (failure) await this.abort(failure.reason);
    else if (this.state === 'open') await this.close();
    else await closeEncoders(this.encoders);
  }

  private requireState(method: string, needed: State, advice: string): void {
    if (this.state === needed) return;
    if (this.state === 'failed') this.signal?.throwIfAborted();
    const where = `muxer.${method}`;
    if (this.state === 'failed') {
      const why = `writing failed before (${messageOf(this.failure)}); make a new Muxer`;
      throw new StateError(where, why, { cause: this.failure });
    }
    const now = this.state === 'new' ? 'not open' : this.state === 'open' ? 'open' : this.state;
    throw new StateError(where, `the file is ${now}; ${advice}`);
  }

  /** Runs `work` after all calls before it, if the file is open then. */
  private inTurn(
    method: string,
    work: (writer: ContainerWriter, sink: ByteSink) => Promise<void>,
  ): Promise<void> {
    const advice =
      this.state === 'new' ? 'call open() before' : 'make a new Muxer for another file';
    const turn = this.pending.then(() => {
      this.requireState(method, 'open', advice);
      return work(this.writer!, this.sink!);
    });
    this.pending = turn.catch(() => {});
    return unlessAborted(turn, this.signal);
  }

  /**
   * Runs a step that writes. If it fails the file is given up, unless it is a single packet that the container refused
   * (`write`). What is not yet an error of the library's own, such as that of a full disk, becomes one.
   */
  private async guarded<T>(method: string, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (this.state === 'failed') {
        await this.giveUp(this.failure);
        throw this.failure;
      }
      const isRefused = error instanceof MediaError && this.sink?.failed !== true;
      if (method === 'write' && isRefused) throw error;
      await this.giveUp(error);
      if (error instanceof MediaError || error === failureOf(this.encoders)?.reason) throw error;
      const why = `the destination failed: ${messageOf(error)}; the file was given up`;
      throw new IoError(`muxer.${method}`, why, { cause: error });
    }
  }

  /** Checks packets and gives them in the container's time base. */
  private checkPackets(
    streamIndex: number,
    packets: Packets | null | undefined,
    writer: ContainerWriter,
  ): Packet[] {
    const stream = this.streams[streamIndex];
    if (stream === undefined) {
      throw new ConfigError(
        'muxer.write.streamIndex',
        `got ${String(streamIndex)}, allowed are 0..${this.streams.length - 1}`,
      );
    }
    if (packets === null || packets === undefined) return [];
    requirePackets('muxer.write.packets', packets, stream.kind, streamIndex);
    const timeBase = writer.timeBases[streamIndex]!;
    const isRising = this.encoders[streamIndex] === null && writer.needsRisingTimes === true;
    const exact = this.exactTimes.get(streamIndex);
    let last = this.lastDts[streamIndex]!;
    let lastGiven = this.lastGivenDts[streamIndex]!;
    const rescaled: Packet[] = [];
    for (const packet of packets.packets as readonly Packet[]) {
      let made = rescaledPacket(packet, packets.timeBase, timeBase);
      if (exact !== undefined) made = exact.place(made, packets.timeBase, timeBase);
      this.losses.notePacket(streamIndex, made, writer);
      if (!(made.dts >= lastGiven)) {
        throw new ConfigError(
          'muxer.write.packets',
          `decoding time ${packet.dts} of stream ${streamIndex} comes after a later one; packets are written once and in order`,
        );
      }
      lastGiven = made.dts;
      if (isRising && made.dts <= last) made = decodedAt(made, last + 1);
      last = made.dts;
      rescaled.push(made);
    }
    this.lastDts[streamIndex] = last;
    this.lastGivenDts[streamIndex] = lastGiven;
    return rescaled;
  }

  /** Writes the packets whose turn it is; all that are held if `isLast`. */
  private async writeReady(writer: ContainerWriter, isLast: boolean): Promise<void> {
    await this.guarded('write', async () => {
      for (let next = this.interleaver.take(isLast); next; next = this.interleaver.take(isLast)) {
        // Most packets are only noted and copied; a promise for each would cost more than that.
        const writing = writer.writePacket(next.streamIndex, next.packet);
        if (writing !== undefined) await writing;
        if (--this.untilLook > 0) continue;
        this.untilLook = PACKETS_PER_LOOK;
        const turn = this.pace.step();
        if (turn !== undefined) await turn;
      }
    });
  }
}
