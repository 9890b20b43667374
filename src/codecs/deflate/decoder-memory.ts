/** A decoder with arrays of its own for input and output, in the memory of the kernel where there is one. */
import { BlockDecoder } from './standard/block-decoder.ts';
import { MAX_DISTANCE } from './standard/symbols.ts';

/** Input that is taken at once, and output that is made at once beside the window. */
const INPUT_BYTES = 1 << 16;
const OUTPUT_BYTES = 1 << 17;

/** A decoder whose `input` and `output` stay the same arrays. */
export interface DecoderMemory {
  readonly decoder: BlockDecoder;
}

/** Makes one. `withKernels`: whether the kernel is used if there can be one. */
export function createDecoderMemory(_withKernels: boolean): DecoderMemory {
  const decoder = new BlockDecoder();
  decoder.input = new Uint8Array(INPUT_BYTES);
  decoder.output = new Uint8Array(MAX_DISTANCE + OUTPUT_BYTES);
  return { decoder };
}
