/** NAL units: emulation prevention against the syntax table of clause 7.3.1, byte by byte. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/bits/byte-writer.ts';
import { SyntaxWriter } from '../../../src/bits/syntax-writer.ts';
import { accessUnitDelimiter, fillerData, primaryPicType } from '../../../src/syntax/h264/aud.ts';
import { NalUnitType, writeNalUnit } from '../../../src/syntax/h264/nal.ts';
import { SliceType } from '../../../src/syntax/h264/slice-header.ts';
import { rbspOf, splitNalUnits } from './header-reader.ts';

function nalUnit(rbsp: Uint8Array): Uint8Array {
  const out = new ByteWriter();
  const written = writeNalUnit(out, 3, NalUnitType.IDR_SLICE, rbsp);
  expect(written).toBe(out.position);
  const units = splitNalUnits(out.toBytes());
  expect(units.length).toBe(1);
  return units[0];
}

/** The plain way: look at every byte. */
function escapedPlainly(rbsp: Uint8Array): number[] {
  const bytes = [0x65];
  let zeros = 0;
  for (const byte of rbsp) {
    if (zeros === 2 && byte <= 3) {
      bytes.push(3);
      zeros = 0;
    }
    bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  if (rbsp.length > 0 && rbsp.at(-1) === 0) bytes.push(3);
  return bytes;
}

describe('writeNalUnit', () => {
  it.each([
    [
      [0, 0, 0],
      [0, 0, 3, 0, 3],
    ],
    [
      [0, 0, 1],
      [0, 0, 3, 1],
    ],
    [
      [0, 0, 4],
      [0, 0, 4],
    ],
    [
      [0, 0, 0, 0, 0, 1],
      [0, 0, 3, 0, 0, 3, 0, 1],
    ],
    [
      [0, 0, 3],
      [0, 0, 3, 3],
    ],
    [
      [1, 0, 0],
      [1, 0, 0, 3],
    ],
    [[], []],
  ])('escapes %j as %j', (rbsp, expected) => {
    expect([...nalUnit(Uint8Array.from(rbsp))]).toEqual([0x65, ...expected]);
  });

  it('is the plain escape, has no start code inside, and gives the payload back', () => {
    const bytes = fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        fc.integer({ min: 0, max: 5 }),
        fc.nat(255),
      ),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(bytes, (payload) => {
        const rbsp = Uint8Array.from(payload);
        const nal = nalUnit(rbsp);
        expect([...nal]).toEqual(escapedPlainly(rbsp));
        for (let i = 2; i < nal.length; i++) {
          expect(nal[i - 2] === 0 && nal[i - 1] === 0 && nal[i] < 3).toBe(false);
        }
        if (nal.length > 1) expect(nal.at(-1)).not.toBe(0);
        if (payload.length > 0 && payload.at(-1) !== 0) expect([...rbspOf(nal)]).toEqual(payload);
      }),
      { numRuns: 500 },
    );
  });
});

describe('small RBSPs', () => {
  it('ends with a one and zeros', () => {
    const w = new SyntaxWriter();
    w.u('x', 3, 0b101);
    w.trailingBits();
    w.u('x', 8, 7);
    w.trailingBits();
    expect([...w.bits.toBytes()]).toEqual([0b10110000, 7, 0x80]);
  });

  it('writes access unit delimiters and filler data', () => {
    const w = new SyntaxWriter();
    accessUnitDelimiter(w, primaryPicType(SliceType.I));
    accessUnitDelimiter(w, primaryPicType(SliceType.P));
    accessUnitDelimiter(w, primaryPicType(SliceType.B));
    fillerData(w, 2);
    expect([...w.bits.toBytes()]).toEqual([0x10, 0x30, 0x50, 0xff, 0xff, 0x80]);
  });
});
