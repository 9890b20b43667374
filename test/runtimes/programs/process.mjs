/** Makes the movie in a process of Node, Bun or Deno, twice, and writes the first to the file that is named. Says its times as JSON. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { makeMovie } from './movie.js';

const beforeImport = performance.now();
const library = await import('vitrine');
const importMs = performance.now() - beforeImport;
const bytes = await makeMovie(library);
const firstMs = performance.now() - beforeImport - importMs;
writeFileSync(process.argv[2], bytes);
const processorMs = () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return (userCPUTime + systemCPUTime) / 1000;
};
const cpuMs = processorMs();
const before = performance.now();
await makeMovie(library);
const report = {
  importMs,
  firstMs,
  secondMs: performance.now() - before,
  cpuMs,
  secondCpuMs: processorMs() - cpuMs,
  memoryMb: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(report));
