/** The legends of overlays: each says what it shows, or why it shows nothing. */
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import { legendOf } from '../../inspector/overlay-legend.ts';
import { type Recording, recordingOfEncode } from '../../inspector/recording.ts';
import { createSample } from '../../inspector/sample.ts';
import { OVERLAYS, type OverlayName } from '../../inspector/state.ts';
import { dearestOf } from '../../inspector/views/dearest.ts';

describe('legends', () => {
  let recording: Recording;
  const legend = (display: number, name: OverlayName): string =>
    legendOf(recording, recording.shown[display]!, [name])
      .map(({ text }) => text)
      .join(' | ');

  beforeAll(async () => {
    const sample = createSample();
    const source = { ...sample, pictures: sample.pictures.slice(0, 4) };
    const settings = { preset: 'faster', qp: 30, profile: 'main', bframes: 2 } as const;
    const coded = await encodePictures(source, { ...settings, coding: 'CAVLC' }, true);
    recording = await recordingOfEncode(source, coded);
    await recording.load(...recording.pictures);
  });

  it('are there for every overlay but the grid of partitions, on every picture', () => {
    for (const { display } of recording.shown) {
      for (const name of OVERLAYS) {
        if (name === 'partitions') expect(legend(display, name)).toBe('');
        else expect(legend(display, name)).toMatch(/^[A-Z][^:]*:? /);
      }
    }
  });

  it('say why there is nothing', () => {
    expect(legend(0, 'vectors')).toContain('none');
    expect(legend(0, 'references')).toContain('none');
    expect(legend(0, 'transform')).toContain('needs profile high');
    expect(legend(1, 'references')).toMatch(/list 0, number 0, picture 0/);
  });

  it('lists the dearest macroblocks, the dearest first', () => {
    const picture = recording.shown[0]!;
    const bits = dearestOf(picture).map((mb) => picture.maps.bits[mb]!);
    expect(bits[0]).toBe(Math.max(...picture.maps.bits));
    expect(bits).toEqual([...bits].sort((a, b) => b - a));
  });
});
