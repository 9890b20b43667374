/**
 * Sample rate conversion by any ratio, of sound that was brought to twice its rate before: the input has nothing above half of
 * what it could hold, so that a short filter tells it from its images. The filter is worked out for each output sample
 * between the values of a table, by a polynomial of third degree through four of them.
 */
import { gcd } from '../../../base/math.ts';
import { designLowPass, impulseResponse } from '../../../dsp/kaiser.ts';

/** The filter passes what lies below a quarter of the input's rate and stops what lies above three quarters. */
const ATTENUATION = 185;
const FILTER = /* @__PURE__ */ designLowPass(0.25, 0.75, ATTENUATION);
/** Half of the taps. */
const REACH = /* @__PURE__ */ Math.ceil(FILTER.halfLength);
const TAPS = 2 * REACH;
/** Values of the table for one sample. The polynomial's error is about 0.023·(π/PHASES)^4: -210 dB. */
const PHASES = 512;
const BLOCK = 2048;

/** Row p, p = 0..PHASES + 2, has the filter's taps for a time of (p - 1) / PHASES samples past the sample left of it. */
function newTable(): Float64Array {
  const table = new Float64Array((PHASES + 3) * TAPS);
  for (let row = 0; row < PHASES + 3; row++) {
    for (let tap = 0; tap < TAPS; tap++) {
      const time = (row - 1) / PHASES + (REACH - 1 - tap);
      table[row * TAPS + tap] = impulseResponse(FILTER, time);
    }
  }
  return table;
}

/** Samples are written until the buffer is full and read until no more can be worked out. Output sample n lies at the time of input sample n·from/to. */
export class Interpolator {
  private readonly table: Float64Array = newTable();
  private readonly taps = new Float64Array(TAPS);
  private readonly input: readonly Float64Array[];
  private filled = REACH - 1;
  /** The input sample left of the next output sample, as an index less REACH - 1, and how far past it that lies, in `to`-ths. */
  private left = 0;
  private past = 0;
  private readonly from: number;
  private readonly to: number;

  /** @param from,to rates of input and output */
  constructor(from: number, to: number, channels: number) {
    const divisor = gcd(from, to);
    this.from = from / divisor;
    this.to = to / divisor;
    this.input = Array.from({ length: channels }, () => new Float64Array(BLOCK + TAPS));
  }

  /** How many samples can be written now. */
  get room(): number {
    return BLOCK + TAPS - this.filled;
  }

  /** Their destination: arrays of the channels, and the first index. */
  get target(): { readonly arrays: readonly Float64Array[]; readonly at: number } {
    return { arrays: this.input, at: this.filled };
  }

  /** Says that `count` samples were written to `target`. */
  wrote(count: number): void {
    this.filled += count;
  }

  /** Gives up to `count` samples of each channel. Returns how many; 0 when more must be written first. */
  read(output: readonly Float64Array[], at: number, count: number): number {
    const { from, to, input } = this;
    let given = 0;
    while (given < count && this.left + TAPS <= this.filled) {
      this.makeTaps();
      for (let c = 0; c < input.length; c++) {
        output[c][at + given] = weightedSum(input[c], this.left, this.taps);
      }
      given++;
      this.past += from;
      const whole = Math.floor(this.past / to);
      this.left += whole;
      this.past -= whole * to;
    }
    const done = Math.min(this.left, this.filled);
    if (done > BLOCK / 2) {
      for (const samples of input) samples.copyWithin(0, done, this.filled);
      this.filled -= done;
      this.left -= done;
    }
    return given;
  }

  /** Lagrange's polynomial through the rows at -1, 0, 1 and 2. */
  private makeTaps(): void {
    const { table, taps } = this;
    const place = (this.past / this.to) * PHASES;
    const phase = Math.min(Math.floor(place), PHASES - 1);
    const x = place - phase;
    const a = (-x * (x - 1) * (x - 2)) / 6;
    const b = ((x + 1) * (x - 1) * (x - 2)) / 2;
    const c = (-(x + 1) * x * (x - 2)) / 2;
    const d = ((x + 1) * x * (x - 1)) / 6;
    let row = phase * TAPS;
    for (let tap = 0; tap < TAPS; tap++, row++) {
      taps[tap] =
        a * table[row] +
        b * table[row + TAPS] +
        c * table[row + 2 * TAPS] +
        d * table[row + 3 * TAPS];
    }
  }
}

function weightedSum(samples: Float64Array, at: number, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += samples[at + i] * weights[i];
  return sum;
}
