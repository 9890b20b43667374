/**
 * Rate control. One number, lambda, says what a bit is worth in noise; equal lambda in all bands and frames gives the least
 * noise for the bits of the whole stream. So lambda should hardly move, and the bit reservoir is what lets frames take
 * what they need: the decoder's buffer holds 6144 bits a channel, and what quiet frames leave, loud ones may use (AAC clause
 * 4.5.3.1 and its 4.5.3.2 on the reservoir).
 *
 * Lambda follows the fill of the reservoir (fuller: spend more), and its base drifts until the mean rate is right.
 */
import { fastExp2, fastLog2 } from '../../../dsp/logarithm.ts';
import { FRAME_LENGTH } from '../standard/window-sequence.ts';
import { BUFFER_BITS_PER_CHANNEL, countMainChannels, type EncoderSettings } from './options.ts';

/** Weighted noise of a line over lambda, on average: half of what high resolution would give, since many lines are 0. */
export const NOISE_TO_LAMBDA = 0.72;

/** Where the reservoir is held, as a share of its size: room below for attacks, above for pauses. */
const TARGET_FILL = 0.5;
/**
 * Seconds that the mean of `average` is taken over: its reservoir is only a number. Longer, and ten seconds may end more than
 * 1 % off; shorter, and it is CBR.
 */
const AVERAGE_SECONDS = 0.3;
/**
 * The most bits that `average` may save, in capacities of the reservoir. With less, each pause is forgotten; with more, a
 * long pause is spent at once.
 */
const AVERAGE_CEILING = 2;
/** How fast the base drifts: log2 of lambda a frame, times the error of the fill as a share of the capacity. */
const DRIFT = 0.06;

/** Two frames in turn whose lambda had to be raised by more than this show a base that is too small; a single one may be an attack. */
const FAR_OFF = 1.5;
/**
 * The share of what lambda had to be raised by, log2, that the base rises by as well, and the most of one frame. A soft passage takes the
 * base far down; without this, what follows has no reservoir for seconds. More, and attacks make what follows them coarse.
 */
const REPAIR = 0.15;
const MOST_RAISED = 3;

/** Below this, noise is far under any threshold; the base does not drift there in silence. */
const LEAST_LOG2 = -16;

/** A reservoir filled to less than this share is empty. */
const EMPTY_FILL = 0.1;
/** Share of a frame in the mean of demands: that of a second or so. */
const DEMAND_SHARE = 0.03;
/** Frames that take a smaller part of the usual than this, such as pauses, count as this. */
const LEAST_DEMAND = 0.05;

/** Gives each frame its lambda and its bounds, and keeps the account of the reservoir. */
export class RateControl {
  private readonly mode: EncoderSettings['rateControl'];
  /** Mean bits a frame. */
  private readonly meanBits: number;
  /** Most bits of any frame. */
  private readonly bufferBits: number;
  /** Bits that may be saved up. */
  private readonly capacity: number;
  /** Highest level; what is saved beyond it is lost. */
  private readonly ceiling: number;
  private readonly gain: number;
  private level: number;
  private baseLog2 = 0;
  private readonly evenness: number;
  private readonly hasSubstitutes: boolean;
  /** Whether the frame before took a far larger lambda than was planned. */
  private wasFarOff = false;
  /** Mean of the demands of the frames before, or -1. */
  private usualDemand = -1;

  constructor(settings: EncoderSettings) {
    this.mode = settings.rateControl;
    this.bufferBits = BUFFER_BITS_PER_CHANNEL * countMainChannels(settings.layout);
    this.meanBits =
      this.mode === 'quality'
        ? this.bufferBits
        : (settings.bitRate * FRAME_LENGTH) / settings.sampleRate;
    this.capacity =
      this.mode === 'average'
        ? settings.bitRate * AVERAGE_SECONDS
        : Math.max(0, this.bufferBits - this.meanBits);
    this.ceiling = this.capacity * (this.mode === 'average' ? AVERAGE_CEILING : 1);
    this.level = this.capacity * TARGET_FILL;
    this.evenness = settings.tuning.evenness;
    this.hasSubstitutes = settings.bitsPerSample < settings.tuning.substitutesBelow;
    this.gain = settings.tuning.reservoirGain;
    this.baseLog2 =
      this.mode === 'quality'
        ? settings.tuning.lambdaAtQuality1 - 2 * fastLog2(settings.quality)
        : initialLambda(settings);
  }

  /** Bits saved so far, 0..capacity. */
  get reservoirBits(): number {
    return this.level;
  }

  /** Lambda, the worth of a bit, for the next frame. */
  lambda(): number {
    if (this.mode === 'quality') return fastExp2(this.baseLog2);
    return fastExp2(this.baseLog2 - this.gain * this.fillError());
  }

  /**
   * Lambda for a frame that would take about `demand` bits with `lambda`. A frame that takes few bits has more audible noise
   * for each bit than others, and gets a smaller lambda; one that takes many gets a larger one, except before an attack,
   * where it may take the bits that it needs.
   */
  planned(lambda: number, demand: number, isBeforeAttack: boolean): number {
    if (this.mode === 'quality') return lambda;
    const usual = this.usualDemand < 0 ? demand : this.usualDemand;
    this.usualDemand = usual + DEMAND_SHARE * (demand - usual);
    const ratio = Math.max(LEAST_DEMAND, (demand + 1) / (usual + 1));
    const factor = fastExp2(this.evenness * fastLog2(ratio));
    return lambda * (isBeforeAttack && factor > 1 ? 1 : factor);
  }

  /** Share of the capacity that is saved beyond the target: -0.5..0.5 in CBR. */
  private fillError(): number {
    return this.capacity > 0 ? this.level / this.capacity - TARGET_FILL : 0;
  }

  /** Whether the next frame may substitute bands: always at low rates, only with an empty reservoir at high ones. */
  allowsSubstitutes(): boolean {
    return this.hasSubstitutes || (this.capacity > 0 && this.level < EMPTY_FILL * this.capacity);
  }

  /** Most bits that the next frame may have, whole bytes. */
  mostBits(): number {
    const most =
      this.mode === 'cbr' ? Math.min(this.bufferBits, this.meanBits + this.level) : this.bufferBits;
    return Math.floor(most / 8) * 8;
  }

  /** Fewest bits that the next frame must have, so that the reservoir does not run over; 0 outside of CBR. */
  leastBits(): number {
    if (this.mode !== 'cbr') return 0;
    const most = this.mostBits();
    const least = Math.ceil((this.meanBits + this.level - this.capacity) / 8) * 8;
    return least > 0 ? Math.min(least, most) : 0;
  }

  /** A frame of `bits` has been written, with `raised` times the lambda that was planned. */
  frameDone(bits: number, raised: number): void {
    if (this.mode === 'quality') return;
    this.level = Math.min(this.ceiling, this.level + this.meanBits - bits);
    // Once may be an attack; twice is a base that is too small.
    const isFarOff = raised > FAR_OFF;
    const repair =
      isFarOff && this.wasFarOff ? REPAIR * Math.min(MOST_RAISED, fastLog2(raised)) : 0;
    this.wasFarOff = isFarOff;
    this.baseLog2 = Math.max(LEAST_LOG2, this.baseLog2 - DRIFT * this.fillError() + repair);
  }
}

/** A guess of log2(lambda) from the bits there are for each line; the drift corrects it within a second. */
function initialLambda(settings: EncoderSettings): number {
  const lines = settings.bandwidth * 2 * countMainChannels(settings.layout);
  const bitsPerLine = settings.bitRate / lines;
  return settings.tuning.lambdaAtOneBit - 3.7 * (bitsPerLine - 1);
}
