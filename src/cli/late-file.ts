/**
 * A file that is opened when there is something to write: a picture is coded in one piece, and while nothing is on the disk a signal
 * ends the program at once (signals.ts).
 */
import { stat } from 'node:fs/promises';
import { StateError } from '../base/errors.ts';
import type { HeldSink } from '../io/node/path-sink.ts';

/**
 * A sink that opens its file by `open` with the first write. It has been opened once before, so that a name that cannot be written is
 * told before the work. Pipes and devices are opened at once.
 */
export async function openLate(path: string, open: () => Promise<HeldSink>): Promise<HeldSink> {
  const found = await stat(path).catch(() => null);
  const file = await open();
  if ((found !== null && !found.isFile()) || !file.seekable) return file;
  await file.abort();
  return new LateSink(open);
}

class LateSink implements HeldSink {
  readonly seekable = false;
  private readonly open: () => Promise<HeldSink>;
  private file: HeldSink | null = null;

  constructor(open: () => Promise<HeldSink>) {
    this.open = open;
  }

  get size(): number {
    return this.file?.size ?? 0;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.file ??= await this.open();
    await this.file.write(bytes);
  }

  writeAt(): never {
    throw new StateError('--output', 'pictures are written from start to end');
  }

  readAt(): never {
    throw new StateError('--output', 'pictures are not read again');
  }

  async close(): Promise<void> {
    await this.file?.close();
  }

  async commit(): Promise<void> {
    await this.file?.commit();
  }

  async abort(): Promise<void> {
    await this.file?.abort();
  }
}
