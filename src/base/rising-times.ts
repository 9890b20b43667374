/**
 * Times that go on. Decoding times of a stream never fall (base/packet.ts), but files have them fall: a recorder was
 * restarted in the middle, a piece of a broadcast was sent twice, an edit list shows a part again. Nothing is left out then.
 * A fall of more than half a second is a new beginning: from there on all streams are moved on together, so that sound
 * and pictures stay together. A smaller one is squeezed: its packets are due at once, and the clock waits for them.
 */
import type { Problem } from './problems.ts';
import { report } from './problems.ts';
import { type Rational, toSeconds } from './rational.ts';

/** A fall that no rounding, interleaving or preroll of an edit explains. */
const RESTART_SECONDS = 0.5;

/** Streams whose own clocks are this close to one that began anew have begun anew with it. */
const TOGETHER_SECONDS = 1;

interface StreamClock {
  readonly timeBase: Rational;
  /** Ticks that are added to the stream's times. */
  offset: number;
  /** Number of the beginning that `offset` belongs to. */
  epoch: number;
  /** Decoding time of the last packet, and the end of the last that ended latest, both as they were given. */
  lastDts: number;
  lastEnd: number;
}

/** Clocks of all streams of a file. `place` says for each packet in turn by how much its times are to be moved. */
export class RisingTimes {
  private readonly streams: StreamClock[];
  private readonly problems: Problem[];
  private epoch = 0;
  /** Seconds that are added since the last beginning, and the stream's own time of the last packet since then. */
  private epochOffset = 0;
  private epochClock = 0;
  /** Decoding time of the packet that was placed last. */
  dts = 0;
  /** Presentation time of the packet that was placed last. */
  pts = 0;

  constructor(timeBases: readonly Rational[], problems: Problem[]) {
    this.problems = problems;
    this.streams = timeBases.map((timeBase) => ({
      timeBase,
      offset: 0,
      epoch: 0,
      lastDts: Number.NEGATIVE_INFINITY,
      lastEnd: Number.NEGATIVE_INFINITY,
    }));
  }

  /**
   * Places one packet; the result is in `dts` and `pts`.
   * @param canRestart whether a large fall is a new beginning; if not it is squeezed like a small one
   */
  place(
    streamIndex: number,
    dts: number,
    pts: number,
    duration: number,
    position: number,
    canRestart: boolean,
  ): void {
    const stream = this.streams[streamIndex]!;
    if (stream.epoch !== this.epoch) this.join(stream, dts);
    if (canRestart && dts + stream.offset < stream.lastDts) this.restart(stream, dts, position);
    const due = dts + stream.offset;
    this.dts = due < stream.lastDts ? stream.lastDts : due;
    const shown = pts + stream.offset;
    this.pts = shown < this.dts && due < this.dts ? this.dts : shown;
    stream.lastDts = this.dts;
    if (this.dts + duration > stream.lastEnd) stream.lastEnd = this.dts + duration;
    if (this.epoch > 0 && stream.epoch === this.epoch) {
      this.epochClock = toSeconds(dts, stream.timeBase);
    }
  }

  /** Lets `stream` begin anew with the others, if its clock did. */
  private join(stream: StreamClock, dts: number): void {
    const own = toSeconds(dts, stream.timeBase);
    const isBack = dts + stream.offset < stream.lastDts;
    if (!isBack && Math.abs(own - this.epochClock) > TOGETHER_SECONDS) return;
    stream.epoch = this.epoch;
    stream.offset = ticksOf(this.epochOffset, stream.timeBase);
  }

  /** Begins anew behind everything that was given so far, if the fall is large. */
  private restart(stream: StreamClock, dts: number, position: number): void {
    const fall = toSeconds(stream.lastDts - dts - stream.offset, stream.timeBase);
    if (fall <= RESTART_SECONDS) return;
    let end = Number.NEGATIVE_INFINITY;
    for (const { lastEnd, timeBase } of this.streams) {
      if (Number.isFinite(lastEnd)) end = Math.max(end, toSeconds(lastEnd, timeBase));
    }
    const from = toSeconds(dts, stream.timeBase);
    report(
      this.problems,
      position,
      `times go back by ${fall.toFixed(3)} s to ${from.toFixed(3)} s; they go on at ${end.toFixed(3)} s`,
    );
    this.epoch++;
    this.epochOffset = end - from;
    this.epochClock = from;
    stream.epoch = this.epoch;
    stream.offset = Math.max(
      ticksOf(this.epochOffset, stream.timeBase),
      Math.ceil(stream.lastDts) - dts,
    );
  }
}

function ticksOf(seconds: number, [num, den]: Rational): number {
  return Math.round((seconds * den) / num);
}
