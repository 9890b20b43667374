/**
 * Objective difference grade of one file against another: `npx tsx bench/quality/peaq-cli.ts ref.wav test.wav [--json]`.
 * Both are WAV files at 48 kHz, aligned to the sample. Prints the grade, the distortion index and the model output
 * variables.
 */
import { readFileSync } from 'node:fs';
import { ConfigError, MediaError } from '../../src/base/errors.ts';
import { measurePeaq } from './peaq.ts';
import { readWav } from './wav.ts';

function main(args: readonly string[]): void {
  const json = args.includes('--json');
  const [referencePath, testPath, ...rest] = args.filter((arg) => arg !== '--json');
  if (referencePath === undefined || testPath === undefined || rest.length > 0) {
    throw new ConfigError('peaq', 'usage: peaq-cli.ts ref.wav test.wav [--json]');
  }
  const reference = readWav(readFileSync(referencePath));
  const coded = readWav(readFileSync(testPath));
  if (coded.sampleRate !== reference.sampleRate) {
    throw new ConfigError(
      'peaq.sampleRate',
      `${testPath} has ${coded.sampleRate}, ${referencePath} has ${reference.sampleRate}`,
    );
  }
  const result = measurePeaq(reference.channels, coded.channels, reference.sampleRate);
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  console.log(`ODG ${result.odg.toFixed(3)}  DI ${result.di.toFixed(3)}  frames ${result.frames}`);
  for (const [name, value] of Object.entries(result.movs)) {
    console.log(`  ${name.padEnd(15)} ${value.toFixed(4)}`);
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof MediaError) && !(error instanceof Error && 'code' in error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
