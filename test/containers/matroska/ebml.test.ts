/** Round trips of EBML integers, sizes and masters, and every kind of lacing against a plain writer of it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FormatError } from '../../../src/base/errors.ts';
import { Budget } from '../../../src/base/limits.ts';
import { crc32 } from '../../../src/bits/crc32.ts';
import { FrameSizes, readLacing } from '../../../src/containers/matroska/block.ts';
import {
  Children,
  type ElementHeader,
  readElementHeader,
  readInt,
  readUint,
  UNKNOWN_SIZE,
} from '../../../src/containers/matroska/ebml-reader.ts';
import { EbmlWriter, sizeLength } from '../../../src/containers/matroska/ebml-writer.ts';
import { ID } from '../../../src/containers/matroska/element-table.ts';

const budget = new Budget('matroska', { size: 0 }, { maxDescriptionBytes: 2 ** 40 });

const anySize = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.maxSafeInteger().map((value) => Math.abs(value)),
);

test('sizes read back, in the fewest bytes and in more', () => {
  fc.assert(
    fc.property(anySize, fc.integer({ min: 0, max: 7 }), (size, more) => {
      const length = Math.min(8, sizeLength(size) + more);
      const w = new EbmlWriter();
      w.id(ID.Void);
      w.size(size, length);
      const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
      const bytes = w.bytes.toBytes();
      expect(readElementHeader(bytes, 0, bytes.length, header)).toBe(true);
      expect(header).toEqual({ id: ID.Void, size, headerLength: 1 + length });
    }),
  );
});

test('the vectors of RFC 8794 clause 4 and 6: 2 on one to four bytes, and unknown sizes of every length', () => {
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  for (const bytes of [[0x82], [0x40, 2], [0x20, 0, 2], [0x10, 0, 0, 2]]) {
    const element = Uint8Array.of(0xec, ...bytes);
    expect(readElementHeader(element, 0, element.length, header)).toBe(true);
    expect(header.size).toBe(2);
  }
  for (let length = 1; length <= 8; length++) {
    const element = new Uint8Array(1 + length).fill(0xff);
    element[0] = 0xec;
    element[1] = 0xff >> (length - 1);
    expect(readElementHeader(element, 0, element.length, header)).toBe(true);
    expect(header.size).toBe(UNKNOWN_SIZE);
  }
});

test('reserved and cut-off IDs and sizes are refused', () => {
  const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
  for (const bytes of [
    [],
    [0x40, 0x00, 0x81],
    [0xff, 0x81],
    [0x00, 0x81],
    [0xec],
    [0xec, 0x00],
    [0x42],
  ]) {
    const element = Uint8Array.from(bytes);
    expect(readElementHeader(element, 0, element.length, header), String(bytes)).toBe(false);
  }
});

test('integers and text read back', () => {
  fc.assert(
    fc.property(anySize, fc.maxSafeInteger(), fc.string(), (unsigned, signed, text) => {
      const w = new EbmlWriter();
      w.master('BlockGroup', (group) => {
        group.uint('BlockDuration', unsigned);
        group.int('ReferenceBlock', signed);
      });
      w.text('Title', text);
      const outer = new Children(w.bytes.toBytes(), 0, budget);
      const group = outer.master('BlockGroup');
      expect(group.uint('BlockDuration', -1)).toBe(unsigned);
      expect(readInt(group.find('ReferenceBlock')!.data)).toBe(signed);
      expect(outer.text('Title', '?')).toBe(text.split('\0')[0]);
    }),
  );
});

test('integers take the fewest bytes that hold them', () => {
  const bytesOf = (write: (w: EbmlWriter) => void): number => {
    const w = new EbmlWriter();
    write(w);
    return w.bytes.view().length - 2;
  };
  for (const [value, length] of [
    [0, 1],
    [127, 1],
    [128, 2],
    [-128, 1],
    [-129, 2],
    [32767, 2],
    [-32769, 3],
  ] as const) {
    expect(
      bytesOf((w) => w.int('ReferenceBlock', value)),
      `${value}`,
    ).toBe(length);
  }
  for (const [value, length] of [
    [0, 1],
    [255, 1],
    [256, 2],
    [65535, 2],
    [65536, 3],
  ] as const) {
    expect(
      bytesOf((w) => w.uint('CueTime', value)),
      `${value}`,
    ).toBe(length);
  }
});

test('Void fills exactly the bytes asked for', () => {
  for (let total = 2; total < 300; total++) {
    const w = new EbmlWriter();
    w.void(total);
    expect(w.position).toBe(total);
    const header: ElementHeader = { id: 0, size: 0, headerLength: 0 };
    readElementHeader(w.bytes.view(), 0, total, header);
    expect(header.headerLength + header.size).toBe(total);
  }
});

test('a child that reaches past its parent is refused with its offset', () => {
  const w = new EbmlWriter();
  w.uint('TrackNumber', 1);
  w.text('Name', 'abc');
  const bytes = w.bytes.toBytes();
  const cut = bytes.subarray(0, bytes.length - 1);
  const error = (() => {
    try {
      return new Children(cut, 100, budget);
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toBeInstanceOf(FormatError);
  expect((error as FormatError).offset).toBe(103);
});

/** Writes lace sizes as RFC 9559 clauses 10.3.2 and 10.3.3 say, plainly. */
function laceHeader(kind: 'xiph' | 'ebml', sizes: readonly number[]): number[] {
  const bytes = [sizes.length - 1];
  for (let i = 0; i < sizes.length - 1; i++) {
    if (kind === 'xiph') {
      for (let left = sizes[i]!; ; left -= 255) {
        bytes.push(Math.min(left, 255));
        if (left < 255) break;
      }
      continue;
    }
    const w = new EbmlWriter();
    const difference = sizes[i]! - sizes[i - 1]!;
    if (i === 0) w.size(sizes[0]!);
    else {
      let length = 1;
      while (Math.abs(difference) > 2 ** (7 * length - 1) - 1) length++;
      w.size(difference + 2 ** (7 * length - 1) - 1, length);
    }
    bytes.push(...w.bytes.view());
  }
  return bytes;
}

test('Xiph and EBML lacing give back every list of frame sizes', () => {
  const frameSizes = fc.array(fc.oneof(fc.nat(300), fc.nat(40_000)), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(fc.constantFrom('xiph' as const, 'ebml' as const), frameSizes, (kind, sizes) => {
      const header = laceHeader(kind, sizes);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const block = new Uint8Array(5 + header.length + total);
      block.set(header, 5);
      const got = new FrameSizes();
      const flags = kind === 'xiph' ? 0x02 : 0x06;
      const first = readLacing(block, 5, block.length, flags, 0, got);
      expect([...got.values()]).toEqual(sizes);
      expect(first).toBe(5 + header.length);
    }),
  );
});

test('the example of EBML lacing in RFC 9559 clause 10.3.3: frames of 800, 500 and 1000 bytes', () => {
  const header = [2, 0x43, 0x20, 0x5e, 0xd3];
  const block = new Uint8Array(header.length + 2300);
  block.set(header);
  const sizes = new FrameSizes();
  expect(readLacing(block, 0, block.length, 0x06, 0, sizes)).toBe(5);
  expect([...sizes.values()]).toEqual([800, 500, 1000]);
});

test('fixed-size lacing divides evenly or is refused', () => {
  const sizes = new FrameSizes();
  expect(readLacing(Uint8Array.of(2, 1, 2, 3, 4, 5, 6), 0, 7, 0x04, 0, sizes)).toBe(1);
  expect([...sizes.values()]).toEqual([2, 2, 2]);
  expect(() => readLacing(Uint8Array.of(2, 1, 2, 3, 4, 5), 0, 6, 0x04, 0, sizes)).toThrow(
    FormatError,
  );
});

test('lacing of random bytes adds up to the block or is a FormatError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(2, 4, 6), (bytes, flags) => {
      const sizes = new FrameSizes();
      try {
        const first = readLacing(bytes, 0, bytes.length, flags, 0, sizes);
        const got = [...sizes.values()];
        expect(got.every((size) => size >= 0)).toBe(true);
        expect(first + got.reduce((sum, size) => sum + size, 0)).toBe(bytes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
  );
});

test('CRC-32: the check value of the catalog, and the bit-by-bit definition', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  const plain = (bytes: Uint8Array): number => {
    let crc = 0xffffffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++)
        crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      const middle = Math.min(cut, bytes.length);
      expect(crc32(bytes)).toBe(plain(bytes));
      expect(crc32(bytes, crc32(bytes, 0, 0, middle), middle)).toBe(plain(bytes));
    }),
  );
});

test('an empty integer is 0', () => {
  expect(readUint(new Uint8Array(0))).toBe(0);
  expect(readInt(new Uint8Array(0))).toBe(0);
});
