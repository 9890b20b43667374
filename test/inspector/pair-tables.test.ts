/** Two encodes side by side: numbers of each picture and macroblock are those of both encodes. */
import { expect, it } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import { recordingOfEncode } from '../../inspector/recording.ts';
import { createSample } from '../../inspector/sample.ts';
import {
  differencesOf,
  differenceText,
  lossTable,
  pairTable,
} from '../../inspector/views/pair-tables.ts';
import { sum } from '../support/trace.ts';

it('lists pictures by both, and first the macroblocks at which the second lost most', async () => {
  const sample = createSample();
  const source = { ...sample, pictures: sample.pictures.slice(0, 3) };
  const settings = { preset: 'superfast', profile: 'main', bframes: 0, coding: 'CAVLC' } as const;
  const record = async (qp: number) => {
    const coded = await encodePictures(source, { ...settings, qp }, true);
    const recording = await recordingOfEncode(source, coded);
    await recording.load(...recording.pictures);
    return recording;
  };
  const both = [await record(24), await record(36)] as const;
  const { rows } = pairTable(both);
  expect(rows).toHaveLength(3);
  for (const [i, row] of rows.entries()) {
    expect(row[2]).toBe(both[0].shown[i]!.bytes);
    expect(row[7]).toBe(both[1].shown[i]!.bytes - both[0].shown[i]!.bytes);
    expect(row[8]).toBeLessThan(0);
  }
  const differences = differencesOf(both, [both[0].shown[1]!, both[1].shown[1]!]);
  const losses = differences.map(({ errors: [a, b] }) => b - a);
  expect(losses).toEqual([...losses].sort((a, b) => b - a));
  expect(sum(differences.map(({ bits }) => bits[0]))).toBe(sum(both[0].shown[1]!.maps.bits));
  expect(lossTable(differences).rows[0]![0]).toBe(differences[0]!.mb);
  expect(differenceText(differences, differences[0]!.mb)).toMatch(/Macroblock \d+: A .* B .*error/);
  expect(differenceText(differences, -1)).toBe('');
});
