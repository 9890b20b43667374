/** Which kind of file an output is: by `--format`, else by its extension; and which codec its pictures have. */

import { ConfigError } from '../base/errors.ts';
import { requireCodec } from '../pipeline/find-codec.ts';
import { chooseFormat, type FormatDescription } from '../pipeline/format.ts';
import { CODECS } from './codec-list.ts';
import { FORMATS } from './format-list.ts';

/** The codec that leaves packets as they are. */
export const COPY = 'copy';

/**
 * Name of the format, as `Muxer` takes it. Besides the extensions of the formats, the names of those that have none are
 * taken for them: `sound.s16le`. Throws `ConfigError` if neither tells.
 */
export function outputFormat(path: string, name: string | undefined): string {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  const isName = FORMATS.some((format) => format.name === extension && !format.extensions.length);
  const given = name ?? (isName ? extension : undefined);
  if (path === '-' && given === undefined) {
    const allowed = FORMATS.map((format) => format.name).join(', ');
    throw new ConfigError('--format', `needed where the output is -, allowed are ${allowed}`);
  }
  return chooseFormat(path === '-' ? null : path, given, FORMATS).name;
}

/** Formats whose files `--movflags` lays out. */
const LAID_OUT: readonly string[] = ['mp4', 'm4a', 'mov'];

/** The container's option that `--movflags` stands for. Throws `ConfigError` where the output is of another format. */
export function layoutOptions(format: string, movflags: string | undefined): object {
  if (movflags === undefined) return {};
  if (!LAID_OUT.includes(format)) {
    throw new ConfigError(
      '--movflags',
      `the output is ${format}, allowed are ${LAID_OUT.join(', ')}`,
    );
  }
  return { [movflags]: true };
}

/**
 * Name of the codec of an output's pictures: the one that was asked for, else the format's own; undefined where they are copied, or
 * neither names one. Throws `ConfigError` for a name that nobody knows.
 */
export function pictureCodec(
  format: FormatDescription | undefined,
  asked: string | undefined,
): string | undefined {
  const name = asked ?? format?.defaultVideo;
  if (name === undefined || name === COPY) return undefined;
  return requireCodec('--codec-video', name, 'video', CODECS).name;
}
