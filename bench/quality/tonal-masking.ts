/**
 * Noise to mask by the model of ISO/IEC 13818-7, annex B (informative): thresholds lie 18 dB below what is predictable over frames,
 * a tone, and 6 dB below what is not, noise. So it is a second opinion beside BS.1387, whose masks do not know the two apart.
 *
 * Measured is the waveform of the error. A cell is a third of a Bark in a frame of 43 ms.
 */
import { BarkBands, ShortTimeSpectra, zwickerBark } from './band-spectra.ts';

const SIZE = 2048;
const BINS = SIZE / 2 + 1;
/** Level of a full-scale sine, dB. */
const FULL_SCALE = 96;
/** Energy of the highest bin of a full-scale sine. */
const PEAK = (SIZE / 4) ** 2;
const BANDS = new BarkBands(SIZE, 1 / 3, 18000);
/** Masking over the noise floor that counts: a cell that is better than this is as good as this, dB. */
const FLOOR_DB = -20;

const PITCH = BANDS.center.map(zwickerBark);

/** The spreading function of the annex: what a band `distance` Bark away leaves, as an energy ratio. */
function spreading(from: number, to: number): number {
  const x = to >= from ? 3 * (from - to) : 1.5 * (from - to);
  const dip = 8 * Math.min((x - 0.5) ** 2 - 2 * (x - 0.5), 0);
  const slope = 15.811389 + 7.5 * (x + 0.474) - 17.5 * Math.sqrt(1 + (x + 0.474) ** 2);
  return slope < -100 ? 0 : 10 ** ((dip + slope) / 10);
}

/** [from * count + to] => share, and band => the sum over all sources. */
const SPREAD = Float64Array.from({ length: BANDS.count ** 2 }, (_, i) =>
  spreading(PITCH[Math.floor(i / BANDS.count)]!, PITCH[i % BANDS.count]!),
);
const SPREAD_SUM = PITCH.map((_, to) => {
  let sum = 0;
  for (let from = 0; from < BANDS.count; from++) sum += SPREAD[from * BANDS.count + to]!;
  return sum;
});

/** Band => threshold in quiet as an energy. */
const QUIET = BANDS.center.map((hertz, band) => {
  const kHz = hertz / 1000;
  const level = 3.64 * kHz ** -0.8 - 6.5 * Math.exp(-0.6 * (kHz - 3.3) ** 2) + 0.001 * kHz ** 4;
  const bins = BANDS.firstBin[band + 1]! - BANDS.firstBin[band]!;
  return 10 ** ((Math.max(level, -5) - FULL_SCALE) / 10) * PEAK * Math.sqrt(bins);
});

/** Mean noise to mask of cells, dB, each at least -20, and the share of cells above the mask. */
export interface TonalMasking {
  /** Below 4 kHz. */
  readonly low: number;
  /** From 4 to 16 kHz. */
  readonly high: number;
  readonly lowAbove: number;
  readonly highAbove: number;
}

/** Spectra of the two frames before the present one, by bin. */
class Past {
  readonly amplitude = new Float64Array(BINS);
  readonly cosine = new Float64Array(BINS);
  readonly sine = new Float64Array(BINS);
}

/** Energy of each bin times how badly the two frames before predict it: 0 for a steady tone, 1 for noise. */
function unpredictable(spectra: ShortTimeSpectra, last: Past, before: Past, out: Float64Array) {
  for (let k = 0; k < BINS; k++) {
    const amplitude = 2 * last.amplitude[k]! - before.amplitude[k]!;
    // The phase goes on as it went: 2 φ₁ - φ₂.
    const c = last.cosine[k]! ** 2 - last.sine[k]! ** 2;
    const s = 2 * last.cosine[k]! * last.sine[k]!;
    const cosine = c * before.cosine[k]! + s * before.sine[k]!;
    const sine = s * before.cosine[k]! - c * before.sine[k]!;
    const re = spectra.re[k]! - amplitude * cosine;
    const im = spectra.im[k]! - amplitude * sine;
    const energy = spectra.power[k]!;
    const scale = Math.sqrt(energy) + Math.abs(amplitude) + 1e-12;
    out[k] = (energy * Math.sqrt(re * re + im * im)) / scale;
  }
}

/** Makes `past` the frame that `spectra` holds. */
function remember(spectra: ShortTimeSpectra, past: Past): void {
  for (let k = 0; k < BINS; k++) {
    const amplitude = Math.sqrt(spectra.power[k]!);
    past.amplitude[k] = amplitude;
    past.cosine[k] = amplitude > 0 ? spectra.re[k]! / amplitude : 1;
    past.sine[k] = amplitude > 0 ? spectra.im[k]! / amplitude : 0;
  }
}

/** Thresholds of a frame from the energies of its bands and the unpredictable parts of them. */
function thresholds(energy: Float64Array, chaos: Float64Array, out: Float64Array): void {
  const { count } = BANDS;
  for (let to = 0; to < count; to++) {
    let spread = 0;
    let spreadChaos = 0;
    for (let from = 0; from < count; from++) {
      const share = SPREAD[from * count + to]!;
      spread += energy[from]! * share;
      spreadChaos += chaos[from]! * share;
    }
    const part = Math.max(spreadChaos / (spread + 1e-20), 1e-9);
    const tonality = Math.min(1, Math.max(0, -0.299 - 0.43 * Math.log(part)));
    const below = 18 * tonality + 6 * (1 - tonality);
    out[to] = Math.max((spread / SPREAD_SUM[to]!) * 10 ** (-below / 10), QUIET[to]!);
  }
}

/** Measures one channel; arrays are aligned and full scale ±1. */
export function measureTonalMasking(reference: Float64Array, test: Float64Array): TonalMasking {
  const spectra = new ShortTimeSpectra(SIZE);
  const length = Math.min(reference.length, test.length);
  const error = Float64Array.from({ length }, (_, n) => test[n]! - reference[n]!);
  let last = new Past();
  let before = new Past();
  const chaos = new Float64Array(BINS);
  const energy = new Float64Array(BANDS.count);
  const noise = new Float64Array(BANDS.count);
  const bandChaos = new Float64Array(BANDS.count);
  const threshold = new Float64Array(BANDS.count);
  const sum = [0, 0];
  const above = [0, 0];
  const cells = [0, 0];
  for (let frame = 0; frame * (SIZE / 2) + SIZE <= length; frame++) {
    spectra.transform(reference, frame * (SIZE / 2));
    unpredictable(spectra, last, before, chaos);
    BANDS.sum(spectra.power, energy);
    BANDS.sum(chaos, bandChaos);
    remember(spectra, before);
    [last, before] = [before, last];
    if (frame < 2) continue;
    thresholds(energy, bandChaos, threshold);
    spectra.transform(error, frame * (SIZE / 2));
    BANDS.sum(spectra.power, noise);
    for (let band = 0; band < BANDS.count; band++) {
      const hertz = BANDS.center[band]!;
      if (energy[band]! <= QUIET[band]! || hertz >= 16000) continue;
      const range = hertz < 4000 ? 0 : 1;
      const level = 10 * Math.log10(noise[band]! / threshold[band]! + 1e-9);
      cells[range]!++;
      sum[range]! += Math.max(level, FLOOR_DB);
      if (level > 0) above[range]!++;
    }
  }
  return {
    low: sum[0]! / cells[0]!,
    high: sum[1]! / cells[1]!,
    lowAbove: above[0]! / cells[0]!,
    highAbove: above[1]! / cells[1]!,
  };
}
