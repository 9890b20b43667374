/** UTF-8 as the encoders and decoders of the web platform have it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, decodeUtf16, encodeUtf8 } from '../../src/base/utf8.ts';

const SEED = 363;

describe('UTF-8', () => {
  it('is written as TextEncoder writes it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
      }),
      { seed: SEED, numRuns: 200 },
    );
    for (const text of ['', 'a\ud800b', '\udc00', '\ud83d\ude00', '\ud800\ud800\udc00']) {
      expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
    }
  });

  it('is read as TextDecoder reads it, damaged or not', () => {
    const lead = fc.constantFrom(0x41, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xff);
    const trail = fc.constantFrom(0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbb, 0xbf, 0xc0);
    const bytes = fc.array(fc.oneof(lead, trail, fc.integer({ min: 0, max: 255 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(bytes, (drawn) => {
        const data = Uint8Array.from(drawn);
        expect(decodeUtf8(data)).toBe(new TextDecoder().decode(data));
      }),
      { seed: SEED, numRuns: 3000 },
    );
    const long = new TextEncoder().encode('\ufeffä€😀'.repeat(5000));
    expect(decodeUtf8(long)).toBe(new TextDecoder().decode(long));
  });

  it('and UTF-16 too', () => {
    const byte = fc.constantFrom(0x00, 0x41, 0xd8, 0xdb, 0xdc, 0xdf, 0xe0);
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 24 }), (drawn) => {
        const data = Uint8Array.from(drawn);
        expect(decodeUtf16(data, true)).toBe(new TextDecoder('utf-16be').decode(data));
        expect(decodeUtf16(data, false)).toBe(new TextDecoder('utf-16le').decode(data));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});
