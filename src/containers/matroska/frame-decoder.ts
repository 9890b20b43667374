/**
 * Frames that were compressed before they were stored: they wait here and are decoded one by one, so that no more of them
 * are in memory than are handed on together.
 */
import { FormatError } from '../../base/errors.ts';
import type { PacketBudget } from '../../base/limits.ts';
import { type Problem, report } from '../../base/problems.ts';
import type { BlockFrame } from './cluster-reader.ts';
import { EXPANSION, undoEncoding } from './content-encoding.ts';

/** Bytes of decoded frames that are handed on together. */
const MAX_BATCH_BYTES = 1 << 20;

/** The frames that wait on one pass. */
export class FrameDecoder {
  /** Frames in the order of the file. */
  readonly waiting: BlockFrame[] = [];
  private readonly pass: PacketBudget;
  private readonly problems: Problem[];

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
        const data = await this.decoded(frame, clusterStart);
        if (data === null || data.length === 0) continue;
        if (frame.track.encodings.length > 0) pass.give(data.length, end);
        bytes += data.length;
        frames.push({ ...frame, data });
      }
    } finally {
      waiting.splice(0, taken);
    }
  }

  /** Data of `frame` before compression; null, with the problem noted, if it is damaged. */
  private async decoded(frame: BlockFrame, clusterStart: number): Promise<Uint8Array | null> {
    let { data } = frame;
    const maxBytes = this.pass.left;
    for (const encoding of frame.track.encodings) {
      try {
        data = await undoEncoding(encoding, data, clusterStart, maxBytes);
      } catch (error) {
        // What is too large is no damage of one frame: the file would go on like this.
        if (!(error instanceof FormatError) || error.where === EXPANSION) throw error;
        report(this.problems, clusterStart, error.message);
        return null;
      }
    }
    return data;
  }
}
