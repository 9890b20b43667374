/**
 * The outside suite of filter graphs (`../shared/reference/filter-graphs.json`): graphs of ffmpeg's own tests and manual, with what
 * ffmpeg gave for each. Runs a graph here, and says where the result differs.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reduced } from '../../src/base/rational.ts';
import { FilterGraph } from '../../src/filters/index.ts';
import {
  AudioFrames,
  createReferenceVideoFrame,
  ndarray,
  pictureByteLength,
  pixFmtInfo,
  type SampleFmt,
  toArray,
  toPlaneArrays,
  type VideoFrames,
} from '../../src/frames/index.ts';
import { runFfmpeg } from './ffmpeg.ts';

const PATH = fileURLToPath(
  new URL('../../../shared/reference/filter-graphs.json', import.meta.url),
);

/** What ffmpeg gave at one sink. */
export interface SuiteOutput {
  readonly kind: 'video' | 'audio';
  readonly format: string;
  readonly width?: number;
  readonly height?: number;
  readonly sar?: string;
  readonly rate?: number;
  readonly channels?: number;
  readonly timeBase: string;
  readonly frames?: number;
  readonly samples?: number;
  readonly md5?: string;
  readonly ptsMd5?: string;
}

/** One graph of the suite. */
export interface SuiteGraph {
  readonly id: string;
  readonly graph: string;
  readonly filters: readonly string[];
  readonly fits: boolean;
  readonly runs: boolean;
  readonly inputs?: readonly { readonly kind: 'video' | 'audio' }[];
  readonly linked?: string;
  readonly out?: readonly SuiteOutput[];
  readonly exact?: boolean;
  readonly least?: number | 'exact' | null;
  readonly stable?: boolean;
}

/** One malformed graph. */
export interface MalformedGraph {
  readonly kind: 'vf' | 'af' | 'complex';
  readonly graph: string;
  readonly at: number;
  readonly must: 'refuse' | 'accept' | 'either';
  readonly says: string;
}

/** The whole suite. */
export interface FilterSuite {
  readonly inputs: Readonly<Record<'video' | 'audio', readonly (readonly string[])[]>>;
  readonly graphs: readonly SuiteGraph[];
  readonly malformed: readonly MalformedGraph[];
}

/** The suite, or null if it is not there. */
export function readFilterSuite(): FilterSuite | null {
  return existsSync(PATH) ? (JSON.parse(readFileSync(PATH, 'utf8')) as FilterSuite) : null;
}

const SIZE = [352, 288] as const;
const RATE = 44100;

/** Samples of the inputs, made by ffmpeg once. */
export class SuiteInputs {
  private readonly suite: FilterSuite;
  private readonly made = new Map<string, Uint8Array>();

  constructor(suite: FilterSuite) {
    this.suite = suite;
  }

  /** The raw samples of input `index` of a kind. */
  bytes(kind: 'video' | 'audio', index: number): Uint8Array {
    const key = `${kind}${index % 4}`;
    let bytes = this.made.get(key);
    if (bytes === undefined) {
      const args = this.suite.inputs[kind][index % 4]!;
      bytes = runFfmpeg([...args, '-f', kind === 'video' ? 'rawvideo' : 's16le', '-'], undefined, {
        allowWarnings: true,
      }).slice();
      this.made.set(key, bytes);
    }
    return bytes;
  }

  /** The frames of an input. */
  frames(kind: 'video' | 'audio', index: number): VideoFrames | AudioFrames {
    const bytes = this.bytes(kind, index);
    if (kind === 'audio') return soundOf(bytes);
    const [width, height] = SIZE;
    const count = bytes.length / (width * height * 1.5);
    const array = ndarray(bytes, [count, height * 1.5, width]);
    return createReferenceVideoFrame({ array, pixFmt: 'yuv420p', frameRate: [25, 1], pts: 0 });
  }
}

function soundOf(bytes: Uint8Array): AudioFrames {
  const data = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const frames = [];
  // ffmpeg reads pcm in packets of 1024 samples.
  for (let at = 0; at < data.length / 2; at += 1024) {
    const numSamples = Math.min(1024, data.length / 2 - at);
    const planes = [{ data, offset: at * 2, stride: 2 }];
    frames.push({
      sampleFmt: 's16' as SampleFmt,
      sampleRate: RATE,
      numChannels: 2,
      numSamples,
      planes,
      pts: at,
    });
  }
  return new AudioFrames(frames, {
    sampleFmt: 's16',
    sampleRate: RATE,
    numChannels: 2,
    timeBase: [1, RATE],
  });
}

/** What came out at one sink, as ffmpeg's raw output has it. */
export interface RunOutput {
  readonly link: ReturnType<FilterGraph['outputLink']>;
  readonly frames: VideoFrames | AudioFrames | null;
}

/** The description with sources and sinks at its open pads. */
export function closedDescription(entry: SuiteGraph): string {
  const head = /^\s*sws_flags=[^;]*;/.exec(entry.linked!)?.[0] ?? '';
  const sources = (entry.inputs ?? []).map(({ kind }, i) =>
    kind === 'video'
      ? `buffer@src${i}=video_size=352x288:pix_fmt=yuv420p:time_base=1/25:frame_rate=25/1:sar=1/1[src${i}];`
      : `abuffer@src${i}=sample_rate=44100:sample_fmt=s16:channel_layout=stereo[src${i}];`,
  );
  const sinks = entry.out!.map(
    ({ kind }, i) => `;[dst${i}]${kind === 'video' ? '' : 'a'}buffersink@dst${i}`,
  );
  return `${head}${sources.join('')}${entry.linked!.slice(head.length)}${sinks.join('')}`;
}

/** Runs a graph of the suite. */
export function runSuiteGraph(entry: SuiteGraph, inputs: SuiteInputs): RunOutput[] {
  const graph = new FilterGraph(closedDescription(entry));
  (entry.inputs ?? []).forEach(({ kind }, i) => {
    const key = `${kind === 'video' ? '' : 'a'}buffer@src${i}`;
    graph.addFrames(inputs.frames(kind, i), {
      key,
      duration: kind === 'video' ? 1 : 0,
    });
  });
  graph.flush();
  return entry.out!.map(({ kind }, i) => {
    const key = `${kind === 'video' ? '' : 'a'}buffersink@dst${i}`;
    return { link: graph.outputLink({ key }), frames: graph.getFrames({ key, limit: 20000 }) };
  });
}

/** The bytes of each picture as ffmpeg writes raw video; of all sound as one. */
export function rawFrames(frames: VideoFrames | AudioFrames): Buffer[] {
  if (frames instanceof AudioFrames) {
    const { data } = toArray(frames);
    return [Buffer.from(data.buffer, data.byteOffset, data.byteLength)];
  }
  const size = pictureByteLength(pixFmtInfo(frames.pixFmt), frames.width, frames.height);
  return frames.frames.map((_, index) => {
    const planes = toPlaneArrays(frames.slice(index, index + 1));
    const bytes = planes.map(({ data }) =>
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    );
    return Buffer.concat(bytes, size);
  });
}

const md5 = (data: Uint8Array | string): string => createHash('md5').update(data).digest('hex');

/** How the result of a graph differs from what ffmpeg gave; empty if it does not. */
export function differences(entry: SuiteGraph, outputs: readonly RunOutput[]): string[] {
  const found: string[] = [];
  entry.out!.forEach((expected, i) => {
    const { link, frames } = outputs[i]!;
    const check = (what: string, got: unknown, wanted: unknown): void => {
      if (wanted !== undefined && got !== wanted)
        found.push(`dst${i} ${what}: got ${got}, ffmpeg ${wanted}`);
    };
    // ffmpeg prints some of them with a common divisor.
    const timeBase = expected.timeBase?.split('/').map(Number) as [number, number] | undefined;
    const wanted = timeBase === undefined ? undefined : reduced(timeBase).join('/');
    check('time base', reduced(link.timeBase).join('/'), wanted);
    if (link.kind === 'video') {
      check('format', link.pixFmt, expected.format);
      check('size', `${link.width}x${link.height}`, `${expected.width}x${expected.height}`);
      check('aspect', link.sampleAspectRatio.join('/'), expected.sar);
      check('frames', frames?.numFrames ?? 0, expected.frames);
      const ticks = (frames?.getPts() ?? []).map((pts) =>
        Math.round((pts * link.timeBase[0] * 705600000) / link.timeBase[1]),
      );
      check('times', md5(ticks.map((tick) => `${tick},`).join('')), expected.ptsMd5);
      if (entry.exact === true && expected.md5 !== undefined && found.length === 0) {
        const sums = frames === null ? [] : rawFrames(frames).map(md5);
        check('samples', md5(sums.join('')), expected.md5);
      }
    } else {
      check('format', link.sampleFmt, expected.format);
      check('rate', link.sampleRate, expected.rate);
      check('channels', link.layout.numChannels, expected.channels);
      // How long stretched sound is depends on how it is stretched.
      if (!entry.filters.includes('atempo'))
        check('samples', frames?.numFrames ?? 0, expected.samples);
    }
  });
  return found;
}

/** ffmpeg's own samples at the first sink, for a ratio of signal to difference. */
export function ffmpegSamples(entry: SuiteGraph, files: readonly string[]): Uint8Array {
  const expected = entry.out![0]!;
  const args = files.flatMap((path) =>
    path.endsWith('.yuv')
      ? ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', '352x288', '-r', '25', '-i', path]
      : ['-f', 's16le', '-ar', '44100', '-ac', '2', '-i', path],
  );
  let text = entry.linked!;
  (entry.inputs ?? []).forEach(({ kind }, i) => {
    text = text.replaceAll(`[src${i}]`, kind === 'video' ? `[v${i}]` : `[a${i}]`);
  });
  const chains = (entry.inputs ?? []).map(({ kind }, i) =>
    kind === 'video' ? `[${i}:v]setsar=1[v${i}];` : `[${i}:a]anull[a${i}];`,
  );
  const head = /^\s*sws_flags=[^;]*;/.exec(text)?.[0] ?? '';
  const graph = `${head}${chains.join('')}${text.slice(head.length)}`;
  const format =
    expected.kind === 'video'
      ? 'rawvideo'
      : expected.format
          .replace(/p$/, '')
          .replace('flt', 'f32le')
          .replace('dbl', 'f64le')
          .replace(/^(s16|s32)$/, '$1le');
  const maps = entry.out!.flatMap((_, i) =>
    i === 0 ? ['-map', '[dst0]', '-f', format, '-'] : ['-map', `[dst${i}]`, '-f', 'null', '-'],
  );
  return runFfmpeg([...args, '-vsync', '0', '-filter_complex', graph, ...maps], undefined, {
    allowWarnings: true,
  });
}

/** Peak signal-to-noise ratio of bytes, in dB. */
export function bytePsnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * a.length) / sum);
}
