/**
 * Frames that were compressed before they were stored: they wait here and are decoded one by one, so that no more of them
 * are in memory than are handed on together.
 */
import { FormatError } from '../../base/errors.ts';
import type { PacketBudget } from '../../base/limits.ts';
import { type Problem, report } from '../../base/problems.ts';
import type { BlockFrame } from './block.ts';
import { EXPANSION, undoEncoding } from './content-encoding.ts';

/** Bytes of decoded frames that are handed on together. */
const MAX_BATCH_BYTES = 1 << 20;

/** Frames that are damaged, or hold nothing, before the track is given up: trying each costs as much as a good one. */
const MAX_LOST_FRAMES = 1000;

/**
 * Frames that are inflated, beside one for each 256 bytes of the file: the platform takes 0.3 ms for each, however small it is.
 */
const MAX_INFLATED_FRAMES = 30_000;
const BYTES_PER_INFLATED_FRAME = 256;

/** The frames that wait on one pass. */
export class FrameDecoder {
  /** Frames in the order of the file. */
  readonly waiting: BlockFrame[] = [];
  private readonly pass: PacketBudget;
  private readonly problems: Problem[];
  private lost = 0;
  private inflated = 0;

  constructor(pass: PacketBudget, problems: Problem[]) {
    this.pass = pass;
    this.problems = problems;
  }

  /**
   * Moves frames to `frames`, made what they were before compression; those that are damaged are left out.
   * @param clusterStart where their cluster begins, for messages
   * @param end up to where the file was read
   */
  async decode(frames: BlockFrame[], clusterStart: number, end: number): Promise<void> {
    const { waiting, pass } = this;
    let taken = 0;
    let bytes = 0;
    try {
      while (taken < waiting.length && bytes < MAX_BATCH_BYTES) {
        const frame = waiting[taken++]!;
        this.countInflated(frame, end);
        const data = await this.decoded(frame, clusterStart);
        if (data === null || data.length === 0) {
          this.lose(clusterStart);
          continue;
        }
        if (frame.track.encodings.length > 0) pass.give(data.length, end);
        bytes += data.length;
        frames.push({ ...frame, data });
      }
    } finally {
      waiting.splice(0, taken);
    }
  }

  private countInflated({ track }: BlockFrame, end: number): void {
    for (const { kind } of track.encodings) if (kind === 'zlib') this.inflated++;
    if (this.inflated <= MAX_INFLATED_FRAMES + end / BYTES_PER_INFLATED_FRAME) return;
    const detail = `${this.inflated} compressed frames in ${end} bytes`;
    throw new FormatError('matroska.Block', detail, end);
  }

  private lose(clusterStart: number): void {
    if (++this.lost <= MAX_LOST_FRAMES) return;
    const detail = `${MAX_LOST_FRAMES} frames that cannot be decompressed`;
    throw new FormatError('matroska.Block', detail, clusterStart);
  }

  /** Data of `frame` before compression; null, with the problem noted, if it is damaged. */
  private async decoded(frame: BlockFrame, clusterStart: number): Promise<Uint8Array | null> {
    let { data } = frame;
    const maxBytes = this.pass.left;
    for (const encoding of frame.track.encodings) {
      try {
        data = await undoEncoding(encoding, data, clusterStart, maxBytes);
      } catch (error) {
        // A size above the limit is no damage of one frame: the file would go on like this.
        if (!(error instanceof FormatError) || error.where === EXPANSION) throw error;
        report(this.problems, clusterStart, error.message);
        return null;
      }
    }
    return data;
  }
}
