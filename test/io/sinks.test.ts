/** Sinks: the same bytes in memory, file and stream; what is left when something fails. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { ByteSink } from '../../src/base/byte-stream.ts';
import { ConfigError, StateError } from '../../src/base/errors.ts';
import { type Destination, MemorySink, openSink } from '../../src/io/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sinks-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** One step of a writer: bytes to append, or to put somewhere (a fraction of what is there). */
const step = fc.oneof(
  fc.record({ append: fc.oneof(fc.nat(3000), fc.constantFrom(0, 262143, 262144, 300000)) }),
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(600) }),
);

describe('files', () => {
  test('hold what a memory sink holds, whatever the order of writes', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const path = join(folder, `same-${run++}`);
        const memory = new MemorySink();
        const file = await openSink('test', path);
        let value = 1;
        for (const s of steps) {
          const length = 'append' in s ? s.append : Math.min(s.length, memory.size);
          const bytes = Uint8Array.from({ length }, () => value++);
          const at = 'append' in s ? 0 : Math.floor(s.at * (memory.size - length));
          for (const sink of [memory, file]) {
            if ('append' in s) await sink.write(bytes);
            else await sink.writeAt(at, bytes);
          }
          const back = await file.readAt!(at, length);
          expect(memory.readAt(at, length)).toSatisfy((there) => Buffer.from(back).equals(there));
        }
        await file.close();
        expect(readFileSync(path).equals(memory.toBytes())).toBe(true);
      }),
      { seed: 99, numRuns: 40 },
    );
  });

  test('appear under their name only when closed; an older file stays until then', async () => {
    const path = join(folder, 'late');
    writeFileSync(path, 'old');
    const sink = await openSink('test', pathToFileURL(path));
    await sink.write(new Uint8Array(300000).fill(65));
    expect(readFileSync(path, 'utf8')).toBe('old');
    await sink.close();
    expect(readFileSync(path).length).toBe(300000);
    await expect(async () => sink.close()).rejects.toThrow(StateError);
    await expect(async () => sink.write(new Uint8Array(1))).rejects.toThrow(StateError);
  });

  test('are flushed at once, but not for each of many parts in a row', async () => {
    const here = join(folder, 'flushed');
    mkdirSync(here);
    const sink = await openSink('test', join(here, 'out.bin'));
    const sizeOfPart = () => statSync(join(here, readdirSync(here)[0]!)).size;
    await sink.write(Uint8Array.of(1));
    await sink.flush!();
    await expect.poll(sizeOfPart).toBe(1);
    for (let part = 0; part < 5; part++) {
      await sink.write(Uint8Array.of(part));
      await sink.flush!();
    }
    await new Promise((resolve) => setTimeout(resolve, 120));
    await sink.write(Uint8Array.of(5));
    await sink.flush!();
    await expect.poll(sizeOfPart).toBe(7);
    await sink.close();
    expect([...readFileSync(join(here, 'out.bin'))]).toEqual([1, 0, 1, 2, 3, 4, 5]);
  });

  test('leave nothing after an abort', async () => {
    const here = join(folder, 'aborted');
    mkdirSync(here);
    const sink = await openSink('test', join(here, 'out.bin'));
    await sink.write(new Uint8Array(300000));
    await sink.abort();
    await sink.abort();
    expect(readdirSync(here)).toEqual([]);
  });

  test('go through a symbolic link', async () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'old');
    const link = join(folder, 'link');
    symlinkSync(target, link);
    const sink = await openSink('test', link);
    await sink.write(Uint8Array.of(1, 2));
    await sink.close();
    expect([...readFileSync(target)]).toEqual([1, 2]);
    expect([...readFileSync(link)]).toEqual([1, 2]);
  });

  test('devices are written in place', async () => {
    const sink = await openSink('test', '/dev/null');
    expect(sink.seekable).toBe(false);
    await sink.write(new Uint8Array(1000));
    await sink.close();
    const again = await openSink('test', '/dev/null');
    await again.abort();
    expect(readFileSync('/dev/null').length).toBe(0);
  });

  test('a full disk is an error of the write', async () => {
    const sink = await openSink('test', '/dev/full');
    await sink.write(new Uint8Array(10));
    await expect(sink.write(new Uint8Array(1 << 20))).rejects.toThrow(/ENOSPC/);
    await sink.abort();
  });

  test.each([
    ['a folder that is not there', join(folder, 'no', 'x'), /cannot write .*ENOENT/],
    ['a folder', folder, /is a folder/],
    ['another scheme', new URL('https://example.org/x'), /https: URL/],
  ])('refuses %s', async (_, destination, message) => {
    await expect(openSink('test', destination)).rejects.toThrow(ConfigError);
    await expect(openSink('test', destination)).rejects.toThrow(message);
  });
});

describe('streams', () => {
  test('get copies in order, and the close', async () => {
    const chunks: Uint8Array[] = [];
    let closed = false;
    const stream = new WritableStream<Uint8Array>({
      write: (chunk) => void chunks.push(chunk),
      close: () => {
        closed = true;
      },
    });
    const sink = await openSink('test', stream);
    const bytes = Uint8Array.of(1, 2, 3);
    await sink.write(bytes);
    bytes.fill(9);
    await sink.write(bytes);
    await sink.close();
    expect(chunks.map((chunk) => [...chunk])).toEqual([
      [1, 2, 3],
      [9, 9, 9],
    ]);
    expect(closed).toBe(true);
    expect(sink.seekable).toBe(false);
    expect(() => sink.writeAt(0, bytes)).toThrow(StateError);
  });

  test('that fail or are locked', async () => {
    const failing = new WritableStream<Uint8Array>({
      write() {
        throw new Error('quota exceeded');
      },
    });
    const sink = await openSink('test', failing);
    await expect(sink.write(new Uint8Array(1))).rejects.toThrow('quota exceeded');
    await expect(openSink('test', failing)).rejects.toThrow(/locked/);
  });

  test('are aborted with the reason', async () => {
    let reason: unknown;
    const stream = new WritableStream<Uint8Array>({
      abort: (why) => {
        reason = why;
      },
    });
    const sink = await openSink('test', stream);
    await sink.abort('because');
    expect(reason).toBe('because');
  });
});

describe('memory', () => {
  test('states', () => {
    const sink = new MemorySink({ seekable: false });
    sink.write(Uint8Array.of(1));
    expect(() => sink.writeAt(0, Uint8Array.of(2))).toThrow(StateError);
    sink.close();
    expect(() => sink.close()).toThrow('MemorySink.close: the sink is closed');
    expect(() => sink.write(Uint8Array.of(1))).toThrow(StateError);
    expect([...sink.toBytes()]).toEqual([1]);
    const other = new MemorySink();
    other.write(Uint8Array.of(1));
    expect(() => other.writeAt(1, Uint8Array.of(1))).toThrow(ConfigError);
    other.abort();
    expect(other.size).toBe(0);
  });

  test('any object with the methods of a sink is one', async () => {
    const sink: ByteSink = new MemorySink();
    expect(await openSink('test', sink)).toBe(sink);
    await expect(openSink('test', 7 as unknown as Destination)).rejects.toThrow(ConfigError);
  });
});
