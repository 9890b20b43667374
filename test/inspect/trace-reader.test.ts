/** Traces read whole and read in parts: the same rows, the same errors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinBytes } from '../../src/base/byte-stream.ts';
import { ConfigError, FormatError } from '../../src/base/errors.ts';
import {
  openTrace,
  readTrace,
  type TableDescription,
  type Trace,
  TraceWriter,
} from '../../src/inspect/index.ts';
import { MemorySource } from '../../src/io/index.ts';

const TABLES = [
  {
    name: 'first',
    columns: [
      ['small', 'u8'],
      ['wide', 'f64'],
      ['name', 'u16'],
    ],
  },
  {
    name: 'second',
    columns: [
      ['signed', 'i16'],
      ['large', 'u32'],
    ],
  },
] as const;

/** A trace of `head` as it is, and of chunks as they are: tag and contents. */
function traceOfParts(
  head: object,
  chunks: readonly (readonly [tag: string, ...contents: number[]])[],
): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const start = new Uint8Array(Math.ceil((16 + json.length) / 8) * 8);
  start.set(new TextEncoder().encode('vitrace'));
  new DataView(start.buffer).setUint32(8, 1, true);
  new DataView(start.buffer).setUint32(12, json.length, true);
  start.set(json, 16);
  const written = chunks.map(([tag, ...words]) => {
    const chunk = new Uint8Array(8 + 8 * Math.ceil(words.length / 2));
    const view = new DataView(chunk.buffer);
    chunk.set(new TextEncoder().encode(tag));
    view.setUint32(4, 4 * words.length, true);
    for (const [i, word] of words.entries()) view.setUint32(8 + 4 * i, word, true);
    return chunk;
  });
  return joinBytes([start, ...written]);
}

/** Rows of both tables for each group; then names, of which some come again. */
type Content = readonly (readonly [first: number, second: number])[];

function traceOf(content: Content): Uint8Array {
  const writer = new TraceWriter({ codec: 'none', count: content.length }, TABLES);
  const { first, second } = writer.tables(TABLES);
  for (const [group, [a, b]] of content.entries()) {
    for (let i = 0; i < a; i++) first.add(i & 255, i / 3 - group, writer.nameIndex(`n${i % 5}`));
    for (let i = 0; i < b; i++) second.add(-i, 4e9 + i);
    writer.endGroup();
  }
  writer.end();
  return joinBytes(writer.take());
}

/** The trace as version 1 had it: without its index. */
function withoutIndex(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - 16;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end - 8, true);
  const kept = joinBytes([bytes.subarray(0, end - length - 8), bytes.subarray(end)]);
  kept[8] = 1;
  return kept;
}

/** Any change of a trace of `size` bytes: its length, and a byte. */
const changeOf = (size: number) =>
  fc.record({
    length: fc.oneof(fc.constant(size), fc.nat(size)),
    at: fc.oneof(fc.nat(400), fc.nat(size - 1)),
    value: fc.nat(255),
  });

function changed(
  bytes: Uint8Array,
  { length, at, value }: { length: number; at: number; value: number },
): Uint8Array {
  const out = bytes.slice(0, length);
  if (at < length) out[at] = value;
  return out;
}

/** What work gives, or the FormatError that it ends in as text. */
async function outcomeOf<T>(work: () => T | Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return String(error);
  }
}

async function readParts(bytes: Uint8Array): Promise<Trace> {
  const file = await openTrace(new MemorySource(bytes));
  return file.read(file.groups);
}

const CONTENT = fc.array(fc.tuple(fc.nat(300), fc.nat(1200)), { maxLength: 6 });

describe('a trace that is read in parts', () => {
  it('has the rows that it has as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(CONTENT, async (content) => {
        const bytes = traceOf(content);
        const file = await openTrace(new MemorySource(bytes));
        expect(await file.read(file.groups)).toEqual(readTrace(bytes));
        expect(file.tables).toEqual(['first', 'second']);
        const counts = content.flatMap(([a, b], batch) => [
          ...(a > 0 ? [['first', a, batch]] : []),
          ...(b > 0 ? [['second', b, batch]] : []),
        ]);
        expect(file.groups.map(({ table, rowCount }) => [table, rowCount])).toEqual(
          counts.map(([table, rowCount]) => [table, rowCount]),
        );
      }),
      { seed: 20261130, numRuns: 60 },
    );
  });

  it('gives one group alone, and tables without rows', async () => {
    const file = await openTrace(
      new MemorySource(
        traceOf([
          [3, 2],
          [4, 0],
          [5, 6],
        ]),
      ),
    );
    expect(file.groups.map(({ batch }) => batch)).toEqual([0, 0, 1, 2, 2]);
    const { tables } = await file.read([file.groups[2]!]);
    expect([tables.first!.rowCount, tables.second!.rowCount]).toEqual([4, 0]);
    expect([...tables.first!.columns.wide!]).toEqual([0, 1, 2, 3].map((i) => i / 3 - 1));
  });

  it('is refused as it is when it is read whole: cut off anywhere, or with a byte changed', async () => {
    const bytes = withoutIndex(
      traceOf([
        [20, 30],
        [0, 900],
      ]),
    );
    await fc.assert(
      fc.asyncProperty(changeOf(bytes.length), async (change) => {
        const other = changed(bytes, change);
        const whole = await outcomeOf(() => readTrace(other));
        expect(await outcomeOf(() => readParts(other))).toEqual(whole);
      }),
      { seed: 20261130, numRuns: 400 },
    );
  });
});

describe('the index of a trace', () => {
  const bytes = traceOf([
    [20, 30],
    [0, 900],
    [7, 2],
  ]);
  const start = bytes.length - 24 - new DataView(bytes.buffer).getUint32(bytes.length - 24, true);

  it('takes the place of a walk', async () => {
    const reads: number[] = [];
    const source = new MemorySource(bytes);
    const counted = {
      size: bytes.length,
      read: (at: number, length: number) => {
        reads.push(at);
        return source.read(at, length);
      },
    };
    const { groups, names } = await openTrace(counted);
    const walked = await openTrace(new MemorySource(withoutIndex(bytes)));
    expect({ groups, names }).toEqual({ groups: walked.groups, names: walked.names });
    // The start, then what is near the end.
    expect(reads[0]).toBe(0);
    expect(reads.slice(1).every((at) => at >= start)).toBe(true);
    expect(reads.length).toBeLessThanOrEqual(3);
  });

  it('is never believed against the trace: a change is found, or is of a name', async () => {
    const original = readTrace(bytes);
    await fc.assert(
      fc.asyncProperty(changeOf(bytes.length), async (change) => {
        const other = changed(bytes, change);
        const whole = await outcomeOf(() => readTrace(other));
        const parts = await outcomeOf(() => readParts(other));
        const isOfIndex = change.at >= start;
        if (typeof parts === 'string') expect(isOfIndex || typeof whole === 'string').toBe(true);
        else if (typeof whole === 'string') expect(parts).toEqual(original);
        else expect(parts.tables).toEqual(whole.tables);
      }),
      { seed: 20261201, numRuns: 800 },
    );
  });

  it('is not used where it does not add up, and found out where it does', async () => {
    const { tables } = readTrace(bytes);
    let read = 0;
    for (let at = start + 8; at < bytes.length - 24; at += 4) {
      for (const value of [0, 1, 2, 0xffffffff, 0x7fffffff]) {
        const other = bytes.slice();
        new DataView(other.buffer).setUint32(at, value, true);
        const parts = await outcomeOf(() => readParts(other));
        if (typeof parts === 'string') {
          expect(parts).toContain('the index speaks of');
          continue;
        }
        expect(parts.tables).toEqual(tables);
        read++;
      }
    }
    expect(read).toBeGreaterThan(50);
  });
});

describe('a trace of any length', () => {
  it('is read back: more than a million groups', async () => {
    const tables = Array.from({ length: 15 }, (_, i) => ({
      ...{ name: `t${i}`, columns: [['void', 'u8']] },
    })) as unknown as readonly TableDescription[];
    const writer = new TraceWriter({ codec: 'h264' }, tables);
    const own = Object.values(writer.tables(tables));
    for (let picture = 0; picture < 75000; picture++) {
      for (const table of own) table.add(picture & 255);
      writer.endGroup();
    }
    writer.end();
    const bytes = joinBytes(writer.take());
    const whole = readTrace(bytes);
    expect(whole.tables.t14!.rowCount).toBe(75000);
    const file = await openTrace(new MemorySource(bytes));
    expect(file.groups).toHaveLength(15 * 75000);
    expect(file.groups.at(-1)!.batch).toBe(74999);
  }, 120_000);

  it('is refused where reading a group would cost more than its bytes', () => {
    const columns = Array.from({ length: 5000 }, () => ['', 'u8']);
    const head = { about: {}, tables: [{ name: 'a', columns }] };
    expect(() => readTrace(traceOfParts(head, [['END ', 0, 0]]))).toThrow(
      /5001 .* allowed are 4096/,
    );
    const descriptions = head.tables as unknown as readonly TableDescription[];
    expect(() => new TraceWriter({}, descriptions)).toThrow(ConfigError);
    const tables = Array.from({ length: 5000 }, () => ({ name: '', columns: [] }));
    expect(() => readTrace(traceOfParts({ about: {}, tables }, [['END ', 0, 0]]))).toThrow(
      FormatError,
    );
  });

  it('may have groups without rows, which are passed over', async () => {
    const columns = Array.from({ length: 4000 }, () => ['', 'u8']);
    const head = { about: {}, tables: [{ name: 'a', columns }] };
    const chunks = Array.from({ length: 50_000 }, () => ['ROWS', 0, 0] as const);
    const bytes = traceOfParts(head, [...chunks, ['END ', chunks.length, 0]]);
    expect(readTrace(bytes).tables.a!.rowCount).toBe(0);
    expect((await openTrace(new MemorySource(bytes))).groups).toEqual([]);
    const none = { about: {}, tables: [{ name: 'a', columns: [] }] };
    expect(() => readTrace(traceOfParts(none, [['ROWS', 0, 4e9]]))).toThrow(/do not fit/);
  });

  it('has long names cut off, and nothing after its end', () => {
    const writer = new TraceWriter({}, TABLES);
    writer.nameIndex('é'.repeat(3000));
    writer.nameIndex('a'.repeat(1024));
    writer.end();
    const bytes = joinBytes(writer.take());
    expect(readTrace(bytes).names).toEqual(['é'.repeat(512), 'a'.repeat(1024)]);
    const longer = joinBytes([bytes, new Uint8Array(8)]);
    expect(() => readTrace(longer)).toThrow(`after its end (byte offset ${bytes.length})`);
  });

  it('has facts of text and numbers only', () => {
    for (const about of [{ codec: null }, { codec: { a: 1 } }, { codec: true }, ['h264']]) {
      const bytes = traceOfParts({ about, tables: [] }, [['END ', 0, 0]]);
      expect(() => readTrace(bytes)).toThrow(FormatError);
    }
  });

  it('that is cut off says so at an offset within it', () => {
    const bytes = traceOf([[3, 5]]);
    for (let length = 0; length < bytes.length; length++) {
      let error: unknown;
      try {
        readTrace(bytes.subarray(0, length));
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(FormatError);
      expect((error as FormatError).offset).toBeLessThanOrEqual(length);
    }
  });
});
