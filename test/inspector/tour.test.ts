/** The guided tour: ten steps that fit whatever is open. */
import { describe, expect, it } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import type { Settings } from '../../inspector/protocol.ts';
import { recordingOfEncode, recordingOfTrace } from '../../inspector/recording.ts';
import { createSample } from '../../inspector/sample.ts';
import { DEFAULTS, formatState, parseState } from '../../inspector/state.ts';
import { interPicture, TOUR } from '../../inspector/tour-steps.ts';
import { openTrace } from '../../src/inspect/index.ts';
import { MemorySource } from '../../src/io/index.ts';

const SETTINGS: readonly Partial<Settings>[] = [
  {},
  { profile: 'baseline', preset: 'ultrafast', qp: 48 },
  { profile: 'high', coding: 'CABAC', qp: 10 },
];

describe('the tour', () => {
  it.each([1, 4])('shows what there is of %i pictures, whatever the settings', async (count) => {
    const sample = createSample();
    const source = { ...sample, pictures: sample.pictures.slice(0, count) };
    for (const change of SETTINGS) {
      const settings: Settings = {
        preset: 'faster',
        qp: 28,
        profile: 'main',
        bframes: 2,
        coding: 'CAVLC',
        ...change,
      };
      const coded = await encodePictures(source, settings, true);
      const trace = await openTrace(new MemorySource(coded.trace));
      const all = [await recordingOfEncode(source, coded), await recordingOfTrace(trace, 'trace')];
      for (const recording of all) {
        expect(TOUR.length).toBe(10);
        await recording.load(interPicture(recording));
        // The square that is open stays, where it has something to show.
        const { mb } = TOUR[8]!.show(recording, 17);
        expect(TOUR[9]!.show(recording, mb).mb).toBe(mb);
        for (const { show, text } of TOUR) {
          const state = { ...DEFAULTS, ...show(recording) };
          expect(parseState(formatState(state))).toEqual(state);
          expect(state.picture).toBeLessThan(count);
          expect(state.mb).toBeLessThan(recording.widthInMbs * recording.heightInMbs);
          for (const paragraph of text(recording))
            expect(paragraph).not.toMatch(/NaN|undefined|Infinity/);
        }
      }
    }
  });
});
