/** The two ways to open an encoder: with the tools of every profile, or with those of Constrained Baseline. */
import { H264Encoder } from './encoder.ts';
import type { H264Options } from './options.ts';
import { ALL_TOOLS, BASELINE_TOOLS } from './profile-tools.ts';

/** Opens an encoder. Throws `ConfigError` for options that are wrong or that no level allows. */
export function createH264Encoder(options: H264Options): H264Encoder {
  return new H264Encoder(options, ALL_TOOLS);
}

/**
 * Opens an encoder of Constrained Baseline alone, for small bundles: the same bytes, but profiles `main` and `high`, `hrd`,
 * `settingsSei`, `keyPictures: 'recovery'`, `statistics` of a first pass, `tune` and `inspect` are an `UnsupportedError`.
 */
export function createH264BaselineEncoder(options: H264Options): H264Encoder {
  return new H264Encoder(options, BASELINE_TOOLS);
}
