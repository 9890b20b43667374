/** How much the engine compiles while the program runs. Its optimizing compiler works beside the program, and its time counts. */
import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function has run before the engine looks whether to compile it anew. */
const INTERRUPT_BUDGET = 400_000;
/** Bytes of bytecode that are put in the place of calls when a function is compiled; the engine's own number is 920. */
const INLINED_BYTES = 250;
/** Versions of Node whose engine has the flags; that of later ones has another compiler in between, and needs them less. */
const OLDEST = 18;
const NEWEST = 20;

/**
 * Choice: where no picture is coded, functions are compiled some three to six times later than by default. Of sound the inner loops are
 * WebAssembly: a minute of stereo takes 0.91 of the processor time as a whole process. A copy of 42,000 small packets from MP4 to
 * Matroska takes 0.89. With half or twice the number sound takes more; where pictures are coded it would be more too.
 */
export function compileLess(): void {
  setFlag('interrupt-budget', INTERRUPT_BUDGET);
}

/**
 * Choice: where pictures are coded, half of the time of a short clip is the compiler's, and most of that goes into copies of functions
 * in the place of their calls. With fewer of them, 40 pictures of 640x360 take 0.89 of the processor time as a whole process at
 * preset ultrafast, 0.91 at medium in profile High, 240 pictures 0.97. With 150 it is 0.90, with 400 0.95.
 */
export function inlineLess(): void {
  setFlag('max-inlined-bytecode-size-cumulative', INLINED_BYTES);
}

function setFlag(name: string, value: number): void {
  const { node, bun, deno } = process.versions as NodeJS.ProcessVersions & { deno?: string };
  const major = Number.parseInt(node ?? '', 10);
  if (bun !== undefined || deno !== undefined || !(major >= OLDEST && major <= NEWEST)) return;
  setFlagsFromString(`--${name}=${value}`);
}
