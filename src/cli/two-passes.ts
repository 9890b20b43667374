/** Two passes: the first leaves statistics in a file (`--pass-log`), with which the second spreads the bits over the whole film. */
import { readFile } from 'node:fs/promises';
import type { ByteSink } from '../base/byte-stream.ts';
import { ConfigError, messageOf } from '../base/errors.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { type FormatDescription, findFormat } from '../pipeline/format.ts';
import type { VideoEncoder } from '../pipeline/video-encoder.ts';
import { FORMATS } from './format-list.ts';
import type { OptionTable } from './options.ts';
import type { OutputFile } from './output-file.ts';
import type { OutputFiles } from './output-files.ts';
import { COPY, outputFormat, pictureCodec } from './output-format.ts';

/** The default file of statistics. */
const DEFAULT_LOG = 'vitrine2pass.json';

/** Options of `vitrine encode`. */
// biome-ignore format: one line per option
export const PASS_OPTIONS = {
  pass: { kind: 'integer', meta: 'N', min: 1, max: 2, help: 'two passes of H.264: 1 writes statistics only, 2 codes with them; with --bitrate-video' },
  'pass-log': { kind: 'text', meta: 'FILE', help: `where the statistics are (${DEFAULT_LOG})` },
} as const satisfies OptionTable;

/** What the options say. */
interface PassValues {
  readonly pass?: number;
  readonly 'pass-log'?: string;
}

/** The file of statistics. */
export function passLogOf(values: PassValues): string {
  return values['pass-log'] ?? DEFAULT_LOG;
}

/**
 * Throws `ConfigError` if a pass is of an output that is not H.264. A first pass may name an output of no known kind (`null`): nothing
 * goes there.
 */
export function requirePassCodec(
  path: string,
  values: PassValues & { readonly format?: string; readonly 'codec-video'?: string },
): void {
  if (values.pass === undefined) return;
  const format = knownFormat(path, values.format);
  const asked = values['codec-video'];
  const codec = pictureCodec(format, asked);
  const isOpen = asked === COPY || (codec === undefined && format === undefined);
  if (codec === 'h264' || isOpen) return;
  throw new ConfigError(
    '--pass',
    `two passes are of H.264; the codec of pictures for ${path} is ${codec ?? 'none'}`,
  );
}

/** The kind of a file; undefined if nobody knows it. */
function knownFormat(path: string, name: string | undefined): FormatDescription | undefined {
  try {
    return findFormat(FORMATS, outputFormat(path, name));
  } catch {
    return undefined;
  }
}

/** Options of the encoder of H.264 for the pass. Throws `ConfigError` if there are no statistics for the second. */
export async function passOptions(values: PassValues): Promise<object> {
  const { pass } = values;
  if (pass === undefined) {
    if (values['pass-log'] !== undefined) throw new ConfigError('--pass-log', 'needs --pass');
    return {};
  }
  if (pass === 1) return { collectStatistics: true };
  const path = passLogOf(values);
  try {
    return { statistics: JSON.parse(await readFile(path, 'utf8')) };
  } catch (error) {
    throw new ConfigError(
      '--pass',
      `${path} has no statistics of a first pass: ${messageOf(error)}`,
    );
  }
}

/** Writes what the first pass has found. */
export async function writePassLog(
  encoder: VideoEncoder,
  values: PassValues,
  files: OutputFiles,
): Promise<void> {
  await files.writeSideFile(passLogOf(values), encodeUtf8(JSON.stringify(encoder.statistics)));
}

/** Instead of the output of a first pass: counts the bytes that it would have. */
export function discardingOutput(): OutputFile {
  let size = 0;
  const sink: ByteSink = {
    seekable: false,
    write(bytes) {
      size += bytes.length;
    },
    writeAt() {},
    close() {},
    abort() {},
  };
  return { sink, isStandard: false, size: () => size, source: () => null };
}
