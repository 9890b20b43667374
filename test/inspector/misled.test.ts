/** Where estimates were wrong: what the view lists is what the trials say. */
import { expect, test } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import { recordingOfEncode } from '../../inspector/recording.ts';
import { createSample } from '../../inspector/sample.ts';
import { candidatesOf } from '../../inspector/views/candidates.ts';
import { misledMacroblocks } from '../../inspector/views/misled.ts';

test('each macroblock of the list was taken another way than the inter type that was thought best, for less', async () => {
  const source = createSample();
  const few = { ...source, pictures: source.pictures.slice(0, 4) };
  const settings = {
    preset: 'fast',
    qp: 28,
    profile: 'main',
    bframes: 2,
    coding: 'CAVLC',
  } as const;
  const recording = await recordingOfEncode(few, await encodePictures(few, settings, true));
  const picture = recording.shown[3]!;
  await recording.load(picture);
  const found = misledMacroblocks(picture);
  expect(found.length).toBeGreaterThan(3);
  for (const [i, { mb, thought, taken, lost }] of found.entries()) {
    const all = candidatesOf(picture, mb);
    const costOf = (type: number) =>
      Math.min(...all.filter((one) => one.type === type).map(({ cost }) => cost));
    const own = all.find(({ index }) => index === picture.maps.candidate[mb])!;
    expect([own.type, picture.maps.type[mb]]).toEqual([taken, taken]);
    expect(own.cost).toBeLessThan(costOf(thought));
    expect(lost).toBeCloseTo(costOf(thought) / own.cost - 1, 6);
    if (i > 0) expect(lost).toBeLessThanOrEqual(found[i - 1]!.lost);
  }
});
