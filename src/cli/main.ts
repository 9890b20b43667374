#!/usr/bin/env node
/** The command `vitrine` on the terminal it was started from. */
import { once } from 'node:events';
import { argv, stderr, stdin, stdout } from 'node:process';
import { runProgram } from './program.ts';

// A reader that stops early (`vitrine probe x | head -1`) is no error of ours.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await runProgram(
  argv.slice(2),
  {
    input: stdin,
    line: (text) => void stdout.write(`${text}\n`),
    async bytes(bytes) {
      if (!stdout.write(bytes.slice())) await once(stdout, 'drain');
    },
    showsProgress: stderr.isTTY === true,
    // Back to the first column, text, and the rest of the line cleared.
    progress: (text) => void stderr.write(`\r${text}\x1b[K`),
  },
  (text) => void stderr.write(`${text}\n`),
);
