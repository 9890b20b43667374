/**
 * Sound at another sample rate, band-limited, by an exact ratio. Read resampler.ts, which says what holds, then block-resampler.ts,
 * where it is done; interpolator.ts is for ratios of unhandy numbers.
 */
export type { Span } from './block-stage.ts';
export { Resampler, type ResamplerOptions, resample } from './resampler.ts';
