/**
 * The times of blocks: Timestamp of their cluster and their own. Clusters rise in time; where they fall, because a recorder
 * was restarted, a piece was sent twice or another document begins, times go on behind what was given, in all tracks.
 */
import { FormatError } from '../../base/errors.ts';
import { type Problem, report } from '../../base/problems.ts';

/** Times and durations beyond this are damage: sums of them must stay exact. */
export const MAX_TICKS = 2 ** 50;

/** A fall of times that neither rounding nor interleaving explains. */
const RESTART_SECONDS = 0.5;
/** The same where another document begins: a fall is expected there. */
const JOINED_FALL_SECONDS = 0.05;

/** Clock of one pass. Times are ticks of the first document. */
export class ClusterClock {
  /** Ticks of the first document for each of the one that is read. */
  tickRatio = 1;
  private readonly timestampScale: number;
  private readonly problems: Problem[];
  /** Of the open cluster, moved on where the times of the file fell. */
  private timestamp = 0;
  /** Timestamp of the last cluster that had one. */
  private lastTimestamp = Number.NEGATIVE_INFINITY;
  /** Ticks that are added to all times since they fell last. */
  private offset = 0;
  /** Where what was given last ends. */
  private latestEnd = Number.NEGATIVE_INFINITY;
  /** Ticks by which the first block of the open cluster may lie before that; Infinity where it is not to be asked. */
  private allowedFall = Number.POSITIVE_INFINITY;
  /** Whether the open cluster has said its Timestamp, or it was noted that it has not. */
  private isTimed = true;

  constructor(timestampScale: number, problems: Problem[]) {
    this.timestampScale = timestampScale;
    this.problems = problems;
  }

  /** A cluster begins; without a Timestamp it would begin at 0. */
  beginCluster(): void {
    this.timestamp = this.offset;
    this.isTimed = false;
  }

  /** Another document begins. Its times may begin at 0 or go on; in the first case they go on behind those before. */
  beginDocument(timestampScale: number): void {
    this.tickRatio = timestampScale / this.timestampScale;
    this.lastTimestamp = Number.POSITIVE_INFINITY;
    this.allowedFall = (JOINED_FALL_SECONDS * 1e9) / this.timestampScale;
  }

  /** Timestamp of the open cluster, RFC 9559 clause 5.1.3.1. */
  setTimestamp(ticks: number): void {
    const timestamp = ticks * this.tickRatio + this.offset;
    // Where clusters do not rise, the first block says whether that is only how the file is interleaved.
    if (timestamp <= this.lastTimestamp && this.allowedFall === Number.POSITIVE_INFINITY) {
      this.allowedFall = (RESTART_SECONDS * 1e9) / this.timestampScale;
    }
    this.timestamp = timestamp;
    this.lastTimestamp = timestamp;
    this.isTimed = true;
  }

  /** Time of a block, not rounded, from the one that it states. Throws `FormatError` if it is beyond `MAX_TICKS`. */
  timeOf(relative: number, offset: number): number {
    if (!this.isTimed) {
      this.isTimed = true;
      report(
        this.problems,
        offset,
        'a Cluster has no Timestamp before its blocks; it is taken for 0',
      );
    }
    let time = this.timestamp + relative * this.tickRatio;
    if (this.allowedFall !== Number.POSITIVE_INFINITY) time = this.risen(time, offset);
    if (Math.abs(time) <= MAX_TICKS) return time;
    throw new FormatError('matroska.Cluster.Timestamp', `${this.timestamp} ticks`, offset);
  }

  /** Notes that what was given ends at `time`. */
  reach(time: number): void {
    if (time > this.latestEnd) this.latestEnd = time;
  }

  /** `time` of the first block of a cluster, moved on with all that follow if it fell. */
  private risen(time: number, position: number): number {
    const fall = this.latestEnd - time;
    const isRestart = fall > this.allowedFall;
    this.allowedFall = Number.POSITIVE_INFINITY;
    if (!isRestart) return time;
    const seconds = (ticks: number): string =>
      `${((ticks * this.timestampScale) / 1e9).toFixed(3)} s`;
    const detail = `times go back by ${seconds(fall)}; they go on at ${seconds(this.latestEnd)}`;
    report(this.problems, position, detail);
    const move = Math.ceil(fall);
    this.offset += move;
    this.timestamp += move;
    this.lastTimestamp += move;
    return time + move;
  }
}
