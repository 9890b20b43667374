#!/usr/bin/env node
/** The command `vitrine` on the terminal it was started from. */
import { argv, stderr, stdin } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { takeKernelsFrom } from './built-kernels.ts';
import { runProgram } from './program.ts';
import { endCleanly } from './signals.ts';
import { StandardOutput } from './standard-output.ts';

/** Reads one line from the terminal. */
async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

endCleanly();
takeKernelsFrom(new URL('./kernels.wasm', import.meta.url));
const standardOutput = new StandardOutput();
// Nobody is left to be told if this fails.
stderr.on('error', () => {});

process.exitCode = await runProgram(argv.slice(2), {
  input: stdin,
  line: (text) => standardOutput.text(`${text}\n`),
  bytes: (bytes) => standardOutput.bytes(bytes),
  finish: () => standardOutput.finish(),
  note: (text) => void stderr.write(`${text}\n`),
  showsProgress: stderr.isTTY === true,
  ...(stdin.isTTY === true && stderr.isTTY === true ? { ask } : {}),
  // Back to the first column, text, and the rest of the line cleared.
  progress: (text) => void stderr.write(`\r${text}\x1b[K`),
});
