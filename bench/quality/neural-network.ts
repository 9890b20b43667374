/**
 * The cognitive model of ITU-R BS.1387-1, Annex 2, clause 6, basic version: a network of 11 inputs, one hidden layer of
 * three nodes, and one output, the distortion index; and the map from that index to the objective difference grade.
 */

/** Names of the eleven model output variables in the order of the network's inputs, clause 6.2. */
export const MOV_NAMES = [
  'BandwidthRefB',
  'BandwidthTestB',
  'TotalNMRB',
  'WinModDiff1B',
  'ADBB',
  'EHSB',
  'AvgModDiff1B',
  'AvgModDiff2B',
  'RmsNoiseLoudB',
  'MFPDB',
  'RelDistFramesB',
] as const;

export type MovName = (typeof MOV_NAMES)[number];

/** Input => value that is scaled to 0 (a_min), clause 6.2. */
// biome-ignore format: laid out as in the recommendation
export const INPUT_MIN: Float64Array = Float64Array.of(
  393.916656, 361.965332, -24.045116, 1.110661, -0.206623, 0.074318, 1.113683, 0.950345, 0.029985, 0.000101, 0);

/** Input => value that is scaled to 1 (a_max), clause 6.2. */
// biome-ignore format: laid out as in the recommendation
export const INPUT_MAX: Float64Array = Float64Array.of(
  921, 881.131226, 16.212030, 107.137772, 2.886017, 13.933351, 63.257874, 1145.018555, 14.819740, 1, 1);

/** [input * 3 + node] => weight of an input at a hidden node (w_x), clause 6.2. */
// biome-ignore format: laid out as in the recommendation
const INPUT_WEIGHT: Float64Array = Float64Array.of(
  -0.502657, 0.436333, 1.219602,
  4.307481, 3.246017, 1.123743,
  4.984241, -2.211189, -0.192096,
  0.051056, -1.762424, 4.331315,
  2.321580, 1.789971, -0.754560,
  -5.303901, -3.452257, -10.814982,
  2.730991, -6.111805, 1.519223,
  0.624950, -1.331523, -5.955151,
  3.102889, 0.871260, -5.922878,
  -1.051468, -0.939882, -0.142913,
  -1.804679, -0.503610, -0.620456);

/** Hidden node => bias (w_x of the input that is always 1), clause 6.2. */
const HIDDEN_BIAS: Float64Array = Float64Array.of(-2.518254, 0.654841, -2.207228);

/** Hidden node => weight at the output (w_y), and the output's bias, clause 6.2. */
const OUTPUT_WEIGHT: Float64Array = Float64Array.of(-3.817048, 4.107138, 4.629582);
const OUTPUT_BIAS = -0.307594;

/** The grade that the map tends to at the worst and at the best, clause 6.2 (b_min, b_max). */
const WORST_GRADE = -3.98;
const BEST_GRADE = 0.22;

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** A network with one hidden layer, as clause 6 gives both versions. */
interface Network {
  /** Input => the values that are scaled to 0 and to 1. */
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** [input * nodes + node] => weight of an input at a hidden node; hidden node => its bias. */
  readonly inputWeight: Float64Array;
  readonly hiddenBias: Float64Array;
  /** Hidden node => weight at the output, and the output's bias. */
  readonly outputWeight: Float64Array;
  readonly outputBias: number;
}

/** The output of a network before the map to a grade, clause 6. */
function indexOf(network: Network, movs: Float64Array): number {
  const { min, max, inputWeight, hiddenBias, outputWeight } = network;
  const nodes = hiddenBias.length;
  let index = network.outputBias;
  for (let node = 0; node < nodes; node++) {
    let sum = hiddenBias[node]!;
    for (let input = 0; input < min.length; input++) {
      const scaled = (movs[input]! - min[input]!) / (max[input]! - min[input]!);
      sum += inputWeight[input * nodes + node]! * scaled;
    }
    index += outputWeight[node]! * sigmoid(sum);
  }
  return index;
}

const BASIC_NETWORK: Network = {
  min: INPUT_MIN,
  max: INPUT_MAX,
  inputWeight: INPUT_WEIGHT,
  hiddenBias: HIDDEN_BIAS,
  outputWeight: OUTPUT_WEIGHT,
  outputBias: OUTPUT_BIAS,
};

/** Distortion index of the eleven model output variables, in the order of MOV_NAMES, clause 6.2. */
export function distortionIndex(movs: Float64Array): number {
  return indexOf(BASIC_NETWORK, movs);
}

/** Names of the five model output variables of the advanced version in the order of its network's inputs, clause 6.3. */
export const ADVANCED_MOV_NAMES = [
  'RmsModDiffA',
  'RmsNoiseLoudAsymA',
  'SegmentalNMRB',
  'EHSB',
  'AvgLinDistA',
] as const;

export type AdvancedMovName = (typeof ADVANCED_MOV_NAMES)[number];

/** Input => values that are scaled to 0 and to 1, clause 6.3. */
// biome-ignore format: laid out as in the recommendation
const ADVANCED_MIN: Float64Array = Float64Array.of(13.298751, 0.041073, -25.018791, 0.061560, 0.024523);
const ADVANCED_MAX: Float64Array = Float64Array.of(
  2166.5,
  13.24326,
  13.46708,
  10.226771,
  14.224874,
);
/** [input * 5 + node] => weight of an input at a hidden node, clause 6.3. */
// biome-ignore format: laid out as in the recommendation
const ADVANCED_WEIGHT: Float64Array = Float64Array.of(
  21.211773, -39.913052, -1.382553, -14.545348, -0.320899,
  -8.981803, 19.956049, 0.935389, -1.686586, -3.238586,
  1.633830, -2.877505, -7.442935, 5.606502, -1.783120,
  6.103821, 19.587435, -0.240284, 1.088213, -0.511314,
  11.556344, 3.892028, 9.720441, -3.287205, -11.031250);
/** Hidden node => bias, clause 6.3. */
const ADVANCED_BIAS: Float64Array = Float64Array.of(
  1.33089,
  2.686103,
  2.096598,
  -1.327851,
  3.087055,
);
/** Hidden node => weight at the output, and the output's bias, clause 6.3. */
const ADVANCED_OUTPUT: Float64Array = Float64Array.of(
  -4.696996,
  -3.289959,
  7.004782,
  6.651897,
  4.009144,
);
const ADVANCED_OUTPUT_BIAS = -1.360308;

const ADVANCED_NETWORK: Network = {
  min: ADVANCED_MIN,
  max: ADVANCED_MAX,
  inputWeight: ADVANCED_WEIGHT,
  hiddenBias: ADVANCED_BIAS,
  outputWeight: ADVANCED_OUTPUT,
  outputBias: ADVANCED_OUTPUT_BIAS,
};

/** Distortion index of the five variables of the advanced version, in the order of ADVANCED_MOV_NAMES, clause 6.3. */
export function advancedDistortionIndex(movs: Float64Array): number {
  return indexOf(ADVANCED_NETWORK, movs);
}

/** Objective difference grade of a distortion index, clause 6.2: from -3.98 (very annoying) to 0.22. */
export function objectiveDifferenceGrade(index: number): number {
  return WORST_GRADE + (BEST_GRADE - WORST_GRADE) * sigmoid(index);
}
