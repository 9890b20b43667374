/**
 * Walks through the clusters of a segment and takes the frames out of their blocks. Elements that lie whole in the
 * window are read without waiting. Where the bytes are broken, the walk goes on at the next Cluster ID.
 */
import { FormatError } from '../../base/errors.ts';
import { report } from '../../base/problems.ts';
import { crc32 } from '../../bits/crc32.ts';
import { type BlockHeader, KEYFRAME_FLAG, readBlockHeader, readLacing } from './block.ts';
import { undoEncoding } from './content-encoding.ts';
import {
  childrenOf,
  type ElementHeader,
  MAX_HEADER_BYTES,
  readElementHeader,
  readInt,
  readUint,
  storedCrc,
  UNKNOWN_SIZE,
} from './ebml-reader.ts';
import { elementById, ID } from './element-table.ts';
import type { OpenSegment } from './segment-reader.ts';
import type { ReaderTrack } from './track-reader.ts';

/** A frame out of a block. */
export interface BlockFrame {
  readonly track: ReaderTrack;
  readonly data: Uint8Array;
  /** Ticks, CodecDelay taken off. */
  readonly pts: number;
  /** Ticks as BlockDuration or DefaultDuration say, not rounded; -1 if neither is there. */
  readonly duration: number;
  readonly isKey: boolean;
  /** Nanoseconds. */
  readonly discardPadding: number;
}

/** A block larger than this is refused where the source does not know its size. */
const MAX_BLOCK_BYTES = 64 << 20;

/** Times and durations beyond this are damage: sums of them must stay exact. */
const MAX_TICKS = 2 ** 50;

/** Frames, and bytes of them, that are gathered before they are handed on. */
const MAX_BATCH_FRAMES = 256;
const MAX_BATCH_BYTES = 1 << 20;

const CLUSTER_ID_BYTES = [0x1f, 0x43, 0xb6, 0x75];

/** State of the walk. */
export class ClusterReader {
  private readonly segment: OpenSegment;
  private readonly verifiesChecksums: boolean;
  private position: number;
  /** End of the open cluster: -1 if none is open, Infinity if its size is unknown. */
  private clusterEnd = -1;
  private clusterStart = 0;
  private timestamp = 0;
  /** Running checksum of the open cluster, and the one that it says; no check if the latter is -1. */
  private crc = 0;
  private expectedCrc = -1;
  private readonly header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  private readonly block: BlockHeader = { trackNumber: 0, relative: 0, flags: 0, length: 0 };
  private readonly sizes: number[] = [];
  private readonly hasEncodings: boolean;
  private batchBytes = 0;

  /** `from`: where a cluster begins that the walk shall start with. */
  constructor(segment: OpenSegment, verifiesChecksums: boolean, from: number) {
    this.segment = segment;
    this.verifiesChecksums = verifiesChecksums;
    this.position = from;
    this.hasEncodings = [...segment.tracks.values()].some(({ encodings }) => encodings.length > 0);
  }

  /** Appends some of the next frames to `frames`, which is empty. Returns false when there are no more. */
  async readMore(frames: BlockFrame[]): Promise<boolean> {
    this.batchBytes = 0;
    let isMore = true;
    while (isMore && frames.length < MAX_BATCH_FRAMES && this.batchBytes < MAX_BATCH_BYTES) {
      if (!this.stepHere(frames)) isMore = await this.step(frames);
    }
    await this.undoEncodings(frames);
    return isMore;
  }

  /** Handles one block, if it and its cluster are as they should be and the window holds it. False: see `step`. */
  private stepHere(frames: BlockFrame[]): boolean {
    const { window, segmentEnd } = this.segment;
    const { header, position, clusterEnd } = this;
    const at = position - window.start;
    const isHere =
      at >= 0 &&
      position < clusterEnd &&
      readElementHeader(window.bytes, at, window.bytes.length, header);
    if (!isHere || (header.id !== ID.SimpleBlock && header.id !== ID.BlockGroup)) return false;
    const total = header.headerLength + header.size;
    const limit = Math.min(clusterEnd, segmentEnd);
    if (header.size === UNKNOWN_SIZE || position + total > limit) return false;
    if (!window.has(position, total)) return false;
    this.takeElement(header.id, header.headerLength, header.size, frames);
    return true;
  }

  /** Handles one element. Returns false at the end. */
  private async step(frames: BlockFrame[]): Promise<boolean> {
    const { window, segmentEnd, problems } = this.segment;
    if (this.clusterEnd >= 0 && this.position >= this.clusterEnd) this.closeCluster();
    if (this.position >= segmentEnd) return false;
    const { header } = this;
    let at = this.position - window.start;
    const isHere =
      at >= 0 &&
      at + MAX_HEADER_BYTES <= window.bytes.length &&
      readElementHeader(window.bytes, at, window.bytes.length, header);
    if (!isHere) {
      const available = await window.load(this.position, MAX_HEADER_BYTES);
      if (available === 0) return false;
      at = this.position - window.start;
      if (!readElementHeader(window.bytes, at, at + available, header)) {
        if (available < MAX_HEADER_BYTES) {
          report(problems, this.position, 'the file ends within an element header');
          return false;
        }
        return await this.resync('no valid element ID and size');
      }
    }
    const { id, size, headerLength } = header;
    if (id === ID.Cluster) {
      this.beginCluster(this.position, headerLength, size);
      return true;
    }
    const element = elementById(id);
    // A top-level element ends a cluster of unknown size, RFC 8794 clause 6.2.
    if (element?.parent === 'Segment') this.clusterEnd = -1;
    if (element?.parent === '') {
      report(
        problems,
        this.position,
        `${element.name} begins within the segment; reading ends here`,
      );
      return false;
    }
    if (size === UNKNOWN_SIZE)
      return await this.resync('an element other than Cluster has no size');
    const end = this.position + headerLength + size;
    const limit = this.clusterEnd >= 0 ? Math.min(this.clusterEnd, segmentEnd) : segmentEnd;
    if (end > limit)
      return await this.resync(`an element of ${size} bytes reaches past its parent`);
    const isBlock = id === ID.SimpleBlock || id === ID.BlockGroup;
    const isWanted =
      this.clusterEnd >= 0 && (isBlock || id === ID.Timestamp || id === ID['CRC-32']);
    if (!isWanted && this.expectedCrc < 0) {
      this.position = end;
      return true;
    }
    return await this.readElement(id, headerLength, size, frames);
  }

  /** Reads an element of a cluster whole. */
  private async readElement(
    id: number,
    headerLength: number,
    size: number,
    frames: BlockFrame[],
  ): Promise<boolean> {
    const { window, problems } = this.segment;
    const start = this.position;
    const total = headerLength + size;
    if (!window.has(start, total)) {
      const known = window.source.size;
      if (known === null ? size > MAX_BLOCK_BYTES : start + total > known) {
        if (known === null) return await this.resync(`a block of ${size} bytes`);
        report(problems, start, `the file ends within an element of ${size} bytes`);
        return false;
      }
      const available = await window.load(start, total);
      if (available < total) {
        report(problems, start, `the file ends within an element of ${size} bytes`);
        return false;
      }
    }
    this.takeElement(id, headerLength, size, frames);
    return true;
  }

  /** Handles the element at the position, which the window holds whole. */
  private takeElement(id: number, headerLength: number, size: number, frames: BlockFrame[]): void {
    const { window, problems } = this.segment;
    const { bytes } = window;
    const start = this.position;
    const total = headerLength + size;
    const at = start - window.start;
    const dataAt = at + headerLength;
    this.position = start + total;
    if (id === ID['CRC-32'] && size === 4 && start === this.clusterStart) {
      if (this.verifiesChecksums) this.expectedCrc = storedCrc(bytes, dataAt);
      this.crc = 0;
      return;
    }
    if (this.expectedCrc >= 0) this.crc = crc32(bytes, this.crc, at, at + total);
    if (this.clusterEnd < 0) return;
    try {
      if (id === ID.Timestamp) this.timestamp = readUint(bytes.subarray(dataAt, dataAt + size));
      else if (id === ID.SimpleBlock) {
        this.takeBlock(bytes, dataAt, dataAt + size, null, frames);
      } else if (id === ID.BlockGroup) {
        this.takeGroup(bytes.subarray(dataAt, dataAt + size), start + headerLength, frames);
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      report(problems, start, error.message);
    }
  }

  private beginCluster(position: number, headerLength: number, size: number): void {
    if (this.clusterEnd >= 0 && Number.isFinite(this.clusterEnd)) {
      report(this.segment.problems, position, 'a Cluster begins within a Cluster');
    }
    this.position = position + headerLength;
    this.clusterStart = this.position;
    this.clusterEnd = size === UNKNOWN_SIZE ? Number.POSITIVE_INFINITY : this.position + size;
    this.timestamp = 0;
    this.expectedCrc = -1;
  }

  private closeCluster(): void {
    if (this.expectedCrc >= 0 && this.expectedCrc !== this.crc) {
      report(this.segment.problems, this.clusterStart, 'CRC-32 of the Cluster does not match');
    }
    this.clusterEnd = -1;
    this.expectedCrc = -1;
  }

  /** Goes on at the next Cluster ID. Returns false if there is none. */
  private async resync(message: string): Promise<boolean> {
    const { window, problems } = this.segment;
    report(problems, this.position, `${message}; reading goes on at the next cluster`);
    this.clusterEnd = -1;
    this.expectedCrc = -1;
    let position = this.position + 1;
    for (;;) {
      const available = await window.load(position, CLUSTER_ID_BYTES.length);
      if (available < CLUSTER_ID_BYTES.length) return false;
      const found = findClusterId(window.bytes, position - window.start);
      if (found >= 0) {
        this.position = window.start + found;
        return true;
      }
      position = window.start + window.bytes.length - (CLUSTER_ID_BYTES.length - 1);
    }
  }

  /** BlockGroup, RFC 9559 clause 5.1.3.5. `data` begins at `offset` in the file. */
  private takeGroup(data: Uint8Array, offset: number, frames: BlockFrame[]): void {
    let block: Uint8Array | null = null;
    const group = { duration: -1, isKey: true, discardPadding: 0 };
    for (const child of childrenOf(data, offset)) {
      if (child.id === ID.Block) block = child.data;
      else if (child.id === ID.BlockDuration) group.duration = readUint(child.data);
      else if (child.id === ID.ReferenceBlock) group.isKey = false;
      else if (child.id === ID.DiscardPadding) group.discardPadding = readInt(child.data);
    }
    if (block === null) throw new FormatError('matroska.BlockGroup', 'has no Block', offset);
    this.takeBlock(block, 0, block.length, group, frames);
  }

  /** The frames of the block between `start` and `end`; `group` says what its BlockGroup adds, null for a SimpleBlock. */
  private takeBlock(
    bytes: Uint8Array,
    start: number,
    end: number,
    group: { duration: number; isKey: boolean; discardPadding: number } | null,
    frames: BlockFrame[],
  ): void {
    const { block, sizes } = this;
    readBlockHeader(bytes, start, end, this.clusterStart, block);
    const track = this.segment.tracks.get(block.trackNumber);
    if (track === undefined) return;
    const { flags } = block;
    sizes.length = 0;
    let at = readLacing(bytes, start + block.length, end, flags, this.clusterStart, sizes);
    const count = sizes.length;
    const time = this.timestamp + block.relative - track.delayTicks;
    if (Math.abs(time) > MAX_TICKS) {
      throw new FormatError(
        'matroska.Cluster.Timestamp',
        `${this.timestamp} ticks`,
        this.clusterStart,
      );
    }
    const isKey = group === null ? (flags & KEYFRAME_FLAG) !== 0 : group.isKey;
    const given =
      group !== null && group.duration >= 0 && group.duration <= MAX_TICKS
        ? group.duration / count
        : -1;
    const duration = given >= 0 ? given : track.defaultTicks > 0 ? track.defaultTicks : -1;
    this.batchBytes += end - start;
    for (let i = 0; i < count; i++) {
      const size = sizes[i]!;
      frames.push({
        track,
        data: bytes.slice(at, at + size),
        pts: time + (duration > 0 ? Math.round(i * duration) : i),
        duration,
        isKey,
        discardPadding: i === count - 1 && group !== null ? group.discardPadding : 0,
      });
      at += size;
    }
  }

  /** Makes the frames what they were before compression; takes those out where that fails. */
  private async undoEncodings(frames: BlockFrame[]): Promise<void> {
    if (!this.hasEncodings) return;
    const { problems } = this.segment;
    let kept = 0;
    for (const frame of frames) {
      let { data } = frame;
      try {
        for (const encoding of frame.track.encodings) {
          data = await undoEncoding(encoding, data, this.clusterStart);
        }
        frames[kept++] = { ...frame, data };
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        report(problems, this.clusterStart, error.message);
      }
    }
    frames.length = kept;
  }
}

function findClusterId(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(CLUSTER_ID_BYTES[0]!, from); at >= 0; ) {
    if (CLUSTER_ID_BYTES.every((byte, i) => bytes[at + i] === byte)) return at;
    at = bytes.indexOf(CLUSTER_ID_BYTES[0]!, at + 1);
  }
  return -1;
}
