/** Option `tune`: what it stands for, and what overrides it. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../src/base/errors.ts';
import { type H264Options, resolveOptions } from '../../../../src/codecs/h264/encoder/options.ts';
import { TUNES, withTune } from '../../../../src/codecs/h264/encoder/tunes.ts';

const BASE: H264Options = { width: 64, height: 64, frameRate: [30, 1], crf: 23 };

describe('tune', () => {
  it('stands for other options, which can be given by themselves', () => {
    const tuned = resolveOptions({ ...BASE, tune: 'film' }, withTune);
    expect(tuned.quality.psyRd).toBe(1);
    expect(tuned.rate.aqStrength).toBe(2);
    const own = resolveOptions({ ...BASE, tune: 'film', psyRd: 0.3, deblockAlpha: 2 }, withTune);
    expect(own.quality.psyRd).toBe(0.3);
    expect(own.deblockAlpha).toBe(2);
    expect(own.deblockBeta).toBe(-1);
  });

  it.each(TUNES)('%s is allowed with every profile', (tune) => {
    for (const profile of ['baseline', 'main', 'high'] as const) {
      expect(() => resolveOptions({ ...BASE, profile, tune }, withTune)).not.toThrow();
    }
  });

  it('zerolatency waits for nothing, and refuses what would wait', () => {
    expect(resolveOptions({ ...BASE, tune: 'zerolatency' }, withTune).rate.lookahead).toBe(0);
    for (const waiting of [{ lookahead: 5 }, { profile: 'main', bframes: 2 }] as const) {
      const open = () => resolveOptions({ ...BASE, tune: 'zerolatency', ...waiting }, withTune);
      expect(open).toThrow(ConfigError);
      expect(open).toThrow('tune zerolatency');
    }
  });
});
