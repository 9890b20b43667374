/** Opens an encoder of Constrained Baseline, which loads no tool of another profile. */
import { H264Encoder } from './encoder.ts';
import type { H264Options } from './options.ts';
import { BASELINE_TOOLS } from './profile-tools.ts';

/**
 * Opens an encoder of Constrained Baseline alone, for small bundles: the same bytes, but profiles `main` and `high`, `hrd`,
 * `settingsSei`, `keyPictures: 'recovery'`, `statistics` of a first pass, `tune` and `inspect` are an `UnsupportedError`.
 */
export function createH264BaselineEncoder(options: H264Options): H264Encoder {
  return new H264Encoder(options, BASELINE_TOOLS);
}
