/** `vitrine probe`: what a file holds, stream by stream, and with `--boxes` as a tree. */
import { ConfigError, UnsupportedError } from '../base/errors.ts';
import type { StreamInfo } from '../base/packet.ts';
import type { Problem } from '../base/problems.ts';
import { toSeconds } from '../base/rational.ts';
import { treeLines } from '../inspect/format-tree.ts';
import { openPathSource } from '../io/node/path-source.ts';
import { command, type Output, SHARED_OPTIONS } from './command.ts';
import { LIMIT_NAMES, LIMITS_OPTION, readLimits } from './limits-option.ts';
import { type Input, openInput, openInputSource } from './open-input.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { OutputFiles } from './output-files.ts';
import { TRACE_OVERWRITE_OPTIONS } from './overwrite.ts';
import { requireSound, STRICT_OPTION, tellProblems } from './problems.ts';
import { TRACE_OPTION, withTrace } from './trace-option.ts';
import type { TraceOutput } from './trace-output.ts';

const OPTIONS = {
  boxes: {
    kind: 'flag',
    help: 'the tree of boxes, elements or chunks, with every field and the bytes where it lies',
  },
  ...TRACE_OPTION,
  ...TRACE_OVERWRITE_OPTIONS,
  ...LIMITS_OPTION,
  ...STRICT_OPTION,
  ...SHARED_OPTIONS,
} as const satisfies OptionTable;

/** The command. */
export const probe = command({
  usage: 'FILE',
  examples: ['vitrine probe film.mp4', 'vitrine probe film.mp4 --boxes'],
  options: OPTIONS,
  run,
});

async function run(
  inputs: readonly string[],
  values: OptionValues<typeof OPTIONS>,
  output: Output,
): Promise<void> {
  const [name] = inputs;
  if (name === undefined || inputs.length > 1) {
    throw new ConfigError('FILE', `got ${inputs.length} files, needed is one`);
  }
  await OutputFiles.during([name], values, output, async (files) => {
    await files.claimSideFile('--trace', values.trace);
    await withTrace('probe', values.trace, files, async (trace) => {
      await probeFile(name, values, output);
      if (trace !== null && name !== '-') await traceFile(name, trace);
    });
  });
}

async function traceFile(name: string, trace: TraceOutput): Promise<void> {
  const source = await openPathSource(name);
  try {
    await trace.addTree(name, source);
  } finally {
    await source.close();
  }
}

async function probeFile(
  name: string,
  values: OptionValues<typeof OPTIONS>,
  output: Output,
): Promise<void> {
  const { limits } = values;
  if (values.boxes === true) {
    return printBoxes(name, values.json === true, output, limits);
  }
  const input = await openInput(name, output.input, { truncated: 'salvage', limits });
  try {
    const found = await survey(input);
    if (values.json === true) output.line(JSON.stringify(found));
    else for (const line of describe(found)) output.line(line);
    if (values.strict === true) requireSound([input]);
    tellProblems([input], output);
  } finally {
    await input.source.close();
  }
}

async function printBoxes(
  name: string,
  isJson: boolean,
  output: Output,
  limitText: string | undefined,
): Promise<void> {
  const limits = limitText === undefined ? {} : readLimits(limitText, LIMIT_NAMES);
  const source = await openInputSource(name, output.input);
  try {
    const { treeOf } = await import('./file-tree.ts');
    const tree = await treeOf(source, { limits });
    if (tree === null) {
      throw new UnsupportedError('--boxes', `${name} is no MP4, Matroska, WAV, PNG or JPEG file`);
    }
    if (isJson) output.line(JSON.stringify(tree));
    else await printLines(treeLines(tree), output);
  } finally {
    await source.close();
  }
}

/** Lines that may be on their way at once. */
const LINES_AT_ONCE = 512;

/** Prints lines as fast as they are taken: a slow reader must not have them all kept for it. */
async function printLines(lines: Iterable<string>, output: Output): Promise<void> {
  let count = 0;
  for (const line of lines) {
    output.line(line);
    if (++count % LINES_AT_ONCE === 0) await output.finish();
  }
}

/** One stream with what its packets say. */
type StreamReport = Omit<StreamInfo, 'config'> & {
  index: number;
  configBytes: number;
  packets: number;
  keyPackets: number;
  /** In bytes, without the container. */
  payload: number;
  startTicks: number;
  durationTicks: number;
  startSeconds: number;
  durationSeconds: number;
};

/** The object that `--json` prints. */
interface FileReport {
  readonly file: string;
  readonly format: string;
  readonly bytes: number | null;
  readonly durationSeconds: number;
  readonly streams: readonly StreamReport[];
  readonly problems: readonly Problem[];
}

/** Reads all packets: counts and durations are what is there, not what headers claim. */
async function survey({ name, reader, source }: Input): Promise<FileReport> {
  const streams = reader.streams.map(
    ({ config, ...rest }, index): StreamReport => ({
      index,
      ...rest,
      configBytes: config.length,
      packets: 0,
      keyPackets: 0,
      payload: 0,
      startTicks: 0,
      durationTicks: 0,
      startSeconds: 0,
      durationSeconds: 0,
    }),
  );
  const starts = streams.map(() => Number.POSITIVE_INFINITY);
  const ends = streams.map(() => Number.NEGATIVE_INFINITY);
  for await (const { streamIndex, packet } of reader.packets()) {
    const stream = streams[streamIndex]!;
    stream.packets++;
    if (packet.isKey) stream.keyPackets++;
    stream.payload += packet.data.length;
    starts[streamIndex] = Math.min(starts[streamIndex]!, packet.pts);
    ends[streamIndex] = Math.max(ends[streamIndex]!, packet.pts + packet.duration);
  }
  for (const [i, stream] of streams.entries()) {
    if (stream.packets === 0) continue;
    // Sound before zero is priming: players decode it and throw it away.
    stream.startTicks = Math.max(0, starts[i]!);
    stream.durationTicks = Math.max(0, ends[i]! - stream.startTicks);
    stream.startSeconds = toSeconds(stream.startTicks, stream.timeBase);
    stream.durationSeconds = toSeconds(stream.durationTicks, stream.timeBase);
  }
  const durations = streams.map((stream) => stream.startSeconds + stream.durationSeconds);
  return {
    file: name,
    format: reader.format,
    bytes: source.size,
    durationSeconds: Math.max(0, ...durations),
    streams,
    problems: reader.problems ?? [],
  };
}

function describe(report: FileReport): string[] {
  const size = report.bytes === null ? '' : `, ${report.bytes} bytes`;
  const count = report.streams.length === 1 ? '1 stream' : `${report.streams.length} streams`;
  return [
    `${report.file}: ${report.format}, ${count}, ${report.durationSeconds.toFixed(3)} s${size}`,
    ...report.streams.map(describeStream),
  ];
}

function describeStream(stream: StreamReport): string {
  const parts = [`  ${stream.index} ${stream.kind} ${stream.codec}`, ...detailsOf(stream)];
  parts.push(`${stream.packets} packets`, `${stream.durationSeconds.toFixed(3)} s`);
  if (stream.durationSeconds > 0) {
    parts.push(`${((stream.payload * 8) / stream.durationSeconds / 1000).toFixed(0)} kbit/s`);
  }
  if (stream.language !== undefined && stream.language !== 'und') parts.push(stream.language);
  if (stream.title !== undefined) parts.push(`"${stream.title}"`);
  return parts.join(', ');
}

function detailsOf(report: StreamReport): string[] {
  const stream = report as unknown as StreamInfo;
  if (stream.kind === 'video') {
    const { width, height, pixFmt, frameRate, rotation, isMirrored } = stream;
    const parts = [`${width}x${height}`];
    if (pixFmt !== '') parts.push(pixFmt);
    if (frameRate !== undefined) {
      const [num, den] = frameRate;
      parts.push(den === 1 ? `${num} fps` : `${num}/${den} fps`);
    }
    if (isMirrored) parts.push('mirrored');
    if (rotation) parts.push(`rotated ${rotation}°`);
    return parts;
  }
  if (stream.kind === 'audio') {
    const { sampleRate, numChannels } = stream;
    return [`${sampleRate} Hz`, numChannels === 1 ? '1 channel' : `${numChannels} channels`];
  }
  return [];
}
