/** Planes of samples: halved, and with their edges repeated. The plain forms of frame kernels (frame-kernels.ts). */
import { clip1 } from '../../base/math.ts';
import type { HalfSamplePlanes, SamplePlane } from '../frame-kernels.ts';

/** `FrameKernels.halve`. */
export function halvePlane(plane: SamplePlane): SamplePlane {
  const { samples, width } = plane;
  const half = { width: width >> 1, height: plane.height >> 1 };
  const halved = new Uint8Array(half.width * half.height);
  for (let y = 0, to = 0; y < half.height; y++) {
    let from = 2 * y * width;
    for (let x = 0; x < half.width; x++, to++, from += 2) {
      const below = from + width;
      halved[to] =
        (samples[from] + samples[from + 1] + samples[below] + samples[below + 1] + 2) >> 2;
    }
  }
  return { samples: halved, ...half };
}

/**
 * Fills `window` with what `halvePlane` makes of `plane` from (left, top) of the halved plane on. Outside of that its edge samples are
 * repeated.
 */
export function halveWindow(
  { samples, width, height }: SamplePlane,
  left: number,
  top: number,
  window: SamplePlane,
): void {
  const lastX = (width >> 1) - 1;
  const lastY = (height >> 1) - 1;
  for (let y = 0, to = 0; y < window.height; y++) {
    const row = 2 * Math.min(lastY, Math.max(0, top + y)) * width;
    for (let x = 0; x < window.width; x++, to++) {
      const from = row + 2 * Math.min(lastX, Math.max(0, left + x));
      const below = from + width;
      window.samples[to] =
        (samples[from] + samples[from + 1] + samples[below] + samples[below + 1] + 2) >> 2;
    }
  }
}

/** A plane with `padding` samples more on each side, the edge samples repeated. */
export function padPlane(plane: SamplePlane, padding: number): SamplePlane {
  const { samples, width, height } = plane;
  const stride = width + 2 * padding;
  const padded = new Uint8Array(stride * (height + 2 * padding));
  for (let y = 0; y < height; y++) {
    const row = (y + padding) * stride;
    padded.set(samples.subarray(y * width, (y + 1) * width), row + padding);
    padded.fill(samples[y * width], row, row + padding);
    padded.fill(samples[(y + 1) * width - 1], row + padding + width, row + stride);
  }
  const top = padding * stride;
  const bottom = top + (height - 1) * stride;
  for (let y = 1; y <= padding; y++) {
    padded.copyWithin(top - y * stride, top, top + stride);
    padded.copyWithin(bottom + y * stride, bottom, bottom + stride);
  }
  return { samples: padded, width: stride, height: height + 2 * padding };
}

/** Samples around a plane that the filter of half samples reads. */
const REACH = 3;

/** `FrameKernels.halfSamples`, clause 8.4.2.2.1. */
export function interpolateHalfSamples(plane: SamplePlane): HalfSamplePlanes {
  const { width, height } = plane;
  const padded = padPlane(plane, REACH);
  const { samples, width: stride } = padded;
  const count = width * height;
  const b = new Uint8Array(count);
  const h = new Uint8Array(count);
  const j = new Uint8Array(count);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const at = (y + REACH) * stride + x + REACH;
      b[to] = clip1((sixTaps(samples, at, 1) + 16) >> 5);
      h[to] = clip1((sixTaps(samples, at, stride) + 16) >> 5);
      let sum = sixTaps(samples, at - 2 * stride, 1) + sixTaps(samples, at + 3 * stride, 1);
      sum -= 5 * (sixTaps(samples, at - stride, 1) + sixTaps(samples, at + 2 * stride, 1));
      sum += 20 * (sixTaps(samples, at, 1) + sixTaps(samples, at + stride, 1));
      j[to] = clip1((sum + 512) >> 10);
    }
  }
  return { b, h, j };
}

/** Equations 8-241 and 8-242: the filter (1, -5, 20, 20, -5, 1) along samples `step` apart, between `at` and the next. */
function sixTaps(samples: Uint8Array, at: number, step: number): number {
  return (
    samples[at - 2 * step] -
    5 * samples[at - step] +
    20 * samples[at] +
    20 * samples[at + step] -
    5 * samples[at + 2 * step] +
    samples[at + 3 * step]
  );
}
