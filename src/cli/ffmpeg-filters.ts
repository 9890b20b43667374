/**
 * What ffmpeg's options ask of frames, as filters: `-ss`, `-t`, `-r`, `-s`, `-ar`, `-ac` and others say what `-vf` and `-af` could say
 * as well. They are put in the order in which ffmpeg applies them: inputs are cut, the user's filters run, the size follows, the
 * output is cut, and pictures are doubled or dropped for their rate.
 */
import { ConfigError } from '../base/errors.ts';

/** The kinds of streams that inputs have, as far as their names say. */
export interface Kinds {
  readonly video: boolean;
  readonly audio: boolean;
}

/** A cut, in seconds. */
interface Cut {
  start?: number;
  end?: number;
  duration?: number;
}

const LAYOUTS: Readonly<Record<string, string>> = {
  1: 'mono',
  2: 'stereo',
  6: '5.1',
  8: '7.1',
};

/** Filters that a command line asks for. */
export class AskedFilters {
  /** Cuts of the input, and of the output. */
  private readonly input: Cut = {};
  private readonly output: Cut = {};
  private readonly video: string[] = [];
  private readonly audio: string[] = [];
  /** Behind the user's own. */
  private readonly videoEnd: string[] = [];
  private readonly audioEnd: string[] = [];
  private readonly constantRate: string[] = [];

  /** `-ss`, `-to`, `-t` before an input or behind all. */
  cut(side: 'input' | 'output', key: keyof Cut, option: string, value: string): void {
    this[side][key] = secondsOf(option, value);
  }

  /** `-vf` and `-af`. */
  own(kind: 'video' | 'audio', graph: string): void {
    this[kind].push(graph);
  }

  /** `-r` behind all: pictures at a constant rate. */
  rate(value: string): void {
    this.constantRate.push(`fps=${value}`);
  }

  /** `-s` behind all. */
  size(option: string, value: string): void {
    const [, width, height] = /^(\d+)x(\d+)$/.exec(value) ?? [];
    if (height === undefined) {
      throw new ConfigError(option, `got ${value}, allowed are WIDTHxHEIGHT such as 640x480`);
    }
    this.videoEnd.push(`scale=${width}:${height}`);
  }

  /** `-aspect`. */
  aspect(value: string): void {
    this.videoEnd.push(`setdar=${value.replace(':', '/')}`);
  }

  /** `-frames:v`. */
  frames(value: string): void {
    this.videoEnd.push(`trim=end_frame=${value}`);
  }

  /** `-ar` behind all. */
  sampleRate(value: string): void {
    this.audioEnd.push(`aresample=${value}`);
  }

  /** `-ac` behind all. */
  channels(value: string): void {
    const layout = Object.hasOwn(LAYOUTS, value) ? LAYOUTS[value] : undefined;
    if (layout === undefined) {
      const known = Object.keys(LAYOUTS).join(', ');
      throw new ConfigError('-ac', `got ${value}, allowed are ${known}; others by -af aformat`);
    }
    this.audioEnd.push(`aformat=channel_layouts=${layout}`);
  }

  /** Whether anything is cut. */
  get cuts(): boolean {
    return Object.keys(this.input).length + Object.keys(this.output).length > 0;
  }

  /** Options of this program, for inputs with streams of those kinds. */
  arguments({ video, audio }: Kinds): string[] {
    const pictures = [
      ...cutFilters(this.input, 'trim', 'setpts'),
      ...this.video,
      ...this.videoEnd,
      ...cutFilters(this.output, 'trim', 'setpts'),
      ...this.constantRate,
    ];
    const sound = [
      ...cutFilters(this.input, 'atrim', 'asetpts'),
      ...this.audio,
      ...this.audioEnd,
      ...cutFilters(this.output, 'atrim', 'asetpts'),
    ];
    // What was asked of one kind in so many words is said even where there is none, so that the program can object.
    const saysVideo = this.video.length + this.videoEnd.length + this.constantRate.length > 0;
    const saysAudio = this.audio.length + this.audioEnd.length > 0;
    return [
      ...(pictures.length > 0 && (video || saysVideo) ? ['--vf', pictures.join(',')] : []),
      ...(sound.length > 0 && (audio || saysAudio) ? ['--af', sound.join(',')] : []),
    ];
  }
}

/** A cut begins at time 0, as ffmpeg has it. */
function cutFilters({ start, end, duration }: Cut, trim: string, setpts: string): string[] {
  const options = [
    ...(start === undefined ? [] : [`start=${start}`]),
    ...(duration === undefined ? [] : [`duration=${duration}`]),
    // With both, -t wins.
    ...(end === undefined || duration !== undefined ? [] : [`end=${end}`]),
  ];
  if (options.length === 0) return [];
  return [
    `${trim}=${options.join(':')}`,
    ...(start === undefined ? [] : [`${setpts}=PTS-STARTPTS`]),
  ];
}

/** `10`, `1:30.5`, `00:01:30`, `500ms`: ffmpeg's times in seconds. */
function secondsOf(option: string, value: string): number {
  const clock = /^(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(value);
  if (clock !== null) {
    const [, hours = '0', minutes, seconds] = clock;
    return 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
  }
  const [, number, unit = 's'] = /^(\d+(?:\.\d*)?|\.\d+)(s|ms|us)?$/.exec(value) ?? [];
  if (number === undefined) {
    throw new ConfigError(option, `got ${value}, allowed are times such as 10, 1:30.5 or 500ms`);
  }
  const scale = { s: 1, ms: 1000, us: 1_000_000 }[unit as 's' | 'ms' | 'us'];
  return Number(number) / scale;
}

/** Extensions of files without sound, and of files without pictures. */
const SILENT = [
  'y4m',
  'yuv',
  'rgb',
  'raw',
  'png',
  'jpg',
  'jpeg',
  'h264',
  '264',
  'avc',
  'bmp',
  'gif',
];
const BLIND = ['wav', 'aac', 'pcm', 's16le', 'f32le', 'u8', 'alaw', 'mulaw', 'm4a', 'mp3', 'flac'];
const RAW_PICTURES = ['rawvideo', 'yuv4mpegpipe', 'h264', 'image2'];

/** Which kinds of streams inputs have, by extension and `-f`; both where nothing says it. */
export function kindsOf(paths: readonly string[], inputFormat: string | undefined): Kinds {
  const kinds = paths.map((path) => {
    const name = inputFormat ?? /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
    const isSilent = SILENT.includes(name) || RAW_PICTURES.includes(name);
    const isBlind = BLIND.includes(name) || /^[suf]\d+[lb]e$/.test(name);
    return { video: !isBlind, audio: !isSilent };
  });
  return {
    video: kinds.some(({ video }) => video),
    audio: kinds.some(({ audio }) => audio),
  };
}
