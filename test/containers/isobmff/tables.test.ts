/** Laws of the tables: what is packed comes apart again, and matrices and timescales do what they are for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../src/base/errors.ts';
import type { NumberRows } from '../../../src/bits/packed-numbers.ts';
import { readChild } from '../../../src/containers/isobmff/box-reader.ts';
import { BoxWriter } from '../../../src/containers/isobmff/box-writer.ts';
import { sidx, tfra } from '../../../src/containers/isobmff/boxes-fragments.ts';
import { elst, mdhd, mvhd } from '../../../src/containers/isobmff/boxes-movie.ts';
import { movieTimescale, rotationMatrix } from '../../../src/containers/isobmff/movie.ts';
import { SampleCursor, type SampleTables } from '../../../src/containers/isobmff/sample-cursor.ts';
import { RunList } from '../../../src/containers/isobmff/sample-table.ts';
import type { BoxDescription } from '../../../src/containers/isobmff/syntax.ts';
import { Mp4Track } from '../../../src/containers/isobmff/track.ts';
import { codedVideo } from './coded-streams.ts';

/** Writes one box and reads it again by the same description. */
function roundTrip<T extends object>(description: BoxDescription<T>, values: Partial<T>): T {
  const w = new BoxWriter();
  w.put(description, values as Partial<NoInfer<T>>);
  const bytes = w.view().slice();
  const parent = { type: '', start: 0, dataStart: 0, end: bytes.length };
  const read = readChild(description, { bytes, fileOffset: 0 }, parent);
  if (read === null) throw new Error(`no ${description.type}`);
  return read;
}

describe('boxes', () => {
  const u32 = fc.integer({ min: 0, max: 0xffffffff });
  const u48 = fc.integer({ min: 0, max: 2 ** 48 });

  it('come back in both versions', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1), u32, u48, (version, small, large) => {
        const duration = version === 1 ? large : small;
        const times = { version, creation_time: small, duration };
        expect(roundTrip(mvhd, times)).toMatchObject(times);
        expect(roundTrip(mdhd, { ...times, language: 'deu' })).toMatchObject({
          ...times,
          language: 'deu',
        });
        const entries = [
          {
            segment_duration: duration,
            media_time: -1,
            media_rate_integer: 1,
            media_rate_fraction: 0,
          },
        ];
        expect(roundTrip(elst, { version, entries }).entries).toEqual(entries);
        const references = [
          {
            reference_type: small & 1,
            referenced_size: small & 0x7fffffff,
            subsegment_duration: small,
            starts_with_SAP: 1,
            SAP_type: small & 7,
            SAP_delta_time: small & 0xfffffff,
          },
        ];
        expect(roundTrip(sidx, { version, references }).references).toEqual(references);
      }),
    );
  });

  it('of random access points come back with every width of number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), u48, (size, time) => {
        const number = 2 ** (8 * (size + 1)) - 1;
        const entries = [
          {
            time,
            moof_offset: time,
            traf_number: number,
            trun_number: number,
            sample_number: number,
          },
        ];
        const lengths = {
          length_size_of_traf_num: size,
          length_size_of_trun_num: size,
          length_size_of_sample_num: size,
        };
        expect(roundTrip(tfra, { ...lengths, entries })).toMatchObject({ ...lengths, entries });
      }),
    );
  });
});

/** The numbers of a table, as the file will have them. */
function rowsOf(rows: NumberRows): Uint32Array {
  const next = rows.walk();
  return Uint32Array.from({ length: rows.length }, () => next());
}

describe('sample tables', () => {
  it('runs hold what was put in', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.integer({ min: -3, max: 3 }))), (items) => {
        const runs = new RunList();
        for (const [count, value] of items) runs.add(count, value);
        const rows = rowsOf(runs);
        const expanded: number[] = [];
        for (let i = 0; i < rows.length; i += 2) {
          for (let k = 0; k < rows[i]; k++) expanded.push(rows[i + 1] | 0);
          if (i > 0) expect(rows[i + 1]).not.toBe(rows[i - 1]);
        }
        expect(expanded).toEqual(items.flatMap(([count, value]) => new Array(count).fill(value)));
      }),
    );
  });

  const sample = fc.record({
    size: fc.integer({ min: 0, max: 50 }),
    duration: fc.integer({ min: 0, max: 9 }),
    offset: fc.integer({ min: -9, max: 9 }),
    isSync: fc.boolean(),
  });

  it('a cursor finds every sample that they list', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(sample, { minLength: 1, maxLength: 6 }), { maxLength: 8 }),
        (chunks) => {
          const samples = chunks.flat();
          const starts = chunks.map((_, i) => 1000 + i * 500);
          const durations = new RunList();
          const offsets = new RunList();
          for (const { duration, offset } of samples) {
            durations.add(1, duration);
            offsets.add(1, offset);
          }
          const tables: SampleTables = {
            stts: rowsOf(durations),
            ctts: rowsOf(offsets),
            stsc: Uint32Array.from(chunks.flatMap((chunk, i) => [i + 1, chunk.length, 1])),
            stss: Uint32Array.from(samples.flatMap(({ isSync }, i) => (isSync ? [i + 1] : []))),
            sample_size: 0,
            sample_count: samples.length,
            sizes: Uint32Array.from(samples, ({ size }) => size),
            chunkOffsets: Uint32Array.from(starts),
          };
          const cursor = new SampleCursor(tables, 1e6, 0);
          let dts = 0;
          for (const [i, chunk] of chunks.entries()) {
            let position = starts[i];
            for (const { size, duration, offset, isSync } of chunk) {
              const cts = dts + offset;
              const times = { dts, cts, duration, isSync };
              const wanted = { position, size, ...times, count: 1, sample_description_index: 1 };
              expect(cursor.clone().next()).toEqual(wanted);
              expect(cursor.next()).toEqual(wanted);
              dts += duration;
              position += size;
            }
          }
          expect(cursor.next()).toBeNull();
        },
      ),
    );
  });

  it('that use the file over and over are refused', () => {
    const tables: SampleTables = {
      stts: Uint32Array.of(0xffffffff, 1),
      ctts: new Uint32Array(0),
      stsc: Uint32Array.of(1, 0xffffffff, 1),
      stss: null,
      sample_size: 0,
      sample_count: 1000,
      sizes: new Uint32Array(1000).fill(100),
      chunkOffsets: new Uint32Array(1000),
    };
    const everyChunkAlone = { ...tables, stsc: Uint32Array.of(1, 1, 1) };
    const cursor = new SampleCursor(everyChunkAlone, 100, 0);
    expect(() => {
      while (cursor.next() !== null);
    }).toThrow(FormatError);
  });
});

describe('the movie header', () => {
  it('has a timescale in which every track counts whole ticks', () => {
    const { stream } = codedVideo({ frames: 1 });
    const bases = fc.array(fc.constantFrom(24, 25, 30, 12800, 30000, 44100, 48000, 90000), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(bases, (dens) => {
        const tracks = dens.map((den, i) => new Mp4Track({ ...stream, timeBase: [1, den] }, i));
        const timescale = movieTimescale(tracks);
        for (const track of tracks) expect(timescale % track.timescale).toBe(0);
        expect(timescale).toBeLessThan(2 ** 31);
      }),
    );
  });

  it('turns a picture by quarters into view', () => {
    const [width, height] = [640 * 65536, 360 * 65536];
    for (const degrees of [0, 90, 180, 270]) {
      const [a, b, , c, d, , x, y] = Int32Array.from(rotationMatrix(degrees, width, height));
      const map = (p: number, q: number): [number, number] => [
        (a * p + c * q) / 65536 + x,
        (b * p + d * q) / 65536 + y,
      ];
      const corners = [map(0, 0), map(width, 0), map(0, height), map(width, height)];
      const xs = corners.map(([px]) => px);
      const ys = corners.map(([, py]) => py);
      const isTurned = degrees % 180 !== 0;
      expect([Math.min(...xs), Math.min(...ys)]).toEqual([0, 0]);
      expect(Math.max(...xs)).toBe(isTurned ? height : width);
      expect(Math.max(...ys)).toBe(isTurned ? width : height);
      // Clockwise: what was at the left top is at the right top after a quarter.
      if (degrees === 90) expect(map(0, 0)).toEqual([height, 0]);
    }
  });
});
