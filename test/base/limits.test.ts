/** Kind "no budget for a whole file": what the budget counts, and that its limits are those of the caller. */
import { describe, expect, test } from 'vitest';
import { ConfigError, FormatError } from '../../src/base/errors.ts';
import { Budget, DEFAULT_LIMITS, resolveLimits } from '../../src/base/limits.ts';

const KIB = 1024;

describe('one budget for a whole file', () => {
  test('packets of all tracks share what the size of the file allows', () => {
    const pass = new Budget('mp4', { size: 100 * KIB }).beginPass();
    // 16 times the file and 768 KiB, by packets of 1 KiB with 32 bytes for each.
    const allowed = Math.floor(((16 * 100 + 768) * KIB) / (KIB + 32));
    for (let i = 0; i < allowed; i++) pass.give(KIB, 4 * KIB);
    expect(() => pass.give(KIB, 4 * KIB)).toThrow(/limits\.maxExpansion/);
  });

  test('empty packets cost something too', () => {
    const pass = new Budget('mp4', { size: 1000 }).beginPass();
    const give = () => {
      for (let i = 0; i < 30_000; i++) pass.give(0, 1000);
    };
    expect(give).toThrow(FormatError);
  });

  test('another pass begins anew', () => {
    const budget = new Budget('mp4', { size: 10 });
    for (let pass = 0; pass < 3; pass++) budget.beginPass().give(700 * KIB, 10);
    expect(() => budget.beginPass().give(800 * KIB, 10)).toThrow(FormatError);
  });

  test('a stream is worth what has been read of it', () => {
    const source: { size: number | null } = { size: null };
    const pass = new Budget('matroska', source).beginPass();
    for (let end = KIB; end <= 5000 * KIB; end += KIB) pass.give(KIB, end);
    expect(() => {
      for (let i = 0; i < 100_000; i++) pass.give(KIB, KIB);
    }).toThrow(/from 5120000 bytes/);
  });

  test('one packet is checked before it is read', () => {
    const budget = new Budget('wav', { size: 2 ** 33 }, { maxPacketBytes: 1000 });
    expect(() => budget.requireReadable('a sample', 1001, 77)).toThrow(
      'wav: a sample has 1001 bytes, allowed is 1000 (limits.maxPacketBytes) (byte offset 77)',
    );
    expect(() => budget.beginPass().give(1001, 2000)).toThrow(/maxPacketBytes/);
    expect(budget.beginPass().left).toBe(1000);
  });

  test('packets are counted, and more of them are allowed in large files', () => {
    const small = new Budget('mp4', { size: 6400 }, { maxPackets: 10 }).beginPass();
    for (let i = 0; i < 110; i++) small.give(1, 1);
    expect(() => small.give(1, 1)).toThrow(/maxPackets/);
  });

  test('descriptions share one sum, and what is released can be taken again', () => {
    const budget = new Budget('mp4', { size: 10 }, { maxDescriptionBytes: 100 });
    budget.hold('moov', 60, 0);
    expect(() => budget.hold('stsz', 50, 30)).toThrow(/maxDescriptionBytes.*byte offset 30/);
    budget.release(20);
    budget.hold('stsz', 50, 30);
  });

  test('tracks, depth and searches end', () => {
    const budget = new Budget('mp4', { size: 10 }, { maxTracks: 2, maxDepth: 3 });
    budget.addTrack(0);
    budget.addTrack(8);
    expect(() => budget.addTrack(16)).toThrow(/maxTracks/);
    budget.requireDepth('a box', 3, 0);
    expect(() => budget.requireDepth('a box', 4, 0)).toThrow(/maxDepth/);
    expect(() => {
      const pass = budget.beginPass();
      for (let i = 0; i < 30; i++) pass.search(1_000_000, 5);
    }).toThrow(FormatError);
  });
});

describe('limits of the caller', () => {
  test('are taken as they are, the others have their defaults', () => {
    const limits = resolveLimits('demuxer.limits', { maxTracks: 3, maxExpansion: Infinity });
    expect(limits).toEqual({ ...DEFAULT_LIMITS, maxTracks: 3, maxExpansion: Infinity });
  });

  test('must be numbers that are known', () => {
    const unknown = { maxFish: 1 } as object;
    expect(() => resolveLimits('demuxer.limits', unknown)).toThrow(ConfigError);
    expect(() => resolveLimits('demuxer.limits', { maxTracks: 0 })).toThrow(ConfigError);
    expect(() => resolveLimits('demuxer.limits', { maxDepth: Number.NaN })).toThrow(
      /demuxer\.limits\.maxDepth/,
    );
  });
});
