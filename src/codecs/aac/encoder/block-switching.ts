/**
 * Block switching: finding attacks, and choosing the window sequence and the grouping of short windows.
 *
 * Quantization noise fills a whole block. Before an attack there is nothing to mask it (backward masking lasts a few
 * milliseconds), so a frame with an attack is coded in eight short blocks. The detector compares the energy of
 * high-passed runs of 128 samples, aligned with the centers of the short windows, with the decaying peak of the runs
 * before. The peak, not the mean: each pulse of a voice is an attack on the pause since the last, but masked by it.
 */
import { fastLog2 } from '../../../dsp/logarithm.ts';
import type { WindowInfo } from '../standard/channel-stream.ts';
import {
  EIGHT_SHORT_SEQUENCE,
  LONG_START_SEQUENCE,
  LONG_STOP_SEQUENCE,
  NUM_SHORT_WINDOWS,
  ONLY_LONG_SEQUENCE,
  SHORT_LENGTH,
  SHORT_OFFSET,
} from '../standard/window-sequence.ts';
import type { Tuning } from './tuning.ts';

/** First sample of the frame's own runs within its block of 2048: the centers of the short windows' first overlap. */
export const ATTACK_OFFSET = SHORT_OFFSET + SHORT_LENGTH;
/** Runs below this energy (of 128 high-passed samples, 32768 full scale) are no attacks: noise of 16-bit input. */
const QUIET_ENERGY = 128 * 30 * 30;
/** The share of a peak that is left after one run at 48 kHz (2.7 ms), as an energy ratio: 1 dB, slower than forward masking. */
const PEAK_DECAY = 0.8;

/** Share of a frame in the density of attacks: that of the last fifth of a second or so. */
const DENSITY_SHARE = 0.1;

/** Looks for attacks in one channel. */
export class AttackDetector {
  /** Decaying peak of the energies of runs; the last sample and the one before it; share of the last frames that had a rise. */
  private readonly state = new Float64Array(4);
  /** Largest rise of the last samples over what an attack needs. */
  strength = 0;
  private readonly ratio: number;
  private readonly denseRaise: number;

  constructor(tuning: Tuning) {
    this.ratio = tuning.attackRatio;
    this.denseRaise = tuning.denseRaise;
  }

  /**
   * Takes the next 1024 samples from `pos`. Returns the index 0..7 of the first run with an attack, or -1.
   */
  detect(samples: Float64Array, pos: number): number {
    let attack = -1;
    const { state } = this;
    let peak = state[0];
    let x1 = state[1];
    let x2 = state[2];
    const density = state[3];
    const needed = this.ratio * (1 + this.denseRaise * density * density);
    let rises = 0;
    let strength = 0;
    for (let run = 0; run < NUM_SHORT_WINDOWS; run++) {
      let energy = 0;
      const end = pos + (run + 1) * SHORT_LENGTH;
      for (let n = end - SHORT_LENGTH; n < end; n++) {
        const x = samples[n];
        // (1 - z^-1)² / 4: +0 dB at half the rate, 12 dB an octave below.
        const y = 0.25 * (x - 2 * x1 + x2);
        x2 = x1;
        x1 = x;
        energy += y * y;
      }
      if (energy > QUIET_ENERGY && energy > strength * needed * peak) {
        strength = energy / (needed * peak + 1e-9);
      }
      if (energy > QUIET_ENERGY && energy > this.ratio * peak) {
        rises = 1;
        if (attack < 0 && energy > needed * peak) attack = run;
      }
      peak = Math.max(energy, PEAK_DECAY * peak);
    }
    state[0] = peak;
    state[1] = x1;
    state[2] = x2;
    state[3] = density + DENSITY_SHARE * (rises - density);
    this.strength = strength;
    return attack;
  }
}

/** The sequence of a frame by that of the frame before and the attacks in it and in the next, clause 4.6.11.3.3. */
export function nextWindowSequence(previous: number, attack: boolean, attackNext: boolean): number {
  const endedShort = previous === LONG_START_SEQUENCE || previous === EIGHT_SHORT_SEQUENCE;
  if (endedShort) {
    // A stop window cannot be a start window too: short again if the next frame needs it.
    return attack || attackNext ? EIGHT_SHORT_SEQUENCE : LONG_STOP_SEQUENCE;
  }

  return attackNext ? LONG_START_SEQUENCE : ONLY_LONG_SEQUENCE;
}

/** Scratch of `groupWindows`: logarithms of the energies of bands, of each window and summed over a group. */
export class GroupingScratch {
  readonly bandLogs = new Float64Array(NUM_SHORT_WINDOWS * 16);
  readonly groupLogs = new Float64Array(16);
}

/**
 * Groups short windows whose spectra are alike, so that they share scale factors. Sets `numWindowGroups` and
 * `windowGroupLength`.
 * @param channels the lines of the windows of those that share `info`, 8 times 128 each
 * @param swb_offset of short windows, `numBands` + 1 used
 */
export function groupWindows(
  channels: readonly { readonly spectrum: Float64Array }[],
  swb_offset: Uint16Array,
  numBands: number,
  maxDistance: number,
  info: WindowInfo,
  { bandLogs, groupLogs }: GroupingScratch,
): void {
  bandLogs.fill(0);
  for (let w = 0; w < NUM_SHORT_WINDOWS; w++) {
    for (let b = 0; b < numBands; b++) {
      let energy = 1;
      for (let c = 0; c < channels.length; c++) {
        const { spectrum } = channels[c];
        for (let k = swb_offset[b]; k < swb_offset[b + 1]; k++) {
          const x = spectrum[w * SHORT_LENGTH + k];
          energy += x * x;
        }
      }
      bandLogs[w * 16 + b] = fastLog2(energy);
    }
  }
  let groups = 0;
  let length = 0;
  for (let w = 0; w < NUM_SHORT_WINDOWS; w++) {
    let distance = 0;
    if (w > 0) {
      for (let b = 0; b < numBands; b++) {
        distance += Math.abs(bandLogs[w * 16 + b] - groupLogs[b] / length);
      }
    }
    if (w > 0 && distance < maxDistance * numBands) {
      length++;
    } else {
      groups++;
      length = 1;
      groupLogs.fill(0);
    }
    for (let b = 0; b < numBands; b++) groupLogs[b] += bandLogs[w * 16 + b];
    info.windowGroupLength[groups - 1] = length;
  }
  info.numWindowGroups = groups;
}
