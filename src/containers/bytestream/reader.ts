/**
 * Reads H.264 byte streams (.h264): NAL units are gathered to access units, parameter sets go into the configuration, and
 * times come from the frame rate and the picture order count.
 */
import type { ByteSource } from '../../base/byte-stream.ts';
import type { ContainerReader, ReadPacket } from '../../base/container.ts';
import { FormatError, rejectUnknownKeys } from '../../base/errors.ts';
import type { VideoStreamInfo } from '../../base/packet.ts';
import { inverse, type Rational, requirePositiveRational } from '../../base/rational.ts';
import { writeAvcRecord } from '../../bits/avc-record.ts';
import {
  type AvcPps,
  type AvcSps,
  avcPixFmt,
  readAvcPps,
  readAvcSps,
} from '../config/avc-parameter-sets.ts';
import { findStartCode, joinLengthPrefixed, NAL, nalUnitType } from './annex-b.ts';
import { scanNalUnits } from './nal-scanner.ts';
import { OutputOrder, PictureOrderCount } from './picture-order.ts';
import { isRecoveryPoint } from './recovery-point.ts';
import { beginsPicture, completesFrame, readSliceStart, type SliceStart } from './slice-start.ts';

/** Options of the byte stream reader. */
export interface AnnexBReaderOptions {
  /** Frames per second; if not given those of the VUI, and 25 where it is silent. */
  readonly frameRate?: Rational;
}

/** An H.264 byte stream, opened. */
export interface AnnexBReader extends ContainerReader {
  readonly format: 'h264';
  readonly streams: readonly [VideoStreamInfo];
}

/** Access units that are looked at before the first packet, to see how far pictures are reordered. */
const LOOKAHEAD = 64;

/** One access unit in decoding order. */
interface AccessUnit {
  readonly units: Uint8Array[];
  /** Its first slice. */
  readonly slice: SliceStart;
  /** Parameter sets that stand in it, and differ from those that came before. */
  readonly newSets: Uint8Array[];
}

/** Whether these first bytes are zeros, a start code, and a NAL unit that H.264 streams begin with. */
export function isAnnexB(start: Uint8Array): boolean {
  const at = findStartCode(start, 0);
  if (at < 0 || at + 3 >= start.length || start.subarray(0, at).some((byte) => byte !== 0)) {
    return false;
  }
  const header = start[at + 3]!;
  const types: readonly number[] = [1, NAL.IDR, NAL.SEI, NAL.SPS, NAL.PPS, NAL.AUD];
  return (header & 0x80) === 0 && types.includes(nalUnitType(header));
}

/**
 * Opens a byte stream: reads up to its first picture, and some pictures on. Pictures before the first parameter sets are
 * left out. Parameter sets that change later stay in the packets before which they stand.
 * Throws `FormatError` with the byte offset if there is no picture in it.
 */
export async function openAnnexB(
  source: ByteSource,
  options: AnnexBReaderOptions = {},
): Promise<AnnexBReader> {
  rejectUnknownKeys('h264.options', options, ['frameRate']);
  const given =
    options.frameRate === undefined
      ? undefined
      : requirePositiveRational('h264.options.frameRate', options.frameRate);
  const sets = new ParameterSets();
  const accessUnits = gatherAccessUnits(source, sets);
  const head: AccessUnit[] = [];
  let isEnd = false;
  while (head.length < LOOKAHEAD && !isEnd) {
    const next = await accessUnits.next();
    if (next.done === true) isEnd = true;
    else head.push(next.value);
  }
  const first = head[0];
  if (first === undefined) {
    throw new FormatError('h264', 'no picture with its parameter sets found', source.size ?? 0);
  }
  const { sps } = first.slice;
  const rate = given ?? sps.frameRate ?? [25, 1];
  // What came up to the first picture, and what the pictures seen so far add under other numbers.
  const configured = new Map<string, Uint8Array>();
  for (const set of head.flatMap(({ newSets }) => newSets)) {
    const id = idOf(set);
    if (!configured.has(id)) configured.set(id, set);
  }
  const stream: VideoStreamInfo = {
    kind: 'video',
    codec: 'h264',
    timeBase: inverse(rate),
    config: recordOf([...configured.values()], sps),
    width: sps.width,
    height: sps.height,
    pixFmt: avcPixFmt(sps),
    frameRate: rate,
    ...(sps.sampleAspectRatio === undefined ? {} : { sampleAspectRatio: sps.sampleAspectRatio }),
    ...(sps.color === undefined ? {} : { color: sps.color }),
  };
  const delay = reorderDelay(head);
  let isRead = false;
  const all = async function* () {
    // Another pass reads from the start again, which a stream source cannot.
    if (isRead) {
      yield* gatherAccessUnits(source, new ParameterSets());
      return;
    }
    isRead = true;
    yield* head.splice(0);
    yield* accessUnits;
  };
  return {
    format: 'h264',
    streams: [stream],
    packets: () => timePackets(all(), delay, configured),
  };
}

/** Kind and number of a parameter set. */
function idOf(set: Uint8Array): string {
  return nalUnitType(set[0]!) === NAL.SPS
    ? `sps ${readAvcSps(set).seq_parameter_set_id}`
    : `pps ${readAvcPps(set).pic_parameter_set_id}`;
}

function recordOf(sets: readonly Uint8Array[], sps: AvcSps): Uint8Array {
  const ofType = (type: number) => sets.filter((set) => nalUnitType(set[0]!) === type);
  return writeAvcRecord(ofType(NAL.SPS), ofType(NAL.PPS), {
    chroma_format_idc: sps.chroma_format_idc,
    bit_depth_luma_minus8: sps.bit_depth_luma_minus8,
    bit_depth_chroma_minus8: sps.bit_depth_chroma_minus8,
  });
}

/** Parameter sets as they come. */
class ParameterSets {
  private readonly spsById = new Map<number, { bytes: Uint8Array; sps: AvcSps }>();
  private readonly ppsById = new Map<number, { bytes: Uint8Array; pps: AvcPps }>();

  /** Takes a set; true if it says something new. */
  add(bytes: Uint8Array, offset: number): boolean {
    if (nalUnitType(bytes[0]!) === NAL.SPS) {
      const sps = readAvcSps(bytes, offset);
      const known = this.spsById.get(sps.seq_parameter_set_id);
      this.spsById.set(sps.seq_parameter_set_id, { bytes, sps });
      return known === undefined || !isEqual(known.bytes, bytes);
    }
    const pps = readAvcPps(bytes, offset);
    const known = this.ppsById.get(pps.pic_parameter_set_id);
    this.ppsById.set(pps.pic_parameter_set_id, { bytes, pps });
    return known === undefined || !isEqual(known.bytes, bytes);
  }

  /** The sets that a slice refers to; null if one has not come. */
  readonly find = (pic_parameter_set_id: number): { pps: AvcPps; sps: AvcSps } | null => {
    const pps = this.ppsById.get(pic_parameter_set_id)?.pps;
    const sps = pps && this.spsById.get(pps.seq_parameter_set_id)?.sps;
    return pps === undefined || sps === undefined ? null : { pps, sps };
  };
}

function isEqual(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Units that the next access unit begins with, when they come after a slice: clause 7.4.1.2.3. */
function opensAccessUnit(type: number): boolean {
  return (
    type === NAL.AUD ||
    type === NAL.SPS ||
    type === NAL.PPS ||
    type === NAL.SEI ||
    (type >= 14 && type <= 18)
  );
}

/**
 * Access units in decoding order; the two fields of a frame are one. Delimiters, end marks and filler data are dropped,
 * parameter sets kept apart.
 */
async function* gatherAccessUnits(
  source: ByteSource,
  sets: ParameterSets,
): AsyncGenerator<AccessUnit> {
  let current: AccessUnit | null = null;
  /** The slice before, and how many pictures (frame or fields) `current` has. */
  let last: SliceStart | null = null;
  let pictures = 0;
  // What precedes the first slice of the access unit that comes next.
  let leading: Uint8Array[] = [];
  let newSets: Uint8Array[] = [];
  for await (const { bytes, offset } of scanNalUnits(source)) {
    const type = nalUnitType(bytes[0]!);
    if (type === NAL.SPS || type === NAL.PPS) {
      if (sets.add(bytes, offset)) newSets.push(bytes);
    } else if (type === 1 || type === NAL.IDR || type === 2) {
      const slice = readSliceStart(bytes, offset, sets.find);
      if (slice === null) continue;
      if (last !== null && beginsPicture(last, slice)) {
        if (pictures === 1 && completesFrame(last, slice)) pictures = 2;
        else if (current !== null) {
          yield current;
          current = null;
        }
      }
      last = slice;
      if (current === null) {
        current = { units: leading, slice, newSets };
        newSets = [];
        pictures = 1;
      } else current.units.push(...leading);
      leading = [];
      current.units.push(bytes);
    } else if (type === 3 || type === 4 || type === 19) {
      current?.units.push(bytes); // slice data partitions, auxiliary slices
    } else if (opensAccessUnit(type) && type !== NAL.AUD) {
      leading.push(bytes);
    }
  }
  if (current !== null) yield current;
}

/** Whether decoding can start here: an IDR picture, or one with a recovery point. */
function isKey(units: readonly Uint8Array[], slice: SliceStart): boolean {
  if (slice.IdrPicFlag === 1) return true;
  return units.some((unit) => nalUnitType(unit[0]!) === NAL.SEI && isRecoveryPoint(unit));
}

/** How many ticks decoding must run ahead of output, so that no picture is decoded after it is shown. */
function reorderDelay(head: readonly AccessUnit[]): number {
  const count = new PictureOrderCount();
  const order = new OutputOrder();
  let delay = 0;
  const assign = (decodeIndex: number, outputIndex: number) => {
    delay = Math.max(delay, decodeIndex - outputIndex);
  };
  for (const [index, { slice }] of head.entries()) {
    const depth = slice.sps.max_num_reorder_frames;
    order.add(index, count.next(slice), slice.IdrPicFlag === 1, depth, assign);
  }
  order.drain(assign);
  return delay;
}

/**
 * Packets with their times: decoding order counts up from `-delay`, output order from 0. A picture that is reordered
 * further than those at the start were is shown when it is decoded.
 */
async function* timePackets(
  accessUnits: AsyncIterable<AccessUnit>,
  delay: number,
  configured: ReadonlyMap<string, Uint8Array>,
): AsyncGenerator<ReadPacket> {
  const count = new PictureOrderCount();
  const order = new OutputOrder();
  const pending: AccessUnit[] = [];
  /** Output places of pictures from `emitted` on, as far as they are known. */
  const places = new Map<number, number>();
  let decoded = 0;
  let emitted = 0;
  const assign = (decodeIndex: number, outputIndex: number) => {
    places.set(decodeIndex, outputIndex);
  };
  const ready = function* (): Generator<ReadPacket> {
    for (let place = places.get(emitted); place !== undefined; place = places.get(emitted)) {
      const { units, slice, newSets } = pending.shift()!;
      places.delete(emitted);
      const dts = emitted++ - delay;
      const inBand = newSets.filter((set) => !isEqual(configured.get(idOf(set)), set));
      const data = joinLengthPrefixed([...inBand, ...units]);
      const pts = Math.max(place, dts);
      const packet = { data, pts, dts, duration: 1, isKey: isKey(units, slice) };
      yield { streamIndex: 0, packet };
    }
  };
  for await (const unit of accessUnits) {
    pending.push(unit);
    const { slice } = unit;
    const depth = slice.sps.max_num_reorder_frames;
    order.add(decoded++, count.next(slice), slice.IdrPicFlag === 1, depth, assign);
    yield* ready();
  }
  order.drain(assign);
  yield* ready();
}
