/** What follows the samples of a WAV file: chunks that describe it, or samples that the file's own sizes leave out. */
import type { ByteSource } from '../../base/byte-stream.ts';
import { type Problem, report } from '../../base/problems.ts';
import { fourCc } from './info-tags.ts';

/** Chunks behind the samples that are looked at. */
const MAX_CHUNKS = 10_000;
const HEADER_BYTES = 8;
const SIZE_ELSEWHERE = 0xffffffff;
/** Types with which another file begins. */
const FILES = ['RIFF', 'RIFX', 'RF64', 'BW64'];
/** With these begin tags that programs append to files of any format. */
const APPENDED_TAGS = ['TAG', 'ID3', 'APE'];
/** Chunk types are ASCII. */
const PRINTABLE = /^[ -~]{4}$/;

/** A chunk's header. */
interface Chunk {
  readonly id: string;
  readonly start: number;
  readonly size: number;
}

/** Where the samples lie. */
interface SamplesSpan {
  readonly start: number;
  /** Null if only the end of the source tells. */
  readonly end: number | null;
  /** Where the file ends by its own header; zeros behind it are padding. */
  readonly riffEnd: number;
}

/**
 * Notes what of a file of known size is left unread behind its samples: a second data chunk, another file, bytes that are no
 * chunk, as where the size of the data chunk is too small.
 */
export async function noteFollowing(
  source: ByteSource,
  { start, end, riffEnd }: SamplesSpan,
  problems: Problem[],
): Promise<void> {
  if (end === null || source.size === null) return;
  const { size } = source;
  let position = end;
  let isOdd = (end - start) % 2 === 1;
  for (let count = 0; count < MAX_CHUNKS && position + (isOdd ? 1 : 0) < size; count++) {
    // The pad byte is often forgotten.
    const padded = isOdd ? await chunkAt(source, position + 1, size) : null;
    const chunk = padded ?? (await chunkAt(source, position, size));
    const left = size - position;
    if (chunk === null) {
      if (await isHarmless(source, position, size, riffEnd)) return;
      report(
        problems,
        position,
        `${left} bytes behind the samples are no chunk; they are left unread`,
      );
      return;
    }
    const { id } = chunk;
    if (FILES.includes(id)) {
      report(problems, position, `another file of ${left} bytes follows, which is left unread`);
      return;
    }
    if (id === 'data') {
      report(
        problems,
        position,
        `another data chunk of ${chunk.size} bytes follows, which is left unread`,
      );
    }
    position = chunk.start + chunk.size;
    isOdd = (chunk.size & 1) === 1;
  }
}

/** The chunk at `position`, if one can be there that ends in the file. */
async function chunkAt(
  source: ByteSource,
  position: number,
  fileSize: number,
): Promise<Chunk | null> {
  const header = await source.read(position, HEADER_BYTES);
  if (header.length < HEADER_BYTES) return null;
  const id = fourCc(header, 0);
  const size = new DataView(header.buffer, header.byteOffset).getUint32(4, true);
  const start = position + HEADER_BYTES;
  if (!PRINTABLE.test(id)) return null;
  // The 64-bit sizes of an RF64 file are not looked up: such a chunk is the last that is looked at.
  if (size === SIZE_ELSEWHERE) return { id, start, size: fileSize - start };
  const isMedia = id === 'data' || FILES.includes(id);
  if (start + size > fileSize && !isMedia) return null;
  return { id, start, size: Math.min(size, fileSize - start) };
}

/** Whether what lies at `position` is an appended tag, or padding. */
async function isHarmless(
  source: ByteSource,
  position: number,
  size: number,
  riffEnd: number,
): Promise<boolean> {
  const bytes = await source.read(position, Math.min(MAX_PADDING_BYTES, size - position));
  // With or without the pad byte before it.
  const isTag = [0, 1].some((at) => APPENDED_TAGS.includes(fourCc(bytes, at).slice(0, 3)));
  if (isTag) return true;
  const isPadding = position + 1 >= riffEnd || size - position < HEADER_BYTES;
  return isPadding && bytes.every((byte) => byte === 0);
}

/** Zeros behind the end of a file that are looked at: more than a sector of any disk. */
const MAX_PADDING_BYTES = 64 << 10;
