/**
 * `npm run bench:ears`: our AAC encoder heard by several ears at once, so that no choice is made by one of them alone: both versions of
 * BS.1387, noise to mask with thresholds that know tones from noise, distortion and fluctuation of levels, and what is heard
 * before onsets. Means over the clips, a row for each mode.
 *
 * --clips a,b       clips whose names contain a or b (all)
 * --modes a,b       channels and kbit/s, such as stereo96 or mono48 (stereo128,stereo96,stereo64,mono64,mono48,mono32)
 * --encoder NAME    ours or ffmpeg (ours)
 * --options JSON    more options for our encoder
 * --tuning JSON     other numbers behind its choices
 * --quick           without BS.1387
 * --by-clip         a row for each clip as well
 * --baseline FILE   prints the change against the results of an earlier run
 * --anchors FILE    prints the figures of another encoder, by clip, mode and encoder, beside ours
 * --save FILE       where to write the results
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DEFAULT_TUNING } from '../src/codecs/aac/encoder/tuning.ts';
import { type CodedClip, encodeWithFfmpeg, encodeWithOurs } from './audio/aac-encoders.ts';
import { type AudioClip, loadAudioClips } from './audio/clips.ts';
import { EAR_NAMES, type EarFigures, hearClip, meanFigures } from './audio/ears.ts';
import { formatTable } from './table.ts';

const { values: flags } = parseArgs({
  options: {
    clips: { type: 'string', default: '' },
    modes: { type: 'string', default: 'stereo128,stereo96,stereo64,mono64,mono48,mono32' },
    encoder: { type: 'string', default: 'ours' },
    options: { type: 'string', default: '{}' },
    tuning: { type: 'string', default: '{}' },
    quick: { type: 'boolean', default: false },
    'by-clip': { type: 'boolean', default: false },
    baseline: { type: 'string' },
    anchors: { type: 'string' },
    save: { type: 'string' },
  },
});

/** Clip => mode => encoder => figures, of which any may be missing. */
type Anchors = Record<string, Record<string, Record<string, Record<string, number>>>>;
/** Names of our figures in a file of anchors. */
const ANCHOR_NAMES: Partial<Record<keyof EarFigures, string>> = {
  basic: 'odg',
  advanced: 'odg_adv',
  maskLow: 'nmr_m_lo',
  maskHigh: 'nmr_m_hi',
  levelLow: 'lsd_lo',
  levelMid: 'lsd_mid',
  levelHigh: 'lsd_hi',
  warbleLow: 'warb_lo',
  warbleMid: 'warb_mid',
  onset: 'pre_mean',
  kbps: 'kbps',
};

const list = (flag: string) => flag.split(',').filter((item) => item !== '');
const options = JSON.parse(flags.options);
const tuning = { ...DEFAULT_TUNING, ...JSON.parse(flags.tuning) };
const modes = list(flags.modes).map((name) => {
  const match = /^(mono|stereo)(\d+)$/.exec(name);
  if (match === null) throw new Error(`--modes: got ${name}, allowed are such as stereo96, mono48`);
  return { name, numChannels: match[1] === 'mono' ? 1 : 2, rate: Number(match[2]) };
});

function encode(clip: AudioClip, rate: number): CodedClip {
  if (flags.encoder === 'ffmpeg') return encodeWithFfmpeg(clip, rate);
  return encodeWithOurs(clip, rate, options, tuning);
}

/** `clip mode` => figures. */
const results: Record<string, EarFigures> = {};
const clips = loadAudioClips(list(flags.clips));
for (const { name, numChannels, rate } of modes) {
  for (const clip of clips) {
    if (clip.channels.length !== numChannels) continue;
    results[`${clip.name} ${name}`] = hearClip(clip, encode(clip, rate), !flags.quick);
  }
}

const figureRow = (label: string, figures: EarFigures) => [
  label,
  ...EAR_NAMES.map((name) =>
    Number.isNaN(figures[name] ?? Number.NaN) ? '–' : figures[name].toFixed(2),
  ),
];

/** What anchors have for these clips in this mode, as figures of ours. */
function anchorFigures(anchors: Anchors, keys: readonly string[], encoder: string): EarFigures {
  return meanFigures(
    keys.map((key) => {
      const [clip, mode] = key.split(' ') as [string, string];
      const entry = anchors[clip]?.[mode]?.[encoder] ?? {};
      return Object.fromEntries(
        EAR_NAMES.map((name) => [name, entry[ANCHOR_NAMES[name] ?? ''] ?? Number.NaN]),
      ) as unknown as EarFigures;
    }),
  );
}

function difference(now: EarFigures, before: EarFigures): EarFigures {
  return Object.fromEntries(
    EAR_NAMES.map((name) => [name, now[name] - before[name]]),
  ) as unknown as EarFigures;
}

const anchors: Anchors | null =
  flags.anchors === undefined ? null : JSON.parse(readFileSync(flags.anchors, 'utf8'));
const baseline: Record<string, EarFigures> | null =
  flags.baseline === undefined ? null : JSON.parse(readFileSync(flags.baseline, 'utf8'));
const rows: string[][] = [['mean of', ...EAR_NAMES]];
for (const { name } of modes) {
  const keys = Object.keys(results).filter((key) => key.endsWith(` ${name}`));
  if (keys.length === 0) continue;
  if (flags['by-clip']) for (const key of keys) rows.push(figureRow(key, results[key]!));
  const now = meanFigures(keys.map((key) => results[key]!));
  rows.push(figureRow(name, now));
  const known = keys.filter((key) => baseline?.[key] !== undefined);
  if (baseline !== null && known.length > 0) {
    const before = meanFigures(known.map((key) => baseline[key]!));
    rows.push(figureRow('  change', difference(now, before)));
  }
  if (anchors !== null) {
    rows.push(figureRow('  ffmpeg', anchorFigures(anchors, keys, 'ffmpeg')));
    rows.push(figureRow('  fdk', anchorFigures(anchors, keys, 'fdk')));
  }
}
console.log(formatTable(rows));
if (flags.save !== undefined) writeFileSync(flags.save, `${JSON.stringify(results, null, 1)}\n`);
