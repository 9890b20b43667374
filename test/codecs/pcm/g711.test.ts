/** The laws of G.711 against facts of the standard, a law of their own, and ffmpeg. */
import { describe, expect, it } from 'vitest';
import {
  alawToLinear,
  compressionTable,
  expansionTable,
  linearToAlaw,
  linearToMulaw,
  mulawToLinear,
} from '../../../src/codecs/pcm/standard/g711.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';

const LAWS = ['alaw', 'mulaw'] as const;

describe('G.711', () => {
  it('has the decoder output values of the standard at the ends of its tables', () => {
    // Table 1a: values 4032 and 1 of 13 bits, octets before and after inversion of the even bits.
    expect(alawToLinear(0b1111_1111 ^ 0x55)).toBe(4032 << 3);
    expect(alawToLinear(0b1000_0000 ^ 0x55)).toBe(1 << 3);
    expect(alawToLinear(0b0000_0000 ^ 0x55)).toBe(-1 << 3);
    // Table 2a: values 8031, 2 and 0 of 14 bits.
    expect(mulawToLinear(0b1000_0000)).toBe(8031 << 2);
    expect(mulawToLinear(0b1111_1110)).toBe(2 << 2);
    expect(mulawToLinear(0b1111_1111)).toBe(0);
    expect(mulawToLinear(0b0000_0000)).toBe(-(8031 << 2));
  });

  it('has the decision values of tables 1a and 2a where segments meet', () => {
    const alaw = [64, 128, 256, 512, 1024, 2048].map((x) => x << 3);
    for (const x of alaw) {
      const step = linearToAlaw(x) ^ linearToAlaw(x - 1) ^ 0;
      expect(step).not.toBe(0);
      expect((linearToAlaw(x) ^ 0x55) & 15).toBe(0);
      expect((linearToAlaw(x - 1) ^ 0x55) & 15).toBe(15);
    }
    const mulaw = [31, 95, 223, 479, 991, 2015, 4063].map((x) => x << 2);
    for (const x of mulaw) {
      expect(~linearToMulaw(x) & 15).toBe(0);
      expect(~linearToMulaw(x - 1) & 15).toBe(15);
    }
  });

  for (const law of LAWS) {
    const expand = expansionTable(law);
    const compress = compressionTable(law);

    it(`${law}: every octet comes back, and its value is the middle of the samples it stands for`, () => {
      const lowest = new Map<number, number>();
      const highest = new Map<number, number>();
      for (let sample = -32768; sample <= 32767; sample++) {
        const octet = compress[sample & 0xffff]!;
        if (!lowest.has(octet)) lowest.set(octet, sample);
        else expect(highest.get(octet)).toBe(sample - 1);
        highest.set(octet, sample);
      }
      expect(lowest.size).toBe(256);
      const mulawEnd = 8031 << 2;
      for (let octet = 0; octet < 256; octet++) {
        const value = expand[octet]!;
        // Mu-law has two zeros, each one side of an interval; its last ones have what lies beyond as well.
        if (law === 'mulaw' && (value === 0 || Math.abs(value) === mulawEnd)) continue;
        expect(compress[value & 0xffff]).toBe(octet);
        expect(lowest.get(octet)! + highest.get(octet)! + 1).toBe(2 * value);
      }
    });

    it(`${law}: ffmpeg decodes every octet to the same value, and codes alike but for neighbors`, () => {
      const octets = Uint8Array.from({ length: 256 }, (_, i) => i);
      const options = { allowWarnings: true };
      const decoded = runFfmpeg(
        ['-f', law, '-ar', '8000', '-ac', '1', '-i', '-', '-f', 's16le', '-'],
        octets,
        options,
      );
      expect(new Int16Array(decoded.slice().buffer)).toEqual(expand);

      const samples = Int16Array.from({ length: 0x10000 }, (_, bits) => (bits << 16) >> 16);
      const coded = runFfmpeg(
        ['-f', 's16le', '-ar', '8000', '-ac', '1', '-i', '-', '-f', law, '-'],
        new Uint8Array(samples.buffer),
        options,
      );
      // It takes the nearest value, where the decision values of the standard lie where the steps change: neighbors.
      const rank = new Map(
        [...new Set(expand)].sort((a, b) => a - b).map((value, i) => [value, i]),
      );
      let others = 0;
      for (let i = 0; i < samples.length; i++) {
        if (coded[i] === compress[i]) continue;
        others++;
        const [a, b] = [rank.get(expand[coded[i]!]!)!, rank.get(expand[compress[i]!]!)!];
        if (Math.abs(a - b) > 1) throw new Error(`${law} of ${samples[i]}: ${coded[i]}`);
      }
      expect(others).toBeLessThan(0x10000 / 16);
    });
  }
});
