/**
 * The process that `remux.ts` measures: copies one file with one library, and prints what it took as a line of JSON. Plain
 * JavaScript over the built library, as users run it; only the copy is timed, not the start of the process.
 */
import { remux } from '../dist/src/index.js';
// Loaded when a path is first opened; here with the rest, before the time is taken.
import '../dist/src/io/node/path-sink.js';
import '../dist/src/io/node/path-source.js';

/** How often the heap is looked at, in milliseconds. */
const HEAP_INTERVAL = 50;

async function copyWithMediabunny(from, to) {
  const library = await import('./node_modules/mediabunny/dist/modules/src/index.js');
  return async () => {
    const input = new library.Input({
      source: new library.FilePathSource(from),
      formats: library.ALL_FORMATS,
    });
    const format = to.endsWith('.mkv')
      ? new library.MkvOutputFormat()
      : new library.Mp4OutputFormat({ fastStart: false });
    const output = new library.Output({ format, target: new library.FilePathTarget(to) });
    const conversion = await library.Conversion.init({ input, output });
    await conversion.execute();
  };
}

const [name, from, to] = process.argv.slice(2);
const copy = name === 'mediabunny' ? await copyWithMediabunny(from, to) : () => remux(from, to);
let peakHeap = 0;
const timer = setInterval(() => {
  peakHeap = Math.max(peakHeap, process.memoryUsage().heapUsed);
}, HEAP_INTERVAL);
const started = performance.now();
const before = process.cpuUsage();
await copy();
const spent = process.cpuUsage(before);
const seconds = (performance.now() - started) / 1000;
clearInterval(timer);
console.log(
  JSON.stringify({
    cpuSeconds: (spent.user + spent.system) / 1e6,
    seconds,
    peakHeapMiB: Math.round(peakHeap / 2 ** 20),
    peakRssMiB: Math.round(process.resourceUsage().maxRSS / 2 ** 10),
  }),
);
