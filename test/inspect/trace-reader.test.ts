/** Traces read whole and read in parts: the same rows, the same errors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinBytes } from '../../src/base/byte-stream.ts';
import { FormatError } from '../../src/base/errors.ts';
import { openTrace, readTrace, TraceWriter } from '../../src/inspect/index.ts';
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
    const bytes = traceOf([
      [20, 30],
      [0, 900],
    ]);
    const outcomeOf = async (work: () => unknown): Promise<unknown> => {
      try {
        return await work();
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        return String(error);
      }
    };
    const change = fc.record({
      length: fc.oneof(fc.constant(bytes.length), fc.nat(bytes.length)),
      at: fc.oneof(fc.nat(400), fc.nat(bytes.length - 1)),
      value: fc.nat(255),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ length, at, value }) => {
        const changed = bytes.slice(0, length);
        if (at < length) changed[at] = value;
        const whole = await outcomeOf(() => readTrace(changed));
        const parts = await outcomeOf(async () => {
          const file = await openTrace(new MemorySource(changed));
          return file.read(file.groups);
        });
        expect(parts).toEqual(whole);
      }),
      { seed: 20261130, numRuns: 400 },
    );
  });
});
