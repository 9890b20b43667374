/** Makes what has kernels beside H.264 twice, behind the recipe that hands the kernels over. Says its times as JSON. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { makeSets } from './sets.js';

const processorMs = () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return (userCPUTime + systemCPUTime) / 1000;
};
const before = performance.now();
writeFileSync(process.argv[2], makeSets());
const [firstMs, cpuMs] = [performance.now() - before, processorMs()];
const again = performance.now();
makeSets();
const report = { firstMs, secondMs: performance.now() - again, cpuMs };
const memoryMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ...report, secondCpuMs: processorMs() - cpuMs, memoryMb }));
