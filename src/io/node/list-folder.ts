/** Names of files in a folder. */
import { readdir } from 'node:fs/promises';
import { ConfigError, messageOf } from '../../base/errors.ts';

/** The names, in no order. Throws `ConfigError` for what is no folder. */
export async function listFolder(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path === '' ? '.' : path);
  } catch (error) {
    const message = messageOf(error);
    throw new ConfigError('path', `cannot list ${path}: ${message}`, { cause: error });
  }
}
