/** Files of pictures with numbers or wildcards in their names, read as one stream. */
import type { ContainerReader, ReadPacket } from '../base/container.ts';
import {
  ConfigError,
  FormatError,
  rejectUnknownKeys,
  requireInteger,
  UnsupportedError,
} from '../base/errors.ts';
import { Budget, type LimitOptions, SINGLE_PACKET_BYTES } from '../base/limits.ts';
import type { VideoStreamInfo } from '../base/packet.ts';
import { type Problem, report } from '../base/problems.ts';
import { type FrameRate, requireFrameRate } from '../base/rational.ts';
import { hasWildcards, listFolder, numberPattern, openSource, wildcardTest } from '../io/index.ts';
import { DEFAULT_FRAME_RATE, readWhole, streamOf } from './image-file.ts';
import { imageKindOf } from './image-headers.ts';
import { morePictures } from './joined-pictures.ts';

/** Options of the reader of sequences. */
export interface SequenceReadOptions {
  /** Pictures a second; default 25. */
  readonly frameRate?: FrameRate;
  /** Number of the first picture. Default the lowest that is there. */
  readonly startNumber?: number;
  /** Limits of each file, which is one packet. */
  readonly limits?: LimitOptions;
}

/** One picture: its file, and when it is shown, in pictures since the first. */
interface Picture {
  readonly path: string;
  readonly pts: number;
}

/** Whether a path may name a sequence. */
export function isSequencePath(path: string): boolean {
  return numberPattern('demuxer.source', path) !== null || hasWildcards(path);
}

/**
 * Opens a sequence: with a number in the name (`frame-%04d.png`), the number says when a picture is shown, and a missing one is told as
 * a problem; with wildcards (`*.png`), pictures follow each other in the order of their names. Null if there is a file of exactly
 * that name. Throws `ConfigError` if there is no picture, `FormatError` for a file that is none.
 */
export async function openSequence(
  path: string,
  options: SequenceReadOptions = {},
): Promise<ContainerReader | null> {
  const where = 'image2.options';
  rejectUnknownKeys(where, options, ['frameRate', 'startNumber', 'limits']);
  const frameRate = requireFrameRate(`${where}.frameRate`, options.frameRate ?? DEFAULT_FRAME_RATE);
  const { startNumber = 0, limits } = options;
  requireInteger(`${where}.startNumber`, startNumber, 0, Number.MAX_SAFE_INTEGER);
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  const folder = path.slice(0, slash + 1);
  const names = await listFolder(folder);
  if (names.includes(path.slice(slash + 1))) return null;
  const problems: Problem[] = [];
  const pictures =
    numbered(path, folder, names, options, problems) ?? matching(path, folder, names);
  if (pictures.length === 0) throw new ConfigError('path', `there is no file ${path}`);
  const first = await readPicture(pictures[0]!.path, limits);
  const kind = imageKindOf(first);
  if (kind === undefined) throw notPicture(pictures[0]!.path);
  const stream = streamOf(kind, first, frameRate);
  return {
    format: 'image2',
    streams: [stream],
    problems,
    packets: () => packetsOf(pictures, stream, first, { limits, problems }),
  };
}

/** The files of a name with a number, by their numbers; null if the name has none. */
function numbered(
  path: string,
  folder: string,
  names: readonly string[],
  { startNumber = 0 }: SequenceReadOptions,
  problems: Problem[],
): Picture[] | null {
  const pattern = numberPattern('demuxer.source', path);
  if (pattern === null) return null;
  const numbers = names
    .map((name) => pattern.numberOf(folder + name))
    .filter((number) => number !== undefined && number >= startNumber)
    .sort((a, b) => a! - b!) as number[];
  const [first = 0] = numbers;
  numbers.forEach((number, i) => {
    const missing = i === 0 ? 0 : number - numbers[i - 1]! - 1;
    if (missing === 0) return;
    const from = pattern.nameOf(number - missing);
    const what = missing === 1 ? `${from} is` : `${from} and ${missing - 1} more are`;
    report(problems, -1, `${what} missing; the picture before is shown in their place`);
  });
  return numbers.map((number) => ({ path: pattern.nameOf(number), pts: number - first }));
}

/** The files that a name with wildcards names, in the order of their names, numbers in them by their value. */
function matching(path: string, folder: string, names: readonly string[]): Picture[] {
  if (hasWildcards(folder)) {
    throw new ConfigError('path', `${path} has wildcards in a folder, allowed is the file's name`);
  }
  const isNamed = wildcardTest(path.slice(folder.length));
  return names
    .filter(isNamed)
    .sort(inOrder)
    .map((name, pts) => ({ path: folder + name, pts }));
}

/** Names as people sort them: runs of digits by the number that they are. The same on every machine. */
function inOrder(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.match(/\d+|\D+/g) ?? []);
  for (let i = 0; i < Math.min(left!.length, right!.length); i++) {
    const [x, y] = [left![i]!, right![i]!];
    const difference = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : 0;
    if (difference !== 0) return difference;
    if (x !== y) return x < y ? -1 : 1;
  }
  return left!.length - right!.length;
}

async function* packetsOf(
  pictures: readonly Picture[],
  stream: VideoStreamInfo,
  first: Uint8Array,
  { limits, problems }: { limits: LimitOptions | undefined; problems: Problem[] },
): AsyncGenerator<ReadPacket> {
  for (const [i, { path, pts }] of pictures.entries()) {
    const data = i === 0 ? first : await readPicture(path, limits);
    requireAlike(path, data, stream, pictures[0]!.path);
    const more = morePictures(data);
    if (more !== null) report(problems, -1, `${path}: ${more}; its first picture is taken`);
    const duration = (pictures[i + 1]?.pts ?? pts + 1) - pts;
    yield { streamIndex: 0, packet: { data, pts, dts: pts, duration, isKey: true } };
  }
}

async function readPicture(path: string, limits: LimitOptions | undefined): Promise<Uint8Array> {
  const source = await openSource('demuxer.source', path);
  try {
    const options = { maxPacketBytes: SINGLE_PACKET_BYTES, ...limits };
    return await readWhole(source, new Budget(path, source, options));
  } finally {
    await source.close();
  }
}

/** A stream has pictures of one codec and one size. */
function requireAlike(
  path: string,
  data: Uint8Array,
  stream: VideoStreamInfo,
  first: string,
): void {
  const kind = imageKindOf(data);
  if (kind === undefined) throw notPicture(path);
  if (kind.codec !== stream.codec) {
    throw new UnsupportedError(path, `is ${kind.codec}, but ${first} is ${stream.codec}`);
  }
  const { width, height } = kind.describe(data);
  if (width !== stream.width || height !== stream.height) {
    const sizes = `${width}x${height}, but ${first} is ${stream.width}x${stream.height}`;
    throw new UnsupportedError(path, `is ${sizes}; all pictures of a stream have one size`);
  }
}

function notPicture(path: string): FormatError {
  return new FormatError(path, 'is no picture file that is known', 0);
}
