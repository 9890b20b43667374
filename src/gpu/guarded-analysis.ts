/**
 * The analysis of a stream's pictures that goes on whatever becomes of the GPU: when a call fails, is never answered, or is found
 * wrong, the plain kernels take the GPU's place, for that picture and all that follow. Results are the same, so nobody needs to know but who asks.
 */
import { messageOf, StateError } from '../base/errors.ts';
import { TurnQueue } from '../base/turn-queue.ts';
import type { PictureAnalysis } from '../codecs/h264/encoder/picture-analysis.ts';
import type { FrameKernels, SamplePlane, StreamAnalysis } from './frame-kernels.ts';
import { answerWithin, closeQuietly, DEFAULT_TIMEOUT_MS, NoAnswerError } from './plain/answer.ts';
import { PlainFrameKernels } from './plain/plain-frame-kernels.ts';
import { SpotCheck } from './spot-check.ts';

/** Who analyzes. The object stays the same and its fields change when another takes over. */
export interface AnalysisReport {
  /** The name of the backend that computes. */
  readonly backend: string;
  /** Why it is not what was asked for; null if it is. */
  readonly fallbackReason: string | null;
}

/** See `StreamAnalysis`. */
export class GuardedAnalysis implements StreamAnalysis {
  readonly report: AnalysisReport;
  private analysis: StreamAnalysis;
  /** Null where the plain kernels compute. */
  private check: SpotCheck | null;
  /** Why the GPU is not to be asked for another picture; null if it is. */
  private doubt: string | null = null;
  private readonly timeoutMs: number;
  private readonly refuse: (reason: string) => void;
  private before: SamplePlane | null = null;
  private readonly queue = new TurnQueue();
  /** Ends the wait for a GPU. */
  private stop: (reason: unknown) => void = () => {};
  private isClosed = false;

  /**
   * @param fallbackReason why `kernels` are the plain ones, if others were asked for
   * @param timeoutMs longest wait for the analysis of a picture by a GPU, in milliseconds
   * @param refuse is told why the GPU is not to be asked again: it has given a wrong number, or no answer
   */
  constructor(
    kernels: FrameKernels,
    fallbackReason: string | null,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    refuse: (reason: string) => void = () => {},
  ) {
    this.timeoutMs = timeoutMs;
    this.refuse = refuse;
    this.analysis = kernels.openAnalysis();
    this.check = kernels instanceof PlainFrameKernels ? null : new SpotCheck();
    this.report = { backend: kernels.backend, fallbackReason };
  }

  /** The name of the backend that computes. */
  get backend(): string {
    return this.report.backend;
  }

  /** Why it is not what was asked for; null if it is. */
  get fallbackReason(): string | null {
    return this.report.fallbackReason;
  }

  /** See `StreamAnalysis`. Rejects with `StateError` if the analysis is closed meanwhile. */
  analyze(luma: SamplePlane): Promise<PictureAnalysis> {
    return this.queue.run(() => this.analyzeNext(luma));
  }

  private async analyzeNext(luma: SamplePlane): Promise<PictureAnalysis> {
    const { before, analysis, check } = this;
    this.before = luma;
    if (check === null) return analysis.analyze(luma);
    const reason = this.doubt ?? (await this.tryGpu(analysis, check, luma));
    if (typeof reason !== 'string') return reason;
    if (this.isClosed) throw closed();
    void closeQuietly(() => analysis.close());
    const plain = new PlainFrameKernels();
    this.analysis = plain.openAnalysis();
    this.check = null;
    this.tell(this.doubt ?? reason);
    if (before !== null) await this.analysis.analyze(before);
    return this.analysis.analyze(luma);
  }

  /** To be told of a number that its reader found wrong, and put right: the GPU is not asked for the pictures that follow. */
  tellWrong(what: string): void {
    if (this.check === null || this.doubt !== null) return;
    this.doubt = `${this.backend} gave a wrong number: ${what}`;
    this.refuse(this.doubt);
    this.tell(this.doubt);
  }

  /** Says that TypeScript computes, and why. */
  private tell(fallbackReason: string): void {
    const { backend } = new PlainFrameKernels();
    Object.assign(this.report, { backend, fallbackReason });
  }

  /** What the GPU makes of a picture, or why it is not believed. */
  private async tryGpu(
    analysis: StreamAnalysis,
    check: SpotCheck,
    luma: SamplePlane,
  ): Promise<PictureAnalysis | string> {
    const { backend } = this.report;
    if (this.isClosed) throw closed();
    try {
      const stopped = new Promise<never>((_, reject) => {
        this.stop = reject;
      });
      stopped.catch(() => {});
      const answer = Promise.race([stopped, analysis.analyze(luma)]);
      const found = await answerWithin(this.timeoutMs, answer);
      const wrong = check.findWrong(luma, found);
      if (wrong === null) return found;
      const reason = `${backend} gave a wrong number: ${wrong}`;
      this.refuse(reason);
      return reason;
    } catch (error) {
      const reason = `${backend} failed: ${messageOf(error)}`;
      if (error instanceof NoAnswerError) this.refuse(reason);
      return reason;
    }
  }

  /**
   * Never fails, and takes a short time at most: what was analyzed is not lost for a GPU that does not close. Pictures that wait for a
   * GPU are given up.
   */
  close(): Promise<void> {
    this.isClosed = true;
    this.stop(closed());
    return closeQuietly(() => this.queue.run(() => this.analysis.close()));
  }
}

function closed(): StateError {
  return new StateError('gpu.analyze', 'the analysis was closed');
}
