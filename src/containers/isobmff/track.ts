/** One track while it is written: the stream's description, its time base, its samples so far, and when it is shown. */
import { ConfigError } from '../../base/errors.ts';
import { gcd } from '../../base/math.ts';
import type { Packet, StreamInfo } from '../../base/packet.ts';
import { rescale } from '../../base/rational.ts';
import { SampleTable } from './sample-table.ts';

/** Ticks per second below which a video time base is refined, so that small corrections of times are possible. */
const MIN_VIDEO_TIMESCALE = 10_000;
const MAX_TIMESCALE = 0xffffffff;
const MAX_SAMPLE_BYTES = 0xffffffff;
const MAX_DELTA = 0xffffffff;
const MAX_INT31 = 0x7fffffff;

/** Opus is timed at this rate whatever it was recorded at, Opus-ISOBMFF clause 4.3.1. */
export const OPUS_RATE = 48_000;

/** Bytes of the first packet that are kept: enough for the headers that some codecs are configured from. */
const FIRST_PACKET_BYTES = 64;

/** A sample without text: timed text has its length of two bytes, WebVTT an empty `vtte` box. */
const EMPTY_TEXT_BYTES = 2;
const EMPTY_WEBVTT_BYTES = 8;

/** Part of a second by which PCM packets may disagree with the count of their samples: rounding in the source's times. */
const PCM_JITTER = 100;

/**
 * Ticks per second of a track. Audio counts samples. Other streams keep their own base, doubled until it is at least 10,000: a
 * whole number of the stream's ticks is then a whole number of the track's.
 */
export function trackTimescale(stream: StreamInfo): number {
  if (stream.codec === 'opus') return OPUS_RATE;
  if (stream.kind === 'audio') return stream.sampleRate;
  const [num, den] = stream.timeBase;
  let timescale = den / gcd(num, den);
  while (timescale < MIN_VIDEO_TIMESCALE) timescale *= 2;
  if (timescale > MAX_TIMESCALE) {
    throw new ConfigError('mp4.timeBase', `got ${num}/${den}, allowed are at most 2^32-1 ticks/s`);
  }
  return timescale;
}

/** Bits per second: the mean, and the most in any whole second from the first. */
export interface BitRates {
  readonly mean: number;
  readonly peak: number;
  readonly largestSample: number;
}

/** A track that is being written. */
export class Mp4Track {
  readonly stream: StreamInfo;
  readonly streamIndex: number;
  readonly timescale: number;
  readonly samples: SampleTable;
  /** Bytes of one sample of all channels for PCM, else 0: PCM packets hold many samples. */
  readonly pcmFrameBytes: number;
  /** Decoding time of the first packet: 0 on the media timeline. */
  firstDts = 0;
  /** Lowest presentation time and highest end of presentation. */
  startPts = 0;
  endPts = 0;
  packetCount = 0;
  /** The track that counts its frames. */
  timecode: Mp4Track | null = null;
  /** The first bytes of the first packet. */
  firstPacket: Uint8Array = new Uint8Array(0);
  totalBytes = 0;
  private lastDts = 0;
  private lastPts = 0;
  private lastDuration = 0;
  private lastBytes = 0;
  /** Ticks between the last two packets. */
  private lastDelta = 0;
  /** Samples of the last packet, whose durations are not stated yet. */
  private pendingSamples = 0;
  private secondStart = 0;
  private secondBytes = 0;
  private peakBytes = 0;
  private largestSample = 0;

  /** @param bytesPerSample of a channel for PCM; 0 for other codecs */
  constructor(stream: StreamInfo, streamIndex: number, bytesPerSample = 0) {
    this.stream = stream;
    this.streamIndex = streamIndex;
    this.timescale = trackTimescale(stream);
    this.pcmFrameBytes = stream.kind === 'audio' ? bytesPerSample * stream.numChannels : 0;
    this.samples = new SampleTable(this.pcmFrameBytes);
  }

  /** Decoding time of the last packet; 0 before the first. */
  get startOfLast(): number {
    return this.lastDts;
  }

  /** Whether the last sample of a track of text shows nothing and takes no time. */
  get endsEmpty(): boolean {
    const empty = this.stream.codec === 'webvtt' ? EMPTY_WEBVTT_BYTES : EMPTY_TEXT_BYTES;
    return this.endPts === this.lastDts && this.lastBytes === empty;
  }

  /** Throws `ConfigError` if the container cannot hold the times or the size of `packet`, which follows the last one. */
  checkPacket(packet: Packet): void {
    const { pts, dts, duration, data } = packet;
    if (!Number.isSafeInteger(pts) || !Number.isSafeInteger(dts)) {
      this.refuse('', `got pts ${pts} and dts ${dts}, allowed are safe integers`);
    }
    if (!Number.isSafeInteger(duration) || duration < 0 || duration > MAX_DELTA) {
      this.refuse('.duration', `got ${duration}, allowed are 0..${MAX_DELTA}`);
    }
    if (data.length > MAX_SAMPLE_BYTES) {
      this.refuse('.data', `got ${data.length} bytes, allowed are 2^32-1`);
    }
    if (Math.abs(pts - dts) > MAX_INT31) {
      this.refuse('.pts', `is ${pts - dts} ticks from dts, allowed are 2^31-1`);
    }
    if (this.packetCount > 0 && (dts <= this.lastDts || dts - this.lastDts > MAX_DELTA)) {
      const rule = `decoding times must rise, by at most ${MAX_DELTA}`;
      this.refuse('.dts', `got ${dts} after ${this.lastDts}, ${rule}`);
    }
    if (this.pcmFrameBytes > 0 && data.length % this.pcmFrameBytes !== 0) {
      const allowed = `allowed are multiples of ${this.pcmFrameBytes}`;
      this.refuse('.data', `got ${data.length} bytes, ${allowed}`);
    }
  }

  /** Throws the error of the next packet. Its place is put together here: a text for each packet costs as much as copying it. */
  private refuse(field: string, detail: string): never {
    const where = `mp4.streams[${this.streamIndex}].packets[${this.packetCount}]`;
    throw new ConfigError(`${where}${field}`, detail);
  }

  /** Ticks that `packet` is presented for: its duration without the padding at its end. */
  presentedDuration(packet: Packet): number {
    const padding = packet.discardPadding ?? 0;
    const { stream } = this;
    if (padding === 0 || stream.kind !== 'audio') return packet.duration;
    if (stream.frameSize === 0) return Math.max(0, packet.duration - padding);
    // Some producers have taken the padding off the duration already, some have not.
    const kept = rescale(stream.frameSize - padding, [1, stream.sampleRate], [1, this.timescale]);
    return Math.max(0, Math.min(packet.duration, kept));
  }

  /**
   * Times and counts of `packet`, which `checkPacket` has passed. Returns the ticks by which the packet before it lasts,
   * now that it is known; 0 for the first.
   */
  noteTimes(packet: Packet): number {
    const { pts, dts } = packet;
    let delta = 0;
    if (this.packetCount === 0) {
      this.firstDts = dts;
      this.startPts = pts;
      this.endPts = pts;
      this.secondStart = dts;
      this.firstPacket = packet.data.slice(0, FIRST_PACKET_BYTES);
    } else {
      delta = dts - this.lastDts;
      this.lastDelta = delta;
    }
    const end = pts + this.presentedDuration(packet);
    // The picture or text before lasts until the next packet: a gap stretches it.
    if (pts < this.startPts) this.startPts = pts;
    if (end > this.endPts) this.endPts = end;
    this.lastDts = dts;
    this.lastPts = pts;
    this.lastDuration = this.presentedDuration(packet);
    this.lastBytes = packet.data.length;
    this.packetCount++;
    this.noteBytes(packet.data.length, dts);
    return delta;
  }

  private noteBytes(bytes: number, dts: number): void {
    if (dts - this.secondStart >= this.timescale) {
      if (this.secondBytes > this.peakBytes) this.peakBytes = this.secondBytes;
      this.secondBytes = 0;
      this.secondStart += Math.floor((dts - this.secondStart) / this.timescale) * this.timescale;
    }
    this.secondBytes += bytes;
    this.totalBytes += bytes;
    if (bytes > this.largestSample) this.largestSample = bytes;
  }

  /** Enters `packet` into the sample table; its bytes lie at `position`. `newChunk`: not behind this track's last packet. */
  addPacket(packet: Packet, position: number, newChunk: boolean): void {
    const { samples } = this;
    const delta = this.noteTimes(packet);
    if (this.pcmFrameBytes > 0) {
      const count = packet.data.length / this.pcmFrameBytes;
      this.closePcm(packet.dts);
      if (count === 0) return;
      if (newChunk) samples.beginChunk(position);
      samples.addConstantSamples(count);
      this.pendingSamples = count;
      return;
    }
    samples.addDurations(this.pendingSamples, delta);
    if (newChunk) samples.beginChunk(position);
    samples.addSample(packet.data.length, packet.isKey, packet.pts - packet.dts);
    this.pendingSamples = 1;
  }

  /**
   * States the durations of the PCM samples before `dts`: one tick each. A gap that is more than rounding makes the last
   * of them longer; smaller differences are left out, for samples follow one another.
   */
  private closePcm(dts: number): void {
    const count = this.pendingSamples;
    if (count === 0) return;
    const gap = dts - this.firstDts - this.samples.totalDuration - count;
    const isGap = gap * PCM_JITTER > this.timescale;
    this.samples.addDurations(count - 1, 1);
    this.samples.addDurations(1, isGap ? 1 + gap : 1);
    this.pendingSamples = 0;
  }

  /** No packet follows: states the duration of the last one. */
  finish(): void {
    this.samples.endChunk();
    if (this.pcmFrameBytes > 0) {
      this.samples.addDurations(this.pendingSamples, 1);
      this.endPts = this.startPts + this.samples.totalDuration;
    } else {
      if (this.lastDuration === 0 && this.stream.kind !== 'subtitle') {
        // Sources that do not say how long a packet lasts: the last is taken to last as long as the one before.
        this.lastDuration = this.lastDelta;
        this.endPts = Math.max(this.endPts, this.lastPts + this.lastDelta);
      }
      this.samples.addDurations(this.pendingSamples, this.lastDuration);
    }
    this.pendingSamples = 0;
  }

  /** The rates that `btrt` and `esds` state, from the packets so far. */
  bitRates(): BitRates {
    const ticks = Math.max(1, this.lastDts - this.firstDts + this.lastDuration);
    const mean = Math.round((this.totalBytes * 8 * this.timescale) / ticks);
    const peak = Math.max(this.peakBytes, this.secondBytes) * 8;
    return {
      mean: Math.min(mean, MAX_SAMPLE_BYTES),
      peak: Math.min(Math.max(mean, peak), MAX_SAMPLE_BYTES),
      largestSample: this.pcmFrameBytes > 0 ? 0 : this.largestSample,
    };
  }
}
