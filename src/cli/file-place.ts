/** Where a name of the command line leads, so that two names of one file are known for what they are. */
import { type BigIntStats, fstatSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
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

/** The place of an input: of a file, of standard input, or of a sequence if there is no file of that name. */
export async function placeOfInput(name: string): Promise<FilePlace> {
  if (name === '-') return standardPlace(0);
  const place = await placeOf(name);
  const test = place.isThere ? null : (numberTest(place.base) ?? wildcards(place.base));
  return test === null ? place : { ...place, has: test };
}

/** The place of a result: of a file, of standard output, or of a sequence. */
export async function placeOfResult(name: string, isSequence: boolean): Promise<FilePlace> {
  if (name === '-') return standardPlace(1);
  const place = await placeOf(name);
  const test = isSequence ? numberTest(place.base) : null;
  return test === null ? place : { ...place, has: test };
}

/** The place of one file: through symbolic links, also to a file that is not there yet. */
export async function placeOf(name: string): Promise<FilePlace & { readonly isThere: boolean }> {
  const target = await linkTarget(resolve(name)).catch(() => resolve(name));
  const base = basename(target);
  const folder = await stat(dirname(target), { bigint: true }).then(idOf, () => dirname(target));
  const found = await stat(name, { bigint: true }).catch(() => null);
  if (found !== null) {
    const id = found.isCharacterDevice() ? null : idOf(found);
    return { id, folder, base, isThere: true };
  }
  return { id: `${folder}/${base}`, folder, base, isThere: false };
}

/** Whether a file that is there belongs to both places. */
export async function overlap(one: FilePlace, other: FilePlace, folder: string): Promise<boolean> {
  if (isAt(one, other) || isAt(other, one)) return true;
  const { has } = one;
  if (has === undefined || other.has === undefined || one.folder !== other.folder) return false;
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => has(name) && other.has?.(name) === true);
}

/** Whether a file is at a place, or one of the files there. */
export function isAt(file: FilePlace, place: FilePlace): boolean {
  if (file.id !== null && file.id === place.id) return true;
  return file.folder === place.folder && place.has?.(file.base) === true;
}

function idOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

function standardPlace(descriptor: 0 | 1): FilePlace {
  const place = { id: null, folder: '', base: '' };
  try {
    const found = fstatSync(descriptor, { bigint: true });
    return found.isCharacterDevice() ? place : { ...place, id: idOf(found) };
  } catch {
    return place;
  }
}

/** Whether a name is one of a pattern with a number (`frame-%04d.png`); null if that is none. */
function numberTest(base: string): ((name: string) => boolean) | null {
  try {
    const pattern = numberPattern('FILE', base);
    return pattern === null ? null : (name) => pattern.numberOf(name) !== undefined;
  } catch {
    // With two numbers it is refused where it is opened.
    return null;
  }
}

function wildcards(base: string): ((name: string) => boolean) | null {
  return hasWildcards(base) ? wildcardTest(base) : null;
}
