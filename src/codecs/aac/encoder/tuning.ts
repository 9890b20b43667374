/**
 * The numbers that the encoder's choices turn on, in one place. None is fixed by the standard. Each was set by several
 * measures at once (`npm run bench:ears`) over music and speech; its comment says what goes wrong on each side of it.
 */
export interface Tuning {
  /** Points [bits per second and channel, Hz]: too wide starves the low bands, too narrow sounds dull. */
  readonly bandwidth: readonly (readonly [number, number])[];
  /** A mono signal of rate r has the bandwidth of a pair with this times r a channel. */
  readonly monoRateFactor: number;
  /** Rounding of magnitudes: below 1/2, since small values are likelier. Lower saves bits and loses energy. */
  readonly roundingFirst: number;
  readonly roundingRest: number;
  /**
   * How the noise is shared between narrow and wide bands: 0 gives every quarter Bark the same noise-to-mask ratio,
   * 1 every line the same share of the sum of ratios, 2 makes the noise of a line follow the width of its band once more. A bit in a
   * narrow band lowers the noise of more of the ear's bands; too much, and the highest octave falls apart.
   */
  readonly widthExponent: number;
  /** Energy in a subblock over the energy before it that makes an attack. Lower switches too often. */
  readonly attackRatio: number;
  /**
   * How much the ratio rises where attacks follow each other closely, as in applause: by this part of itself where every frame has one.
   * Their noise is masked by their neighbors, and short windows only make it louder.
   */
  readonly denseRaise: number;
  /**
   * A pair whose last frame saved fewer bits than this by sharing windows may have an attack in one channel alone. More, and two
   * voices at once lose by the advanced grade (0.1 at 60, for 0.05 by the basic one).
   */
  readonly apartBelow: number;
  /** Rise in the other channel, over what an attack needs, below which it has none of its own. */
  readonly apartCalm: number;
  /** Weight of noise in short blocks against that in long ones. */
  readonly shortWeight: number;
  /** How much the weight of noise follows the energy of a short window: 1 in proportion, 0 not at all. */
  readonly shortContrast: number;
  /**
   * Share of the weight that the short window before would have, in proportion to its energy: the noise of a window begins with it, and
   * is heard against what was there. Too little, and noise leads an attack by milliseconds; too much starves the attack.
   */
  readonly shortEarlierShare: number;
  /**
   * How much a frame that takes more bits than usual has its noise raised, log2 for log2: 0 gives every frame the same noise to
   * mask, 1 nearly the same bits. More, and what follows a pause is starved.
   */
  readonly evenness: number;
  /**
   * Share of a weight that takes a band for masked by its own energy alone. Without it, soft bands beside loud ones become holes that
   * open and close; too much, and bits go where nothing is heard.
   */
  readonly ownShare: number;
  /**
   * Weight of noise from 4 kHz on against that below, which undoes a part of `widthExponent`. A quarter more, and noise to mask is 0.4 dB
   * worse below 4 kHz and as much better above; the grades of BS.1387 hardly tell, but holes open below 4 kHz at 32 kbit/s.
   */
  readonly trebleWeight: number;
  /** Share of the weight of the block before: too little lets noise be heard before a note, too much starves the note. */
  readonly earlierShare: number;
  /**
   * Prediction gain, an energy ratio, from which temporal noise shaping is used; its filter costs 15 to 60 bits. Lower, and
   * it spreads the noise over lines that masked it.
   */
  readonly tnsGain: number;
  /** How much of the filter's gain is added to the weight of noise: 1 keeps the noise energy, 0 the noise at the peaks. */
  readonly tnsWeight: number;
  /** The same two of short windows: gain from which a window is filtered, and how much of it is added to the weight. */
  readonly tnsShortGain: number;
  readonly tnsShortWeight: number;
  /**
   * Bits a sample and channel from which nothing is substituted (noise, intensities) unless the reservoir is empty: 2 is 96 kbit/s a
   * channel at 48 kHz. There the waveform itself can be had.
   */
  readonly substitutesBelow: number;
  /** Bits by which a window shape must be better before it replaces the other. */
  readonly shapeMargin: number;
  /** A band left out costs this times its energy: a hole in the spectrum is worse than as much noise. */
  readonly silencePenalty: number;
  /** Intensity stereo from this frequency on, Hz. Lower, and the ear hears by phase where a sound comes from. */
  readonly intensityFrom: number;
  /** How much worse what intensity stereo loses is than its error says. */
  readonly intensityPenalty: number;
  /** Noise substitution from this frequency on, Hz. Lower, and what has pitch turns to noise. */
  readonly noiseFrom: number;
  /**
   * Bands above the bandwidth may be substituted up to this frequency, Hz: noise costs a few bits a band, and without it rain and applause
   * lose their highest octave.
   */
  readonly noiseUpTo: number;
  /** A band above the bandwidth left out costs this times its energy. Higher, and what has pitch becomes noise; lower, and noise comes and goes. */
  readonly missingPenalty: number;
  /**
   * Amplitude of substituted noise: the error is least below 1, but a band that is too soft is heard as well. At 0.8 rain and applause are 0.3
   * to 1.6 worse (advanced grade).
   */
  readonly noiseGain: number;
  /** How much worse substituted noise is than its error says. */
  readonly noisePenalty: number;
  /**
   * Cost of noise of twice the amplitude, as a share of the band's weighted energy. Lower saves bits; half of this, and noise comes and goes.
   */
  readonly noiseLevelPenalty: number;
  /** How far the rate control lets the noise level follow the reservoir, log2 over its whole range. */
  readonly reservoirGain: number;
  /** log2(lambda) where a line has one bit, a first guess only. */
  readonly lambdaAtOneBit: number;
  /** log2(lambda) of constant quality 1. */
  readonly lambdaAtQuality1: number;
  /** Mean difference of band energies, log2, up to which short windows share a group. */
  readonly groupDistance: number;
}

/** The numbers that `createAacEncoder` uses. */
export const DEFAULT_TUNING: Tuning = {
  bandwidth: [
    [8000, 4500],
    [16000, 8000],
    [24000, 11500],
    [32000, 13500],
    [48000, 15500],
    [64000, 17500],
    [96000, 19500],
    [128000, 20000],
    [160000, 22000],
  ],
  monoRateFactor: 0.72,
  roundingFirst: 0.35,
  roundingRest: 0.42,
  widthExponent: 2.1,
  attackRatio: 5,
  denseRaise: 4,
  apartBelow: 30,
  apartCalm: 0.4,
  shortWeight: 1,
  tnsGain: 5,
  tnsWeight: 0.75,
  tnsShortGain: 3,
  tnsShortWeight: 1,
  substitutesBelow: 2,
  shapeMargin: 2,
  earlierShare: 0.16,
  shortContrast: 0.5,
  shortEarlierShare: 0.14,
  evenness: 0.8,
  ownShare: 0.1,
  trebleWeight: 2.9,
  silencePenalty: 2,
  intensityFrom: 5000,
  intensityPenalty: 2,
  noiseFrom: 5500,
  noiseUpTo: 17000,
  missingPenalty: 0.9,
  noiseGain: 0.9,
  noisePenalty: 1.2,
  noiseLevelPenalty: 0.6,
  reservoirGain: 2,
  lambdaAtOneBit: -3.5,
  lambdaAtQuality1: -5.65,
  groupDistance: 1.2,
};
