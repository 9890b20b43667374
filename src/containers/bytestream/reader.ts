/**
 * Reads H.264 byte streams (.h264): NAL units are gathered to access units, parameter sets go into the configuration, and
 * times come from the frame rate and the picture order count.
 */
import type { ByteSource } from '../../base/byte-stream.ts';
import {
  type ContainerReader,
  eachPacket,
  type ReadPacket,
  untilError,
} from '../../base/container.ts';
import { FormatError, rejectUnknownKeys } from '../../base/errors.ts';
import { Budget, type LimitOptions, type PacketBudget } from '../../base/limits.ts';
import type { VideoStreamInfo } from '../../base/packet.ts';
import type { Problem } from '../../base/problems.ts';
import { type FrameRate, inverse, type Rational, requireFrameRate } from '../../base/rational.ts';
import { findStartCode, joinLengthPrefixed } from '../../syntax/h264/byte-stream.ts';
import { writeAvcRecord } from '../../syntax/h264/configuration-record.ts';
import { NalUnitType, nalUnitType } from '../../syntax/h264/nal.ts';
import { OutputOrder, PictureOrderCount } from '../../syntax/h264/picture-order.ts';
import { isRecoveryPoint } from '../../syntax/h264/sei.ts';
import {
  colorTagsOf,
  frameRateOf,
  pixelFormatOf,
  reorderDepthOf,
} from '../../syntax/h264/sequence.ts';
import { isIdr, type ReadSlice } from '../../syntax/h264/slice-header.ts';
import { croppedSize, type SequenceParameterSet } from '../../syntax/h264/sps.ts';
import { sampleAspectRatio } from '../../syntax/h264/vui.ts';
import { type AccessUnit, gatherAccessUnits } from './access-units.ts';
import { isSame, type NewSet } from './parameter-sets.ts';

/** Options of the byte stream reader. */
export interface AnnexBReaderOptions {
  /** Frames per second; if not given those of the VUI, and 25 where it is silent. */
  readonly frameRate?: FrameRate;
  /** Limits on the cost of the file. */
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
  const context = { source, budget, problems };
  const accessUnits = gatherAccessUnits(context);
  const head: AccessUnit[] = [];
  let headBytes = 0;
  while (head.length < LOOKAHEAD && headBytes < MAX_WAITING_BYTES) {
    const next = await accessUnits.next();
    if (next.done === true) break;
    for (const unit of next.value) {
      head.push(unit);
      headBytes += unit.bytes;
    }
  }
  const first = head[0];
  if (first === undefined) {
    throw new FormatError('h264', 'no picture with its parameter sets found', source.size ?? 0);
  }
  const { sps } = first.slice;
  const rate = given ?? frameRateOf(sps) ?? [25, 1];
  // Parameter sets that came up to the first picture, and those that the pictures seen so far add under other numbers.
  const configured = new Map<string, Uint8Array>();
  for (const { id, bytes } of head.flatMap(({ newSets }) => newSets)) {
    if (!configured.has(id)) configured.set(id, bytes);
  }
  const stream = describeStream(sps, rate, recordOf([...configured.values()], sps));
  const delay = reorderDelay(head);
  let isRead = false;
  const all = async function* () {
    // Another pass reads from the start again, which a stream source cannot.
    if (isRead) {
      yield* gatherAccessUnits(context);
      return;
    }
    isRead = true;
    yield head.splice(0);
    yield* accessUnits;
  };
  const packetRuns = () => timePackets(all(), { delay, configured, pass: budget.beginPass() });
  return {
    format: 'h264',
    streams: [stream],
    problems,
    packets: () => eachPacket(packetRuns()),
    packetRuns,
  };
}

/** The stream as its sequence parameter set describes it, and its configuration record. */
function describeStream(
  sps: SequenceParameterSet,
  frameRate: Rational,
  config: Uint8Array,
): VideoStreamInfo {
  const aspect = sampleAspectRatio(sps.vui_parameters?.aspect_ratio_info ?? null);
  const color = colorTagsOf(sps);
  return {
    kind: 'video',
    codec: 'h264',
    timeBase: inverse(frameRate),
    config,
    ...croppedSize(sps),
    pixFmt: pixelFormatOf(sps),
    frameRate,
    ...(aspect === undefined ? {} : { sampleAspectRatio: aspect }),
    ...(color === undefined ? {} : { color }),
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

/** The parts that make packets. */
interface TimeContext {
  /** Ticks that decoding runs ahead of output. */
  readonly delay: number;
  /** The parameter sets of the configuration, by kind and number. */
  readonly configured: ReadonlyMap<string, Uint8Array>;
  readonly pass: PacketBudget;
}

/** Packets with their times, in the runs of their access units. */
async function* timePackets(
  accessUnits: AsyncIterable<readonly AccessUnit[]>,
  context: TimeContext,
): AsyncGenerator<readonly ReadPacket[]> {
  const clock = new PictureClock(context);
  for await (const units of accessUnits) {
    yield* untilError<ReadPacket>((run) => {
      for (const unit of units) clock.add(unit, run);
    });
  }
  yield* untilError<ReadPacket>((run) => clock.end(run));
}

/**
 * Gives pictures their times: decoding order counts up from `-delay`, output order from 0. A picture that is reordered
 * further than those at the start were is shown when it is decoded.
 */
class PictureClock {
  private readonly context: TimeContext;
  /** The parameter sets that a decoder has, by kind and number: of the configuration, then those of the packets. */
  private readonly known: Map<string, Uint8Array>;
  private readonly count = new PictureOrderCount();
  private readonly order = new OutputOrder();
  private readonly pending: AccessUnit[] = [];
  /** Output places of pictures from `emitted` on, as far as they are known. */
  private readonly places = new Map<number, number>();
  private decoded = 0;
  private emitted = 0;
  private waiting = 0;

  constructor(context: TimeContext) {
    this.context = context;
    this.known = new Map(context.configured);
  }

  private readonly assign = (decodeIndex: number, outputIndex: number): void => {
    this.places.set(decodeIndex, outputIndex);
  };

  /** Takes the next picture; those whose time is known by now are appended to `run`. */
  add(unit: AccessUnit, run: ReadPacket[]): void {
    this.pending.push(unit);
    this.waiting += unit.bytes;
    const { slice } = unit;
    const depth = reorderDepthOf(slice.sps);
    this.order.add(this.decoded++, this.count.next(slice), isIdr(slice), depth, this.assign);
    // Large pictures do not wait for their order longer than memory allows.
    if (this.waiting > MAX_WAITING_BYTES) this.order.drain(this.assign);
    this.takeReady(run);
  }

  /** No picture follows: those that wait are appended to `run`. */
  end(run: ReadPacket[]): void {
    this.order.drain(this.assign);
    this.takeReady(run);
  }

  /** Whether a decoder must be given a set; it has it then. With a sequence parameter set, picture parameter sets begin anew. */
  private isNew({ id, bytes }: NewSet): boolean {
    const { known } = this;
    if (isSame(known.get(id), bytes)) return false;
    known.set(id, bytes);
    if (id.startsWith('sps')) {
      for (const other of known.keys()) if (other.startsWith('pps')) known.delete(other);
    }
    return true;
  }

  private takeReady(run: ReadPacket[]): void {
    const { places, pending } = this;
    const { delay, pass } = this.context;
    for (let place = places.get(this.emitted); place !== undefined; ) {
      const { units, slice, newSets, bytes, end } = pending.shift()!;
      this.waiting -= bytes;
      places.delete(this.emitted);
      const dts = this.emitted++ - delay;
      const inBand = newSets.filter((set) => this.isNew(set));
      const data = joinLengthPrefixed([...inBand.map((set) => set.bytes), ...units]);
      pass.give(data.length, end);
      const pts = Math.max(place, dts);
      const packet = { data, pts, dts, duration: 1, isKey: isKey(units, slice) };
      run.push({ streamIndex: 0, packet });
      place = places.get(this.emitted);
    }
  }
}
