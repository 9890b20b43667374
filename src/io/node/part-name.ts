/**
 * Names of files in progress. They are random, so that two writers never meet; and they say who writes, so that a file whose
 * writer is gone (killed, machine restarted) can be told from one that still grows, and removed.
 *
 * `film.mp4.HOST-BOOT-SPACE-PID-START-RANDOM.part`: host, run of the machine and process namespace each as a short hash, the
 * number of the process, and when that began.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';

/** The process that writes a file. Where the system does not tell (no `/proc`), fields are those of the empty text. */
interface Writer {
  readonly host: string;
  readonly boot: string;
  readonly space: string;
  readonly pid: number;
  /** When the process began, in the system's own unit, base 36. */
  readonly start: string;
}

const PATTERN =
  /^([0-9a-f]{6})-([0-9a-f]{6})-([0-9a-f]{6})-(\d{1,10})-([0-9a-z]{1,14})-[0-9a-f]{10}\.part$/;

/** Bytes of a name that stay free for what is put behind it: file systems allow 255 in all. */
const MAX_PREFIX_BYTES = 180;

/** A file of a writer that cannot be asked for is taken for left behind when nobody has written to it for so long. */
const SILENT_MS = 24 * 3600 * 1000;
const SILENT_NEARBY_MS = 3600 * 1000;

let self: Writer | null = null;

function thisWriter(): Writer {
  self ??= {
    host: shortHash(hostname()),
    boot: shortHash(textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))),
    space: shortHash(textOf(() => readlinkSync('/proc/self/ns/pid'))),
    pid: process.pid,
    start: startOf('self'),
  };
  return self;
}

/** A name for what is being written for `target`, in `folder`. */
export function newPartName(target: string, folder: string): string {
  const { host, boot, space, pid, start } = thisWriter();
  const random = randomBytes(5).toString('hex');
  const name = `${prefixOf(target)}${host}-${boot}-${space}-${pid}-${start}-${random}.part`;
  return join(folder, name);
}

/** Removes the files in progress for `target` in `folder` whose writers are gone. Never throws. */
export function removeLeftBehind(target: string, folder: string): void {
  const prefix = prefixOf(target);
  try {
    for (const name of readdirSync(folder)) {
      if (name.startsWith(prefix) && isLeftBehind(name.slice(prefix.length), join(folder, name))) {
        unlinkSync(join(folder, name));
      }
    }
  } catch {
    // A folder that cannot be listed, or a file that is not ours to remove: what is there stays.
  }
}

function isLeftBehind(suffix: string, path: string): boolean {
  const match = PATTERN.exec(suffix);
  if (match === null) return false;
  const own = thisWriter();
  const [, host, boot, space, pid, start] = match;
  const silentMs = Date.now() - statSync(path).mtimeMs;
  if (host !== own.host) return silentMs > SILENT_MS;
  // The machine was started again since.
  if (boot !== own.boot) return true;
  // Another process namespace cannot be looked into. The same number in it is what a container has when it is started
  // again; should both be alive after all, the other one finds its file gone and puts it back (path-sink.ts).
  if (space !== own.space) return Number(pid) === own.pid || silentMs > SILENT_NEARBY_MS;
  return !isAlive(Number(pid), start!);
}

/** Whether the process that had this number and began then still runs; true if that cannot be known. */
function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startOf(String(pid));
  return now === UNKNOWN_START || now === start;
}

const UNKNOWN_START = '0';

/** `starttime` of a process, field 22 of `/proc/PID/stat`; the name in field 2 may hold anything but ends with the last `)`. */
function startOf(pid: string): string {
  const text = textOf(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const field = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  return field !== undefined && /^\d+$/.test(field) ? Number(field).toString(36) : UNKNOWN_START;
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}

/** The file's own name with a dot, cut if it is so long that nothing could be put behind it. */
function prefixOf(target: string): string {
  const name = Buffer.from(basename(target));
  return `${name.length <= MAX_PREFIX_BYTES ? name.toString() : shortHash(name.toString())}.`;
}
