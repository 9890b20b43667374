/** The measured process of `memory.ts`: encodes pictures made in code and prints what memory that took. */
import { createH264Encoder, type Preset } from '../src/codecs/h264/index.ts';
import { createSyntheticClip } from './video/synthetic.ts';

const preset = process.argv[2] as Preset;
const [width, height, warmUp, frames] = process.argv.slice(3).map(Number) as [
  number,
  number,
  number,
  number,
];
const collect = (globalThis as { gc?: () => void }).gc!;
const picture = createSyntheticClip(width, height, 2);
const encoder = createH264Encoder({
  width,
  height,
  frameRate: [30, 1],
  qp: 27,
  gopSize: 250,
  preset,
});

for (let n = 0; n < warmUp; n++) encoder.encode(picture(n));
collect();
const before = process.memoryUsage().heapUsed;
let allocated = 0;
let last = before;
for (let n = warmUp; n < warmUp + frames; n++) {
  const frame = picture(n);
  encoder.encode(frame);
  const now = process.memoryUsage().heapUsed;
  if (now > last) allocated += now - last;
  last = now;
}
collect();
const heapGrowth = process.memoryUsage().heapUsed - before;
encoder.flush();
console.log(
  JSON.stringify({
    heapGrowth,
    allocatedPerFrame: allocated / frames,
    peakResident: process.resourceUsage().maxRSS * 1024,
  }),
);
