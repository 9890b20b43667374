/** Where a name of the command line leads, so that two names of one file are known for what they are. */
import { type BigIntStats, fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { hasWildcards, numberPattern, wildcardTest } from '../io/index.ts';
import { linkTarget } from '../io/node/output-file.ts';

/** A file, there or to be, or the files of a sequence. */
export interface FilePlace {
  /** The same for all names of a file; null for what no writing spoils: a terminal, `/dev/null`. */
  readonly id: string | null;
  /** The folder, by the same rule, and the name in it. */
  readonly folder: string;
  readonly base: string;
  /** Whether a file of that name in the folder is one of the sequence; absent where the name is that of one file. */
  has?(base: string): boolean;
}

/**
 * The place of a name: through symbolic links, also to a file that is not there yet.
 * @param descriptor what `-` stands for: 0 for an input, 1 for an output
 */
export async function placeOf(name: string, descriptor: 0 | 1): Promise<FilePlace> {
  if (name === '-') return { id: standardId(descriptor), folder: '', base: '' };
  const target = await linkTarget(resolve(name)).catch(() => resolve(name));
  const base = basename(target);
  const folder = await stat(dirname(target), { bigint: true }).then(idOf, () => dirname(target));
  const found = await stat(name, { bigint: true }).catch(() => null);
  if (found !== null) {
    return { id: found.isCharacterDevice() ? null : idOf(found), folder, base };
  }
  const has = sequenceTest(base, descriptor);
  const place = { id: `${folder}/${base}`, folder, base };
  return has === null ? place : { ...place, has };
}

/** Whether a file is at a place, or one of the files there. */
export function isAt(file: FilePlace, place: FilePlace): boolean {
  if (file.id !== null && file.id === place.id) return true;
  return file.folder === place.folder && place.has?.(file.base) === true;
}

function idOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

function standardId(descriptor: 0 | 1): string | null {
  try {
    const found = fstatSync(descriptor, { bigint: true });
    return found.isCharacterDevice() ? null : idOf(found);
  } catch {
    return null;
  }
}

/** The names that a pattern stands for; null if it is none. Wildcards are for inputs. */
function sequenceTest(base: string, descriptor: 0 | 1): ((name: string) => boolean) | null {
  if (descriptor === 0 && hasWildcards(base)) return wildcardTest(base);
  try {
    const pattern = numberPattern('FILE', base);
    return pattern === null ? null : (name) => pattern.numberOf(name) !== undefined;
  } catch {
    // With two numbers it is refused where it is opened.
    return null;
  }
}
