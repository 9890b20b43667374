/** The comparison bench: its suites and its tables. */
import { describe, expect, it } from 'vitest';
import { bdRateBy, type Measured, reportSuite } from '../../bench/compare/report.ts';
import { POINT, SUITES } from '../../bench/compare/suites.ts';

const points = [100, 200, 400, 800].map((bits, i) => ({
  bits,
  psnr: 30 + 3 * i,
  ssim: 10 + i,
  vmaf: 60 + 10 * i,
  cpuSeconds: 2,
}));
const tenthLess = points.map((point) => ({ ...point, bits: 0.9 * point.bits, cpuSeconds: 1 }));
const measured: Measured = { clip: 'a', preset: 'medium', anchor: points, test: tenthLess };

describe('comparison of encoders', () => {
  it('finds a tenth fewer bits at equal quality by every measure', () => {
    for (const measure of ['psnr', 'ssim', 'vmaf'] as const) {
      expect(bdRateBy(measure, measured)).toBeCloseTo(-10, 6);
    }
  });

  it('has no figure where the curves do not meet', () => {
    const above = points.map((point) => ({ ...point, psnr: point.psnr + 100 }));
    expect(bdRateBy('psnr', { ...measured, test: above })).toBeNaN();
  });

  it('prints mean, clips and the ratio of times', () => {
    const text = reportSuite({ ...SUITES[0]!, measures: ['psnr'] }, [measured]);
    expect(text).toContain('-10.0 %');
    expect(text).toContain('2.00 x');
  });

  it('puts the point into each side of each suite', () => {
    for (const { anchor, test } of SUITES) {
      for (const side of [anchor, test]) {
        const values =
          side.encoder === 'libx264' ? side.args : Object.values<unknown>(side.options);
        expect(values).toContain(POINT);
      }
    }
  });
});
