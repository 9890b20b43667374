/** The options of `vitrine encode` that go to the H.264 encoder by the names that it knows them by. */

import { ConfigError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { H264_KEYS, H264_ROWS as ROWS } from '../codecs/h264/encoder/option-tables.ts';
import type { ScalingLists } from '../codecs/h264/encoder/scaling.ts';
import { TUNES } from '../codecs/h264/encoder/tunes.ts';
import type { Zone } from '../codecs/h264/encoder/zones.ts';
import { given, type OptionTable, type OptionValues } from './options.ts';

/** A number in the range of the option's row. */
const numberOf = <K extends 'integer' | 'number'>({
  kind,
  min,
  max,
}: {
  kind: K;
  min: number;
  max: number;
}) => ({ kind, meta: 'N', min, max }) as const;

/** The options, as the command line takes them. */
// biome-ignore format: one line per option
export const H264_OPTIONS = {
  preset: { kind: 'choice', choices: ROWS.preset.values, help: 'speed against size' },
  tune: { kind: 'choice', choices: TUNES, help: 'what pictures are coded for, or are of' },
  profile: { kind: 'choice', choices: ROWS.profile.values, help: 'what a decoder must know' },
  crf: { ...numberOf(ROWS.crf), help: `constant quality, ${ROWS.crf.min} (best) to ${ROWS.crf.max} (23)` },
  qp: { ...numberOf(ROWS.qp), help: `constant quantizer, ${ROWS.qp.min} (best) to ${ROWS.qp.max}` },
  monochrome: { kind: 'flag', help: 'luma alone (4:0:0)' },
  gop: { ...numberOf(ROWS.gopSize), help: 'pictures from one key picture to the next' },
  keyframes: { kind: 'text', meta: 'SECONDS,…', help: 'times at which key pictures begin' },
  zones: { kind: 'text', meta: 'ZONE/…', help: 'ranges of pictures with a QP or a multiple of bits of their own: 0,100,q=20/300,400,b=0.5' },
  bframes: { ...numberOf(ROWS.bframes), help: 'most pictures in a row that refer to both sides' },
  'b-pyramid': { kind: 'choice', choices: ROWS.bPyramid.values, help: 'which of these others may refer to' },
  'bitrate-video': { kind: 'bits', help: 'bits per second of pictures, such as 2M' },
  'vbv-maxrate': { kind: 'bits', help: 'bits per second at which a decoder\'s buffer fills' },
  'vbv-bufsize': { kind: 'bits', help: 'bits that a decoder\'s buffer holds' },
  refs: { ...numberOf(ROWS.refs), help: 'pictures that are referred to' },
  level: { kind: 'choice', choices: ROWS.level.values, help: 'level to keep within' },
  h264: { kind: 'text', meta: 'KEY=VALUE:…', help: 'any other option of the encoder (docs/h264/options.md): aqStrength=1:slices=4; names of x264 are understood' },
} as const satisfies OptionTable;

/** The names of these options. */
export const H264_OPTION_NAMES = Object.keys(H264_OPTIONS) as (keyof typeof H264_OPTIONS)[];

/**
 * Throws `ConfigError` for an option of H.264 where pictures are coded otherwise.
 * @param codec the name of the codec of the pictures
 */
export function rejectH264Options(codec: string, values: { readonly [name: string]: unknown }) {
  if (codec === 'h264') return;
  const unused = [...H264_OPTION_NAMES, 'gpu', 'roi'].find((name) => values[name] !== undefined);
  if (unused === undefined) return;
  throw new ConfigError(
    `--${unused}`,
    `is for H.264; pictures are coded as ${codec} here, leave the option away`,
  );
}

/** What an option of x264 is here, and how its value is written; those of the same name and value are not listed. */
type Synonym = readonly [name: string, read?: (value: string) => unknown];

/** Table: x264's option => the lists that it gives, row after row. */
const LISTS: Readonly<Record<string, readonly (keyof ScalingLists)[]>> = {
  cqm4: ['intra4x4', 'inter4x4'],
  cqm4i: ['intra4x4'],
  cqm4p: ['inter4x4'],
  cqm8: ['intra8x8', 'inter8x8'],
  cqm8i: ['intra8x8'],
  cqm8p: ['inter8x8'],
};

const kilobits = (value: string) => 1000 * Number(value);
const truth = (value: string) => value !== '0';

/** Table: x264's option => ours. */
const SYNONYMS: Readonly<Record<string, Synonym>> = {
  keyint: ['gopSize'],
  'min-keyint': ['minGopSize'],
  ref: ['refs'],
  bitrate: ['bitRate', kilobits],
  'vbv-maxrate': ['vbvMaxRate', kilobits],
  'vbv-bufsize': ['vbvBufferSize', kilobits],
  'vbv-init': ['vbvInitialFullness'],
  'nal-hrd': ['hrd'],
  'b-pyramid': ['bPyramid'],
  cabac: ['cabac', truth],
  '8x8dct': ['transform8x8', truth],
  weightp: ['weightP', truth],
  'constrained-intra': ['constrainedIntra', truth],
  aud: ['accessUnitDelimiters', truth],
  'rc-lookahead': ['lookahead'],
  scenecut: ['sceneCut', truth],
  'chroma-qp-offset': ['chromaQpOffset'],
  cqm: ['scaling', (value) => (value === 'jvt' ? 'default' : value)],
  'slice-max-size': ['sliceBytes'],
  'slice-max-mbs': ['sliceMacroblocks'],
};

/** `key=value:key=value`, as x264 takes them. The encoder checks names and values. */
function readH264Text(option: string, text: string): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const part of text.split(':')) {
    const [, key, value = 'true'] = /^([\w-]+)(?:=(.*))?$/.exec(part) ?? [];
    if (key === undefined) throw new ConfigError(option, `got ${part}, allowed is KEY=VALUE`);
    if (key === 'deblock' && /^-?\d+,-?\d+$/.test(value)) {
      const [alpha, beta] = value.split(',').map(Number);
      Object.assign(options, { deblockAlpha: alpha, deblockBeta: beta });
      continue;
    }
    if (key === 'zones') {
      options.zones = readZones(option, value);
      continue;
    }
    const lists = LISTS[key];
    if (lists !== undefined) {
      const weights = value.split(',').map(Number);
      const named = Object.fromEntries(lists.map((list) => [list, weights]));
      options.scalingLists = { ...(options.scalingLists as object), ...named };
      continue;
    }
    const [name, read = plainValue] = Object.hasOwn(SYNONYMS, key) ? SYNONYMS[key]! : [key];
    if (!H264_KEYS.includes(name as (typeof H264_KEYS)[number]) || FROM_PICTURES.test(name)) {
      const known = H264_KEYS.filter((each) => !FROM_PICTURES.test(each));
      throw new ConfigError(
        option,
        `${key} is none of ${known.join(', ')}${didYouMean(key, known)}`,
      );
    }
    options[name] = read(value);
  }
  return options;
}

/** What the input says, or no text can. */
const FROM_PICTURES =
  /^(?:width|height|frameRate|timeBase|color|sampleAspectRatio|inspect|statistics|collectStatistics|keyFrames|zones|scalingLists)$/;

function plainValue(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?(?:\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : value;
}

/** Times in seconds, separated by commas; the encoder checks that they rise. */
function readTimes(text: string): number[] {
  const times = text.split(',').map(Number);
  if (text !== '' && times.every((time) => Number.isFinite(time) && time >= 0)) return times;
  throw new ConfigError('--keyframes', `got ${text}, allowed are seconds such as 2,4.5,10`);
}

/** `START,END,q=QP` or `START,END,b=FACTOR`, separated by slashes, as x264 takes them; the encoder checks the numbers. */
export function readZones(option: string, text: string): Zone[] {
  return text.split('/').map((part) => {
    const [, start, end, key, value] = /^(\d+),(\d+),([qb])=([\d.]+)$/.exec(part) ?? [];
    if (start === undefined) {
      throw new ConfigError(
        option,
        `got ${part}, allowed are START,END,q=QP and START,END,b=FACTOR with numbers of pictures from 0`,
      );
    }
    const range = { start: Number(start), end: Number(end) };
    return key === 'q'
      ? { ...range, qp: Number(value) }
      : { ...range, bitRateFactor: Number(value) };
  });
}

/**
 * What the session's config does not say: options of the encoder, where they were given.
 * @param regions zones of regions of interest
 */
export function h264Options(
  values: Partial<OptionValues<typeof H264_OPTIONS>>,
  regions: readonly Zone[] = [],
): Record<string, unknown> {
  const { preset, tune, profile, monochrome, crf, qp, bframes, refs, level } = values;
  const options = given({
    ...{ preset, tune, profile, monochrome, crf, qp, bframes, refs, level },
    keyFrames: values.keyframes === undefined ? undefined : readTimes(values.keyframes),
    zones: values.zones === undefined ? undefined : readZones('--zones', values.zones),
    bPyramid: values['b-pyramid'],
    vbvMaxRate: values['vbv-maxrate'],
    vbvBufferSize: values['vbv-bufsize'],
    ...(values.h264 === undefined ? {} : readH264Text('--h264', values.h264)),
  });
  if (regions.length === 0) return options;
  const zones = (options.zones ?? []) as readonly Zone[];
  return { ...options, zones: [...zones, ...regions] };
}
