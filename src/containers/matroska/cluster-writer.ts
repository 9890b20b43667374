/**
 * Clusters (RFC 9559 clause 5.1.3): blocks are gathered until a cluster is full and written with its size in one piece,
 * so that a file whose writer was killed holds whole clusters only. A frame that is larger than a cluster has one to itself and
 * goes through to the sink uncopied. In live mode each block goes out at once, into clusters of unknown size.
 */
import type { ByteSink } from '../../base/byte-stream.ts';
import type { Packet } from '../../base/packet.ts';
import { packetBytes } from '../../base/packet-bytes.ts';
import { writeBlockAdditions } from './block-additions.ts';
import { EbmlWriter, idLength, sizeLength } from './ebml-writer.ts';
import { ID } from './element-table.ts';

const KEYFRAME_FLAG = 0x80;
const MIN_RELATIVE = -0x8000;
const MAX_RELATIVE = 0x7fff;

// A cluster is held in memory: larger ones cost memory and are lost as a whole, smaller ones cost an index entry each.
const MAX_CLUSTER_BYTES = 4 << 20;

// A new cluster begins at a key frame, but not for each one of an all-intra stream.
const MIN_CLUSTER_SECONDS = 1;

/** A block to write: a packet with what its track adds. */
export interface BlockToWrite {
  readonly trackNumber: number;
  /** Timestamp in ticks from the start of the Segment, at least 0. */
  readonly timestamp: number;
  readonly packet: Packet;
  /** BlockDuration in ticks; -1 if it need not be said. */
  readonly duration: number;
  /** DiscardPadding in nanoseconds; 0 if there is none. */
  readonly discardPadding: number;
  /** Timestamp of the previous block of this track, in ticks; for blocks that depend on it. */
  readonly previous: number;
  /** Whether a cluster should begin here if it may: a key frame of the main video track. */
  readonly isClusterStart: boolean;
}

/** Where the last block went, for Cues. */
export interface BlockPlace {
  /** Byte in the sink at which its Cluster begins. */
  clusterPosition: number;
  /** Byte within the cluster's data at which the block begins. */
  relativePosition: number;
}

/** Gathers blocks into clusters and writes them to a sink. `position` is the byte of the sink at which the first one goes. */
export class ClusterWriter {
  /** Place of the last block that was added. `clusterPosition` holds only until the next one. */
  readonly place: BlockPlace = { clusterPosition: 0, relativePosition: 0 };
  /** Byte of the sink behind all that was written. */
  position: number;
  private readonly sink: ByteSink;
  private readonly live: boolean;
  private readonly maxTicks: number;
  private readonly minTicks: number;
  private readonly body = new EbmlWriter();
  private readonly header = new EbmlWriter();
  /** The elements behind the block in a BlockGroup. */
  private readonly rest = new EbmlWriter();
  private isOpen = false;
  private timestamp = 0;
  /** Bytes of the data of the open cluster that are in the sink already (live mode). */
  private written = 0;

  constructor(
    sink: ByteSink,
    position: number,
    options: { live: boolean; clusterDuration: number; timestampScale: number },
  ) {
    this.sink = sink;
    this.position = position;
    this.live = options.live;
    const ticksPerSecond = 1e9 / options.timestampScale;
    this.maxTicks = options.clusterDuration * ticksPerSecond;
    this.minTicks = MIN_CLUSTER_SECONDS * ticksPerSecond;
  }

  /** Adds a block, beginning a new cluster where one is due. Gives a promise only where something is written. */
  add(block: BlockToWrite): Promise<void> | void {
    if (this.live || !this.isOpen || this.isFull(block)) return this.addAndWrite(block);
    this.append(block);
  }

  private async addAndWrite(block: BlockToWrite): Promise<void> {
    if (this.isOpen && this.isFull(block)) await this.finish();
    if (!this.isOpen) await this.begin(block.timestamp);
    if (block.packet.data.length > MAX_CLUSTER_BYTES) return this.passThrough(block);
    this.append(block);
    if (this.live) await this.send();
  }

  /** Writes a block that is as large as a cluster, and completes its cluster, where that has a size. */
  private async passThrough(block: BlockToWrite): Promise<void> {
    const { data } = block.packet;
    this.place.relativePosition = this.written + this.body.position;
    this.writeBlockStart(block);
    if (!this.live) await this.writeHeader(this.body.position + data.length + this.rest.position);
    await this.send();
    await this.sink.write(data);
    this.position += data.length;
    this.written += data.length;
    this.body.bytes.append(this.rest.bytes.view());
    if (this.body.position > 0) await this.send();
    if (this.live) return;
    this.isOpen = false;
    await this.sink.flush?.();
  }

  private append(block: BlockToWrite): void {
    this.place.relativePosition = this.written + this.body.position;
    this.writeBlockStart(block);
    this.body.bytes.append(block.packet.data);
    this.body.bytes.append(this.rest.bytes.view());
  }

  /** Completes the open cluster, if there is one. */
  async finish(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (this.live) {
      await this.sink.flush?.();
      return;
    }
    await this.writeHeader(this.body.position);
    await this.send();
    await this.sink.flush?.();
  }

  /** Writes what a cluster begins with. `size`: bytes of its data; -1 if that is not known. */
  private async writeHeader(size: number): Promise<void> {
    const { header } = this;
    header.bytes.reset();
    header.id(ID.Cluster);
    if (size < 0) header.unknownSize();
    else header.size(size);
    await this.sink.write(header.bytes.view());
    this.position += header.position;
  }

  private async send(): Promise<void> {
    const bytes = this.body.bytes.view();
    await this.sink.write(bytes);
    this.position += bytes.length;
    this.written += bytes.length;
    this.body.bytes.reset();
  }

  private isFull(block: BlockToWrite): boolean {
    const relative = block.timestamp - this.timestamp;
    if (relative < MIN_RELATIVE || relative > MAX_RELATIVE) return true;
    if (relative >= this.maxTicks) return true;
    if (this.written + this.body.position + packetBytes(block.packet) > MAX_CLUSTER_BYTES)
      return true;
    return block.isClusterStart && relative >= this.minTicks;
  }

  private async begin(timestamp: number): Promise<void> {
    this.isOpen = true;
    this.timestamp = timestamp;
    this.place.clusterPosition = this.position;
    this.written = 0;
    this.body.bytes.reset();
    if (this.live) await this.writeHeader(-1);
    this.body.uint('Timestamp', timestamp);
  }

  /**
   * Writes what stands before the frame: of a SimpleBlock (clause 10.2), or of a BlockGroup (clause 5.1.3.5) where more has to be
   * said. The elements behind the frame are then left in `rest`.
   */
  private writeBlockStart(block: BlockToWrite): void {
    const { packet, duration, discardPadding } = block;
    const { additions } = packet;
    const { body: w, rest } = this;
    const size = (block.trackNumber > 126 ? 2 : 1) + 3 + packet.data.length;
    rest.bytes.reset();
    if (duration < 0 && discardPadding === 0 && additions === undefined) {
      w.id(ID.SimpleBlock);
      w.size(size);
      this.writeBlockHeader(block, packet.isKey ? KEYFRAME_FLAG : 0);
      return;
    }
    if (additions !== undefined) writeBlockAdditions(rest, additions);
    if (duration >= 0) rest.uint('BlockDuration', duration);
    if (!packet.isKey) rest.int('ReferenceBlock', block.previous - block.timestamp);
    if (discardPadding > 0) rest.int('DiscardPadding', discardPadding);
    w.id(ID.BlockGroup);
    w.size(idLength(ID.Block) + sizeLength(size) + size + rest.position);
    w.id(ID.Block);
    w.size(size);
    this.writeBlockHeader(block, 0);
  }

  /** Track number, timestamp relative to the cluster, flags; clause 10.1. */
  private writeBlockHeader(block: BlockToWrite, flags: number): void {
    const { bytes } = this.body;
    this.body.size(block.trackNumber, block.trackNumber > 126 ? 2 : 1);
    bytes.u16(block.timestamp - this.timestamp);
    bytes.u8(flags);
  }
}
