/**
 * Reads H.264 byte streams (.h264): NAL units are gathered to access units, parameter sets go into the configuration, and
 * times come from the frame rate and the picture order count.
 */
import { type ByteSource, isEqual } from '../../base/byte-stream.ts';
import type { ContainerReader, ReadPacket } from '../../base/container.ts';
import { FormatError, rejectUnknownKeys } from '../../base/errors.ts';
import { Budget, type LimitOptions, type PacketBudget } from '../../base/limits.ts';
import type { VideoStreamInfo } from '../../base/packet.ts';
import { type Problem, report } from '../../base/problems.ts';
import { type FrameRate, inverse, requireFrameRate } from '../../base/rational.ts';
import {
  findStartCode,
  isParameterSet,
  joinLengthPrefixed,
} from '../../syntax/h264/byte-stream.ts';
import { writeAvcRecord } from '../../syntax/h264/configuration-record.ts';
import { NalUnitType, nalUnitType } from '../../syntax/h264/nal.ts';
import { beginsPicture, completesFrame } from '../../syntax/h264/picture-boundary.ts';
import { OutputOrder, PictureOrderCount } from '../../syntax/h264/picture-order.ts';
import { type PictureParameterSet, readPictureParameterSet } from '../../syntax/h264/pps.ts';
import { isRecoveryPoint } from '../../syntax/h264/sei.ts';
import {
  colorTagsOf,
  frameRateOf,
  pixelFormatOf,
  reorderDepthOf,
} from '../../syntax/h264/sequence.ts';
import {
  isIdr,
  type ReadSlice,
  readSliceHeader,
  type SliceParameterSets,
} from '../../syntax/h264/slice-header.ts';
import {
  croppedSize,
  readSequenceParameterSet,
  type SequenceParameterSet,
} from '../../syntax/h264/sps.ts';
import { sampleAspectRatio } from '../../syntax/h264/vui.ts';
import { scanNalUnits } from './nal-scanner.ts';

/** Options of the byte stream reader. */
export interface AnnexBReaderOptions {
  /** Frames per second; if not given those of the VUI, and 25 where it is silent. */
  readonly frameRate?: FrameRate;
  /** What the file may cost. */
  readonly limits?: LimitOptions;
}

/** An H.264 byte stream, opened. */
export interface AnnexBReader extends ContainerReader {
  readonly format: 'h264';
  readonly streams: readonly [VideoStreamInfo];
  readonly problems: readonly Problem[];
}

/** Access units that are looked at before the first packet, to see how far pictures are reordered. */
const LOOKAHEAD = 64;
/** Bytes of them, and of pictures that wait for their place in the order of output. */
const MAX_WAITING_BYTES = 32 << 20;

/** Memory that a unit of a picture takes beside its bytes. */
const UNIT_BYTES = 160;

/** One access unit in decoding order. */
interface AccessUnit {
  readonly units: Uint8Array[];
  /** Its first slice. */
  readonly slice: ReadSlice;
  /** Parameter sets that stand in it, and differ from those that came before. */
  readonly newSets: NewSet[];
  /** Bytes that it takes, and where what was read of it ends. */
  bytes: number;
  end: number;
}

/** A parameter set that says something new. */
interface NewSet {
  /** Its kind and number. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Types of NAL units that streams begin with. */
const OPENING_TYPES: readonly number[] = [
  ...[NalUnitType.NON_IDR_SLICE, NalUnitType.IDR_SLICE],
  ...[NalUnitType.SEI, NalUnitType.SPS, NalUnitType.PPS, NalUnitType.AUD],
];

/** Whether these first bytes are zeros, a start code, and a NAL unit that H.264 streams begin with. */
export function isAnnexB(start: Uint8Array): boolean {
  const at = findStartCode(start, 0);
  if (at < 0 || at + 3 >= start.length || start.subarray(0, at).some((byte) => byte !== 0)) {
    return false;
  }
  const header = start[at + 3]!;
  return (header & 0x80) === 0 && OPENING_TYPES.includes(nalUnitType(header));
}

/**
 * Whether there are parameter sets behind start codes in these bytes, which may begin in the middle of a NAL unit, and nothing
 * but what can be units of H.264.
 */
export function hasAnnexBUnits(bytes: Uint8Array): boolean {
  const types = new Set<number>();
  for (let at = findStartCode(bytes, 0); at >= 0; at = findStartCode(bytes, at + 3)) {
    const header = bytes[at + 3];
    if (header === undefined) break;
    const type = nalUnitType(header);
    if ((header & 0x80) !== 0 || type === 0 || type > NalUnitType.RESERVED_18 + 3) return false;
    types.add(type);
  }
  return types.has(NalUnitType.SPS) && types.has(NalUnitType.PPS);
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
  rejectUnknownKeys('h264.options', options, ['frameRate', 'limits']);
  const budget = new Budget('h264', source, options.limits);
  const problems: Problem[] = [];
  const given =
    options.frameRate === undefined
      ? undefined
      : requireFrameRate('h264.options.frameRate', options.frameRate);
  const sets = new ParameterSets();
  const context = { source, budget, problems };
  const accessUnits = gatherAccessUnits(context, sets);
  const head: AccessUnit[] = [];
  let headBytes = 0;
  while (head.length < LOOKAHEAD && headBytes < MAX_WAITING_BYTES) {
    const next = await accessUnits.next();
    if (next.done === true) break;
    head.push(next.value);
    headBytes += next.value.bytes;
  }
  const first = head[0];
  if (first === undefined) {
    throw new FormatError('h264', 'no picture with its parameter sets found', source.size ?? 0);
  }
  const { sps } = first.slice;
  const rate = given ?? frameRateOf(sps) ?? [25, 1];
  // What came up to the first picture, and what the pictures seen so far add under other numbers.
  const configured = new Map<string, Uint8Array>();
  for (const { id, bytes } of head.flatMap(({ newSets }) => newSets)) {
    if (!configured.has(id)) configured.set(id, bytes);
  }
  const aspect = sampleAspectRatio(sps.vui_parameters?.aspect_ratio_info ?? null);
  const color = colorTagsOf(sps);
  const stream: VideoStreamInfo = {
    kind: 'video',
    codec: 'h264',
    timeBase: inverse(rate),
    config: recordOf([...configured.values()], sps),
    ...croppedSize(sps),
    pixFmt: pixelFormatOf(sps),
    frameRate: rate,
    ...(aspect === undefined ? {} : { sampleAspectRatio: aspect }),
    ...(color === undefined ? {} : { color }),
  };
  const delay = reorderDelay(head);
  let isRead = false;
  const all = async function* () {
    // Another pass reads from the start again, which a stream source cannot.
    if (isRead) {
      yield* gatherAccessUnits(context, new ParameterSets());
      return;
    }
    isRead = true;
    yield* head.splice(0);
    yield* accessUnits;
  };
  return {
    format: 'h264',
    streams: [stream],
    problems,
    packets: () => timePackets(all(), { delay, configured, pass: budget.beginPass() }),
  };
}

function recordOf(sets: readonly Uint8Array[], sps: SequenceParameterSet): Uint8Array {
  const ofType = (type: number) => sets.filter((set) => nalUnitType(set[0]!) === type);
  return writeAvcRecord(ofType(NalUnitType.SPS), ofType(NalUnitType.PPS), {
    chroma_format_idc: sps.chroma_format_idc,
    bit_depth_luma_minus8: sps.bit_depth_luma_minus8,
    bit_depth_chroma_minus8: sps.bit_depth_chroma_minus8,
  });
}

/** Parameter sets as they come. */
class ParameterSets {
  private readonly spsById = new Map<number, { bytes: Uint8Array; sps: SequenceParameterSet }>();
  private readonly ppsById = new Map<number, { bytes: Uint8Array; pps: PictureParameterSet }>();

  /** Takes a set; null if it says nothing new. */
  add(bytes: Uint8Array, offset: number): NewSet | null {
    if (nalUnitType(bytes[0]!) === NalUnitType.SPS) {
      const sps = readSequenceParameterSet(bytes, offset);
      const known = this.spsById.get(sps.seq_parameter_set_id);
      this.spsById.set(sps.seq_parameter_set_id, { bytes, sps });
      return isSame(known?.bytes, bytes) ? null : { id: `sps ${sps.seq_parameter_set_id}`, bytes };
    }
    const chromaFormatOf = (id: number) => this.spsById.get(id)?.sps.chroma_format_idc ?? 1;
    const pps = readPictureParameterSet(bytes, offset, chromaFormatOf);
    const known = this.ppsById.get(pps.pic_parameter_set_id);
    this.ppsById.set(pps.pic_parameter_set_id, { bytes, pps });
    return isSame(known?.bytes, bytes) ? null : { id: `pps ${pps.pic_parameter_set_id}`, bytes };
  }

  /** The sets that a slice refers to; null if one has not come. */
  readonly find = (pic_parameter_set_id: number): SliceParameterSets | null => {
    const pps = this.ppsById.get(pic_parameter_set_id)?.pps;
    const sps = pps && this.spsById.get(pps.seq_parameter_set_id)?.sps;
    return pps === undefined || sps === undefined ? null : { pps, sps };
  };
}

function isSame(known: Uint8Array | undefined, bytes: Uint8Array): boolean {
  return known !== undefined && isEqual(known, bytes);
}

/** Units that the next access unit begins with, when they come after a slice: clause 7.4.1.2.3. */
function opensAccessUnit(type: number): boolean {
  return (
    type === NalUnitType.AUD ||
    type === NalUnitType.SPS ||
    type === NalUnitType.PPS ||
    type === NalUnitType.SEI ||
    (type >= NalUnitType.PREFIX && type <= NalUnitType.RESERVED_18)
  );
}

/** Units that begin with a slice header, clause 7.3.2.8 and 7.3.2.9.1. */
function beginsWithSliceHeader(type: number): boolean {
  return (
    type === NalUnitType.NON_IDR_SLICE ||
    type === NalUnitType.IDR_SLICE ||
    type === NalUnitType.PARTITION_A
  );
}

/** Other units of the picture that a slice before them began: data partitions, auxiliary slices. */
function belongsToPicture(type: number): boolean {
  return (
    type === NalUnitType.PARTITION_B ||
    type === NalUnitType.PARTITION_C ||
    type === NalUnitType.AUXILIARY_SLICE
  );
}

/** What the passes through a file share. */
interface FileContext {
  readonly source: ByteSource;
  readonly budget: Budget;
  readonly problems: Problem[];
}

/**
 * Access units in decoding order; the two fields of a frame are one. Delimiters, end marks and filler data are dropped,
 * parameter sets kept apart.
 */
async function* gatherAccessUnits(
  { source, budget, problems }: FileContext,
  sets: ParameterSets,
): AsyncGenerator<AccessUnit> {
  let current: AccessUnit | null = null;
  /** The slice before, and how many pictures (frame or fields) `current` has. */
  let last: ReadSlice | null = null;
  let pictures = 0;
  // What precedes the first slice of the access unit that comes next.
  let leading: Uint8Array[] = [];
  let newSets: NewSet[] = [];
  /** Bytes of what belongs to one picture and to what precedes the next. */
  let gathered = 0;
  let isFirstLost = true;
  for await (const { bytes, offset } of scanNalUnits(source, budget, problems)) {
    const type = nalUnitType(bytes[0]!);
    gathered += bytes.length + UNIT_BYTES;
    budget.requireReadable('a picture with what precedes it', gathered, offset);
    if (isParameterSet(bytes)) {
      const newSet = sets.add(bytes, offset);
      if (newSet !== null) newSets.push(newSet);
    } else if (beginsWithSliceHeader(type)) {
      const slice = readSliceHeader(bytes, sets.find, 'start', offset);
      if (slice === null) {
        const lost = 'a slice whose parameter sets have not come; such pictures are left out';
        if (isFirstLost) report(problems, offset, lost);
        isFirstLost = false;
        gathered = 0;
        leading = [];
        continue;
      }
      if (last !== null && beginsPicture(last, slice)) {
        if (pictures === 1 && completesFrame(last, slice)) pictures = 2;
        else if (current !== null) {
          yield current;
          current = null;
          gathered = bytes.length + UNIT_BYTES;
        }
      }
      last = slice;
      if (current === null) {
        current = { units: leading, slice, newSets, bytes: 0, end: 0 };
        newSets = [];
        pictures = 1;
      } else for (const unit of leading) current.units.push(unit);
      leading = [];
      current.units.push(bytes);
      current.bytes = gathered;
      current.end = offset + bytes.length;
    } else if (belongsToPicture(type)) {
      current?.units.push(bytes);
    } else if (opensAccessUnit(type) && type !== NalUnitType.AUD) {
      leading.push(bytes);
    }
  }
  if (current !== null) yield current;
}

/** Whether decoding can start here: an IDR picture, or one with a recovery point. */
function isKey(units: readonly Uint8Array[], slice: ReadSlice): boolean {
  if (isIdr(slice)) return true;
  return units.some((unit) => nalUnitType(unit[0]!) === NalUnitType.SEI && isRecoveryPoint(unit));
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
    const depth = reorderDepthOf(slice.sps);
    order.add(index, count.next(slice), isIdr(slice), depth, assign);
  }
  order.drain(assign);
  return delay;
}

/** What packets are made with. */
interface TimeContext {
  /** Ticks that decoding runs ahead of output. */
  readonly delay: number;
  /** The parameter sets of the configuration, by kind and number. */
  readonly configured: ReadonlyMap<string, Uint8Array>;
  readonly pass: PacketBudget;
}

/**
 * Packets with their times: decoding order counts up from `-delay`, output order from 0. A picture that is reordered
 * further than those at the start were is shown when it is decoded.
 */
async function* timePackets(
  accessUnits: AsyncIterable<AccessUnit>,
  { delay, configured, pass }: TimeContext,
): AsyncGenerator<ReadPacket> {
  const count = new PictureOrderCount();
  const order = new OutputOrder();
  const pending: AccessUnit[] = [];
  /** Output places of pictures from `emitted` on, as far as they are known. */
  const places = new Map<number, number>();
  let decoded = 0;
  let emitted = 0;
  let waiting = 0;
  const assign = (decodeIndex: number, outputIndex: number) => {
    places.set(decodeIndex, outputIndex);
  };
  const ready = function* (): Generator<ReadPacket> {
    for (let place = places.get(emitted); place !== undefined; place = places.get(emitted)) {
      const { units, slice, newSets, bytes, end } = pending.shift()!;
      waiting -= bytes;
      places.delete(emitted);
      const dts = emitted++ - delay;
      const inBand = newSets.filter(({ id, bytes }) => !isSame(configured.get(id), bytes));
      const data = joinLengthPrefixed([...inBand.map((set) => set.bytes), ...units]);
      pass.give(data.length, end);
      const pts = Math.max(place, dts);
      const packet = { data, pts, dts, duration: 1, isKey: isKey(units, slice) };
      yield { streamIndex: 0, packet };
    }
  };
  for await (const unit of accessUnits) {
    pending.push(unit);
    waiting += unit.bytes;
    const { slice } = unit;
    const depth = reorderDepthOf(slice.sps);
    order.add(decoded++, count.next(slice), isIdr(slice), depth, assign);
    // Large pictures do not wait for their order longer than memory allows.
    if (waiting > MAX_WAITING_BYTES) order.drain(assign);
    yield* ready();
  }
  order.drain(assign);
  yield* ready();
}
