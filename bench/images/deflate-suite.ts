/**
 * Deflate beside fflate, pako, uzip (inflating) and zip.js's WebAssembly, on the three corpora of `../shared/media/make-deflate-corpora.mjs`:
 * levels 1, 6 and 9 with and without kernels, inflating, and our other levels. Beside them stand the sizes of libdeflate and zlib.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { deflate, inflate } from '../../src/codecs/deflate/index.ts';
import { mediaPath } from '../../test/support/media.ts';
import { formatTable } from '../table.ts';
import { type Run, type Turn, takeTurns } from './turns.ts';

const require = createRequire(new URL('../package.json', import.meta.url));
const CORPORA = ['text', 'rows', 'binary'] as const;
const FOLDER = 'out/corpora';

interface Anchor {
  readonly encoders: Readonly<Record<string, readonly { level: number; bytes: number }[]>>;
}

/** zip.js with its WebAssembly, without workers and without the platform's streams. */
async function zipJs() {
  const path = require.resolve('@zip.js/zip.js').replace(/[^/]+$/, 'lib/zip-wasm.js');
  const zip = await import(pathToFileURL(path).href);
  zip.configure({ useWebWorkers: false, useCompressionStream: false });
  const compress = async (bytes: Uint8Array, level: number): Promise<Uint8Array> => {
    const writer = new zip.ZipWriter(new zip.Uint8ArrayWriter(), { level });
    await writer.add('a', new zip.Uint8ArrayReader(bytes));
    return writer.close();
  };
  const expand = async (file: Uint8Array): Promise<number> => {
    const reader = new zip.ZipReader(new zip.Uint8ArrayReader(file));
    const [entry] = await reader.getEntries();
    return (await entry.getData(new zip.Uint8ArrayWriter())).length;
  };
  return { compress, expand };
}

function makeCorpora(): void {
  if (CORPORA.every((name) => existsSync(`${FOLDER}/${name}.bin`))) return;
  mkdirSync(FOLDER, { recursive: true });
  execFileSync('node', [mediaPath('make-deflate-corpora.mjs'), FOLDER], { stdio: 'ignore' });
}

/** Runs the suite and writes `deflate.json` to `out`. */
export async function runDeflateSuite(shared: string, out: string, rounds: number): Promise<void> {
  makeCorpora();
  const anchors: Record<string, Anchor> = JSON.parse(
    readFileSync(`${shared}/reference/deflate-anchors.json`, 'utf8'),
  );
  const zip = await zipJs();
  const fflate = require('fflate');
  const pako = require('pako');
  const uzip = require('uzip');
  const results: Record<string, Record<string, Record<string, Turn>>> = {};
  for (const name of CORPORA) {
    const bytes = new Uint8Array(readFileSync(`${FOLDER}/${name}.bin`));
    const suites: Record<string, Record<string, Run>> = {};
    for (const level of [1, 6, 9]) {
      suites[`level ${level}`] = {
        vitrine: () => deflate(bytes, { level }).length,
        'vitrine plain': () => deflate(bytes, { level, vectorKernels: false }).length,
        fflate: () => fflate.deflateSync(bytes, { level }).length,
        pako: () => pako.deflateRaw(bytes, { level }).length,
        'zip.js': async () => (await zip.compress(bytes, level)).length,
      };
    }
    for (const level of [2, 3, 4, 5, 7, 8, 10, 11, 12]) {
      suites[`level ${level}`] = { vitrine: () => deflate(bytes, { level }).length };
    }
    const packed = new Uint8Array(deflateRawSync(bytes, { level: 6 }));
    const file = await zip.compress(bytes, 6);
    suites.inflate = {
      vitrine: () => inflate(packed).length,
      fflate: () => fflate.inflateSync(packed).length,
      pako: () => pako.inflateRaw(packed).length,
      uzip: () => uzip.inflateRaw(packed).length,
      'zip.js': () => zip.expand(file),
    };
    results[name] = {};
    for (const [suite, runs] of Object.entries(suites)) {
      results[name][suite] = await takeTurns(runs, rounds);
      process.stderr.write(`${name}, ${suite}\n`);
    }
    print(name, results[name], anchors[name]!);
  }
  writeFileSync(`${out}/deflate.json`, `${JSON.stringify(results)}\n`);
}

function print(
  name: string,
  suites: Readonly<Record<string, Readonly<Record<string, Turn>>>>,
  anchor: Anchor,
): void {
  const rows = Object.entries(suites).flatMap(([suite, turns]) => {
    const level = Number(suite.split(' ')[1]);
    const least = Math.min(
      ...['libdeflate', 'zlib-node', 'zlib-debian'].flatMap((peer) =>
        (anchor.encoders[peer] ?? []).filter((row) => row.level === level).map((row) => row.bytes),
      ),
    );
    return Object.entries(turns).map(([peer, { bytes, ms }]) => [
      `${suite}, ${peer}`,
      String(bytes),
      `${ms.toFixed(0)} ms`,
      peer === 'vitrine' && Number.isFinite(least) ? String(least) : '',
    ]);
  });
  console.log(`\n${name}`);
  console.log(formatTable([['', 'bytes', 'time', 'libdeflate, zlib'], ...rows]));
}
