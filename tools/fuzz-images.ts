/**
 * Fuzzes the readers of PNG and of deflate, zlib and gzip at length: `npm run fuzz:images -- COUNT SEED FILE…`. Files are PNG; each is
 * damaged as it is, and with its checksums mended, so that what is inside is read. Streams of deflate are made of the same files. Prints
 * what does not end in a `MediaError`, the slowest input, and the most memory in use. Exits 1 if there was a failure.
 */
import { readFileSync } from 'node:fs';
import { MediaError } from '../src/base/errors.ts';
import { crc32 } from '../src/bits/crc32.ts';
import { deflate, gunzip, gzip, inflate } from '../src/codecs/deflate/index.ts';
import { decodePng } from '../src/codecs/png/index.ts';
import { mutate } from '../test/fuzz/mutate.ts';

const LIMIT = 1 << 24;

/** Makes the CRCs of a damaged PNG file right, as far as its chunks can be followed. */
function mendChecksums(file: Uint8Array): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) break;
    view.setUint32(at + 8 + length, crc32(bytes, 0, at + 4, at + 8 + length));
    at += 12 + length;
  }
  return bytes;
}

const [countText = '10000', seedText = '1', ...paths] = process.argv.slice(2);
if (paths.length === 0) {
  console.error('usage: fuzz-images COUNT SEED FILE…');
  process.exit(1);
}
const subjects = paths.flatMap((path) => {
  const file = new Uint8Array(readFileSync(path));
  const png = (bytes: Uint8Array) => decodePng(bytes, { limits: { maxBytes: LIMIT } });
  return [
    { path, bytes: file, read: png },
    {
      path: `${path}, checksums mended`,
      bytes: file,
      read: (bytes: Uint8Array) => png(mendChecksums(bytes)),
    },
    {
      path: `${path}, gzip`,
      bytes: gzip(file),
      read: (bytes: Uint8Array) => gunzip(bytes, { maxBytes: LIMIT }),
    },
    {
      path: `${path}, deflate`,
      bytes: deflate(file, { level: 10 }),
      read: (bytes: Uint8Array) => inflate(bytes, { maxBytes: LIMIT }),
    },
  ];
});
let failures = 0;
let readable = 0;
let slowest = { ms: 0, what: '' };
let peakBytes = 0;
for (let i = 0; i < Number(countText); i++) {
  const seed = Number(seedText) + i;
  const { path, bytes, read } = subjects[i % subjects.length]!;
  const damaged = mutate(bytes, seed, [[0, bytes.length]]);
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
