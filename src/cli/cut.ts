/**
 * Cuts: the stretch of time of an input that is read, or of the output that is kept. Times begin at 0 behind a cut, to the nearest tick
 * of the stream, as ffmpeg counts them.
 */
import { ConfigError } from '../base/errors.ts';
import type { Packet, StreamInfo } from '../base/packet.ts';
import { rescale } from '../base/rational.ts';

/** A stretch of time, in seconds. */
export interface Cut {
  readonly start: number;
  /** Infinity if it has no end. */
  readonly duration: number;
}

const MICROSECONDS = [1, 1_000_000] as const;

/** `10`, `1:30.5`, `00:01:30`, `500ms`: ffmpeg's times, in seconds. */
export function secondsOf(option: string, value: string): number {
  const clock = /^(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(value);
  if (clock !== null) {
    const [, hours = '0', minutes, seconds] = clock;
    return 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
  }
  const [, number, unit = 's'] = /^(\d+(?:\.\d*)?|\.\d+)(s|ms|us)?$/.exec(value) ?? [];
  if (number === undefined) {
    throw new ConfigError(option, `got ${value}, allowed are times such as 10, 1:30.5 or 500ms`);
  }
  const scale = { s: 1, ms: 1000, us: 1_000_000 }[unit as 's' | 'ms' | 'us'];
  return Number(number) / scale;
}

/** `5..8`, `5+3`, `5..`, `..8`, `+3`: from where to where, or from where and how long; null for nothing at all. */
export function readCut(option: string, text: string): Cut | null {
  if (text === '') return null;
  const [, from, mark, to] = /^([^+]*?)(\.\.|\+)(.*)$/.exec(text) ?? [];
  if (mark === undefined) {
    throw new ConfigError(option, `got ${text}, allowed are START..END and START+DURATION`);
  }
  const start = from === '' ? 0 : secondsOf(option, from!);
  if (to === '') return { start, duration: Number.POSITIVE_INFINITY };
  const duration = mark === '+' ? secondsOf(option, to!) : secondsOf(option, to!) - start;
  if (duration > 0) return { start, duration };
  throw new ConfigError(option, `got ${text}, which is nothing: the end must come after the start`);
}

/** The same in the filter language, for frames of a kind. */
export function cutFilters(kind: 'video' | 'audio', { start, duration }: Cut): string[] {
  const prefix = kind === 'video' ? '' : 'a';
  const length = Number.isFinite(duration) ? `:duration=${microseconds(duration)}us` : '';
  const trim = `${prefix}trim=start=${microseconds(start)}us${length}`;
  if (start === 0) return [trim];
  return [trim, `${prefix}setpts=PTS-round(${microseconds(start)}/1000000/TB)`];
}

const microseconds = (seconds: number) => Math.round(1e6 * seconds);

/** Cuts the packets of one stream that needs no other packets to be decoded: pictures, PCM. */
export class PacketCut {
  /** Whether all that comes later is cut off. */
  isDone = false;
  private readonly start: number;
  private readonly length: number;
  private readonly isSound: boolean;
  private first = Number.NaN;

  constructor(cut: Cut, { kind, timeBase }: StreamInfo) {
    const ticks = (seconds: number) => rescale(microseconds(seconds), MICROSECONDS, timeBase);
    this.start = ticks(cut.start);
    this.length = Number.isFinite(cut.duration) ? ticks(cut.duration) : Number.POSITIVE_INFINITY;
    this.isSound = kind === 'audio';
  }

  /** The part of a packet within the cut; null if there is none. */
  take(packet: Packet): Packet | null {
    const { start, length } = this;
    const skipped = this.isSound ? Math.max(0, start - packet.pts) : 0;
    if (skipped >= Math.max(1, packet.duration) || packet.pts + skipped < start) return null;
    const pts = packet.pts + skipped - start;
    if (Number.isNaN(this.first)) this.first = pts;
    const left = this.first + length - pts;
    if (left <= 0) {
      this.isDone = true;
      return null;
    }
    if (!this.isSound) return { ...packet, pts, dts: pts };
    const duration = Math.min(packet.duration - skipped, left);
    const bytesPerTick = packet.data.length / packet.duration;
    const data = packet.data.subarray(skipped * bytesPerTick, (skipped + duration) * bytesPerTick);
    return { ...packet, data, pts, dts: pts, duration };
  }
}
