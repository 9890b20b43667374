/**
 * `npm run bench:aac`: our AAC encoder beside FFmpeg's native one, in one run, on real clips: objective difference grade
 * (ITU-R BS.1387), true bit rate and speed. Prints tables; writes JSON and SVG.
 *
 * --clips a,b       clips whose names contain a or b (all)
 * --rates a,b       kbit/s for stereo and mono alike (64,96,128 for stereo; 32,48,64 for mono)
 * --cached          takes FFmpeg's grades from an earlier run where it has them
 * --no-ffmpeg       ours alone
 * --movs            prints the model output variables, and what each is worth
 * --options JSON    more options for our encoder, such as '{"tns":false}'
 * --tuning JSON     other numbers behind its choices, such as '{"attackRatio":6}'
 * --baseline FILE   prints the change against the JSON of an earlier run
 * --out DIR         where results go (bench/results; out/bench when something is left out or changed)
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_TUNING } from '../src/codecs/aac/encoder/tuning.ts';
import {
  type CodedClip,
  encodeWithFfmpeg,
  encodeWithOurs,
  ffmpegVersion,
} from './audio/aac-encoders.ts';
import { drawClipGrades, drawMeanGrades } from './audio/aac-plots.ts';
import {
  type Grade,
  type GradePair,
  reportGrades,
  reportMeans,
  reportMovs,
  reportSpeed,
} from './audio/aac-results.ts';
import { type AudioClip, CACHE, loadAudioClips } from './audio/clips.ts';
import { distortionIndex, MOV_NAMES, objectiveDifferenceGrade } from './quality/neural-network.ts';
import { measurePeaq } from './quality/peaq.ts';
import { formatTable, mean } from './table.ts';

const { values: flags } = parseArgs({
  options: {
    clips: { type: 'string', default: '' },
    rates: { type: 'string', default: '' },
    cached: { type: 'boolean', default: false },
    'no-ffmpeg': { type: 'boolean', default: false },
    movs: { type: 'boolean', default: false },
    options: { type: 'string' },
    tuning: { type: 'string' },
    baseline: { type: 'string' },
    out: { type: 'string' },
  },
});

const list = (flag: string) => flag.split(',').filter((item) => item !== '');
const options = flags.options === undefined ? {} : JSON.parse(flags.options);
const tuning =
  flags.tuning === undefined ? undefined : { ...DEFAULT_TUNING, ...JSON.parse(flags.tuning) };
const version = ffmpegVersion();

/** FFmpeg's grades of earlier runs by clip and rate; a file for each version. */
const gradesPath = `${CACHE}aac-${version.replace(/\W+/g, '-').slice(0, 60)}.json`;
const known: Record<string, Grade> =
  flags.cached && existsSync(gradesPath) ? JSON.parse(readFileSync(gradesPath, 'utf8')) : {};

function ratesFor(clip: AudioClip): number[] {
  if (flags.rates !== '') return list(flags.rates).map(Number);
  return clip.channels.length === 1 ? [32, 48, 64] : [64, 96, 128];
}

function gradeOf(clip: AudioClip, coded: CodedClip): Grade {
  const { odg, movs } = measurePeaq(clip.channels, coded.channels);
  return {
    odg,
    kbps: coded.bits / clip.seconds / 1000,
    speed: clip.seconds / coded.cpuSeconds,
    movs,
  };
}

function gradeFfmpeg(clip: AudioClip, rate: number): Grade | null {
  if (flags['no-ffmpeg']) return null;
  const key = `${clip.name} ${rate}`;
  known[key] ??= gradeOf(clip, encodeWithFfmpeg(clip, rate));
  return known[key];
}

const clips = loadAudioClips(list(flags.clips));
// The first encode is slower than those that follow: the engine compiles. It is not counted.
encodeWithOurs(clips[0]!, ratesFor(clips[0]!)[0]!, options, tuning);
const pairs: GradePair[] = [];
for (const clip of clips) {
  for (const asked of ratesFor(clip)) {
    const ours = gradeOf(clip, encodeWithOurs(clip, asked, options, tuning));
    const ffmpeg = gradeFfmpeg(clip, asked);
    pairs.push({ clip: clip.name, numChannels: clip.channels.length, asked, ours, ffmpeg });
  }
}
if (!flags['no-ffmpeg']) writeFileSync(gradesPath, JSON.stringify(known));

console.log(reportGrades(pairs));
if (flags.movs) {
  const values = (movs: Grade['movs']) => Float64Array.from(MOV_NAMES, (name) => movs[name]);
  console.log(
    `\n${reportMovs(pairs, (movs) => objectiveDifferenceGrade(distortionIndex(values(movs))))}`,
  );
}
if (flags.baseline !== undefined) {
  const before = (JSON.parse(readFileSync(flags.baseline, 'utf8')) as { pairs: GradePair[] }).pairs;
  const rows = pairs.flatMap(({ clip, asked, ours }) => {
    const old = before.find((p) => p.clip === clip && p.asked === asked);
    return old === undefined ? [] : [{ clip, asked, change: ours.odg - old.ours.odg }];
  });
  console.log(
    `\n${formatTable([
      ['change of grade', 'kbit/s', 'ODG'],
      ...rows.map((row) => [row.clip, String(row.asked), row.change.toFixed(3)]),
      ['mean', '', mean(rows.map((row) => row.change)).toFixed(3)],
    ])}`,
  );
}
console.log(`\n${reportMeans(pairs)}\n\n${reportSpeed(pairs)}`);

const isWhole =
  flags.clips + flags.rates === '' &&
  flags.options === undefined &&
  flags.tuning === undefined &&
  !flags['no-ffmpeg'] &&
  !flags.cached;
const out =
  flags.out ?? fileURLToPath(new URL(isWhole ? './results' : '../out/bench', import.meta.url));
mkdirSync(out, { recursive: true });
const settings = {
  processor: cpus()[0]?.model ?? 'unknown',
  node: process.version,
  ffmpeg: version,
  options,
  tuning: tuning ?? 'default',
};
writeFileSync(`${out}/aac.json`, `${JSON.stringify({ settings, pairs }, null, 1)}\n`);
writeFileSync(`${out}/aac-grades.svg`, drawMeanGrades(pairs));
writeFileSync(`${out}/aac-clips.svg`, drawClipGrades(pairs));
