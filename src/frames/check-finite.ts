/** NaN and infinity in sound: no sensible input has them, and no encoder can do anything sensible with them. */
import { ConfigError } from '../base/errors.ts';
import type { AudioFrame } from './frame.ts';
import { sampleFmtInfo } from './sample-format.ts';

/** Throws `ConfigError` naming `where`, channel and sample if a sample is NaN or infinite; integers always pass. */
export function requireFiniteSamples(where: string, frame: AudioFrame): void {
  const { isFloat, planar } = sampleFmtInfo(frame.sampleFmt);
  if (!isFloat) return;
  const count = planar ? frame.numSamples : frame.numSamples * frame.numChannels;
  frame.planes.forEach((plane, p) => {
    const { data, offset } = plane;
    const index =
      data instanceof Float32Array
        ? indexOfNonFinite32(data, offset, count)
        : indexOfNonFinite64(data as Float64Array, offset, count);
    if (index < 0) return;
    const channel = planar ? p : index % frame.numChannels;
    const sample = planar ? index : Math.floor(index / frame.numChannels);
    throw new ConfigError(
      where,
      `sample ${sample} of channel ${channel} is ${data[offset + index]}, allowed are finite numbers`,
    );
  });
}

/** Index from `offset` on of the first sample that is no finite number; -1 if there is none. */
function indexOfNonFinite32(data: Float32Array, offset: number, count: number): number {
  // x - x is 0 for every finite x, and NaN for the others.
  for (let i = 0; i < count; i++) if (data[offset + i]! - data[offset + i]! !== 0) return i;
  return -1;
}

/** As for 32 bits. */
function indexOfNonFinite64(data: Float64Array, offset: number, count: number): number {
  for (let i = 0; i < count; i++) if (data[offset + i]! - data[offset + i]! !== 0) return i;
  return -1;
}
