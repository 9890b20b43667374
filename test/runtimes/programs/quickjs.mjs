/** Runs a bundle in QuickJS, which has the language and nothing else: no URL, no TextEncoder, no timers, no WebAssembly. */
import { readFileSync, writeFileSync } from 'node:fs';
import { getQuickJS } from 'quickjs-emscripten';

const [, , bundle, file] = process.argv;
const quickJs = await getQuickJS();
const context = quickJs.newContext();
const evaluate = (code, options) => {
  const result = context.evalCode(code, 'bundle.js', options);
  if (result.error) throw new Error(JSON.stringify(context.dump(result.error)));
  return result.value;
};
const beforeImport = performance.now();
evaluate(readFileSync(bundle, 'utf8'), { type: 'module' });
const importMs = performance.now() - beforeImport;
const before = performance.now();
const promise = evaluate('makeSmallMovie()');
context.runtime.executePendingJobs();
const state = context.getPromiseState(promise);
if (state.type === 'rejected') throw new Error(JSON.stringify(context.dump(state.error)));
if (state.type !== 'fulfilled') throw new Error('the movie was not finished');
const firstMs = performance.now() - before;
context.setProp(context.global, 'movie', state.value);
const buffer = evaluate(
  'movie.buffer.slice(movie.byteOffset, movie.byteOffset + movie.byteLength)',
);
writeFileSync(file, context.getArrayBuffer(buffer).value);
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const cpuMs = (userCPUTime + systemCPUTime) / 1000;
console.log(JSON.stringify({ importMs, firstMs, cpuMs, memoryMb: maxRSS / 1024 }));
