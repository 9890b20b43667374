/**
 * PNG beside oxipng in WebAssembly (@jsquash/oxipng) on the shared pictures, in bytes and time, and beside the sizes of libpng, oxipng and
 * zopflipng in `../shared/reference/png-anchors.json`. oxipng is given files that our effort `fast` wrote.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { decodePng, encodePng, type PngEffort } from '../../src/codecs/png/index.ts';
import { mediaPath } from '../../test/support/media.ts';
import { formatTable } from '../table.ts';
import { type Run, type Turn, takeTurns } from './turns.ts';

const require = createRequire(new URL('../package.json', import.meta.url));
const PEERS = ['libpng', 'oxipng-o2', 'oxipng-o6', 'zopflipng'] as const;
type Sizes = Readonly<Record<string, { readonly bytes: number } | null>>;

async function oxipng(): Promise<(file: Uint8Array, level: number) => number> {
  const folder = require.resolve('@jsquash/oxipng/codec/pkg/squoosh_oxipng.js');
  const module = await import(pathToFileURL(folder).href);
  await module.default(readFileSync(folder.replace(/\.js$/, '_bg.wasm')));
  return (file, level) => module.optimise(file, level, false, false).length;
}

/** Runs the suite over pictures whose names contain `filter`, and writes `png.json` to `out`. `efforts`: those that are measured. */
export async function runPngSuite(
  shared: string,
  out: string,
  filter: string,
  efforts: readonly PngEffort[],
  rounds: number,
): Promise<void> {
  const anchors: Record<string, Sizes> = JSON.parse(
    readFileSync(`${shared}/reference/png-anchors.json`, 'utf8'),
  );
  const optimise = await oxipng();
  const results: Record<string, Record<string, Turn>> = {};
  let pixels = 0;
  const files = readdirSync(mediaPath('images')).filter(
    (name) => name.endsWith('.png') && name.includes(filter),
  );
  for (const file of files.sort()) {
    const { metadata: _, ...image } = decodePng(
      new Uint8Array(readFileSync(mediaPath(`images/${file}`))),
    );
    const start = encodePng(image, { effort: 'fast', reduce: false });
    const runs: Record<string, Run> = {};
    for (const effort of efforts) runs[effort] = () => encodePng(image, { effort }).length;
    if (efforts.includes('default')) runs['oxipng-o2 wasm'] = () => optimise(start, 2);
    if (efforts.includes('best')) runs['oxipng-o6 wasm'] = () => optimise(start, 6);
    results[file.slice(0, -4)] = await takeTurns(runs, efforts.includes('best') ? 1 : rounds);
    pixels += image.width * image.height;
    process.stderr.write(`${file}\n`);
  }
  writeFileSync(`${out}/png.json`, `${JSON.stringify(results)}\n`);
  print(results, anchors, pixels);
}

function print(
  results: Readonly<Record<string, Readonly<Record<string, Turn>>>>,
  anchors: Readonly<Record<string, Sizes>>,
  pixels: number,
): void {
  const columns = Object.keys(Object.values(results)[0] ?? {});
  const rows = Object.entries(results).map(([name, turns]) => [
    name,
    ...columns.flatMap((column) => [
      String(turns[column]!.bytes),
      `${turns[column]!.ms.toFixed(0)} ms`,
    ]),
    ...PEERS.map((peer) => String(anchors[name]?.[peer]?.bytes ?? '–')),
  ]);
  const sum = (of: (turns: Readonly<Record<string, Turn>>, name: string) => number) =>
    Object.entries(results).reduce((total, [name, turns]) => total + of(turns, name), 0);
  const totals = [
    'all',
    ...columns.flatMap((column) => [
      String(sum((turns) => turns[column]!.bytes)),
      `${sum((turns) => turns[column]!.ms).toFixed(0)} ms`,
    ]),
    ...PEERS.map((peer) => String(sum((_, name) => anchors[name]?.[peer]?.bytes ?? 0))),
  ];
  const head = ['', ...columns.flatMap((column) => [column, 'time']), ...PEERS];
  console.log(formatTable([head, ...rows, totals]));
  for (const column of columns) {
    const speed = pixels / 1000 / sum((turns) => turns[column]!.ms);
    console.log(`${column}: ${speed.toFixed(1)} megapixels a second`);
  }
}
