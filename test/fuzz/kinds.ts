/**
 * Fuzzing by kinds: files are changed as trees of boxes or elements, in ways that each stand for something that files are
 * really found to have, and damaged a little more by bytes. Then they are read, and copied into other containers.
 */
import { MediaError } from '../../src/base/errors.ts';
import { isMp4 } from '../../src/containers/isobmff/index.ts';
import { isEbml } from '../../src/containers/matroska/index.ts';
import { Demuxer, remux } from '../../src/index.ts';
import { MemorySource } from '../../src/io/memory-source.ts';
import { parseBoxes, writeBoxes } from './box-tree.ts';
import { parseElements, writeElements } from './element-tree.ts';
import { MATROSKA_KINDS } from './kinds-matroska.ts';
import { MP4_KINDS } from './kinds-mp4.ts';
import { STREAM_KINDS } from './kinds-streams.ts';
import { mutate, randomNumbers } from './mutate.ts';

/** An input, and the kinds that it has. */
export interface KindInput {
  readonly bytes: Uint8Array;
  readonly kinds: readonly string[];
}

/** What `base` becomes with some kinds of its container, chosen by `seed`, and sometimes with damaged bytes too. */
export function withKinds(base: Uint8Array, seed: number): KindInput {
  const random = randomNumbers(seed);
  const kinds: string[] = [];
  const choose = <T>(table: Readonly<Record<string, T>>): T => {
    const names = Object.keys(table);
    const name = names[random() % names.length]!;
    kinds.push(name);
    return table[name]!;
  };
  const count = 1 + (random() % 3);
  let bytes: Uint8Array;
  if (isMp4(base)) {
    const boxes = parseBoxes(base);
    for (let i = 0; i < count; i++) choose(MP4_KINDS)(boxes, random);
    bytes = writeBoxes(boxes);
  } else if (isEbml(base)) {
    const elements = parseElements(base);
    for (let i = 0; i < count; i++) choose(MATROSKA_KINDS)(elements, random);
    bytes = writeElements(elements);
  } else {
    bytes = base;
    // What was cut to nearly nothing stays that.
    for (let i = 0; i < count && bytes.length >= 8; i++)
      bytes = choose(STREAM_KINDS)(bytes, random);
  }
  if (random() % 4 === 0 && bytes.length > 0) {
    kinds.push('bytes');
    bytes = mutate(bytes, random());
  }
  return { bytes, kinds };
}

/** What one input led to. */
export interface KindOutcome {
  readonly opened: boolean;
  readonly packets: number;
  readonly problems: number;
}

/** Output of a copy: at most so many times the input, and a MiB. */
const MAX_GROWTH = 20;
const FREE_OUTPUT = 1 << 20;

/**
 * Reads `bytes`, and copies them into MP4 or Matroska. Throws an error that says what was not as it must be: an error that is
 * none of the library's, times that fall, packets without bytes, or more output than the input explains.
 */
export async function fuzzKinds(bytes: Uint8Array): Promise<KindOutcome> {
  const outcome = { opened: false, packets: 0, problems: 0 };
  try {
    const demuxer = await Demuxer.open(new MemorySource(bytes));
    outcome.opened = true;
    const last = demuxer.streams.map(() => Number.NEGATIVE_INFINITY);
    for await (const { streamIndex, packet } of demuxer.packets()) {
      const { pts, dts, duration, data } = packet;
      outcome.packets++;
      if (![pts, dts, duration].every(Number.isSafeInteger) || duration < 0) {
        throw new Error(`times ${pts}, ${dts}, ${duration}`);
      }
      if (!(dts >= last[streamIndex]!)) throw new Error(`${dts} after ${last[streamIndex]}`);
      last[streamIndex] = dts;
      if (data.length === 0) throw new Error('a packet without bytes');
    }
    outcome.problems = demuxer.problems.length;
    if (outcome.problems > 100) throw new Error(`${outcome.problems} problems`);
  } catch (error) {
    requireTyped(error);
  }
  // One copy an input, of either kind: copying takes longer than reading.
  if (outcome.opened) await fuzzCopy(bytes, bytes.length % 2 === 0 ? 'mp4' : 'matroska');
  return outcome;
}

async function fuzzCopy(bytes: Uint8Array, format: string): Promise<void> {
  let written = 0;
  const sink = {
    seekable: true,
    write: (part: Uint8Array) => {
      written += part.length;
    },
    writeAt: () => {},
    close: () => {},
    abort: () => {},
  };
  try {
    await remux(new MemorySource(bytes), sink, { format });
  } catch (error) {
    requireTyped(error);
  }
  if (written > MAX_GROWTH * bytes.length + FREE_OUTPUT) {
    throw new Error(`${written} bytes of ${format} from ${bytes.length}`);
  }
}

const TYPED = ['FormatError', 'UnsupportedError', 'ConfigError', 'StateError'];

function requireTyped(error: unknown): void {
  if (!(error instanceof MediaError) || !TYPED.includes(error.name)) throw error;
}
