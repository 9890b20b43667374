/**
 * Walks over the samples of a track by its tables, without expanding them: where each sample lies, how large it is, when
 * it is decoded and shown. ISOBMFF clause 8.5 to 8.7. A hostile table costs nothing before it is walked, and the walk
 * ends at the end of the file.
 */
import { FormatError } from '../../base/errors.ts';

/** The tables of `stbl`, as read. Rows as in the boxes. */
export interface SampleTables {
  readonly stts: Uint32Array;
  /** Empty: composition and decoding times are equal. */
  readonly ctts: Uint32Array;
  readonly stsc: Uint32Array;
  /** Null: every sample is a sync sample. */
  readonly stss: Uint32Array | null;
  /** Size of every sample; 0: `sizes` has them. */
  readonly sample_size: number;
  readonly sample_count: number;
  readonly sizes: Uint32Array;
  readonly chunkOffsets: Uint32Array | Float64Array;
  /** The lowest delta of `stts` that is a negative one, less 2^32, so that decoding goes back there; none: there is none. */
  readonly negativeFrom?: number;
  /** Ticks of each sample that `stts` has no rows for; 0 if not given. */
  readonly deltaBehind?: number;
}

/** One sample, on the media timeline. */
export interface MediaSample {
  readonly position: number;
  readonly size: number;
  readonly dts: number;
  /** Composition time. */
  readonly cts: number;
  readonly duration: number;
  readonly isSync: boolean;
  /** Number of samples of the table that this stands for: more than 1 for runs of PCM. */
  readonly count: number;
  /** Which of the track's sample descriptions it is of, from 1. */
  readonly sample_description_index: number;
}

/** Samples of PCM that make one packet, at most. Not normative: players and ffmpeg take as many. */
const PCM_RUN = 1024;
/** Bytes that such a packet has at most where one sample of all channels is large. */
const PCM_RUN_BYTES = 256 << 10;

/** How many samples of PCM, of `bytes` each for all channels, make one packet at most; at least 1. */
export function pcmRunLength(bytes: number): number {
  return Math.max(1, Math.min(PCM_RUN, Math.floor(PCM_RUN_BYTES / Math.max(1, bytes))));
}

/** A file's bytes may be used more than once (shared samples), but a table that uses them this often means harm. */
const MAX_COVERAGE = 8;

/** State of a walk. `next` gives one sample after the other; `clone` remembers a place. */
export class SampleCursor {
  private readonly tables: SampleTables;
  private readonly fileSize: number;
  /** Bytes of one sample if samples are to be joined in runs (PCM), else 0. */
  private readonly pcmBytes: number;
  private sample = 0;
  private chunk = 0;
  private indexInChunk = 0;
  private samplesInChunk = 0;
  private offset = 0;
  private stscRow = 0;
  private sttsRow = 0;
  private sttsUsed = 0;
  private cttsRow = 0;
  private cttsUsed = 0;
  private stssRow = 0;
  private dts = 0;
  /** Decoding time as the deltas add up, which may fall; `dts` never does. */
  private statedDts = 0;
  private bytesGiven = 0;
  private passedOver = 0;

  /** Samples that the tables promise and that were passed over or not reached: at the end, those that the file lacks. */
  get missing(): number {
    return this.passedOver + Math.max(0, this.tables.sample_count - this.sample);
  }

  /** `fileSize`: bytes of the file, Infinity if not known. */
  constructor(tables: SampleTables, fileSize: number, pcmBytes: number) {
    this.tables = tables;
    this.fileSize = fileSize;
    this.pcmBytes = pcmBytes;
  }

  clone(): SampleCursor {
    const copy = new SampleCursor(this.tables, this.fileSize, this.pcmBytes);
    return Object.assign(copy, this);
  }

  /** The next sample that the file has, or null at the end of the tables or of the file. */
  next(): MediaSample | null {
    const { tables } = this;
    for (;;) {
      if (this.sample >= tables.sample_count || !this.enterChunk()) return null;
      const count = this.runLength();
      const size =
        this.pcmBytes > 0
          ? this.pcmBytes * count
          : tables.sample_size > 0
            ? tables.sample_size
            : tables.sizes[this.sample];
      // Tables may be shorter than they claim, and the file shorter than they say: the samples up to there were saved.
      if (size === undefined) return null;
      if (this.offset + size <= this.fileSize) return this.take(size, count);
      // A table of one size costs nothing a sample, so that no file pays for walking on.
      if (tables.sample_size > 0) return null;
      this.skip(size);
    }
  }

  /** Passes over one sample that the file does not have. */
  private skip(size: number): void {
    this.takeCompositionOffset(1);
    this.dts += this.takeDuration(1);
    this.takeSync();
    this.offset += size;
    this.sample++;
    this.indexInChunk++;
    this.passedOver++;
  }

  private take(size: number, count: number): MediaSample {
    const { tables } = this;
    this.bytesGiven += size;
    if (this.bytesGiven > this.fileSize * MAX_COVERAGE) {
      throw new FormatError(
        'mp4.stbl',
        `samples cover the file more than ${MAX_COVERAGE} times`,
        this.offset,
      );
    }
    const sample: MediaSample = {
      position: this.offset,
      size,
      dts: this.dts,
      cts: this.dts + this.takeCompositionOffset(count),
      duration: this.takeDuration(count),
      isSync: this.takeSync(),
      count,
      sample_description_index: tables.stsc[this.stscRow * 3 + 2],
    };
    this.dts += sample.duration;
    if (!Number.isSafeInteger(this.dts)) {
      throw new FormatError('mp4.stts', 'decoding times reach 2^53 ticks', this.offset);
    }
    this.offset += size;
    this.sample += count;
    this.indexInChunk += count;
    return sample;
  }

  /** Goes to the chunk of the next sample; false if there is none. */
  private enterChunk(): boolean {
    const { stsc, chunkOffsets } = this.tables;
    while (this.indexInChunk >= this.samplesInChunk) {
      if (this.chunk >= chunkOffsets.length || stsc.length === 0) return false;
      while (
        (this.stscRow + 1) * 3 < stsc.length &&
        stsc[(this.stscRow + 1) * 3] <= this.chunk + 1
      ) {
        this.stscRow++;
      }
      this.samplesInChunk = stsc[this.stscRow * 3 + 1];
      this.offset = chunkOffsets[this.chunk];
      this.indexInChunk = 0;
      this.chunk++;
    }
    return true;
  }

  private runLength(): number {
    if (this.pcmBytes === 0) return 1;
    const inChunk = this.samplesInChunk - this.indexInChunk;
    return Math.min(pcmRunLength(this.pcmBytes), inChunk, this.tables.sample_count - this.sample);
  }

  private takeDuration(count: number): number {
    const { stts } = this.tables;
    let total = 0;
    for (let left = count; left > 0; ) {
      const row = this.sttsRow * 2;
      if (row >= stts.length) return total + left * (this.tables.deltaBehind ?? 0);
      const take = Math.min(left, stts[row] - this.sttsUsed);
      total +=
        this.tables.negativeFrom !== undefined
          ? this.takeDelta(this.dts + total, stts[row + 1], take)
          : take * stts[row + 1];
      this.sttsUsed += take;
      left -= take;
      if (this.sttsUsed >= stts[row]) {
        this.sttsRow++;
        this.sttsUsed = 0;
      }
    }
    return total;
  }

  /**
   * Ticks from one decoding time to the next where deltas may be negative (ISOBMFF clause 8.6.1.2 forbids it). Where the
   * stated times fall, decoding takes a tick a sample until they have caught up, so that what follows is in its place.
   */
  private takeDelta(before: number, delta: number, count: number): number {
    let dts = before;
    const ticks = delta >= this.tables.negativeFrom! ? delta - 2 ** 32 : delta;
    for (let i = 0; i < count; i++) {
      const stated = this.statedDts + ticks;
      // A fall to before the start is no time at all.
      this.statedDts = stated >= 0 ? stated : this.statedDts + 1;
      dts = Math.max(delta === 0 ? dts : dts + 1, this.statedDts);
    }
    return dts - before;
  }

  private takeCompositionOffset(count: number): number {
    const { ctts } = this.tables;
    while (this.cttsRow * 2 < ctts.length && this.cttsUsed >= ctts[this.cttsRow * 2]) {
      this.cttsRow++;
      this.cttsUsed = 0;
    }
    if (this.cttsRow * 2 >= ctts.length) return 0;
    this.cttsUsed += count;
    // Signed whatever the version: writers of version 0 boxes store negative offsets too, and none needs 2^31.
    return ctts[this.cttsRow * 2 + 1] | 0;
  }

  private takeSync(): boolean {
    const { stss } = this.tables;
    if (stss === null) return true;
    const number = this.sample + 1;
    while (this.stssRow < stss.length && stss[this.stssRow] < number) this.stssRow++;
    return stss[this.stssRow] === number;
  }
}

/** The largest amount, at least 0, by which a composition time lies before its decoding time. */
export function decodingTimeShift(ctts: Uint32Array): number {
  let shift = 0;
  for (let row = 0; row < ctts.length; row += 2) {
    const offset = ctts[row + 1] | 0;
    if (-offset > shift) shift = -offset;
  }
  return shift;
}
