/** The options that each `tune` sets. Any of them can also be given by itself, which overrides the tune. */
import { ConfigError, requireOneOf } from '../../../base/errors.ts';
import type { H264Options } from './options.ts';

/** The purposes that pictures are coded for, and the kinds of content that they may have. */
export const TUNES = [
  'psnr',
  'ssim',
  'film',
  'animation',
  'grain',
  'stillimage',
  'screen',
  'fastdecode',
  'zerolatency',
] as const;

export type Tune = (typeof TUNES)[number];

/**
 * Choice: adaptive quantization at strength 2 is what libx264 has at 1; SSIM wants more, and only above its constant for contrast
 * (adaptive-quantization.ts): 3 above a floor of 30 against 2.6 above 1, CRF 20 to 35, 24 pictures, each against libx264's tune: veryfast, mean of
 * six clips +1.5 % to -1.7 %, worst of them a dark one, +13.9 to +0.4. Deblocking is weaker where fine detail
 * is to stay, stronger where areas are flat. Figures: docs/h264/psy.md.
 */
const OPTIONS_OF: Readonly<Record<Tune, Partial<H264Options>>> = {
  psnr: { psyRd: 0, aqStrength: 0 },
  ssim: { psyRd: 0, aqStrength: 3, aqFloor: 30 },
  film: { psyRd: 1, aqStrength: 2, deblockAlpha: -1, deblockBeta: -1 },
  animation: { psyRd: 0.4, aqStrength: 1.2, deblockAlpha: 1, deblockBeta: 1 },
  grain: {
    psyRd: 1,
    psyTrellis: 0.3,
    aqStrength: 1,
    deblockAlpha: -2,
    deblockBeta: -2,
    ipOffset: 1,
  },
  stillimage: { psyRd: 2, aqStrength: 2.4, deblockAlpha: -3, deblockBeta: -3 },
  screen: { psyRd: 0, aqStrength: 0, deblockAlpha: -1, deblockBeta: -1 },
  fastdecode: { deblock: false, cabac: false, weightP: false, bframes: 0 },
  zerolatency: { lookahead: 0, bframes: 0 },
};

/** The options with those that `tune` stands for, where they are not given. Throws `ConfigError` for what contradicts it. */
export function withTune(at: string, options: H264Options): H264Options {
  const tune = requireOneOf(`${at}.tune`, options.tune, TUNES);
  const given: Partial<Record<string, unknown>> = { ...options };
  for (const [key, value] of Object.entries(OPTIONS_OF[tune])) given[key] ??= value;
  if (tune === 'zerolatency') {
    for (const key of ['lookahead', 'bframes'] as const) {
      if (given[key] === 0) continue;
      throw new ConfigError(`${at}.${key}`, `got ${given[key]}, tune zerolatency allowed is 0`);
    }
  }
  return given as unknown as H264Options;
}
