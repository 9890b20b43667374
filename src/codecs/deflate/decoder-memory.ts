/** A decoder with arrays of its own for input and output, and with a kernel over them where there can be one. */
import { type KernelMemory, plainMemory, type VectorKernels } from '../../wasm/kernel-memory.ts';
import { Arena, wordBytes } from './kernels/arena.ts';
import { INFLATE_KERNELS, KERNEL_PADDING, matchPatterns } from './kernels/inflate.ts';
import { INFLATE, INFLATE_WORDS } from './kernels/words.ts';
import { BlockDecoder } from './standard/block-decoder.ts';
import { DISTANCE_TABLE_SIZE, LITLEN_TABLE_SIZE } from './standard/code-tables.ts';
import {
  decodeSymbols,
  goTo,
  INPUT_MARGIN,
  OUTPUT_MARGIN,
  type SymbolDecoder,
} from './standard/decode-symbols.ts';
import { MAX_DISTANCE } from './standard/symbols.ts';

/** Input that is taken at once, and output that is made at once beside the window. */
const INPUT_BYTES = 1 << 16;
const OUTPUT_BYTES = 1 << 17;

/** A decoder whose `input` and `output` stay the same arrays. */
export interface DecoderMemory {
  readonly decoder: BlockDecoder;
  /** The kernels that were asked for. */
  readonly kernels: VectorKernels;
}

/** One that was given back: engines take long to make memory with kernels over it, and let go of it late. */
let spare: DecoderMemory | null = null;

/** A decoder for one stream at a time. */
export function takeDecoderMemory(kernels: VectorKernels): DecoderMemory {
  if (spare?.kernels !== kernels) return createDecoderMemory(kernels);
  const taken = spare;
  spare = null;
  return taken;
}

/** Nobody uses it, or what it gave, any more. */
export function giveBackDecoderMemory(memory: DecoderMemory): void {
  spare = memory;
}

function createDecoderMemory(kernels: VectorKernels): DecoderMemory {
  const patterns = matchPatterns();
  const outputBytes = MAX_DISTANCE + OUTPUT_BYTES;
  const words = INFLATE_WORDS + LITLEN_TABLE_SIZE + DISTANCE_TABLE_SIZE;
  const byteLength =
    4 * words +
    wordBytes(patterns.length) +
    wordBytes(INPUT_BYTES + KERNEL_PADDING) +
    wordBytes(outputBytes + KERNEL_PADDING);
  const memory =
    kernels === false ? plainMemory(byteLength) : INFLATE_KERNELS.createMemory(byteLength, kernels);
  const arena = new Arena(memory.buffer);
  const list = arena.words(INFLATE_WORDS);
  const [litlen, distances] = [arena.words(LITLEN_TABLE_SIZE), arena.words(DISTANCE_TABLE_SIZE)];
  const table = arena.bytes(patterns.length);
  table.set(patterns);
  list[INFLATE.litlen] = litlen.byteOffset;
  list[INFLATE.distances] = distances.byteOffset;
  list[INFLATE.patterns] = table.byteOffset;
  const decoder = new BlockDecoder(litlen, distances, symbolDecoder(memory, list));
  decoder.input = arena.bytes(INPUT_BYTES + KERNEL_PADDING).subarray(0, INPUT_BYTES);
  decoder.output = arena.bytes(outputBytes + KERNEL_PADDING).subarray(0, outputBytes);
  return { decoder, kernels };
}

/** The kernel over the arrays of the decoder, all of which lie in `memory`; the plain way where there is none. */
function symbolDecoder({ exports }: KernelMemory, list: Int32Array): SymbolDecoder {
  if (exports === null) return decodeSymbols;
  const kernel = exports.decodeSymbols!;
  return (decoder) => {
    const inputAt = decoder.input.byteOffset;
    const outputAt = decoder.output.byteOffset;
    list[INFLATE.at] = 8 * (inputAt + decoder.inPos) - decoder.bitCount;
    list[INFLATE.inLast] = inputAt + decoder.inEnd - INPUT_MARGIN;
    list[INFLATE.out] = outputAt + decoder.outPos;
    list[INFLATE.outLast] = outputAt + decoder.outEnd - OUTPUT_MARGIN;
    list[INFLATE.outStart] = outputAt + decoder.outStart;
    const result = kernel(list.byteOffset);
    goTo(decoder, list[INFLATE.at]! - 8 * inputAt, list[INFLATE.out]! - outputAt);
    return result;
  };
}
