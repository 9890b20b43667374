/**
 * The energies of substituted noise by rate and distortion. Each is sent as a difference to that of the band before, in steps of 1.5 dB,
 * and equal ones take a bit where steps of two take four to five. Nobody hears noise that is 1.5 dB louder: so the energies of a frame are the
 * path that costs least, found by dynamic programming over a few levels around the measured one of each band.
 *
 * Gain and cost: docs/aac/05-measurements.md.
 */
import { fastExp2 } from '../../../dsp/logarithm.ts';
import {
  type ChannelStream,
  MAX_BANDS,
  MAX_SCALE_FACTOR_DELTA,
} from '../standard/channel-stream.ts';
import { SCALE_FACTOR_LENGTHS } from '../standard/huffman-tables.ts';
import { NOISE_HCB } from '../standard/spectrum-coding.ts';

/** Levels looked at on each side of the measured one: 3 dB. */
const REACH = 2;
const STATES = 2 * REACH + 1;
/** The index of a difference of 0 in `DELTA_BITS`. */
const ORIGIN = MAX_SCALE_FACTOR_DELTA + 2 * REACH;
/** Bits of differences of levels, infinite where they cannot be sent. */
const DELTA_BITS: Float64Array = /* @__PURE__ */ (() => {
  const bits = new Float64Array(2 * ORIGIN + 1).fill(Number.POSITIVE_INFINITY);
  bits.set(SCALE_FACTOR_LENGTHS, 2 * REACH);
  return bits;
})();
const STEP = 2 ** 0.25;

/** What is known of the bands of one channel, and scratch. */
export class NoiseLevels {
  /** Band => noise_nrg of the measured energy, not rounded. */
  readonly measured = new Float64Array(MAX_BANDS);
  /** Band => weighted energy of its substitute: the cost of twice the amplitude or of none. */
  readonly worth = new Float64Array(MAX_BANDS);
  private readonly from = new Uint8Array(MAX_BANDS * STATES);
  /** Costs of the best paths to the levels of a band, in bits, and of those of the next. */
  private cost = new Float64Array(STATES);
  private next = new Float64Array(STATES);

  /**
   * Moves `scaleFactor` of the bands of noise to the cheapest path for noise that is worth `lambda` > 0 a bit. Neighbors differ by no more
   * than can be sent, before and afterwards.
   */
  choose({ codebook, scaleFactor, numBands }: ChannelStream, lambda: number): void {
    const { from, measured, worth } = this;
    let last = -1;
    for (let band = 0; band < numBands; band++) {
      if (codebook[band] !== NOISE_HCB) continue;
      const { cost, next } = this;
      const center = scaleFactor[band];
      const bandWorth = worth[band] / lambda;
      let amplitude = fastExp2(0.25 * (center - REACH - measured[band]));
      for (let s = 0; s < STATES; s++) {
        let least = 0;
        if (last >= 0) {
          const delta = center - scaleFactor[last] + s + ORIGIN;
          least = Number.POSITIVE_INFINITY;
          for (let p = 0; p < STATES; p++) {
            const total = cost[p] + DELTA_BITS[delta - p];
            if (total >= least) continue;
            least = total;
            from[band * STATES + s] = p;
          }
        }
        next[s] = least + bandWorth * (amplitude - 1) * (amplitude - 1);
        amplitude *= STEP;
      }
      this.cost = next;
      this.next = cost;
      last = band;
    }
    let state = REACH;
    for (let s = 0; s < STATES; s++) if (this.cost[s] < this.cost[state]) state = s;
    for (let band = last; band >= 0; band--) {
      if (codebook[band] !== NOISE_HCB) continue;
      scaleFactor[band] += state - REACH;
      state = from[band * STATES + state];
    }
  }
}
