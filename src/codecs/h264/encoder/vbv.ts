/**
 * The coded picture buffer of Annex C, from the encoder's side. Bits flow in at a steady rate, and each access unit is taken out
 * whole at its time. It must be complete by then (no underflow), and with constant bit rate the buffer must never overflow.
 * `Vbv` keeps the account; rate-control.ts and buffer-fit.ts act on it.
 */
import { ConfigError } from '../../../base/errors.ts';
import type { Rational } from '../../../base/rational.ts';
import type { HrdParameters } from '../../../syntax/h264/hrd.ts';

/** The buffer to be kept. */
export interface VbvOptions {
  /** Bits per second that flow in. */
  readonly maxRate: number;
  /** Bits that the buffer holds. */
  readonly bufferSize: number;
  /** Fullness when the first access unit is taken out, as a fraction of the size, above 0 to 1. */
  readonly initialFullness: number;
  /** Constant bit rate: bits never stop flowing, filler data keeps the buffer from running over. */
  readonly isConstant: boolean;
}

/** Units in which hrd_parameters( ) count: bit_rate_scale and cpb_size_scale 0, clause E.2.2. */
const RATE_UNIT = 64;
const SIZE_UNIT = 16;

/** Ticks per second of initial_cpb_removal_delay, clause D.2.2. */
const DELAY_CLOCK = 90000;

/** Doubles count bits here; sums of fractions may be off by less than this after any number of pictures. */
const ROUNDING_BITS = 1;

/** `options` with rate and size rounded down to what hrd_parameters( ) can say exactly. */
export function representableVbv(options: VbvOptions): VbvOptions {
  return {
    ...options,
    maxRate: Math.max(RATE_UNIT, options.maxRate - (options.maxRate % RATE_UNIT)),
    bufferSize: Math.max(SIZE_UNIT, options.bufferSize - (options.bufferSize % SIZE_UNIT)),
  };
}

/** hrd_parameters( ) of a buffer that went through `representableVbv`, clause E.1.2. */
export function hrdParameters(options: VbvOptions): HrdParameters {
  return {
    bit_rate_scale: 0,
    cpb_size_scale: 0,
    schedules: [
      {
        bit_rate_value_minus1: options.maxRate / RATE_UNIT - 1,
        cpb_size_value_minus1: options.bufferSize / SIZE_UNIT - 1,
        cbr_flag: options.isConstant ? 1 : 0,
      },
    ],
    initial_cpb_removal_delay_length_minus1: 31,
    cpb_removal_delay_length_minus1: 31,
    dpb_output_delay_length_minus1: 31,
    time_offset_length: 0,
  };
}

/** The buffer's state, just before the next access unit is taken out. */
export class Vbv {
  readonly options: VbvOptions;
  /** Bits that flow in from one picture to the next. */
  readonly bitsPerFrame: number;
  /** Ticks in which an empty buffer fills: initial_cpb_removal_delay and its offset always sum to this. */
  private readonly fullDelay: number;
  /** Bits that can be there at most: where bits may stop flowing, what flows in during `fullDelay` (clause C.1.1). */
  private readonly capacity: number;
  private level: number;

  /** @param frameRate frames per second, at which pictures come unless `wait` says more */
  constructor(options: VbvOptions, frameRate: Rational) {
    this.options = options;
    this.bitsPerFrame = (options.maxRate * frameRate[1]) / frameRate[0];
    const { maxRate, bufferSize, initialFullness, isConstant } = options;
    this.fullDelay = Math.floor((DELAY_CLOCK * bufferSize) / maxRate);
    this.capacity = isConstant ? bufferSize : (this.fullDelay * maxRate) / DELAY_CLOCK;
    // The first delay is what is written, a whole number of ticks.
    this.level = (Math.floor(this.fullDelay * initialFullness) * maxRate) / DELAY_CLOCK;
    if (this.bitsPerFrame > options.bufferSize && options.isConstant) {
      throw new ConfigError(
        'h264.options.vbvBufferSize',
        `got ${options.bufferSize} bits, allowed from ${Math.ceil(this.bitsPerFrame)}: the bits of one frame's time at vbvMaxRate`,
      );
    }
  }

  /** Bits in the buffer that the next access unit may use. */
  get fullness(): number {
    return this.level;
  }

  /** Largest size in bits of the next access unit without underflow. */
  get maxBits(): number {
    return Math.floor(this.level - ROUNDING_BITS);
  }

  /** Smallest size in bits of the next access unit without overflow; 0 unless the bit rate is constant. */
  get minBits(): number {
    if (!this.options.isConstant) return 0;
    const excess = this.level + this.bitsPerFrame - this.options.bufferSize;
    return Math.max(0, Math.ceil(excess + ROUNDING_BITS));
  }

  /**
   * initial_cpb_removal_delay of the next access unit, if it starts a buffering period, in 90 kHz ticks: the time in
   * which what is in the buffer has flowed in (clauses C.1.2 and D.2.2).
   */
  get initialRemovalDelay(): number {
    const delay = Math.ceil((DELAY_CLOCK * this.level) / this.options.maxRate - 1e-6);
    return Math.min(Math.max(1, delay), this.fullDelay);
  }

  /** initial_cpb_removal_delay_offset: together with the delay it makes a full buffer (constant through the stream). */
  get initialRemovalDelayOffset(): number {
    return this.fullDelay - this.initialRemovalDelay;
  }

  /** Lets bits flow in for `frames` more frame times before the next access unit: times of pictures may leave gaps. */
  wait(frames: number): void {
    this.level = Math.min(this.level + frames * this.bitsPerFrame, this.capacity);
  }

  /** Takes the next access unit out and lets bits flow in until the one after. */
  remove(bits: number): void {
    this.level = Math.min(this.level - bits + this.bitsPerFrame, this.capacity);
  }
}
