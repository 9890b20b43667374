/**
 * The analysis of a stream's pictures that goes on whatever becomes of the GPU: when a call fails, the plain kernels take its
 * place, for that picture and all that follow. Results are the same, so nobody needs to know but who asks.
 */
import type { PictureAnalysis } from '../codecs/h264/encoder/picture-analysis.ts';
import type { FrameKernels, SamplePlane } from './frame-kernels.ts';
import { PlainFrameKernels } from './plain/plain-frame-kernels.ts';

/** Analyzes pictures in the order in which they are shown. */
export class GuardedAnalysis {
  /** What computes. */
  backend: string;
  /** Why it is not what was asked for; null if it is. */
  fallbackReason: string | null;
  private kernels: FrameKernels;
  private before: SamplePlane | null = null;
  /** The last picture's analysis: they end in the order in which they began. */
  private turn: Promise<unknown> = Promise.resolve();

  /** @param fallbackReason why `kernels` are the plain ones, if another kind was asked for */
  constructor(kernels: FrameKernels, fallbackReason: string | null = null) {
    this.kernels = kernels;
    this.backend = kernels.backend;
    this.fallbackReason = fallbackReason;
  }

  /** Analyzes a luma plane, whose width and height are multiples of 16. It is read before the call returns. */
  analyze(luma: SamplePlane): Promise<PictureAnalysis> {
    const copy = { ...luma, samples: luma.samples.slice() };
    const result = this.turn.then(() => this.analyzeNext(copy));
    this.turn = result.catch(() => {});
    return result;
  }

  private async analyzeNext(luma: SamplePlane): Promise<PictureAnalysis> {
    const { before } = this;
    this.before = luma;
    try {
      return await this.kernels.analyze(luma);
    } catch (error) {
      if (this.kernels instanceof PlainFrameKernels) throw error;
      this.fallbackReason = `${this.backend} failed: ${error instanceof Error ? error.message : String(error)}`;
    }
    const plain = new PlainFrameKernels();
    this.kernels.close().catch(() => {});
    this.kernels = plain;
    this.backend = plain.backend;
    if (before !== null) await plain.analyze(before);
    return plain.analyze(luma);
  }

  /** Gives back what the kernels hold, once the last picture is analyzed. */
  async close(): Promise<void> {
    await this.turn;
    await this.kernels.close();
  }
}
