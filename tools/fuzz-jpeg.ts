/**
 * Damages JPEG files and decodes them: `npx tsx tools/fuzz-jpeg.ts COUNT SEED [FILE…]`; without files, those of
 * test/codecs/jpeg/vectors. Every input must end in a picture or a typed error. Prints the seeds of those that do not, and the slowest.
 */
import { readFileSync } from 'node:fs';
import { FormatError, UnsupportedError } from '../src/base/errors.ts';
import { decodeJpeg, optimizeJpeg } from '../src/codecs/jpeg/index.ts';
import { readVector, VECTOR_NAMES } from '../test/codecs/jpeg/vectors.ts';
import { mutate } from '../test/fuzz/mutate.ts';

const [countText = '2000', seedText = '1', ...paths] = process.argv.slice(2);
const [count, seed] = [Number(countText), Number(seedText)];
const files =
  paths.length > 0
    ? paths.map((path) => new Uint8Array(readFileSync(path)))
    : VECTOR_NAMES.map((name) => readVector(`${name}.jpg`));
const limits = { maxPixels: 2 ** 22 };
const totals = { decoded: 0, refused: 0, failures: 0, slowestMs: 0, slowestSeed: 0 };
for (let i = 0; i < count; i++) {
  const bytes = mutate(files[i % files.length]!, seed + i);
  const started = performance.now();
  try {
    decodeJpeg(bytes, { limits });
    if (i % 8 === 0) optimizeJpeg(bytes, { limits });
    totals.decoded++;
  } catch (error) {
    if (error instanceof FormatError || error instanceof UnsupportedError) totals.refused++;
    else {
      totals.failures++;
      console.log(`seed ${seed + i}:`, error);
    }
  }
  const ms = performance.now() - started;
  if (ms > totals.slowestMs) {
    totals.slowestMs = ms;
    totals.slowestSeed = seed + i;
  }
}
const { decoded, refused, failures, slowestMs, slowestSeed } = totals;
console.log(
  `${count} inputs, ${decoded} decoded, ${refused} refused, ${failures} failures, slowest ${Math.round(slowestMs)} ms (seed ${slowestSeed}), ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
);
process.exit(failures > 0 ? 1 : 0);
