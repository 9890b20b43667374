/**
 * Scaling lists as a tool: quantizers whose steps differ by frequency, by plane, and between intra and inter macroblocks. Steps
 * for fine detail may be larger, since the eye sees it less. Choice: 4x4 blocks are then quantized without vectors.
 */
import { ConfigError, rejectUnknownKeys, requireInteger } from '../../../base/errors.ts';
import type { ScalingMatrix } from '../../../syntax/h264/scaling-matrix.ts';
import {
  createQuantizer,
  FULL_ROUNDING,
  INTER_ROUNDING,
  INTRA_ROUNDING,
  type Quantizer,
} from '../kernels/plain/quantize.ts';
import { ZIGZAG } from '../standard/macroblock.ts';
import { LEVEL_SCALE, normAdjustColumn } from '../standard/scaling.ts';
import {
  DEFAULT_SCALING_LISTS,
  weightScale4x4,
  weightScale8x8,
} from '../standard/scaling-lists.ts';
import { ZIGZAG_8X8 } from '../standard/transform-8x8.ts';
import type { ResolvedOptions } from './options.ts';

/**
 * Weights of frequencies by kind of block, row after row: 16 is a usual step, 32 twice that; 4..64. Kinds that are left out are as the
 * luma of the same kind, and luma is flat.
 */
export interface ScalingLists {
  /** 16 weights each, of Y, Cb and Cr in intra macroblocks. */
  readonly intra4x4?: readonly number[];
  readonly intra4x4Cb?: readonly number[];
  readonly intra4x4Cr?: readonly number[];
  /** The same in inter macroblocks. */
  readonly inter4x4?: readonly number[];
  readonly inter4x4Cb?: readonly number[];
  readonly inter4x4Cr?: readonly number[];
  /** 64 weights each. */
  readonly intra8x8?: readonly number[];
  readonly inter8x8?: readonly number[];
}

/** Names in the order of the syntax (Table 7-2), and whose weights are taken where none are given. */
const NAMES: readonly (readonly [keyof ScalingLists, otherwise?: keyof ScalingLists])[] = [
  ['intra4x4'],
  ['intra4x4Cb', 'intra4x4'],
  ['intra4x4Cr', 'intra4x4'],
  ['inter4x4'],
  ['inter4x4Cb', 'inter4x4'],
  ['inter4x4Cr', 'inter4x4'],
  ['intra8x8'],
  ['inter8x8'],
];

/** With these a scaled coefficient fits 16 bits at every QP, and the product of quantization 31. */
const LEAST = 4;
const MOST = 64;
const FLAT = 16;

/** The options that say the lists. */
type ScalingOptions = Pick<ResolvedOptions, 'profile' | 'scaling' | 'scalingLists'>;

/** The lists that the options ask for, each in the order of the scan. Throws `ConfigError` for others than there may be. */
function scalingListsOf({ profile, scalingLists: lists }: ScalingOptions): readonly Uint8Array[] {
  if (lists === undefined) return DEFAULT_SCALING_LISTS;
  const at = 'h264.options.scalingLists';
  if (profile !== 'high') {
    throw new ConfigError(at, 'is of profile high, allowed is to leave it out');
  }
  if (typeof lists !== 'object' || lists === null) {
    throw new ConfigError(at, `got ${String(lists)}, allowed is an object of lists`);
  }
  rejectUnknownKeys(
    at,
    lists,
    NAMES.map(([name]) => name),
  );
  return NAMES.map(([name, otherwise], i) => {
    const scan = i < 6 ? ZIGZAG : ZIGZAG_8X8;
    const given = lists[name] ?? (otherwise === undefined ? undefined : lists[otherwise]);
    if (given === undefined) return new Uint8Array(scan.length).fill(FLAT);
    if (!Array.isArray(given) || given.length !== scan.length) {
      throw new ConfigError(`${at}.${name}`, `allowed is an array of ${scan.length} weights`);
    }
    return Uint8Array.from(scan, (place) =>
      requireInteger(`${at}.${name}[${place}]`, given[place], LEAST, MOST),
    );
  });
}

/** Quantizers for lists. */
export interface Scaling {
  /** The lists as the sequence parameter set has them. */
  readonly matrix: ScalingMatrix;
  /** 4x4 blocks: 208 a plane, of these 52 a kind: intra and inter by dead zone, inter and intra where levels are decided. */
  readonly quantizers: readonly Quantizer[];
  /** weightScale8x8 of intra and inter macroblocks. */
  readonly weights8x8: readonly [intra: Uint8Array, inter: Uint8Array];
}

/** Makes the quantizers for the lists that the options ask for; null if they are flat. */
export function createScaling(options: ScalingOptions): Scaling | null {
  if (options.scaling === 'flat' && options.scalingLists === undefined) return null;
  const lists = scalingListsOf(options);
  const kinds = [
    [0, INTRA_ROUNDING],
    [3, INTER_ROUNDING],
    [3, FULL_ROUNDING],
    [0, FULL_ROUNDING],
  ] as const;
  const quantizers: Quantizer[] = [];
  for (let plane = 0; plane < 3; plane++) {
    for (const [first, rounding] of kinds) {
      const weights = weightScale4x4(lists[first + plane]!);
      for (let qp = 0; qp < 52; qp++) {
        quantizers.push(scaledQuantizer(qp, rounding, quantizers.length, weights));
      }
    }
  }
  return {
    matrix: lists.map((list, i) => (list === DEFAULT_SCALING_LISTS[i] ? 'default' : list)),
    quantizers,
    weights8x8: [weightScale8x8(lists[6]!), weightScale8x8(lists[7]!)],
  };
}

/** A quantizer with weights, from the one without: steps are larger by weight / 16 (clauses 8.5.9, 8.5.12.1). */
function scaledQuantizer(
  qp: number,
  rounding: number,
  index: number,
  weights: Uint8Array,
): Quantizer {
  const flat = createQuantizer(qp, rounding, index);
  const { bits, offset } = flat;
  const per = Math.floor(qp / 6);
  const down = Math.max(0, 4 - per);
  const scale = flat.scale.map((value, i) => Math.round((value * FLAT) / weights[ZIGZAG[i]]!));
  const levelScale = Int32Array.from(ZIGZAG, (place) => {
    return weights[place]! * LEVEL_SCALE[16 * (qp % 6) + place]!;
  });
  /** Largest |c| that quantizes to 0 at all places of a column of normAdjust4x4. */
  const largest = (column: number) => {
    const own = [...scale].filter((_, i) => normAdjustColumn(ZIGZAG[i]!) === column);
    return Math.ceil((2 ** bits - offset) / Math.max(...own)) - 1;
  };
  const [even, odd, mixed] = [largest(0), largest(1), largest(2)];
  return {
    ...flat,
    scale,
    even,
    odd,
    mixed,
    emptySad: Math.min(even, mixed >> 1, odd >> 2),
    step: Float64Array.from(scale, (value) => 2 ** bits / value),
    rescale: levelScale.map((value) => value << Math.max(0, per - 4)),
    round: down === 0 ? 0 : 1 << (down - 1),
    down,
    dcScale: levelScale[0]!,
  };
}
