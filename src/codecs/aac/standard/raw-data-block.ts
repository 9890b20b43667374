/** raw_data_block(): one frame, as a row of syntactic elements, AAC clause 4.4.2.1. */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { ID_CPE, ID_DSE, ID_END, ID_FIL, ID_LFE, ID_SCE } from '../../../syntax/aac/element-ids.ts';
import type { ElementLayout } from './channel-configuration.ts';
import {
  type ChannelStream,
  writeIcsInfo,
  writeIndividualChannelStream,
} from './channel-stream.ts';

/** The fields of a channel pair beside its two channels. */
export interface PairInfo {
  readonly common_window: boolean;
  /** Per band in transmission order: 1 if it is coded as middle and side (only with common_window). */
  readonly ms_used: Uint8Array;
  /** 0: no band is middle and side, 1: `ms_used` is sent, 2: all bands are. */
  readonly ms_mask_present: 0 | 1 | 2;
}

/** Bits of id_syn_ele and element_instance_tag, before every channel element. */
export const ELEMENT_HEADER_BITS = 7;
/** Bits of id_syn_ele alone. */
const ID_BITS = 3;
/** The bits of an element, and of the second channel of a pair, that an error check covers, AAC clause 1.A.3.2.1. */
const PROTECTED_ELEMENT_BITS = 192;
const PROTECTED_SECOND_BITS = 128;
/** Bits of ID_END. */
export const END_BITS = 3;

/** Collects what an error check of the container covers of a raw_data_block, AAC clause 1.A.3.2.1; see `AacPacket.protectedBits`. */
export class ProtectedBits {
  private readonly numbers: number[] = [];

  /** Forgets the frame before. */
  reset(): void {
    this.numbers.length = 0;
  }

  /** An element whose id_syn_ele is at bit `start` and that ends before `end`. */
  addElement(start: number, end: number): void {
    this.add(start + ID_BITS, end, PROTECTED_ELEMENT_BITS);
  }

  /** The second individual_channel_stream of a pair. */
  addSecondChannel(start: number, end: number): void {
    this.add(start, end, PROTECTED_SECOND_BITS);
  }

  /** The parts so far, in an array of their own. */
  toArray(): Uint16Array {
    return Uint16Array.from(this.numbers);
  }

  private add(start: number, end: number, size: number): void {
    this.numbers.push(start, Math.min(size, end - start), size);
  }
}

/** single_channel_element() or lfe_channel_element() with its id_syn_ele, clause 4.4.2.1. */
export function writeSingleChannelElement(
  w: SyntaxWriter,
  element: ElementLayout,
  stream: ChannelStream,
  protectedBits: ProtectedBits,
): void {
  const start = w.bits.bitPosition;
  w.u('id_syn_ele', 3, element.id_syn_ele === ID_LFE ? ID_LFE : ID_SCE);
  w.u('element_instance_tag', 4, element.element_instance_tag);
  writeIndividualChannelStream(w, stream, false);
  protectedBits.addElement(start, w.bits.bitPosition);
}

/** channel_pair_element() with its id_syn_ele, clause 4.4.2.1. */
export function writeChannelPairElement(
  w: SyntaxWriter,
  element: ElementLayout,
  left: ChannelStream,
  right: ChannelStream,
  pair: PairInfo,
  protectedBits: ProtectedBits,
): void {
  const start = w.bits.bitPosition;
  w.u('id_syn_ele', 3, ID_CPE);
  w.u('element_instance_tag', 4, element.element_instance_tag);
  w.u('common_window', 1, pair.common_window ? 1 : 0);
  if (pair.common_window) {
    writeIcsInfo(w, left.info);
    w.u('ms_mask_present', 2, pair.ms_mask_present);
    if (pair.ms_mask_present === 1) {
      for (let band = 0; band < left.numBands; band++) w.u('ms_used', 1, pair.ms_used[band]);
    }
  }
  writeIndividualChannelStream(w, left, pair.common_window);
  const second = w.bits.bitPosition;
  writeIndividualChannelStream(w, right, pair.common_window);
  protectedBits.addElement(start, w.bits.bitPosition);
  protectedBits.addSecondChannel(second, w.bits.bitPosition);
}

/** id_syn_ele and count of a fill_element(), and the bytes that one can hold: 15 + 255 - 1. */
const FILL_HEADER_BITS = 7;
const MAX_FILL_BYTES = 269;

/**
 * fill_element()s of clause 4.4.2.7 that take `bits` bits together, less at most six: the smallest has seven bits, and
 * all of them whole bytes more. Returns the number of bits written.
 */
export function writeFill(w: SyntaxWriter, bits: number): number {
  const start = w.bits.bitPosition;
  for (let left = bits; left >= FILL_HEADER_BITS; left = bits - (w.bits.bitPosition - start)) {
    let cnt = Math.min(MAX_FILL_BYTES + 1, (left - FILL_HEADER_BITS) >> 3);
    w.u('id_syn_ele', 3, ID_FIL);
    if (cnt <= 15) {
      cnt = Math.min(cnt, 14);
      w.u('count', 4, cnt);
    } else {
      // esc_count takes a byte of its own; what it adds is one less than its value.
      cnt--;
      w.u('count', 4, 15);
      w.u('esc_count', 8, cnt - 15 + 1);
    }
    if (cnt === 0) continue;
    w.u('extension_type', 4, 0);
    w.u('other_bits', 4, 0);
    for (let i = 1; i < cnt; i++) w.u('other_bits', 8, 0);
  }
  return w.bits.bitPosition - start;
}

/** data_stream_element() with its id_syn_ele, clause 4.4.2.1: up to 510 bytes of any kind. */
export function writeDataStreamElement(w: SyntaxWriter, tag: number, data: Uint8Array): void {
  w.u('id_syn_ele', 3, ID_DSE);
  w.u('element_instance_tag', 4, tag);
  w.u('data_byte_align_flag', 1, 0);
  w.u('count', 8, Math.min(data.length, 255));
  if (data.length >= 255) w.u('esc_count', 8, data.length - 255);
  for (const byte of data) w.u('data_stream_byte', 8, byte);
}

/** ID_END and byte_alignment(): the end of raw_data_block(), clause 4.4.2.1. */
export function writeEnd(w: SyntaxWriter): void {
  w.u('id_syn_ele', 3, ID_END);
  w.alignZero('byte_alignment');
}
