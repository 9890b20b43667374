/**
 * Walks through the clusters of a segment and takes the frames out of their blocks. Elements that lie whole in the
 * window are read without waiting. Where the bytes are broken, the walk goes on at the next Cluster ID.
 */
import { FormatError } from '../../base/errors.ts';
import type { PacketBudget } from '../../base/limits.ts';
import { Pace } from '../../base/pace.ts';
import { report } from '../../base/problems.ts';
import { crc32 } from '../../bits/crc32.ts';
import type { BlockFrame } from './block.ts';
import { ClusterClock } from './cluster-clock.ts';
import {
  type ElementHeader,
  MAX_HEADER_BYTES,
  readElementHeader,
  readUint,
  storedCrc,
  UNKNOWN_SIZE,
} from './ebml-reader.ts';
import { type ElementInfo, elementById, ID } from './element-table.ts';
import { FrameDecoder } from './frame-decoder.ts';
import { FrameTaker } from './frame-taker.ts';
import { joinDocument } from './joined-documents.ts';
import { CLUSTER_ID_BYTES, EBML_ID_BYTES, findNextStart } from './next-start.ts';
import type { OpenSegment } from './segment-reader.ts';
import { isLikeCluster, strangeElement } from './strange-elements.ts';

/** Elements that are handled before others get their turn, where they hold no frames. */
const MAX_BATCH_STEPS = 512;

/** Blocks larger than this are copied once, piece by piece; smaller ones are taken out of the window. */
const LARGE_BLOCK_BYTES = 1 << 20;

/** Frames, and bytes of them, that are gathered before they are handed on. */
const MAX_BATCH_FRAMES = 256;
const MAX_BATCH_BYTES = 1 << 20;

/** IDs of elements that are noted once each; more are noted as often as they come. */
const MAX_STRANGERS = 100;

/** State of the walk. */
export class ClusterReader {
  private readonly segment: OpenSegment;
  /** What the pass may give. */
  private readonly pass: PacketBudget;
  private readonly verifiesChecksums: boolean;
  private position: number;
  /** Of the document that is read: a file may have several, one behind the other. */
  private segmentEnd: number;
  /** End of the open cluster: -1 if none is open, Infinity if its size is unknown. */
  private clusterEnd = -1;
  private clusterStart = 0;
  /** IDs of elements that were noted as being where they do not belong. */
  private readonly strangers = new Set<number>();
  private readonly pace = new Pace();
  private readonly clock: ClusterClock;
  private readonly decoder: FrameDecoder;
  private readonly taker: FrameTaker;
  /** Running checksum of the open cluster, and the one that it says; no check if the latter is -1. */
  private crc = 0;
  private expectedCrc = -1;
  private readonly header: ElementHeader = { id: 0, size: 0, headerLength: 0 };

  /** `from`: where a cluster begins that the walk shall start with. */
  constructor(segment: OpenSegment, verifiesChecksums: boolean, from: number) {
    this.segment = segment;
    this.verifiesChecksums = verifiesChecksums;
    this.position = from;
    this.segmentEnd = segment.segmentEnd;
    this.pass = segment.budget.beginPass();
    this.clock = new ClusterClock(segment.timestampScale, segment.problems);
    this.decoder = new FrameDecoder(this.pass, segment.problems);
    this.taker = new FrameTaker(segment, this.clock, this.pass);
  }

  /** Appends some of the next frames to `frames`, which is empty. Returns false when there are no more. */
  async readMore(frames: BlockFrame[]): Promise<boolean> {
    // Blocks of nothing but empty frames are read past here, with nothing to hand on in between.
    const turn = this.pace.step();
    if (turn !== undefined) await turn;
    const { decoder } = this;
    if (decoder.waiting.length > 0) {
      await decoder.decode(frames, this.clusterStart, this.position);
      return true;
    }
    this.taker.batchBytes = 0;
    const found = this.taker.hasEncodings ? decoder.waiting : frames;
    let isMore = true;
    for (let steps = 0; isMore && steps < MAX_BATCH_STEPS; steps++) {
      if (found.length >= MAX_BATCH_FRAMES || this.taker.batchBytes >= MAX_BATCH_BYTES) break;
      if (!this.stepHere(found)) isMore = await this.step(found);
    }
    this.segment.budget.reach(this.position);
    await decoder.decode(frames, this.clusterStart, this.position);
    return isMore || decoder.waiting.length > 0;
  }

  /**
   * Handles one block, if it and its cluster are as they should be and the window holds it, or passes over a Void element. False: see
   * `step`.
   */
  private stepHere(frames: BlockFrame[]): boolean {
    const { window } = this.segment;
    const { header, position, clusterEnd, segmentEnd } = this;
    const at = position - window.start;
    const limit = clusterEnd < 0 ? segmentEnd : Math.min(clusterEnd, segmentEnd);
    const isHere =
      at >= 0 &&
      position < limit &&
      readElementHeader(window.bytes, at, window.bytes.length, header);
    if (!isHere) return false;
    const total = header.headerLength + header.size;
    if (header.size === UNKNOWN_SIZE || position + total > limit) return false;
    if (header.id === ID.Void && this.expectedCrc < 0) {
      this.position += total;
      return true;
    }
    const isBlock = header.id === ID.SimpleBlock || header.id === ID.BlockGroup;
    if (!isBlock || clusterEnd < 0) return false;
    if (!window.has(position, total) || total > LARGE_BLOCK_BYTES) return false;
    this.takeElement(header.id, header.headerLength, header.size, frames);
    return true;
  }

  /** Handles one element. Returns false at the end. */
  private async step(frames: BlockFrame[]): Promise<boolean> {
    const { window, problems } = this.segment;
    if (this.clusterEnd >= 0 && this.position >= this.clusterEnd) this.closeCluster();
    if (this.position >= this.segmentEnd) return await this.nextDocument();
    const { header } = this;
    let at = this.position - window.start;
    const isHere =
      at >= 0 &&
      at + MAX_HEADER_BYTES <= window.bytes.length &&
      readElementHeader(window.bytes, at, window.bytes.length, header);
    if (!isHere) {
      const available = await window.load(this.position, MAX_HEADER_BYTES);
      if (available === 0) return this.endOfFile();
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
    if (element?.parent === '') return await this.nextDocument();
    if (element === undefined && (await isLikeCluster(window, this.position, header))) {
      report(
        problems,
        this.position,
        `an unknown element 0x${id.toString(16)} is read as a Cluster`,
      );
      this.beginCluster(this.position, headerLength, size);
      return true;
    }
    if (size === UNKNOWN_SIZE)
      return await this.resync('an element other than Cluster has no size');
    const end = this.position + headerLength + size;
    const { clusterEnd, segmentEnd } = this;
    const limit = clusterEnd >= 0 ? Math.min(clusterEnd, segmentEnd) : segmentEnd;
    if (end > limit)
      return await this.resync(`an element of ${size} bytes reaches past its parent`);
    const isBlock = id === ID.SimpleBlock || id === ID.BlockGroup;
    const isWanted =
      this.clusterEnd >= 0 && (isBlock || id === ID.Timestamp || id === ID['CRC-32']);
    if (!isWanted) this.noteStranger(header, element);
    if (!isWanted && (this.expectedCrc < 0 || size > LARGE_BLOCK_BYTES)) {
      // A checksum over what is not read whole is not checked.
      this.expectedCrc = -1;
      this.position = end;
      return true;
    }
    return await this.readElement(id, headerLength, size, frames);
  }

  /** Notes, once for each ID, an element that is not where the standard has it: it is left unread. */
  private noteStranger(header: ElementHeader, element: ElementInfo | undefined): void {
    const { strangers } = this;
    const place = this.clusterEnd >= 0 ? 'Cluster' : 'Segment';
    if (strangers.has(header.id)) return;
    const message = strangeElement(header, element, place);
    if (message === null) return;
    if (strangers.size < MAX_STRANGERS) strangers.add(header.id);
    report(this.segment.problems, this.position, message);
  }

  /** Reads an element of a cluster whole. */
  private async readElement(
    id: number,
    headerLength: number,
    size: number,
    frames: BlockFrame[],
  ): Promise<boolean> {
    const { window, problems, budget } = this.segment;
    const start = this.position;
    const total = headerLength + size;
    if (start + total > window.size) {
      report(problems, start, `the file ends within an element of ${size} bytes`);
      return false;
    }
    if (size > budget.limits.maxPacketBytes) {
      return await this.resync(`a block of ${size} bytes is larger than limits.maxPacketBytes`);
    }
    if (total > LARGE_BLOCK_BYTES) return await this.readLarge(id, headerLength, size, frames);
    if (!window.has(start, total)) {
      const available = await window.load(start, total);
      if (available < total) {
        report(problems, start, `the file ends within an element of ${size} bytes`);
        return false;
      }
    }
    this.takeElement(id, headerLength, size, frames);
    return true;
  }

  /** Reads a large block: copied once, so that neither source nor window has to hold it too. */
  private async readLarge(
    id: number,
    headerLength: number,
    size: number,
    frames: BlockFrame[],
  ): Promise<boolean> {
    const { window, problems } = this.segment;
    const start = this.position;
    const bytes = await window.copy(start, headerLength + size);
    if (bytes.length < headerLength + size) {
      report(problems, start, `the file ends within an element of ${size} bytes`);
      return false;
    }
    this.taker.ownsBytes = true;
    this.takeBytes(bytes, 0, id, headerLength, size, frames);
    this.taker.ownsBytes = false;
    return true;
  }

  /** Handles the element at the position, which the window holds whole. */
  private takeElement(id: number, headerLength: number, size: number, frames: BlockFrame[]): void {
    const { window } = this.segment;
    this.takeBytes(window.bytes, this.position - window.start, id, headerLength, size, frames);
  }

  /** The same with the element at `at` of `bytes`. */
  private takeBytes(
    bytes: Uint8Array,
    at: number,
    id: number,
    headerLength: number,
    size: number,
    frames: BlockFrame[],
  ): void {
    const { problems } = this.segment;
    const start = this.position;
    const total = headerLength + size;
    const dataAt = at + headerLength;
    this.position = start + total;
    if (id === ID['CRC-32'] && size === 4 && start === this.clusterStart) {
      if (this.verifiesChecksums) this.expectedCrc = storedCrc(bytes, dataAt);
      this.crc = 0;
      return;
    }
    if (this.expectedCrc >= 0) this.crc = crc32(bytes, this.crc, at, at + total);
    if (this.clusterEnd < 0) return;
    const { taker, clusterStart: place } = this;
    taker.fileEnd = start + total;
    try {
      if (id === ID.Timestamp) {
        this.clock.setTimestamp(readUint(bytes.subarray(dataAt, dataAt + size)));
      } else if (id === ID.SimpleBlock) {
        taker.takeBlock(bytes, dataAt, dataAt + size, null, place, frames);
      } else if (id === ID.BlockGroup) {
        taker.takeGroup(bytes, dataAt, dataAt + size, place, frames);
      }
    } catch (error) {
      if (!(error instanceof FormatError) || this.pass.isSpent) throw error;
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
    this.clock.beginCluster();
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
      if (available < CLUSTER_ID_BYTES.length) return this.endOfFile();
      const found = findNextStart(window.bytes, position - window.start);
      if (found >= 0) {
        this.position = window.start + found;
        return true;
      }
      position = window.start + window.bytes.length - (CLUSTER_ID_BYTES.length - 1);
    }
  }

  /** The source has no more bytes. */
  private endOfFile(): boolean {
    const { window, problems } = this.segment;
    const size = window.source.size ?? this.position;
    if (Number.isFinite(this.segmentEnd) && size < this.segmentEnd) {
      report(
        problems,
        size,
        `the file ends ${this.segmentEnd - size} bytes before its Segment does`,
      );
    }
    return false;
  }

  /** Goes on with the EBML document that begins at the position, if there is one. */
  private async nextDocument(): Promise<boolean> {
    const { segment } = this;
    const { window, problems } = segment;
    const start = this.position;
    const there = await window.load(start, EBML_ID_BYTES.length);
    if (there === 0) return false;
    if (!EBML_ID_BYTES.every((byte, i) => window.bytes[start - window.start + i] === byte)) {
      report(problems, start, 'what follows the Segment is no other document; it is left unread');
      return false;
    }
    const next = await joinDocument(segment, start);
    if (next === null) return false;
    this.taker.setTracks(next);
    this.position = next.firstCluster;
    this.segmentEnd = next.segmentEnd;
    this.clock.beginDocument(next.timestampScale);
    this.clusterEnd = -1;
    this.expectedCrc = -1;
    return true;
  }
}
