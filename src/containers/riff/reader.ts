/**
 * Reads WAV files: RIFF, RF64 and BW64. Every size is a claim: sizes of 0 and 0xFFFFFFFF in streams that nobody could go
 * back to, and sizes past the end of a file that was cut short, give what samples there are.
 */
import type { ByteSource } from '../../base/byte-stream.ts';
import type { ContainerReader, ReadPacket } from '../../base/container.ts';
import {
  FormatError,
  rejectUnknownKeys,
  requireInteger,
  requireOneOf,
  UnsupportedError,
} from '../../base/errors.ts';
import type { FileDescription } from '../../base/file-description.ts';
import { Budget, type LimitOptions, type PacketBudget } from '../../base/limits.ts';
import type { AudioStreamInfo } from '../../base/packet.ts';
import { type Problem, report } from '../../base/problems.ts';
import { noteFollowing } from './following-chunks.ts';
import { fourCc, readInfoList, type WavTags } from './info-tags.ts';
import { readFormatChunk, type WaveFormat } from './wave-format.ts';

/** Options of the WAV reader. */
export interface WavReaderOptions {
  /**
   * Samples per channel in a packet, 1..1048576; if not given 4096, or as many as 256 KiB hold. The last packet may have fewer.
   */
  readonly packetSamples?: number;
  /** Limits on the cost of the file. */
  readonly limits?: LimitOptions;
  /**
   * A file that ends before its data chunk does: `salvage` (the default) gives the whole samples that there are and notes it in
   * `problems`, `error` throws `FormatError` with the byte offset of the end, before the first packet where the size of the source
   * is known.
   */
  readonly truncated?: 'salvage' | 'error';
}

/** A WAV file, opened. */
export interface WavReader extends ContainerReader {
  readonly format: 'wav';
  readonly streams: readonly [AudioStreamInfo];
  /** Tags of the INFO lists that stand before the samples. */
  readonly tags: WavTags;
}

const SIZE_UNKNOWN = 0xffffffff;
/**
 * The sizes that programs write for a data chunk whose end they do not know, as into a pipe: 2^32 - 1, or about 2^31 less what
 * keeps a header or a whole frame in range (SoX 0x7ffff000, arecord 2^31 and a little less).
 */
const PLACEHOLDERS: readonly (readonly [from: number, to: number])[] = [
  [0x7fff0000, 0x80000100],
  [0xffff0000, SIZE_UNKNOWN],
];
function isPlaceholderSize(size: number): boolean {
  return PLACEHOLDERS.some(([from, to]) => size >= from && size <= to);
}

/** Bytes of a packet at most, where the caller does not say: with 8191 channels 4096 samples are 268 MB. */
const PACKET_BYTES = 256 << 10;
/** INFO lists larger than this are not read: they are no text. */
const MAX_INFO_BYTES = 1 << 20;
/** Chunks before the samples; more of them is a broken file, not a long header. */
const MAX_CHUNKS = 10_000;

/** 64-bit sizes of an RF64 file, EBU Tech 3306 clause 4. */
interface Ds64 {
  readonly dataSize: number;
  /** Chunk => size, of further chunks above 4 GiB. */
  readonly table: ReadonlyMap<string, number>;
}

/** Where the samples lie. `end` is null if only the end of the source tells. */
interface DataSpan {
  readonly start: number;
  readonly end: number | null;
  /** Whether the size is one that programs write who do not know it: samples that end before are all there are. */
  readonly isPlaceholder: boolean;
  /** Where the file ends by the size in its first header; 0 if that says nothing. */
  readonly riffEnd: number;
}

/** The tags by the names that all containers share. */
function describeFile({ track, ...metadata }: WavTags): FileDescription {
  const otherTags = new Map(track === undefined ? [] : [['PART_NUMBER', track]]);
  return { metadata, chapters: [], attachments: [], otherTags };
}

/** Opens a WAV file; throws `FormatError` with the byte offset if it is none, `UnsupportedError` for other codecs. */
export async function openWav(
  source: ByteSource,
  options: WavReaderOptions = {},
): Promise<WavReader> {
  rejectUnknownKeys('wav.options', options, ['packetSamples', 'truncated', 'limits']);
  const budget = new Budget('wav', source, options.limits);
  const truncated = requireOneOf('wav.options.truncated', options.truncated ?? 'salvage', [
    'salvage',
    'error',
  ] as const);
  const { waveFormat, span, tags } = await readHeader(source);
  const problems: Problem[] = [];
  const isCut = source.size !== null && span.end !== null && span.end > source.size;
  if (truncated === 'error' && isCut && !span.isPlaceholder) {
    throw cutShort(span.end!, source.size!);
  }
  const { codec, sampleRate, numChannels, channelMask, blockAlign } = waveFormat;
  const fitting = Math.max(1, Math.min(4096, Math.floor(PACKET_BYTES / blockAlign)));
  const where = 'wav.options.packetSamples';
  const packetSamples = requireInteger(where, options.packetSamples ?? fitting, 1, 1 << 20);
  budget.requireReadable('a packet', packetSamples * blockAlign, span.start);
  const stream: AudioStreamInfo = {
    kind: 'audio',
    codec: codec.codec,
    timeBase: [1, sampleRate],
    config: new Uint8Array(0),
    bitRate: sampleRate * blockAlign * 8,
    sampleRate,
    numChannels,
    channelMask,
    sampleFmt: codec.sampleFmt,
    frameSize: 0,
    priming: 0,
    ...(tags.title === undefined ? {} : { title: tags.title }),
  };
  const noteCut = (end: number): void => {
    const error = cutShort(span.end!, end);
    if (truncated === 'error') throw error;
    if (problems.length === 0) report(problems, end, error.message);
  };
  let isRestRead = false;
  const noteRest = async (): Promise<void> => {
    // Nothing is waited for behind the end of a stream.
    if (isRestRead || source.size === null || span.end === null) return;
    isRestRead = true;
    await noteFollowing(source, span, problems);
  };
  const layout = { span, blockAlign, packetSamples };
  const packets = () => readPackets(source, layout, budget.beginPass(), { noteCut, noteRest });
  return { format: 'wav', streams: [stream], tags, about: describeFile(tags), problems, packets };
}

/** Whether these first twelve bytes are those of a WAV file. */
export function isWav(start: Uint8Array): boolean {
  return (
    start.length >= 12 &&
    ['RIFF', 'RF64', 'BW64'].includes(fourCc(start, 0)) &&
    fourCc(start, 8) === 'WAVE'
  );
}

function cutShort(end: number, size: number): FormatError {
  return new FormatError('wav.data', `the samples go up to byte ${end}, but the file ends`, size);
}

async function readHeader(
  source: ByteSource,
): Promise<{ waveFormat: WaveFormat; span: DataSpan; tags: WavTags }> {
  const riff = await source.read(0, 12);
  if (!isWav(riff)) {
    if (riff.length >= 4 && fourCc(riff, 0) === 'RIFX') {
      throw new UnsupportedError('wav.riff', 'RIFX (big-endian RIFF) files are not read');
    }
    throw new FormatError('wav.riff', 'no RIFF, RF64 or BW64 header of a WAVE file', 0);
  }
  const is64 = fourCc(riff, 0) !== 'RIFF';
  const riffSize = new DataView(riff.buffer, riff.byteOffset).getUint32(4, true);
  let ds64: Ds64 | null = null;
  let waveFormat: WaveFormat | null = null;
  let tags: WavTags = {};
  let position = 12;
  for (let chunks = 0; chunks < MAX_CHUNKS; chunks++) {
    const header = await source.read(position, 8);
    if (header.length < 8) {
      const end = position + header.length;
      throw new FormatError('wav.data', 'the file ends before its data chunk', end);
    }
    const id = fourCc(header, 0);
    const size32 = new DataView(header.buffer, header.byteOffset).getUint32(4, true);
    const start = position + 8;
    let size = size32;
    if (is64 && size32 === SIZE_UNKNOWN) {
      size = (id === 'data' ? ds64?.dataSize : ds64?.table.get(id)) ?? SIZE_UNKNOWN;
    }
    if (id === 'data') {
      if (waveFormat === null) {
        throw new FormatError('wav.data', 'no fmt chunk before the data chunk', position);
      }
      const isOpen = size === SIZE_UNKNOWN || (size === 0 && !(await isChunkAt(source, start)));
      const isPlaceholder = isPlaceholderSize(size32);
      const span = {
        start,
        end: isOpen ? null : start + size,
        isPlaceholder: isPlaceholder && !is64,
        riffEnd: is64 || isPlaceholderSize(riffSize) ? 0 : riffSize + 8,
      };
      return { waveFormat, span, tags };
    }
    if (source.size !== null && start + size > source.size) {
      const message = `the chunk has ${size} bytes, the file ${source.size - start} more`;
      throw new FormatError(`wav.${id.trim()}`, message, position);
    }
    if (id === 'ds64') ds64 = readDs64(await source.read(start, Math.min(size, 4096)), start);
    else if (id === 'fmt ') {
      waveFormat = readFormatChunk(await source.read(start, Math.min(size, 40)), start);
    } else if (id === 'LIST' && size <= MAX_INFO_BYTES) {
      tags = { ...tags, ...readInfoList(await source.read(start, size)) };
    }
    position = start + size + (size & 1 ? 1 : 0);
  }
  throw new FormatError('wav.riff', `more than ${MAX_CHUNKS} chunks before the samples`, position);
}

/**
 * Whether a chunk that is known to follow samples begins at `position`, or the file ends there. Tells an empty data chunk
 * from one whose size nobody filled in.
 */
async function isChunkAt(source: ByteSource, position: number): Promise<boolean> {
  const header = await source.read(position, 8);
  if (header.length < 8) return header.length === 0;
  const known = ['LIST', 'fact', 'JUNK', 'bext', 'cue ', 'smpl', 'id3 ', 'ID3 ', 'axml', 'iXML'];
  return known.includes(fourCc(header, 0));
}

/** The ds64 chunk, EBU Tech 3306 clause 4. */
function readDs64(bytes: Uint8Array, offset: number): Ds64 {
  if (bytes.length < 24) {
    throw new FormatError('wav.ds64', `the chunk has ${bytes.length} bytes, needed are 28`, offset);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const table = new Map<string, number>();
  const entries = bytes.length >= 28 ? view.getUint32(24, true) : 0;
  for (let i = 0, at = 28; i < entries && at + 12 <= bytes.length; i++, at += 12) {
    table.set(fourCc(bytes, at), readU64(view, at + 4, offset));
  }
  return { dataSize: readU64(view, 8, offset), table };
}

function readU64(view: DataView, at: number, offset: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new FormatError('wav.ds64', `a size of ${value} bytes`, offset + at);
  }
  return Number(value);
}

/** How samples are cut into packets. */
interface PacketLayout {
  readonly span: DataSpan;
  readonly blockAlign: number;
  readonly packetSamples: number;
}

/** What reading says of the end of the samples: that the file ends before it, and what follows it. */
interface Notes {
  readonly noteCut: (end: number) => void;
  readonly noteRest: () => Promise<void>;
}

async function* readPackets(
  source: ByteSource,
  { span, blockAlign, packetSamples }: PacketLayout,
  pass: PacketBudget,
  { noteCut, noteRest }: Notes,
): AsyncGenerator<ReadPacket> {
  let position = span.start;
  let pts = 0;
  const packetBytes = packetSamples * blockAlign;
  for (;;) {
    const wanted = span.end === null ? packetBytes : Math.min(packetBytes, span.end - position);
    if (wanted <= 0) break;
    const bytes = await source.read(position, wanted);
    if (bytes.length < wanted && span.end !== null && !span.isPlaceholder) {
      noteCut(position + bytes.length);
    }
    const duration = Math.floor(bytes.length / blockAlign);
    if (duration === 0) break;
    pass.give(duration * blockAlign, position + bytes.length);
    const data = new Uint8Array(bytes.subarray(0, duration * blockAlign));
    yield { streamIndex: 0, packet: { data, pts, dts: pts, duration, isKey: true } };
    pts += duration;
    position += bytes.length;
    if (bytes.length < wanted) return;
  }
  await noteRest();
}
