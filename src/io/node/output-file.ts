/**
 * A file that only appears when it is complete: it is written under another name, and takes its own when all is on the disk.
 * An older file of the name stays until then, and gives its mode and owner to the new one.
 */
import { constants, type Stats } from 'node:fs';
import {
  access,
  type FileHandle,
  lstat,
  open,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { ConfigError, IoError, messageOf } from '../../base/errors.ts';
import { newPartName, removeLeftBehind } from './part-name.ts';
import { isUnfinished, noteFinished, noteUnfinished } from './unfinished-files.ts';

const COPY_BYTES = 1 << 20;
const PERMISSIONS = 0o777;
/** The most symbolic links in a row that Linux follows. */
const MAX_LINKS = 40;

/** A file in progress. */
export interface OutputFile {
  readonly handle: FileHandle;
  /** Whether it is written under another name. If not (a pipe, a device), it is there as it is written. */
  readonly isPart: boolean;
  /** Gives the file its name; `handle` is closed. A failure before that leaves the older file as it was. */
  commit(): Promise<void>;
  /** Closes and removes what was written, unless `commit` said that it is kept. */
  discard(): Promise<void>;
}

/**
 * Begins a file. A pipe or a device is opened as it is. Throws what the system says, and `ConfigError` for a folder.
 * @param path absolute or from the working folder of now; a symbolic link is followed, also one to a file that is not there yet
 */
export async function beginOutputFile(path: string): Promise<OutputFile> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new ConfigError('path', `${path} is a folder, needed is a file`);
  if ((found !== null && !found.isFile()) || isOpenFile(path)) return openAsItIs(path);
  const target = await linkTarget(resolve(path));
  if (found !== null) await access(target, constants.W_OK);
  return beginPart(target, found);
}

/** Whether the path is a name of a file that somebody has open already: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`. */
function isOpenFile(path: string): boolean {
  return /^\/(dev\/(stdout|stderr|fd\/\d+)|proc\/[^/]+\/fd\/\d+)$/.test(resolve(path));
}

async function openAsItIs(path: string): Promise<OutputFile> {
  // Behind `>>` the file goes on where it ends, behind `>` it is empty: both are what appending does.
  const handle = await open(path, isOpenFile(path) ? 'a' : 'w');
  const close = () => handle.close();
  return { handle, isPart: false, commit: close, discard: close };
}

/** Where a path leads through symbolic links; the last name need not exist. */
export async function linkTarget(path: string): Promise<string> {
  let target = path;
  for (let count = 0; count < MAX_LINKS; count++) {
    const folder = await realpath(dirname(target));
    const found = await lstat(target).catch(() => null);
    if (found === null || !found.isSymbolicLink()) return target;
    target = resolve(folder, await readlink(target));
  }
  throw new ConfigError('path', `${path} is a chain of more than ${MAX_LINKS} symbolic links`);
}

async function beginPart(target: string, older: Stats | null): Promise<OutputFile> {
  const { handle, path } = await openPart(target, older);
  let isOpen = true;
  const close = async () => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    handle,
    isPart: true,
    async commit() {
      await handle.sync();
      await giveName(handle, path, target, older);
      noteFinished(path);
      await close();
      await syncFolder(dirname(target));
    },
    async discard() {
      await close();
      if (isUnfinished(path)) await unlink(path).catch(() => {});
      noteFinished(path);
    },
  };
}

/** A new file beside `target`; where its folder takes no new files but `target` can be written, one among the temporary ones. */
async function openPart(target: string, older: Stats | null) {
  // Whoever may not read the older file shall not read this one while it grows.
  const mode = older === null ? 0o666 : older.mode & PERMISSIONS;
  const openIn = async (folder: string) => {
    removeLeftBehind(target, folder);
    const path = newPartName(target, folder);
    // Before it is there: a signal may come between its making and what follows.
    noteUnfinished(path);
    try {
      return { handle: await open(path, 'wx+', mode), path };
    } catch (error) {
      noteFinished(path);
      throw error;
    }
  };
  try {
    return await openIn(dirname(target));
  } catch (error) {
    const isClosed = ['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error));
    if (!isClosed || older === null) throw error;
    return openIn(tmpdir());
  }
}

/**
 * The complete file takes the name of `target`: by a rename where that loses nothing of the older file, else by a copy into
 * it. A rename would lose the other names of a file (hard links) and an owner that this process may not set; it cannot be
 * done from another disk, into a folder that takes no new files, or onto a file that is mounted.
 */
async function giveName(handle: FileHandle, path: string, target: string, older: Stats | null) {
  if (older !== null && (older.nlink > 1 || !(await takeOver(handle, older)))) {
    return copyInto(handle, path, target);
  }
  await putBack(handle, path);
  try {
    await rename(path, target);
  } catch (error) {
    const cannotRename = ['EACCES', 'EPERM', 'EROFS', 'EXDEV', 'EBUSY'].includes(codeOf(error));
    if (!cannotRename || older === null) throw error;
    await copyInto(handle, path, target);
  }
}

/** Gives the file the mode and the owner of the older one. False if this process may not. */
async function takeOver(handle: FileHandle, older: Stats): Promise<boolean> {
  try {
    const { uid, gid } = await handle.stat();
    if (uid !== older.uid || gid !== older.gid) await handle.chown(older.uid, older.gid);
    await handle.chmod(older.mode & 0o7777);
    return true;
  } catch (error) {
    if (['EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP'].includes(codeOf(error))) return false;
    throw error;
  }
}

/** If somebody took the file in progress for one that was left behind and removed it: writes it again from its handle. */
async function putBack(handle: FileHandle, path: string): Promise<void> {
  const [own, there] = await Promise.all([handle.stat(), stat(path).catch(() => null)]);
  if (there !== null && there.ino === own.ino && there.dev === own.dev) return;
  const again = await open(path, 'wx', own.mode & PERMISSIONS);
  try {
    await copyBytes(handle, again);
    await again.sync();
  } finally {
    await again.close();
  }
}

/** Writes the file over `target`. It is complete where it is; if this fails, it stays there, and the error says where. */
async function copyInto(handle: FileHandle, path: string, target: string): Promise<void> {
  const out = await open(target, 'r+');
  try {
    const size = await copyBytes(handle, out);
    await out.truncate(size);
    await out.sync();
  } catch (error) {
    noteFinished(path);
    throw new IoError(
      'path',
      `cannot write ${target}: ${messageOf(error)}; the complete file is ${path}`,
      { cause: error },
    );
  } finally {
    await out.close();
  }
  await unlink(path).catch(() => {});
}

async function copyBytes(from: FileHandle, to: FileHandle): Promise<number> {
  const buffer = new Uint8Array(COPY_BYTES);
  for (let position = 0; ; ) {
    const { bytesRead } = await from.read(buffer, 0, COPY_BYTES, position);
    if (bytesRead === 0) return position;
    for (let done = 0; done < bytesRead; ) {
      const { bytesWritten } = await to.write(buffer, done, bytesRead - done, position + done);
      done += bytesWritten;
    }
    position += bytesRead;
  }
}

/** Lets the new name itself reach the disk. Systems that cannot do that for folders are not asked twice. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  await handle.sync().catch(() => {});
  await handle.close();
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? '');
}
