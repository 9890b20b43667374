/** Large pictures from file to file by rows: `vitrine encode photo.jpg photo.png` in memory for some rows, whatever the size. */
import { stat } from 'node:fs/promises';
import type { ReadPacket } from '../base/container.ts';
import { ConfigError } from '../base/errors.ts';
import type { VideoStreamInfo } from '../base/packet.ts';
import { type PictureRows, pixFmtInfo, type RowWriter } from '../frames/index.ts';
import type { VideoRequest } from '../pipeline/codec.ts';
import { videoEncodeConfig } from '../pipeline/encode-config.ts';
import { findFormat } from '../pipeline/format.ts';
import type { ImageCodec } from '../pipeline/image-codec.ts';
import { rowsPixFmt, transcodeRows } from '../pipeline/transcode-rows.ts';
import { videoRequest } from '../pipeline/video-encoder.ts';
import { CODECS } from './codec-list.ts';
import type { Output } from './command.ts';
import type { Values } from './encode-options.ts';
import { report, type Tally } from './encode-report.ts';
import { FORMATS } from './format-list.ts';
import { imageCodecOf, isImageFormat } from './image-options.ts';
import { fractionRead, type Input, isPictureFile } from './open-input.ts';
import { given } from './options.ts';
import type { OutputFiles } from './output-files.ts';
import { sequenceOf } from './overwrite.ts';
import { loadPictureCodec, pictureLimits } from './picture-input.ts';
import { picturePlan } from './picture-plan.ts';
import { requireSound, type ToldFile, tellProblems } from './problems.ts';
import { Progress } from './progress.ts';

/** Choice: bytes of samples from which on pictures go by rows, so that 256 MB are enough for all of them. */
const ROWS_FROM = 16 << 20;

/**
 * The same for codecs whose files are others by rows: PNG tries filters, fewer bits and palettes on a picture that is whole, and BMP
 * begins at the lowest row. Pictures of fewer bytes take 221 MB at most when they are whole.
 */
const OTHERWISE_FROM = 48 << 20;
const OTHERWISE: readonly string[] = ['png', 'bmp'];

/** Options that say nothing against it; with any other, pictures are held whole. */
const ALLOWED: readonly (keyof Values)[] = [
  ...(['output', 'format', 'overwrite', 'no-overwrite', 'limits', 'strict', 'json'] as const),
  ...(['codec-video', 'qscale', 'compression-level', 'no-metadata', 'frames'] as const),
  ...(['quality', 'subsampling', 'progressive', 'baseline', 'effort', 'compression'] as const),
];

/** Where the result goes. */
interface Goal {
  readonly path: string;
  readonly format: string;
  readonly files: OutputFiles;
}

/** A picture that goes by rows. */
interface RowJob {
  readonly rows: PictureRows;
  readonly writer: RowWriter;
  readonly request: VideoRequest;
}

/**
 * Encodes by rows, and gives a function that tells what was made; null, with nothing done, where that cannot be or is not worth it. Throws
 * `ConfigError` if the input has more than one picture.
 */
export async function encodeByRows(
  inputs: readonly Input[],
  goal: Goal,
  values: Values,
  output: Output,
): Promise<(() => void) | null> {
  const [input] = inputs;
  const stream = input?.reader.streams[0];
  if (stream?.kind !== 'video' || inputs.length > 1 || !isPlain(goal, values)) return null;
  const isOther = OTHERWISE.includes(imageCodecOf(goal.format, undefined)!.name);
  if (!isPictureFile(input!.reader.format)) return null;
  if (bytesOf(stream) < (isOther ? OTHERWISE_FROM : ROWS_FROM)) return null;
  // Pictures of a pipe that follow each other are read once.
  if (input!.source.size === null) return null;
  const packets = input!.reader.packets();
  try {
    const job = await openJob(input!, stream, packets, goal, values);
    return job === null ? null : await writeJob(job, input!, goal, values, output);
  } finally {
    await packets.return(undefined);
  }
}

/** Whether one picture goes to one file, and nothing is done to it on the way. */
function isPlain({ path, format }: Goal, values: Values): boolean {
  const names = Object.keys(values) as (keyof Values)[];
  const isAllowed = (name: keyof Values) => values[name] === undefined || ALLOWED.includes(name);
  const isOne = isImageFormat(format) && sequenceOf(path, {}) === null;
  const codec = findFormat(FORMATS, format)?.defaultVideo;
  const asked = imageCodecOf(format, values['codec-video']);
  return isOne && names.every(isAllowed) && asked?.name === codec;
}

/** Bytes of the samples of a picture, when it is whole. */
function bytesOf({ width, height, pixFmt }: VideoStreamInfo): number {
  const { samplesPerPixel, bytesPerSample, model } = pixFmtInfo(pixFmt as 'rgb24');
  return width * height * bytesPerSample * (model === 'yuv' ? 3 : samplesPerPixel[0]!);
}

async function openJob(
  { name, limits }: Input,
  stream: VideoStreamInfo,
  packets: AsyncGenerator<ReadPacket>,
  { path, format }: Goal,
  values: Values,
): Promise<RowJob | null> {
  const decoder = await loadPictureCodec(stream);
  const first = await packets.next();
  if (first.done === true || decoder?.openRows === undefined) return null;
  const { data } = first.value.packet;
  const rows = decoder.openRows(data, pictureLimits(data, limits));
  if (rows === null) return null;
  const target = imageCodecOf(format, values['codec-video'])!;
  const plan = picturePlan(format, target, rows.metadata, values);
  if (plan.isTurned) return null;
  const codec = (await CODECS.find((listed) => listed.name === target.name)!.load()) as ImageCodec;
  const request = requestFor(rows, stream, codec, { format, values, config: plan.config });
  const writer = codec.openRowWriter(request);
  if (writer === null || (writer.goesBack && !(await isPlainFile(path)))) return null;
  if (values.frames === undefined && (await packets.next()).done !== true) {
    throw new ConfigError(
      name,
      'has more than one picture, and the output is one file; name a sequence (frame-%04d.png), or give --frames 1',
    );
  }
  return { rows, writer, request };
}

function requestFor(
  rows: PictureRows,
  stream: VideoStreamInfo,
  codec: ImageCodec,
  { format, values, config }: { format: string; values: Values; config: object },
): VideoRequest {
  const { width, height } = rows;
  const asked = videoEncodeConfig({
    ...{ width, height, pixFmt: rowsPixFmt(rows), frameRate: stream.frameRate! },
    ...given({
      qscale: values.qscale,
      compressionLevel: values['compression-level'],
      sampleAspectRatio: stream.sampleAspectRatio,
    }),
  });
  const options = { ...findFormat(FORMATS, format)!.videoDefaults, ...config };
  return videoRequest(asked, options, codec.pixFmts);
}

/** Whether a path is a file, or nothing yet: pipes cannot go back. */
async function isPlainFile(path: string): Promise<boolean> {
  if (path === '-') return false;
  const found = await stat(path).catch(() => null);
  return found === null || found.isFile();
}

async function writeJob(
  { rows, writer, request }: RowJob,
  input: Input,
  { path, files }: Goal,
  values: Values,
  output: Output,
): Promise<() => void> {
  const file = await files.openResult(path);
  const told: readonly ToldFile[] = [input];
  const progress = new Progress(output, () => fractionRead([input]));
  const before = performance.now();
  try {
    await transcodeRows(rows, writer, request, file.sink);
    if (values.strict === true) requireSound(told);
    await file.sink.close();
  } catch (error) {
    await file.sink.abort(error);
    throw error;
  } finally {
    progress.end();
  }
  tellProblems(told, output);
  const encodeSeconds = (performance.now() - before) / 1000;
  const [count, per] = request.frameRate;
  const tally: Tally = {
    ...{ frames: 1, samples: 0, copied: 0, encodeSeconds, mediaSeconds: per / count },
  };
  return () => {
    if (file.isStandard) return;
    report(path, file.size(), tally, { psnr: null, stats: null, analysis: null }, values, output);
  };
}
