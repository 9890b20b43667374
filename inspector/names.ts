/** Words for the numbers of a trace. */

/** Types of macroblocks by number (`standard/macroblock.ts`). */
export const TYPE_NAMES = [
  ...['Intra 4×4', 'Intra 8×8', 'Intra 16×16', 'I_PCM'],
  ...['Inter 16×16', 'Inter 16×8', 'Inter 8×16', 'Inter 8×8', 'Skip', 'Skip (B)', 'Direct'],
];

/** Variables of the style sheet with the color of each type. */
export const TYPE_COLORS = [
  ...['intra4', 'intra8', 'intra16', 'pcm'],
  ...['inter16', 'inter168', 'inter816', 'inter8', 'skip', 'skip', 'direct'],
];

/** Types of pictures by slice_type. */
export const PICTURE_TYPES = ['P', 'B', 'I'];

/** Why a picture has its type, by the number in a trace. */
export const REASON_TEXTS = [
  'predicted from other pictures',
  'the first picture',
  'asked for',
  'the key-frame distance was reached',
  'a new scene begins',
  'a point to start decoding at',
  'predicted from other pictures; no other picture refers to it',
  'a scene returns',
];

/** Prediction modes of 4x4 and 8x8 blocks. */
export const INTRA_MODES = [
  ...['vertical', 'horizontal', 'DC', 'diagonal down left', 'diagonal down right'],
  ...['vertical right', 'horizontal down', 'vertical left', 'horizontal up'],
];

/** Directions that the modes draw their samples along, as x, y; DC has none. */
export const INTRA_DIRECTIONS: readonly (readonly [number, number] | null)[] = [
  ...([[0, 1], [1, 0], null, [-0.7, 0.7], [0.7, 0.7]] as const),
  ...([
    [0.45, 0.9],
    [0.9, 0.45],
    [-0.45, 0.9],
    [0.9, -0.45],
  ] as const),
];

/** Intra16x16PredMode and intra_chroma_pred_mode. */
export const MODES_16 = ['vertical', 'horizontal', 'DC', 'plane'];
export const MODES_CHROMA = ['DC', 'horizontal', 'vertical', 'plane'];

/** Descriptors of syntax elements by number. */
export const DESCRIPTOR_NAMES = ['u(n)', 'ue(v)', 'se(v)', 'te(v)', 'ae(v)', 'ce(v)', 'b(8)'];

/** Types of NAL units. */
export const UNIT_NAMES: Readonly<Record<number, string>> = {
  1: 'slice',
  5: 'IDR slice',
  6: 'SEI',
  7: 'sequence parameter set',
  8: 'picture parameter set',
  9: 'access unit delimiter',
  12: 'filler',
};

/** A number with at most `digits` digits behind the point, and groups of three before it. */
export function say(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** `count` of something, in words: `1 bit`, `3 bits`. */
export function several(count: number, what: string): string {
  return `${say(count, Number.isInteger(count) ? 0 : 1)} ${what}${count === 1 ? '' : 's'}`;
}

/** Bytes for people. */
export function sayBytes(bytes: number): string {
  if (bytes < 10_000) return several(bytes, 'byte');
  return bytes < 1e6 ? `${say(bytes / 1000, 1)} kB` : `${say(bytes / 1e6, 2)} MB`;
}
