/** A file without a name that lasts as long as it is open: where streams are kept that must be read backwards. */
import { randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpillStore } from '../spill-source.ts';
import { noteFinished, noteUnfinished } from './unfinished-files.ts';

/** Opens one in the system's folder for temporary files. Rejects with what the system says if that cannot be. */
export async function openTemporaryFile(): Promise<SpillStore> {
  const path = join(tmpdir(), `vitrine-${randomBytes(8).toString('hex')}.tmp`);
  const handle = await open(path, 'wx+', 0o600);
  noteUnfinished(path);
  // An open file needs no name, and one without a name cannot be left behind. Windows keeps names until a file is closed.
  const remove = async () => {
    await unlink(path);
    noteFinished(path);
  };
  const isRemoved = await remove().then(
    () => true,
    () => false,
  );
  let isOpen = true;
  return {
    async write(position, bytes) {
      for (let done = 0; done < bytes.length; ) {
        const count = bytes.length - done;
        const { bytesWritten } = await handle.write(bytes, done, count, position + done);
        done += bytesWritten;
      }
    },
    async read(position, length) {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes;
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await handle.close();
      if (!isRemoved) await remove().catch(() => {});
    },
  };
}
