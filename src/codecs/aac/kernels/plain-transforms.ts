/** The sums over bands that transforms.ts needs besides src/dsp, as a function over typed arrays. */

/**
 * Separates the transform of two blocks of 2048 samples, one real and one imaginary, and sums the energies of bands.
 * @param re 2049 numbers, of which the last is written; `im` likewise
 * @param bands see `BandPlan`
 */
export function sumBands(
  re: Float64Array,
  im: Float64Array,
  bands: {
    readonly numBands: number;
    readonly firstLine: Uint16Array;
    readonly lineGain: Float64Array;
    readonly noise: Float64Array;
  },
  energyA: Float64Array,
  energyB: Float64Array,
): void {
  const { numBands, firstLine, lineGain, noise } = bands;
  const size = 2048;
  // Line 0 is its own mirror: both parts are doubled there, as everywhere else.
  re[size] = re[0];
  im[size] = im[0];
  for (let b = 0; b < numBands; b++) {
    let sumA = noise[b];
    let sumB = noise[b];
    const end = firstLine[b + 1];
    for (let k = firstLine[b]; k < end; k++) {
      const mirror = size - k;
      const ar = re[k] + re[mirror];
      const ai = im[k] - im[mirror];
      const br = im[k] + im[mirror];
      const bi = re[mirror] - re[k];
      const gain = 0.25 * lineGain[k];
      sumA += (ar * ar + ai * ai) * gain;
      sumB += (br * br + bi * bi) * gain;
    }
    energyA[b] = sumA;
    energyB[b] = sumB;
  }
}
