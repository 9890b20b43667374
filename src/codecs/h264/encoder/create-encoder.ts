/** Opens an encoder with the tools of every profile. */
import { ALL_TOOLS } from './all-tools.ts';
import { H264Encoder } from './encoder.ts';
import type { H264Options } from './options.ts';

/** Opens an encoder. Throws `ConfigError` for options that are wrong or that no level allows. */
export function createH264Encoder(options: H264Options): H264Encoder {
  return new H264Encoder(options, ALL_TOOLS);
}
