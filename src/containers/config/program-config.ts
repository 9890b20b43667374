/**
 * program_config_element(), AAC clause 4.4.1.1: the channels of a stream that has no channel configuration. A container must
 * count them, and ADTS carries the element in its frames instead of a configuration.
 */
import { BitReader } from '../../bits/bit-reader.ts';
import type { BitWriter } from '../../bits/bit-writer.ts';

/** id_syn_ele of the element in a raw_data_block, AAC clause 4.5.2.1. */
export const ID_PCE = 5;

/** What it says, and where it was. */
export interface ProgramConfig {
  readonly numChannels: number;
  /** WAVE channel mask; 0 if its elements are not where loudspeakers of a mask would be. */
  readonly channelMask: number;
  /** Bit at which it begins, and the one behind its last element, before byte_alignment() and comment. */
  readonly firstBit: number;
  readonly endBit: number;
}

// Loudspeakers of WAVE channel masks.
const FRONT = 0x3;
const FRONT_CENTER = 0x4;
const LOW_FREQUENCY = 0x8;
const BACK = 0x30;
const FRONT_OF_CENTER = 0xc0;
const BACK_CENTER = 0x100;
const SIDE = 0x600;

/** Reads the element at `bytes`, bit `firstBit`. Throws `FormatError` if it is cut off. */
export function readProgramConfig(bytes: Uint8Array, firstBit: number): ProgramConfig {
  const r = new BitReader(bytes, 'aac.programConfig');
  for (let left = firstBit; left > 0; left -= 16) r.u(Math.min(16, left));
  r.u(4 + 2 + 4); // element_instance_tag, object_type, sampling_frequency_index
  const numFront = r.u(4);
  const numSide = r.u(4);
  const numBack = r.u(4);
  const numLfe = r.u(2);
  const numData = r.u(3);
  const numCoupling = r.u(4);
  if (r.u(1) === 1) r.u(4); // mono_mixdown_element_number
  if (r.u(1) === 1) r.u(4); // stereo_mixdown_element_number
  if (r.u(1) === 1) r.u(3); // matrix_mixdown_idx, pseudo_surround_enable
  const readPairs = (count: number): boolean[] =>
    Array.from({ length: count }, () => r.u(5) >> 4 === 1); // is_cpe, tag_select
  const front = readPairs(numFront);
  const side = readPairs(numSide);
  const back = readPairs(numBack);
  for (let i = 0; i < numLfe + numData; i++) r.u(4);
  for (let i = 0; i < numCoupling; i++) r.u(5);
  const all = [...front, ...side, ...back];
  return {
    numChannels: numLfe + all.reduce((sum, isPair) => sum + (isPair ? 2 : 1), 0),
    channelMask: maskOf(front, side, back, numLfe),
    firstBit,
    endBit: r.bitPosition,
  };
}

/** The mask of elements that stand where those of a mask do: front from the center outwards, back center last; else 0. */
function maskOf(
  front: readonly boolean[],
  side: readonly boolean[],
  back: readonly boolean[],
  numLfe: number,
): number {
  const layout = [front, side, back].map((row) => row.map((isPair) => (isPair ? 2 : 1)).join(''));
  const frontMask = FRONT_MASKS[layout[0]!];
  const sideMask = layout[1] === '' ? 0 : layout[1] === '2' ? SIDE : undefined;
  const backMask = BACK_MASKS[layout[2]!];
  if (frontMask === undefined || sideMask === undefined || backMask === undefined || numLfe > 1) {
    return 0;
  }
  return frontMask | sideMask | backMask | (numLfe === 1 ? LOW_FREQUENCY : 0);
}

/** Channels of the elements in front => mask. */
const FRONT_MASKS: Readonly<Record<string, number>> = {
  '1': FRONT_CENTER,
  '2': FRONT,
  '12': FRONT_CENTER | FRONT,
  '22': FRONT_OF_CENTER | FRONT,
  '122': FRONT_CENTER | FRONT_OF_CENTER | FRONT,
};

/** Channels of the elements in the back => mask. */
const BACK_MASKS: Readonly<Record<string, number>> = {
  '': 0,
  '1': BACK_CENTER,
  '2': BACK,
  '21': BACK | BACK_CENTER,
};

/** Copies the element to `w`, with byte_alignment() from the start of `w` and no comment. */
export function copyProgramConfig(w: BitWriter, bytes: Uint8Array, config: ProgramConfig): void {
  for (let at = config.firstBit; at < config.endBit; at++) {
    w.put(1, (bytes[at >> 3]! >> (7 - (at & 7))) & 1);
  }
  w.alignZero();
  w.put(8, 0); // comment_field_bytes
}
