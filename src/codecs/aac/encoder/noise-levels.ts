/**
 * The energies of substituted noise by rate and distortion. Each is sent as a difference to that of the band before, in steps of 1.5 dB,
 * and equal ones take a bit where steps of two take four to five. Nobody hears noise that is 1.5 dB louder: so the energies of a frame are the
 * path that costs least, found by dynamic programming over a few levels around the measured one of each band.
 *
 * Gain and cost: docs/aac/05-measurements.md.
 */
import {
  type ChannelStream,
  MAX_BANDS,
  MAX_SCALE_FACTOR_DELTA,
} from '../standard/channel-stream.ts';
import { SCALE_FACTOR_LENGTHS } from '../standard/huffman-tables.ts';
import { NOISE_HCB } from '../standard/spectrum-coding.ts';

/** Levels looked at on each side of the measured one: 4.5 dB. */
const REACH = 3;
const STATES = 2 * REACH + 1;

/** What is known of the bands of one channel, and scratch. */
export class NoiseLevels {
  /** Band => noise_nrg of the measured energy, not rounded. */
  readonly measured = new Float64Array(MAX_BANDS);
  /** Band => weighted energy of its substitute: the cost of twice the amplitude or of none. */
  readonly worth = new Float64Array(MAX_BANDS);
  private readonly from = new Uint8Array(MAX_BANDS * STATES);
  private readonly cost = new Float64Array(STATES);
  private readonly next = new Float64Array(STATES);

  /**
   * Moves `scaleFactor` of the bands of noise to the cheapest path for noise that is worth `lambda` a bit. Neighbors differ by no more than
   * can be sent before; they do not afterwards.
   */
  choose(stream: ChannelStream, lambda: number): void {
    const { from, cost, next, measured, worth } = this;
    const { codebook, scaleFactor, numBands } = stream;
    let before = -1;
    for (let band = 0; band < numBands; band++) {
      if (codebook[band] !== NOISE_HCB) continue;
      const center = scaleFactor[band];
      const step = before < 0 ? 0 : center - scaleFactor[before];
      for (let s = 0; s < STATES; s++) {
        const off = 2 ** (0.25 * (center + s - REACH - measured[band])) - 1;
        let least = 0;
        if (before >= 0) {
          least = Number.POSITIVE_INFINITY;
          for (let p = 0; p < STATES; p++) {
            const delta = step + s - p;
            if (delta > MAX_SCALE_FACTOR_DELTA || delta < -MAX_SCALE_FACTOR_DELTA) continue;
            const bits = SCALE_FACTOR_LENGTHS[delta + MAX_SCALE_FACTOR_DELTA];
            const total = cost[p] + lambda * bits;
            if (total >= least) continue;
            least = total;
            from[band * STATES + s] = p;
          }
        }
        next[s] = least + worth[band] * off * off;
      }
      cost.set(next);
      before = band;
    }
    if (before >= 0) this.follow(stream, before);
  }

  /** Follows the cheapest path from the last band of noise, `last`. */
  private follow({ codebook, scaleFactor }: ChannelStream, last: number): void {
    const { from, cost } = this;
    let state = REACH;
    for (let s = 0; s < STATES; s++) if (cost[s] < cost[state]) state = s;
    for (let band = last; band >= 0; band--) {
      if (codebook[band] !== NOISE_HCB) continue;
      scaleFactor[band] += state - REACH;
      state = from[band * STATES + state];
    }
  }
}
