/** A decoder with arrays of its own for input and output. */
import { BlockDecoder } from './standard/block-decoder.ts';
import { MAX_DISTANCE } from './standard/symbols.ts';

/** Input that is taken at once, and output that is made at once beside the window. */
const INPUT_BYTES = 1 << 16;
const OUTPUT_BYTES = 1 << 17;

/** A decoder whose `input` and `output` stay the same arrays. */
export interface DecoderMemory {
  readonly decoder: BlockDecoder;
}

/** Makes one. */
export function createDecoderMemory(): DecoderMemory {
  const decoder = new BlockDecoder();
  decoder.input = new Uint8Array(INPUT_BYTES);
  decoder.output = new Uint8Array(MAX_DISTANCE + OUTPUT_BYTES);
  return { decoder };
}
