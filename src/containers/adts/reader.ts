/**
 * Reads ADTS (.aac). A frame is believed when another one, or the end, follows where it says; after damage the reader looks
 * for the next such place.
 */
import type { ByteSource } from '../../base/byte-stream.ts';
import {
  type ContainerReader,
  eachPacket,
  type ReadPacket,
  untilError,
} from '../../base/container.ts';
import { FormatError, rejectUnknownKeys, UnsupportedError } from '../../base/errors.ts';
import { Budget, type LimitOptions, type PacketBudget } from '../../base/limits.ts';
import type { AudioStreamInfo } from '../../base/packet.ts';
import { type Problem, report } from '../../base/problems.ts';
import {
  type AdtsHeader,
  CRC_BYTES,
  configOfHeader,
  HEADER_BYTES,
  isSameStream,
  readAdtsHeader,
} from '../../syntax/aac/adts-header.ts';
import {
  type AudioSpecificConfig,
  audioFormatOf,
  writeAudioSpecificConfig,
} from '../../syntax/aac/audio-specific-config.ts';
import { ID_PCE } from '../../syntax/aac/element-ids.ts';
import { readProgramConfig } from '../../syntax/aac/program-config.ts';
import { type Found, findFrame, skipTags } from './frame-search.ts';

const NO_BYTES = new Uint8Array(0);

/** Samples that a raw_data_block gives. */
const FRAME_SAMPLES = 1024;
/** Bytes that are read at once: two frames of the longest kind, or some hundred of a common one. */
const RUN_BYTES = 1 << 14;

/** An ADTS file, opened. */
export interface AdtsReader extends ContainerReader {
  readonly format: 'adts';
  readonly streams: readonly [AudioStreamInfo];
  readonly problems: readonly Problem[];
  /** Bytes between frames that were passed over so far. */
  readonly skippedBytes: number;
}

/** Options of the ADTS reader. */
export interface AdtsReadOptions {
  /** Limits on the cost of the file. */
  readonly limits?: LimitOptions;
}

/** How far the first frame may lie behind the start of the file, or behind the tags at the start. */
const MAX_SEARCH = 1 << 16;

/**
 * Opens an ADTS file; tags at its start, and part of a frame behind them, are passed over. Throws `FormatError` if there is
 * no frame in its first 64 KiB, `UnsupportedError` for channels that neither the header nor the start of the first frame
 * tells. Reading throws `UnsupportedError` where the headers change.
 */
export async function openAdts(
  source: ByteSource,
  options: AdtsReadOptions = {},
): Promise<AdtsReader> {
  rejectUnknownKeys('adts.options', options, ['limits']);
  const budget = new Budget('adts', source, options.limits);
  const problems: Problem[] = [];
  const start = await skipTags(source, 0);
  const first = await findFrame(source, start, null, start + MAX_SEARCH);
  if (first === null) throw new FormatError('adts', 'no ADTS frame found', start);
  const config = await configOf(source, first);
  const { sampleRate, numChannels, channelMask } = audioFormatOf(config);
  const stream: AudioStreamInfo = {
    kind: 'audio',
    codec: 'aac',
    timeBase: [1, sampleRate],
    config: writeAudioSpecificConfig(config),
    sampleRate,
    numChannels,
    channelMask,
    sampleFmt: 'fltp',
    frameSize: FRAME_SAMPLES,
    priming: 0,
  };
  let skippedBytes = 0;
  const onSkip = (bytes: number) => {
    skippedBytes += bytes;
  };
  const pass = () => ({ source, budget: budget.beginPass(), problems, onSkip });
  if (first.position > start) {
    skip(pass(), start, first.position - start, 'bytes before the first frame');
  }
  return {
    format: 'adts',
    streams: [stream],
    problems,
    packets: () => eachPacket(readRuns(pass(), first)),
    packetRuns: () => readRuns(pass(), first),
    get skippedBytes() {
      return skippedBytes;
    },
  };
}

/**
 * AudioSpecificConfig with the fields of the header, AAC clause 1.6.2.1; in channel configuration 0 with the
 * program_config_element() that the first frame must begin with.
 */
async function configOf(
  source: ByteSource,
  { position, header }: Found,
): Promise<AudioSpecificConfig> {
  const config = configOfHeader(header);
  if (header.channel_configuration !== 0) return config;
  const frame = await source.read(position, header.aac_frame_length);
  const [block] = rawDataBlocks(frame, header, position);
  if (block === undefined || block.length === 0 || block[0]! >> 5 !== ID_PCE) {
    throw new UnsupportedError(
      'adts.header.channel_configuration',
      'got 0, and the first frame does not begin with a program config element',
    );
  }
  const programConfig = readProgramConfig(block, 3);
  return { ...config, programConfig: { ...programConfig, comment_field_data: NO_BYTES } };
}

/** One pass through the frames. */
interface Pass {
  readonly source: ByteSource;
  readonly budget: PacketBudget;
  readonly problems: Problem[];
  readonly onSkip: (bytes: number) => void;
}

/** All packets, those of one read together. Frames before a broken one are given before its error is thrown. */
async function* readRuns(pass: Pass, first: Found): AsyncGenerator<readonly ReadPacket[]> {
  const { source } = pass;
  let pts = 0;
  for (let found: Found | null = first; found !== null; ) {
    const { position, header } = found;
    // A live stream is not kept waiting for more than the next header, which says whether this frame is one.
    const wanted = source.size === null ? header.aac_frame_length + HEADER_BYTES : RUN_BYTES;
    const bytes = await source.read(position, wanted);
    if (bytes.length < header.aac_frame_length) {
      skip(pass, position, bytes.length, 'the file ends within a frame');
      return;
    }
    let end = position;
    yield* untilError<ReadPacket>((run) => {
      end += takeFrames(pass, found!, bytes, pts, run);
      pts += run.length * FRAME_SAMPLES;
    });
    found = await nextFrame(pass, first.header, end);
  }
}

/** Appends to `run` the packets of the frame that `bytes` begin with, and of those that follow it; returns where they end. */
function takeFrames(
  { budget }: Pass,
  { position, header }: Found,
  bytes: Uint8Array,
  start: number,
  run: ReadPacket[],
): number {
  let at = 0;
  for (let next: AdtsHeader | null = header; next !== null; ) {
    const end = at + next.aac_frame_length;
    if (end > bytes.length) break;
    for (const block of rawDataBlocks(bytes.subarray(at, end), next, position + at)) {
      budget.give(block.length, position + end);
      const pts = start + run.length * FRAME_SAMPLES;
      const data = new Uint8Array(block);
      const packet = { data, pts, dts: pts, duration: FRAME_SAMPLES, isKey: true };
      run.push({ streamIndex: 0, packet });
    }
    at = end;
    next = readAdtsHeader(bytes.subarray(at, at + HEADER_BYTES));
    if (next !== null && !isSameStream(next, header)) next = null;
  }
  return at;
}

/** The frame at `position`, or the first behind it; null at the end. Throws `UnsupportedError` if it is of another kind. */
async function nextFrame(pass: Pass, like: AdtsHeader, from: number): Promise<Found | null> {
  const { source } = pass;
  let position = from;
  for (;;) {
    const bytes = await source.read(position, HEADER_BYTES);
    if (bytes.length === 0) return null;
    const header = readAdtsHeader(bytes);
    if (header !== null && isSameStream(header, like)) return { position, header };
    // Segments of a stream each begin with a tag, and files end with one.
    const behind = await skipTags(source, position);
    if (behind === position) break;
    position = behind;
  }
  const found = await findFrame(source, position, like, Number.POSITIVE_INFINITY);
  if (found === null) {
    const rest = source.size === null ? 1 : source.size - position;
    skip(pass, position, rest, 'no frame follows');
    return null;
  }
  if (found.position > position) {
    skip(pass, position, found.position - position, 'bytes between frames');
  }
  if (isSameStream(found.header, like)) return found;
  const [before, after] = [like, found.header].map(describe);
  throw new UnsupportedError(
    'adts.header',
    `changes from ${before} to ${after} at byte offset ${found.position}; a stream has one configuration, so cut the file there`,
  );
}

function describe(header: AdtsHeader): string {
  const { audioObjectType, samplingFrequency } = configOfHeader(header);
  return `${samplingFrequency} Hz, channel configuration ${header.channel_configuration}, object type ${audioObjectType}`;
}

function skip({ problems, onSkip }: Pass, position: number, bytes: number, why: string): void {
  onSkip(bytes);
  report(problems, position, `${bytes} bytes were skipped: ${why}`);
}

/**
 * The raw_data_blocks of a frame, adts_frame() of AAC clause 1.A.2.1. Several blocks can be told apart only where
 * positions stand before them, which is in frames with a CRC.
 */
function rawDataBlocks(frame: Uint8Array, header: AdtsHeader, offset: number): Uint8Array[] {
  const hasCrc = header.protection_absent === 0;
  const others = header.number_of_raw_data_blocks_in_frame;
  if (others === 0) return [frame.subarray(HEADER_BYTES + (hasCrc ? CRC_BYTES : 0))];
  if (!hasCrc) {
    throw new UnsupportedError(
      'adts.header.number_of_raw_data_blocks_in_frame',
      `${others + 1} blocks without positions (byte offset ${offset}) are not read`,
    );
  }
  // adts_header_error_check: raw_data_block_position of each block but the first, then the CRC.
  const start = HEADER_BYTES + others * 2 + 2;
  const positions = [0];
  for (let i = 0; i < others; i++) {
    const at = HEADER_BYTES + i * 2;
    positions.push((frame[at]! << 8) | frame[at + 1]!);
  }
  positions.push(frame.length - start);
  return positions.slice(0, -1).map((from, i) => {
    // Each block is followed by its own CRC.
    const to = positions[i + 1]! - 2;
    if (to <= from || start + to > frame.length) {
      throw new FormatError('adts.raw_data_block_position', 'blocks out of order', offset);
    }
    return frame.subarray(start + from, start + to);
  });
}
