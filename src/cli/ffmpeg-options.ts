/** ffmpeg's options, each with what it becomes here, or why it is refused and what to type instead. */
import { ConfigError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import type { AskedFilters } from './ffmpeg-filters.ts';
import { readFilterScript } from './filter-script.ts';

/** The translation of one option of ffmpeg. */
export interface Translation {
  /** Whether a value follows; default true. */
  readonly isFlag?: boolean;
  /** Options of this program where it stands before an input, and where it stands behind all; a text refuses it, and says why. */
  readonly before?: Target;
  readonly behind?: Target;
}

/** The translation of a value; a text refuses it, and says what to type instead. */
export type Target = string | ((value: string, context: Context) => readonly string[]);

/** The state of reading a command line. */
export interface Context {
  /** Whether `-c copy` stands there. */
  copiesAll: boolean;
  /** Codecs by kind, as `-c:v` and `-c:a` name them. */
  readonly codecs: { video?: string; audio?: string };
  readonly inputs: string[];
  /** Formats of the inputs, with holes. */
  readonly inputFormats: string[];
  readonly outputs: string[];
  /** The streams of `-map`, as `--streams` takes them. */
  readonly mapped: string[];
  readonly filters: AskedFilters;
  /** Options of this program, in the order of what was typed. */
  readonly translated: string[];
}

/** Table: number of `-vsync` => name of `-fps_mode`. */
const VSYNC_NUMBERS: Readonly<Record<string, string>> = {
  '-1': 'auto',
  '0': 'passthrough',
  '1': 'cfr',
  '2': 'vfr',
};

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
  (kind: 'video' | 'audio'): Target =>
  (value, { codecs }) => {
    codecs[kind] = value;
    return [];
  };
const anyCodec: Target = (value, context) => {
  if (value !== 'copy')
    throw new ConfigError('-c', `got ${value}; write -c:v ${value} or -c:a ${value}`);
  context.copiesAll = true;
  return [];
};

/** `0` names an input, `0:1` a stream by its number, `0:v` and `0:a:0` the pictures or the sound of an input, `[out]` an output of a graph. */
const map: Target = (value, { mapped }) => {
  if (/^\[[^[\]]+\]$/.test(value)) {
    mapped.push(value);
    return [];
  }
  const [, input, stream, mark = ''] = /^(\d+)(?::(\d+|[vas](?::\d+)?))?(\?)?$/.exec(value) ?? [];
  if (input === undefined) {
    throw new ConfigError(
      '-map',
      `got ${value}, allowed are 0, 0:N, 0:v, 0:a, 0:a:1 and [LABEL]; vitrine probe FILE lists the numbers`,
    );
  }
  mapped.push(`${input}:${stream ?? '*'}${mark}`);
  return [];
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
  if (value === 'gray') return ['--monochrome'];
  throw new ConfigError(
    '-pix_fmt',
    `got ${value}; H.264 is coded as yuv420p or gray here, raw files keep the format of the input`,
  );
};

/** `3.0` and `31` are levels too. */
const level: Target = (value) => [
  '--level',
  value.replace(/^(\d)\.?0$/, '$1').replace(/^([1-6])([1-3])$/, '$1.$2'),
];

/** An option behind all that becomes a filter. */
const filter =
  (ask: (filters: AskedFilters, value: string) => void): Target =>
  (value, { filters }) => {
    ask(filters, value);
    return [];
  };
/** The same where the filters stand in a file. */
const script = (name: string, ask: (filters: AskedFilters, text: string) => void): Translation =>
  both(filter((filters, path) => ask(filters, readFilterScript(name, path))));
const cutting = (name: string, key: 'start' | 'end' | 'duration'): Translation => ({
  before: (value, { filters, inputs }) => {
    filters.cut(inputs.length, key, name, value);
    return [];
  },
  behind: filter((filters, value) => filters.cut(null, key, name, value)),
});
const behindOnly = (name: string, ask: (filters: AskedFilters, value: string) => void) => ({
  before: `stands behind the inputs: ${name} says what comes out`,
  behind: filter(ask),
});

/** Formats of inputs that are none of files. */
const DEVICES = /^(?:concat|x11grab|avfoundation|dshow|v4l2|gdigrab|alsa|pulse|kmsgrab)$/;
/** Formats whose files are known by their contents, or by their names. */
const SELF_EVIDENT =
  /^(?:yuv4mpegpipe|wav|image2|image2pipe|mp4|mov|matroska|webm|aac|h264|\w+_pipe)$/;
const inputFormatOf: Target = (value, { inputs, inputFormats }) => {
  if (value === 'concat') {
    throw new ConfigError('-f', `files are not joined here; join before: ${PIPE}`);
  }
  if (DEVICES.test(value)) {
    throw new ConfigError('-f', `${value} is not read here; let ffmpeg read it: ${PIPE}`);
  }
  // These say it by themselves.
  if (SELF_EVIDENT.test(value)) return [];
  while (inputFormats.length < inputs.length) inputFormats.push('');
  inputFormats.push(value);
  return [];
};
const outputFormatOf: Target = (value) => {
  return value === 'image2' ? [] : ['--format', value];
};

const LEAVE = 'leave it out: ';
/** Times as seconds; ffmpeg's expressions and chapters are not known here. */
const keyFrames: Target = (value) => {
  if (/^[\d.,]+$/.test(value)) return ['--keyframes', value];
  throw new ConfigError('-force_key_frames', `got ${value}, allowed are seconds such as 2,4.5`);
};

const COUNTS = 'stands behind the inputs: it counts the pictures that come out';

/** Table: ffmpeg's option => what it becomes. */
export const FFMPEG_OPTIONS: Readonly<Record<string, Translation>> = {
  f: { before: inputFormatOf, behind: outputFormatOf },
  c: both(anyCodec),
  codec: both(anyCodec),
  'c:v': both(codec('video')),
  'codec:v': both(codec('video')),
  vcodec: both(codec('video')),
  'c:a': both(codec('audio')),
  'codec:a': both(codec('audio')),
  acodec: both(codec('audio')),
  crf: both(option('crf')),
  qp: both(option('qp')),
  'crf:v': both(option('crf')),
  preset: both(option('preset')),
  'profile:v': both(option('profile')),
  profile: both(option('profile')),
  level: both(level),
  'level:v': both(level),
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
  r: { before: option('rate'), behind: option('output-rate') },
  framerate: { before: option('rate'), behind: 'stands before the raw input that it is for' },
  s: { before: option('size'), behind: filter((filters, value) => filters.size('-s', value)) },
  's:v': { before: option('size'), behind: filter((filters, value) => filters.size('-s', value)) },
  video_size: {
    before: option('size'),
    behind: filter((filters, value) => filters.size('-video_size', value)),
  },
  aspect: behindOnly('-aspect', (filters, value) => filters.aspect(value)),
  'frames:v': { before: COUNTS, behind: option('frames') },
  vframes: { before: COUNTS, behind: option('frames') },
  frames: { before: COUNTS, behind: option('frames') },
  'frames:a': refused('say the length in seconds: -t 10'),
  vf: both(filter((filters, value) => filters.own('video', value))),
  'filter:v': both(filter((filters, value) => filters.own('video', value))),
  af: both(filter((filters, value) => filters.own('audio', value))),
  'filter:a': both(filter((filters, value) => filters.own('audio', value))),
  filter_complex: both(filter((filters, value) => filters.addGraph(value))),
  pixel_format: { before: option('pix-fmt'), behind: pixFmt },
  sample_rate: { before: option('sample-rate'), behind: 'is -ar behind the inputs' },
  channels: { before: option('channels'), behind: 'is -ac behind the inputs' },
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
  tune: both(option('tune')),
  'x264-params': both(option('h264')),
  x264opts: both(option('h264')),
  metadata: refused('titles are taken over from the input; others cannot be given here'),
  shortest: { isFlag: true, ...both(flag('shortest')) },
  lavfi: both(filter((filters, value) => filters.addGraph(value))),
  filter_complex_script: script('-filter_complex_script', (filters, text) => {
    filters.addGraph(text);
  }),
  'filter_script:v': script('-filter_script:v', (filters, text) => filters.own('video', text)),
  'filter_script:a': script('-filter_script:a', (filters, text) => filters.own('audio', text)),
  pass: both(option('pass')),
  passlogfile: both(option('pass-log')),
  minrate: refused(`${LEAVE}-maxrate and -bufsize bound the rate`),
  keyint_min: refused(`${LEAVE}key pictures come with -g N and with new scenes`),
  sc_threshold: refused(`${LEAVE}the preset says whether new scenes are found`),
  force_key_frames: both(keyFrames),
  vsync: both((value) => ['--fps-mode', VSYNC_NUMBERS[value] ?? value]),
  fps_mode: both(option('fps-mode')),
  async: refused(`${LEAVE}sound keeps its times`),
  sample_fmt: refused(`${LEAVE}the codec says its sample format; -c:a pcm_s16le names one`),
  channel_layout: refused('by a filter: -af aformat=channel_layouts=stereo'),
  stream_loop: refused('by a filter: -vf loop=loop=3:size=250'),
  loop: refused(`pictures are not repeated here; repeat before: ${PIPE}`),
  itsoffset: refused(`times are not moved here; move before: ${PIPE}`),
  sseof: refused('say the time from the start: -ss 10'),
  re: { isFlag: true, ...refused(`${LEAVE}files are read as fast as they can be coded`) },
  hwaccel: refused(`${LEAVE}nothing is decoded on graphics hardware; --gpu searches motion there`),
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
  bitexact: ignored,
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
