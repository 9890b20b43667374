/** JPEG's speed beside mozjpeg in WebAssembly (@jsquash/jpeg) and jpeg-js, on the photos of the shared pictures: writing and reading. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { decodeJpeg, encodeJpeg } from '../../src/codecs/jpeg/index.ts';
import { formatTable, median } from '../table.ts';
import { loadPictures, type SourcePicture } from './sources.ts';
import { type Run, type Turn, takeTurns } from './turns.ts';

const require = createRequire(new URL('../package.json', import.meta.url));

async function mozjpeg() {
  const load = async (which: 'enc' | 'dec', file: string) => {
    const path = require.resolve(`@jsquash/jpeg/${file}.js`);
    const { default: run, init } = await import(pathToFileURL(path).href);
    const wasm = readFileSync(
      require.resolve(`@jsquash/jpeg/codec/${which}/mozjpeg_${which}.wasm`),
    );
    await init(await WebAssembly.compile(new Uint8Array(wasm)));
    return run;
  };
  return { encode: await load('enc', 'encode'), decode: await load('dec', 'decode') };
}

function rgbaOf({ width, height, channels, data }: SourcePicture): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[channels * i + (channels === 1 ? 0 : c)]!;
  }
  return rgba;
}

/** Runs the suite over pictures whose names contain `filter`, and writes `jpeg-speed.json` to `out`. */
export async function runJpegSpeed(out: string, filter: string, rounds: number): Promise<void> {
  const jpegJs = require('jpeg-js');
  const { encode } = await mozjpeg();
  const results: Record<string, Record<string, Turn>> = {};
  const ratios = new Map<string, number[]>();
  const note = (what: string, value: number) => {
    ratios.set(what, [...(ratios.get(what) ?? []), value]);
  };
  for (const picture of loadPictures(filter)) {
    const { width, height } = picture;
    const image = { width, height, channels: 4 as const, data: rgbaOf(picture) };
    const options = { quality: 75, subsampling: '4:2:0' as const };
    const files = {
      baseline: encodeJpeg(image, { ...options, scans: 'baseline' }),
      progressive: encodeJpeg(image, { ...options, scans: 'progressive' }),
    };
    const suites: Record<string, Record<string, Run>> = {
      write: {
        default: () => encodeJpeg(image, options).length,
        fast: () => encodeJpeg(image, { ...options, effort: 'fast' }).length,
        'fast plain': () =>
          encodeJpeg(image, { ...options, effort: 'fast', vectorKernels: false }).length,
        mozjpeg: async () => (await encode(image, { quality: 75 })).byteLength,
      },
    };
    for (const [name, file] of Object.entries(files)) {
      suites[`read ${name}`] = {
        vitrine: () => decodeJpeg(file, { format: 'rgba' }).data.length,
        'jpeg-js': () => jpegJs.decode(file, { useTArray: true }).data.length,
      };
    }
    for (const [suite, runs] of Object.entries(suites)) {
      const turns = await takeTurns(runs, rounds);
      results[`${picture.name}, ${suite}`] = turns;
      const [own, peer] = suite === 'write' ? ['default', 'mozjpeg'] : ['vitrine', 'jpeg-js'];
      note(suite, turns[peer!]!.ms / turns[own!]!.ms);
      for (const fast of ['fast', 'fast plain']) {
        const turn = turns[fast];
        if (turn !== undefined) note(`MP/s ${fast}`, (width * height) / 1000 / turn.ms);
      }
    }
    process.stderr.write(`${picture.name}\n`);
  }
  writeFileSync(`${out}/jpeg-speed.json`, `${JSON.stringify(results)}\n`);
  const rows = Object.entries(results).flatMap(([name, turns]) =>
    Object.entries(turns).map(([run, { bytes, ms }]) => [
      `${name}, ${run}`,
      String(bytes),
      `${ms.toFixed(1)} ms`,
    ]),
  );
  console.log(formatTable([['', 'bytes', 'time'], ...rows]));
  for (const [what, values] of ratios) {
    const spread = `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;
    console.log(`${what}: median ${median(values).toFixed(2)}, ${spread}`);
  }
}
