/**
 * Options as ffmpeg and SPDL write them, in terms of the library's own: text for numbers (`{ crf: '23' }`, `{ b: '2M' }`), ffmpeg's
 * short names, and the flags of MP4 (`{ movflags: '+faststart' }`).
 */
import { ConfigError, spelled } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';

type Options = Readonly<Record<string, unknown>>;

/** Table: ffmpeg's name => the encoder's own. */
const ENCODER_NAMES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['b', 'bitRate'],
  ['b:v', 'bitRate'],
  ['b:a', 'bitRate'],
  ['bit_rate', 'bitRate'],
  ['g', 'gopSize'],
  ['bf', 'bframes'],
  ['b-pyramid', 'bPyramid'],
  ['b_pyramid', 'bPyramid'],
  ['maxrate', 'vbvMaxRate'],
  ['bufsize', 'vbvBufferSize'],
]);

/** Options whose values are words or names, so that text stays text (`level: '3.1'`). */
const WORDS = ['preset', 'profile', 'level', 'keyPictures', 'search', 'metric', 'partitions'];

/** The options of an encoder, with names and texts of ffmpeg put into the library's. Throws `ConfigError` for a name given twice. */
export function encoderOptions(options: Options): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(options)) {
    const name = ENCODER_NAMES.get(given) ?? given;
    if (Object.hasOwn(read, name)) {
      throw new ConfigError(`encoderConfig.${given}`, `says ${name}, which is given too`);
    }
    read[name] = WORDS.includes(name) ? value : readText(value);
  }
  return read;
}

/** Text of a number (`23`, `2M`, `128k`) or of a choice of two as the value that it says; anything else as it is. */
function readText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return readNumber(value) ?? value;
}

/** The number that a text says, with ffmpeg's k, M and G for thousands, millions and billions; undefined if it says none. */
export function readNumber(text: string): number | undefined {
  const match = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([kKMG]?)$/.exec(text.trim());
  if (match === null) return undefined;
  const factor = { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9 }[match[2] as '' | 'k' | 'K' | 'M' | 'G'];
  const number = Number(match[1]) * factor;
  return factor === 1 ? number : Math.round(number);
}

/** Table: flag of ffmpeg's MP4 muxer => options of ours. `empty_moov` and the like come with every fragmented file. */
const MOVFLAGS: Readonly<Record<string, Options>> = {
  faststart: { faststart: true },
  frag_keyframe: { fragmented: true },
  frag_every_frame: { fragmented: { duration: 0 } },
  fragmented: { fragmented: true },
  dash: { fragmented: { segmentIndex: true } },
  cmaf: { fragmented: { segmentIndex: true } },
  empty_moov: { fragmented: true },
  default_base_moof: {},
};

/** Table: ffmpeg's name => the container's own. */
const CONTAINER_NAMES: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['start_number', 'startNumber'],
  ['update', 'update'],
]);

/** The options of a container, with `movflags` put into those of the MP4 writer. Throws `ConfigError` for an unknown flag. */
export function containerOptions(options: Options): Record<string, unknown> {
  const { movflags, ...given } = options;
  const rest: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const name = CONTAINER_NAMES.get(key);
    rest[name ?? key] = name === undefined ? value : readText(value);
  }
  if (movflags === undefined) return rest;
  const allowed = Object.keys(MOVFLAGS);
  const names = typeof movflags === 'string' ? movflags.split('+').filter((name) => name) : [''];
  for (const name of names) {
    if (Object.hasOwn(MOVFLAGS, name)) continue;
    throw new ConfigError(
      'muxer.open.movflags',
      `got ${spelled(name || movflags)}, allowed are ${allowed.join(', ')} with + between${didYouMean(name, allowed)}`,
    );
  }
  return Object.assign({}, ...names.map((name) => MOVFLAGS[name]), rest);
}
