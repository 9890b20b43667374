/**
 * What ffmpeg's options ask of frames: cuts, and `-s`, `-aspect`, `-ar` and `-ac` as the filters that they stand for. `encode` applies all
 * in ffmpeg's order: inputs are cut, the user's filters run, the size follows, the output is cut, its rate made constant, and
 * pictures are counted.
 */
import { ConfigError } from '../base/errors.ts';
import { readCut, secondsOf } from './cut.ts';

/** `-ss`, `-to` and `-t`, as they were typed. */
interface AskedCut {
  start?: string;
  end?: string;
  duration?: string;
}

const LAYOUTS: Readonly<Record<string, string>> = {
  1: 'mono',
  2: 'stereo',
  6: '5.1',
  8: '7.1',
};

/** Cuts and filters that a command line asks for. */
export class AskedFilters {
  /** The cut of each input, with holes, and the cut of the output. */
  private readonly inputs: AskedCut[] = [];
  private readonly output: AskedCut = {};
  private readonly video: string[] = [];
  private readonly audio: string[] = [];
  private readonly graphs: string[] = [];
  /** Behind the user's own. */
  private readonly videoEnd: string[] = [];
  private readonly audioEnd: string[] = [];

  /** `-ss`, `-to`, `-t`: of the input of that number, or behind all (null). */
  cut(input: number | null, key: keyof AskedCut, option: string, value: string): void {
    secondsOf(option, value);
    if (input === null) this.output[key] = value;
    else {
      while (this.inputs.length <= input) this.inputs.push({});
      this.inputs[input]![key] = value;
    }
  }

  /** `-vf` and `-af`: of several, the last. */
  own(kind: 'video' | 'audio', graph: string): void {
    this[kind][0] = graph;
  }

  /** `-filter_complex`: several are one graph of as many parts. */
  addGraph(graph: string): void {
    this.graphs.push(graph);
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

  /** Options of this program, given before the output. */
  arguments(): string[] {
    const { video, audio, graphs, inputs, output } = this;
    const read = inputs.map(cutText);
    const kept = cutText(output);
    return [
      ...(read.every((text) => text === '') ? [] : ['--cut-inputs', read.join(',')]),
      ...(video.length + this.videoEnd.length === 0
        ? []
        : ['--vf', [...video, ...this.videoEnd].join(',')]),
      ...(audio.length + this.audioEnd.length === 0
        ? []
        : ['--af', [...audio, ...this.audioEnd].join(',')]),
      ...(graphs.length === 0 ? [] : ['--graph', graphs.join(';')]),
      ...(kept === '' ? [] : ['--cut', kept]),
    ];
  }

  /** Whether frames are changed, by more than being cut. */
  get changesFrames(): boolean {
    const { video, audio, graphs, videoEnd, audioEnd } = this;
    return [video, audio, graphs, videoEnd, audioEnd].some(({ length }) => length > 0);
  }

  /** Options of `vitrine remux`: the stretch of the inputs that their cuts and that of the output leave, in seconds. */
  copyArguments(inputCount: number): string[] {
    const cuts = Array.from({ length: inputCount }, (_, i) => cutText(this.inputs[i]));
    if (cuts.some((text) => text !== cuts[0])) {
      throw new ConfigError('-c', 'copy takes the same part of all inputs; cut each by itself');
    }
    const read = stretchOf(cuts[0] ?? '');
    const kept = stretchOf(cutText(this.output));
    const start = read.start + kept.start;
    const end = Math.min(read.end, read.start + kept.end);
    if (start === 0 && end === Number.POSITIVE_INFINITY) return [];
    return ['--cut', `${start}..${Number.isFinite(end) ? end : ''}`];
  }
}

/** From where to where a cut goes, in seconds. */
function stretchOf(text: string): { start: number; end: number } {
  const cut = readCut('-c copy', text) ?? { start: 0, duration: Number.POSITIVE_INFINITY };
  return { start: cut.start, end: cut.start + cut.duration };
}

/** A cut as `--cut` takes it; nothing for none. */
function cutText(cut: AskedCut = {}): string {
  const { start = '', end, duration } = cut;
  // With both, -t wins.
  if (duration !== undefined) return `${start}+${duration}`;
  if (start === '' && end === undefined) return '';
  return `${start}..${end ?? ''}`;
}
