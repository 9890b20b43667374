/**
 * Fuzzes the readers of pictures, and of deflate, zlib and gzip at length: `npm run fuzz:images -- COUNT SEED [FILE…]`. Without files,
 * small ones of all kinds are made and damaged by their structure (test/fuzz/pictures.ts). Files are PNG; each is damaged as it is, and with its
 * checksums mended, so that what is inside is read; streams of deflate are made of the same files. Prints what does not end in a
 * `MediaError`, the slowest input, and the most memory in use. Exits 1 if there was a failure.
 */
import { readFileSync } from 'node:fs';
import { MediaError } from '../src/base/errors.ts';
import { deflate, gunzip, gzip, inflate } from '../src/codecs/deflate/index.ts';
import { decodePng } from '../src/codecs/png/index.ts';
import { mutate } from '../test/fuzz/mutate.ts';
import { damagePicture, mendChecksums, pictureFiles, readPicture } from '../test/fuzz/pictures.ts';

const LIMIT = 1 << 24;

const [countText = '10000', seedText = '1', ...paths] = process.argv.slice(2);

/** What is damaged, how, and what reads it; true if there is something to be read. */
interface Subject {
  readonly path: string;
  readonly damage: (seed: number) => Uint8Array;
  readonly read: (bytes: Uint8Array) => unknown;
}

async function madeSubjects(): Promise<Subject[]> {
  return [...(await pictureFiles())].map(([path, bytes]) => {
    return { path, damage: (seed) => damagePicture(bytes, seed), read: readPicture };
  });
}

const fileSubjects = paths.flatMap((path): Subject[] => {
  const file = new Uint8Array(readFileSync(path));
  const damage = (seed: number) => mutate(file, seed, [[0, file.length]]);
  const gzipped = gzip(file);
  const deflated = deflate(file, { level: 10 });
  const png = (bytes: Uint8Array) => decodePng(bytes, { limits: { maxBytes: LIMIT } });
  return [
    { path, damage, read: png },
    {
      path: `${path}, checksums mended`,
      damage: (seed) => mendChecksums(damage(seed)),
      read: png,
    },
    {
      path: `${path}, gzip`,
      damage: (seed) => mutate(gzipped, seed),
      read: (bytes: Uint8Array) => gunzip(bytes, { maxBytes: LIMIT }),
    },
    {
      path: `${path}, deflate`,
      damage: (seed) => mutate(deflated, seed),
      read: (bytes: Uint8Array) => inflate(bytes, { maxBytes: LIMIT }),
    },
  ];
});
const subjects = paths.length === 0 ? await madeSubjects() : fileSubjects;
let failures = 0;
let readable = 0;
let slowest = { ms: 0, what: '' };
let peakBytes = 0;
for (let i = 0; i < Number(countText); i++) {
  const seed = Number(seedText) + i;
  const { path, damage, read } = subjects[i % subjects.length]!;
  const damaged = damage(seed);
  const started = performance.now();
  try {
    read(damaged);
    readable++;
  } catch (error) {
    if (!(error instanceof MediaError)) {
      failures++;
      console.log(`${path} seed ${seed}:`, error);
    }
  }
  const ms = performance.now() - started;
  if (ms > slowest.ms) slowest = { ms, what: `${path} seed ${seed}` };
  if (i % 256 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
}
console.log(
  `${countText} inputs, ${readable} readable, ${failures} failures, slowest ${Math.round(slowest.ms)} ms (${slowest.what}), at most ${Math.round(peakBytes / 2 ** 20)} MiB in use`,
);
process.exit(failures > 0 ? 1 : 0);
