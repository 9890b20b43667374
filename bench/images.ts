/**
 * `npm run bench:images`: our files of pictures, and deflate, beside other libraries. Prints tables; writes JSON and SVG.
 *
 * --suites a,b    jpeg (curves beside the anchors), jpeg-speed, png, deflate (all)
 * --images a      pictures whose names contain a (all)
 * --qualities a,b qualities of the curves (30,40,50,60,70,75,80,85,90,95)
 * --efforts a,b   efforts of PNG: fast, default, best, which takes minutes (fast,default)
 * --rounds n      rounds of what is timed (3)
 * --out DIR       where results go (bench/results; out/bench when pictures, qualities or efforts are chosen)
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { PngEffort } from '../src/codecs/png/index.ts';
import { runDeflateSuite } from './images/deflate-suite.ts';
import { runJpegCurves } from './images/jpeg-curves.ts';
import { runJpegSpeed } from './images/jpeg-speed.ts';
import { runPngSuite } from './images/png-suite.ts';

const ALL_QUALITIES = '30,40,50,60,70,75,80,85,90,95';
const EFFORTS = 'fast,default';
const { values: flags } = parseArgs({
  options: {
    suites: { type: 'string', default: 'jpeg,jpeg-speed,png,deflate' },
    images: { type: 'string', default: '' },
    qualities: { type: 'string', default: ALL_QUALITIES },
    efforts: { type: 'string', default: EFFORTS },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});

const shared =
  process.env.VITRINE_SHARED ?? fileURLToPath(new URL('../../shared', import.meta.url));
const { images, suites } = flags;
const rounds = Number(flags.rounds);
const isWhole = images === '' && flags.qualities === ALL_QUALITIES && flags.efforts === EFFORTS;
const out = flags.out ?? (isWhole ? 'bench/results' : 'out/bench');
mkdirSync(out, { recursive: true });
for (const suite of suites.split(',')) {
  if (suite === 'jpeg') runJpegCurves(shared, out, images, flags.qualities.split(',').map(Number));
  else if (suite === 'jpeg-speed') await runJpegSpeed(out, images, rounds);
  else if (suite === 'png') {
    await runPngSuite(shared, out, images, flags.efforts.split(',') as PngEffort[], rounds);
  } else if (suite === 'deflate') await runDeflateSuite(shared, out, rounds);
  else throw new Error(`no suite ${suite}: jpeg, jpeg-speed, png, deflate`);
}
