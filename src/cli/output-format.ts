/** Which kind of file an output is: by `--format`, else by its extension. */

import { ConfigError } from '../base/errors.ts';
import { FORMATS } from '../pipeline/everything/registry.ts';
import { chooseFormat } from '../pipeline/format.ts';

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
