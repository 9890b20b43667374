/** The innermost functions of the resampler: the stages of its transforms, and the product of a spectrum and a response. */
import type { FftKernels } from '../../../dsp/mixed-fft.ts';

/** All positions are in bytes of one memory. */
export interface ResampleKernels extends FftKernels {
  /**
   * Multiplies `count` complex numbers with the real numbers of a response, and exchanges their real and imaginary parts. Numbers
   * at `from` and `to` lie `step` bytes apart, 16 or -16; the response goes upwards from `response` on. `count` is 1 or more.
   */
  scaleSpectrum(from: number, to: number, response: number, count: number, step: number): void;
}

/** The plain kernel over `memory`. */
export function plainSpectrumKernel(memory: Float64Array): ResampleKernels['scaleSpectrum'] {
  return (from, to, response, count, step) => {
    let input = from >> 3;
    let output = to >> 3;
    const first = response >> 3;
    for (let k = 0; k < count; k++, input += step >> 3, output += step >> 3) {
      const gain = memory[first + k];
      memory[output] = memory[input + 1] * gain;
      memory[output + 1] = memory[input] * gain;
    }
  };
}
