/**
 * Command lines as ffmpeg's users type them, in terms of the commands of this program: `-i in.y4m -c:v libx264 -crf 23 out.mp4`. What
 * has no counterpart here is refused with what to type instead; nothing is silently left out but what only concerns ffmpeg's own
 * output.
 */
import { ConfigError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';

/** What one option of ffmpeg becomes. */
interface Translation {
  /** Whether a value follows; default true. */
  readonly isFlag?: boolean;
  /** Options of this program where it stands before an input, and where it stands behind all; a text refuses it, and says why. */
  readonly before?: Target;
  readonly behind?: Target;
}

type Target = string | ((value: string, context: Context) => readonly string[]);

/** What was found so far. */
interface Context {
  copies: boolean;
  codes: boolean;
  maps: boolean;
}

const option =
  (name: string): Target =>
  (value) => [`--${name}`, value];
const flag =
  (name: string): Target =>
  () => [`--${name}`];
const nothing: Target = () => [];

/** ffmpeg can filter and cut, and hands on what this program codes. */
const PIPE =
  'ffmpeg -i IN [your options] -f yuv4mpegpipe - | vitrine encode - OUT for pictures, -f wav - for sound';
const both = (target: Target): Translation => ({ before: target, behind: target });
const refused = (why: string): Translation => both(why);
const ignored: Translation = { isFlag: true, ...both(nothing) };

const codec =
  (name: string): Target =>
  (value, context) => {
    if (value === 'copy') {
      context.copies = true;
      return [];
    }
    context.codes = true;
    return [`--${name}`, value];
  };
const anyCodec: Target = (value, context) => {
  if (value !== 'copy')
    throw new ConfigError('-c', `got ${value}; write -c:v ${value} or -c:a ${value}`);
  context.copies = true;
  return [];
};

/** `0:1` and `1` name a stream by its number. */
const map: Target = (value, context) => {
  const number = /^(?:0:)?(\d+)$/.exec(value)?.[1];
  if (value === '0') return [];
  if (number === undefined) {
    throw new ConfigError(
      '-map',
      `got ${value}, allowed are 0 and 0:N; vitrine probe FILE lists the numbers`,
    );
  }
  context.maps = true;
  return ['--streams', number];
};

const movflags: Target = (value) => {
  const names = value.split('+').filter((name) => name !== '');
  const isFragmented = names.some((name) => name.startsWith('frag') || name === 'empty_moov');
  const known = ['faststart', 'fragmented', 'frag_keyframe', 'empty_moov', 'default_base_moof'];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(
      '-movflags',
      `got ${unknown}, allowed are ${known.join(', ')}${didYouMean(unknown, known)}`,
    );
  }
  return ['--movflags', isFragmented ? 'fragmented' : 'faststart'];
};

/** `image2` is what file names say here by themselves. */
const unlessPictures =
  (name: string): Target =>
  (value) =>
    value === 'image2' ? [] : [`--${name}`, value];

const pixFmt: Target = (value) => {
  if (value === 'yuv420p') return [];
  throw new ConfigError(
    '-pix_fmt',
    `got ${value}; H.264 is coded as yuv420p here, raw files keep the format of the input`,
  );
};

const scaled = 'the size of coded pictures is set by a filter: -vf scale=640:480';
const resampled = `sound is not converted here; convert before: ${PIPE}`;
const cut = `inputs are not cut here; cut before: ${PIPE}`;

/** Table: ffmpeg's option => what it becomes. */
const OPTIONS: Readonly<Record<string, Translation>> = {
  f: { before: unlessPictures('input-format'), behind: unlessPictures('format') },
  c: both(anyCodec),
  codec: both(anyCodec),
  'c:v': both(codec('codec-video')),
  'codec:v': both(codec('codec-video')),
  vcodec: both(codec('codec-video')),
  'c:a': both(codec('codec-audio')),
  'codec:a': both(codec('codec-audio')),
  acodec: both(codec('codec-audio')),
  crf: both(option('crf')),
  qp: both(option('qp')),
  preset: both(option('preset')),
  level: both(option('level')),
  'level:v': both(option('level')),
  refs: both(option('refs')),
  g: both(option('gop')),
  'b:v': both(option('bitrate-video')),
  b: both(option('bitrate-video')),
  'b:a': both(option('bitrate-audio')),
  ab: both(option('bitrate-audio')),
  maxrate: both(option('vbv-maxrate')),
  bufsize: both(option('vbv-bufsize')),
  movflags: both(movflags),
  map: both(map),
  an: { isFlag: true, ...both(flag('no-audio')) },
  vn: { isFlag: true, ...both(flag('no-video')) },
  y: { isFlag: true, ...both(flag('overwrite')) },
  n: { isFlag: true, ...both(flag('no-overwrite')) },
  r: {
    before: option('rate'),
    behind: `pictures keep their rate here; before the input, -r says the rate of raw pictures; change it before: ${PIPE}`,
  },
  framerate: { before: option('rate'), behind: 'stands before the raw input that it is for' },
  s: { before: option('size'), behind: scaled },
  video_size: { before: option('size'), behind: scaled },
  vf: both(option('vf')),
  'filter:v': both(option('vf')),
  af: both(option('af')),
  'filter:a': both(option('af')),
  filter_complex: refused(
    `graphs of several inputs are not taken here, -vf and -af are; filter before: ${PIPE}`,
  ),
  pix_fmt: { before: option('pix-fmt'), behind: pixFmt },
  ar: { before: option('sample-rate'), behind: resampled },
  ac: { before: option('channels'), behind: resampled },
  ss: refused(cut),
  to: refused(cut),
  t: refused(cut),
  'q:v': both(option('qscale')),
  'qscale:v': both(option('qscale')),
  q: both(option('qscale')),
  qscale: both(option('qscale')),
  compression_level: both(option('compression-level')),
  'frames:v': both(option('frames')),
  vframes: both(option('frames')),
  frames: both(option('frames')),
  update: both((value) => (value === '1' ? ['--update'] : [])),
  start_number: { before: option('input-start'), behind: option('start-number') },
  pattern_type: both(nothing),
  'q:a': refused('give a bit rate as -b:a 128k'),
  tune: refused('leave it out: there is one tuning, for PSNR'),
  'x264-params': refused('vitrine encode --help lists the options that there are'),
  x264opts: refused('vitrine encode --help lists the options that there are'),
  bf: refused('leave it out: the encoder decides on B pictures by its preset'),
  'profile:v': refused('leave it out: the profile follows from the options'),
  metadata: refused('titles are taken over from the input; others cannot be given here'),
  shortest: { isFlag: true, ...refused('cut the inputs to one length before') },
  hide_banner: ignored,
  nostdin: ignored,
  stats: ignored,
  nostats: ignored,
  loglevel: both(nothing),
  v: both(nothing),
  threads: both(nothing),
};

const WORD = /^-([a-z][a-z0-9_]*(?:[:-][a-z0-9:-]+)?)$/;

/** Whether arguments are written as for ffmpeg: an option with one dash and a name of more letters than one, or `-i`. */
export function isFfmpegStyle(args: readonly string[]): boolean {
  return args.some((arg) => {
    const name = WORD.exec(arg)?.[1];
    return name !== undefined && (name === 'i' || name.length > 1);
  });
}

/** The command, and its arguments. Throws `ConfigError` for what has no counterpart, saying what to type. */
export function translateArguments(args: readonly string[]): readonly string[] {
  const context: Context = { copies: false, codes: false, maps: false };
  const translated: string[] = [];
  const lastInput = args.lastIndexOf('-i');
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const name = WORD.exec(arg)?.[1];
    if (name === undefined || arg === '-o' || arg === '-h') {
      translated.push(pathOf(arg));
      continue;
    }
    if (name === 'i') {
      translated.push(pathOf(valueAfter(args, ++i, '-i')));
      continue;
    }
    const found = translationOf(arg, name);
    const value = found.isFlag === true ? '' : valueAfter(args, ++i, arg);
    const target = i < lastInput ? found.before : found.behind;
    if (typeof target === 'string') throw new ConfigError(arg, target);
    translated.push(...target!(value, context));
  }
  if (context.copies && context.codes) {
    throw new ConfigError(
      '-c',
      'one command copies or codes, not both; code first, then vitrine remux',
    );
  }
  if (context.maps && !context.copies) {
    throw new ConfigError(
      '-map',
      'chooses streams of a copy; with -an or -vn one kind is left out',
    );
  }
  return [context.copies ? 'remux' : 'encode', ...joinStreams(translated)];
}

function translationOf(arg: string, name: string): Translation {
  if (Object.hasOwn(OPTIONS, name)) return OPTIONS[name]!;
  const known = Object.keys(OPTIONS).map((key) => `-${key}`);
  throw new ConfigError(
    arg,
    `is not understood here${didYouMean(arg, known)}; vitrine encode --help lists the options`,
  );
}

function valueAfter(args: readonly string[], index: number, name: string): string {
  const value = args[index];
  if (value === undefined) throw new ConfigError(name, 'needs a value');
  return value;
}

/** ffmpeg's names of standard input and output. */
function pathOf(path: string): string {
  return /^pipe:[01]?$/.test(path) ? '-' : path;
}

/** Several `--streams` as one. */
function joinStreams(args: readonly string[]): readonly string[] {
  const numbers: string[] = [];
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--streams') numbers.push(args[++i]!);
    else rest.push(args[i]!);
  }
  return numbers.length === 0 ? rest : [...rest, '--streams', numbers.join(',')];
}
