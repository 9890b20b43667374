/** How much the engine compiles while the program runs. */
import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function has run before the engine looks whether to compile it anew. */
const INTERRUPT_BUDGET = 400_000;
/** Versions of Node whose engine has the flag; that of later ones has another compiler in between, and needs it less. */
const OLDEST = 18;
const NEWEST = 20;

/**
 * Choice: where only sound is coded, whose inner loops are WebAssembly, the optimizing compiler gets to work some three to six times later
 * than by default. It runs beside the program, and its time counts: a minute of stereo takes 0.91 of the processor time as a
 * whole process. With half or twice the number it is more; where pictures are coded it would be more too.
 */
export function compileLess(): void {
  const { node, bun, deno } = process.versions as NodeJS.ProcessVersions & { deno?: string };
  const major = Number.parseInt(node ?? '', 10);
  if (bun !== undefined || deno !== undefined || !(major >= OLDEST && major <= NEWEST)) return;
  setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
}
