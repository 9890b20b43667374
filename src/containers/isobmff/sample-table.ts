/**
 * The record that a writer keeps of the samples of a track: what the tables of `stbl` will hold, packed, so that an hour of video
 * costs about half a megabyte and nothing is kept per sample as an object.
 */
import { type NumberRows, PackedNumbers } from '../../bits/packed-numbers.ts';

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

/** File offsets in rising order, kept as the distances between them. */
export class OffsetList {
  private readonly distances = new PackedNumbers();
  private last = 0;

  get length(): number {
    return this.distances.length;
  }

  /** Appends `offset`, which is not below the last one. */
  push(offset: number): void {
    this.distances.push(offset - this.last);
    this.last = offset;
  }

  /** The offsets, each with `shift` added. */
  rows(shift: number): NumberRows {
    const { distances } = this;
    return {
      length: distances.length,
      walk: () => {
        const next = distances.walk();
        let offset = shift;
        return () => {
          offset += next();
          return offset;
        };
      },
    };
  }

  /** The last offset; 0 if there is none. */
  get end(): number {
    return this.last;
  }
}

/** Rows of (count, value): a sequence in which neighbors are often equal. Values are given modulo 2^32. */
export class RunList implements NumberRows {
  private readonly packed = new PackedNumbers();
  private count = 0;
  private value = 0;

  /** Appends `count` times `value`. */
  add(count: number, value: number): void {
    if (count === 0) return;
    if (this.count > 0 && this.value === (value | 0)) this.count += count;
    else {
      this.close();
      this.count = count;
      this.value = value | 0;
    }
  }

  private close(): void {
    if (this.count === 0) return;
    this.packed.push(this.count);
    // Negative ones between the others, so that those near zero are small.
    this.packed.push(((this.value << 1) ^ (this.value >> 31)) >>> 0);
  }

  /** Two for each run. */
  get length(): number {
    return this.packed.length + (this.count > 0 ? 2 : 0);
  }

  walk(): () => number {
    const next = this.packed.walk();
    let left = this.packed.length;
    let isValue = true;
    return () => {
      isValue = !isValue;
      if (left === 0) return isValue ? this.value >>> 0 : this.count;
      left--;
      const number = next();
      return isValue ? ((number >>> 1) ^ -(number & 1)) >>> 0 : number;
    };
  }
}

/** The tables of one track. */
export class SampleTable {
  /** Rows of `stts`: sample_count, sample_delta. */
  readonly durations = new RunList();
  /** Rows of `ctts`: sample_count, sample_offset. */
  readonly compositionOffsets = new RunList();
  /** Numbers of the sync samples, from 1. */
  readonly syncSamples = new PackedNumbers();
  /** Where each chunk begins in the file. */
  readonly chunkOffsets = new OffsetList();
  /** Rows of `stsc`: first_chunk, samples_per_chunk, sample_description_index. */
  readonly chunkRuns = new PackedNumbers();
  /** Size of every sample, if `constantSize` is 0. */
  readonly sizes = new PackedNumbers();
  /** Size of all samples in bytes if it is known to be the same (PCM), else 0. */
  readonly constantSize: number;
  sampleCount = 0;
  /** Sum of all durations closed so far, in ticks. */
  totalDuration = 0;
  /** Whether some composition offset is negative, so that `ctts` must be of version 1. */
  hasNegativeOffset = false;
  private hasOffset = false;
  private samplesInChunk = 0;
  /** Samples of each chunk of the last run; 0 before the first. */
  private samplesPerChunk = 0;

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
    if (this.samplesPerChunk !== this.samplesInChunk) {
      this.samplesPerChunk = this.samplesInChunk;
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
