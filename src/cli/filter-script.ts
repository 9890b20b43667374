/** Filters that are written in a file, as ffmpeg's `-filter_complex_script` names one. */
import { readFileSync } from 'node:fs';
import { ConfigError, messageOf } from '../base/errors.ts';

/** The filters of a file, without the line ends around them. Throws `ConfigError` naming the option if it cannot be read. */
export function readFilterScript(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(option, `${path} cannot be read: ${messageOf(error)}`);
  }
}
