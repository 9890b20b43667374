/** Runs a bundle in the vm of @edge-runtime/vm: the globals of an edge worker, no code from strings, no WebAssembly from bytes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { EdgeVM } from '@edge-runtime/vm';

const [, , bundle, file, wasm] = process.argv;
const beforeImport = performance.now();
const kernels = new WebAssembly.Module(readFileSync(wasm));
const vm = new EdgeVM({ extend: (context) => Object.assign(context, { kernels }) });
vm.evaluate(readFileSync(bundle, 'utf8'));
const importMs = performance.now() - beforeImport;
const before = performance.now();
const bytes = await vm.evaluate('makeMovie()');
const firstMs = performance.now() - before;
writeFileSync(file, bytes);
const processorMs = () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return (userCPUTime + systemCPUTime) / 1000;
};
const cpuMs = processorMs();
const again = performance.now();
await vm.evaluate('makeMovie()');
const secondMs = performance.now() - again;
const secondCpuMs = processorMs() - cpuMs;
const said = await vm.evaluate('openPath()');
if (!said.startsWith('UnsupportedError: path: there are no files')) throw new Error(said);
const memoryMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ importMs, firstMs, secondMs, cpuMs, secondCpuMs, memoryMb }));
