/**
 * BlockAdditions (RFC 9559 clause 5.1.3.5.2): what stands beside a frame in its BlockGroup. Alpha of VP8 and VP9, the correction
 * of WavPack, HDR10+ (ITU-T T.35). A copy from Matroska to Matroska has them again, each with its BlockAddID.
 */
import { FormatError } from '../../base/errors.ts';
import type { PacketBudget } from '../../base/limits.ts';
import type { PacketAddition } from '../../base/packet.ts';
import { type Problem, report } from '../../base/problems.ts';
import { type ElementHeader, readElementHeader, readUint, UNKNOWN_SIZE } from './ebml-reader.ts';
import { type EbmlWriter, elementBytes, uintBytes } from './ebml-writer.ts';
import { ID } from './element-table.ts';

/** BlockAddID of a BlockMore that does not say: codec data that needs no mapping, clause 5.1.3.5.2.3. */
const CODEC_ADDITION = 1;

/** The number that the new state of a codec has among what stands beside a packet: no BlockAddID is 0. */
export const CODEC_STATE = 0;

/** More of one block are damage: each takes an object, however small it is. */
const MAX_ADDITIONS = 64;

/** Where the bytes of a block come from, and what is noted of them. */
export interface BlockBytes {
  readonly bytes: Uint8Array;
  /** Whether they may be kept without a copy. */
  readonly isOwned: boolean;
  /** Where in the file the block is, and where it ends. */
  readonly place: number;
  readonly fileEnd: number;
  readonly pass: PacketBudget;
  readonly problems: Problem[];
}

/** The additions in the BlockAdditions whose data goes from `start` to before `end`; empty ones are none. Throws `FormatError` for broken ones. */
export function readBlockAdditions(
  from: BlockBytes,
  start: number,
  end: number,
): readonly PacketAddition[] {
  const { bytes, isOwned, place, fileEnd, pass, problems } = from;
  const additions: PacketAddition[] = [];
  let isTooMuch = false;
  eachElement(from, start, end, (id, moreAt, moreEnd) => {
    if (id !== ID.BlockMore) return;
    let number = CODEC_ADDITION;
    let dataAt = 0;
    let dataEnd = 0;
    eachElement(from, moreAt, moreEnd, (child, at, childEnd) => {
      if (child === ID.BlockAddID) {
        number = readUint(bytes.subarray(at, childEnd)) || CODEC_ADDITION;
      } else if (child === ID.BlockAdditional) [dataAt, dataEnd] = [at, childEnd];
    });
    if (dataEnd === dataAt) return;
    if (additions.length === MAX_ADDITIONS) {
      isTooMuch = true;
      return;
    }
    pass.give(dataEnd - dataAt, fileEnd);
    const data = isOwned ? bytes.subarray(dataAt, dataEnd) : bytes.slice(dataAt, dataEnd);
    additions.push({ id: number, data });
  });
  if (isTooMuch) {
    report(
      problems,
      place,
      `a block has more than ${MAX_ADDITIONS} additions; the rest is left out`,
    );
  }
  return additions;
}

/** Calls `take` with ID, start and end of the data of each element between `start` and `end`. */
function eachElement(
  { bytes, place }: BlockBytes,
  start: number,
  end: number,
  take: (id: number, at: number, end: number) => void,
): void {
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  for (let at = start; at < end; ) {
    const isElement = readElementHeader(bytes, at, end, header);
    const dataAt = at + header.headerLength;
    if (!isElement || header.size === UNKNOWN_SIZE || header.size > end - dataAt) {
      throw new FormatError('matroska.BlockAdditions', 'has a broken element', place);
    }
    at = dataAt + header.size;
    take(header.id, dataAt, at);
  }
}

/** Writes CodecState and BlockAdditions with all of `beside`, at least one. */
export function writeBlockAdditions(w: EbmlWriter, beside: readonly PacketAddition[]): void {
  const additions = beside.filter(({ id }) => id !== CODEC_STATE);
  for (const { id, data } of beside) if (id === CODEC_STATE) w.binary('CodecState', data);
  if (additions.length === 0) return;
  const sizes = additions.map(({ id, data }) => {
    return elementBytes('BlockAdditional', data.length) + uintBytes('BlockAddID', id);
  });
  w.begin(
    'BlockAdditions',
    sizes.reduce((sum, size) => sum + elementBytes('BlockMore', size), 0),
  );
  for (const [i, { id, data }] of additions.entries()) {
    w.begin('BlockMore', sizes[i]!);
    w.binary('BlockAdditional', data);
    w.uint('BlockAddID', id);
  }
}
