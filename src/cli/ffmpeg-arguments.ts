/**
 * Command lines as ffmpeg's users type them, in terms of the commands of this program: `-i in.y4m -c:v libx264 -crf 23 out.mp4`. What
 * has no counterpart here is refused with what to type instead; nothing is silently left out but what only concerns ffmpeg's own
 * output.
 */
import { ConfigError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { AskedFilters, kindsOf } from './ffmpeg-filters.ts';

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
  /** Input number => kinds of streams that `-map` names of it. */
  readonly mapped: Map<number, ('v' | 'a')[]>;
  readonly filters: AskedFilters;
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

/** `0:1` names a stream by its number, `0:v` and `0:a:0` the pictures or the sound of an input. */
const map: Target = (value, context) => {
  const [, input, kind] = /^(\d+):([va])(?::0)?\??$/.exec(value) ?? [];
  if (input !== undefined) {
    const kinds = context.mapped.get(Number(input)) ?? [];
    context.mapped.set(Number(input), [...kinds, kind as 'v' | 'a']);
    return [];
  }
  const number = /^(?:0:)?(\d+)$/.exec(value)?.[1];
  if (value === '0') return [];
  if (number === undefined) {
    throw new ConfigError(
      '-map',
      `got ${value}, allowed are 0, 0:N, N:v and N:a; vitrine probe FILE lists the numbers`,
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

const pixFmt: Target = (value) => {
  if (value === 'yuv420p') return [];
  throw new ConfigError(
    '-pix_fmt',
    `got ${value}; H.264 is coded as yuv420p here, raw files keep the format of the input`,
  );
};

/** An option behind all that becomes a filter. */
const filter =
  (ask: (filters: AskedFilters, value: string) => void): Target =>
  (value, { filters }) => {
    ask(filters, value);
    return [];
  };
const cutting = (name: string, key: 'start' | 'end' | 'duration'): Translation => ({
  before: filter((filters, value) => filters.cut('input', key, name, value)),
  behind: filter((filters, value) => filters.cut('output', key, name, value)),
});
const behindOnly = (name: string, ask: (filters: AskedFilters, value: string) => void) => ({
  before: `stands behind the inputs: ${name} says what comes out`,
  behind: filter(ask),
});

/** Formats of inputs that are none of files. */
const DEVICES = /^(?:lavfi|concat|x11grab|avfoundation|dshow|v4l2|gdigrab|alsa|pulse|kmsgrab)$/;
const inputFormatOf: Target = (value) => {
  if (value === 'concat') {
    throw new ConfigError('-f', `files are not joined here; join before: ${PIPE}`);
  }
  if (DEVICES.test(value)) {
    throw new ConfigError('-f', `${value} is not read here; let ffmpeg read it: ${PIPE}`);
  }
  // File names say it by themselves.
  return ['yuv4mpegpipe', 'wav', 'image2'].includes(value) ? [] : ['--input-format', value];
};
const outputFormatOf: Target = (value) => {
  if (value === 'null') {
    throw new ConfigError(
      '-f',
      'null: to measure, vitrine encode IN OUT --psnr; to read a file through, vitrine probe FILE',
    );
  }
  return value === 'image2' ? [] : ['--format', value];
};

const LEAVE = 'leave it out: ';
const twoPasses = `${LEAVE}-b:v alone keeps the rate in one pass; two passes are options of createH264Encoder (docs/h264/rate-control.md)`;
const keyFrames = `${LEAVE}-g N says the longest way from one to the next, and changes of scene are found; programs ask for single ones by encode(frames, { keyFrame: true })`;

/** Table: ffmpeg's option => what it becomes. */
const OPTIONS: Readonly<Record<string, Translation>> = {
  f: { before: inputFormatOf, behind: outputFormatOf },
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
  'crf:v': both(option('crf')),
  preset: both(option('preset')),
  'profile:v': both(option('profile')),
  profile: both(option('profile')),
  level: both(option('level')),
  'level:v': both(option('level')),
  refs: both(option('refs')),
  bf: both(option('bframes')),
  'b-pyramid': both(option('b-pyramid')),
  b_pyramid: both(option('b-pyramid')),
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
  r: { before: option('rate'), behind: filter((filters, value) => filters.rate(value)) },
  framerate: { before: option('rate'), behind: 'stands before the raw input that it is for' },
  s: { before: option('size'), behind: filter((filters, value) => filters.size('-s', value)) },
  's:v': { before: option('size'), behind: filter((filters, value) => filters.size('-s', value)) },
  video_size: {
    before: option('size'),
    behind: filter((filters, value) => filters.size('-video_size', value)),
  },
  aspect: behindOnly('-aspect', (filters, value) => filters.aspect(value)),
  'frames:v': behindOnly('-frames:v', (filters, value) => filters.frames(value)),
  vframes: behindOnly('-vframes', (filters, value) => filters.frames(value)),
  vf: both(filter((filters, value) => filters.own('video', value))),
  'filter:v': both(filter((filters, value) => filters.own('video', value))),
  af: both(filter((filters, value) => filters.own('audio', value))),
  'filter:a': both(filter((filters, value) => filters.own('audio', value))),
  filter_complex: refused(
    `graphs of several inputs are not taken here, -vf and -af are; filter before: ${PIPE}`,
  ),
  pix_fmt: { before: option('pix-fmt'), behind: pixFmt },
  ar: {
    before: option('sample-rate'),
    behind: filter((filters, value) => filters.sampleRate(value)),
  },
  ac: { before: option('channels'), behind: filter((filters, value) => filters.channels(value)) },
  ss: cutting('-ss', 'start'),
  to: cutting('-to', 'end'),
  t: cutting('-t', 'duration'),
  'q:v': both(option('qscale')),
  'qscale:v': both(option('qscale')),
  q: both(option('qscale')),
  qscale: both(option('qscale')),
  compression_level: both(option('compression-level')),
  update: both((value) => (value === '1' ? ['--update'] : [])),
  start_number: { before: option('input-start'), behind: option('start-number') },
  pattern_type: both(nothing),
  'q:a': refused('give a bit rate as -b:a 128k'),
  tune: refused('leave it out: there is one tuning, for PSNR'),
  'x264-params': refused('vitrine encode --help lists the options that there are'),
  x264opts: refused('vitrine encode --help lists the options that there are'),
  metadata: refused('titles are taken over from the input; others cannot be given here'),
  shortest: { isFlag: true, ...refused('say the length in seconds: -t 10') },
  lavfi: refused(`graphs of several inputs are not taken here; filter before: ${PIPE}`),
  filter_complex_script: refused(`graphs of several inputs are not taken here; ${PIPE}`),
  pass: refused(twoPasses),
  passlogfile: refused(twoPasses),
  minrate: refused(`${LEAVE}-maxrate and -bufsize bound the rate`),
  keyint_min: refused(`${LEAVE}key pictures come with -g N and with new scenes`),
  sc_threshold: refused(`${LEAVE}the preset says whether new scenes are found`),
  force_key_frames: refused(keyFrames),
  vsync: refused(`${LEAVE}pictures keep their times; -r 25 gives a constant rate`),
  fps_mode: refused(`${LEAVE}pictures keep their times; -r 25 gives a constant rate`),
  async: refused(`${LEAVE}sound keeps its times`),
  sample_fmt: refused(`${LEAVE}the codec says its sample format; -c:a pcm_s16le names one`),
  channel_layout: refused('by a filter: -af aformat=channel_layouts=stereo'),
  stream_loop: refused('by a filter: -vf loop=loop=3:size=250'),
  loop: refused(`pictures are not repeated here; repeat before: ${PIPE}`),
  itsoffset: refused(`times are not moved here; move before: ${PIPE}`),
  re: { isFlag: true, ...refused(`${LEAVE}files are read as fast as they can be coded`) },
  hwaccel: refused(`${LEAVE}nothing runs on graphics hardware`),
  copyts: { isFlag: true, ...refused(`${LEAVE}times are taken over as they are`) },
  avoid_negative_ts: refused(`${LEAVE}times are taken over as they are`),
  fflags: refused(`${LEAVE}times are taken over as they are`),
  'bsf:v': refused(`${LEAVE}streams are brought into the form that the file needs`),
  'bsf:a': refused(`${LEAVE}streams are brought into the form that the file needs`),
  'tag:v': refused(`${LEAVE}the file says what the codec is`),
  vtag: refused(`${LEAVE}the file says what the codec is`),
  map_metadata: refused(`${LEAVE}titles are taken over from the input`),
  map_chapters: refused(`${LEAVE}chapters are taken over from the input`),
  sn: ignored,
  dn: ignored,
  benchmark: ignored,
  strict: both(nothing),
  max_muxing_queue_size: both(nothing),
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
  const filters = new AskedFilters();
  const mapped = new Map<number, ('v' | 'a')[]>();
  const context: Context = { copies: false, codes: false, maps: false, mapped, filters };
  const translated: string[] = [];
  const inputs: string[] = [];
  const lastInput = args.lastIndexOf('-i');
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const name = WORD.exec(arg)?.[1];
    if (name === undefined || arg === '-o' || arg === '-h') {
      translated.push(pathOf(arg));
      continue;
    }
    if (name === 'i') {
      inputs.push(pathOf(valueAfter(args, ++i, '-i')));
      translated.push(inputs.at(-1)!);
      continue;
    }
    const found = translationOf(arg, name);
    const value = found.isFlag === true ? '' : valueAfter(args, ++i, arg);
    const target = i < lastInput ? found.before : found.behind;
    if (typeof target === 'string') throw new ConfigError(arg, target);
    translated.push(...target!(value, context));
  }
  checkTogether(context, inputs);
  const format = translated[translated.indexOf('--input-format') + 1];
  const kinds = kindsOf(inputs, translated.includes('--input-format') ? format : undefined);
  const asked = [...mapArguments(context, inputs), ...filters.arguments(kinds)];
  // Options before the output, which stands last.
  const output = translated.at(-1)!;
  const all = asked.length === 0 ? translated : [...translated.slice(0, -1), ...asked, output];
  return [context.copies ? 'remux' : 'encode', ...joinStreams(all)];
}

/** Throws for options that do not go together here. */
function checkTogether(context: Context, inputs: readonly string[]): void {
  const { copies, codes, maps, filters } = context;
  if (copies && codes) {
    throw new ConfigError(
      '-c',
      'one command copies or codes, not both; code first, then vitrine remux',
    );
  }
  if (copies && filters.arguments({ video: true, audio: true }).length > 0) {
    throw new ConfigError(
      '-c',
      filters.cuts
        ? 'copy takes the whole file; docs/recipes.md has the program that copies a part of one'
        : 'copy leaves frames as they are; leave out what changes them, or the copy',
    );
  }
  if (maps && !copies) {
    throw new ConfigError(
      '-map',
      'by number chooses streams of a copy; with -an or -vn one kind is left out',
    );
  }
  if (copies && inputs.length > 1) {
    throw new ConfigError('-i', 'a copy is of one file; several are coded into one, not copied');
  }
}

/** What `-map N:v` and `-map N:a` leave out. */
function mapArguments({ mapped }: Context, inputs: readonly string[]): string[] {
  if (mapped.size === 0) return [];
  const all = [...mapped.values()].flat();
  const isWhole = inputs.every((input, i) => {
    const { video, audio } = kindsOf([input], undefined);
    const named = mapped.get(i) ?? [];
    return (!video || named.includes('v')) && (!audio || named.includes('a'));
  });
  if (isWhole) return [];
  if (inputs.length > 1) {
    throw new ConfigError(
      '-map',
      'takes whole inputs where there are several; leave out the files of which nothing is wanted',
    );
  }
  return all.includes('v') ? ['--no-audio'] : ['--no-video'];
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
