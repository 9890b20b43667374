/** Streams that are damaged, cut off, too large: refused with a place, never with another kind of error. */
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Deflater, deflate, gunzip, gzip, Inflater, inflate, unzlib } from 'vitrine/deflate';
import { ConfigError, FormatError, StateError } from '../../../src/base/errors.ts';
import { generator, KINDS } from './corpora.ts';

const bits = (text: string): Uint8Array => {
  const clean = text.replaceAll(' ', '');
  const bytes = new Uint8Array(Math.ceil(clean.length / 8));
  for (let i = 0; i < clean.length; i++) if (clean[i] === '1') bytes[i >> 3]! |= 1 << (i & 7);
  return bytes;
};

describe('damaged streams', () => {
  it.each([
    ['reserved block type', bits('1 11'), /BTYPE/],
    ['stored length without its complement', Uint8Array.of(1, 1, 0, 0, 0), /NLEN/],
    ['distance before the start', bits('1 10 0000001 00000 0000000'), /distance/],
    ['length symbol 286 of the fixed code', bits('1 10 11000110'), /no code/],
    [
      'distance symbol 30 of the fixed code',
      bits('1 10 00110000 0000001 11110 0000000'),
      /no code/,
    ],
    ['287 codes of literals and lengths', bits('1 01 01111 00000 0000'), /HLIT/],
    ['31 codes of distances', bits('1 01 00000 01111 0000'), /HDIST/],
    ['no code for code lengths', bits('1 01 00000 00000 0000 000 000 000 000'), /HCLEN/],
  ])('%s', (_, bytes, message) => {
    const padded = new Uint8Array(bytes.length + 40);
    padded.set(bytes);
    for (const input of [padded, bytes]) {
      expect(() => inflate(input)).toThrow(FormatError);
    }
    expect(() => inflate(padded)).toThrow(message);
  });

  it('cut off at every length', () => {
    for (const make of [KINDS.mixed, KINDS.noise]) {
      const packed = zlib.gzipSync(make(700, 4));
      for (let length = 0; length < packed.length; length++) {
        expect(() => gunzip(packed.subarray(0, length))).toThrow(FormatError);
      }
    }
  });

  it('ends in a FormatError or in bytes, whichever bit is changed, as zlib does', () => {
    const next = generator(99);
    const packed = deflate(KINDS.mixed(20_000, 9), { level: 6 });
    let refused = 0;
    for (let i = 0; i < 400; i++) {
      const damaged = packed.slice();
      for (let k = 0; k <= i % 3; k++) damaged[next() % damaged.length]! ^= 1 << (next() & 7);
      let expected: Uint8Array | null = null;
      try {
        expected = zlib.inflateRawSync(damaged, { maxOutputLength: 1 << 24 });
      } catch {
        refused++;
      }
      if (expected === null)
        expect(() => inflate(damaged, { maxBytes: 1 << 24 })).toThrow(FormatError);
      else expect(Buffer.compare(inflate(damaged, { allowTrailingBytes: true }), expected)).toBe(0);
    }
    expect(refused).toBeGreaterThan(50);
  });

  it('names the offset', () => {
    const packed = zlib.deflateSync(KINDS.text(1000, 1));
    packed[packed.length - 1]! ^= 1;
    try {
      unzlib(packed);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      expect((error as FormatError).offset).toBe(packed.length - 4);
    }
  });

  it('wrong headers and trailers', () => {
    const file = gzip(KINDS.text(100, 1));
    for (const [at, what] of [
      [0, /gzip.ID/],
      [2, /gzip.CM/],
      [3, /gzip.FLG/],
      [file.length - 8, /CRC32/],
      [file.length - 4, /ISIZE/],
    ] as const) {
      const damaged = file.slice();
      damaged[at]! ^= 0x80;
      expect(() => gunzip(damaged)).toThrow(what);
    }
    expect(() => unzlib(Uint8Array.of(0x79, 0x9c))).toThrow(/zlib.CM/);
    expect(() => unzlib(Uint8Array.of(0x88, 0x1c))).toThrow(/zlib.CINFO/);
    expect(() => unzlib(Uint8Array.of(0x78, 0x9d))).toThrow(/zlib.FCHECK/);
  });

  it('bytes behind the end are an error unless allowed', () => {
    const packed = deflate(KINDS.text(100, 1));
    const longer = new Uint8Array(packed.length + 3);
    longer.set(packed);
    expect(() => inflate(longer)).toThrow(/follow/);
    expect(inflate(longer, { allowTrailingBytes: true }).length).toBe(100);
  });

  it('a bomb stops at the limit', () => {
    const bomb = zlib.deflateRawSync(new Uint8Array(20_000_000));
    expect(() => inflate(bomb, { maxBytes: 1_000_000 })).toThrow(/maxBytes/);
    const inflater = new Inflater();
    let most = 0;
    inflater.push(bomb, (piece) => {
      most = Math.max(most, piece.length);
    });
    inflater.finish();
    expect(inflater.totalOut).toBe(20_000_000);
    expect(most).toBeLessThan(1 << 18);
  });
});

describe('wrong calls', () => {
  it('name the option', () => {
    expect(() => deflate(new Uint8Array(1), { level: 14 })).toThrow(/level/);
    expect(() => deflate(new Uint8Array(1), { levle: 1 } as object)).toThrow(ConfigError);
    expect(() => gzip(new Uint8Array(1), { dictionary: new Uint8Array(1) })).toThrow(/dictionary/);
    expect(() => gzip(new Uint8Array(1), { header: { name: 'π' } })).toThrow(/gzip.name/);
    expect(() => inflate(new Uint8Array(1), { size: -1 })).toThrow(/size/);
  });

  it('a dictionary that is wanting or another one', () => {
    const dictionary = KINDS.text(1000, 1);
    const packed = zlib.deflateSync(KINDS.text(500, 1), { dictionary });
    expect(() => unzlib(packed)).toThrow(ConfigError);
    expect(() => unzlib(packed, { dictionary: KINDS.text(1000, 2) })).toThrow(/DICTID/);
    expect(unzlib(packed, { dictionary }).length).toBe(500);
  });

  it('after the end, and after an error', () => {
    const deflater = new Deflater();
    deflater.finish(() => {});
    expect(() => deflater.push(new Uint8Array(1), () => {})).toThrow(StateError);
    const inflater = new Inflater({ format: 'zlib' });
    expect(() => inflater.push(Uint8Array.of(0, 0), () => {})).toThrow(FormatError);
    expect(() => inflater.push(Uint8Array.of(0, 0), () => {})).toThrow(StateError);
  });
});
