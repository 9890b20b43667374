/**
 * Reads ADTS (.aac). A frame is believed when another one, or the end, follows where it says; after damage the reader looks
 * for the next such place.
 */
import type { ByteSource } from '../../base/byte-stream.ts';
import type { ContainerReader, ReadPacket } from '../../base/container.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import type { AudioStreamInfo } from '../../base/packet.ts';
import {
  type AdtsHeader,
  CRC_BYTES,
  configOfHeader,
  HEADER_BYTES,
  isSameStream,
  MAX_FRAME_BYTES,
  readAdtsHeader,
} from '../../syntax/aac/adts-header.ts';
import {
  type AudioSpecificConfig,
  audioFormatOf,
  writeAudioSpecificConfig,
} from '../../syntax/aac/audio-specific-config.ts';
import { ID_PCE } from '../../syntax/aac/element-ids.ts';
import { readProgramConfig } from '../../syntax/aac/program-config.ts';

const NO_BYTES = new Uint8Array(0);

/** Samples that a raw_data_block gives. */
const FRAME_SAMPLES = 1024;
/** How far the first frame may lie behind the start of the file, or behind a tag at the start. */
const MAX_SEARCH = 1 << 16;

/** An ADTS file, opened. */
export interface AdtsReader extends ContainerReader {
  readonly format: 'adts';
  readonly streams: readonly [AudioStreamInfo];
  /** Bytes between frames that were passed over so far. */
  readonly skippedBytes: number;
}

/** A frame that was found. */
interface Found {
  readonly position: number;
  readonly header: AdtsHeader;
}

/**
 * Opens an ADTS file; an ID3v2 tag at its start is passed over. Throws `FormatError` if there is no frame in its first 64 KiB,
 * `UnsupportedError` for channels that neither the header nor the start of the first frame tells.
 */
export async function openAdts(source: ByteSource): Promise<AdtsReader> {
  const start = await id3Length(source);
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
  let skippedBytes = first.position - start;
  const onSkip = (bytes: number) => {
    skippedBytes += bytes;
  };
  return {
    format: 'adts',
    streams: [stream],
    packets: () => readFrames(source, first, onSkip),
    get skippedBytes() {
      return skippedBytes;
    },
  };
}

/** Whether these first bytes (2 frames of them tell more than one) look like ADTS. */
export function isAdts(start: Uint8Array): boolean {
  const header = readAdtsHeader(start);
  if (header === null) return false;
  const next = start.subarray(header.aac_frame_length);
  if (next.length < HEADER_BYTES) return true;
  const second = readAdtsHeader(next);
  return second !== null && isSameStream(header, second);
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

/** Bytes of an ID3v2 tag at the start of the source; 0 if there is none. */
async function id3Length(source: ByteSource): Promise<number> {
  const bytes = await source.read(0, 10);
  if (bytes.length < 10 || String.fromCharCode(...bytes.subarray(0, 3)) !== 'ID3') return 0;
  let size = 0;
  for (let i = 6; i < 10; i++) size = size * 128 + (bytes[i]! & 0x7f);
  return 10 + size;
}

/** The first frame from `from` on and before `end` that is one of the stream of `like`; null if there is none. */
async function findFrame(
  source: ByteSource,
  from: number,
  like: AdtsHeader | null,
  end: number,
): Promise<Found | null> {
  const window = MAX_FRAME_BYTES + HEADER_BYTES;
  for (let at = from; at < end; ) {
    const bytes = await source.read(at, window * 2);
    const isLast = bytes.length < window * 2;
    const last = isLast ? bytes.length - HEADER_BYTES : window;
    for (let i = bytes.indexOf(0xff); i >= 0 && i <= last; i = bytes.indexOf(0xff, i + 1)) {
      const header = readAdtsHeader(bytes.subarray(i));
      if (header === null || at + i >= end) continue;
      if (like !== null && !isSameStream(header, like)) continue;
      const next = bytes.subarray(i + header.aac_frame_length);
      const second = readAdtsHeader(next);
      const endsHere = i + header.aac_frame_length === bytes.length;
      if ((second !== null && isSameStream(header, second)) || endsHere) {
        return { position: at + i, header };
      }
    }
    if (isLast) return null;
    at += window;
  }
  return null;
}

async function* readFrames(
  source: ByteSource,
  first: Found,
  onSkip: (bytes: number) => void,
): AsyncGenerator<ReadPacket> {
  let pts = 0;
  let { position, header } = first;
  for (;;) {
    const frame = await source.read(position, header.aac_frame_length);
    if (frame.length < header.aac_frame_length) {
      onSkip(frame.length);
      return;
    }
    for (const block of rawDataBlocks(frame, header, position)) {
      const packet = {
        data: new Uint8Array(block),
        pts,
        dts: pts,
        duration: FRAME_SAMPLES,
        isKey: true,
      };
      yield { streamIndex: 0, packet };
      pts += FRAME_SAMPLES;
    }
    position += header.aac_frame_length;
    const bytes = await source.read(position, HEADER_BYTES);
    const next = readAdtsHeader(bytes);
    if (next !== null && isSameStream(next, first.header)) {
      header = next;
      continue;
    }
    if (bytes.length === 0) return;
    const found = await findFrame(source, position, first.header, Number.POSITIVE_INFINITY);
    if (found === null) {
      onSkip(source.size === null ? bytes.length : source.size - position);
      return;
    }
    onSkip(found.position - position);
    position = found.position;
    header = found.header;
  }
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
