/**
 * The analysis of a stream's pictures that goes on whatever becomes of the GPU: when a call fails or is never answered, the
 * plain kernels take the GPU's place, for that picture and all that follow. Results are the same, so nobody needs to know but who asks.
 */
import { messageOf } from '../base/errors.ts';
import { TurnQueue } from '../base/turn-queue.ts';
import type { PictureAnalysis } from '../codecs/h264/encoder/picture-analysis.ts';
import type { FrameKernels, SamplePlane, StreamAnalysis } from './frame-kernels.ts';
import { answerWithin, closeQuietly, DEFAULT_TIMEOUT_MS } from './plain/answer.ts';
import { PlainFrameKernels } from './plain/plain-frame-kernels.ts';

/** See `StreamAnalysis`. */
export class GuardedAnalysis implements StreamAnalysis {
  /** The name of the backend that computes. */
  backend: string;
  /** Why it is not what was asked for; null if it is. */
  fallbackReason: string | null;
  private analysis: StreamAnalysis;
  private isPlain: boolean;
  private readonly timeoutMs: number;
  private before: SamplePlane | null = null;
  private readonly queue = new TurnQueue();

  /**
   * @param fallbackReason why `kernels` are the plain ones, if others were asked for
   * @param timeoutMs longest wait for the analysis of a picture by a GPU, in milliseconds
   */
  constructor(
    kernels: FrameKernels,
    fallbackReason: string | null,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  ) {
    this.timeoutMs = timeoutMs;
    this.analysis = kernels.openAnalysis();
    this.isPlain = kernels instanceof PlainFrameKernels;
    this.backend = kernels.backend;
    this.fallbackReason = fallbackReason;
  }

  analyze(luma: SamplePlane): Promise<PictureAnalysis> {
    return this.queue.run(() => this.analyzeNext(luma));
  }

  private async analyzeNext(luma: SamplePlane): Promise<PictureAnalysis> {
    const { before, analysis } = this;
    this.before = luma;
    if (this.isPlain) return analysis.analyze(luma);
    try {
      return await answerWithin(this.timeoutMs, analysis.analyze(luma));
    } catch (error) {
      const why = messageOf(error);
      this.fallbackReason = `${this.backend} failed: ${why}`;
    }
    void closeQuietly(() => analysis.close());
    const plain = new PlainFrameKernels();
    this.analysis = plain.openAnalysis();
    this.isPlain = true;
    this.backend = plain.backend;
    if (before !== null) await this.analysis.analyze(before);
    return this.analysis.analyze(luma);
  }

  /** Never fails, and takes a short time at most: what was analyzed is not lost for a GPU that does not close. */
  close(): Promise<void> {
    return closeQuietly(() => this.queue.run(() => this.analysis.close()));
  }
}
