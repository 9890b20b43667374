/**
 * The record that a writer keeps of the samples of a track: exactly what the tables of `stbl` will hold, in typed arrays that
 * grow, so that an hour of video costs about a megabyte and nothing is kept per sample as an object.
 */

const INITIAL_LENGTH = 64;

/** A list of unsigned 32-bit integers. */
export class U32List {
  private items = new Uint32Array(INITIAL_LENGTH);
  length = 0;

  push(value: number): void {
    if (this.length === this.items.length) {
      const larger = new Uint32Array(this.items.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = value;
  }

  at(index: number): number {
    return this.items[index];
  }

  set(index: number, value: number): void {
    this.items[index] = value;
  }

  clear(): void {
    this.length = 0;
  }

  /** The values, as a view that is valid until the next call. */
  values(): Uint32Array {
    return this.items.subarray(0, this.length);
  }
}

/** A list of safe integers: file offsets and times. */
export class IntegerList {
  private items = new Float64Array(INITIAL_LENGTH);
  length = 0;

  push(value: number): void {
    if (this.length === this.items.length) {
      const larger = new Float64Array(this.items.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length++] = value;
  }

  /** The values, as a view that is valid until the next call. */
  values(): Float64Array {
    return this.items.subarray(0, this.length);
  }
}

/** Rows of (count, value): a sequence in which neighbors are often equal. Values are stored modulo 2^32. */
export class RunList {
  readonly rows = new U32List();

  /** Appends `count` times `value`. */
  add(count: number, value: number): void {
    if (count === 0) return;
    const last = this.rows.length - 2;
    if (last >= 0 && this.rows.at(last + 1) === value >>> 0) {
      this.rows.set(last, this.rows.at(last) + count);
    } else {
      this.rows.push(count);
      this.rows.push(value);
    }
  }
}

/** The tables of one track. */
export class SampleTable {
  /** Rows of `stts`: sample_count, sample_delta. */
  readonly durations = new RunList();
  /** Rows of `ctts`: sample_count, sample_offset. */
  readonly compositionOffsets = new RunList();
  /** Numbers of the sync samples, from 1. */
  readonly syncSamples = new U32List();
  /** Where each chunk begins in the file. */
  readonly chunkOffsets = new IntegerList();
  /** Rows of `stsc`: first_chunk, samples_per_chunk, sample_description_index. */
  readonly chunkRuns = new U32List();
  /** Size of every sample, if `constantSize` is 0. */
  readonly sizes = new U32List();
  /** Size of all samples in bytes if it is known to be the same (PCM), else 0. */
  readonly constantSize: number;
  sampleCount = 0;
  /** Sum of all durations closed so far, in ticks. */
  totalDuration = 0;
  /** Whether some composition offset is negative, so that `ctts` must be of version 1. */
  hasNegativeOffset = false;
  private hasOffset = false;
  private samplesInChunk = 0;

  constructor(constantSize: number) {
    this.constantSize = constantSize;
  }

  /** Whether composition and decoding times ever differ. */
  get hasCompositionOffsets(): boolean {
    return this.hasOffset;
  }

  /** Begins a chunk at `position` of the file. */
  beginChunk(position: number): void {
    this.endChunk();
    this.chunkOffsets.push(position);
  }

  /** Notes how many samples the last chunk has; does nothing if that was done. */
  endChunk(): void {
    if (this.samplesInChunk === 0) return;
    const last = this.chunkRuns.length - 3;
    if (last < 0 || this.chunkRuns.at(last + 1) !== this.samplesInChunk) {
      this.chunkRuns.push(this.chunkOffsets.length);
      this.chunkRuns.push(this.samplesInChunk);
      this.chunkRuns.push(1);
    }
    this.samplesInChunk = 0;
  }

  /** Adds one sample of `size` bytes to the last chunk; its duration follows. */
  addSample(size: number, isSync: boolean, compositionOffset: number): void {
    this.sampleCount++;
    this.samplesInChunk++;
    this.sizes.push(size);
    if (isSync) this.syncSamples.push(this.sampleCount);
    this.compositionOffsets.add(1, compositionOffset);
    if (compositionOffset !== 0) this.hasOffset = true;
    if (compositionOffset < 0) this.hasNegativeOffset = true;
  }

  /** Adds `count` samples of the constant size to the last chunk; their durations follow. */
  addConstantSamples(count: number): void {
    this.sampleCount += count;
    this.samplesInChunk += count;
  }

  /** States the duration of the next `count` samples that have none yet, each `duration` ticks, 0..2^32-1. */
  addDurations(count: number, duration: number): void {
    this.durations.add(count, duration);
    this.totalDuration += count * duration;
  }
}
