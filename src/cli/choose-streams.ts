/** `--streams`: which streams of the inputs are taken, and in which order. */
import { ConfigError } from '../base/errors.ts';
import type { StreamInfo } from '../base/packet.ts';
import type { FormatDescription } from '../pipeline/format.ts';

/** A stream of one of the inputs. */
export interface ChosenStream {
  /** Number of the input, and of the stream in it. */
  readonly input: number;
  readonly index: number;
}

/** The streams to choose from. */
type Streams = readonly (readonly StreamInfo[])[];

const KINDS = { v: 'video', a: 'audio', s: 'subtitle' } as const;

/** The help text of the option. */
export const STREAMS_HELP =
  'streams to take, as INPUT:STREAM, INPUT:v, INPUT:a:0, or best: one of each kind (all)';

/**
 * Reads the text of the option, undefined for all streams.
 * @param format of the output: `best` leaves out kinds of streams that it does not hold
 * Throws `ConfigError` for a stream that is not there.
 */
export function chooseStreams(
  text: string | undefined,
  inputs: Streams,
  format: FormatDescription | undefined,
): ChosenStream[] {
  const all = inputs.flatMap((streams, input) => streams.map((_, index) => ({ input, index })));
  if (text === undefined) return all;
  if (text === 'best') return bestStreams(all, inputs).filter(isTakenBy(format, inputs));
  const chosen: ChosenStream[] = [];
  for (const item of text.split(',')) {
    for (const each of streamsNamed(item, '--streams', inputs)) {
      if (!chosen.some(({ input, index }) => input === each.input && index === each.index)) {
        chosen.push(each);
      }
    }
  }
  return chosen;
}

/** An output of a graph that may become a stream of the result. */
interface LabeledOutput {
  readonly kind: StreamInfo['kind'];
  readonly label: string | undefined;
}

/**
 * The same beside a graph, whose outputs `--streams` names by their labels. As in ffmpeg those without a label come first, and streams
 * of their kinds are not taken then; by default the best streams of the other kinds follow.
 * Throws `ConfigError` for an output that is named twice, or not at all.
 */
export function chooseBesideGraph<Output extends LabeledOutput>(
  text: string | undefined,
  inputs: Streams,
  format: FormatDescription | undefined,
  outputs: readonly Output[],
): (ChosenStream | Output)[] {
  const unlabeled = outputs.filter(({ label }) => label === undefined);
  const isOther = ({ input, index }: ChosenStream) =>
    !unlabeled.some(({ kind }) => kind === inputs[input]![index]!.kind);
  const chosen: (ChosenStream | Output)[] = [...unlabeled];
  for (const item of (text ?? 'best').match(/\[[^\]]*\]|[^,]+/g) ?? []) {
    if (!item.startsWith('[')) {
      const streams = chooseStreams(item, inputs, format).filter(isOther);
      chosen.push(...streams.filter((each) => !chosen.some((other) => isSame(each, other))));
      continue;
    }
    const output = outputs.find(({ label }) => label === item.slice(1, -1));
    if (output === undefined || chosen.includes(output)) {
      const labels = outputs.flatMap(({ label }) => (label === undefined ? [] : `[${label}]`));
      throw new ConfigError(
        '--streams',
        output === undefined
          ? `got ${item}, the outputs of the graph are ${labels.join(' ') || 'without labels'}`
          : `${item} is taken twice; split (asplit) in the graph makes two of it`,
      );
    }
    chosen.push(output);
  }
  const lost = outputs.find((output) => !chosen.includes(output));
  if (lost === undefined) return chosen;
  throw new ConfigError(
    '--graph',
    `nothing takes its output [${lost.label}]; --streams '[${lost.label}]' does (-map '[${lost.label}]')`,
  );
}

function isSame(stream: ChosenStream, other: object): boolean {
  return (
    'input' in other &&
    (other as ChosenStream).input === stream.input &&
    (other as ChosenStream).index === stream.index
  );
}

/** WAV files hold no pictures, y4m files no sound. */
function isTakenBy(format: FormatDescription | undefined, inputs: Streams) {
  return ({ input, index }: ChosenStream): boolean => {
    const { kind } = inputs[input]![index]!;
    if (kind === 'video') return format?.defaultVideo !== undefined;
    return kind === 'subtitle' || format?.defaultAudio !== undefined;
  };
}

/**
 * `1`, `0:1`, `0:v`, `0:a:1`, `0:*`; with `?` behind it, it may be missing. Throws `ConfigError` for what is not there.
 * @param option that says it
 */
export function streamsNamed(item: string, option: string, inputs: Streams): ChosenStream[] {
  const [, first, rest = '', mark] = /^(\d+)(?::([\d*]+|[vas](?::\d+)?))?(\?)?$/.exec(item) ?? [];
  if (first === undefined) {
    throw new ConfigError(option, `got ${item}, allowed are ${STREAMS_HELP}`);
  }
  const [input, which] = rest === '' ? [0, first] : [Number(first), rest];
  const streams = inputs[input];
  if (streams === undefined) {
    throw new ConfigError(option, `got ${item}, allowed are inputs 0..${inputs.length - 1}`);
  }
  const [kind, number] = which.split(':');
  const indices = streams.map((_, index) => index);
  const ofKind = Object.hasOwn(KINDS, kind!)
    ? indices.filter((index) => streams[index]!.kind === KINDS[kind as keyof typeof KINDS])
    : indices.filter((index) => which === '*' || index === Number(which));
  const found = number === undefined ? ofKind : ofKind.slice(Number(number), Number(number) + 1);
  if (found.length === 0 && mark === undefined) {
    const there = streams.map(({ kind: each }, index) => `${input}:${index} (${each})`).join(', ');
    throw new ConfigError(option, `got ${item}, there are ${there}`);
  }
  return found.map((index) => ({ input, index }));
}

/** ffmpeg's own choice: the largest picture, the sound of most channels, and the first text; what is marked as default wins. */
function bestStreams(all: readonly ChosenStream[], inputs: Streams): ChosenStream[] {
  const score = ({ input, index }: ChosenStream): number => {
    const stream = inputs[input]![index]!;
    const bonus = stream.isDefault === true ? 5_000_000 : 0;
    if (stream.kind === 'video') return bonus + stream.width * stream.height;
    return stream.kind === 'audio' ? bonus + stream.numChannels : bonus;
  };
  return Object.values(KINDS).flatMap((kind) => {
    const ofKind = all.filter(({ input, index }) => inputs[input]![index]!.kind === kind);
    if (ofKind.length === 0) return [];
    return [ofKind.reduce((best, each) => (score(each) > score(best) ? each : best))];
  });
}
