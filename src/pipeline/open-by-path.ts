/** Paths that are not one file each, such as sequences of pictures: their readers open what they need themselves. */
import type { ByteSource } from '../base/byte-stream.ts';
import type { ContainerReader } from '../base/container.ts';
import type { Origin } from '../io/open.ts';
import type { DemuxerOptions } from './demuxer.ts';

/** In the place of a source, for readers that open their files themselves. */
export const NO_SOURCE: ByteSource = {
  size: null,
  read: async () => new Uint8Array(0),
  async close() {},
};

/** Options for the reader of a format: its own, and the limits. */
export function readerOptionsOf({
  readerOptions,
  limits,
}: DemuxerOptions): Readonly<Record<string, unknown>> {
  return { ...readerOptions, ...(limits === undefined ? {} : { limits }) };
}

/** Opens a path that names no single file, such as a sequence of pictures; null for other paths. */
export async function openByPath(
  origin: Origin,
  options: DemuxerOptions,
): Promise<ContainerReader | null> {
  const { format, formats = [] } = options;
  if (typeof origin !== 'string') return null;
  const asked = typeof format === 'object' ? [format] : formats;
  for (const { name, isPath, openPath } of asked) {
    const isAsked = typeof format !== 'string' || format === name;
    if (!isAsked || isPath?.(origin) !== true) continue;
    const reader = await openPath!(origin, readerOptionsOf(options));
    if (reader !== null) return reader;
  }
  return null;
}
