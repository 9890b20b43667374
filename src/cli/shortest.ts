/**
 * `--shortest`: the output ends where its shortest stream does. What a stream has ready waits until none of the others can end before it. Of
 * what waits behind the end, sound is cut there, and pictures and copied packets are left out.
 */
import type { Packet } from '../base/packet.ts';
import { AudioFrames, type VideoFrames } from '../frames/index.ts';

/** A part of a track that cannot end within: a picture, a run of samples, a packet. Times are in seconds. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly content: VideoFrames | AudioFrames | Packet;
}

/** Seconds that a track may have waiting: one that says nothing for so long, between others that go on, is not waited for. */
const MAX_WAIT = 10;
/** Times that differ by less are the same. */
const NEARLY = 1e-6;

/** One track: what waits, where all that it gave ends, and whether there will be more. */
interface Line {
  readonly waiting: Piece[];
  end: number;
  isEnded: boolean;
}

/** The tracks of an output. */
export class Shortest {
  private readonly lines: readonly Line[];

  /** For tracks 0 to `count` - 1. */
  constructor(count: number) {
    this.lines = Array.from({ length: count }, () => ({ waiting: [], end: 0, isEnded: false }));
  }

  /** What a track has next. */
  add(track: number, piece: Piece): void {
    const line = this.lines[track]!;
    line.waiting.push(piece);
    line.end = Math.max(line.end, piece.end);
  }

  /** Says that a track has no more; gives whether that is new. */
  end(track: number): boolean {
    const line = this.lines[track]!;
    const isNew = !line.isEnded;
    line.isEnded = true;
    return isNew;
  }

  /** Whether a track has all that can be of use, since another ended before it. */
  isOver(track: number): boolean {
    const { end } = this.lines[track]!;
    return this.lines.some((other) => other.isEnded && other.end > 0 && other.end <= end);
  }

  /** Takes what need not wait any more of a track. */
  take(track: number): Piece[] {
    const { waiting, end } = this.lines[track]!;
    const bound = Math.max(this.bound(), end - MAX_WAIT) + NEARLY;
    const first = waiting.findIndex((piece) => piece.end > bound);
    return waiting.splice(0, first < 0 ? waiting.length : first);
  }

  /** What is left of a track when all have ended: sound up to the end; null if there is none. */
  rest(track: number): AudioFrames | null {
    const [piece] = this.lines[track]!.waiting;
    const seconds = piece === undefined ? 0 : this.bound() - piece.start;
    const frames = piece?.content;
    if (!(frames instanceof AudioFrames)) return null;
    const [frame] = frames.frames;
    const numSamples = Math.floor((seconds + NEARLY) * frames.sampleRate);
    return numSamples > 0 ? new AudioFrames([{ ...frame!, numSamples }], frames) : null;
  }

  /** Up to where all tracks have come. One that ended without anything says nothing. */
  private bound(): number {
    return this.lines.reduce(
      (least, { end, isEnded }) => (isEnded && end === 0 ? least : Math.min(least, end)),
      Number.POSITIVE_INFINITY,
    );
  }
}
