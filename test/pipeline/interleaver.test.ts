/** The order of packets over several streams. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Packet } from '../../src/base/packet.ts';
import { compareTimes, type Rational, toSeconds } from '../../src/base/rational.ts';
import { Interleaver } from '../../src/pipeline/interleaver.ts';

function packet(dts: number): Packet {
  return { data: new Uint8Array(0), pts: dts, dts, duration: 1, isKey: true };
}

const BASES: Rational[] = [
  [1, 30],
  [1, 44100],
  [1001, 30000],
];

/** Packets of each stream by their times, pushed in the order that `picks` says; what came out at each push. */
function run(times: number[][], picks: number[]) {
  const queue = new Interleaver(BASES, [false, false, false]);
  const left = times.map((list) => [...list]);
  const out: { streamIndex: number; dts: number }[] = [];
  let most = 0;
  let held = 0;
  const drain = (isLast: boolean) => {
    for (let next = queue.take(isLast); next; next = queue.take(isLast)) {
      out.push({ streamIndex: next.streamIndex, dts: next.packet.dts });
      held--;
    }
  };
  for (const pick of picks) {
    const dts = left[pick % 3]!.shift();
    if (dts === undefined) continue;
    queue.push(pick % 3, packet(dts));
    held++;
    drain(false);
    most = Math.max(most, held);
  }
  for (const [streamIndex, rest] of left.entries()) {
    for (const dts of rest) queue.push(streamIndex, packet(dts));
  }
  drain(true);
  return { out, most };
}

test('below ten seconds the order is that of time, however the packets came', () => {
  fc.assert(
    fc.property(
      fc.tuple(
        ...BASES.map(([num, den]) =>
          fc.array(fc.nat(Math.floor((9 * den) / num)), { maxLength: 20 }),
        ),
      ),
      fc.array(fc.nat(2), { maxLength: 80 }),
      (times, picks) => {
        const sorted = times.map((list) => [...list].sort((a, b) => a - b));
        const { out } = run(sorted, picks);
        expect(out.length).toBe(sorted.flat().length);
        for (let i = 1; i < out.length; i++) {
          const [a, b] = [out[i - 1]!, out[i]!];
          const order = compareTimes(a.dts, BASES[a.streamIndex]!, b.dts, BASES[b.streamIndex]!);
          expect(order < 0 || (order === 0 && a.streamIndex <= b.streamIndex)).toBe(true);
        }
        for (const index of [0, 1, 2]) {
          expect(out.filter((p) => p.streamIndex === index).map((p) => p.dts)).toEqual(
            sorted[index],
          );
        }
      },
    ),
    { seed: 31, numRuns: 200 },
  );
});

test('a silent stream does not hold up another for more than ten seconds', () => {
  const times = [Array.from({ length: 3000 }, (_, i) => i), [], []];
  const { out, most } = run(
    times,
    Array.from({ length: 3000 }, () => 0),
  );
  expect(most).toBeLessThanOrEqual(30 * 10 + 1);
  expect(out.length).toBe(3000);
});

test('nobody waits for subtitles', () => {
  const queue = new Interleaver(
    [
      [1, 30],
      [1, 1000],
    ],
    [false, true],
  );
  queue.push(0, packet(5));
  expect(queue.take(false)?.packet.dts).toBe(5);
});

test('times are compared exactly', () => {
  const huge = 2 ** 52;
  expect(compareTimes(huge + 1, [1, 90000], huge, [1, 90000])).toBeGreaterThan(0);
  expect(compareTimes(huge, [1001, 30000], huge, [1001, 30000])).toBe(0);
  expect(compareTimes(1, [1, 3], 333333, [1, 1000000])).toBeGreaterThan(0);
  expect(toSeconds(1, [1, 4])).toBe(0.25);
});
