/** What every encoder of the benchmark looks like, ours and the others. */
import type { Clip } from '../video/clips.ts';

/** One encode to be made: the whole clip at one constant quantizer. */
export interface EncodeJob {
  readonly clip: Clip;
  /** Name of the preset, or the speed of encoders that count them. */
  readonly preset: string;
  readonly qp: number;
  /** Largest distance between key frames. */
  readonly gop: number;
  /** Where the Annex B stream goes. */
  readonly output: string;
}

/** An encoder under measurement. */
export interface BenchEncoder {
  /** Name in tables and plots. */
  readonly label: string;
  /** What its results depend on besides the job: the version. Names cached results. */
  readonly version: string;
  /** Encodes in one thread; resolves to the processor time that it took, user and system, in seconds. */
  encode(job: EncodeJob): Promise<number>;
  close(): void;
}

/** An encoder that runs inside a JavaScript process. */
export interface InProcessEncoder {
  /** What comes before the time that is measured, for each job: loading, copying the clip into a file system. */
  prepare?(job: EncodeJob, samples: Uint8Array): Promise<void> | void;
  /** Encodes the raw frames of the clip (`samples` may hold more than the job's); returns the coded stream. */
  encode(job: EncodeJob, samples: Uint8Array): Promise<Uint8Array> | Uint8Array;
}
