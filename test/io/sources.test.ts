/** Sources: memory, blobs, files and streams give the same bytes at the same positions. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ConfigError, FormatError, StateError } from '../../src/base/errors.ts';
import { type Origin, openSource, StreamSource } from '../../src/io/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SIZE = 200_000;
const bytes = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7 + (i >> 8)) & 255);
const path = join(folder, 'bytes');
writeFileSync(path, bytes);

function* chunks(): Generator<Uint8Array> {
  for (let at = 0; at < SIZE; at += 777) yield bytes.subarray(at, at + 777);
}

const ORIGINS: [string, () => Origin, number | null][] = [
  ['bytes', () => bytes, SIZE],
  ['an ArrayBuffer', () => bytes.buffer as ArrayBuffer, SIZE],
  ['a Blob', () => new Blob([bytes]), SIZE],
  ['a path', () => path, SIZE],
  ['a URL', () => pathToFileURL(path), SIZE],
  ['a ReadableStream', () => new Blob([bytes]).stream(), null],
  ['a stream of Node', () => Readable.from(chunks()), null],
  ['a stream without iteration', () => withoutIteration(new Blob([bytes]).stream()), null],
];

function withoutIteration(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return { getReader: () => stream.getReader() } as ReadableStream<Uint8Array>;
}

test.each(ORIGINS)('%s', async (_, origin, size) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ at: fc.nat(SIZE + 1000), length: fc.nat(100_000) }), { maxLength: 6 }),
      async (reads) => {
        const source = await openSource('test', origin());
        expect(source.size).toBe(size);
        for (const { at, length } of reads) {
          const got = await source.read(at, length);
          expect(Buffer.from(got).equals(bytes.subarray(at, at + length))).toBe(true);
        }
        await source.read(SIZE, 1);
        expect(source.size).toBe(SIZE);
        await source.close();
      },
    ),
    { seed: 5, numRuns: 15 },
  );
});

test('a stream keeps only its window', async () => {
  const source = new StreamSource(Readable.from(chunks()), { windowBytes: 1000 });
  await source.read(0, 10);
  await source.read(5000, 10);
  expect((await source.read(4500, 3))[0]).toBe(bytes[4500]);
  await expect(source.read(0, 10)).rejects.toThrow(StateError);
  await expect(source.read(0, 10)).rejects.toThrow(/position 0 was dropped/);
});

test('what cannot be read is refused', async () => {
  await expect(openSource('test', join(folder, 'no'))).rejects.toThrow(/cannot read .*ENOENT/);
  await expect(openSource('test', folder)).rejects.toThrow(/is a folder/);
  await expect(openSource('test', 5 as unknown as Origin)).rejects.toThrow(ConfigError);
  const text = await openSource('test', Readable.from(['text']));
  await expect(text.read(0, 1)).rejects.toThrow(FormatError);
  const closed = await openSource('test', path);
  await closed.close();
  await expect(closed.read(0, 1)).rejects.toThrow(StateError);
});
