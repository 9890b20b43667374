/** Our streams and the platform's read each other. */
import { describe, expect, it } from 'vitest';
import { DeflateStream, InflateStream, type StreamFormat } from 'vitrine/deflate';
import { ConfigError, FormatError } from '../../../src/base/errors.ts';
import { KINDS } from './corpora.ts';

type Pair = ReadableWritablePair<Uint8Array, Uint8Array>;

async function through(bytes: Uint8Array, ...pairs: unknown[]): Promise<Uint8Array> {
  let stream = new Blob([bytes.slice()]).stream() as ReadableStream<Uint8Array>;
  for (const pair of pairs) stream = stream.pipeThrough(pair as Pair);
  return new Uint8Array(
    await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
}

describe('streams', () => {
  it.each(['deflate', 'deflate-raw', 'gzip'] as StreamFormat[])('%s', async (format) => {
    const bytes = KINDS.mixed(100_000, 8);
    const inflated = await through(
      bytes,
      new DeflateStream(format),
      new DecompressionStream(format),
    );
    expect(Buffer.compare(inflated, bytes)).toBe(0);
    const ours = await through(bytes, new CompressionStream(format), new InflateStream(format));
    expect(Buffer.compare(ours, bytes)).toBe(0);
  });

  it('fail as functions do', async () => {
    expect(() => new DeflateStream('zip' as 'gzip')).toThrow(ConfigError);
    await expect(through(new Uint8Array(9), new InflateStream('gzip'))).rejects.toThrow(
      FormatError,
    );
    await expect(through(new Uint8Array(0), new InflateStream('gzip'))).rejects.toThrow(
      FormatError,
    );
    const bomb = new DeflateStream('gzip');
    const limited = new InflateStream('gzip', { maxBytes: 1000 });
    await expect(through(new Uint8Array(100_000), bomb, limited)).rejects.toThrow(/maxBytes/);
  });
});
