/** How many blocks of sound had which level, so that gates can be moved afterwards without keeping the blocks. */

/** The absolute gate (BS.1770-5, equation 5): quieter blocks do not count. */
const LOWEST = -70;
/** Louder blocks count as of this level; full scale on two dozen channels is below it. */
const HIGHEST = 30;
const BINS_PER_LU = 100;
const BINS = (HIGHEST - LOWEST) * BINS_PER_LU;

/** Counts and energies of levels above -70 LUFS, in steps of 0.01 LU. */
export class LevelHistogram {
  private readonly counts = new Float64Array(BINS);
  private readonly energies = new Float64Array(BINS);
  /** How many blocks were above -70 LUFS. */
  count = 0;
  private energy = 0;

  /** Adds a block of `level` LUFS, whose mean square is `energy`. */
  add(level: number, energy: number): void {
    if (!(level > LOWEST)) return;
    const bin = Math.min(BINS - 1, Math.floor((level - LOWEST) * BINS_PER_LU));
    this.counts[bin]++;
    this.energies[bin] += energy;
    this.count++;
    this.energy += energy;
  }

  /** Mean of the energies of all blocks; 0 if there is none. */
  get meanEnergy(): number {
    return this.count === 0 ? 0 : this.energy / this.count;
  }

  private firstAbove(threshold: number): number {
    return Math.max(0, Math.ceil((threshold - LOWEST) * BINS_PER_LU));
  }

  /** Mean of the energies of the blocks above `threshold`, to the nearest step above it; 0 if there is none. */
  meanEnergyAbove(threshold: number): number {
    let count = 0;
    let energy = 0;
    for (let bin = this.firstAbove(threshold); bin < BINS; bin++) {
      count += this.counts[bin];
      energy += this.energies[bin];
    }
    return count === 0 ? 0 : energy / count;
  }

  /** The level that `part` of the blocks above `threshold` do not exceed, to 0.01 LU; -70 if there are none. */
  percentile(threshold: number, part: number): number {
    const first = this.firstAbove(threshold);
    let count = 0;
    for (let bin = first; bin < BINS; bin++) count += this.counts[bin];
    if (count === 0) return LOWEST;
    // Of the blocks in order of their level, the one at this place (Tech 3342, annex 1: the nearest).
    const wanted = Math.round((count - 1) * part);
    let seen = 0;
    for (let bin = first; bin < BINS; bin++) {
      seen += this.counts[bin];
      if (seen > wanted) return LOWEST + (bin + 0.5) / BINS_PER_LU;
    }
    return LOWEST;
  }
}
