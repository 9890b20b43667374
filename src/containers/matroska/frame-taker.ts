/** Takes frames out of blocks, with what the block, its group, its cluster and its track say of them. */
import { FormatError } from '../../base/errors.ts';
import type { PacketBudget } from '../../base/limits.ts';
import type { PacketAddition } from '../../base/packet.ts';
import { type Problem, report } from '../../base/problems.ts';
import {
  type BlockFrame,
  type BlockHeader,
  FrameSizes,
  KEYFRAME_FLAG,
  readBlockHeader,
  readLacing,
} from './block.ts';
import { CODEC_STATE, readBlockAdditions } from './block-additions.ts';
import { type ClusterClock, MAX_TICKS } from './cluster-clock.ts';
import {
  type ElementHeader,
  readElementHeader,
  readInt,
  readUint,
  UNKNOWN_SIZE,
} from './ebml-reader.ts';
import { ID } from './element-table.ts';
import type { OpenSegment } from './segment-reader.ts';
import type { ReaderTrack } from './track-reader.ts';

/**
 * What a BlockGroup says of the frames of its block: ticks, -1 if it does not say how many, nanoseconds, and what stands beside the
 * block.
 */
interface GroupFields {
  duration: number;
  isKey: boolean;
  discardPadding: number;
  additions: readonly PacketAddition[] | undefined;
}

/** Tracks of no description beyond these are not noted any more. */
const MAX_KNOWN_NUMBERS = 10_000;

/** State of one pass. */
export class FrameTaker {
  /** Whether frames of a track must be decoded (ContentEncodings) before they are what the codec gave. */
  hasEncodings = false;
  /** Bytes of blocks since the reader set it to 0. */
  batchBytes = 0;
  /** Whether the bytes that frames are taken out of are theirs to keep, and not those of the window. */
  ownsBytes = false;
  /** Where in the file the element ends that frames are taken out of. */
  fileEnd = 0;
  private tracks: ReadonlyMap<number, ReaderTrack> = new Map();
  /** Tracks whose blocks need no note: those of the file, and those that were noted. */
  private knownNumbers = new Set<number>();
  private readonly problems: Problem[];
  private readonly clock: ClusterClock;
  private readonly pass: PacketBudget;
  private readonly block: BlockHeader = { trackNumber: 0, relative: 0, flags: 0, length: 0 };
  private readonly child: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  private readonly sizes = new FrameSizes();

  /** @param pass the budget of the pass */
  constructor(
    segment: Pick<OpenSegment, 'tracks' | 'trackNumbers' | 'problems'>,
    clock: ClusterClock,
    pass: PacketBudget,
  ) {
    this.clock = clock;
    this.pass = pass;
    this.problems = segment.problems;
    this.setTracks(segment);
  }

  /** Goes on with the tracks of another document, by their numbers. */
  setTracks({ tracks, trackNumbers }: Pick<OpenSegment, 'tracks' | 'trackNumbers'>): void {
    this.tracks = tracks;
    this.knownNumbers = new Set(trackNumbers);
    this.hasEncodings = [...tracks.values()].some(({ encodings }) => encodings.length > 0);
  }

  /** Notes once that blocks of a track are left out that the file does not describe. */
  private noteTrack(number: number, place: number): void {
    const { knownNumbers } = this;
    if (knownNumbers.has(number) || knownNumbers.size > MAX_KNOWN_NUMBERS) return;
    knownNumbers.add(number);
    report(this.problems, place, `there is no track ${number}; its blocks are left out`);
  }

  /** BlockGroup, RFC 9559 clause 5.1.3.5, whose data lies between `start` and `end` of `bytes`; `place` as in `takeBlock`. */
  takeGroup(
    bytes: Uint8Array,
    start: number,
    end: number,
    place: number,
    frames: BlockFrame[],
  ): void {
    const group: GroupFields = {
      duration: -1,
      isKey: true,
      discardPadding: 0,
      additions: undefined,
    };
    const { child } = this;
    let blockAt = -1;
    let blockEnd = -1;
    // No list of children is made: a group of nothing but empty elements would take a hundred times its size.
    for (let at = start; at < end; ) {
      const isElement = readElementHeader(bytes, at, end, child);
      const dataAt = at + child.headerLength;
      if (!isElement || child.size === UNKNOWN_SIZE || child.size > end - dataAt) {
        throw new FormatError('matroska.BlockGroup', 'has a broken element', place);
      }
      at = dataAt + child.size;
      if (child.id === ID.Block) {
        blockAt = dataAt;
        blockEnd = at;
      } else if (child.id === ID.BlockDuration) {
        group.duration = readUint(bytes.subarray(dataAt, at)) * this.clock.tickRatio;
      } else if (child.id === ID.ReferenceBlock) group.isKey = false;
      else if (child.id === ID.DiscardPadding) {
        group.discardPadding = readInt(bytes.subarray(dataAt, at));
      } else if (child.id === ID.BlockAdditions) {
        const state = group.additions ?? [];
        group.additions = [...state, ...(this.additionsIn(bytes, dataAt, at, place) ?? [])];
      } else if (child.id === ID.CodecState && child.size > 0) {
        this.pass.give(child.size, this.fileEnd);
        const state = { id: CODEC_STATE, data: bytes.slice(dataAt, at) };
        group.additions = [state, ...(group.additions ?? [])];
      }
    }
    if (group.additions?.length === 0) group.additions = undefined;
    if (blockAt < 0) {
      throw new FormatError('matroska.BlockGroup', 'has no Block', place);
    }
    this.takeBlock(bytes, blockAt, blockEnd, group, place, frames);
  }

  /** What stands beside a block; undefined if that is nothing. Broken additions cost no frame. */
  private additionsIn(
    bytes: Uint8Array,
    start: number,
    end: number,
    place: number,
  ): readonly PacketAddition[] | undefined {
    const { pass, problems, fileEnd, ownsBytes: isOwned } = this;
    try {
      const from = { bytes, isOwned, place, fileEnd, pass, problems };
      const additions = readBlockAdditions(from, start, end);
      for (const { data } of additions) this.batchBytes += data.length;
      return additions.length > 0 ? additions : undefined;
    } catch (error) {
      if (!(error instanceof FormatError) || pass.isSpent) throw error;
      report(problems, place, error.message);
      return undefined;
    }
  }

  /**
   * Appends the frames of the block between `start` and `end` of `bytes`. Throws `FormatError` if it is broken.
   * @param group the facts that its BlockGroup adds, null for a SimpleBlock
   * @param place where in the file its cluster begins, for messages
   */
  takeBlock(
    bytes: Uint8Array,
    start: number,
    end: number,
    group: GroupFields | null,
    place: number,
    frames: BlockFrame[],
  ): void {
    const { block, sizes } = this;
    readBlockHeader(bytes, start, end, place, block);
    const track = this.tracks.get(block.trackNumber);
    if (track === undefined) {
      this.noteTrack(block.trackNumber, place);
      return;
    }
    const { flags } = block;
    let at = readLacing(bytes, start + block.length, end, flags, place, sizes);
    const { count } = sizes;
    const time = this.clock.timeOf(block.relative, place);
    const isKey = group === null ? (flags & KEYFRAME_FLAG) !== 0 : group.isKey;
    const given =
      group !== null && group.duration >= 0 && group.duration <= MAX_TICKS
        ? group.duration / count
        : -1;
    const duration = given >= 0 ? given : track.defaultTicks > 0 ? track.defaultTicks : -1;
    this.clock.reach(time + Math.max(0, duration) * count);
    const pts = Math.round(time - track.delayTicks);
    this.batchBytes += end - start;
    for (let i = 0; i < count; i++) {
      const size = sizes.bytes[i]!;
      // Decoders take an empty packet for an error or for the end. What was stripped may be all of a frame.
      if (size > 0 || track.encodings.length > 0) {
        const isLast = i === count - 1;
        const discardPadding = isLast && group !== null ? group.discardPadding : 0;
        if (track.encodings.length === 0) this.pass.give(size, this.fileEnd);
        const data = this.ownsBytes ? bytes.subarray(at, at + size) : bytes.slice(at, at + size);
        const additions = i === 0 && group !== null ? group.additions : undefined;
        frames.push({ track, data, pts, laceIndex: i, duration, isKey, discardPadding, additions });
      } else if (i === 0 && group?.additions !== undefined) {
        report(this.problems, place, 'the additions of an empty frame are left out with it');
      }
      at += size;
    }
  }
}
